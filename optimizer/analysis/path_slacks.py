"""How many more units fit through a gate by a path, under every limit that counts entries, exactly."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.rules.limit import Entered, Exact, Limit, Sense, Standing
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.rules.ledger import Ledger

Way = tuple[str, int, str]
"""Gate, accelerator, path."""
Costs = dict[Way, list[tuple[int, int, Exact]]]
"""By way: number of a limit, the period of its entry, and what one unit takes of its slack."""


@dataclass
class PathSlacks:
    """The slack of each limit that counts entries, and what a unit by each way takes of it."""

    limits: Sequence[Limit]
    slacks: dict[int, Fraction]
    costs: Mapping[Way, list[tuple[int, int, Exact]]]
    asking: Mapping[Standing, Limit]
    """By units standing: the limit that asks for a path for them."""
    _costs_from: dict[tuple[Way, int], dict[int, Exact]] = field(default_factory=dict)

    def copy(self) -> PathSlacks:
        """Return the same slacks, to be used up apart from these."""
        return PathSlacks(self.limits, dict(self.slacks), self.costs, self.asking, self._costs_from)

    def room(self, way: Way, period: int, *, past_soft: bool = False) -> tuple[int | None, Limit | None]:
        """Return how many units could still enter from a period on, and the limit that stops one more; None: any.

        With `past_soft` soft limits stop nothing.
        """
        best: tuple[int, Limit] | None = None
        for number, cost in self._of(way, period).items():
            if cost > 0 and not (past_soft and self.limits[number].is_soft):
                units = max(0, int(self.slacks[number] // Fraction(cost)))
                if best is None or units < best[0]:
                    best = (units, self.limits[number])
        return best or (None, None)

    def take(self, way: Way, period: int, units: int) -> None:
        """Let units enter."""
        for number, cost in self._of(way, period).items():
            self.slacks[number] -= units * cost

    def _of(self, way: Way, period: int) -> dict[int, Exact]:
        """Return what one unit that enters in a period takes of each limit: it has entered in all later ones too."""
        if (way, period) not in self._costs_from:
            found: dict[int, Exact] = defaultdict(int)
            for number, when, cost in self.costs.get(way, ()):
                if when >= period:
                    found[number] += cost
            self._costs_from[way, period] = dict(found)
        return self._costs_from[way, period]


def path_slacks(ledger: Ledger, limits: Sequence[Limit]) -> PathSlacks:
    """Return the slacks on a placement of the limits of a case that entries bring closer to breaking."""
    slacks: dict[int, Fraction] = {}
    costs: Costs = defaultdict(list)
    asking: dict[Standing, Limit] = {}
    for number, limit in enumerate(limits):
        sign = 1 if limit.sense is Sense.AT_MOST else -1
        named = [(variable, sign * weight) for variable, weight in limit.net_terms() if isinstance(variable, Entered)]
        # Where entering only helps (legal_path) there is nothing to run short of.
        if any(cost > 0 for _, cost in named):
            slacks[number] = Fraction(limit.slack(*ledger.read(limit)))
            for variable, cost in named:
                costs[variable[:3]].append((number, variable.period, cost))
        elif not limit.allowance.constant and limit.kind is LimitKind.POLICY:
            asking |= {unit: limit for unit, _ in limit.usage.terms if isinstance(unit, Standing)}
    return PathSlacks(limits, slacks, costs, asking)
