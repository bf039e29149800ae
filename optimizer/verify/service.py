"""What the service of workloads must be before any limit is read: whole compute, none of it negative, inside the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement


def misfit_service(case: Case, placement: Placement) -> Iterator[str]:
    """Yield a sentence for each row of service that is outside the plan."""
    plan = case.plan
    for (site, workload), row in sorted(placement.served_tpp.items()):
        if not (0 <= site < len(plan.sites) and 0 <= workload < len(plan.workloads)):
            yield f"the plan has no site number {site} that serves workload number {workload}"
        elif len(row) != case.num_periods:
            name = f"{plan.workloads[workload].key} at {plan.sites[site].key}"
            yield f"{name} is served in {len(row)} periods, the plan has {case.num_periods}"


def service_faults(case: Case, placement: Placement) -> Iterator[str]:
    """Yield a sentence for each fault in the service of a placement that fits the plan."""
    plan = case.plan
    for (site, workload), row in sorted(placement.served_tpp.items()):
        name = f"{plan.workloads[workload].key} at {plan.sites[site].key}"
        if any(tpp < 0 for tpp in row):
            yield f"{name} is served with negative compute"
        if any(tpp != int(tpp) for tpp in row):
            yield f"{name} is served with a part of one TPP"
