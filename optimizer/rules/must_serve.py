"""Must serve: the demand of some workloads is served in full."""

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
    """Yield one limit per workload and period in which it has to be served.

    Equation: sum over s of served[s,w,t] >= demand_tpp[w,t]. Unit: TPP. A price_cap makes it soft: unserved compute is then
    paid for.
    """
    plan = case.plan
    for number, workload in enumerate(plan.workloads):
        for period, label in enumerate(plan.horizon.labels):
            if not workload.must_serve[period]:
                continue
            demand = max(0, case.number("must_serve", workload.key, period, workload.demand_tpp[period]))
            yield Limit(
                rule="must_serve",
                scope=workload.key,
                period=period,
                period_label=label,
                sense=Sense.AT_LEAST,
                usage=served_everywhere(case, number, period),
                allowance=Expression(constant=demand),
                unit=TPP_UNIT,
                kind=case.kind("must_serve", workload.key, LimitKind.CONTRACT),
                setting=f"{format_exact(demand)} TPP",
                citation="workloads.csv",
                number=demand,
            )
