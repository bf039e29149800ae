"""Whole blocks near relaxed counts: accelerators of large blocks first, so that smaller ones fill what they leave.

Totals of a group of sites stay at or below the relaxed ones, so that limits on totals are all but kept; local rows are kept
exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.strategy.rounding.room import Room
    from optimizer.strategy.rounding.rows import Flags, Floats, Ints

NEARLY = 1e-6
"""A relaxed count this close to a whole one is that one."""


def round_near(room: Room, relaxed: Floats, sku: int, period: int) -> None:
    """Add whole blocks in a period, near relaxed cumulative counts of an accelerator (by site)."""
    group, sites = room.rows.group, np.arange(len(relaxed))
    standing = room.added[:, sku, : period + 1].sum(axis=1)
    num_groups = len(room.rows.push)
    total = np.bincount(group, weights=relaxed, minlength=num_groups)
    target = np.maximum(0, np.floor(total + NEARLY).astype(np.int64) - _sums(group, standing, num_groups))
    wanted = np.maximum(relaxed - standing, 0.0)
    blocks = allot(group, wanted, room.fits(sites, sku, period), target)
    chosen = np.flatnonzero(blocks)
    if len(chosen):
        room.add(chosen, sku, period, blocks[chosen])


def allot(group: Ints, wanted: Floats, most: Ints, target: Ints) -> Ints:
    """Return blocks by site, near what is wanted, at most what fits; their sum in each group is at most its target."""
    blocks = np.minimum(np.floor(wanted + NEARLY).astype(np.int64), most)
    left = target - _sums(group, blocks, len(target))
    rest = wanted - blocks
    give = _first(group, rest, (rest > NEARLY) & (most > blocks), left)
    blocks = blocks + give
    while (left := target - _sums(group, blocks, len(target))).min(initial=0) < 0:
        blocks = blocks - _first(group, blocks - wanted, blocks > 0, -left)
    return blocks


def _sums(group: Ints, blocks: Ints, num_groups: int) -> Ints:
    return np.bincount(group, weights=blocks, minlength=num_groups).astype(np.int64)


def _first(group: Ints, score: Floats, may: Flags, number: Ints) -> Flags:
    """Return, by site, whether it is among the best so many of its group that may be chosen."""
    order = np.lexsort((-score, ~may, group))
    starts = np.searchsorted(group[order], np.arange(len(number)))
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - starts[group[order]]
    return (rank < number[group]) & may
