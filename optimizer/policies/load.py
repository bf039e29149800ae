"""Find, read and override policy packs."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from optimizer.catalogue.countries import find_country
from optimizer.errors import InputError, Problem
from optimizer.policies.pack_problems import pack_problems, syntax_problem
from optimizer.policies.policy import AUTHORISATIONS, Policy
from optimizer.policies.schedule import schedule_rows
from optimizer.policies.setting import Setting, SettingType

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_POLICY = "three-tier-2025-01"
NO_COUNTRY = "expected an ISO 3166 alpha-2 country code"


def policy_names() -> tuple[str, ...]:
    """Return the names of the shipped packs, sorted."""
    files = resources.files("optimizer.policies").iterdir()
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in files if entry.name.endswith(".toml")))


def load_policy(name: str = DEFAULT_POLICY, overrides: Mapping[str, object] | None = None) -> Policy:
    """Return a shipped pack by name, or a planner's own by the path of its TOML file, with overrides applied.

    Raises InputError listing every problem: an unknown pack, a file that is not a pack, an unknown or ill-typed override.
    """
    return apply_overrides(parse_policy(*_read(name)), overrides or {})


def parse_policy(text: str, file: str) -> Policy:
    """Return the pack written in `text`; `file` names it in messages.

    Raises InputError when it is not TOML, misses a key, has an unknown one, or names a setting, path or tier table not
    there.
    """
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InputError([syntax_problem(error, text, file)]) from None
    try:
        return Policy.model_validate({**raw, "sha256": hashlib.sha256(text.encode()).hexdigest()})
    except ValidationError as error:
        raise InputError(pack_problems(error, raw, file)) from None


def apply_overrides(policy: Policy, overrides: Mapping[str, object]) -> Policy:
    """Return the pack with some settings replaced; of a schedule, the rows that are given.

    Raises InputError naming each override that is no setting of the pack, or whose value does not fit.
    """
    problems = []
    settings = dict(policy.settings)
    for name, value in overrides.items():
        if name not in settings:
            problems.append(_unknown_setting(name, policy))
            continue
        try:
            settings[name] = _replaced(settings[name], value)
        except ValueError as error:
            hint = 'write it as "45/100" or "45%"' if settings[name].type is SettingType.SHARE else None
            problems.append(Problem(str(error), file="plan.toml", column=f"policy.{name}", value=str(value), hint=hint))
    if problems:
        raise InputError(problems)
    return policy.model_copy(update={"settings": settings, "overridden": tuple(sorted(overrides))})


def with_authorisations(policy: Policy, held: str) -> Policy:
    """Return the pack with its setting `authorisations` decided: by a search, so not by the planner."""
    settings = {**policy.settings, AUTHORISATIONS: _replaced(policy.settings[AUTHORISATIONS], held)}
    overridden = tuple(name for name in policy.overridden if name != AUTHORISATIONS)
    return policy.model_copy(update={"settings": settings, "overridden": overridden})


def _replaced(setting: Setting, value: object) -> Setting:
    if setting.type is SettingType.SCHEDULE:
        value = {**schedule_rows(setting.value), **schedule_rows(value)}
    parsed = setting.parse(value)
    for code in _codes(setting.type, parsed):
        if find_country(code) is None:
            raise ValueError(NO_COUNTRY)
    return setting.model_copy(update={"value": value})


def _codes(kind: SettingType, value: object) -> tuple[str, ...]:
    if kind is SettingType.COUNTRY:
        return (str(value),)
    return value if kind is SettingType.COUNTRIES and isinstance(value, tuple) else ()


def _read(name: str) -> tuple[str, str]:
    if name.endswith(".toml"):
        path = Path(name)
        try:
            return path.read_text(encoding="utf-8-sig"), path.name
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError([Problem(f"cannot read the policy file: {reason}", value=name)]) from None
        except UnicodeDecodeError:
            raise InputError([Problem("the policy file is not UTF-8 text", value=name)]) from None
    if name not in policy_names():
        near = difflib.get_close_matches(name, policy_names(), n=1)
        hint = (
            f"did you mean {near[0]}?" if near else f"one of {', '.join(policy_names())}, or the path of a .toml file"
        )
        raise InputError([Problem("no policy pack of that name", column="policy.name", value=name, hint=hint)])
    return resources.files("optimizer.policies").joinpath(f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml"


def _unknown_setting(name: str, policy: Policy) -> Problem:
    near = difflib.get_close_matches(name, policy.settings, n=1)
    known = ", ".join(policy.settings) or "none"
    hint = f"did you mean {near[0]}?" if near else f"the settings of {policy.name}: {known}"
    return Problem(f"{policy.name} has no setting of that name", file="plan.toml", column=f"policy.{name}", hint=hint)
