"""Closings: nothing stands at a site after the last period in which it may be open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Sense, Standing
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per site that closes inside the plan and period after that.

    Equation: sum over g of units[s,g,t] <= 0 for t after `closes_after`. Unit: units. What stood there leaves the plan; it
    stays counted as delivered, and as added wherever additions are capped. Installed stock leaves too.
    """
    plan = case.plan
    for number, last in sorted(case.closes.items()):
        key = plan.sites[number].key
        for period in range(last + 1, case.num_periods):
            yield Limit(
                rule="closings",
                scope=key,
                period=period,
                period_label=plan.horizon.labels[period],
                sense=Sense.AT_MOST,
                usage=Expression(tuple((Standing(number, sku, period), 1) for sku in range(len(plan.accelerators)))),
                allowance=Expression(),
                unit="units",
                kind=case.kind("closings", key, LimitKind.PHYSICAL),
                setting=f"closes after {plan.horizon.labels[last]}",
                citation="sites.csv closes_after",
            )
