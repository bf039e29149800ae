"""The limits that tie sites together, as whole-number inequalities for the brute force.

Each says: the sum over sites of (weight x units standing in one period) is at most a bound. Fractions are multiplied
out, so that exactly 7% is exactly legal.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from tests.oracle import law
from tests.oracle.past import commitment_group
from tests.oracle.plan_facts import PlanFacts, absolute_period, carried_forward, exact, flag
from tests.oracle.standing import in_scope, place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.oracle.sharing import AtSite

Weights = dict[tuple[str, str], int]
"""(site, accelerator) to weight per unit."""


@dataclass(frozen=True)
class LinearRow:
    """Sum of weight x units standing in `period` <= `bound`."""

    period: int
    weights: Weights
    bound: int

    def usage(self, site: str, chosen: AtSite) -> int:
        """Return one site's part of the sum."""
        return sum(self.weights.get((site, key), 0) * row[self.period] for key, row in chosen.schedule.items())


@dataclass(frozen=True)
class ConditionalRow:
    """A minimum that binds only while a site of its scope is in use."""

    period: int
    sites: Sequence[int]
    accelerators: Sequence[str]
    least: int

    def holds(self, schedules: Sequence[Mapping[str, tuple[int, ...]]], opened: Sequence[int | None]) -> bool:
        """Return whether no site of the scope is open, or enough counted units stand."""
        used = any((first := opened[number]) is not None and first <= self.period for number in self.sites)
        counted = sum(schedules[number][key][self.period] for number in self.sites for key in self.accelerators)
        return not used or counted >= self.least


def linear_rows(plan: PlanFacts) -> list[LinearRow]:
    """Return every unconditional coupling limit of the plan that must hold."""
    rows: list[tuple[str, LinearRow]] = [*_deliveries(plan), *_commitments(plan)]
    if plan.policy.get("name", "three-tier-2025-01") == "three-tier-2025-01":
        for period, day in enumerate(plan.first_days):
            if day >= law.IN_FORCE_FROM:
                rows += [*_shares(plan, period), *_national_caps(plan, period)]
    return [row for group, row in rows if group not in plan.prices]


def exact_row(period: int, weights: Mapping[tuple[str, str], Fraction | int], bound: Fraction | int) -> LinearRow:
    """Return the row with denominators multiplied out."""
    fractions = {pair: Fraction(weight) for pair, weight in weights.items() if weight}
    step = lcm(Fraction(bound).denominator, *(weight.denominator for weight in fractions.values()))
    return LinearRow(period, {pair: int(weight * step) for pair, weight in fractions.items()}, int(bound * step))


def _deliveries(plan: PlanFacts) -> Iterator[tuple[str, LinearRow]]:
    last = plan.num_periods - 1
    for key, accelerator in plan.accelerators.items():
        for period in range(plan.num_periods):
            delivered = accelerator.delivered[period]
            yield f"deliveries[{key}]", exact_row(period, {(site, key): 1 for site in plan.sites}, delivered)
            if plan.must_place == "each_period" or (plan.must_place == "by_end" and period == last):
                least = delivered // accelerator.block * accelerator.block
                yield f"must_place[{key}]", exact_row(period, {(site, key): -1 for site in plan.sites}, -least)


def _spans(plan: PlanFacts) -> Iterator[tuple[Mapping[str, object], int, list[str], list[str], bool]]:
    """Yield each commitment by period: its row, the period, its sites, its accelerators, stock at a site in scope."""
    start = absolute_period(plan.labels[0], plan.periods_per_year)
    for row in plan.commitments:
        inside = in_scope(plan, row)
        sites = [site.key for site in plan.sites.values() if inside(site.key, site.country)]
        keys = [key for key in plan.accelerators if row.get("accelerator") in {None, key}]
        stocked = any(plan.sites[site].has_installed for site in sites)
        for period in range(plan.num_periods):
            absolute = start + period
            if row.get("from") and absolute < absolute_period(row["from"], plan.periods_per_year):
                continue
            if row.get("until") and absolute > absolute_period(row["until"], plan.periods_per_year):
                continue
            yield row, period, sites, keys, stocked


def _installed_in(plan: PlanFacts, row: Mapping[str, object], keys: Sequence[str]) -> int:
    inside = in_scope(plan, row)
    counted = (stock for stock in plan.installed if stock["accelerator"] in keys and inside(*place(plan, stock)))
    return sum(int(stock["units"]) for stock in counted)


def _commitments(plan: PlanFacts) -> Iterator[tuple[str, LinearRow]]:
    for row, period, sites, keys, stocked in _spans(plan):
        base = _installed_in(plan, row, keys)
        pairs = [(site, key) for site in sites for key in keys]
        if row.get("max_units") is not None:
            bound = int(str(row["max_units"])) - base
            yield commitment_group(row, "max"), exact_row(period, dict.fromkeys(pairs, 1), bound)
        always = stocked or not flag(row.get("only_if_used", False))
        if row.get("min_units") is not None and always:
            bound = base - int(str(row["min_units"]))
            yield commitment_group(row, "min"), exact_row(period, dict.fromkeys(pairs, -1), bound)


