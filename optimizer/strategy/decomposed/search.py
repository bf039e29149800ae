"""The search of a plan that comes apart into sites: prices and their bound, openings rounded, counts made whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.strategy.decomposed.openings import decide_openings
from optimizer.strategy.decomposed.prices import find_prices
from optimizer.strategy.rounding.whole import rounder_of
from optimizer.strategy.run import HELD, PRICES

if TYPE_CHECKING:
    from optimizer.model.formulation import Formulation
    from optimizer.schema.placement import Placement
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.decomposed.prices import Priced
    from optimizer.strategy.decomposed.separate import Separable
    from optimizer.strategy.rounding.whole import Rounder
    from optimizer.strategy.run import Run

RELAXED_GAP_PART = 0.4
"""Part of the gap asked for that may lie between the bound and the relaxed solution whose openings are rounded."""
BOUND_ROUNDING = 1e-10
"""Part by which a bound summed in doubles is loosened."""
TRIED = 1
"""Sets of openings made whole, the most valuable first."""


def price_and_round(run: Run, plan: Separable) -> None:
    """Improve the bound and the placement of a run until the gap is proven or prices are as good as they get."""

    def solve_prices(program: Formulation) -> SolveResult:
        return run.solve(PRICES, program, 0.0, interior_point=True)

    rounder = rounder_of(run.case, run.limits)
    if rounder is not None:
        _keep(run, rounder.first({}))
    last: Priced | None = None
    is_rounded = False
    for priced in find_prices(plan, solve_prices):
        run.take_money_bound(priced.bound + abs(priced.bound) * BOUND_ROUNDING)
        is_close = priced.bound - priced.money <= RELAXED_GAP_PART * run.options.relative_gap * abs(priced.money)
        last = priced
        run.announce(PRICES)
        if not is_rounded or is_close:
            _round(run, plan, rounder, priced)
            is_rounded, last = True, None
        if run.is_finished() or is_close:
            return
    if last is not None and not run.is_finished():
        _round(run, plan, rounder, last)


def _round(run: Run, plan: Separable, rounder: Rounder | None, priced: Priced) -> None:
    for decided in decide_openings(plan, priced, lambda program: run.solve(HELD, program, 0.0, interior_point=True))[
        :TRIED
    ]:
        if run.is_finished():
            return
        _offer(run, plan, decided)


def _offer(run: Run, plan: Separable, decided: Decided) -> None:
    first = np.argmax(decided.is_open, axis=1)
    opened = {site: int(first[site]) for site in np.flatnonzero(decided.is_open.any(axis=1)).tolist()}
    _keep(run, whole_placement(run.case, run.limits, opened, decided.counts, plan.price_of_limits(decided.prices)))


def _keep(run: Run, placement: Placement | None) -> None:
    if placement is not None:
        run.offer_placement(placement)
        run.announce(HELD)
