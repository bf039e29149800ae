"""No service: where service.csv lists pairs, a site serves only the workloads that it has a row for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.serving import has_service, kept_away
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per period and workload, where some site has no row for it.

    Equation: sum over s without a row for w of served[s,w,t] <= 0. Unit: TPP. Without service.csv every site may serve
    every workload.
    """
    plan = case.plan
    for number in range(len(plan.workloads)):
        unlisted = [site for site in range(len(plan.sites)) if not has_service(case, number, site)]
        yield from kept_away(
            case,
            "no_service",
            number,
            [unlisted] * case.num_periods,
            kind=LimitKind.PHYSICAL,
            setting="no row",
            citation="service.csv",
        )
