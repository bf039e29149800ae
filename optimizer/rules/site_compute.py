"""Site compute: a site serves workloads with no more than the compute that stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Sense, Served, Standing
from optimizer.rules.serving import TPP_UNIT, installed_tpp
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case

SITE_COMPUTE = "site_compute"
"""The name of the rule. Wherever a TPP earns something its limits bind, so that lists of what binds count them."""


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per site and period of a plan with workloads.

    Equation: sum over w of served[s,w,t] <= sum over g of tpp[g] x units[s,g,t] + TPP installed at s. Unit: TPP. Stock that
    is leased out serves others and is left out. TPP is what the plan says of a chip, whatever a policy's reading.
    """
    plan = case.plan
    if not plan.workloads:
        return
    for number, site in enumerate(plan.sites):
        for period, label in enumerate(plan.horizon.labels):
            installed = installed_tpp(case, number, period)
            yield Limit(
                rule=SITE_COMPUTE,
                scope=site.key,
                period=period,
                period_label=label,
                sense=Sense.AT_MOST,
                usage=Expression(tuple((Served(number, w, period), 1) for w in range(len(plan.workloads)))),
                allowance=Expression(
                    tuple((Standing(number, sku, period), row.tpp) for sku, row in enumerate(plan.accelerators)),
                    installed,
                ),
                unit=TPP_UNIT,
                kind=case.kind("site_compute", site.key, LimitKind.PHYSICAL),
                setting="what stands there",
                citation="workloads.csv",
            )
