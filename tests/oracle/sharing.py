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

from tests.oracle.past import Past
from tests.oracle.plan_facts import PlanFacts, Row, SiteFacts, exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.oracle.standing import Standing

Schedule = dict[str, tuple[int, ...]]


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
        return lcm(*denominators)

    @property
    def bound(self) -> int:
        """Return the limit in steps."""
        return int(self.limit * self.step)

    def usage(self, site: str, schedule: Mapping[str, tuple[int, ...]], opened: int | None = None) -> int:
        """Return one site's part of the sum."""
        return int(_site_use(self.plan, self.key, self.counts, site, schedule, opened, self.period) * self.step)


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
            used += _site_use(plan, row.key, row.counts, site, schedule, standing.opened.get(site), row.period)
        if used > row.limit:
            text = f"{float(used)} of {float(row.limit)} {row.key} used in {plan.labels[row.period]}"
            yield Past(group, row.period, used - row.limit, text)


def _site_use(
    plan: PlanFacts,
    resource: str,
    counts: str,
    site: str,
    schedule: Mapping[str, tuple[int, ...]],
    opened: int | None,
    period: int,
) -> Fraction:
    facts, total = plan.sites[site], Fraction(0)
    since = {"standing": 0, "added": period, "cumulative": 0}[counts]
    for key, row in schedule.items():
        stock, energy = _of_unit(plan, resource, facts, key)
        added = [units - (row[k - 1] if k else 0) for k, units in enumerate(row)]
        total += stock * sum(added[since : period + 1])
        for when in range(period + 1) if counts == "cumulative" else [period]:
            total += energy * (row[when] - added[when] + plan.first_period_share * added[when])
    if opened is not None and since <= opened <= period and not facts.has_installed:
        total += _of_opening(plan, resource, facts)
    return total


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


def opening_early_helps(plan: PlanFacts) -> bool:
    """Return whether some budget for each period counts openings, so that an earlier opening can leave room later."""
    budgets = {row["resource"] for row in plan.resources if row.get("counts") == "added"}
    return any(row["resource"] in budgets and exact(row.get("per_opening") or 0) for row in plan.resource_use)
