"""Changes: what the last plan adds after its frozen quarters comes as planned, or a price is paid for each unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.additions import placed_in
from optimizer.rules.limit import CHANGES, Expression, Limit, Sense
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Variable


def limits(case: Case) -> Iterator[Limit]:
    """Yield, per site, accelerator and period in which the last plan adds units, a soft minimum of what is added.

    Equation: units[s,g,t] - units[s,g,t-1] >= added[s,g,t] of the last plan, or the change price for each unit that is
    missing. Unit: units. Of a site or accelerator that is gone everything is missing. None where changes cost nothing.
    """
    last = case.plan.last
    if last is None or not last.change_price_usd_per_unit:
        return
    for site, accelerator in last.units:
        for period in last.compared_periods:
            units = last.added(site, accelerator, period)
            if units > 0 and period not in last.frozen_periods:
                yield Limit(
                    rule="changes",
                    scope=f"{site},{accelerator}",
                    period=period,
                    period_label=case.plan.horizon.labels[period],
                    sense=Sense.AT_LEAST,
                    usage=Expression(tuple(_added(case, site, accelerator, period))),
                    allowance=Expression(constant=units),
                    unit="units",
                    kind=case.kind("changes", f"{site},{accelerator}", LimitKind.CONTRACT),
                    setting=f"{format_exact(units)} units added, as last planned",
                    citation=last.name,
                    price=last.change_price_usd_per_unit,
                    term=CHANGES,
                )


def _added(case: Case, site: str, accelerator: str, period: int) -> Iterator[tuple[Variable, Exact]]:
    number, sku = case.plan.site_index.get(site), case.plan.accelerator_index.get(accelerator)
    if number is not None and sku is not None:
        yield from placed_in(case, number, sku, period)
