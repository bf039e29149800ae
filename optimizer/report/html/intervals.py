"""Proven intervals of money in words. No figure smaller than the money resolution is shown as a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.explain.value import Label
from optimizer.report.wording import money

if TYPE_CHECKING:
    from optimizer.report.explain_parts import MovePart

NOT_PROVEN = "not known"
NO_PLAN = "no plan is left"


@dataclass(frozen=True, slots=True)
class Worth:
    """How far a setting is moved, and what that is worth."""

    change: str
    money: str


def interval_text(lower: float | None, upper: float | None, currency: str, resolution: float | None) -> str:
    """Return `$11.00 m to $13.00 m`, `at least $11.00 m`, `at most $13.00 m`, or that it is under the money resolution."""
    if lower is None and upper is None:
        return NOT_PROVEN
    least = resolution or 0.0
    shown_lower = lower is not None and abs(lower) >= least
    if upper is None:
        return f"at least {money(lower, currency)}" if lower is not None and shown_lower else NOT_PROVEN
    if abs(upper) < least and not shown_lower:
        return f"under {money(least, currency)}"
    if lower is None or not shown_lower:
        return f"at most {money(upper, currency)}"
    if lower == upper:
        return money(upper, currency)
    return f"{money(lower, currency)} to {money(upper, currency)}"


def worth(move: MovePart | None, currency: str, resolution: float | None) -> Worth | None:
    """Return what a move of a setting is worth; None where none was tried."""
    return None if move is None else Worth(move.change_text, _worth(move, currency, resolution))


def _worth(move: MovePart, currency: str, resolution: float | None) -> str:
    if move.infeasible:
        return NO_PLAN
    if move.label is not Label.CONFIRMED:
        return move.label.value
    return interval_text(move.lower, move.upper, currency, resolution)
