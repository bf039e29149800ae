"""The tables of limits and of their groups, each read exactly on the placement."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypedDict

from optimizer.analysis.binding import GroupReading, Tightness
from optimizer.report.exact_numbers import percent, plain, plain_or_none
from optimizer.report.judged import Judged, counts_delivered
from optimizer.report.rows import GroupRow, LimitRow
from optimizer.rules.measures import TPP
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from optimizer.rules.limit import Limit, Sense
    from optimizer.verify.check import Reading


class _Fields(TypedDict):
    group: str
    rule: str
    scope: str
    kind: LimitKind
    sense: Sense
    usage: int | float
    usage_exact: str
    allowance: int | float
    allowance_exact: str
    slack: int | float
    slack_exact: str
    percent_used: float | None
    allowance_from_unplaced: int | float | None
    unit: str
    setting: str
    binding: Tightness
    price_cap: int | float | None
    citation: str


def limit_rows(judged: Judged) -> tuple[LimitRow, ...]:
    """Return one row per limit, by group and period; physical limits over nothing are left out."""
    return tuple(
        LimitRow(
            key=reading.limit.key,
            period=reading.limit.period_label,
            bound_price=judged.prices.get(reading.limit.key),
            **_fields(judged, reading, tightness),
        )
        for group in judged.groups
        for reading, tightness in zip(group.readings, group.tightness, strict=True)
        if reading.limit.kind is not LimitKind.PHYSICAL or reading.limit.net_terms()
    )


def group_rows(judged: Judged) -> tuple[GroupRow, ...]:
    """Return one row per group: policy first, then contract, then physical."""
    return tuple(
        GroupRow(
            tightest_period=group.tightest.limit.period_label,
            binding_periods=group.binding_periods,
            broken_periods=tuple(reading.limit.period_label for reading in group.readings if reading.is_broken),
            bought_periods=tuple(reading.limit.period_label for reading in group.readings if reading.excess),
            **_fields(judged, group.tightest, _group_tightness(group)),
        )
        for group in judged.groups
        if any(reading.limit.kind is not LimitKind.PHYSICAL or reading.limit.net_terms() for reading in group.readings)
    )


def _group_tightness(group: GroupReading) -> Tightness:
    if group.is_binding:
        return Tightness.BINDING
    return Tightness.CLOSED if group.is_closed else Tightness.SLACK


def _fields(judged: Judged, reading: Reading, tightness: Tightness) -> _Fields:
    limit = reading.limit
    return {
        "group": limit.group,
        "rule": limit.rule,
        "scope": limit.scope,
        "kind": limit.kind,
        "sense": limit.sense,
        "usage": plain(reading.usage),
        "usage_exact": format_exact(reading.usage),
        "allowance": plain(reading.allowance),
        "allowance_exact": format_exact(reading.allowance),
        "slack": plain(reading.slack),
        "slack_exact": format_exact(reading.slack),
        "percent_used": percent(reading.usage, reading.allowance),
        "allowance_from_unplaced": plain_or_none(_from_unplaced(judged, limit)),
        "unit": limit.unit,
        "setting": limit.setting,
        "binding": tightness,
        "price_cap": plain_or_none(limit.price),
        "citation": limit.citation,
    }


def _from_unplaced(judged: Judged, limit: Limit) -> Fraction | None:
    """Return the part of a share's allowance that unplaced stock gives, where the share counts it."""
    case = judged.case
    spec = next((rule for rule in case.policy.rules if rule.name == limit.rule and rule.share), None)
    if spec is None or not counts_delivered(case, spec):
        return None
    return Fraction(limit.number or 0) * Fraction(judged.unplaced(TPP, limit.period))
