"""The three families of repairs, and which settings each may change.

Contracts are the planner's to change, limits marked `buyable` are to be bought, the law is for a government: there an
authorisation comes first, a statutory number after it, and a closure last.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from optimizer.schema.plan import LimitKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.explain.setting import Setting


class Family(StrEnum):
    """Who can make a repair, in the order in which they are reported."""

    CHANGE = "yours to change"
    BUY = "yours to buy"
    GOVERNMENT = "needs government"


def family_settings(settings: Sequence[Setting], family: Family) -> tuple[Setting, ...]:
    """Return the settings that repairs of a family may change, in the order given."""
    return tuple(setting for setting in settings if _belongs(setting, family))


def _belongs(setting: Setting, family: Family) -> bool:
    limit = setting.limit
    is_buyable = setting.case.limit_setting(limit.rule, limit.scope).is_buyable
    match family:
        case Family.CHANGE:
            return limit.kind is LimitKind.CONTRACT and setting.has_number
        case Family.BUY:
            return limit.kind is not LimitKind.POLICY and is_buyable and setting.has_number
        case Family.GOVERNMENT:
            return limit.kind is LimitKind.POLICY
