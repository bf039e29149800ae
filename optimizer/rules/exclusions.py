"""Exclusions: two sites that are never both open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Opened, Sense
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per pair of `exclusions.csv` and period.

    Equation: open[s,t] + open[s',t] <= 1. Unit: sites. A site with installed stock is open from the start.
    """
    for row in case.plan.exclusions:
        scope = f"{row.site},{row.other_site}"
        sites = (case.plan.site_index[row.site], case.plan.site_index[row.other_site])
        for period, label in enumerate(case.plan.horizon.labels):
            yield Limit(
                rule="exclusion",
                scope=scope,
                period=period,
                period_label=label,
                sense=Sense.AT_MOST,
                usage=Expression(tuple((Opened(site, period), 1) for site in sites)),
                allowance=Expression(constant=1),
                unit="sites",
                kind=case.kind("exclusion", scope, LimitKind.CONTRACT),
                setting="not both open",
                citation=row.reference or "exclusions.csv",
            )
