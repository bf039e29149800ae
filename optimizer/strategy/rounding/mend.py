"""Mending: the few blocks by which rounding broke limits on totals are taken off, or added where a minimum is missed.

Always for the first row still broken, what loses least per unit of relief. What is taken off breaks no other row; what an
addition breaks is mended in its turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.strategy.rounding.room import Room
    from optimizer.strategy.rounding.rows import Flags, Floats, Ints

MOST_STEPS = 1_000
MOST_TRIED = 100
"""Blocks, cheapest first, among which one whose removal breaks no other row is looked for."""


def mend(room: Room, worth: Floats) -> bool:
    """Change blocks until every shared row is kept; return whether that is so. `worth` is per block."""
    for _ in range(MOST_STEPS):
        broken = np.flatnonzero(room.shared < 0)
        if not len(broken):
            return True
        row = int(broken[0])
        if not (_take_off(room, worth, row) or _add(room, worth, row) or _take_off(room, worth, row, even_so=True)):
            return False
    return False


def _take_off(room: Room, worth: Floats, row: int, *, even_so: bool = False) -> bool:
    """Take off blocks of one site, accelerator and period; return whether some help (and break nothing, or `even_so`)."""
    sites, skus, periods = np.nonzero(room.added)
    push = room.rows.push[room.rows.group[sites], skus, periods, row]
    helps = push > 0
    if not helps.any():
        return False
    sites, skus, periods, push = sites[helps], skus[helps], periods[helps], push[helps]
    missing = -int(room.shared[row])
    blocks = np.minimum(-(-missing // push), room.added[sites, skus, periods])
    loss = worth[sites, skus, periods] * blocks / np.minimum(push * blocks, missing)
    for best in np.argsort(loss, kind="stable")[:MOST_TRIED].tolist():
        site, sku, period, number = (int(part[best]) for part in (sites, skus, periods, blocks))
        if even_so or _is_harmless(room, -number * room.rows.push[room.rows.group[site], sku, period]):
            room.add(np.array([site]), sku, period, np.array([-number]))
            return True
    return False


def _is_harmless(room: Room, use: Ints) -> bool:
    """Return whether a change breaks no row that is kept, and none further that is broken."""
    return bool(((use <= 0) | (room.shared >= use)).all())


def _add(room: Room, worth: Floats, row: int) -> bool:
    """Add a block that helps, or exchange others for it at its site; return whether one does."""
    helps = (room.rows.push[..., row] < 0)[room.rows.group] & room.may_add
    return _add_most(room, worth, helps, row) or _exchange_one(room, worth, helps)


def _add_most(room: Room, worth: Floats, helps: Flags, row: int) -> bool:
    """Add what is missing of one accelerator at a site, as far as rows allow; one block where they do not.

    What helps most for the power it takes comes first: there may be little.
    """
    found: list[tuple[bool, float, float, int, int, int]] = []
    for sku, period in np.argwhere(helps.any(axis=0)).tolist():
        sites = np.flatnonzero(helps[:, sku, period])
        for site in sites[room.fits(sites, sku, period) > 0].tolist():
            push = room.rows.push[room.rows.group[site], sku, period]
            relief = -int(push[row]) / max(1, int(room.rows.local_use[:, sku, site, period].max(initial=0)))
            found.append((room.most_of(push) > 0, relief, float(worth[site, sku, period]), site, sku, period))
    if not found:
        return False
    *_, site, sku, period = max(found)
    push, one = room.rows.push[room.rows.group[site], sku, period], np.array([site])
    missing = -(int(room.shared[row]) // -int(push[row]))
    room.add(one, sku, period, np.clip(room.fits(one, sku, period), 1, max(1, min(missing, room.most_of(push)))))
    return True


def _exchange_one(room: Room, worth: Floats, helps: Flags) -> bool:
    """Take off, at one site, as many blocks of another accelerator as one that helps wants."""
    found: list[tuple[float, int, int, int, int, int, int]] = []
    for site, on, period in np.argwhere(helps).tolist():
        use = room.rows.local_use[:, on, site, period:]
        missing = use - room.local[:, site, period:]
        for off, since in np.argwhere(room.added[site, :, : period + 1] > 0).tolist():
            freed = room.rows.local_use[:, off, site, period:]
            wanted = np.where(missing > 0, -(-missing // np.maximum(freed, 1)), 0).max(initial=1)
            if not helps[site, off, since] and wanted <= room.added[site, off, since]:
                loss = wanted * worth[site, off, since] - worth[site, on, period]
                found.append((float(loss), site, on, period, off, since, int(wanted)))
    if not found:
        return False
    _, site, on, period, off, since, number = min(found)
    room.add(np.array([site]), off, since, np.array([-number]))
    room.add(np.array([site]), on, period, np.array([1]))
    return True
