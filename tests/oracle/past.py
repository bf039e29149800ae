"""Limits that a placement goes past, by how much, and what is charged for those that have a price.

From the description: excess = max(0, usage - allowance), or the other way round for a minimum; charged price x discount
factor of the period x excess; a limit with a price is never broken.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from tests.oracle.money import factor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.oracle.plan_facts import PlanFacts


class Past(NamedTuple):
    """A limit that a placement goes past in one period; `group` as the `limits` table of a plan names it."""

    group: str
    period: int
    excess: Fraction | int
    text: str


def broken(plan: PlanFacts, found: Iterable[Past]) -> list[str]:
    """Return what is broken: everything gone past that has no price."""
    return [past.text for past in found if past.group not in plan.prices]


def charge(plan: PlanFacts, found: Iterable[Past]) -> Fraction:
    """Return what is paid for everything gone past that has a price."""
    priced = (past for past in found if past.group in plan.prices)
    return sum((plan.prices[past.group] * factor(plan, past.period) * past.excess for past in priced), Fraction(0))


def commitment_group(row: Mapping[str, object], side: str) -> str:
    """Return the group of one side of a commitment, `min` or `max`: where it has both, each has its own."""
    both = row.get("min_units") is not None and row.get("max_units") is not None
    return f"commitment[{row['key']},{side}]" if both else f"commitment[{row['key']}]"
