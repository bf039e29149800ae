"""Shared resources as their description has them: what each site uses of each, period by period.

`per_unit` (with `rate_of_price` of the price and `per_mw` of the facility power) counts for what stands, for what is added
or for all that was added so far; `per_opening` likewise for openings; `per_mwh` for the energy of the period, or of all
periods so far. Installed stock, and sites it keeps open, use nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from tests.oracle.campus import HallFacts, halls_of
from tests.oracle.past import Past
from tests.oracle.plan_facts import PlanFacts, Row, SiteFacts, exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.oracle.standing import Standing


@dataclass(frozen=True)
class AtSite:
    """What is decided at one site: units by accelerator, the period it opens in, modules by hall."""

    schedule: Mapping[str, tuple[int, ...]]
    opened: int | None
    modules: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class ResourceRow:
    """What one site uses of a resource in one period, in whole steps; the sum over sites is at most `bound`."""

    plan: PlanFacts
    key: str
    counts: str
    period: int
    limit: Fraction

    @property
    def step(self) -> int:
        """Return the number of steps in one of the resource's unit, so that every use is a whole number of them."""
        denominators = [self.limit.denominator]
        for site in self.plan.sites.values():
            for key in self.plan.accelerators:
                stock, energy = _of_unit(self.plan, self.key, site, key)
                share = self.plan.first_period_share
                denominators += [stock.denominator, (energy * share).denominator, (energy * (1 - share)).denominator]
            denominators.append(_of_opening(self.plan, self.key, site).denominator)
            denominators += [
                _of_module(self.plan, self.key, hall).denominator for hall in halls_of(self.plan, site.key)
            ]
        return lcm(*denominators)

    @property
    def bound(self) -> int:
        """Return the limit in steps."""
        return int(self.limit * self.step)

    def usage(self, site: str, chosen: AtSite) -> int:
        """Return one site's part of the sum."""
        return int(self.use_at(site, chosen) * self.step)

    def use_at(self, site: str, chosen: AtSite) -> Fraction:
        """Return what one site uses."""
        facts, total = self.plan.sites[site], Fraction(0)
        since = {"standing": 0, "added": self.period, "cumulative": 0}[self.counts]
        for key, row in chosen.schedule.items():
            stock, energy = _of_unit(self.plan, self.key, facts, key)
            added = _added(row)
            total += stock * sum(added[since : self.period + 1])
            for when in range(self.period + 1) if self.counts == "cumulative" else [self.period]:
                total += energy * (row[when] - added[when] + self.plan.first_period_share * added[when])
        if chosen.opened is not None and since <= chosen.opened <= self.period and not facts.has_installed:
            total += _of_opening(self.plan, self.key, facts)
        for hall in halls_of(self.plan, site):
            counted = _added(chosen.modules.get(hall.key, ()))[since : self.period + 1]
            total += _of_module(self.plan, self.key, hall) * sum(counted)
        return total


def _added(row: tuple[int, ...]) -> list[int]:
    return [count - (row[k - 1] if k else 0) for k, count in enumerate(row)]


def resource_rows(plan: PlanFacts) -> Iterator[tuple[str, ResourceRow]]:
    """Yield each limit on a resource with its group."""
    for row in plan.resources:
        own = [other for other in plan.resources if other["resource"] == row["resource"]]
        if row is not own[0]:
            continue
        counts = next((str(one["counts"]) for one in own if one.get("counts")), "standing")
        for period, label in enumerate(plan.labels):
            dated = [one for one in own if one.get("period") == label] or [one for one in own if not one.get("period")]
            if dated:
                limit = exact(dated[0]["limit"])
                yield f"resource[{row['resource']}]", ResourceRow(plan, row["resource"], counts, period, limit)


def resource_limits(standing: Standing) -> Iterator[Past]:
    """Yield where a placement uses more than there is."""
    plan = standing.plan
    for group, row in resource_rows(plan):
        used = Fraction(0)
        for site in plan.sites:
            schedule = {key: units for (where, key), units in standing.units.items() if where == site}
            used += row.use_at(site, AtSite(schedule, standing.opened.get(site), standing.modules))
        if used > row.limit:
            text = f"{float(used)} of {float(row.limit)} {row.key} used in {plan.labels[row.period]}"
            yield Past(group, row.period, used - row.limit, text)


def _rows(plan: PlanFacts, resource: str, site: SiteFacts) -> Iterator[Row]:
    filters = {"site": site.key, "country": site.country, "region": site.region}
    for row in plan.resource_use:
        if row["resource"] == resource and all(row.get(name) in {None, value} for name, value in filters.items()):
            yield row


def _of_unit(plan: PlanFacts, resource: str, site: SiteFacts, key: str) -> tuple[Fraction, Fraction]:
    """Return what a unit uses by standing or being added, and what its energy of a whole period uses."""
    accelerator, stock, energy = plan.accelerators[key], Fraction(0), Fraction(0)
    megawatts = accelerator.power_kw * site.pue / 1000
    for row in _rows(plan, resource, site):
        if row.get("accelerator") in {None, key}:
            amounts = {name: exact(row.get(name) or 0) for name in ("per_unit", "per_mw", "per_mwh", "rate_of_price")}
            stock += amounts["per_unit"] + amounts["per_mw"] * megawatts
            stock += amounts["rate_of_price"] * accelerator.price
            energy += amounts["per_mwh"] * megawatts * Fraction(8760, plan.periods_per_year)
    return stock, energy


def _of_opening(plan: PlanFacts, resource: str, site: SiteFacts) -> Fraction:
    return sum((exact(row.get("per_opening") or 0) for row in _rows(plan, resource, site)), Fraction(0))


def _of_module(plan: PlanFacts, resource: str, hall: HallFacts) -> Fraction:
    rows = (row for row in _rows(plan, resource, plan.sites[hall.site]) if row.get("hall") in {None, hall.key})
    return sum((exact(row.get("per_module") or 0) for row in rows), Fraction(0))


def opening_early_helps(plan: PlanFacts) -> bool:
    """Return whether a site may have to open before its first units: by a pace, or a budget that an opening uses."""
    if any(row.get(column) is not None for row in plan.opening_limits for column in ("min_openings", "max_openings")):
        return True
    budgets = {row["resource"] for row in plan.resources if row.get("counts") == "added"}
    amounts = ("per_opening", "per_module")
    return any(
        row["resource"] in budgets and exact(row.get(name) or 0) for row in plan.resource_use for name in amounts
    )
