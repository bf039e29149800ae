"""Exchanges: a few blocks of one accelerator at a site for blocks of another that use its power better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.strategy.rounding.room import NO_END

if TYPE_CHECKING:
    from optimizer.strategy.rounding.room import Room
    from optimizer.strategy.rounding.rows import Floats, Ints


LEAST_PART = 1e-6
"""An exchange gains at least this part of what it takes off."""


def exchange(room: Room, gain: Floats, order: list[int], most_off: int = 2) -> int:
    """Exchange blocks where that gains; return how many exchanges were made. `gain` is per block.

    So many blocks are taken off as one block of the other accelerator wants, or a few for as many as then fit.
    """
    total = 0
    for period in range(gain.shape[2]):
        for on in order:
            for off in order:
                if on != off:
                    total += _exchange(room, gain, period, off, on, None)
                    for number in range(1, most_off + 1):
                        total += _exchange(room, gain, period, off, on, number)
    return total


def _exchange(room: Room, gain: Floats, period: int, off: int, on: int, number: int | None) -> int:
    rows = room.rows
    sites = np.flatnonzero((room.added[:, off, period] >= (number or 1)) & room.may_add[:, on, period])
    if not len(sites):
        return 0
    use, freed = rows.local_use[:, on, sites, period:], rows.local_use[:, off, sites, period:]
    left = room.local[:, sites, period:]
    if number is None:
        blocks = np.ones(len(sites), dtype=np.int64)
        wanted = np.where(freed > 0, -((left - use) // np.maximum(freed, 1)), np.where(use > left, NO_END, 0))
        numbers = wanted.max(axis=(0, 2), initial=1)
        good = numbers <= room.added[sites, off, period]
    else:
        left = left + number * freed
        blocks = np.where(use > 0, left // np.maximum(use, 1), NO_END).min(axis=(0, 2), initial=NO_END)
        numbers = np.full(len(sites), number)
        good = (blocks > 0) & (blocks < NO_END)
    good &= room.keeps_minimum(sites, on, blocks, off, numbers)
    lost = numbers * gain[sites, off, period]
    won = blocks * gain[sites, on, period] - lost
    good &= won > LEAST_PART * np.abs(lost)
    if not good.any():
        return 0
    return _take(room, sites[good], (off, on, period), numbers[good], blocks[good], won[good])


def _take(room: Room, sites: Ints, what: tuple[int, int, int], numbers: Ints, blocks: Ints, won: Floats) -> int:
    """Make the exchanges of some sites that shared rows allow, the best first in each group; return how many."""
    (off, on, period), total = what, 0
    push, groups = room.rows.push, room.rows.group[sites]
    for group, number, count in sorted(set(zip(groups.tolist(), numbers.tolist(), blocks.tolist(), strict=True))):
        net = count * push[group, on, period] - number * push[group, off, period]
        most = room.most_of(net)
        if most > 0:
            own = np.flatnonzero((groups == group) & (numbers == number) & (blocks == count))
            own = own[np.argsort(-won[own], kind="stable")][:most]
            room.add(sites[own], off, period, np.full(len(own), -number))
            room.add(sites[own], on, period, np.full(len(own), count))
            total += len(own)
    return total
