"""Deliveries: no more units are placed than have been delivered, each where its lot may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.bound_lots import bound_by, supply_terms
from optimizer.rules.limit import Expression, Limit, Sense
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per delivered accelerator and period.

    Equation: sum over s of units[s,g,t] <= units of g delivered by t. Unit: units. Stock may stay unplaced. Where some are
    bound to a place: units beyond what is bound to their place <= units delivered by t that are bound to none; then, and
    only then, each unit can be given a lot that may stand where it does (`optimizer.rules.bound_lots`).
    """
    plan = case.plan
    for sku, accelerator in enumerate(plan.accelerators):
        if not plan.delivered_units[sku][-1]:
            continue
        for period, label in enumerate(plan.horizon.labels):
            bound = bound_by(case, sku, period)
            delivered = case.number("deliveries", accelerator.key, period, plan.delivered_units[sku][period] - bound)
            setting = f"{format_exact(delivered)} units by {label}"
            yield Limit(
                rule="deliveries",
                scope=accelerator.key,
                period=period,
                period_label=label,
                sense=Sense.AT_MOST,
                usage=Expression(supply_terms(case, sku, period)),
                allowance=Expression(constant=delivered),
                unit="units",
                kind=case.kind("deliveries", accelerator.key, LimitKind.PHYSICAL),
                setting=f"{setting}, beside {bound:,} bound to a place" if accelerator.bound else setting,
                citation="deliveries.csv",
                number=delivered,
            )
