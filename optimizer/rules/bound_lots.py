"""Deliveries bound to a site or a country, and what is placed there beyond them.

    unbound[s,g,t] = max over k <= t of max(0, placed by k at s - bound to s by k)
    unbound[c,g,t] = max over k <= t of max(0, sum over s in c of (placed by k at s, or unbound[s,g,k]) - bound to c by k)

Units placed at a site take what is bound to the site first, then what is bound to its country, then what is free; what was
taken once stays taken, hence the largest over all periods so far. So an assignment of the units to the lots exists exactly
when the units beyond everything bound are no more than what is free (`optimizer.rules.deliveries`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from optimizer.rules.additions import placed_by
from optimizer.rules.limit import Exact, Unbound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.rules.additions import Terms
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Variable


@dataclass(frozen=True, slots=True)
class BoundScope:
    """A site or a country that deliveries of an accelerator are bound to, with the sites in it."""

    country: str
    """As written in the files; empty for a site."""
    site: int
    """-1 for a country."""
    sku: int
    sites: tuple[int, ...]
    units: tuple[int, ...]
    """Bound to it, cumulatively."""

    def beyond(self, period: int) -> Unbound:
        """Return the variable that counts what is placed beyond what is bound."""
        return Unbound(self.country, self.site, self.sku, period)


def bound_scopes(case: Case, sku: int) -> tuple[BoundScope, ...]:
    """Return what deliveries of an accelerator are bound to: sites first, then countries."""
    plan, found = case.plan, []
    for lot in plan.accelerators[sku].bound:
        units = tuple(accumulate(lot.units))
        if lot.is_site:
            site = plan.site_index[lot.target]
            found.append(BoundScope("", site, sku, (site,), units))
        else:
            inside = tuple(number for number, site in enumerate(plan.sites) if site.country == lot.target)
            found.append(BoundScope(lot.target, -1, sku, inside, units))
    return tuple(sorted(found, key=lambda scope: (scope.site < 0, scope.site, scope.country)))


def beyond_terms(case: Case, scope: BoundScope, period: int) -> Terms:
    """Return what counts against what is bound to a scope: units at a site; in a country those beyond its bound sites."""
    if scope.site >= 0:
        return placed_by(case, scope.site, scope.sku, period)
    own = {other.site: other for other in bound_scopes(case, scope.sku) if other.site >= 0}
    return tuple(
        term
        for site in scope.sites
        for term in (((own[site].beyond(period), 1),) if site in own else placed_by(case, site, scope.sku, period))
    )


def supply_terms(case: Case, sku: int, period: int) -> Terms:
    """Return what takes of the deliveries that are bound to nothing: all units but those within what is bound."""
    scopes = bound_scopes(case, sku)
    countries = [scope for scope in scopes if scope.site < 0]
    inside = {site for scope in countries for site in scope.sites}
    own = {scope.site: scope for scope in scopes if scope.site >= 0}
    terms = [
        term
        for site in range(len(case.plan.sites))
        if site not in inside
        for term in (((own[site].beyond(period), 1),) if site in own else placed_by(case, site, sku, period))
    ]
    return (*terms, *((scope.beyond(period), 1) for scope in countries))


def bound_by(case: Case, sku: int, period: int) -> int:
    """Return the units delivered by a period that are bound to some place."""
    return sum(scope.units[period] for scope in bound_scopes(case, sku))


def unbound_rows(case: Case, sku: int, value_of: Callable[[Variable], Exact]) -> Iterator[tuple[Unbound, Exact]]:
    """Yield each variable of an accelerator with its value; `value_of` gives units, and what was yielded before."""
    for scope in bound_scopes(case, sku):
        most: Exact = 0
        for period in range(case.num_periods):
            used = sum(weight * value_of(variable) for variable, weight in beyond_terms(case, scope, period))
            most = max(most, used - scope.units[period])
            yield scope.beyond(period), most
