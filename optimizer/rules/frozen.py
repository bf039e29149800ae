"""Frozen: in near quarters what stands is what the last plan has standing there, no more and no less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Sense, Standing
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.last_plan import LastPlan

FROZEN = "frozen"
"""The name of the rule. Its limits bind by what they are, so that lists of what binds count them and name the others."""
NAMES = {Sense.AT_LEAST: "min", Sense.AT_MOST: "max"}
WORDS = {Sense.AT_LEAST: "min {} units, as last planned", Sense.AT_MOST: "max {} units, as last planned"}


def limits(case: Case) -> Iterator[Limit]:
    """Yield, per site, accelerator and frozen period, a minimum and a maximum; per site a maximum for all it left out.

    Equation: units[s,g,t] >= last[s,g,t] and units[s,g,t] <= last[s,g,t]; over the accelerators of which it has none in
    any frozen period, sum of units[s,g,t] <= 0. Unit: units. Openings follow: a site opens with its first units.
    """
    if case.plan.last is not None:
        for site in range(len(case.plan.sites)):
            yield from _of_site(case, case.plan.last, site)


def _of_site(case: Case, last: LastPlan, number: int) -> Iterator[Limit]:
    site, accelerators, rest = case.plan.sites[number].key, case.plan.accelerators, []
    for sku, accelerator in enumerate(accelerators):
        planned = {period: last.standing(site, accelerator.key, period) for period in last.frozen_periods}
        if not any(planned.values()):
            rest.append(sku)
            continue
        for period, units in planned.items():
            usage = Expression(((Standing(number, sku, period), 1),))
            for sense, name in NAMES.items():
                if units or sense is Sense.AT_MOST:
                    yield _limit(case, last, f"{site},{accelerator.key},{name}", period, sense, usage, units)
    scope = site if len(rest) == len(accelerators) else f"{site},others"
    for period in last.frozen_periods if rest else ():
        usage = Expression(tuple((Standing(number, sku, period), 1) for sku in rest))
        yield _limit(case, last, scope, period, Sense.AT_MOST, usage, 0)


def _limit(case: Case, last: LastPlan, scope: str, period: int, sense: Sense, usage: Expression, written: int) -> Limit:
    units = max(0, case.number(FROZEN, scope, period, written))
    return Limit(
        rule=FROZEN,
        scope=scope,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=sense,
        usage=usage,
        allowance=Expression(constant=units),
        unit="units",
        kind=case.kind(FROZEN, scope, LimitKind.CONTRACT),
        setting=WORDS[sense].format(format_exact(units)),
        citation=last.name,
        number=units,
    )
