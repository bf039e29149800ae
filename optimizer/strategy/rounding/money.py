"""What blocks are worth: in all, net of the prices of shared limits, and against the best use of their site's power.

That power has no price of its own here: it is worth what the best block earns with it, net, in the same period or a later
one, which is exact where power never falls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.economics.worth import Worth
from optimizer.economics.worth_arrays import unit_value_array

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.rules.case import Case
    from optimizer.strategy.rounding.room import Room
    from optimizer.strategy.rounding.rows import Flags, Floats, Rows


class Money:
    """Present values by site, accelerator and period of addition, of one block."""

    def __init__(self, case: Case, rows: Rows) -> None:
        self._case = case
        self._rows = rows
        self._worth = Worth(case.plan)
        sizes = np.array([accelerator.block for accelerator in case.plan.accelerators])
        self.value: Floats = unit_value_array(self._worth) * sizes[:, None]
        """What a block is worth."""
        self._openings: dict[tuple[int, int], float] = {}

    def net(self, prices: Mapping[int, float]) -> Floats:
        """Return the same less what a block uses of shared rows; prices are money per unit of a limit, by its number."""
        own = np.array([abs(prices.get(number, 0.0)) for number in self._rows.numbers]) / self._rows.scales
        return np.asarray(self.value - (self._rows.push @ own)[self._rows.group])

    def opening(self, site: int, period: int) -> float:
        """Return what it is worth, less than nothing, to open a site in a period."""
        if self._case.is_open_from_the_start(site):
            return 0.0
        if (site, period) not in self._openings:
            self._openings[site, period] = float(self._worth.opening_value(site, period))
        return self._openings[site, period]

    def of_sites(self, room: Room) -> Floats:
        """Return what stands at each site is worth, with its opening."""
        by_site: Floats = (room.added * self.value).sum(axis=(1, 2))
        in_use: Flags = np.any(room.added, axis=1)
        for site in np.flatnonzero(np.any(in_use, axis=1)).tolist():
            by_site[site] += self.opening(site, int(in_use[site].argmax()))
        return np.asarray(by_site)

    def total(self, room: Room) -> float:
        """Return what everything is worth."""
        return float(self.of_sites(room).sum())


def against_power(room: Room, net: Floats) -> Floats:
    """Return what a block gains or, as a rule, loses against the best use of its site's power."""
    if not len(room.rows.local_use):
        return net
    use = np.swapaxes(room.rows.local_use[0], 0, 1).astype(np.float64)
    density = np.where(room.may_add & (use > 0), net / np.maximum(use, 1.0), 0.0).max(axis=1)
    power = np.flip(np.maximum.accumulate(np.flip(np.maximum(density, 0.0), axis=1), axis=1), axis=1)
    return np.asarray(net - power[:, None, :] * use)
