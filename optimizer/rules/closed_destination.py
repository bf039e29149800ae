"""Closed destinations: nothing may be added there while they are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of
from optimizer.policies.policy import AfterLastDate
from optimizer.rules.additions import added
from optimizer.rules.limit import Expression, Limit, Sense
from optimizer.rules.measures import CHIPS
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per closed destination with candidate sites and period in which it is closed.

    What it limits: additions; stock already there may stay. Citation: 15 CFR 742.6(b)(10)(iii), presumption of denial.
    Equation: placed[c,t] - placed[c,t-1] <= 0; what left c as a site closed after t-1 counts on the left. Unit: chips. A
    destination is closed in a period when it is of the rule's tiers (3) on any day of it, and one of its countries if it
    names some; after the last date of a pack with `after = "closed"`, everything outside Tier 1 is.
    """
    for period in range(case.num_periods):
        ended = case.is_after(period) and case.policy.after is AfterLastDate.CLOSED
        if not (ended or case.binds(spec, period)):
            continue
        tiers = (2, 3) if ended else spec.tiers
        only = set() if ended else {destination_of(code) for code in case.policy.listed(spec.countries)}
        for place in case.in_tiers(tiers, period):
            if place in case.sites_by_destination and (not only or place in only):
                yield _limit(case, spec, place, period)


def _limit(case: Case, spec: RuleSpec, place: str, period: int) -> Limit:
    return Limit(
        rule=spec.name,
        scope=place,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=Sense.AT_MOST,
        usage=Expression(added(case, CHIPS, place, period, period - 1)),
        allowance=Expression(),
        unit="chips",
        kind=case.kind(spec.name, place, LimitKind.POLICY),
        setting="closed",
        citation=spec.citation,
    )
