"""The families of repairs, and which settings each may change.

Contracts are the planner's to change, limits marked `buyable` are to be bought, the law is for a government: there an
authorisation comes first, a statutory number after it, and a closure last. Where contradictions have nothing to do with
each other no one of them may be enough; then families are taken together.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.explain.setting import Setting


class Family(StrEnum):
    """Who can make a repair, in the order in which they are reported."""

    CHANGE = "yours to change"
    BUY = "yours to buy"
    GOVERNMENT = "needs government"
    SEVERAL = "takes more than one of these"


AUTHORISED_RULES = frozenset({"licence_quantity", "legal_path"})
"""Rules of a policy that an authorisation satisfies: a larger licence, a path opened. Others take a change of law."""


def family_settings(settings: Sequence[Setting], family: Family) -> tuple[Setting, ...]:
    """Return the settings that repairs of a family may change, in the order given."""
    return tuple(setting for setting in settings if _belongs(setting, family))


def family_of(setting: Setting) -> Family | None:
    """Return the one family that may change a setting; None where nobody can."""
    single = (Family.CHANGE, Family.BUY, Family.GOVERNMENT)
    return next((family for family in single if _belongs(setting, family)), None)


def _belongs(setting: Setting, family: Family) -> bool:
    limit = setting.limit
    is_buyable = setting.case.limit_setting(limit.rule, limit.scope).is_buyable
    match family:
        case Family.CHANGE:
            return limit.kind is LimitKind.CONTRACT and setting.has_number
        case Family.BUY:
            is_own = limit.kind is LimitKind.PHYSICAL
            return is_own and is_buyable and setting.has_number
        case Family.GOVERNMENT:
            return limit.kind is LimitKind.POLICY
        case Family.SEVERAL:
            return family_of(setting) is not None
