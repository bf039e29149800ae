"""Sites that do not pay are closed, and closed ones opened that pay with what is left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.strategy.rounding.fill import fill

if TYPE_CHECKING:
    from optimizer.strategy.rounding.money import Money
    from optimizer.strategy.rounding.room import Room
    from optimizer.strategy.rounding.rows import Ints

MOST_TRIED = 100
"""Closed sites that are tried, those that promise most first."""


def close_losing(room: Room, money: Money) -> int:
    """Empty the sites that earn less than they cost; return how many."""
    losing = np.flatnonzero(money.of_sites(room) < 0)
    for site in losing.tolist():
        room.clear(site)
        room.may_add[site] = False
    return len(losing)


def open_paying(room: Room, money: Money, order: list[int]) -> int:
    """Open closed sites while blocks that are left over earn more there than opening costs; return how many."""
    opened = 0
    for site in _promising(room, money)[:MOST_TRIED].tolist():
        one = np.array([site])
        before, may_add = (
            (room.added[site].copy(), room.shared.copy(), room.local[:, site].copy()),
            room.may_add[site].copy(),
        )
        room.may_add[site] = room.allowed[site]
        fill(room, money.value, order, one)
        earned = float((room.added[site] * money.value[site]).sum())
        in_use = room.added[site].any(axis=0)
        if in_use.any() and earned + money.opening(site, int(in_use.argmax())) > 0 and _has_minimum(room, one):
            opened += 1
        else:
            room.added[site], room.shared[:], room.local[:, site] = before
            room.may_add[site] = may_add
    return opened


def _has_minimum(room: Room, one: Ints) -> bool:
    units = room.units(one)
    return not ((units > 0) & (units < room.rows.least[one])).any()


def _promising(room: Room, money: Money) -> Ints:
    """Return the closed sites at which one accelerator that is left over would pay, the best first."""
    closed = np.flatnonzero(~room.added.any(axis=(1, 2)) & room.allowed.any(axis=(1, 2)))
    best = np.zeros(len(closed))
    may_add = room.may_add[closed].copy()
    room.may_add[closed] = room.allowed[closed]
    groups = room.rows.group[closed]
    for sku, period in np.ndindex(*room.added.shape[1:]):
        most = np.array([room.most(group, sku, period) for group in range(len(room.rows.push))])
        if most.any():
            blocks = np.minimum(room.fits(closed, sku, period), most[groups])
            worth = blocks * money.value[closed, sku, period]
            for place in np.flatnonzero(worth > np.maximum(best, 0)).tolist():
                best[place] = max(best[place], worth[place] + money.opening(int(closed[place]), period))
    room.may_add[closed] = may_add
    return closed[np.argsort(-best, kind="stable")][: int((best > 0).sum())]
