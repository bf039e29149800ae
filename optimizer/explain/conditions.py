"""Necessary conditions: contradictions of two or three settings that arithmetic alone shows, before anything is solved.

What must stand (`must_place`, contracts for a minimum) is set against what can: by power, by the caps and shares of each
destination, by the compute that home can hold; what must be served against what is delivered. Each failure names its
settings and its two numbers. A plan can fail with all of them met; none is reported that does not prove it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.explain.reach import Reach, reach_of
from optimizer.explain.setting import thousands
from optimizer.rules.limit import WORLD, Limit, Placed, Sense, Standing, accelerator_of
from optimizer.rules.measures import TPP, UNIT_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact


@dataclass(frozen=True, slots=True)
class Condition:
    """What is needed is more than what there is."""

    groups: tuple[str, ...]
    needed: Fraction
    available: Fraction
    unit: str
    sentence: str


def failed_conditions(case: Case, limits: Sequence[Limit]) -> tuple[Condition, ...]:
    """Return the conditions that fail, one for each set of settings: that of the earliest period."""
    search = _Conditions(case, tuple(limits), reach_of(case, limits))
    found: dict[tuple[str, ...], Condition] = {}
    for period in range(case.num_periods):
        for condition in search.of_period(period):
            found.setdefault(condition.groups, condition)
    return tuple(found.values())


@dataclass(frozen=True)
class _Conditions:
    case: Case
    limits: tuple[Limit, ...]
    reach: Reach

    def of_period(self, period: int) -> Iterator[Condition]:
        """Yield the conditions that fail in a period."""
        placed = {sku: limit for limit in self._of("must_place", period) if (sku := self._sku(limit)) is not None}
        if placed:
            yield from self._power(placed, period)
            yield from self._least_shares(placed, period)
        yield from self._service(period)
        for limit in self._of("commitment", period):
            if limit.sense is Sense.AT_LEAST and not limit.allowance.terms:
                yield from self._contract(limit, period)

    def _of(self, rule: str, period: int) -> Iterator[Limit]:
        return (one for one in self.limits if one.rule == rule and one.period == period and one.price is None)

    @staticmethod
    def _sku(limit: Limit) -> int | None:
        skus = {sku for variable, _ in limit.usage.terms if (sku := accelerator_of(variable)) is not None}
        return skus.pop() if len(skus) == 1 else None

    def _power(self, placed: dict[int, Limit], period: int) -> Iterator[Condition]:
        """Yield that what must stand draws more than all sites together have, at the best PUE of any."""
        plan = self.case.plan
        sites = {site for site, sku, when in self.reach.standing if when == period and sku in placed}
        if not sites:
            return
        best = min(plan.sites[site].pue for site in sites)
        needed = sum(
            (
                Fraction(limit.number or 0) * plan.accelerators[sku].power_kw * best / 1000
                for sku, limit in placed.items()
            ),
            Fraction(0),
        )
        available = sum((max(Fraction(0), self.case.power.reachable_mw(site, period)) for site in sites), Fraction(0))
        if needed > available:
            groups = (*(limit.group for limit in placed.values()), *self._groups("site_power", sites, period))
            label = plan.horizon.labels[period]
            yield Condition(
                groups,
                needed,
                available,
                "MW",
                f"what must stand by {label} draws at least {_megawatts(needed)} MW; all sites together have "
                f"{_megawatts(available)} MW",
            )

    def _service(self, period: int) -> Iterator[Condition]:
        """Yield that what must be served is more than all the compute delivered and installed at sites by then."""
        duties, asked = list(self._of("must_serve", period)), list(self._of("site_compute", period))
        deliveries = {sku: limit for limit in self._of("deliveries", period) if (sku := self._sku(limit)) is not None}
        plan = self.case.plan
        is_open_ended = any(row[-1] and sku not in deliveries for sku, row in enumerate(plan.delivered_units))
        if not duties or len(asked) < len(plan.sites) or is_open_ended:
            return
        needed = sum((Fraction(limit.net_bound) for limit in duties), Fraction(0))
        delivered = sum(Fraction(limit.net_bound) * plan.accelerators[sku].tpp for sku, limit in deliveries.items())
        available = delivered + sum((Fraction(limit.net_bound) for limit in asked), Fraction(0))
        if needed > available:
            yield Condition(
                tuple(limit.group for limit in (*duties, *asked, *deliveries.values())),
                needed,
                available,
                "TPP",
                f"{thousands(needed)} TPP must be served in {plan.horizon.labels[period]}; {thousands(available)} TPP are "
                "delivered by then or installed at sites",
            )

    def _groups(self, rule: str, sites: set[int], period: int) -> tuple[str, ...]:
        keys = {self.case.plan.sites[site].key for site in sites}
        halls = {hall.key for hall in self.case.plan.halls if hall.site in keys}
        of_halls = tuple(one.group for one in self._of("max_modules", period) if one.scope in halls)
        return (*(one.group for one in self._of(rule, period) if one.scope in keys), *of_halls)

    def _least_shares(self, placed: dict[int, Limit], period: int) -> Iterator[Condition]:
        """Yield that a least share of what must stand at least is more than the place can hold."""
        for limit in self.limits:
            is_share = limit.period == period and limit.sense is Sense.AT_LEAST and limit.price is None
            place = next((v.place for v, _ in limit.usage.terms if isinstance(v, Placed) and v.place != WORLD), None)
            per_world = [c for v, c in limit.allowance.terms if isinstance(v, Placed) and v.place == WORLD]
            if not is_share or place is None or len(limit.usage.terms) != 1 or limit.unit != UNIT_NAMES[TPP]:
                continue
            stands = sum(Fraction(one.number or 0) * self.case.weights[TPP][sku] for sku, one in placed.items())
            needed = Fraction(limit.allowance.constant) + sum((c * stands for c in per_world), Fraction(0))
            available = Fraction(limit.usage.constant) + self.reach.in_place(place, TPP, period)
            if needed > available:
                sites = set(self.case.sites_by_destination.get(place, ()))
                groups = (
                    *(one.group for one in placed.values()),
                    limit.group,
                    *self._groups("site_power", sites, period),
                )
                yield Condition(
                    groups,
                    needed,
                    available,
                    limit.unit,
                    f"{limit.key} asks for at least {thousands(round(needed))} TPP in {place} beside what must stand; "
                    f"at most {thousands(round(available))} can, by its sites' power",
                )

    def _contract(self, contract: Limit, period: int) -> Iterator[Condition]:
        """Yield that a contract for a minimum in one destination is more than a limit on that destination allows."""
        pairs = [v for v, _ in contract.usage.terms if isinstance(v, Standing)]
        places = {self.case.site_destinations[pair.site] for pair in pairs}
        skus = {pair.accelerator for pair in pairs}
        asked = Fraction(contract.number or 0) - Fraction(contract.usage.constant)
        if len(places) != 1 or not skus or asked <= 0:
            return
        place = next(iter(places))
        for limit in self.limits:
            room = self._room(limit, place, period)
            if room is None:
                continue
            measure, most = room
            needed = asked * min(Fraction(self.case.weights[measure][sku]) for sku in skus)
            if needed > most:
                yield Condition(
                    (contract.group, limit.group),
                    needed,
                    most,
                    limit.unit,
                    f"{contract.key} asks for {thousands(round(needed))} {limit.unit} more in {place}; {limit.key} "
                    f"leaves at most {thousands(_floor(most))}",
                )

    def _room(self, limit: Limit, place: str, period: int) -> tuple[str, Fraction] | None:
        """Return the measure and the most that a limit on one destination alone lets the plan place there."""
        terms = [v for v, _ in limit.usage.terms]
        is_of_place = len(terms) == 1 and isinstance(terms[0], Placed) and terms[0].place == place
        if limit.period != period or limit.sense is Sense.AT_LEAST or limit.price is not None or not is_of_place:
            return None
        measure = terms[0].measure if isinstance(terms[0], Placed) else TPP
        most: Exact = limit.net_bound
        for variable, coefficient in limit.allowance.terms:
            most += coefficient * self.reach.most({variable: 1})
        return measure, max(Fraction(0), Fraction(most))


def _floor(value: Fraction) -> int:
    return value.numerator // value.denominator


def _megawatts(value: Fraction) -> str:
    return f"{float(value):,.6g}"
