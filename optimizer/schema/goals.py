"""Secondary goals: what a plan asks for once its value is as large as it gets, and what that may cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Goal(StrEnum):
    """What is made as small as possible beside the value."""

    FEWEST_SITES = "fewest_sites"
    LEAST_CARBON = "least_carbon"


@dataclass(frozen=True, slots=True)
class Goals:
    """Goals in the order in which they count; none: the value alone counts."""

    then: tuple[Goal, ...] = ()
    within: Fraction = Fraction(0)
    """Part of the best value found that all goals together may give up."""

    def floor(self, best_value: Fraction) -> Fraction:
        """Return the least value that a placement may have, given the best one found."""
        return best_value - self.within * abs(best_value)


NO_GOALS = Goals()
