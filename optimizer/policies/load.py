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

from optimizer.catalogue.countries import find_country, tier_table
from optimizer.errors import InputError, Problem
from optimizer.policies.policy import Policy, Setting, SettingType

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

    Raises InputError when it is not TOML, misses a key, has an unknown one, or names a setting or tier table not there.
    """
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            [Problem(f"not valid TOML: {error}", file=file, hint="see docs/adding.md, policy packs")]
        ) from None
    try:
        policy = Policy.model_validate({**raw, "sha256": hashlib.sha256(text.encode()).hexdigest()})
    except ValidationError as error:
        raise InputError([_pack_problem(dict(item), file) for item in error.errors()]) from None
    tier_table(policy.tier_table)
    countries = [name for name, setting in policy.settings.items() if setting.type is SettingType.COUNTRY]
    problems = [
        Problem(NO_COUNTRY, file=file, column=f"settings.{name}", value=policy.text(name))
        for name in countries
        if find_country(policy.text(name)) is None
    ]
    if problems:
        raise InputError(problems)
    return policy


def apply_overrides(policy: Policy, overrides: Mapping[str, object]) -> Policy:
    """Return the pack with some settings replaced.

    Raises InputError naming each override that is no setting of the pack, or whose value does not fit.
    """
    problems = []
    settings = dict(policy.settings)
    for name, value in overrides.items():
        if name not in settings:
            problems.append(_unknown_setting(name, policy))
            continue
        try:
            _check_value(settings[name], value)
        except ValueError as error:
            hint = 'write it as "45/100" or "45%"' if settings[name].type is SettingType.SHARE else None
            problems.append(Problem(str(error), file="plan.toml", column=f"policy.{name}", value=str(value), hint=hint))
            continue
        settings[name] = settings[name].model_copy(update={"value": value})
    if problems:
        raise InputError(problems)
    return policy.model_copy(update={"settings": settings, "overridden": tuple(sorted(overrides))})


def _check_value(setting: Setting, value: object) -> None:
    setting.parse(value)
    if setting.type is SettingType.COUNTRY and find_country(str(value)) is None:
        raise ValueError(NO_COUNTRY)


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


def _pack_problem(item: dict[str, object], file: str) -> Problem:
    location = item.get("loc", ())
    where = ".".join(str(part) for part in location) if isinstance(location, tuple) else str(location)
    return Problem(str(item["msg"]).removeprefix("Value error, "), file=file, column=where or None)


def _unknown_setting(name: str, policy: Policy) -> Problem:
    near = difflib.get_close_matches(name, policy.settings, n=1)
    known = ", ".join(policy.settings) or "none"
    hint = f"did you mean {near[0]}?" if near else f"the settings of {policy.name}: {known}"
    return Problem(f"{policy.name} has no setting of that name", file="plan.toml", column=f"policy.{name}", hint=hint)
