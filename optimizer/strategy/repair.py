"""Repair: take off the few blocks by which a solver's tolerance broke a limit, in exact arithmetic.

One block at a time, for the first limit still broken: of the blocks whose removal helps that limit, the one that loses the
least worth per unit of relief; relief beyond what is missing counts for nothing. Blocks whose removal breaks no further
limit come first. What is returned has passed the exact check as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from optimizer.analysis.assignment import with_paths
from optimizer.analysis.service import with_service
from optimizer.economics.worth import Worth
from optimizer.model.halls import limits_on_modules, with_fewest_modules
from optimizer.model.opened import opened_in, sites_opened_early
from optimizer.rules.limit import WORLD, Entered, Opened, Placed, Sense, Served, Standing
from optimizer.schema.placement import Placement
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Limit, Variable
    from optimizer.verify.check import Reading

MOST_REMOVALS = 200
"""Blocks after which a repair gives up: a tolerance breaks a limit by a few, and a solver does the rest better."""
MOST_TRIED = 100
"""Removals, cheapest first, among which one that breaks nothing else is looked for."""


def repair(
    case: Case, limits: tuple[Limit, ...], placement: Placement, readings: tuple[Reading, ...]
) -> Placement | None:
    """Return a placement that keeps every limit, made by taking blocks off one that does not; None if none is found.

    `readings` are those of the limits on the placement, in order. Soft limits ask nothing of a repair. Where
    units may be retired or moved nothing is repaired.
    """
    if case.plan.changes.is_any:  # a block taken off would have to be taken out of its moves, too
        return None
    hard = [number for number, limit in enumerate(limits) if not limit.is_soft]
    if len(hard) < len(limits):
        limits, readings = tuple(limits[n] for n in hard), tuple(readings[n] for n in hard)
    if placement.entered_units or placement.served_tpp:
        return _repair_beside(case, limits, placement, readings)
    early = sites_opened_early(case, limits)
    held = frozenset(early.intersection(placement.opened))
    work = _Work(case, limits, dict(placement.standing_units), [reading.slack for reading in readings], held)
    for done in range(MOST_REMOVALS):
        broken = next((number for number, slack in enumerate(work.slacks) if slack < 0), None)
        if broken is None:
            break
        removals = sorted(work.removals(broken))
        most = max((removal.relief for removal in removals), default=0)
        if most * (MOST_REMOVALS - done) < -work.slacks[broken]:
            return None
        tried = removals[:MOST_TRIED]
        work.take(next((removal for removal in tried if work.is_harmless(removal)), tried[0]))
    standing = {pair: row for pair, row in work.standing.items() if any(row)}
    mended = Placement(standing, opened_in(case, standing, placement.opened, early), modules=placement.modules)
    if placement.modules:
        mended = with_fewest_modules(case, limits_on_modules(limits), mended)
    return mended if verify(case, limits, mended).passed else None


def _repair_beside(
    case: Case, limits: tuple[Limit, ...], placement: Placement, readings: tuple[Reading, ...]
) -> Placement | None:
    """Repair the limits that speak of stock alone, then assign what is left to paths and to workloads anew."""
    beside = tuple(number for number, limit in enumerate(limits) if not _speaks_of_use(limit))
    plain = replace(placement, entered_units={}, served_tpp={})
    own_limits, own_readings = tuple(limits[n] for n in beside), tuple(readings[n] for n in beside)
    mended: Placement | None = plain
    if any(reading.slack < 0 for reading in own_readings):
        mended = repair(case, own_limits, plain, own_readings)
    if mended is None:
        return None
    if placement.entered_units:
        mended = with_paths(case, limits, mended)
    mended = with_service(case, limits, mended)
    return mended if verify(case, limits, mended).passed else None


def _speaks_of_use(limit: Limit) -> bool:
    """Return whether a limit speaks of paths or of workloads."""
    return any(isinstance(variable, Entered | Served) for variable, _ in limit.net_terms())


class _Removal(NamedTuple):
    """One block off: what it loses per unit of relief, where, the stock that is left there, and the relief."""

    price: Fraction
    pair: tuple[int, int]
    row: tuple[int, ...]
    relief: Fraction


class _Work:
    def __init__(
        self,
        case: Case,
        limits: tuple[Limit, ...],
        standing: dict[tuple[int, int], tuple[int, ...]],
        slacks: list[Exact],
        held_open: frozenset[int],
    ) -> None:
        self._case, self._limits, self.standing, self.slacks = case, limits, standing, slacks
        self._held_open = held_open
        self._unit_terms = cache(Worth(case.plan).unit_terms)
        self._moved_by: dict[Variable, list[tuple[int, Exact]]] = defaultdict(list)
        for number, limit in enumerate(limits):
            for variable, coefficient in _slack_terms(limit).items():
                self._moved_by[variable].append((number, coefficient))

    def removals(self, broken: int) -> Iterator[_Removal]:
        """Yield the removals of one block that bring a broken limit closer to being kept."""
        period, terms = self._limits[broken].period, _slack_terms(self._limits[broken])
        periods = sorted({variable.period for variable in terms})
        for pair, row in self.standing.items():
            left = row[period] - self._case.plan.accelerators[pair[1]].block
            if left >= 0:
                after = (
                    *(min(units, left) for units in row[:period]),
                    *(max(0, u - row[period] + left) for u in row[period:]),
                )
                relief = sum(change * terms.get(key, 0) for key, change in self._changes(pair, after, periods))
                if relief > 0:
                    useful = min(Fraction(relief), -Fraction(self.slacks[broken]))
                    yield _Removal(self._loss(pair, after) / useful, pair, after, useful)

    def is_harmless(self, removal: _Removal) -> bool:
        """Return whether a removal breaks no limit that is kept, and none further that is broken."""
        return all(move >= 0 or self.slacks[number] + move >= 0 for number, move in self._moves(removal).items())

    def take(self, removal: _Removal) -> None:
        """Take a block off."""
        for number, move in self._moves(removal).items():
            self.slacks[number] += move
        self.standing[removal.pair] = removal.row

    def _moves(self, removal: _Removal) -> dict[int, Exact]:
        """Return by how much a removal moves the slack of each limit."""
        moves: dict[int, Exact] = defaultdict(int)
        for variable, change in self._changes(removal.pair, removal.row, range(self._case.num_periods)):
            for number, coefficient in self._moved_by.get(variable, ()):
                moves[number] += coefficient * change
        return moves

    def _changes(
        self, pair: tuple[int, int], after: tuple[int, ...], periods: Iterable[int]
    ) -> Iterator[tuple[Variable, Exact]]:
        """Yield each variable of some periods that changes with a pair's stock, and by how much."""
        site, sku = pair
        for period in periods:
            change = after[period] - self.standing[pair][period]
            if change:
                yield Standing(site, sku, period), change
                for measure, weights in self._case.weights.items():
                    yield Placed(measure, self._case.site_destinations[site], period), change * weights[sku]
                    yield Placed(measure, WORLD, period), change * weights[sku]
                if not after[period] and self._closes_when_empty(site) and self._alone(pair, period):
                    yield Opened(site, period), -1

    def _closes_when_empty(self, site: int) -> bool:
        return site not in self._held_open and not self._case.is_open_from_the_start(site)

    def _alone(self, pair: tuple[int, int], period: int) -> bool:
        others = (sku for sku in range(len(self._case.plan.accelerators)) if sku != pair[1])
        return not any(self.standing[pair[0], sku][period] for sku in others if (pair[0], sku) in self.standing)

    def _loss(self, pair: tuple[int, int], after: tuple[int, ...]) -> Fraction:
        """Return the worth of the units that a pair loses, each at the period in which it was added."""
        fewer = (0, *(old - new for old, new in zip(self.standing[pair], after, strict=True)))
        steps = [
            (period, later - earlier) for period, (earlier, later) in enumerate(pairwise(fewer)) if later != earlier
        ]
        return sum(
            (step * worth for period, step in steps for worth in self._unit_terms(*pair, period).values()), Fraction(0)
        )


def _slack_terms(limit: Limit) -> dict[Variable, Exact]:
    """Return the change of a limit's slack per unit of each variable."""
    sign = -1 if limit.sense is Sense.AT_MOST else 1
    return {variable: sign * coefficient for variable, coefficient in limit.net_terms()}
