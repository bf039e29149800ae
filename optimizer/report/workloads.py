"""The tables of workloads: who serves what, what stays unmet and what that would be worth."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.economics.worth import Worth
from optimizer.report.exact_numbers import exact_or_none, plain, plain_or_none
from optimizer.report.workload_rows import ServedRow, WorkloadRow
from optimizer.rules.serving import latency_ms, most_served
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

    from optimizer.report.judged import Judged


def served_rows(judged: Judged) -> tuple[ServedRow, ...]:
    """Return one row per workload, site and period with compute that serves."""
    return tuple(_served_rows(judged))


def _served_rows(judged: Judged) -> Iterator[ServedRow]:
    case, plan, worth = judged.case, judged.case.plan, Worth(judged.case.plan)
    by_workload = sorted((workload, site) for site, workload in judged.placement.served_tpp)
    for workload, site in by_workload:
        latency = latency_ms(case, workload, site)
        for period, tpp in enumerate(judged.placement.served_tpp[site, workload]):
            if tpp:
                value = worth.service_value(site, workload, period) * tpp
                yield ServedRow(
                    workload=plan.workloads[workload].key,
                    site=plan.sites[site].key,
                    country=plan.sites[site].country,
                    destination=case.site_destinations[site],
                    period=plan.horizon.labels[period],
                    served_tpp=tpp,
                    latency_ms=plain_or_none(latency),
                    value=plain(value),
                    value_exact=format_exact(value),
                )


def workload_rows(judged: Judged) -> tuple[WorkloadRow, ...]:
    """Return one row per workload and period."""
    if not judged.case.plan.workloads:
        return ()
    most = most_served(judged.case, [reading.limit for reading in judged.verification.readings])
    by_workload: dict[int, list[int]] = {}
    for site, workload in sorted(judged.placement.served_tpp):
        by_workload.setdefault(workload, []).append(site)
    return tuple(
        _workload_row(judged, workload, period, most, by_workload.get(workload, []))
        for workload in range(len(judged.case.plan.workloads))
        for period in range(judged.case.num_periods)
    )


def _workload_row(
    judged: Judged, workload: int, period: int, most: npt.NDArray[np.int64], servers: list[int]
) -> WorkloadRow:
    case, placement, worth = judged.case, judged.placement, Worth(judged.case.plan)
    described = case.plan.workloads[workload]
    by_site = {site: tpp for site in servers if (tpp := placement.served(site, workload, period))}
    served = sum(by_site.values())
    demand = max(0, case.number("demand", described.key, period, described.demand_tpp[period]))
    unmet = max(0, demand - served)
    value = sum((worth.service_value(site, workload, period) * tpp for site, tpp in by_site.items()), Fraction(0))
    best = max(
        (
            worth.service_value(site, workload, period)
            for site in range(len(case.plan.sites))
            if most[site, workload, period]
        ),
        default=None,
    )
    unmet_value = None if best is None else best * unmet
    latencies = [latency for site in by_site if (latency := latency_ms(case, workload, site)) is not None]
    return WorkloadRow(
        workload=described.key,
        period=case.plan.horizon.labels[period],
        workload_kind=described.kind,
        must_serve=described.must_serve[period],
        demand_tpp=plain(demand),
        served_tpp=served,
        unmet_tpp=plain(unmet),
        value=plain(value),
        value_exact=format_exact(value),
        unmet_value=plain_or_none(unmet_value),
        unmet_value_exact=exact_or_none(unmet_value),
        sites=tuple(case.plan.sites[site].key for site in sorted(by_site, key=lambda one: (-by_site[one], one))),
        largest_latency_ms=plain_or_none(max(latencies, default=None)),
        max_latency_ms=plain_or_none(described.max_latency_ms),
    )
