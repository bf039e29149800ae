"""Minimum units: a site, once open, holds at least so many units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Opened, Sense, Standing
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per site with `min_units_if_open` and period.

    Equation: installed[s,t] + sum over g of units[s,g,t] >= min_units_if_open[s] x open[s,t]. Unit: units, of all
    accelerators. A site with installed stock is open from the start.
    """
    plan = case.plan
    for number, site in enumerate(plan.sites):
        own = case.limit_setting("min_units", site.key).setting
        written = site.min_units_if_open if own is None else own
        if not written:
            continue
        for period, label in enumerate(plan.horizon.labels):
            installed = case.stock.units_at(number, period)
            least = max(0, case.number("min_units", site.key, period, written))
            yield Limit(
                rule="min_units",
                scope=site.key,
                period=period,
                period_label=label,
                sense=Sense.AT_LEAST,
                usage=Expression(
                    tuple((Standing(number, sku, period), 1) for sku in range(len(plan.accelerators))), installed
                ),
                allowance=Expression(((Opened(number, period), least),)),
                unit="units",
                kind=case.kind("min_units", site.key, LimitKind.CONTRACT),
                setting=f"{least} units if open",
                citation="sites.csv min_units_if_open",
                number=least,
                per_number=Expression(((Opened(number, period), 1),)),
            )
