"""What changed limits gain or cost, as a proven interval of money, from one search that ends once that is told.

A value is told when its interval lies above nothing and is not too wide, or when it can only be too small to be seen.
Loosening never costs anything and tightening never earns anything, which gives one end for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.explain.value import NOTHING, Label
from optimizer.strategy.outcome import Status
from optimizer.strategy.search import search

if TYPE_CHECKING:
    from optimizer.explain.budget import Budget
    from optimizer.rules.limit import Limit
    from optimizer.strategy.options import Effort, SearchOptions
    from optimizer.strategy.outcome import Outcome

HOPELESS = 2
"""A move worth at most so many times the money resolution will not stand out: the search for its value ends."""
CLOSE = 3
"""A confirmed interval whose upper end is at most so many times its lower end needs no better bound."""


@dataclass(frozen=True)
class Gain:
    """What a move gains (loosened) or costs (tightened), and the run that shows it."""

    label: Label
    lower: Fraction
    upper: Fraction | None
    """None: no end is proven, or no plan is left."""
    moved: Outcome
    is_told: bool
    """Whether nothing better is looked for: the interval is narrow enough, or the gap asked for is proven."""

    @property
    def is_confirmed(self) -> bool:
        """Return whether it is proven to be worth money, or nothing, or that no plan is left."""
        return self.label is Label.CONFIRMED

    @property
    def is_infeasible(self) -> bool:
        """Return whether no plan is left."""
        return self.moved.status is Status.INFEASIBLE


@dataclass(frozen=True)
class Gains:
    """Moves of the limits of one finished run."""

    outcome: Outcome
    options: SearchOptions
    budget: Budget

    @property
    def value(self) -> Fraction:
        """Return what the run's plan is worth."""
        return self.outcome.objective or Fraction(0)

    @property
    def bound(self) -> Fraction:
        """Return what no plan is worth more than; twice the plan's value where nothing was proven."""
        bound = self.outcome.best_bound
        return self.value + abs(self.value) if bound is None else bound

    @property
    def resolution(self) -> Fraction:
        """Return the gap in money."""
        return self.bound - self.value

    def of(
        self,
        limits: tuple[Limit, ...],
        *,
        is_loosened: bool,
        effort: Effort | None = None,
        before: Gain | None = None,
    ) -> Gain:
        """Search under moved limits until the answer is told, or as far as an effort goes. Raises SolverError.

        `before` is what an earlier search under the same limits has found, from which this one goes on.
        """
        self.budget.num_solves += 1
        options = replace(self.options, time_limit_seconds=self.budget.part(self.options.time_limit_seconds))
        known = None if before is None else before.moved.placement
        moved = search(
            self.outcome.case,
            limits,
            options,
            self.budget.session,
            start=known or self.outcome.placement,
            prices=self.outcome.value_search.prices,
            is_decided=lambda value, bound: self._is_told(*self.interval(value, bound, is_loosened=is_loosened)),
            effort=effort,
            bound=None if before is None else before.moved.best_bound,
        )
        return self._gain(moved, is_loosened=is_loosened)

    def _gain(self, moved: Outcome, *, is_loosened: bool) -> Gain:
        if moved.status is Status.INFEASIBLE:
            return Gain(Label.CONFIRMED, Fraction(0), None, moved, is_told=True)
        lower, upper = self.interval(moved.objective, moved.best_bound, is_loosened=is_loosened)
        if upper is not None and upper <= NOTHING:
            return Gain(Label.CONFIRMED, Fraction(0), Fraction(0), moved, is_told=True)
        least = max(NOTHING, self.resolution) if upper is None else NOTHING
        label = Label.CONFIRMED if lower > least else Label.NOT_DISTINGUISHABLE
        is_told = self._is_told(lower, upper) or moved.status in {Status.OPTIMAL, Status.WITHIN_GAP}
        return Gain(label, lower, upper, moved, is_told)

    def interval(
        self, value: Fraction | None, bound: Fraction | None, *, is_loosened: bool
    ) -> tuple[Fraction, Fraction | None]:
        """Return the gain of a loosening or the loss of a tightening, at least and at most."""
        zero = Fraction(0)
        if is_loosened:
            lower = zero if value is None else max(zero, value - self.bound)
            return lower, None if bound is None else max(zero, bound - self.value)
        lower = zero if bound is None else max(zero, self.value - bound)
        return lower, None if value is None or self.outcome.best_bound is None else max(zero, self.bound - value)

    def _is_told(self, lower: Fraction, upper: Fraction | None) -> bool:
        if upper is None:
            return False
        return upper <= max(NOTHING, HOPELESS * self.resolution) or (lower > NOTHING and upper <= CLOSE * lower)
