"""Filling: blocks are added where they gain and every limit is still kept, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.strategy.rounding.room import Room
    from optimizer.strategy.rounding.rows import Floats, Ints


def fill(room: Room, gain: Floats, order: Iterable[int], sites: Ints | None = None) -> int:
    """Add blocks that gain (by site, accelerator and period, per block); return how many.

    Earlier periods come first, and in each the accelerators in the order given.
    """
    order = tuple(order)
    return sum(fill_one(room, gain, sku, period, sites) for period in range(gain.shape[2]) for sku in order)


def fill_one(room: Room, gain: Floats, sku: int, period: int, sites: Ints | None = None) -> int:
    """Add blocks of one accelerator in one period, at the sites that gain most, group by group; return how many."""
    wanted = (gain[:, sku, period] > 0) & room.may_add[:, sku, period]
    sites = np.flatnonzero(wanted) if sites is None else sites[wanted[sites]]
    if not len(sites):
        return 0
    groups = np.flatnonzero(np.bincount(room.rows.group[sites]))
    has_room = np.zeros(len(room.rows.push), dtype=bool)
    has_room[groups] = [room.most(group, sku, period) > 0 for group in groups.tolist()]
    sites = sites[has_room[room.rows.group[sites]]]
    fits = room.fits(sites, sku, period)
    sites, fits = sites[fits > 0], fits[fits > 0]
    order = np.argsort(-gain[sites, sku, period], kind="stable")
    sites, fits, total = sites[order], fits[order], 0
    groups = room.rows.group[sites]
    for group in dict.fromkeys(groups.tolist()):
        own = groups == group
        total += _add_up_to(room, sites[own], (sku, period), fits[own], room.most(group, sku, period))
    return total


def _add_up_to(room: Room, sites: Ints, what: tuple[int, int], fits: Ints, most: int) -> int:
    """Add what fits at sites in their order, up to a number in all."""
    before = fits.cumsum() - fits
    blocks = np.clip(most - before, 0, fits)
    chosen = blocks > 0
    if chosen.any():
        room.add(sites[chosen], *what, blocks[chosen])
    return int(blocks.sum())
