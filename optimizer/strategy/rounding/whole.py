"""Whole placements from relaxed counts, in moments and at every size, every limit kept exactly.

1. Period by period, accelerators of large blocks first: whole blocks near the relaxed counts, then what a group's total
   still wants, wherever in the world a site's power is best used by it.
2. The few blocks by which totals break a limit are taken off, and sites short of their minimum wait or stay closed.
3. Filling, relocation and exchanges, in true money, until nothing gains; sites that do not pay close, others open.

No bound comes from here, and nothing is infeasible by it: None says only that no placement was found, or that the plan has
limits it does not understand. A placement still has to pass the exact check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.strategy.rounding.exchange import exchange
from optimizer.strategy.rounding.fill import fill, fill_one
from optimizer.strategy.rounding.mend import mend
from optimizer.strategy.rounding.minimums import hold_minimums, meet_minimums, sites_short
from optimizer.strategy.rounding.money import Money, against_power
from optimizer.strategy.rounding.near import round_near
from optimizer.strategy.rounding.openings import close_losing, open_paying
from optimizer.strategy.rounding.relocate import relocate
from optimizer.strategy.rounding.room import Room
from optimizer.strategy.rounding.rows import Floats, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement
    from optimizer.strategy.rounding.rows import Ints, Rows

TIE = 0.02
"""Part of its value that a block may lose against the best use of a site's power and still be placed there at once."""
MOST_PASSES = 12
LEAST_GAIN = 2e-6
"""Part of the value that a pass of exchanges must gain to be followed by another."""
MOST_MENDINGS = 4


def whole_placement(
    case: Case,
    limits: Iterable[Limit],
    opened: Mapping[int, int],
    counts: Floats,
    prices: Mapping[int, float] | None = None,
) -> Placement | None:
    """Return a whole placement near relaxed counts (`Rounder.whole`); None also where the plan is not understood."""
    rounder = rounder_of(case, limits)
    return None if rounder is None else rounder.whole(opened, counts, prices or {})


def first_placement(case: Case, limits: Iterable[Limit]) -> Placement | None:
    """Return a whole placement made from nothing (`Rounder.first`); None also where the plan is not understood."""
    rounder = rounder_of(case, limits)
    return None if rounder is None else rounder.first({})


def rounder_of(case: Case, limits: Iterable[Limit]) -> Rounder | None:
    """Return what makes counts of a plan whole, any number of times; None where the plan is not understood."""
    rows = rows_of(case, limits) if is_understood(case) else None
    return None if rows is None else Rounder(case, rows)


class Rounder:
    """One plan, its limits as rows and what its blocks are worth."""

    def __init__(self, case: Case, rows: Rows) -> None:
        self._case, self._rows = case, rows
        self._money = Money(case, rows)
        self._order = _by_size(case)

    def whole(self, opened: Mapping[int, int], counts: Floats, prices: Mapping[int, float]) -> Placement | None:
        """Return a whole placement near relaxed counts; None where none is found.

        `opened` are sites and the period in which they open; some may stay closed, others open. `counts` are blocks
        standing by site, accelerator and period; zeros ask for a placement from nothing. `prices` are multipliers by the
        number of the limit, in money per unit of it; they say which sites an accelerator left over is best for.
        """
        money, order = self._money, self._order
        room, net = Room(self._case, self._rows, opened), money.net(prices)
        if not counts.any():
            mend(room, money.value)  # what must stand, while there is room for it
        _round(room, counts, _tied(room, money.value, net), order)
        if not _mend(room, money):
            return None
        fill(room, net, order)
        fill(room, money.value, order)
        if not _mend(room, money):
            return None
        _polish(room, money, order)
        room = self._with_other_openings(room)
        return room.placement(self._case) if room.is_kept() and not len(sites_short(room)) else None

    def _with_other_openings(self, room: Room) -> Room:
        """Return the room with sites closed that do not pay and others opened, where that gains in the end."""
        other = room.copy()
        if not close_losing(other, self._money) + open_paying(other, self._money, self._order):
            return room
        _polish(other, self._money, self._order)
        is_better = _mend(other, self._money) and self._money.total(other) >= self._money.total(room)
        return other if is_better else room

    def first(self, prices: Mapping[int, float]) -> Placement | None:
        """Return a whole placement made from nothing, every site at hand from the start; None where none is found."""
        sites = enumerate(self._case.plan.sites)
        opened = {site: row.opens_from for site, row in sites if row.opens_from < self._case.num_periods}
        return self.whole(opened, np.zeros(self._money.value.shape), prices)


def is_understood(case: Case) -> bool:
    """Return whether a plan decides stock and openings alone: no workloads, halls, changes, or legal paths to choose."""
    plan = case.plan
    has_choice = any(gate.free_path is None for gate in case.gates)
    return not (plan.workloads or plan.halls or plan.changes.is_any or has_choice)


def _by_size(case: Case) -> list[int]:
    """Return the accelerators, those of large blocks first."""
    sizes = [float(row.power_kw * row.block) for row in case.plan.accelerators]
    return sorted(range(len(sizes)), key=lambda sku: -sizes[sku])


def _tied(room: Room, value: Floats, net: Floats) -> Floats:
    """Return a score for every block that uses its site's power about as well as any, 0 for others."""
    lost = against_power(room, net)
    return np.where(lost >= -TIE * np.abs(value), lost + 10 * np.abs(value), 0.0)


def _round(room: Room, counts: Floats, gain: Floats, order: list[int]) -> None:
    """Place whole blocks near relaxed counts, what is still to come held free in shared rows."""
    to_come = _to_come(room, counts)
    held = to_come.sum(axis=(0, 1))
    for period in range(counts.shape[2]):
        for sku in order:
            round_near(room, counts[:, sku, period], sku, period)
            held -= to_come[sku, period]
            holding: Ints = np.floor(held).astype(np.int64)
            room.shared -= holding
            fill_one(room, gain, sku, period)
            room.shared += holding


def _to_come(room: Room, counts: Floats) -> Floats:
    """Return what relaxed additions use of shared rows, by accelerator and period."""
    added = np.diff(counts, axis=2, prepend=0.0)
    by_group = np.zeros((len(room.rows.push), *added.shape[1:]))
    np.add.at(by_group, room.rows.group, added)
    return np.asarray(np.einsum("qgt,qgtc->gtc", by_group, room.rows.push))


def _mend(room: Room, money: Money) -> bool:
    """Take off what breaks limits on totals and what is short of a minimum; return whether nothing is left of either."""
    for attempt in range(MOST_MENDINGS):
        if not mend(room, money.value):
            return False
        short = sites_short(room)
        if not len(short):
            return True
        if attempt < MOST_MENDINGS // 2:
            meet_minimums(room)
        else:
            for site in short.tolist():
                room.clear(site)
    return bool((room.shared >= 0).all()) and not len(sites_short(room))


def _polish(room: Room, money: Money, order: list[int]) -> None:
    """Fill, relocate and exchange until nothing gains."""
    hold_minimums(room)
    fill(room, money.value, order)
    total = money.total(room)
    for _ in range(MOST_PASSES):
        relocate(room, money)
        exchange(room, money.value, order)
        fill(room, money.value, order)
        before, total = total, money.total(room)
        if total - before <= LEAST_GAIN * abs(total):
            break
