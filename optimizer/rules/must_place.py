"""Must place: delivered stock stands by the end of the horizon, or in every period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.additions import placed_by
from optimizer.rules.limit import Expression, Limit, Sense
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.plan import MustPlace
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per delivered accelerator, for the last period or for each.

    Equation: sum over s of units[s,g,t] >= floor(units of g delivered by t / block) x block. Unit: units. A remainder
    smaller than one block cannot be placed and is not asked for. What stood at a site that has closed was placed.
    """
    plan = case.plan
    mode = plan.economics.must_place
    if mode is MustPlace.NO:
        return
    periods = range(plan.horizon.num_periods) if mode is MustPlace.EACH_PERIOD else (plan.horizon.num_periods - 1,)
    for sku, accelerator in enumerate(plan.accelerators):
        for period in periods:
            written = plan.delivered_units[sku][period] // accelerator.block * accelerator.block
            if written:
                whole = max(0, case.number("must_place", accelerator.key, period, written))
                yield Limit(
                    rule="must_place",
                    scope=accelerator.key,
                    period=period,
                    period_label=plan.horizon.labels[period],
                    sense=Sense.AT_LEAST,
                    usage=Expression(
                        tuple(term for site in range(len(plan.sites)) for term in placed_by(case, site, sku, period))
                    ),
                    allowance=Expression(constant=whole),
                    unit="units",
                    kind=case.kind("must_place", accelerator.key, LimitKind.CONTRACT),
                    setting=mode.value
                    if whole == written
                    else f"{mode.value}, {format_exact(whole)} units of {written}",
                    citation="plan.toml economics.must_place",
                    number=whole,
                )
