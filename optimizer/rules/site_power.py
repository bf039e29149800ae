"""Site power: facility power drawn by new units stays within what is available in each period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Exact, Expression, Limit, Modules, Sense, Standing
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per site and period.

    Equation: sum over g of power_kw[g] x pue[s] / 1000 x units[s,g,t] <= power_mw[s,t] + sum over the halls h of s of
    power_mw[h] x modules[h,t]. Unit: MW at the facility. With `power_includes_installed` what is installed at the site
    counts as used. Units stand for good, so power that falls later bounds what may be added now.
    """
    plan = case.plan
    for number, site in enumerate(plan.sites):
        draws = [_exact(accelerator.power_kw * site.pue / 1000) for accelerator in plan.accelerators]
        halls = [
            (plan.halls[hall].key, _exact(plan.halls[hall].power_mw))
            for hall in case.power.halls_at_site.get(number, ())
        ]
        kind = case.kind("site_power", site.key, LimitKind.PHYSICAL)
        for period, label in enumerate(plan.horizon.labels):
            power = _exact(case.power.offered_mw(number, period))
            drawn = _exact(case.power.drawn_mw(number, period))
            yield Limit(
                rule="site_power",
                scope=site.key,
                period=period,
                period_label=label,
                sense=Sense.AT_MOST,
                usage=Expression(
                    tuple((Standing(number, sku, period), draw) for sku, draw in enumerate(draws) if draw), drawn
                ),
                allowance=Expression(tuple((Modules(hall, period), size) for hall, size in halls), power),
                unit="MW",
                kind=kind,
                setting=f"{format_exact(power)} MW",
                citation="sites.csv, power.csv",
                number=power,
            )


def _exact(value: Fraction) -> Exact:
    return value.numerator if value.denominator == 1 else value
