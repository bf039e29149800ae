"""Demand: no workload uses more compute than it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Sense
from optimizer.rules.serving import TPP_UNIT, served_everywhere
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per workload and period.

    Equation: sum over s of served[s,w,t] <= demand_tpp[w,t]. Unit: TPP. A period for which the plan has no row asks for
    nothing.
    """
    plan = case.plan
    for number, workload in enumerate(plan.workloads):
        for period, label in enumerate(plan.horizon.labels):
            demand = max(0, case.number("demand", workload.key, period, workload.demand_tpp[period]))
            yield Limit(
                rule="demand",
                scope=workload.key,
                period=period,
                period_label=label,
                sense=Sense.AT_MOST,
                usage=served_everywhere(case, number, period),
                allowance=Expression(constant=demand),
                unit=TPP_UNIT,
                kind=case.kind("demand", workload.key, LimitKind.PHYSICAL),
                setting=f"{format_exact(demand)} TPP",
                citation="workloads.csv",
                number=demand,
            )
