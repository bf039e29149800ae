"""Openings: nothing stands at a site before it may open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Sense, Standing
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per site that opens after the first period, for the last period before it may open.

    Equation: sum over g of units[s,g,t] <= 0 for t just before `opens_from`; stock only grows, so it holds earlier too.
    Where units may be retired or moved, one for each earlier period.
    Unit: units. That a site opens once, and that units stand only at an open site, is part of the model and of the
    placement's structure (`optimizer.verify.structure`), not a limit.
    """
    plan = case.plan
    for number, site in enumerate(plan.sites):
        if site.opens_from > 0:
            opens = plan.horizon.labels[site.opens_from] if site.opens_from < case.num_periods else "after the horizon"
            last = site.opens_from - 1
            yield from (
                _limit(case, number, period, opens)
                for period in (range(site.opens_from) if plan.changes.is_any else (last,))
            )


def _limit(case: Case, number: int, period: int, opens: str) -> Limit:
    plan, site = case.plan, case.plan.sites[number]
    return Limit(
        rule="openings",
        scope=site.key,
        period=period,
        period_label=plan.horizon.labels[period],
        sense=Sense.AT_MOST,
        usage=Expression(tuple((Standing(number, sku, period), 1) for sku in range(len(plan.accelerators)))),
        allowance=Expression(),
        unit="units",
        kind=case.kind("openings", site.key, LimitKind.PHYSICAL),
        setting=f"opens {opens}",
        citation="sites.csv opens_from",
    )
