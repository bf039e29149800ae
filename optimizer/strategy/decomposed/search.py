"""The search of a plan that comes apart into sites: prices and their bound, openings rounded, counts made whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.solve.backend import Heuristics
from optimizer.strategy.decomposed.neighbours import search_neighbours
from optimizer.strategy.decomposed.openings import better_openings, decide_openings
from optimizer.strategy.decomposed.prices import find_prices
from optimizer.strategy.rounding.whole import rounder_of
from optimizer.strategy.run import HELD, NEAR, PRICES

if TYPE_CHECKING:
    from optimizer.model.formulation import Formulation
    from optimizer.schema.placement import Placement
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.decomposed.openings import Decided
    from optimizer.strategy.decomposed.prices import Priced
    from optimizer.strategy.decomposed.separate import Separable
    from optimizer.strategy.rounding.whole import Rounder
    from optimizer.strategy.run import Run

RELAXED_GAP_PART = 0.4
"""Part of the gap asked for that may lie between the bound and the relaxed solution whose openings are rounded."""
BOUND_ROUNDING = 1e-10
"""Part by which a bound summed in doubles is loosened."""
MANY_SITES = 500
"""Sites from which linear programs go to an interior-point method."""
MOST_COUNTS_NEAR = 3_000
"""Sites times accelerators times periods up to which neighbourhoods are searched: their programs grow with the plan and
take longer than a dive at 5,000."""
MOST_TRIES, MOST_NEIGHBOURHOODS = 24, 24
"""Sets of openings tried after the rounded ones, and neighbourhoods searched after those."""
NEAR_GAP_PART, NEAR_NODES, NEAR_SECONDS = 0.3, 50, 8.0
"""Part of the gap asked for that the program of a neighbourhood may leave, its nodes, and the time after which it is given
up: a root that takes so long is rare, and worth more elsewhere."""


def price_and_round(run: Run, plan: Separable) -> Decided | None:
    """Improve the bound and the placement of a run until the gap is proven or prices are as good as they get.

    Return the best openings found, with their relaxed counts, where their neighbourhoods were searched: they are then good
    enough to begin a proof with.
    """
    search = _Search(run, plan, rounder_of(run.case, run.limits))
    last, is_rounded = None, False
    for last in find_prices(plan, search.solve_prices):
        run.take_money_bound(last.bound + abs(last.bound) * BOUND_ROUNDING)
        run.announce(PRICES)
        is_close = last.bound - last.money <= RELAXED_GAP_PART * run.options.relative_gap * abs(last.money)
        if not is_rounded and not is_close and not run.is_finished():  # something good to show early
            search.round(last)
            is_rounded = True
        if is_close or run.is_finished():
            break
    decided = None if last is None or run.is_finished() else search.round(last)
    return None if last is None or decided is None else search.improve(last, decided)


@dataclass(frozen=True)
class _Search:
    """One search under way: what makes openings and counts of a relaxed solution."""

    run: Run
    plan: Separable
    rounder: Rounder | None

    def __post_init__(self) -> None:
        """Begin with a placement made from nothing."""
        if self.rounder is not None:
            _keep(self.run, self.rounder.first({}))

    def solve_prices(self, program: Formulation) -> SolveResult:
        """Solve a program for its prices."""
        return self.run.solve(PRICES, program, 0.0, is_interior=True)

    def solve_held(self, program: Formulation) -> SolveResult:
        """Solve a program with openings held."""
        return self.run.solve(HELD, program, 0.0, is_interior=self.plan.sites.shape[0] >= MANY_SITES)

    def solve_near(self, program: Formulation) -> SolveResult:
        """Solve the program of a neighbourhood."""
        gap = self.run.options.relative_gap * NEAR_GAP_PART
        return self.run.solve(
            NEAR, program, gap, node_limit=NEAR_NODES, most_seconds=NEAR_SECONDS, heuristics=Heuristics.LIGHT
        )

    def round(self, priced: Priced) -> Decided | None:
        """Offer the openings of a relaxed solution, rounded; return the best of them."""
        found = decide_openings(self.plan, priced, self.solve_held)
        if not found:
            return None
        self._offer(found[0])
        return found[0]

    def improve(self, priced: Priced, decided: Decided) -> Decided | None:
        """Offer better and better openings from some that are decided; return the last of their neighbourhoods."""
        best = decided
        for better in better_openings(self.plan, priced, decided, self.solve_held, MOST_TRIES):
            best = better
            if self.run.is_finished():
                return None
        if best is not decided:
            self._offer(best)
        if self.plan.sites.worth.size > MOST_COUNTS_NEAR or self.run.is_finished():
            return None
        most, seed = MOST_NEIGHBOURHOODS, self.run.options.seed
        near = search_neighbours(self.plan, priced, best, self.solve_held, self.solve_near, most=most, seed=seed)
        for better in near:
            best = better
            self._offer(best)
            if self.run.is_finished():
                break
        return best

    def _offer(self, decided: Decided) -> None:
        if self.rounder is None or self.run.is_finished():
            return
        first = np.argmax(decided.is_open, axis=1)
        opened = {site: int(first[site]) for site in np.flatnonzero(decided.is_open.any(axis=1)).tolist()}
        prices = self.plan.price_of_limits(decided.prices)
        _keep(self.run, self.rounder.whole(opened, decided.counts, prices))


def _keep(run: Run, placement: Placement | None) -> None:
    if placement is not None:
        run.offer_placement(placement)
        run.announce(HELD)