def conditional_rows(plan: PlanFacts) -> list[ConditionalRow]:
    """Return the minimums that bind only while a site of the scope is in use."""
    numbers = {site: number for number, site in enumerate(plan.sites)}
    return [
        ConditionalRow(
            period, [numbers[site] for site in sites], keys, int(str(row["min_units"])) - _installed_in(plan, row, keys)
        )
        for row, period, sites, keys, stocked in _spans(plan)
        if row.get("min_units") is not None and flag(row.get("only_if_used", False)) and not stocked
        if commitment_group(row, "min") not in plan.prices
    ]


def _tpp(plan: PlanFacts, places: set[str] | None) -> tuple[dict[tuple[str, str], int], int]:
    """Return TPP per unit of every (site, accelerator) in a set of destinations (None: all), and what is installed."""
    inside = {key for key, site in plan.sites.items() if places is None or law.destination(site.country) in places}
    weights = {(site, key): acc.tpp for site in inside for key, acc in plan.accelerators.items()}
    installed = 0
    for row in plan.installed:
        if places is None or law.destination(place(plan, row)[1]) in places:
            installed += int(row["units"]) * plan.accelerators[row["accelerator"]].tpp
    return weights, installed


def _destinations(plan: PlanFacts) -> set[str]:
    countries = [site.country for site in plan.sites.values()] + [place(plan, row)[1] for row in plan.installed]
    return {law.destination(country) for country in [*countries, *plan.external_use]}


def _shares(plan: PlanFacts, period: int) -> Iterator[tuple[str, LinearRow]]:
    day = plan.first_days[period]
    if law.tier(plan.headquarters, day) != 1:
        return
    placed, base = _tpp(plan, None)
    if plan.policy.get("share_denominator", "standing") == "delivered":
        base += sum(acc.delivered[period] * acc.tpp for acc in plan.accelerators.values())
        placed = {}

    def at_most(places: set[str], share: Fraction, sign: int = 1) -> LinearRow:
        weights, installed = _tpp(plan, places)
        pairs = {**weights, **placed}
        both = {pair: sign * (weights.get(pair, 0) - share * placed.get(pair, 0)) for pair in pairs}
        return exact_row(period, both, sign * (share * base - installed))

    if law.destination(plan.headquarters) == "US":
        yield "home_share[US]", at_most({"US"}, exact(plan.policy.get("home_share", law.HOME_SHARE)), sign=-1)
    outside = {where for where in _destinations(plan) if law.tier(where, day) != 1}
    yield (
        "outside_tier1_share",
        at_most(outside, exact(plan.policy.get("outside_tier1_share", law.OUTSIDE_TIER_1_SHARE))),
    )
    for where in sorted(outside):
        if law.tier(where, day) == 2:
            yield (
                f"destination_share[{where}]",
                at_most({where}, exact(plan.policy.get("destination_share", law.DESTINATION_SHARE))),
            )


def _national_caps(plan: PlanFacts, period: int) -> Iterator[tuple[str, LinearRow]]:
    day, policy = plan.first_days[period], plan.policy
    if flag(policy.get("validated_exempt_from_national_cap", False)) and law.tier(plan.headquarters, day) == 1:
        return
    unit, cap = policy.get("national_cap_unit", "chips"), exact(policy.get("national_cap", law.NATIONAL_CAP))
    per_unit = {
        key: {"chips": Fraction(1), "tpp": Fraction(acc.tpp), "h100_equivalents": Fraction(acc.tpp, law.H100_TPP)}[unit]
        for key, acc in plan.accelerators.items()
    }
    now = absolute_period(plan.labels[period], plan.periods_per_year)
    for where in sorted(where for where in _destinations(plan) if law.tier(where, day) == 2):
        taken = Fraction(0)
        for row in plan.installed:
            recent = str(row.get("placed_on") or "")[:10] >= law.IN_FORCE_FROM.isoformat()
            if recent and law.destination(place(plan, row)[1]) == where:
                taken += int(row["units"]) * per_unit[row["accelerator"]]
        for country, rows in plan.external_use.items():
            if law.destination(country) == where:
                column = "units" if unit == "chips" else "tpp"
                level = carried_forward(rows, column, now, plan.periods_per_year)
                taken += Fraction(level, law.H100_TPP if unit == "h100_equivalents" else 1)
        inside = [key for key, site in plan.sites.items() if law.destination(site.country) == where]
        weights = {(site, key): per_unit[key] for site in inside for key in per_unit}
        yield f"national_cap[{where}]", exact_row(period, weights, cap - taken)
