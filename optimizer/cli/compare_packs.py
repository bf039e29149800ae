"""From what was typed to the packs of a comparison: which run, with which settings, and whether the plan fits each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from optimizer.cli.inputs import POLICY_PREFIX

if TYPE_CHECKING:
    from optimizer.errors import Problem
    from optimizer.policies.policy import Policy
    from optimizer.rules.case import Case
    from optimizer.schema.plan import Plan

PLAN_KEYS = frozenset({"breach"})
"""Keys under `policy.` that are the plan's, whatever the pack."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One policy of a comparison."""

    label: str
    """What it is called: its name, or where two packs have the same what was typed."""
    name: str | None
    """A pack, or the path of a file; None: the plan's own, with the plan's own settings."""
    overrides: Mapping[str, str]
    """Settings of the command line that the pack has."""
    left_out: tuple[str, ...]
    """Those that it does not have."""


def split_settings(settings: Sequence[str] | None) -> tuple[list[str], dict[str, str]]:
    """Return what changes the plan, as typed, and what changes settings of the packs, by name.

    Raises BadParameter for `policy.name`, which `--policy` says here, and for a setting that is not KEY=VALUE.
    """
    of_plan: list[str] = []
    of_packs: dict[str, str] = {}
    for setting in settings or ():
        key, equals, value = setting.strip().partition("=")
        name = key.strip().removeprefix(POLICY_PREFIX)
        if name == key.strip() or name in PLAN_KEYS or not equals:
            of_plan.append(setting)
        elif name == "name":
            msg = "policy.name is what --policy says"
            raise typer.BadParameter(msg, param_hint="'--set'")
        else:
            of_packs[name] = value.strip()
    return of_plan, of_packs


def choose_packs(plan: Plan, names: Sequence[str], typed: Mapping[str, str]) -> tuple[Choice, ...]:
    """Return the packs to compare, in order; a single one is compared with the plan's own, which then comes first.

    Raises BadParameter for a pack that would be compared with itself, InputError for one that cannot be read and for a
    setting that none of them has.
    """
    chosen: list[str | None] = [None if _is_own(name, plan) else name for name in names]
    if len(chosen) == 1:
        chosen.insert(0, None)
    resolved = [str(Path(name).resolve()) if name and name.endswith(".toml") else name for name in chosen]
    if len(set(resolved)) < len(resolved):
        msg = "a pack would be compared with itself; settings are compared by a copy of the pack as a .toml file"
        raise typer.BadParameter(msg, param_hint="'--policy'")
    packs = _load({name: name or plan.policy.name for name in chosen})
    _check_settings(typed, packs.values())
    return tuple(_choice(name, plan, packs, typed) for name in chosen)


def _load(names: Mapping[str | None, str]) -> dict[str | None, Policy]:
    from optimizer.errors import InputError
    from optimizer.policies.load import load_policy

    packs: dict[str | None, Policy] = {}
    problems: list[Problem] = []
    for key, name in names.items():
        try:
            packs[key] = load_policy(name)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return packs


def _choice(name: str | None, plan: Plan, packs: Mapping[str | None, Policy], typed: Mapping[str, str]) -> Choice:
    pack = packs[name]
    is_alone = [one.name for one in packs.values()].count(pack.name) == 1
    return Choice(
        label=pack.name if is_alone else name or plan.policy.name,
        name=name,
        overrides={key: value for key, value in typed.items() if key in pack.settings},
        left_out=tuple(key for key in typed if key not in pack.settings),
    )


def _is_own(name: str, plan: Plan) -> bool:
    """Return whether a pack is the one that the plan names; the plan's files are absolute paths."""
    own = plan.policy.name
    return name == own or (name.endswith(".toml") and own.endswith(".toml") and Path(name).resolve() == Path(own))


def _check_settings(typed: Mapping[str, str], packs: Iterable[Policy]) -> None:
    from optimizer.errors import InputError, Problem
    from optimizer.files.problems import did_you_mean

    known = sorted({name for pack in packs for name in pack.settings})
    problems = [
        Problem(
            "none of the packs has a setting of that name",
            file="--set",
            value=f"{POLICY_PREFIX}{name}",
            hint=did_you_mean(name, known),
        )
        for name in typed
        if name not in known
    ]
    if problems:
        raise InputError(problems)


def cases_of(plan: Plan, choices: Sequence[Choice]) -> tuple[Case, ...]:
    """Return the plan under each pack; raises InputError, before anything is solved, with what is wrong under any."""
    from optimizer.errors import InputError
    from optimizer.rules.case import make_case

    cases: list[Case] = []
    problems: list[Problem] = []
    for choice in choices:
        try:
            case = make_case(plan, policy=choice.name, policy_overrides=choice.overrides)
            _compile(case)
            cases.append(case)
        except InputError as error:
            problems += [replace(one, message=f"under {choice.label}: {one.message}") for one in error.problems]
    if problems:
        raise InputError(problems)
    return tuple(cases)


def _compile(case: Case) -> None:
    """Make every limit that a run will make: those of each choice of authorisations too."""
    from optimizer.entry.holdings import is_auto
    from optimizer.rules.alternatives import alternative_cases
    from optimizer.rules.registry import compile_limits

    for held in alternative_cases(case).values() if is_auto(case.policy) else (case,):
        compile_limits(held)
