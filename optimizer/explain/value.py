"""The marginal value of a setting: what was tried, what was proven, and to which list it belongs.

An interval's ends come from verified placements and proven bounds (`optimizer.explain.marginals` finds them).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.analysis.binding import GroupReading
    from optimizer.explain.change import Change
    from optimizer.explain.setting import Setting

NOTHING = Fraction(1, 100)
"""Money below a cent is nothing: what is left of exact values when bounds are doubles."""


class Label(StrEnum):
    """How far a value was proven."""

    CONFIRMED = "confirmed"
    SCREENED = "screened"
    NOT_DISTINGUISHABLE = "not distinguishable at this gap"


class Listed(StrEnum):
    """The list a setting belongs to."""

    BINDING_VALUABLE = "binding and valuable"
    BINDING_WORTHLESS = "binding and worthless"
    SLACK_VALUABLE = "valuable though not tight"
    OTHER = "neither"


@dataclass(frozen=True)
class Move:
    """One setting moved in one direction."""

    change: Change
    steps: int
    is_loosened: bool
    label: Label
    lower: Fraction
    """Gain or loss, at least."""
    upper: Fraction | None
    """At most; None: no end is proven, or no plan is left."""
    is_infeasible: bool
    opened: tuple[str, ...]
    """Sites that the moved plan uses and this one does not."""
    closed: tuple[str, ...]

    @property
    def is_confirmed(self) -> bool:
        """Return whether its value is proven."""
        return self.label is Label.CONFIRMED


@dataclass(frozen=True)
class Value:
    """The marginal value of one setting."""

    setting: Setting
    reading: GroupReading
    screened: float | None
    """Money per step, loosened, by the screening's dual; None where nothing was screened."""
    loosened: Move | None
    tightened: Move | None
    screened_relaxed: float | None = None
    """The same with openings relaxed: it sees what sites that stay shut would be worth, and cries wolf more often."""

    least_steps: int = 1
    """Steps below which nothing seems to be gained: a site that stays shut opens only with enough power."""

    @property
    def seems(self) -> float:
        """Return what a step seems to be worth, with openings held, or where that is nothing with openings relaxed."""
        return self.screened or self.screened_relaxed or 0.0

    @property
    def moves(self) -> tuple[Move, ...]:
        """Return what was tried."""
        return tuple(move for move in (self.loosened, self.tightened) if move is not None)

    @property
    def is_confirmed(self) -> bool:
        """Return whether its value is proven in some direction."""
        return any(move.is_confirmed for move in self.moves)

    @property
    def is_valuable(self) -> bool:
        """Return whether it is proven to be worth money, or seems to be and nothing else was proven."""
        if any(move.label is Label.CONFIRMED and (move.lower > 0 or move.is_infeasible) for move in self.moves):
            return True
        return not self.is_confirmed and bool(self.screened)

    @property
    def listed(self) -> Listed:
        """Return the list it belongs to."""
        if self.reading.is_binding:
            return Listed.BINDING_VALUABLE if self.is_valuable else Listed.BINDING_WORTHLESS
        return Listed.SLACK_VALUABLE if self.is_valuable else Listed.OTHER

    @property
    def weight(self) -> float:
        """Return money per step, to sort by: proven where it is, else screened."""
        proven = [float(move.lower) / move.steps for move in self.moves if move.label is Label.CONFIRMED]
        return max(proven, default=self.screened or 0.0)
