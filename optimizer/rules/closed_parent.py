"""Closed parents: a company whose headquarters is in the rule's tiers places nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.additions import added
from optimizer.rules.limit import WORLD, Expression, Limit, Sense
from optimizer.rules.measures import CHIPS
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per period in which the parent is closed.

    What it limits: all additions. Citation: 15 CFR 748.15(b)(2), headquarters in Macau or Country Group D:5.
    Equation: placed[world,t] - placed[world,t-1] + what left with a site that closed after t-1 <= 0. Unit: chips.
    """
    for period in range(case.num_periods):
        if case.binds(spec, period):
            yield Limit(
                rule=spec.name,
                scope=case.headquarters,
                period=period,
                period_label=case.plan.horizon.labels[period],
                sense=Sense.AT_MOST,
                usage=Expression(added(case, CHIPS, WORLD, period, period - 1)),
                allowance=Expression(),
                unit="chips",
                kind=case.kind(spec.name, case.headquarters, LimitKind.POLICY),
                setting="closed",
                citation=spec.citation,
            )
