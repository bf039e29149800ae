"""Allowed accelerators: only what a site can house stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Sense, Standing
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.plan import Site


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per site that refuses some delivered accelerator, for the last period in which it is open.

    Equation: sum over g not allowed at s of units[s,g,T-1] <= 0; stock only grows, so it holds earlier too; where
    units may be retired or moved, one limit for each period. Unit: units. A
    pair is not allowed when `allowed_accelerators` leaves it out, or when values.csv is given and has no row for it. A
    pair that values.csv prices in some periods only may not be added in the others: one limit per such period.
    """
    plan = case.plan
    delivered = [sku for sku, row in enumerate(plan.delivered_units) if row[-1]]
    for number, site in enumerate(plan.sites):
        refused = tuple(sku for sku in delivered if not _is_allowed(case, site, sku))
        last = case.last_open(number)
        if refused:
            setting = "not allowed: " + ", ".join(plan.accelerators[s].key for s in refused)
            for period in range(last + 1) if plan.changes.is_any else (last,):
                usage = Expression(tuple((Standing(number, sku, period), 1) for sku in refused))
                yield _limit(case, site, period, usage, setting)
        for sku in delivered:
            if sku not in refused:
                yield from _unpriced_periods(case, number, sku)


def _unpriced_periods(case: Case, number: int, sku: int) -> Iterator[Limit]:
    plan = case.plan
    site, accelerator = plan.sites[number], plan.accelerators[sku]
    values = plan.values_usd_per_unit
    if values is None:
        return
    for period, value in enumerate(values[site.key, accelerator.key]):
        if value is None:
            before = ((Standing(number, sku, period - 1), -1),) if period else ()
            usage = Expression(((Standing(number, sku, period), 1), *before))
            yield _limit(case, site, period, usage, f"no value for {accelerator.key}", accelerator.key)


def _is_allowed(case: Case, site: Site, sku: int) -> bool:
    key = case.plan.accelerators[sku].key
    values = case.plan.values_usd_per_unit
    if values is not None and (site.key, key) not in values:
        return False
    return site.allowed_accelerators is None or key in site.allowed_accelerators


def _limit(case: Case, site: Site, period: int, usage: Expression, setting: str, accelerator: str = "") -> Limit:
    scope = f"{site.key},{accelerator}" if accelerator else site.key
    return Limit(
        rule="allowed_accelerators",
        scope=scope,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=Sense.AT_MOST,
        usage=usage,
        allowance=Expression(),
        unit="units",
        kind=case.kind("allowed_accelerators", scope, LimitKind.PHYSICAL),
        setting=setting,
        citation="sites.csv allowed_accelerators, values.csv",
    )
