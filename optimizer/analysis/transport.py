"""A transport problem in whole numbers, solved to the end: rows ask for amounts, sites have room, each pair has a cost.

Rows are taken in one after the other, each by the cheapest way that is left, which may move what earlier rows took
(shortest augmenting paths with a price for each full site). What has no room, or costs more than leaving it out, is left
out at the row's own price. All numbers are integers, so the answer is exact for the costs given.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
FORBIDDEN = 2**60
"""A cost that no way is taken at; sums of it stay inside 64 bits."""


@dataclass
class Transport:
    """`costs[row, site]` for each unit, `leave_out[row]` for each unit of a row that stays without a site."""

    costs: Whole
    leave_out: Whole
    amounts: Whole
    room: Whole
    flows: Whole = field(init=False)
    """What goes from each row to each site."""
    _prices: Whole = field(init=False)
    _free: Whole = field(init=False)

    def solve(self) -> Whole:
        """Return the flows of least cost."""
        num_rows, num_sites = self.costs.shape
        self.flows = np.zeros((num_rows, num_sites), dtype=np.int64)
        self._prices = np.zeros(num_sites, dtype=np.int64)
        self._free = self.room.astype(np.int64, copy=True)
        for row in range(num_rows):
            left = int(self.amounts[row])
            while left > 0:
                taken = self._augment(row, left)
                if not taken:
                    break
                left -= taken
        return self.flows

    def _augment(self, row: int, left: int) -> int:
        """Send some of a row by the cheapest way; return how much, 0 where leaving the rest out costs less."""
        distance = np.where(self.costs[row] < FORBIDDEN, self.costs[row] + self._prices, FORBIDDEN)
        from_site = np.full(len(distance), -1, dtype=np.int64)
        through = np.full(len(distance), row, dtype=np.int64)
        is_done = np.zeros(len(distance), dtype=bool)
        best, end_site, end_row = int(self.leave_out[row]), -1, -1
        while True:
            open_distance = np.where(is_done, FORBIDDEN, distance)
            site = int(open_distance.argmin())
            nearest = int(open_distance[site])
            if nearest >= best or nearest >= FORBIDDEN:
                break
            is_done[site] = True
            if self._free[site] > 0:
                best, end_site, end_row = nearest, site, -1
                break
            holders = np.nonzero(self.flows[:, site])[0]
            if not len(holders):
                continue
            base = nearest - (self.costs[holders, site] + self._prices[site])
            out = base + self.leave_out[holders]
            number = int(out.argmin())
            if int(out[number]) < best:
                best, end_site, end_row = int(out[number]), site, int(holders[number])
            reached = np.where(
                self.costs[holders] < FORBIDDEN, base[:, None] + self.costs[holders] + self._prices, FORBIDDEN
            )
            which = reached.argmin(axis=0)
            shortest = reached[which, np.arange(len(distance))]
            better = ~is_done & (shortest < distance)
            distance[better], from_site[better], through[better] = shortest[better], site, holders[which[better]]
        raised = is_done & (distance < best)
        self._prices[raised] += best - distance[raised]
        if end_site < 0:
            return 0
        return self._send(row, left, end_site, end_row, from_site, through)

    def _send(self, row: int, left: int, end_site: int, end_row: int, from_site: Whole, through: Whole) -> int:
        """Move along the way that was found: each row on it goes on to the next site instead of the one before."""
        steps = []
        site = end_site
        while from_site[site] >= 0:
            steps.append((int(through[site]), int(from_site[site]), site))
            site = int(from_site[site])
        amount = min(left, int(self._free[end_site]) if end_row < 0 else int(self.flows[end_row, end_site]))
        amount = min([amount, *(int(self.flows[mover, before]) for mover, before, _ in steps)])
        for mover, before, after in steps:
            self.flows[mover, before] -= amount
            self.flows[mover, after] += amount
        self.flows[row, site] += amount
        if end_row < 0:
            self._free[end_site] -= amount
        else:
            self.flows[end_row, end_site] -= amount
        return amount
