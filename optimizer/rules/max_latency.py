"""Latency: a workload is served only from sites that are near enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.serving import has_service, kept_away, latency_ms
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per period and workload with `max_latency_ms`, where a site is too far.

    Equation: sum over s with latency_ms[w,s] > max_latency_ms[w] of served[s,w,t] <= 0. Unit: TPP. A latency equal to the
    longest is near enough. It is given in service.csv, or estimated from the coordinates (`optimizer.catalogue.latency`).
    """
    plan = case.plan
    for number, workload in enumerate(plan.workloads):
        longest = workload.max_latency_ms
        if longest is None:
            continue
        far = [
            site
            for site in range(len(plan.sites))
            if has_service(case, number, site)
            and (latency := latency_ms(case, number, site)) is not None
            and latency > longest
        ]
        yield from kept_away(
            case,
            "max_latency",
            number,
            [far] * case.num_periods,
            kind=LimitKind.CONTRACT,
            setting=f"{format_exact(longest)} ms",
            citation="workloads.csv",
        )
