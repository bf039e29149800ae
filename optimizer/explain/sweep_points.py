"""The points of a sweep before anything is solved: the plan at each value, and which of them is the plan as it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.entry.holdings import is_auto
from optimizer.errors import InputError, Problem
from optimizer.explain.sweep_grid import OPTION
from optimizer.files.document import read_raw
from optimizer.files.overrides import apply_overrides, parse_change, under_policy
from optimizer.files.problems import Problems
from optimizer.files.read_plan import interpret
from optimizer.rules.alternatives import alternative_cases
from optimizer.rules.case import Case, make_case
from optimizer.rules.registry import compile_limits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from optimizer.explain.sweep_grid import Grid
    from optimizer.files.raw import RawPlan
    from optimizer.rules.limit import Limit

POLICY_NAME = ("policy", "name")


@dataclass(frozen=True)
class Point:
    """The plan with the setting at one value."""

    value: str
    """As `--set` takes it."""
    number: Fraction | None
    """The value exactly, where it is a number."""
    case: Case
    is_today: bool
    """Whether this is the plan as it stands."""


def read_points(path: str | Path, grid: Grid, policy: str | None, settings: Sequence[str]) -> tuple[Point, ...]:
    """Return the plan at each value of a grid, its files read once.

    `policy` names another pack than the plan does, `settings` are further changes as `--set` takes them. Raises InputError
    for a plan that cannot be read, a key that leads nowhere and the first value that does not fit, before anything is
    solved.
    """
    if policy is not None and grid.parts == POLICY_NAME:
        raise InputError([Problem("policy.name is what --policy says", file=OPTION, hint="give one of the two")])
    if any(parse_change(setting).parts == grid.parts for setting in settings):
        hint = "give one of the two"
        raise InputError(
            [Problem("the key is changed by another option as well", file=OPTION, value=grid.key, hint=hint)]
        )
    problems = Problems()
    raw = read_raw(Path(path), problems)
    problems.raise_any()
    today = _as_it_stands(raw, policy, settings)
    points = []
    for value, number in zip(grid.values, grid.numbers, strict=True):
        try:
            case = _case(raw, policy, [*settings, f"{grid.key}={value}"])
            is_today = today is not None and _is_same(case, _limits(case), *today)
        except InputError as error:
            found = [replace(one, message=f"{grid.key} at {value}: {one.message}") for one in error.problems]
            raise InputError(found) from None
        points.append(Point(value, number, case, is_today))
    return tuple(points)


def _case(raw: RawPlan, policy: str | None, changes: Sequence[str]) -> Case:
    plan = interpret(raw.with_document(apply_overrides(raw.document(), changes)), Problems())
    return make_case(plan if policy is None else under_policy(plan, policy, changes))


def _as_it_stands(raw: RawPlan, policy: str | None, settings: Sequence[str]) -> tuple[Case, tuple[Limit, ...]] | None:
    """Return the plan without the setting changed; None where it is none without it."""
    try:
        case = _case(raw, policy, settings)
        return case, _limits(case)
    except InputError:
        return None


def _limits(case: Case) -> tuple[Limit, ...]:
    """Return every limit that a search will make: those of each choice of authorisations too."""
    cases = alternative_cases(case).values() if is_auto(case.policy) else (case,)
    return tuple(limit for held in cases for limit in compile_limits(held))


def _is_same(case: Case, limits: Sequence[Limit], other: Case, other_limits: Sequence[Limit]) -> bool:
    """Return whether two cases ask the same: of the same plan the same settings, or at least the same limits."""
    if _without_limits(case) != _without_limits(other):
        return False
    if _settings(case) == _settings(other) and case.plan.limit_settings == other.plan.limit_settings:
        return True
    has_paths = bool(case.policy.paths or other.policy.paths)
    return not has_paths and list(map(_inequality, limits)) == list(map(_inequality, other_limits))


def _without_limits(case: Case) -> tuple[object, ...]:
    plan = case.plan
    bare = replace(plan, policy=replace(plan.policy, overrides={}), limit_settings={}, assumptions=(), input_sha256={})
    return bare, case.policy.sha256


def _settings(case: Case) -> dict[str, object]:
    return {name: case.policy.value(name) for name in case.policy.settings}


def _inequality(limit: Limit) -> tuple[object, ...]:
    return limit.key, limit.usage, limit.allowance, limit.sense, limit.price
