"""By which paths the units of a placement came, where the placement does not say: one after the other, exactly.

Additions are taken in order of time, each by the first open path with room under every limit, in the pack's order of paths
(failing that in the opposite order); what no path has room for goes past soft limits, if there are any. What finds no room
stays without a path and breaks the rule `legal_path`. This is one way to assign; where limits tie countries together
another may exist, so a verdict that fails says only that this one does, and another may go past a soft limit by less.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from optimizer.analysis.path_slacks import Way, path_slacks
from optimizer.rules.additions import brought
from optimizer.rules.ledger import Ledger
from optimizer.rules.measures import TPP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.entry.gates import Gate
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement


def with_paths(
    case: Case, limits: Iterable[Limit], placement: Placement, *, orders: Sequence[Sequence[str]] | None = None
) -> Placement:
    """Return a placement with its units assigned to paths; the same one where the policy has no paths.

    `orders` are the orders in which paths are tried; the one that leaves the fewest units over is taken, of several the one
    with the fewest past soft limits, then the first.
    """
    if all(gate.free_path is not None for gate in case.gates):
        return replace(placement, entered_units={})
    limits = tuple(limits)
    best: tuple[tuple[int, int], Placement] | None = None
    for order in orders or (tuple(case.paths), tuple(reversed(tuple(case.paths)))):
        work = _Assignment(case, limits, placement, order)
        work.run()
        found = replace(placement, entered_units=work.rows())
        if best is None or work.left_over < best[0]:
            best = (work.left_over, found)
        if not any(work.left_over):
            break
    return best[1] if best is not None else placement


class _Assignment:
    def __init__(self, case: Case, limits: Sequence[Limit], placement: Placement, order: Sequence[str]) -> None:
        self._case, self._placement, self._order = case, placement, order
        self._unassigned = self._past_soft = 0
        self._has_soft = any(limit.is_soft for limit in limits)
        self._added: dict[Way, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._ledger = Ledger(case, replace(placement, entered_units={}))
        self._slacks = path_slacks(self._ledger, limits)

    def run(self) -> None:
        """Assign every addition."""
        weights = self._case.weights[TPP]
        skus = sorted(self._case.skus_on_paths, key=lambda sku: -weights[sku])
        for period in range(self._case.first_in_force, self._case.num_periods):
            for gate in self._case.gates:
                if gate.free_path is None:
                    for sku in skus:
                        self._assign(gate, sku, period)

    def _assign(self, gate: Gate, sku: int, period: int) -> None:
        came = (term for site in gate.sites for term in brought(self._case, site, sku, period, period - 1))
        left = int(sum(weight * self._ledger.value(variable) for variable, weight in came))
        left = self._enter(gate, sku, period, left)
        if left and self._has_soft:
            self._past_soft += left
            left = self._enter(gate, sku, period, left, past_soft=True)
        self._unassigned += left

    @property
    def left_over(self) -> tuple[int, int]:
        """Return how many units no path has room for, and how many none has within every limit."""
        return self._unassigned, self._past_soft

    def _enter(self, gate: Gate, sku: int, period: int, left: int, *, past_soft: bool = False) -> int:
        """Let units enter by the paths that have room, in order; return how many are left."""
        for path in self._order:
            if left <= 0:
                break
            if self._case.may_enter(gate, path, sku, period):
                way = (gate.key, sku, path)
                room, _ = self._slacks.room(way, period, past_soft=past_soft)
                taken = left if room is None else min(left, room)
                self._slacks.take(way, period, taken)
                self._added[way][period] += taken
                left -= taken
        return left

    def rows(self) -> dict[Way, tuple[int, ...]]:
        """Return what was assigned, cumulatively."""
        found = {}
        for way, added in sorted(self._added.items()):
            row = tuple(accumulate(added.get(period, 0) for period in range(self._case.num_periods)))
            if any(row):
                found[way] = row
        return found
