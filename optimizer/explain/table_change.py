"""A row of the plan's own tables that a repair changes: a delivery brought forward, a licence to seek."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.rules.registry import compile_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.explain.feasibility import Feasibility
    from optimizer.rules.case import Case
    from optimizer.schema.limit_kind import LimitKind


@dataclass(frozen=True, slots=True)
class TableChange:
    """One row changed or added, as a report tells it."""

    row: str
    """`deliveries[GB300]`."""
    kind: LimitKind
    label: str
    """What it takes: `delivery date`, `authorisation`."""
    today: str
    suggested: str
    change: str
    sentence: str
    citation: str
    """The table it stands in."""
    set_option: str


@dataclass(frozen=True, slots=True)
class ChangedTable:
    """A change, the case of the plan with it, and whether less was shown to be too little."""

    change: TableChange
    case: Case
    is_least: bool


def least_steps(most: int, exists: Callable[[int], bool | None]) -> tuple[int, bool] | None:
    """Return the fewest steps, from 1 to `most`, after which a plan exists, and whether one fewer was shown to leave none.

    None where none exists after all of them, or that was not decided in time. No steps at all are taken to leave none.
    """
    if most < 1 or exists(most) is not True:
        return None
    low, high, is_sure = 0, most, True
    while high - low > 1:
        middle = (low + high) // 2
        answer = exists(middle)
        is_sure = is_sure and answer is not None
        low, high = (low, middle) if answer is True else (middle, high)
    return high, is_sure


def has_plan(case: Case, feasibility: Feasibility) -> bool | None:
    """Return whether a case has a plan under its own limits."""
    return feasibility.ask(case, compile_limits(case)).exists
