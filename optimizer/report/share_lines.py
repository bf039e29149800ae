"""Two lines of the summary: the shares beside their limits, and which country fills next."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.report.wording import NOTHING, percent_used_text, share_beside, share_text
from optimizer.rules.limit import Sense
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.report.document import PlanPart
    from optimizer.report.policy_parts import PolicyPart
    from optimizer.report.rows import CountryRow, GroupRow, PeriodRow

TIER_2 = 2


def share_line(periods: Sequence[PeriodRow], groups: Sequence[GroupRow], policy: PolicyPart, plan: PlanPart) -> str:
    """Return the home, outside-Tier-1 and largest Tier 2 shares, each in the period in which it is most extreme."""
    kinds = {rule.name: rule.kind for rule in policy.rules}
    limits = {(kinds.get(group.rule), group.scope): group for group in groups if group.kind is LimitKind.POLICY}
    lifted = {
        (kinds.get(part.group.partition("[")[0]), part.group.partition("[")[2].rstrip("]"))
        for part in plan.altered_limits
        if not part.enforced
    }

    def limit_or_why(kind: str, scope: str) -> GroupRow | str:
        if (kind, scope) in limits:
            return limits[kind, scope]
        return "limit not enforced by the plan" if lifted & {(kind, scope), (kind, "*")} else "no limit"

    home = min(periods, key=lambda row: _exact(row.home_share_exact, empty=1))
    outside = max(periods, key=lambda row: _exact(row.outside_tier1_share_exact))
    tier2 = max(periods, key=lambda row: _exact(row.largest_tier2_share_exact))
    country = tier2.largest_tier2_country or ""
    return "; ".join(
        (
            _beside(f"{plan.home} (home)", home.home_share_exact, home, limit_or_why("home_share", plan.home)),
            _beside(
                f"outside {tier_name(policy, 1)}",
                outside.outside_tier1_share_exact,
                outside,
                limit_or_why("outside_tier1_share", ""),
            ),
            _beside(
                f"largest {tier_name(policy, TIER_2)} {country}".rstrip(),
                tier2.largest_tier2_share_exact,
                tier2,
                limit_or_why("destination_share", country),
            ),
        )
    )


def tier_name(policy: PolicyPart, tier: int) -> str:
    """Return what a policy calls a tier, in quotes unless it is called by its number."""
    name = policy.tier_names[str(tier)]
    return name if name == f"Tier {tier}" else f'"{name}"'


def _exact(text: str | None, *, empty: int = 0) -> Fraction:
    return Fraction(empty if text is None else text)


def _beside(name: str, share: str | None, row: PeriodRow, limit: GroupRow | str) -> str:
    if share is None:
        return f"{name} {NOTHING}"
    if isinstance(limit, str):
        return f"{name} {share_text(float(Fraction(share)))} in {row.period} ({limit})"
    setting = Fraction(limit.setting)
    side = "at least" if limit.sense is Sense.AT_LEAST else "at most"
    return f"{name} {share_beside(Fraction(share), setting)} in {row.period} ({side} {share_text(float(setting))})"


def next_to_fill(groups: Sequence[GroupRow], countries: Sequence[CountryRow], plan: PlanPart) -> str:
    """Return the Tier 2 country whose room runs out first, and when; closed countries never had any."""
    tier2 = {row.country for row in countries if row.tier == TIER_2}
    names = {row.country: row.name for row in countries}
    when = {label: number for number, label in enumerate(plan.periods)}
    full = sorted(
        (
            group
            for group in groups
            if group.scope in tier2 and group.kind is LimitKind.POLICY and group.binding_periods
        ),
        key=lambda group: (when[group.binding_periods[0]], -(group.percent_used or 0), group.scope),
    )
    if not full:
        return "no Tier 2 country fills within the horizon"
    first = full[0]
    others = len({group.scope for group in full}) - 1
    noun = "country" if others == 1 else "countries"
    more = f"; {others} more Tier 2 {noun} by {plan.last_period}" if others else ""
    used = f"{first.group}, {percent_used_text(first.percent_used)} used in {first.tightest_period}"
    return f"{names[first.scope]} ({first.scope}) is first to fill, in {first.binding_periods[0]} ({used}){more}"
