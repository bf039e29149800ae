"""What a move of a setting is worth, in the words of a table cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.explain.value import Label
from optimizer.report.intervals import interval_text

if TYPE_CHECKING:
    from optimizer.report.explain_parts import MovePart

NO_PLAN = "no plan is left"


@dataclass(frozen=True, slots=True)
class Worth:
    """How far a setting is moved, and what that is worth."""

    change: str
    money: str


def worth(move: MovePart | None, currency: str, resolution: float | None) -> Worth | None:
    """Return what a move of a setting is worth; None where none was tried."""
    return None if move is None else Worth(move.change_text, _worth(move, currency, resolution))


def _worth(move: MovePart, currency: str, resolution: float | None) -> str:
    if move.infeasible:
        return NO_PLAN
    if move.label is not Label.CONFIRMED:
        return move.label.value
    return interval_text(move.lower, move.upper, currency, resolution)
