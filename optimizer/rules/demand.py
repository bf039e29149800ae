"""Demand: no workload uses more compute than it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Sense
from optimizer.rules.serving import demand_limit
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per workload and period.

    Equation: sum over s of served[s,w,t] <= demand_tpp[w,t]. Unit: TPP. A period for which the plan has no row asks for
    nothing.
    """
    for number in range(len(case.plan.workloads)):
        for period in range(case.num_periods):
            yield demand_limit(case, "demand", number, period, sense=Sense.AT_MOST, kind=LimitKind.PHYSICAL)
