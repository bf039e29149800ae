"""When sites open: with their first units, unless some limit is helped by a site that is open before them or without.

Opening costs money and, as a rule, only switches minimums on. Where a limit counts openings so that an earlier one makes
room later (a budget for each period), or asks for openings, the solver's own openings of the sites it names are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Limit, Modules, Opened, Sense

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.rules.case import Case

FOR_STOCK = frozenset({"site_power", "min_modules"})
"""Rules that ask for modules only where units stand, or the site is open anyway."""
Stock = dict[tuple[int, int], tuple[int, ...]]


def first_use(case: Case, standing: Stock) -> dict[int, int]:
    """Return the first period with units at each site that installed stock does not keep open."""
    opened: dict[int, int] = {}
    for (site, _), row in standing.items():
        first = next((period for period, units in enumerate(row) if units), None)
        if first is not None and not case.is_open_from_the_start(site):
            opened[site] = min(first, opened.get(site, first))
    return dict(sorted(opened.items()))


def sites_opened_early(case: Case, limits: Iterable[Limit]) -> frozenset[int]:
    """Return the sites that a limit may want open before units stand there, or without any."""
    found: set[int] = set()
    for limit in limits:
        terms = (*limit.usage.terms, *limit.allowance.terms)
        if any(isinstance(variable, Opened | Modules) for variable, _ in terms):
            helps = -1 if limit.sense is Sense.AT_MOST else 1
            wanted = [variable for variable, net in limit.net_terms() if net * helps > 0]
            found.update(variable.site for variable in wanted if isinstance(variable, Opened))
            if limit.rule not in FOR_STOCK:
                halls = {variable.hall for variable in wanted if isinstance(variable, Modules)}
                found.update(case.plan.site_index[hall.site] for hall in case.plan.halls if hall.key in halls)
    return frozenset(site for site in found if not case.is_open_from_the_start(site))


def opened_in(case: Case, standing: Stock, chosen: Mapping[int, int], early: frozenset[int]) -> dict[int, int]:
    """Return the first open period by site: of its first units, or of sites opened early as chosen if that is before."""
    opened = first_use(case, standing)
    for site, first in chosen.items():
        if site in early:
            opened[site] = min(first, opened.get(site, first))
    return dict(sorted(opened.items()))
