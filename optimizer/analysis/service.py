"""Who serves which workload at a given stock: in each period the best whole assignment, worked out anew and exactly.

What must be served is served first as far as compute reaches; a soft limit is gone past where that is worth its price.
Costs are rounded to a part in 10^12 of the largest for the search; the exact check prices what is found.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.analysis.transport import FORBIDDEN, Transport
from optimizer.economics.worth import Worth
from optimizer.rules.ledger import Ledger
from optimizer.rules.serving import UNLIMITED, most_served, most_without_limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement

LARGEST_COST = 2**40
"""What the largest value of a pair is scaled to: paths of thousands of sites stay inside 64 bits."""
SITE_COMPUTE, DEMAND, MUST_SERVE = "site_compute", "demand", "must_serve"


def with_service(case: Case, limits: Iterable[Limit], placement: Placement) -> Placement:
    """Return a placement with its workloads served as well as its stock allows; the same one without workloads."""
    return Assigner(case, tuple(limits)).serve(placement) if case.plan.workloads else placement


@dataclass(frozen=True)
class _Part:
    """Part of a workload's demand: what each TPP of it is worth beside its value, and what one not served costs."""

    workload: int
    amount: int
    extra: Fraction
    unserved: Fraction | None
    """None: it has to be served."""


class _Place(NamedTuple):
    """Compute at a site, for any workload or for one."""

    site: int
    room: int
    workload: int | None = None


@dataclass(frozen=True)
class Assigner:
    """Serves the workloads of a case under some limits; for many placements one after the other."""

    case: Case
    limits: tuple[Limit, ...]

    def serve(self, placement: Placement) -> Placement:
        """Return the placement with service worked out anew."""
        if not self.case.plan.workloads:
            return placement
        ledger = Ledger(self.case, replace(placement, served_tpp={}))
        rows: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * self.case.num_periods)
        for period in range(self.case.num_periods):
            for (site, workload), tpp in self._assign(ledger, period).items():
                rows[site, workload][period] = tpp
        return replace(placement, served_tpp={pair: tuple(row) for pair, row in sorted(rows.items())})

    def _assign(self, ledger: Ledger, period: int) -> dict[tuple[int, int], int]:
        """Return the TPP by (site, workload) in one period."""
        places = [place for place in self._places(ledger, period) if place.room > 0]
        parts = self._parts(period, sum(place.room for place in places))
        if not places or not parts:
            return {}
        costs, leave_out = self._costs(parts, places, period)
        amounts = np.array([part.amount for part in parts], dtype=np.int64)
        rooms = np.array([place.room for place in places], dtype=np.int64)
        flows = Transport(costs, leave_out, amounts, rooms).solve()
        found: dict[tuple[int, int], int] = defaultdict(int)
        for number, place in np.argwhere(flows > 0).tolist():
            found[places[place].site, parts[number].workload] += int(flows[number, place])
        return found

    def _places(self, ledger: Ledger, period: int) -> Iterator[_Place]:
        """Yield the compute at each site; where nothing asks that it stands, what each workload may have there at most."""
        asked = {limit.scope: limit for limit in self._of_rule[SITE_COMPUTE, period]}
        for number, site in enumerate(self.case.plan.sites):
            if site.key in asked:
                yield _Place(number, max(0, int(ledger.read(asked[site.key])[1])))
                continue
            for workload in range(len(self.case.plan.workloads)):
                most = int(self._most[number, workload, period])
                yield _Place(number, most_without_limits(self.case, workload) if most == UNLIMITED else most, workload)

    @cached_property
    def _of_rule(self) -> Mapping[tuple[str, int], Sequence[Limit]]:
        found: dict[tuple[str, int], list[Limit]] = defaultdict(list)
        for limit in self.limits:
            if limit.rule in {SITE_COMPUTE, DEMAND, MUST_SERVE}:
                found[limit.rule, limit.period].append(limit)
        return found

    @cached_property
    def _most(self) -> npt.NDArray[np.int64]:
        return most_served(self.case, self.limits)

    @cached_property
    def _worth(self) -> Worth:
        return Worth(self.case.plan)

    def _price(self, limit: Limit) -> Fraction | None:
        return None if limit.price is None else self._worth.excess_price(limit.price, limit.period_label)

    def _parts(self, period: int, everything: int) -> list[_Part]:
        """Return each workload's demand in parts that are priced alike."""
        needs, ends = self._by_workload(MUST_SERVE, period), self._by_workload(DEMAND, period)
        parts = []
        for workload in range(len(self.case.plan.workloads)):
            need, end = needs.get(workload), ends.get(workload)
            last = everything if end is None or end.is_soft else int(end.net_bound)
            needed = 0 if need is None else int(-(-Fraction(need.net_bound) // 1))
            free = last if end is None else int(end.net_bound)
            cuts = sorted({0, last, *(cut for cut in (needed, free) if 0 < cut < last)})
            for low, high in pairwise(cuts):
                past = self._price(end) if end is not None and low >= free else None
                unserved = Fraction(0) if need is None or low >= needed else self._price(need)
                parts.append(_Part(workload, high - low, -(past or Fraction(0)), unserved))
        return parts

    def _by_workload(self, rule: str, period: int) -> dict[int, Limit]:
        index = self.case.plan.workload_index
        return {index[limit.scope]: limit for limit in self._of_rule[rule, period]}

    def _costs(
        self, parts: Sequence[_Part], places: Sequence[_Place], period: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the cost of each part at each site and of leaving it out, scaled and rounded."""
        sites = [place.site for place in places]
        most = self._most[sites, :, period]
        values = [[self._values[site, part.workload, period] + part.extra for site in sites] for part in parts]
        unserved = [part.unserved for part in parts]
        largest = max(
            (abs(value) for value in (*(v for row in values for v in row), *(u for u in unserved if u))),
            default=Fraction(0),
        )
        scale = LARGEST_COST / largest if largest else Fraction(0)
        costs = np.array([[-round(value * scale) for value in row] for row in values], dtype=np.int64)
        for number, part in enumerate(parts):
            costs[number, most[:, part.workload] == 0] = FORBIDDEN
            costs[number, [place.workload not in {None, part.workload} for place in places]] = FORBIDDEN
        must = 4 * LARGEST_COST * (len(sites) + 2)
        return costs, np.array([must if one is None else round(one * scale) for one in unserved], dtype=np.int64)

    @cached_property
    def _values(self) -> _Values:
        return _Values(self._worth)


class _Values(dict[tuple[int, int, int], Fraction]):
    """Value of one TPP by site, workload and period, each worked out once."""

    def __init__(self, worth: Worth) -> None:
        super().__init__()
        self._worth = worth

    def __missing__(self, key: tuple[int, int, int]) -> Fraction:
        self[key] = self._worth.service_value(*key)
        return self[key]
