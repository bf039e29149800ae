"""Shared resources: capital, carbon, water, grid or staff that sites use together stay within a limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping  # noqa: TC003  the fields of a named tuple
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from optimizer.rules.additions import placed_by, placed_in, unit_periods
from optimizer.rules.limit import Exact, Expression, Limit, Modules, Opened, Sense, Standing, Variable
from optimizer.schema.quantities import format_exact
from optimizer.schema.resource import Counting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.resource import Resource, ResourceUse

ByPair = dict[tuple[int, int], Fraction]
"""(site, accelerator) to the use of one unit."""


class _Uses(NamedTuple):
    """What one of each uses: a unit once or while it stands, a unit's energy of a whole period, an opening, a module."""

    stock: ByPair
    energy: ByPair
    openings: Mapping[int, Fraction]
    modules: Mapping[str, Fraction]


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per resource and period that has one.

    Equation: by what the resource counts,

        standing    n[t] + e[t] <= limit[t]
        added       n[t] - n[t-1] + e[t] <= limit[t]
        cumulative  n[t] + e[0] + ... + e[t] <= limit[t]

    n[t] is the sum over s,g of per_unit units[s,g,t], per_mw x facility MW and rate_of_price x price taken in, over s of
    per_opening open[s,t], and over halls of per_module modules[h,t]; e[t] is per_mwh x the MWh drawn in t, of which units
    added in t, or moved to s in t, draw first_period_share. What leaves gives nothing back: `added` and `cumulative` count
    units placed, wherever they are since.

    Unit: the resource's own. Units installed before the plan, and sites that they keep open, use nothing: the limit is
    what is free for the plan.
    """
    for resource in case.plan.resources:
        uses = [use for use in case.plan.resource_use if use.resource == resource.key]
        found = _Uses(_stock(case, uses), _energy(case, uses), _openings(case, uses), _modules(case, uses))
        for period, written in enumerate(resource.limits):
            if written is not None:
                terms = _terms(case, resource.counts, found, period)
                yield _limit(case, resource, period, written, terms)


def _limit(case: Case, resource: Resource, period: int, written: Fraction, terms: Mapping[Variable, Fraction]) -> Limit:
    most = case.number("resource", resource.key, period, _exact(written))
    return Limit(
        rule="resource",
        scope=resource.key,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=Sense.AT_MOST,
        usage=Expression(tuple((variable, _exact(amount)) for variable, amount in terms.items() if amount)),
        allowance=Expression(constant=most),
        unit=resource.unit,
        kind=case.kind("resource", resource.key, resource.kind),
        setting=f"{format_exact(most)} {resource.unit}",
        citation=resource.reference or "resources.csv, resource_use.csv",
        number=most,
    )


def _terms(case: Case, counts: Counting, uses: _Uses, period: int) -> Mapping[Variable, Fraction]:
    """Return the use in a period by variable."""
    terms: dict[Variable, Fraction] = defaultdict(Fraction)

    def count(counted: Iterable[tuple[Variable, Exact]], amount: Fraction) -> None:
        for variable, weight in counted:
            terms[variable] += weight * amount

    for pair, amount in uses.stock.items():
        count(_units(case, counts, *pair, period), amount)
    for site, amount in uses.openings.items():
        count(_rise(partial(Opened, site), counts, period, case.last_open(site)), amount)
    for hall, amount in uses.modules.items():
        site = case.plan.site_index[case.plan.halls[case.plan.hall_index[hall]].site]
        count(_rise(partial(Modules, hall), counts, period, case.last_open(site)), amount)
    periods = range(period + 1) if counts is Counting.CUMULATIVE else (period,)
    for pair, amount in uses.energy.items():
        count(unit_periods(case, *pair, periods), amount)
    return terms


def _units(case: Case, counts: Counting, site: int, sku: int, period: int) -> Iterable[tuple[Variable, Exact]]:
    """Return the units at a site that count: what stands, what is placed in the period, or what was placed by then."""
    match counts:
        case Counting.STANDING:
            return ((Standing(site, sku, period), 1),)
        case Counting.ADDED:
            return placed_in(case, site, sku, period)
        case Counting.CUMULATIVE:
            return placed_by(case, site, sku, period)


def _rise(
    variable: Callable[[int], Variable], counts: Counting, period: int, last: int
) -> Iterator[tuple[Variable, Exact]]:
    """Yield what counts of something that stays once it is there, until its last period; leaving gives nothing back."""
    if counts is Counting.CUMULATIVE:
        yield variable(min(period, last)), 1
    elif counts is Counting.STANDING or period <= last:
        yield variable(period), 1
        if counts is Counting.ADDED and period > 0:
            yield variable(period - 1), -1


def _stock(case: Case, uses: list[ResourceUse]) -> ByPair:
    """Return what one unit uses once, or for as long as it stands."""
    found: ByPair = defaultdict(Fraction)
    for use in uses:
        for site, sku in _pairs(case, use) if use.per_unit or use.per_mw or use.rate_of_price else ():
            price = case.plan.accelerators[sku].price_usd or Fraction(0)
            found[site, sku] += use.per_unit + use.per_mw * _megawatts(case, site, sku) + use.rate_of_price * price
    return found


def _energy(case: Case, uses: list[ResourceUse]) -> ByPair:
    """Return what the energy of one unit uses in a whole period."""
    found: ByPair = defaultdict(Fraction)
    for use in uses:
        for site, sku in _pairs(case, use) if use.per_mwh else ():
            found[site, sku] += use.per_mwh * case.plan.horizon.hours * _megawatts(case, site, sku)
    return found


def _openings(case: Case, uses: list[ResourceUse]) -> Mapping[int, Fraction]:
    found: dict[int, Fraction] = defaultdict(Fraction)
    for use in uses:
        for site in _sites(case, use) if use.per_opening else ():
            if not case.is_open_from_the_start(site):
                found[site] += use.per_opening
    return found


def _modules(case: Case, uses: list[ResourceUse]) -> Mapping[str, Fraction]:
    found: dict[str, Fraction] = defaultdict(Fraction)
    for use in uses:
        for site in _sites(case, use) if use.per_module else ():
            for number in case.power.halls_at_site.get(site, ()):
                hall = case.plan.halls[number].key
                if use.hall in {None, hall}:
                    found[hall] += use.per_module
    return found


def _megawatts(case: Case, site: int, sku: int) -> Fraction:
    """Return the facility MW of one unit."""
    return case.plan.accelerators[sku].power_kw * case.plan.sites[site].pue / 1000


def _pairs(case: Case, use: ResourceUse) -> Iterator[tuple[int, int]]:
    plan = case.plan
    skus = range(len(plan.accelerators)) if use.accelerator is None else (plan.accelerator_index[use.accelerator],)
    delivered = tuple(sku for sku in skus if plan.delivered_units[sku][-1])
    return ((site, sku) for site in _sites(case, use) for sku in delivered)


def _sites(case: Case, use: ResourceUse) -> Iterator[int]:
    """Yield the sites that the filters match; a country is taken as written."""
    plan = case.plan
    numbers = range(len(plan.sites)) if use.site is None else (plan.site_index[use.site],)
    for number in numbers:
        site = plan.sites[number]
        if use.country in {None, site.country} and use.region in {None, site.region}:
            yield number


def _exact(value: Fraction) -> Exact:
    return value.numerator if value.denominator == 1 else value
