"""Share per destination: compute in any one Tier 2 destination stays under a share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Limit, Sense
from optimizer.rules.shares import share_limit
from optimizer.rules.tested import tested_stocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per destination of the rule's tiers and stock that the rule tests (`optimizer.rules.tested`).

    What it limits: compute in one destination. Citation: Supplement No. 10 to part 748, paragraph 6 (90 FR 4544).
    Equation: compute[c,t] <= share x compute[world,t]. Unit: TPP, installed stock included. Territories count with the
    destination they follow. Equality is legal.
    """
    for stock in tested_stocks(case, spec):
        for place in case.in_tiers(spec.tiers, max(0, stock.period)):
            yield share_limit(case, spec, scope=place, stock=stock, sense=Sense.AT_MOST, places=(place,))
