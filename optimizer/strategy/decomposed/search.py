"""The search of a plan that comes apart into sites: prices and their bound, openings rounded, counts made whole.

Where that leaves the gap open, the program with openings whole closes it (`optimizer.strategy.decomposed.whole_openings`),
begun from the best openings that neighbourhoods find.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from optimizer.solve.result import Termination
from optimizer.solve.session import Session
from optimizer.strategy.decomposed.cuts import Cutter
from optimizer.strategy.decomposed.neighbours import MANY_COUNTS, Neighbourhoods
from optimizer.strategy.decomposed.openings import better_openings, decide_openings, hold
from optimizer.strategy.decomposed.prices import find_prices, price_all
from optimizer.strategy.decomposed.proof import Proof
from optimizer.strategy.decomposed.refine import refined
from optimizer.strategy.decomposed.whole_counts import WholeCounts
from optimizer.strategy.decomposed.whole_openings import tightened
from optimizer.strategy.stages import HELD, NEAR, PRICES, RELAXED_BLOCKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model.formulation import Flags, Formulation
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.decomposed.neighbours import Near, Standing
    from optimizer.strategy.decomposed.openings import Decided
    from optimizer.strategy.decomposed.prices import Priced
    from optimizer.strategy.decomposed.separate import Separable
    from optimizer.strategy.run import Run

RELAXED_GAP_PART = 0.4
"""Part of the gap asked for that may lie between the bound and the relaxed solution whose openings are rounded."""
BOUND_ROUNDING = 1e-10
"""Part by which a bound summed in doubles is loosened."""
MANY_SITES = 500
"""Sites from which linear programs go to an interior-point method."""
MOST_COUNTS_WHOLE = 40_000
"""Sites times accelerators times periods up to which the program with openings whole is solved."""
MOST_TRIES = 24
"""Sets of openings tried after the rounded ones."""
FEW_PAIRS, MANY_PAIRS = 2, 60
"""Pairs of neighbourhoods searched before a proof is begun, on a plan of few counts and of many."""
ROUND, LARGE_ROUND = (10, 150), (6, 20)
"""Pairs of neighbourhoods searched while a proof takes so many nodes, on a plan of few counts and of many. Of pairs that
are given more nodes there are fewer."""
NEAR_GAP_PART, LEAST_GAP_PART, NEARLY = 0.01, 0.3, 0.98
"""Parts of the gap asked for: what a neighbourhood may leave, what a proof may always leave, and at which a bound is aimed,
so that rounding cannot leave it just open."""
NEAR_START = 5
"""Gaps asked for by which the openings that a search began with may lie below the relaxation to be begun with."""
ENOUGH_PART, ENOUGH_PART_OF_MANY = 0.85, 0.6
"""Part of the gap asked for within which relaxed counts are good enough to be made whole; the second where many counts are
rounded well, for better openings gain more then."""
LEAST_PAIRS = 3
"""Pairs of neighbourhoods that count beside a proof that ended at its root."""
FRUITLESS_PAIRS, MANY_FRUITLESS_PAIRS = 4, 12
"""Pairs of neighbourhoods in a row with nothing better after which many counts are made whole, where that is what is left,
and after which a proof is begun all the same: its root alone takes many times as long as a pair."""


def price_and_round(run: Run, plan: Separable) -> bool:
    """Improve the bound and the placement of a run until the gap is proven or prices are as good as they get.

    Return whether blocks relaxed have no more to say.
    """
    is_whole = plan.sites.worth.size <= MOST_COUNTS_WHOLE
    if is_whole and run.model.broken_limits:
        return False
    plan = tightened(plan, run.model) if is_whole else plan
    search = _Search(run, plan, WholeCounts(run, plan))
    if run.placement is None:
        search.counts.begin()
    last = search.price_again() if is_whole and run.begun_with is not None else search.price()
    decided = None if last is None or run.is_finished() else search.decide(last)
    if last is None or decided is None or run.is_finished():
        return False
    if is_whole:
        return search.close(last, decided)
    search.move(last, decided)
    return False


def _pairs_beside(nodes: int, num_pairs: int, most_nodes: int) -> int:
    """Return how many of some pairs count beside a proof that took fewer nodes than it might."""
    return min(num_pairs, max(LEAST_PAIRS, ceil(num_pairs * nodes / most_nodes)))


@dataclass
class _Search:
    """One search under way: what makes openings and counts of a relaxed solution."""

    run: Run
    plan: Separable
    counts: WholeCounts
    near: Neighbourhoods = field(init=False)
    """Those around the openings that the proof is begun from; there once prices are refined."""
    is_from_start: bool = False
    """Whether the openings begun from are those that the run began with."""
    free_session: Session | None = None
    """One that solves the second of two neighbourhoods at the same time."""

    @property
    def _is_large(self) -> bool:
        return self.plan.sites.worth.size >= MANY_COUNTS

    def solve_prices(self, program: Formulation) -> SolveResult:
        """Solve a program for its prices."""
        return self.run.solve(PRICES, program, 0.0, is_interior=True)

    def solve_held(self, program: Formulation) -> SolveResult:
        """Solve a program with openings held."""
        return self.run.solve(HELD, program, 0.0, is_interior=self.plan.sites.shape[0] >= MANY_SITES)

    def solve_near(self, near: Sequence[Near], nodes: int) -> list[SolveResult | None]:
        """Search a pair of neighbourhoods, at the same time where a session is free."""
        run, session = self.run, self.free_session
        one, other = (each.growth(run.options.relative_gap * NEAR_GAP_PART, nodes) for each in near)
        scales = [each.program.formulation.objective_scale for each in near]
        beside = None if session is None else run.grow_beside(session, other, scales[1], proves_bound=False)
        mine = run.grow(NEAR, one, scales[0])
        if beside is not None:
            return [mine, run.ended(NEAR, beside, scales[1])]
        return [mine, run.grow(NEAR, other, scales[1])]

    def price(self) -> Priced | None:
        """Find prices that are good enough to round openings by; offer those of earlier ones on the way."""
        run, last, is_rounded = self.run, None, False
        for last in find_prices(self.plan, self.solve_prices):
            self.take_bound(last)
            is_close = last.bound - last.money <= RELAXED_GAP_PART * run.options.relative_gap * abs(last.money)
            is_shown = is_rounded or run.begun_with is not None
            if not (is_shown or is_close or run.is_finished()):  # something good to show early
                self.round(last)
                is_rounded = True
            if is_close or run.is_finished():
                break
        return last

    def price_again(self) -> Priced | None:
        """Find the prices of every choice at once, for openings are given."""
        last = price_all(self.plan, self.solve_prices)
        if last is not None:
            self.take_bound(last)
        return last

    def take_bound(self, priced: Priced) -> None:
        """Take the bound of prices."""
        self.run.take_money_bound(priced.bound + abs(priced.bound) * BOUND_ROUNDING)
        self.run.announce(PRICES)

    def decide(self, priced: Priced) -> Decided | None:
        """Offer the openings that the run began with, where they are nearly as good as any; else rounded ones."""
        started = self._started_from()
        if started is not None and started.money * (1 + NEAR_START * self.run.options.relative_gap) >= priced.money:
            self.counts.offer(started)
            self.is_from_start = True
            return started
        return self.round(priced)

    def round(self, priced: Priced) -> Decided | None:
        """Offer the openings of a relaxed solution, rounded; return the best of them."""
        found = decide_openings(self.plan, priced, self.solve_held)
        if not found:
            return None
        self.counts.offer(found[0])
        return found[0]

    def move(self, priced: Priced, decided: Decided) -> Decided:
        """Offer better openings than some that are decided, moved where prices say so; return the best."""
        best = decided
        for better in better_openings(self.plan, priced, decided, self.solve_held, MOST_TRIES):
            best = better
            if self.run.is_finished():
                break
        if best is not decided:
            self.counts.offer(best)
        return best

    def close(self, priced: Priced, decided: Decided) -> bool:
        """Close the gap from openings that are decided, with blocks relaxed: better ones, and a proof beside.

        Return False where whole blocks decide more than the gap: relaxed ones cannot close it then.
        """
        run = self.run
        cutter, alike = Cutter(self.plan, run.options.relative_gap), self.plan.alike()
        priced = self.refine(priced, cutter)
        if run.is_finished():
            return True
        with Session() as session:
            session.start()  # it is ready once openings are moved
            best = hold(self.plan, decided.is_open, self.plan.sites.may_add, self.solve_held) or decided
            self.plan, best = cutter.begin(self.plan, best, self.solve_held)
            best = best if self.is_from_start else self.move(priced, best)
            self.near = Neighbourhoods(self.plan, cutter, priced, self.solve_held, self.solve_near, run.options.seed)
            self.free_session = session if run.options.threads > 1 else None
            stands, proof = self._look(self.near.begin(best)), Proof(self.plan, alike)
            is_proven = is_lossy = False
            while not (is_proven or run.is_finished()):
                before, was_lossy = stands, is_lossy
                stands, is_proven = self._look_and_prove(session, proof, stands)
                is_proven = is_proven and stands.best is before.best and self.counts.is_through
                is_lossy = self.counts.is_lossy
                if was_lossy and is_lossy and not run.is_finished():
                    return False
        return True

    def refine(self, priced: Priced, cutter: Cutter) -> Priced:
        """Return the prices of every choice, with cuts of single sites where those bring the bound down."""
        best, gap = priced, self.run.options.relative_gap
        for plan, better in refined(self.plan, priced, cutter, self.solve_prices, gap):
            self.plan, best = plan, better
            self.take_bound(best)
            if self.run.is_finished():
                break
        return best

    def _started_from(self) -> Decided | None:
        """Return the openings of the placement that the run began with, as far as they may be; None without any."""
        if self.run.begun_with is None:
            return None
        periods = np.arange(self.plan.sites.shape[2])
        opened = np.full(self.plan.sites.shape[0], len(periods))
        for site, period in self.run.begun_with.opened.items():
            opened[site] = period
        is_open = np.where(self.plan.sites.opens[:, None], periods >= opened[:, None], True) & self.plan.sites.may_open
        return hold(self.plan, is_open, self.plan.sites.may_add, self.solve_held)

    def _look(self, stands: Standing) -> Standing:
        """Search neighbourhoods until their openings are good enough, or no longer better; return where that stands."""
        most, fruitless = (MANY_PAIRS if self._is_large else FEW_PAIRS), 0
        while stands.turn < most and not (stands.is_over or self.run.is_finished()):
            if self._is_enough(stands.best, fruitless):
                break
            before, stands = stands.best, self.near.after(stands)
            fruitless = fruitless + 1 if stands.best is before else 0
            if stands.best is not before:
                self.counts.offer(stands.best, is_last=False)
        return self._settled(stands)

    def _is_enough(self, decided: Decided, fruitless: int) -> bool:
        """Return whether openings are good enough for their counts to be made whole, or fruitless pairs say so."""
        is_well = self.counts.is_well
        if self.counts.would_end_it(decided, ENOUGH_PART_OF_MANY if self._is_large and is_well else ENOUGH_PART):
            return True
        if not self._is_large or fruitless < FRUITLESS_PAIRS:
            return False
        return fruitless >= MANY_FRUITLESS_PAIRS if is_well else not self.counts.has_more(decided)

    def _look_and_prove(self, session: Session, proof: Proof, stands: Standing) -> tuple[Standing, bool]:
        """Make counts whole and search neighbourhoods while the proof grows from the same openings.

        Return whether the proof has nothing left to do. What the neighbourhoods find counts from the end of that growth
        on, in the order in which it was found, and only where the proof leaves the gap open; of a growth of fewer nodes
        than it might have, fewer pairs count. So it does not matter which of the two is quicker.
        """
        run, (num_pairs, nodes) = self.run, LARGE_ROUND if self._is_large else ROUND
        num_pairs = ceil(num_pairs / stands.raised)
        self.free_session = None
        growth = proof.growth(stands.plan, stands.best, self._wanted(stands.best), nodes)
        growing = run.grow_beside(session, growth, proof.scale, proves_bound=True)
        if run.options.threads == 1:
            growing.wait()
        self.counts.complete(stands.best)
        found = [stands]
        while len(found) <= num_pairs and growing.answer is None and not (found[-1].is_over or run.is_finished()):
            found.append(self.near.after(found[-1]))
        result = run.ended(RELAXED_BLOCKS, growing, proof.scale)
        self.free_session = session if run.options.threads > 1 else None
        if result is None:
            return self._taken(found, num_pairs), True
        proof.take(result)
        run.take_money_bound(result.best_bound * proof.scale)
        last = self._taken(found, _pairs_beside(result.nodes, num_pairs, nodes))
        is_proven = result.termination is Termination.SOLVED
        return self._with_opened(last, None if run.is_finished() else proof.opened_by(result)), is_proven

    def _with_opened(self, stands: Standing, is_open: Flags | None) -> Standing:
        """Return where the search stands with openings that a proof has found, if they are better."""
        opened = stands if is_open is None else self.near.with_opened(stands, [is_open])
        if opened.best is not stands.best:
            self.counts.offer(opened.best)
        return opened

    def _taken(self, found: list[Standing], num_pairs: int) -> Standing:
        """Offer what so many pairs find, in its order, until the gap is proven; the best of a search that is stopped."""
        run, last = self.run, found[0]
        if run.session.interrupted or run.timed_out:
            return self._settled(found[-1])
        for number in range(1, num_pairs + 1):
            if run.is_finished() or last.is_over:
                break
            before, last = last, found[number] if number < len(found) else self.near.after(last)
            if last.best is not before.best:
                self.counts.offer(last.best, is_last=False)
        return self._settled(last)

    def _settled(self, stands: Standing) -> Standing:
        """Make the best openings whole where they are not yet, unless the gap is proven without them."""
        is_stopped = self.run.session.interrupted or self.run.timed_out
        if stands.best is not self.counts.rounded and (is_stopped or not self.run.is_finished()):
            self.counts.round(stands.best)
        return stands

    def _wanted(self, decided: Decided) -> float:
        """Return the bound that proves the gap asked for to the best whole placement, or nearly to the relaxed counts."""
        gap, whole = self.run.options.relative_gap, float(self.run.objective() or 0)
        return max(whole * (1 + NEARLY * gap), decided.money + LEAST_GAP_PART * gap * abs(decided.money))
