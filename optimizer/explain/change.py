"""A change of settings: what is added to a number, from when; what is left out; and the same written into a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.explain.setting import MEGAWATT
from optimizer.rules.limit import group_key
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.explain.setting import Setting
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Limit
    from optimizer.schema.plan import LimitSetting


@dataclass(frozen=True, slots=True)
class Change:
    """What is added to the number of one setting; `amount` None: the setting is left out altogether."""

    setting: Setting
    amount: Fraction | None
    first_period: int | None = None
    """None: in all periods."""

    @property
    def group(self) -> str:
        """Return the group that changes."""
        return self.setting.group


def changed_limits(limits: Iterable[Limit], changes: Iterable[Change]) -> tuple[Limit, ...]:
    """Return the limits with their numbers changed, without those left out."""
    by_group = {change.group: change for change in changes}
    found = []
    for limit in limits:
        change = by_group.get(limit.group)
        if change is None or (change.first_period is not None and limit.period < change.first_period):
            found.append(limit)
        elif change.amount is not None:
            found.append(limit.moved(_no_further_than_nothing(limit, change)))
    return tuple(found)


def _no_further_than_nothing(limit: Limit, change: Change) -> Exact:
    """Return by how much one limit changes: demand and power vary over time, and neither falls below nothing."""
    amount = change.amount or Fraction(0)
    return max(amount, -(limit.number or 0)) if change.setting.is_demand or limit.unit == MEGAWATT else amount


def changed_case(case: Case, changes: Iterable[Change]) -> Case:
    """Return the case of the plan with the changes written into its [limits]; changes already there are added to."""
    settings = dict(case.plan.limit_settings)
    for change in changes:
        limit = change.setting.limit
        own = case.limit_setting(limit.rule, limit.scope)
        if change.amount is None:
            new = replace(own, is_enforced=False)
        else:
            new = replace(
                own, change=(own.change or Fraction(0)) + change.amount, change_from=_first_period(own, change)
            )
        settings[group_key(limit.rule, limit.scope)] = new
    return replace(case, plan=replace(case.plan, limit_settings=settings))


def set_options(case: Case, change: Change) -> tuple[str, ...]:
    """Return a change as KEY=VALUE for `--set`, and so as keys of plan.toml."""
    key = f'limits."{change.group}"'
    if change.amount is None:
        return (f"{key}.enforced=false",)
    own = case.limit_setting(change.setting.limit.rule, change.setting.limit.scope)
    amount = (own.change or Fraction(0)) + change.amount
    text = _share_text(amount) if change.setting.is_share else format_exact(amount)
    options = [f"{key}.change={text if amount < 0 else '+' + text}"]
    first = _first_period(own, change)
    if first is not None:
        options.append(f"{key}.change_from={case.plan.horizon.labels[first]}")
    return tuple(options)


def _first_period(own: LimitSetting, change: Change) -> int | None:
    """Return from when on a change holds together with one that the plan has already: from the earlier of the two."""
    if own.change is None:
        return change.first_period
    if own.change_from is None or change.first_period is None:
        return None
    return min(own.change_from, change.first_period)


def _share_text(amount: Fraction) -> str:
    """Return a signed share as a percentage where that ends, else as a fraction."""
    percent = format_exact(amount * 100)
    return format_exact(amount) if "/" in percent else f"{percent}%"
