"""The search of a plan that comes apart into sites: prices and their bound, openings rounded, counts made whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.strategy.decomposed.openings import better_openings, decide_openings
from optimizer.strategy.decomposed.prices import find_prices
from optimizer.strategy.rounding.whole import rounder_of
from optimizer.strategy.run import HELD, PRICES

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


def price_and_round(run: Run, plan: Separable) -> None:
    """Improve the bound and the placement of a run until the gap is proven or prices are as good as they get."""
    rounder = rounder_of(run.case, run.limits)
    if rounder is not None:
        _keep(run, rounder.first({}))

    def solve_prices(program: Formulation) -> SolveResult:
        return run.solve(PRICES, program, 0.0, is_interior=True)

    last, is_rounded = None, False
    for last in find_prices(plan, solve_prices):
        run.take_money_bound(last.bound + abs(last.bound) * BOUND_ROUNDING)
        run.announce(PRICES)
        is_close = last.bound - last.money <= RELAXED_GAP_PART * run.options.relative_gap * abs(last.money)
        if not is_rounded and not is_close and not run.is_finished():  # something good to show early
            _round(run, plan, rounder, last, tries=0)
            is_rounded = True
        if is_close or run.is_finished():
            break
    if last is not None and not run.is_finished():
        _round(run, plan, rounder, last, tries=MOST_TRIES)


MOST_TRIES = 24
"""Sets of openings tried after the rounded ones."""


def _round(run: Run, plan: Separable, rounder: Rounder | None, priced: Priced, *, tries: int) -> None:
    """Offer the openings of a relaxed solution, rounded, and what may be better than those."""

    def solve_held(program: Formulation) -> SolveResult:
        return run.solve(HELD, program, 0.0, is_interior=True)

    if rounder is None:
        return
    found = decide_openings(plan, priced, solve_held)
    if not found or run.is_finished():
        return
    best = found[0]
    _offer(run, plan, rounder, best)
    for better in better_openings(plan, priced, best, solve_held, tries):
        if run.is_finished():
            return
        best = better
    if best is not found[0]:
        _offer(run, plan, rounder, best)


def _offer(run: Run, plan: Separable, rounder: Rounder, decided: Decided) -> None:
    first = np.argmax(decided.is_open, axis=1)
    opened = {site: int(first[site]) for site in np.flatnonzero(decided.is_open.any(axis=1)).tolist()}
    _keep(run, rounder.whole(opened, decided.counts, plan.price_of_limits(decided.prices)))


def _keep(run: Run, placement: Placement | None) -> None:
    if placement is not None:
        run.offer_placement(placement)
        run.announce(HELD)
