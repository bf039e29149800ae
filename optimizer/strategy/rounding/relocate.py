"""Relocation: blocks go to sites that are open anyway and where they are worth more, in the period in which they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.strategy.rounding.money import Money
    from optimizer.strategy.rounding.room import Room
    from optimizer.strategy.rounding.rows import Ints

LEAST_PART = 1e-6
"""A relocation gains at least this part of what a block is worth."""


def relocate(room: Room, money: Money) -> int:
    """Move blocks while that gains; return how many."""
    is_free = np.flatnonzero(np.any(room.added, axis=(1, 2)))
    opened = np.full(len(room.added), room.added.shape[2])
    opened[is_free] = np.any(room.added[is_free], axis=1).argmax(axis=1)
    for site in np.flatnonzero(np.any(room.may_add, axis=(1, 2))).tolist():
        if money.opening(site, 0) == 0:
            opened[site] = 0
    return sum(
        _relocate(room, money, sku, period, np.flatnonzero(opened <= period))
        for period in range(room.added.shape[2])
        for sku in range(room.added.shape[1])
    )


def _relocate(room: Room, money: Money, sku: int, period: int, open_sites: Ints) -> int:
    """Move blocks of one accelerator that are added in one period."""
    value, group = money.value[:, sku, period], room.rows.group
    sources = np.flatnonzero((room.added[:, sku, period] > 0) & ~room.rows.least.any(axis=1))
    if not len(sources):
        return 0
    sources = sources[np.argsort(value[sources], kind="stable")]
    worst = float(value[sources[0]])
    targets = open_sites[value[open_sites] > worst + LEAST_PART * abs(worst)]
    targets = targets[room.fits(targets, sku, period) > 0]
    targets = targets[np.argsort(-value[targets], kind="stable")]
    _, to_groups = np.unique(group[targets], return_index=True)
    _, from_groups = np.unique(group[sources], return_index=True)
    total = 0
    for target in group[targets[np.sort(to_groups)]].tolist():
        for source in group[sources[np.sort(from_groups)]].tolist():
            push = room.rows.push
            most = room.most_of(push[target, sku, period] - push[source, sku, period])
            if most > 0:
                pair = sources[group[sources] == source], targets[group[targets] == target]
                total += _move(room, money, (sku, period), pair, most)
    return total


def _move(room: Room, money: Money, what: tuple[int, int], pair: tuple[Ints, Ints], most: int) -> int:
    """Move up to so many blocks from the sources, worst first, to the targets, best first."""
    (sku, period), (sources, targets), total = what, pair, 0
    value, left = money.value[:, sku, period], most
    taken, given = room.added[sources, sku, period].copy(), np.minimum(room.fits(targets, sku, period), most)
    first, second = 0, 0
    while first < len(sources) and second < len(targets) and left > 0:
        source, target = sources[first], targets[second]
        if value[target] <= value[source] + LEAST_PART * abs(value[source]):
            break
        blocks = int(min(taken[first], given[second], left)) if source != target else 0
        if blocks > 0:
            room.add(sources[first : first + 1], sku, period, np.array([-blocks]))
            room.add(targets[second : second + 1], sku, period, np.array([blocks]))
        taken[first], given[second], left, total = (
            taken[first] - blocks,
            given[second] - blocks,
            left - blocks,
            total + blocks,
        )
        first, second = first + int(taken[first] <= 0), second + int(given[second] <= 0)
        if not blocks and source == target:
            break
    return total
