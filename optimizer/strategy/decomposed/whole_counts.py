"""Relaxed counts made whole: rounded in exact arithmetic, completed by a program near them, a few sites at a time polished.

Each placement is offered to the run; how much of the relaxed value the last openings lose says what is tried next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.columns import ABSENT
from optimizer.strategy.completion import complete, complete_few
from optimizer.strategy.decomposed.neighbours import MANY_COUNTS
from optimizer.strategy.rounding.whole import rounder_of
from optimizer.strategy.stages import HELD

if TYPE_CHECKING:
    from optimizer.schema.placement import Placement
    from optimizer.strategy.decomposed.openings import Decided
    from optimizer.strategy.decomposed.separate import Separable
    from optimizer.strategy.run import Run

MUCH_BETTER_PART = 0.25
"""Part of the gap asked for by which openings are so much better that they are made whole at once."""
LEAST_PART_LEFT = 0.3
"""Part of the gap asked for that relaxed counts may always leave, however much is lost in whole blocks."""
POLISHED_SITES = 6
"""Sites whose counts are made whole anew at a time."""
FEW_FRUITLESS, MOST_FRUITLESS = 6, 24
"""Tries in a row with nothing better after which polishing pauses, and after which it ends."""
ROUNDING_LOSS_PART, ROUNDING_LOSS_PART_OF_MANY = 0.05, 0.5
"""Part of the gap asked for that rounding may lose; where it lost more, counts are completed. Of many counts a completion
takes half a minute and seldom gains what half that time of neighbourhoods does."""
COMPLETED_LOSS_PART, COMPLETED_LOSS_PART_OF_MANY = 0.5, 1.0
"""Part of the gap asked for that rounding must have lost for a program over all counts; else that finds less in two seconds
(of many counts: in ten) than a few sites at a time do in half of one."""


class WholeCounts:
    """Makes the counts of openings whole, in one run."""

    def __init__(self, run: Run, plan: Separable) -> None:
        self.rounded: Decided | None = None
        """The openings whose counts were last made whole by rounding."""
        self.is_through = True
        """Whether nothing is left to try on the counts that `complete` was given last."""
        self._run, self._plan, self._rounder = run, plan, rounder_of(run.case, run.limits)
        self._is_large = plan.sites.worth.size >= MANY_COUNTS
        self._completed: Decided | None = None
        self._polished: Placement | None = None
        self._polishes = self._fruitless = 0

    def begin(self) -> None:
        """Offer a placement made from nothing."""
        if self._rounder is not None:
            self._keep(self._rounder.first({}))

    def offer(self, decided: Decided, *, is_last: bool = True) -> None:
        """Round openings; where more are to come, only those that are much better or, whole, may end the search.

        They are taken to lose what the last ones did.
        """
        if decided is self.rounded or self._run.timed_out:
            return
        before = 0.0 if self.rounded is None else self.rounded.money
        is_much = decided.money - before > MUCH_BETTER_PART * self._run.options.relative_gap * abs(decided.money)
        if is_last or is_much or self.would_end_it(decided, self.part_left):
            self.round(decided)

    def round(self, decided: Decided) -> None:
        """Round the counts of openings and offer what comes of it."""
        self.rounded, self._run.offered = decided, None
        if self._rounder is None:
            return
        first = np.argmax(decided.is_open, axis=1)
        opened = {site: int(first[site]) for site in np.flatnonzero(decided.is_open.any(axis=1)).tolist()}
        self._keep(self._rounder.whole(opened, decided.counts, self._plan.price_of_limits(decided.prices)))

    def _keep(self, placement: Placement | None) -> None:
        if placement is not None:
            self._run.offer_placement(placement)
            self._run.announce(HELD)

    @property
    def lost(self) -> float:
        """Return which part of the value of the relaxed counts that were rounded last is lost in whole blocks."""
        whole = float(self._run.objective() or 0)
        return 0.0 if self.rounded is None else (self.rounded.money - whole) / max(abs(whole), 1.0)

    @property
    def part_left(self) -> float:
        """Return the part of the gap asked for that relaxed counts may leave, if they lose what the last ones did.

        Where those lost as much as the gap, no better openings make up for it.
        """
        gap = self._run.options.relative_gap
        return max(LEAST_PART_LEFT, 1 - self.lost / gap) if 0 < self.lost < gap else 1.0

    @property
    def is_well(self) -> bool:
        """Return whether rounding has lost so little that a program has not much to win back."""
        may_lose = ROUNDING_LOSS_PART_OF_MANY if self._is_large else ROUNDING_LOSS_PART
        return self.lost <= may_lose * self._run.options.relative_gap

    @property
    def is_lossy(self) -> bool:
        """Return whether as much as the gap asked for is lost, and nothing is left to try against that."""
        return self.is_through and self.lost > self._run.options.relative_gap

    def complete(self, decided: Decided) -> None:
        """Make counts whole by a program where rounding lost much, once; of many counts only where that is what is left.

        What polishing has paused at is gone on with.
        """
        self.is_through = True
        if self.is_well or (self._is_large and self.has_more(decided)):
            return
        if decided is not self._completed:
            self._completed, self._fruitless = decided, 0
            part = COMPLETED_LOSS_PART_OF_MANY if self._is_large else COMPLETED_LOSS_PART
            if self._run.offered is None or self.lost > part * self._run.options.relative_gap:
                self._complete_near(decided)
        self._polish()

    def _complete_near(self, decided: Decided) -> None:
        """Make counts whole by a program near the relaxed ones."""
        columns, program = self._run.model.columns, self._run.program
        values = np.zeros(program.num_columns)
        for known, given in ((columns.blocks, decided.counts), (columns.openings, decided.is_open)):
            values[known[known != ABSENT]] = given[known != ABSENT]
        held = np.clip(values, program.column_lower, program.column_upper)
        complete(self._run, held, self._run.options.relative_gap)

    def _polish(self) -> None:
        """Make the counts of a few sites whole anew, others each time, until rounding has lost little.

        It goes on from the last placement offered, which may be worse than the best one as long as its counts are poor.
        """
        run, most = self._run, self._fruitless + FEW_FRUITLESS
        while run.offered is not None and not (run.is_finished() or self.is_well):
            now, worth = run.offered
            if self._fruitless >= MOST_FRUITLESS:
                self._polished = now
            self.is_through = self._polished is now
            if self.is_through or self._fruitless >= most:
                return
            used = sorted({site for site, _ in now.standing_units})
            self._polishes += 1
            chance = np.random.default_rng((run.options.seed, self._polishes))
            is_free = np.zeros(self._plan.sites.shape[0], dtype=bool)
            is_free[chance.choice(used, min(POLISHED_SITES, len(used)), replace=False)] = True
            complete_few(run, now, is_free, run.options.relative_gap)
            if run.offered[1] > worth:
                self._fruitless, most = 0, FEW_FRUITLESS
            else:
                run.offered, self._fruitless = (now, worth), self._fruitless + 1

    def has_more(self, decided: Decided) -> bool:
        """Return whether more of the gap lies between relaxed counts and the bound than rounding has lost, and too much."""
        whole, bound = float(self._run.objective() or 0), self._run.bound()
        is_most = bound is not None and float(bound) - decided.money > self.lost * abs(whole)
        return is_most and not self.would_end_it(decided, 1.0)

    def would_end_it(self, decided: Decided, part: float) -> bool:
        """Return whether relaxed counts, were they whole, would leave no more than a part of the gap asked for."""
        bound = self._run.bound()
        return bound is not None and decided.money * (1 + part * self._run.options.relative_gap) >= float(bound)
