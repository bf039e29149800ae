"""Minimums of sites that are open: a site that misses its own opens when it has it, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.strategy.rounding.room import Room
    from optimizer.strategy.rounding.rows import Ints


def sites_short(room: Room) -> Ints:
    """Return the sites with units in some period, but fewer than they must have."""
    asked = np.flatnonzero(room.rows.least.any(axis=1))
    units = room.units(asked)
    return asked[((units > 0) & (units < room.rows.least[asked])).any(axis=1)]


def meet_minimums(room: Room) -> None:
    """Let each site that is short wait with its first units until it has enough, or empty it for good."""
    for site in sites_short(room).tolist():
        one = np.array([site])
        is_short = (room.units(one) < room.rows.least[one])[0]
        first = len(is_short) - int(np.flip(is_short).argmax())
        if first < len(is_short):
            room.may_add[site, :, :first] = False
        else:
            room.may_add[site] = False
        for sku, period in np.argwhere(room.added[site, :, :first]).tolist():
            blocks = room.added[one, sku, period].copy()
            room.add(one, sku, period, -blocks)
            if room.may_add[site, sku].any():
                later = first + int(room.may_add[site, sku, first:].argmax())
                room.add(one, sku, later, blocks)


def hold_minimums(room: Room) -> None:
    """Let nothing be added at a site with a minimum before its first units: what comes later only adds to enough."""
    for site in np.flatnonzero(room.rows.least.any(axis=1)).tolist():
        in_use = np.any(room.added[site], axis=0)
        first = int(in_use.argmax()) if in_use.any() else len(in_use)
        room.may_add[site, :, :first] = False
