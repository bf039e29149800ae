"""What a plan has placed by a period, wherever that stands now: what deliveries and caps on additions count.

Stock leaves a site that closes, and where the plan allows it is retired or moved. What was placed stays counted: leaving
frees nothing of a delivery or of a cap. A unit that moves within a destination is not added there again; one that comes
from another destination is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import IN_ABROAD, IN_HOME, WORLD, Exact, Moved, Placed, Standing, Vintage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Variable

Terms = tuple[tuple["Variable", Exact], ...]


def placed_by(case: Case, site: int, sku: int, period: int) -> Terms:
    """Return, as a sum of variables, the units of deliveries that have been placed at a site by a period."""
    if case.plan.changes.is_any:
        return tuple((Vintage(site, sku, bought, bought), 1) for bought in range(period + 1))
    return ((Standing(site, sku, min(period, case.last_open(site))), 1),)


def placed_in(case: Case, site: int, sku: int, period: int) -> Terms:
    """Return the units of deliveries that are placed at a site in a period."""
    if case.plan.changes.is_any:
        return ((Vintage(site, sku, period, period), 1),)
    before = placed_by(case, site, sku, period - 1) if period else ()
    return merged([*placed_by(case, site, sku, period), *((variable, -weight) for variable, weight in before)])


def unit_periods(case: Case, site: int, sku: int, periods: Iterable[int]) -> Terms:
    """Return for how many whole periods units draw power at a site: `first_period_share` of that in which they come."""
    late = 1 - case.plan.economics.first_period_share
    terms: list[tuple[Variable, Exact]] = []
    for period in periods:
        came = [*placed_in(case, site, sku, period), *_arrived(case, site, sku, period)]
        terms += [(Standing(site, sku, period), 1), *((variable, -late * weight) for variable, weight in came)]
    return merged(terms)


def _arrived(case: Case, site: int, sku: int, period: int) -> Terms:
    """Return the units that come to a site from another in a period."""
    if not case.plan.changes.is_any:
        return ()
    return tuple(
        (Moved(kind, site, sku, bought, period), 1) for kind in (IN_HOME, IN_ABROAD) for bought in range(period)
    )


def brought(case: Case, site: int, sku: int, period: int, since: int = -1) -> Terms:
    """Return the units that came to a site from outside its destination, after the close of one period until another's."""
    if not case.plan.changes.is_any:
        now = placed_by(case, site, sku, period)
        before = placed_by(case, site, sku, since) if since >= 0 else ()
        return (*now, *((variable, -weight) for variable, weight in before))
    periods = range(since + 1, period + 1)
    return (
        *((Vintage(site, sku, when, when), 1) for when in periods),
        *((Moved(IN_ABROAD, site, sku, bought, when), 1) for when in periods for bought in range(when)),
    )


def added(case: Case, measure: str, place: str, period: int, since: int = -1) -> Terms:
    """Return what has been added in a place (or `WORLD`) after the close of one period until that of another."""
    if case.plan.changes.is_any:
        return tuple(
            (variable, weight)
            for site in case.sites_in(place)
            for sku, weight in enumerate(case.weights[measure])
            if weight
            for variable, _ in brought(case, site, sku, period, since)
        )
    terms: list[tuple[Variable, Exact]] = [(Placed(measure, place, period), 1)]
    if since >= 0:
        terms.append((Placed(measure, place, since), -1))
    return (*terms, *_closed(case, measure, place, period, since))


def departed(case: Case, measure: str, period: int) -> Terms:
    """Return what has been placed anywhere by a period and stands nowhere in it."""
    if not case.plan.changes.is_any:
        return _closed(case, measure, WORLD, period)
    placed = (
        (variable, weight)
        for site in case.sites_in(WORLD)
        for sku, weight in enumerate(case.weights[measure])
        if weight
        for variable, _ in placed_by(case, site, sku, period)
    )
    return (*placed, (Placed(measure, WORLD, period), -1))


def _closed(case: Case, measure: str, place: str, period: int, since: int = -1) -> Terms:
    """Return what left a place with sites that closed, after the close of one period until that of another."""
    return tuple(
        (Standing(site, sku, last), weight)
        for site, last in sorted(case.closes.items())
        if since <= last < period and place in {WORLD, case.site_destinations[site]}
        for sku, weight in enumerate(case.weights[measure])
        if weight
    )


def merged(terms: Iterable[tuple[Variable, Exact]]) -> Terms:
    """Return terms with each variable once, without those that cancel."""
    total: dict[Variable, Exact] = {}
    for variable, weight in terms:
        total[variable] = total.get(variable, 0) + weight
    return tuple((variable, weight) for variable, weight in total.items() if weight)
