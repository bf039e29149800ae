"""Halls, limits on openings and exclusions as their description has them.

A hall adds `power_mw` for each module that stands; modules are whole, never fewer than before, there only from
`available_from` on and only while the site is open. An opening is a site's first open period; sites that installed stock
keeps open are open, and never open.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from tests.oracle.law import destination
from tests.oracle.money import factor
from tests.oracle.past import Past
from tests.oracle.plan_facts import PlanFacts, Row, SiteFacts, absolute_period, exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.oracle.standing import Standing

ModuleRows = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class HallFacts:
    """One hall."""

    key: str
    site: str
    power_mw: Fraction
    modules: int
    cost: Fraction
    available_from: int
    least: int


def halls_of(plan: PlanFacts, site: str | None = None) -> list[HallFacts]:
    """Return the halls of a site, or all of them."""
    found = []
    for row in plan.halls:
        since = row.get("available_from")
        found.append(
            HallFacts(
                key=str(row["hall"]),
                site=str(row["site"]),
                power_mw=exact(row["power_mw"]),
                modules=int(row["modules"]),
                cost=exact(row.get("cost_usd") or 0),
                available_from=0 if since is None else max(0, _period(plan, since)),
                least=int(row.get("min_modules_if_open") or 0),
            )
        )
    return [hall for hall in found if site in {None, hall.site}]


def _period(plan: PlanFacts, label: str) -> int:
    return absolute_period(label, plan.periods_per_year) - absolute_period(plan.labels[0], plan.periods_per_year)


def every_module_row(plan: PlanFacts, site: SiteFacts, opened: int | None) -> Iterator[ModuleRows]:
    """Yield every choice of modules at a site that opens in a period (None: not at all)."""
    halls = halls_of(plan, site.key)

    def rows(hall: HallFacts) -> Iterator[tuple[int, ...]]:
        since = 0 if site.has_installed else plan.num_periods if opened is None else opened
        since = max(since, hall.available_from)
        for row in product(range(hall.modules + 1), repeat=max(0, plan.num_periods - since)):
            if list(row) == sorted(row):
                yield ((0,) * min(since, plan.num_periods)) + row

    for chosen in product(*(list(rows(hall)) for hall in halls)):
        yield {hall.key: row for hall, row in zip(halls, chosen, strict=True)}


def hall_power(plan: PlanFacts, site: str, modules: Mapping[str, tuple[int, ...]], period: int) -> Fraction:
    """Return the MW of the modules that stand at a site."""
    return sum(
        (hall.power_mw * modules[hall.key][period] for hall in halls_of(plan, site) if hall.key in modules), Fraction(0)
    )


def has_fewest(plan: PlanFacts, site: SiteFacts, modules: ModuleRows, opened: int | None) -> bool:
    """Return whether a site has the modules that an open one has to have."""
    return not any(
        modules[hall.key][period] < hall.least
        for hall in halls_of(plan, site.key)
        if f"min_modules[{hall.key}]" not in plan.prices
        for period in range(hall.available_from, plan.num_periods)
        if site.has_installed or (opened is not None and opened <= period)
    )


def module_terms(plan: PlanFacts, hall: HallFacts, period: int) -> dict[str, Fraction]:
    """Return what adding a module in a period is worth, by term."""
    end, credit = plan.num_periods, Fraction(0)
    if plan.residual == "life" and plan.values is None:
        unexpired = 1 - Fraction(end - period) / (plan.site_life_years * plan.periods_per_year)
        credit = hall.cost * max(Fraction(0), unexpired) * factor(plan, end)
    return {"halls": -factor(plan, period) * hall.cost, "residual": credit}


def modules_worth(plan: PlanFacts, modules: Mapping[str, tuple[int, ...]]) -> dict[str, Fraction]:
    """Return what all modules are worth, by term."""
    terms = {"halls": Fraction(0), "residual": Fraction(0)}
    for hall in halls_of(plan):
        row = modules.get(hall.key, ())
        for period, count in enumerate(row):
            added = count - (row[period - 1] if period else 0)
            for term, money in module_terms(plan, hall, period).items():
                terms[term] += added * money
    return terms


def hall_shapes(standing: Standing) -> Iterator[str]:
    """Yield what is wrong with the modules of a placement in themselves."""
    plan = standing.plan
    known = {hall.key: hall for hall in halls_of(plan)}
    for key, row in standing.modules.items():
        if key not in known:
            yield f"no hall {key}"
            continue
        hall = known[key]
        for period, when in enumerate(plan.labels):
            if row[period] < (row[period - 1] if period else 0):
                yield f"hall {key} loses modules in {when}"
            if row[period] and period < hall.available_from:
                yield f"hall {key} has modules in {when}, before available_from"
            if row[period] and not standing.is_open(plan.sites[hall.site], period):
                yield f"hall {key} has modules in {when} and {hall.site} is not open"


def hall_limits(standing: Standing) -> Iterator[Past]:
    """Yield where a hall has more modules than it may, or fewer than it must."""
    plan = standing.plan
    for hall in halls_of(plan):
        for period in range(hall.available_from, plan.num_periods):
            count, when = standing.modules_in(hall.key, period), plan.labels[period]
            if count > hall.modules:
                text = f"hall {hall.key} has {count} modules in {when}, more than {hall.modules}"
                yield Past(f"max_modules[{hall.key}]", period, count - hall.modules, text)
            if standing.is_open(plan.sites[hall.site], period) and count < hall.least:
                text = f"hall {hall.key} has {count} modules in {when}, fewer than {hall.least} if open"
                yield Past(f"min_modules[{hall.key}]", period, hall.least - count, text)


def opening_limits(plan: PlanFacts, opened: Mapping[str, int | None], *, is_complete: bool = True) -> Iterator[Past]:
    """Yield where openings go past a limit; of part of the sites (those named) only what further ones cannot mend."""
    for row in plan.opening_limits:
        first = _period(plan, row["from"]) if row.get("from") else 0
        last = _period(plan, row["until"]) if row.get("until") else plan.num_periods - 1
        for period in range(first, last + 1):
            yield from _pace(plan, row, opened, period, is_complete=is_complete)
    for row in plan.exclusions:
        pair = [str(row[column]) for column in ("site", "other_site")]
        for period, when in enumerate(plan.labels):
            if all(key in opened and _is_open(plan.sites[key], opened, period) for key in pair):
                yield Past("exclusion", period, 1, f"{' and '.join(pair)} are both open in {when}")


def _is_open(site: SiteFacts, opened: Mapping[str, int | None], period: int) -> bool:
    first = opened.get(site.key)
    return site.has_installed or (first is not None and first <= period)


def _pace(
    plan: PlanFacts, row: Row, opened: Mapping[str, int | None], period: int, *, is_complete: bool
) -> Iterator[Past]:
    named = [site for site in plan.sites.values() if site.key in opened]
    inside = [s for s in named if row.get("country") in {None, s.country} and row.get("region") in {None, s.region}]
    openings = sum(opened[site.key] == period and not site.has_installed for site in inside)
    held = [site for site in inside if _is_open(site, opened, period)]
    countries = len({destination(site.country) for site in held})
    for column, count in (("max_openings", openings), ("max_sites", len(held)), ("max_countries", countries)):
        if row.get(column) is not None and count > int(row[column]):
            yield _past(plan, row, column, period, count - int(row[column]))
    if row.get("min_openings") is not None and is_complete and openings < int(row["min_openings"]):
        yield _past(plan, row, "min_openings", period, int(row["min_openings"]) - openings)


def _past(plan: PlanFacts, row: Row, column: str, period: int, excess: int) -> Past:
    columns = ("min_openings", "max_openings", "max_sites", "max_countries")
    several = sum(row.get(name) is not None for name in columns) > 1
    side = {"min_openings": "min", "max_openings": "max", "max_sites": "sites", "max_countries": "countries"}[column]
    group = f"opening_limit[{row['key']},{side}]" if several else f"opening_limit[{row['key']}]"
    return Past(group, period, excess, f"{group} is missed by {excess} in {plan.labels[period]}")
