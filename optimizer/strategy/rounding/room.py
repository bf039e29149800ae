"""`Room`: the whole blocks added so far, and what is left of every limit, in whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.opened import first_use
from optimizer.schema.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.rules.case import Case
    from optimizer.strategy.rounding.rows import Flags, Ints, Rows

NO_END = 2**40
"""Blocks that fit where nothing limits them."""


class Room:
    """What stands and what is left; blocks added in a period stand from then on."""

    def __init__(self, case: Case, rows: Rows, opened: Mapping[int, int]) -> None:
        self.rows = rows
        self._sizes = np.array([accelerator.block for accelerator in case.plan.accelerators], dtype=np.int64)
        self.added: Ints = np.zeros(rows.may_stand.shape, dtype=np.int64)
        """Site, accelerator, period: blocks added."""
        self.local: Ints = rows.local_most.copy()
        self.shared: Ints = rows.most.copy()
        self.allowed = _allowed(case, rows)
        """Whether blocks may be added at a site that is open."""
        self.may_add = self.allowed.copy()
        """Whether blocks may be added."""
        for site in range(len(case.plan.sites)):
            first = 0 if case.is_open_from_the_start(site) else opened.get(site, case.num_periods)
            self.may_add[site, :, :first] = False

    def fits(self, sites: Ints, sku: int, period: int) -> Ints:
        """Return how many more blocks local rows let stand at each of some sites from a period on."""
        use = self.rows.local_use[:, sku, sites, period:]
        most = np.where(use > 0, self.local[:, sites, period:] // np.maximum(use, 1), NO_END)
        return np.where(self.may_add[sites, sku, period], most.min(axis=(0, 2), initial=NO_END), 0)

    def most(self, group: int, sku: int, period: int) -> int:
        """Return how many more blocks shared rows let stand in a group from a period on."""
        return self.most_of(self.rows.push[group, sku, period])

    def most_of(self, push: Ints) -> int:
        """Return how often shared rows allow what uses so much of each."""
        used = push > 0
        return max(0, int((self.shared[used] // push[used]).min(initial=NO_END)))

    def add(self, sites: Ints, sku: int, period: int, blocks: Ints) -> None:
        """Add blocks at different sites, or take them off where negative."""
        self.added[sites, sku, period] += blocks
        self.local[:, sites, period:] -= self.rows.local_use[:, sku, sites, period:] * blocks[None, :, None]
        by_group = np.zeros(len(self.rows.push), dtype=np.int64)
        np.add.at(by_group, self.rows.group[sites], blocks)
        self.shared -= by_group @ self.rows.push[:, sku, period]

    def clear(self, site: int) -> None:
        """Take everything off a site."""
        one = np.array([site])
        for sku, period in np.argwhere(self.added[site]).tolist():
            self.add(one, sku, period, -self.added[one, sku, period])

    def keeps_minimum(self, sites: Ints, on: int, blocks: Ints, off: int, numbers: Ints) -> Flags:
        """Return whether an exchange leaves no fewer units at a site that must have some."""
        has_none = ~self.rows.least[sites].any(axis=1)
        return np.asarray(has_none | (blocks * self._sizes[on] >= numbers * self._sizes[off]))

    def units(self, sites: Ints) -> Ints:
        """Return the units standing at some sites, by period."""
        return np.asarray(np.einsum("sgt,g->st", self.added[sites].cumsum(axis=2), self._sizes))

    def copy(self) -> Room:
        """Return the same state, to go another way from."""
        other = object.__new__(Room)
        other.__dict__.update(self.__dict__)
        other.added, other.local, other.shared = self.added.copy(), self.local.copy(), self.shared.copy()
        other.may_add = self.may_add.copy()
        return other

    def is_kept(self) -> bool:
        """Return whether every row is kept."""
        return bool((self.local >= 0).all() and (self.shared >= 0).all())

    def placement(self, case: Case) -> Placement:
        """Return what stands as a placement, each site open from its first units on."""
        units = self.added.cumsum(axis=2) * self._sizes[:, None]
        for site, last in case.closes.items():
            units[site, :, last + 1 :] = 0
        pairs = np.argwhere(units.any(axis=2)).tolist()
        standing = {(site, sku): tuple(units[site, sku].tolist()) for site, sku in pairs}
        return Placement(standing, first_use(case, standing))


def _allowed(case: Case, rows: Rows) -> Flags:
    """Return whether blocks of an accelerator may be added at a site in a period: nothing there is against it later."""
    last = np.array([case.last_open(site) for site in range(len(case.plan.sites))])
    is_open = np.arange(case.num_periods) <= last[:, None]
    delivered = np.array([row[-1] > 0 for row in case.plan.delivered_units])
    later = np.flip(np.logical_and.accumulate(np.flip(rows.may_stand, axis=2), axis=2), axis=2)
    return np.asarray(later & is_open[:, None, :] & delivered[None, :, None])
