"""Residency: a workload is served only from the countries it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.serving import kept_away
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per period and workload with `countries`, where the plan has sites elsewhere.

    Equation: sum over s outside the countries of served[s,w,t] <= 0. Unit: TPP. A territory is inside where it is named, or
    the country that it follows is (PR with US).
    """
    plan = case.plan
    for number, workload in enumerate(plan.workloads):
        if workload.countries is None:
            continue
        outside = [
            site
            for site, described in enumerate(plan.sites)
            if workload.countries.isdisjoint({described.country, case.site_destinations[site]})
        ]
        yield from kept_away(
            case,
            "residency",
            number,
            [outside] * case.num_periods,
            kind=LimitKind.CONTRACT,
            setting=f"only from {', '.join(sorted(workload.countries))}",
            citation="workloads.csv",
        )
