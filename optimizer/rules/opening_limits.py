"""Opening limits: how many sites open in each period, how many are open, and in how many countries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Exact, Expression, Limit, Opened, Present, Sense, Variable
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.facility import OpeningLimit


def limits(case: Case) -> Iterator[Limit]:
    """Yield, per row of `opening_limits.csv` and period of its term, one limit for each number that it gives.

    Equation: min_openings <= sum over s in scope of open[s,t] - open[s,t-1] <= max_openings; sum over s in scope of
    open[s,t] <= max_sites; sum over destinations c of (1 where a site of c in scope is open in t) <= max_countries. Unit:
    openings, sites or countries. A site that installed stock keeps open counts as open from the start and never opens. A
    country of the scope is taken as written; what is counted are destinations, a territory with the country it follows.
    """
    for row in case.plan.opening_limits:
        sites = tuple(
            number
            for number, site in enumerate(case.plan.sites)
            if row.country in {None, site.country} and row.region in {None, site.region}
        )
        for period in range(row.first, row.last + 1):
            opening = _opening(case, sites, period)
            yield from _limit(case, row, "min", row.min_openings, period, opening, "openings")
            yield from _limit(case, row, "max", row.max_openings, period, opening, "openings")
            yield from _limit(case, row, "sites", row.max_sites, period, _open(sites, period), "sites")
            yield from _limit(
                case, row, "countries", row.max_countries, period, _countries(case, sites, period), "countries"
            )


def _limit(
    case: Case, row: OpeningLimit, side: str, written: int | None, period: int, usage: Expression, unit: str
) -> Iterator[Limit]:
    if written is None:
        return
    numbers = (row.min_openings, row.max_openings, row.max_sites, row.max_countries)
    scope = f"{row.key},{side}" if sum(number is not None for number in numbers) > 1 else row.key
    number = max(0, case.number("opening_limit", scope, period, written))
    sense = Sense.AT_LEAST if side == "min" else Sense.AT_MOST
    yield Limit(
        rule="opening_limit",
        scope=scope,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=sense,
        usage=usage,
        allowance=Expression(constant=number),
        unit=unit,
        kind=case.kind("opening_limit", scope, row.kind),
        setting=f"{'min' if side == 'min' else 'max'} {format_exact(number)} {unit}",
        citation=row.reference or "opening_limits.csv",
        number=number,
    )


def _opening(case: Case, sites: tuple[int, ...], period: int) -> Expression:
    new = [site for site in sites if not case.is_open_from_the_start(site) and not case.is_closed(site, period)]
    terms: list[tuple[Variable, Exact]] = [(Opened(site, period), 1) for site in new]
    if period:
        terms += [(Opened(site, period - 1), -1) for site in new]
    return Expression(tuple(terms))


def _open(sites: tuple[int, ...], period: int) -> Expression:
    return Expression(tuple((Opened(site, period), 1) for site in sites))


def _countries(case: Case, sites: tuple[int, ...], period: int) -> Expression:
    places: dict[str, list[int]] = {}
    for site in sites:
        places.setdefault(case.site_destinations[site], []).append(site)
    held = {place for place, own in places.items() if any(case.is_open_without(Opened(site, period)) for site in own)}
    terms = tuple((Present(tuple(own), period), 1) for place, own in sorted(places.items()) if place not in held)
    return Expression(terms, len(held))
