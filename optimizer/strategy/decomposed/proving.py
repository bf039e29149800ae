"""The gap closed with blocks relaxed: better openings from neighbourhoods, counts made whole, a proof beside."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from math import inf
from typing import TYPE_CHECKING

from optimizer.solve.result import Termination
from optimizer.strategy.decomposed.crossing import cross
from optimizer.strategy.decomposed.cuts import Cutter
from optimizer.strategy.decomposed.neighbours import DIVES, MANY_COUNTS, Found, Neighbourhoods
from optimizer.strategy.decomposed.openings import hold
from optimizer.strategy.decomposed.proof import Proof
from optimizer.strategy.decomposed.refine import refined
from optimizer.strategy.decomposed.whole_openings import tightened
from optimizer.strategy.stages import RELAXED_BLOCKS

if TYPE_CHECKING:
    from optimizer.model.formulation import Flags
    from optimizer.strategy.decomposed.neighbours import Standing
    from optimizer.strategy.decomposed.openings import Decided
    from optimizer.strategy.decomposed.prices import Priced
    from optimizer.strategy.decomposed.separate import Separable
    from optimizer.strategy.decomposed.solving import Solving
    from optimizer.strategy.decomposed.whole_counts import WholeCounts
    from optimizer.strategy.run import Run

FEW_PAIRS, MANY_PAIRS = 1, 60
"""The effort, in pairs of neighbourhoods, before a proof is begun, on a plan of few counts and of many."""
ROUND, LARGE_ROUND = (10, 150), (6, 20)
"""The same while a proof takes so many nodes, on a plan of few counts and of many."""
LEAST_PAIRS = 2
"""The same that counts beside a proof that ended at its root."""
LEAST_GAP_PART, NEARLY = 0.3, 0.98
"""Parts of the gap asked for: what a proof may leave at first, and at which a bound is aimed, so that rounding cannot
leave it just open."""
SMALLEST_GAP_PART, MORE_PROOF = 0.02, 3.0
"""Part of the gap asked for that a proof must reach before whole blocks are given up on, and how many times less it leaves
each time that counts cannot be made whole any better."""
MUCH_LOST_PART = 0.5
"""Part of the gap asked for that counts lose when they are made whole, from which cuts are made that promised little."""
ENOUGH_PART = 0.85
"""Part of the gap asked for within which relaxed counts are good enough to be made whole."""
FRUITLESS_PAIRS, MANY_FRUITLESS_PAIRS = 4, 12
"""The effort with nothing better after which many counts are made whole, where that is what is left, and after which a
proof is begun all the same: its root alone takes many times as long as a pair."""


def _pairs_beside(nodes: int, num_pairs: int, most_nodes: int) -> float:
    """Return the effort of how many of some pairs counts beside a proof that took fewer nodes than it might."""
    return min(num_pairs, max(LEAST_PAIRS, num_pairs * nodes / most_nodes))


@dataclass
class Proving:
    """One search that closes the gap."""

    run: Run
    plan: Separable
    counts: WholeCounts
    solving: Solving
    near: Neighbourhoods = field(init=False)
    """Those around the openings that are the best so far."""
    least_gap_part: float = LEAST_GAP_PART
    """Part of the gap asked for that a proof may leave to the relaxed counts."""

    @property
    def _is_large(self) -> bool:
        return self.plan.sites.worth.size >= MANY_COUNTS

    def close(self, priced: Priced, decided: Decided) -> bool:
        """Close the gap from openings that are decided, with blocks relaxed: better ones, and a proof beside.

        Return False where whole blocks decide more than the gap: relaxed ones cannot close it then.
        """
        run, turn = self.run, 0
        if run.begun_with is not None:  # its openings may need no more than a few dives
            at_rest = Cutter(self.plan, run.options.relative_gap, is_at_rest=True)
            stands = self._look(self._begun(priced, decided, at_rest), is_quick=True)
            decided, turn = stands.best, stands.turn
        if run.is_finished():
            return True
        self.plan = tightened(self.plan, run.model)
        cutter, alike = Cutter(self.plan, run.options.relative_gap), self.plan.alike()
        priced = self._refine(priced, cutter)
        if run.is_finished():
            return True
        best = hold(self.plan, decided.is_open, self.plan.sites.may_add, self.solving.held) or decided
        self.plan, best = cutter.begin(self.plan, best, self.solving.held)
        best = cross(self.plan, priced, best, self.solving)
        self.counts.offer(best, is_last=False)
        return self._prove(Proof(self.plan, alike), self._look(self._begun(priced, best, cutter, turn)))

    def _prove(self, proof: Proof, stands: Standing) -> bool:
        """Go on with a proof, neighbourhoods and whole counts to the end; return what `close` does."""
        run, is_proven, is_lossy = self.run, False, False
        while not run.is_finished():
            before, was_lossy = stands, is_lossy
            if is_proven and self.counts.is_through:
                if self.least_gap_part < SMALLEST_GAP_PART:
                    break
                self.least_gap_part, is_proven = self.least_gap_part / MORE_PROOF, False
            elif is_proven:  # better openings there are hardly
                self.counts.complete(stands.best)
            else:
                stands, is_proven = self._look_and_prove(proof, stands)
                is_proven = is_proven and stands.best is before.best
            if self.counts.lost > MUCH_LOST_PART * run.options.relative_gap:
                stands = self.near.with_cuts(stands)
            is_lossy = self.counts.is_lossy
            if was_lossy and is_lossy and not run.is_finished():
                return False
        return True

    def _begun(self, priced: Priced, decided: Decided, cutter: Cutter, turn: int = 0) -> Standing:
        """Return where a search of neighbourhoods begins, when so many pairs were searched before."""
        self.near = Neighbourhoods(
            self.plan, cutter, priced, self.solving.held, self.solving.near, self.run.options.seed
        )
        return self.near.begin(decided, turn)

    def _refine(self, priced: Priced, cutter: Cutter) -> Priced:
        """Return the prices of every choice, with cuts of single sites where those bring the bound down."""
        best, gap = priced, self.run.options.relative_gap
        for plan, better in refined(self.plan, priced, cutter, self.solving.prices, gap):
            self.plan, best = plan, better
            self.solving.take_prices(plan, best)
            if self.run.is_finished():
                break
        return best

    def _look(self, stands: Standing, *, is_quick: bool = False) -> Standing:
        """Search neighbourhoods until their openings are good enough, or no longer better; return where that stands.

        One that is quick ends where dives find nothing more.
        """
        most, fruitless = (MANY_PAIRS if self._is_large else FEW_PAIRS), 0.0
        while stands.effort < most and not (stands.is_over or self.run.is_finished()):
            if self._is_enough(stands.best, fruitless) or (is_quick and stands.nodes != DIVES):
                break
            before, stands = stands, self.near.after(stands)
            fruitless = fruitless + stands.effort - before.effort if stands.best is before.best else 0.0
            if stands.best is not before.best:
                self.counts.offer(stands.best, is_last=False)
        return self._settled(stands)

    def _is_enough(self, decided: Decided, fruitless: float) -> bool:
        """Return whether openings are good enough for their counts to be made whole, or fruitless pairs say so."""
        part = min(ENOUGH_PART, self.counts.part_left) if self._is_large else ENOUGH_PART
        if self.counts.would_end_it(decided, part):
            return True
        if not self._is_large or fruitless < FRUITLESS_PAIRS:
            return False
        return fruitless >= MANY_FRUITLESS_PAIRS if self.counts.is_well else not self.counts.has_more(decided)

    def _look_and_prove(self, proof: Proof, stands: Standing) -> tuple[Standing, bool]:
        """Make counts whole and search neighbourhoods while the proof grows from the same openings.

        Return whether the proof has nothing left to do. What the neighbourhoods find counts from the end of that growth
        on, in the order in which it was found, and only where the proof leaves the gap open; of a growth of fewer nodes
        than it might have, fewer pairs count. So it does not matter which of the two is quicker.
        """
        run, (num_pairs, nodes) = self.run, LARGE_ROUND if self._is_large else ROUND
        self.solving.is_beside_free = False
        growth = proof.growth(stands.plan, stands.best, self._wanted(stands.best), nodes)
        growing = run.grow_beside(self.solving.beside, growth, proof.scale, proves_bound=True)
        if run.options.threads == 1:
            growing.wait()
        self.counts.complete(stands.best)
        found = [stands]
        while found[-1].effort < stands.effort + num_pairs and growing.answer is None:
            if found[-1].is_over or run.is_finished():
                break
            found.append(self.near.after(found[-1]))
        result = run.ended(RELAXED_BLOCKS, growing, proof.scale)
        self.solving.is_beside_free = True
        if result is None:
            return self._taken(found, num_pairs), True
        proof.take(result)
        run.take_money_bound(result.best_bound * proof.scale)
        last = self._taken(found, _pairs_beside(result.nodes, num_pairs, nodes))
        is_proven = result.termination is Termination.SOLVED
        return self._with_opened(last, None if run.is_finished() else proof.opened_by(result)), is_proven

    def _with_opened(self, stands: Standing, is_open: Flags | None) -> Standing:
        """Return where the search stands with openings that a proof has found, if they are better."""
        opened = stands if is_open is None else self.near.with_found(stands, [Found(is_open, inf)])
        if opened.best is not stands.best:
            self.counts.offer(opened.best)
        return opened

    def _taken(self, found: list[Standing], num_pairs: float) -> Standing:
        """Offer what so much effort finds, in its order, until the gap is proven; the best of a search that is stopped."""
        run, last = self.run, found[0]
        if run.session.interrupted or run.timed_out:
            return self._settled(found[-1])
        for number in count(1):
            if run.is_finished() or last.is_over or last.effort >= found[0].effort + num_pairs:
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
        return max(whole * (1 + NEARLY * gap), decided.money + self.least_gap_part * gap * abs(decided.money))
