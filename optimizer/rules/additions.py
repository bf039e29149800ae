"""What a plan has placed by a period, wherever that stands now: what deliveries and caps on additions count.

Stock leaves a site that closes. What it has placed stays counted: leaving frees nothing of a delivery or of a cap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import WORLD, Exact, Placed, Standing

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Variable

Terms = tuple[tuple["Variable", Exact], ...]


def placed_by(case: Case, site: int, sku: int, period: int) -> Terms:
    """Return, as a sum of variables, the units of deliveries that have been placed at a site by a period."""
    return ((Standing(site, sku, min(period, case.last_open(site))), 1),)


def added(case: Case, measure: str, place: str, period: int, since: int = -1) -> Terms:
    """Return what has been added in a place (or `WORLD`) after the close of one period until that of another."""
    terms: list[tuple[Variable, Exact]] = [(Placed(measure, place, period), 1)]
    if since >= 0:
        terms.append((Placed(measure, place, since), -1))
    return (*terms, *departed(case, measure, place, period, since))


def departed(case: Case, measure: str, place: str, period: int, since: int = -1) -> Terms:
    """Return what was placed in a place (or `WORLD`) and left it after the close of one period until that of another."""
    return tuple(
        (Standing(site, sku, last), weight)
        for site, last in sorted(case.closes.items())
        if since <= last < period and place in {WORLD, case.site_destinations[site]}
        for sku, weight in enumerate(case.weights[measure])
        if weight
    )
