"""Must serve: the demand of some workloads is served in full."""

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
    """Yield one limit per workload and period in which it has to be served.

    Equation: sum over s of served[s,w,t] >= demand_tpp[w,t]. Unit: TPP. A price_cap makes it soft: unserved compute is then
    paid for.
    """
    for number, workload in enumerate(case.plan.workloads):
        for period in range(case.num_periods):
            if workload.must_serve[period]:
                yield demand_limit(case, "must_serve", number, period, sense=Sense.AT_LEAST, kind=LimitKind.CONTRACT)
