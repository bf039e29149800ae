"""Maximum units: a site holds only so many units, of all accelerators together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Sense, Standing
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per site with `max_units` and period.

    Equation: installed[s,t] + sum over g of units[s,g,t] <= max_units[s]. Unit: units. Stock installed at the site counts;
    stock installed in its country without a site does not.
    """
    plan = case.plan
    for number, site in enumerate(plan.sites):
        own = case.limit_setting("max_units", site.key).setting
        written = site.max_units if own is None else own
        if written is None:
            continue
        for period, label in enumerate(plan.horizon.labels):
            installed = case.stock.units_at(number, period)
            most = case.number("max_units", site.key, period, written)
            yield Limit(
                rule="max_units",
                scope=site.key,
                period=period,
                period_label=label,
                sense=Sense.AT_MOST,
                usage=Expression(
                    tuple((Standing(number, sku, period), 1) for sku in range(len(plan.accelerators))), installed
                ),
                allowance=Expression(constant=most),
                unit="units",
                kind=case.kind("max_units", site.key, LimitKind.PHYSICAL),
                setting=f"{most} units",
                citation="sites.csv max_units",
                number=most,
            )
