"""What a plan's [limits] change: numbers of its own, limits it does not enforce, limits it lets go past at a price.

A law that a plan does not enforce must never look like the law, so every report says this beside the reading that ran.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.document import AlteredLimitPart
from optimizer.report.exact_numbers import exact_or_none
from optimizer.rules.registry import limits_as_written
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from fractions import Fraction

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.plan import LimitSetting

SOURCE = "plan.toml [limits]"


def altered_limits(case: Case) -> tuple[AlteredLimitPart, ...]:
    """Return what the plan changes of the limits of a case, in its own order; entries without effect here are left out."""
    settings = {name: own for name, own in case.plan.limit_settings.items() if _alters(own)}
    if not settings:
        return ()
    first: dict[str, Limit] = {}
    for limit in limits_as_written(case):
        first.setdefault(limit.group, limit)
        if limit.group not in case.plan.limit_settings:
            first.setdefault(f"{limit.rule}[*]", limit)
    return tuple(_part(case, name, own, first[name]) for name, own in settings.items() if name in first)


def _alters(own: LimitSetting) -> bool:
    return own.setting is not None or own.change is not None or own.price_cap is not None or not own.is_enforced


def _part(case: Case, name: str, own: LimitSetting, limit: Limit) -> AlteredLimitPart:
    first = case.plan.horizon.labels[own.change_from] if own.change_from else None
    return AlteredLimitPart(
        group=name,
        kind=limit.kind,
        setting=exact_or_none(own.setting),
        change=exact_or_none(own.change),
        change_from=first if own.change is not None else None,
        price_cap=exact_or_none(own.price_cap),
        enforced=own.is_enforced,
        words="; ".join(_words(own, limit, first, case.plan.economics.currency)),
    )


def _words(own: LimitSetting, limit: Limit, first: str | None, currency: str) -> Iterator[str]:
    """Yield what is said of one group; what is not enforced has no number worth telling."""
    if not own.is_enforced:
        yield "not enforced"
        return
    if own.setting is not None:
        yield f"set to {_number(limit, own.setting)}"
    if own.change is not None:
        sign = "+" if own.change >= 0 else ""
        yield f"changed by {sign}{_number(limit, own.change)}" + (f" from {first}" if first else "")
    if own.price_cap is not None:
        unit = {"units": "unit", "chips": "chip"}.get(limit.unit, limit.unit)
        yield f"soft, {format_exact(own.price_cap)} {currency} for each {unit} past it in each period"


def _number(limit: Limit, number: Fraction) -> str:
    return f"{format_exact(100 * number)}%" if "share" in limit.rule else format_exact(number)


def altered_words(parts: Iterable[AlteredLimitPart]) -> tuple[str, ...]:
    """Return what is said of each group that the plan changes, the policy's own first."""
    parts = tuple(parts)
    law = [f"{part.group} (a policy limit): {part.words}" for part in parts if part.kind is LimitKind.POLICY]
    own = [f"{part.group}: {part.words}" for part in parts if part.kind is not LimitKind.POLICY]
    return (*law, *own)
