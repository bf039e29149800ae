"""National cap: what may be added in one destination over the pack's years, by everyone together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of
from optimizer.rules.additions import added
from optimizer.rules.external_use import level_of_others
from optimizer.rules.limit import Expression, Limit, Sense
from optimizer.rules.measures import CHIPS, UNIT_NAMES
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.additions import Terms
    from optimizer.rules.case import Case


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per destination of the rule's tiers and period; of its countries alone if it names some.

    What it limits: units added from the pack's first date on, cumulatively; installed rows placed on or after that date
    and what others use (`external_use.csv`) count too. Citation: 15 CFR 742.6(b)(10)(iii)(B)(1).
    Equation: added[c,t] + installed since[c] + external use[c,t] <= cap. Unit: chips, H100 equivalents or TPP. What is
    relocated away frees nothing. Where the exemption is set, a validated company has no such limit.

    Raises InputError when external use is not given in a unit that the cap can count.
    """
    measure = str(case.policy.value(str(spec.cap_unit))) if spec.cap_unit else CHIPS
    for period in range(case.num_periods):
        exempt = case.policy.flag(spec.exempt_flag) and case.headquarters_within(spec.exempt_bound, period)
        if exempt or not case.binds(spec, period):
            continue
        only = {destination_of(code) for code in case.policy.listed(spec.countries)}
        for place in case.in_tiers(spec.tiers, period):
            if not only or place in only:
                yield _limit(case, spec, measure, place, period)


def _limit(case: Case, spec: RuleSpec, measure: str, place: str, period: int) -> Limit:
    cap = case.number(spec.name, place, period, case.policy.count(case.policy.cap_setting(spec)))
    since = case.policy.effective_from
    used = case.stock.installed(measure, place, lambda row: row.placed_on is not None and row.placed_on >= since)
    used += sum(
        level_of_others(use, measure, period, "policy.national_cap_unit")
        for use in case.plan.external_use
        if destination_of(use.country) == place
    )
    return Limit(
        rule=spec.name,
        scope=place,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=Sense.AT_MOST,
        usage=Expression(_added(case, measure, place, period), used),
        allowance=Expression(constant=cap),
        unit=UNIT_NAMES[measure],
        kind=case.kind(spec.name, place, LimitKind.POLICY),
        setting=f"{format_exact(cap)} {UNIT_NAMES[measure]}",
        citation=spec.citation,
        number=cap,
    )


def _added(case: Case, measure: str, place: str, period: int) -> Terms:
    """Return what the plan adds in a place from the pack's first date to a period."""
    if place not in case.sites_by_destination:
        return ()
    before = [k for k in range(period) if case.plan.horizon.last_day(k) < case.policy.effective_from]
    return added(case, measure, place, period, before[-1] if before else -1)
