"""The search of a plan that comes apart into sites: prices and their bound, openings rounded, counts made whole.

Where that leaves the gap open, a search around the best openings closes it, with a proof beside
(`optimizer.strategy.decomposed.proving`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.solve.session import Session
from optimizer.strategy.decomposed.crossing import cross
from optimizer.strategy.decomposed.openings import better_openings, decide_openings, hold
from optimizer.strategy.decomposed.prices import USED, find_prices, price_all, price_near
from optimizer.strategy.decomposed.proving import Proving
from optimizer.strategy.decomposed.restricted import Choice
from optimizer.strategy.decomposed.solving import Solving
from optimizer.strategy.decomposed.whole_counts import WholeCounts

if TYPE_CHECKING:
    from optimizer.model.formulation import Floats
    from optimizer.schema.placement import Placement
    from optimizer.strategy.decomposed.openings import Decided
    from optimizer.strategy.decomposed.prices import Priced
    from optimizer.strategy.decomposed.separate import Separable
    from optimizer.strategy.run import Run

RELAXED_GAP_PART = 0.4
"""Part of the gap asked for that may lie between the bound and the relaxed solution whose openings are rounded."""
MOST_COUNTS_WHOLE = 40_000
"""Sites times accelerators times periods up to which the program with openings whole is solved."""
MOST_TRIES = 24
"""Sets of openings tried after the rounded ones."""
NEAR_BOUND_PART = 0.15
"""Part of the gap asked for by which a bound may lie above the relaxed solution of its prices to be nearly the best one."""
NEAR_START, FAR_START = 5, 1.5
"""Gaps asked for by which the openings that a search began with may lie below the relaxation to be begun with, and from
which they are crossed with those of the relaxation first."""


def price_and_round(run: Run, plan: Separable) -> bool:
    """Improve the bound and the placement of a run until the gap is proven or prices are as good as they get.

    Return whether blocks relaxed have no more to say.
    """
    is_whole = plan.sites.worth.size <= MOST_COUNTS_WHOLE
    with Session() as beside:
        solving = Solving(run, beside, plan.sites.shape[0])
        return _Search(run, plan, WholeCounts(run, plan), solving).run_through(is_whole=is_whole)


@dataclass
class _Search:
    """One search under way: prices, and what makes openings and counts of their relaxed solutions."""

    run: Run
    plan: Separable
    counts: WholeCounts
    solving: Solving

    def run_through(self, *, is_whole: bool) -> bool:
        """Go through every stage; `is_whole` says whether the program with openings whole is small enough to be solved."""
        run, started = self.run, self.started()
        if is_whole and (run.is_finished() or (run.placement is None and run.model.broken_limits)):
            return False
        if run.placement is None:
            self.counts.begin()
        if is_whole:
            self.solving.beside.start()  # it is ready once there are openings to look around
        last = self.price_from(started) if is_whole and started is not None else self.price(shows_early=not is_whole)
        decided = None if last is None or run.is_finished() else self.decide(last, started, crosses=is_whole)
        if last is None or decided is None or run.is_finished():
            return False
        if is_whole:
            return Proving(run, self.plan, self.counts, self.solving).close(last, decided)
        self.move(last, decided)
        return False

    def started(self) -> Decided | None:
        """Offer the openings that the run began with, at the prices that came with them; None without any."""
        started = self._opened_from(self.run.begun_with)
        if started is None:
            return None
        self.counts.offer(started)
        if self.run.prices:
            self.solving.take_bound(self.plan.schedules(self._known_prices()).bound)
        return started

    def _known_prices(self) -> Floats:
        keys = {limit.key: number for number, limit in enumerate(self.run.limits)}
        known = {keys[key]: price for key, price in self.run.prices.items() if key in keys}
        return self.plan.prices_of(known)

    def price(self, *, shows_early: bool) -> Priced | None:
        """Find prices that are good enough to round openings by; offer those of earlier ones on the way, if asked to."""
        run, last, is_rounded = self.run, None, not shows_early
        for last in find_prices(self.plan, self.solving.prices):
            self.solving.take_prices(self.plan, last)
            is_close = last.bound - last.money <= RELAXED_GAP_PART * run.options.relative_gap * abs(last.money)
            is_shown = is_rounded or run.begun_with is not None
            if not (is_shown or is_close or run.is_finished()):  # something good to show early
                self.round(last, crosses=False)
                is_rounded = True
            if is_close or run.is_finished():
                break
        return last

    def price_from(self, started: Decided) -> Priced | None:
        """Find prices near those that are known; where none are, those of every choice at once, for openings are given."""
        if not self.run.prices:
            last = price_all(self.plan, self.solving.prices)
            if last is not None:
                self.solving.take_prices(self.plan, last)
            return last
        added = np.diff(started.counts, axis=2, prepend=0.0) > USED
        choice, last = Choice(added, np.diff(started.is_open, axis=1, prepend=False) & self.plan.sites.may_choose), None
        for last in price_near(self.plan, self._known_prices(), choice, self.solving.prices):
            self.solving.take_prices(self.plan, last)
            if self._is_near(last) or self.run.is_finished():
                break
        return last

    def decide(self, priced: Priced, started: Decided | None, *, crosses: bool) -> Decided | None:
        """Offer the openings that the run began with, where they are nearly as good as any; else rounded ones."""
        if started is not None and started.money * (1 + NEAR_START * self.run.options.relative_gap) >= priced.money:
            far = started.money * (1 + FAR_START * self.run.options.relative_gap) < priced.money
            best = cross(self.plan, priced, started, self.solving) if crosses and far else started
            self.counts.offer(best)
            return best
        return self.round(priced, crosses=crosses)

    def round(self, priced: Priced, *, crosses: bool) -> Decided | None:
        """Offer the openings of a relaxed solution, rounded; return the best of them."""
        found = decide_openings(self.plan, priced, self.solving.held)
        if not found:
            return None
        best = cross(self.plan, priced, found[0], self.solving) if crosses else found[0]
        self.counts.offer(best)
        return best

    def move(self, priced: Priced, decided: Decided) -> Decided:
        """Offer better openings than some that are decided, moved where prices say so; return the best."""
        best = decided
        for better in better_openings(self.plan, priced, decided, self.solving.held, MOST_TRIES):
            best = better
            if self.run.is_finished():
                break
        if best is not decided:
            self.counts.offer(best)
        return best

    def _is_near(self, priced: Priced) -> bool:
        """Return whether the prices of every choice would hardly have a better bound."""
        part = NEAR_BOUND_PART * self.run.options.relative_gap
        return priced.bound - priced.money <= part * abs(priced.money)

    def _opened_from(self, placement: Placement | None) -> Decided | None:
        """Return the openings of a placement, as far as they may be; None without one."""
        if placement is None:
            return None
        periods = np.arange(self.plan.sites.shape[2])
        opened = np.full(self.plan.sites.shape[0], len(periods))
        for site, period in placement.opened.items():
            opened[site] = period
        is_open = np.where(self.plan.sites.opens[:, None], periods >= opened[:, None], True) & self.plan.sites.may_open
        return hold(self.plan, is_open, self.plan.sites.may_add, self.solving.held)
