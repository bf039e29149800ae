"""Deliveries: no more units stand than have been delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Sense, Standing
from optimizer.schema.plan import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per delivered accelerator and period.

    Equation: sum over s of units[s,g,t] <= units of g delivered by t. Unit: units. Stock may stay unplaced.
    """
    plan = case.plan
    for sku, accelerator in enumerate(plan.accelerators):
        if not plan.delivered_units[sku][-1]:
            continue
        for period, label in enumerate(plan.horizon.labels):
            delivered = case.number("deliveries", accelerator.key, period, plan.delivered_units[sku][period])
            yield Limit(
                rule="deliveries",
                scope=accelerator.key,
                period=period,
                period_label=label,
                sense=Sense.AT_MOST,
                usage=Expression(tuple((Standing(site, sku, period), 1) for site in range(len(plan.sites)))),
                allowance=Expression(constant=delivered),
                unit="units",
                kind=case.kind("deliveries", accelerator.key, LimitKind.PHYSICAL),
                setting=f"{format_exact(delivered)} units by {label}",
                citation="deliveries.csv",
                number=delivered,
            )
