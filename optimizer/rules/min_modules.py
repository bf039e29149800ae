"""Minimum modules: a site, once open, has at least so many modules of a hall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Modules, Opened, Sense
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per hall with `min_modules_if_open` and period from which its modules are available on.

    Equation: modules[h,t] >= min_modules_if_open[h] x open[s,t]. Unit: modules. A site with installed stock is open from
    the start.
    """
    for hall in case.plan.halls:
        if not hall.min_modules_if_open:
            continue
        site = case.plan.site_index[hall.site]
        for period in range(hall.available_from, case.num_periods):
            least = max(0, case.number("min_modules", hall.key, period, hall.min_modules_if_open))
            yield Limit(
                rule="min_modules",
                scope=hall.key,
                period=period,
                period_label=case.plan.horizon.labels[period],
                sense=Sense.AT_LEAST,
                usage=Expression(((Modules(hall.key, period), 1),)),
                allowance=Expression(((Opened(site, period), least),)),
                unit="modules",
                kind=case.kind("min_modules", hall.key, LimitKind.CONTRACT),
                setting=f"{least} modules if open",
                citation=hall.reference or "halls.csv min_modules_if_open",
                number=least,
                per_number=Expression(((Opened(site, period), 1),)),
            )
