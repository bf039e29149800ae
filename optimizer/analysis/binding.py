"""Which limits bind: whether one more block would break them.

A limit binds in its period when adding one block, for some allowed (site, accelerator) with deliveries and power by then,
would raise usage minus allowance, and the smallest such rise exceeds the slack. A limit that only additions help (a
minimum) binds when removing one smallest block would break it. With whole blocks slack is seldom 0, so a zero test would
report that nothing binds. A limit with no allowance, or over nothing, is `closed` and listed apart. A soft limit that is
used up binds, and so does one that is bought past: one block more costs its price. It is never closed. A limit on service
binds where something is served and less than one TPP is left.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.rules.bound_lots import bound_scopes
from optimizer.rules.limit import (
    CHANGES,
    WORLD,
    Entered,
    Exact,
    Limit,
    Modules,
    Moved,
    Opened,
    Placed,
    Present,
    Sense,
    Served,
    Standing,
    Unbound,
    Vintage,
)
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import over_common, products_over_common

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Variable
    from optimizer.verify.check import Reading


class Tightness(StrEnum):
    """How a limit stands: one more block breaks it, there is room, or it allows nothing at all."""

    BINDING = "binding"
    SLACK = "slack"
    CLOSED = "closed"


@dataclass(frozen=True)
class GroupReading:
    """The limits of one setting over all periods; `readings` and `tightness` by period, in order."""

    readings: tuple[Reading, ...]
    tightness: tuple[Tightness, ...]

    @property
    def limit(self) -> Limit:
        """Return the first limit, for what all of them share."""
        return self.readings[0].limit

    @property
    def binding_periods(self) -> tuple[str, ...]:
        """Return the labels of the periods in which the group binds."""
        pairs = zip(self.readings, self.tightness, strict=True)
        return tuple(reading.limit.period_label for reading, tight in pairs if tight is Tightness.BINDING)

    @property
    def is_binding(self) -> bool:
        """Return whether the group binds in any period."""
        return Tightness.BINDING in self.tightness

    @property
    def is_closed(self) -> bool:
        """Return whether the group allows nothing in any period."""
        return all(tight is Tightness.CLOSED for tight in self.tightness)

    @property
    def tightest(self) -> Reading:
        """Return the reading closest to its allowance, nothing used of nothing after all others; the last of equals."""
        return min(reversed(self.readings), key=_closeness)


def _closeness(reading: Reading) -> tuple[bool, float]:
    """Return whether nothing is used of nothing, and the slack relative to what is used or allowed."""
    (usage, allowance, slack), _ = over_common([reading.usage, reading.allowance, reading.slack])
    size = max(abs(allowance), abs(usage))
    return not size, slack / size if size else 0.0


def _allows_nothing(reading: Reading) -> bool:
    """Return whether a maximum is of nothing whatever is placed, or over nothing."""
    usage, allowance = reading.limit.usage, reading.limit.allowance
    if not usage.terms and not usage.constant:
        return True
    return reading.allowance <= 0 and not any(coefficient for _, coefficient in allowance.terms)


def _is_shut(limit: Limit) -> bool:
    """Return whether a limit permits what has entered by paths, and every one of them is shut by its period."""
    permitted = [variable for variable, _ in limit.allowance.terms]
    has_entries = bool(permitted) and all(isinstance(variable, Entered) for variable in permitted)
    return has_entries and not limit.allowance.constant and all(v.period < limit.period for v in permitted)


def group_readings(case: Case, readings: Iterable[Reading]) -> tuple[GroupReading, ...]:
    """Return readings by group: policy limits first, then contract, then physical, otherwise in the order given.

    What changes of a last plan cost is no limit that could bind, and is left out.
    """
    rises = Rises(case)
    groups: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.limit.term != CHANGES:
            groups[reading.limit.group].append(reading)
    order = list(LimitKind)
    grouped = [GroupReading(tuple(rows), tuple(rises.tightness(row) for row in rows)) for rows in groups.values()]
    return tuple(sorted(grouped, key=lambda group: order.index(group.limit.kind)))


@dataclass(frozen=True)
class Rises:
    """How much one block moves a limit."""

    case: Case

    def tightness(self, reading: Reading) -> Tightness:
        """Return how a limit stands on the placement it was read on."""
        limit = reading.limit
        if reading.excess:
            return Tightness.BINDING
        if not limit.is_soft and limit.sense is Sense.AT_MOST and (_allows_nothing(reading) or _is_shut(limit)):
            return Tightness.CLOSED
        if any(isinstance(variable, Served) for variable, _ in limit.usage.terms):
            return Tightness.BINDING if reading.usage and reading.slack < 1 else Tightness.SLACK
        moves, over = self._moves(limit)
        helps, harms = [move for move in moves if move < 0], [move for move in moves if move > 0]
        if limit.sense is Sense.AT_LEAST:
            helps, harms = harms, [-move for move in helps]
        if not harms and limit.sense is Sense.AT_LEAST:
            # Only additions help: what counts is a block taken away, of those that the plan itself has placed.
            placed = (reading.usage - limit.usage.constant) * over
            harms = [move for move in helps if move <= placed]
        return Tightness.BINDING if harms and min(harms) > reading.slack * over else Tightness.SLACK

    def _moves(self, limit: Limit) -> tuple[Collection[int], int]:
        """Return the changes of usage minus allowance for one block more, for each (site, accelerator) that could take one.

        They are whole numbers, and what stands under all of them.
        """
        terms = [term for term in limit.net_terms() if term[0].period == limit.period]
        # Totals move alike wherever in a destination a block lands, so one site of each stands for all of them.
        sees_sites = any(not isinstance(variable, Opened | Placed) for variable, _ in terms)
        if terms and all(isinstance(variable, Opened | Modules | Present) for variable, _ in terms):
            # Nothing but openings or modules counts: one more of them is what could break it.
            return over_common([weight for variable, weight in limit.usage.terms if variable.period == limit.period])
        takers = (self._takers_by_place if sees_sites else self._first_takers_by_place)[limit.period]
        pairs, steps = [], []
        for variable, coefficient in terms:
            moved = self._there(variable) if isinstance(variable, Standing) else self._steps(variable, takers)
            for pair, step in moved:
                pairs.append(pair)
                steps.append((coefficient, step))
        whole, over = products_over_common(steps)
        if len(set(pairs)) == len(pairs):
            return whole, over
        moves: dict[tuple[int, int], int] = defaultdict(int)
        for pair, move in zip(pairs, whole, strict=True):
            moves[pair] += move
        return moves.values(), over

    def _steps(
        self, variable: Variable, takers: Mapping[str, list[tuple[int, int]]]
    ) -> Iterator[tuple[tuple[int, int], Exact]]:
        """Yield by how much one block more, at each pair that could take one, raises a variable."""
        match variable:
            case Standing() | Vintage():
                yield from self._there(variable)
            case Placed(measure, place):
                weights = self.case.weights[measure]
                for where in takers if place == WORLD else (place,):
                    yield from ((pair, weights[pair[1]] * self._blocks[pair[1]]) for pair in takers.get(where, ()))
            case Opened() | Moved() | Modules() | Present() | Served():
                return
            case Unbound():
                yield from ((pair, self._blocks[pair[1]]) for pair in self._drawers(variable))
            case Entered():
                yield from ((pair, self._blocks[pair[1]]) for pair in self._entrants(variable))

    def _there(self, variable: Standing | Vintage) -> tuple[tuple[tuple[int, int], Exact], ...]:
        """Return the pair whose stock a variable counts, if one more block added in its period raises it."""
        pair = variable[:2]
        is_of_period = isinstance(variable, Standing) or variable.bought == variable.period
        return ((pair, self._blocks[pair[1]]),) if is_of_period and pair in self.takers[variable.period] else ()

    def _drawers(self, variable: Unbound) -> Iterator[tuple[int, int]]:
        """Yield the pairs at which one more block could take of deliveries that are not bound to their place."""
        scope = next(
            one for one in bound_scopes(self.case, variable.accelerator) if one.beyond(variable.period) == variable
        )
        pairs = ((site, scope.sku) for site in scope.sites)
        yield from (pair for pair in pairs if pair in self.takers[variable.period])

    def _entrants(self, variable: Entered) -> Iterator[tuple[int, int]]:
        """Yield the pairs at which one more block could come in by a path in a period."""
        gate = self.case.gate_by_key[variable.gate]
        if gate.open_periods[variable.path][variable.period]:
            for site in gate.sites:
                if (site, variable.accelerator) in self.takers[variable.period]:
                    yield site, variable.accelerator

    @cached_property
    def _blocks(self) -> tuple[int, ...]:
        return tuple(accelerator.block for accelerator in self.case.plan.accelerators)

    @cached_property
    def takers(self) -> tuple[frozenset[tuple[int, int]], ...]:
        """Return, by period, the (site, accelerator) pairs allowed there with a block delivered and powered by then."""
        case, plan = self.case, self.case.plan
        draws, over = over_common([row.power_kw * row.block for row in plan.accelerators])
        found: tuple[set[tuple[int, int]], ...] = tuple(set() for _ in range(case.num_periods))
        for site, described in enumerate(plan.sites):
            since = [(sku, first) for sku in range(len(draws)) if (first := self._first_use(site, sku)) is not None]
            for period in range(described.opens_from, case.last_open(site) + 1):
                room_kw = case.power.reachable_mw(site, period) * 1000 / described.pue
                most = room_kw.numerator * over // room_kw.denominator
                found[period].update((site, sku) for sku, first in since if first <= period and draws[sku] <= most)
        return tuple(map(frozenset, found))

    def _first_use(self, site: int, sku: int) -> int | None:
        """Return the first period in which a block of an accelerator is there and may stand at a site; None if never."""
        described, accelerator = self.case.plan.sites[site], self.case.plan.accelerators[sku]
        if described.allowed_accelerators is not None and accelerator.key not in described.allowed_accelerators:
            return None
        first, values = self._first_blocks[sku], self.case.plan.values_usd_per_unit
        if values is None or first is None:
            return first
        valued = values.get((described.key, accelerator.key), ())
        since = next((period for period, value in enumerate(valued) if value is not None), None)
        return None if since is None else max(first, since)

    @cached_property
    def _first_blocks(self) -> tuple[int | None, ...]:
        """Return, by accelerator, the first period by which a block of it is delivered."""
        rows = zip(self.case.plan.delivered_units, self._blocks, strict=True)
        return tuple(next((k for k, units in enumerate(row) if units >= block), None) for row, block in rows)

    @cached_property
    def _takers_by_place(self) -> tuple[Mapping[str, list[tuple[int, int]]], ...]:
        by_period = []
        for pairs in self.takers:
            places: dict[str, list[tuple[int, int]]] = defaultdict(list)
            for site, sku in sorted(pairs):
                places[self.case.site_destinations[site]].append((site, sku))
            by_period.append(places)
        return tuple(by_period)

    @cached_property
    def _first_takers_by_place(self) -> tuple[Mapping[str, list[tuple[int, int]]], ...]:
        """Return, by period and destination, one pair for each accelerator that could be added there."""
        return tuple(
            {place: [(site, sku) for sku, site in _first_sites(pairs).items()] for place, pairs in places.items()}
            for places in self._takers_by_place
        )


def _first_sites(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    first: dict[int, int] = {}
    for site, sku in pairs:
        first.setdefault(sku, site)
    return first
