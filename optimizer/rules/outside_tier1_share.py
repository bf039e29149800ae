"""Share outside Tier 1: compute in all other tiers together stays under a share."""

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
    """Yield one limit per stock that the rule tests (`optimizer.rules.tested`).

    What it limits: compute in the rule's tiers (2 and 3) together. Citation: Supplement No. 10 to part 748, paragraph 6.
    Equation: sum over c outside Tier 1 of compute[c,t] <= share x compute[world,t]. Unit: TPP, installed stock included
    wherever it stands, Tier 3 too. A destination counts by its strictest tier of the period. Equality is legal.
    """
    for stock in tested_stocks(case, spec):
        places = case.in_tiers(spec.tiers, max(0, stock.period))
        yield share_limit(case, spec, scope="", stock=stock, sense=Sense.AT_MOST, places=places)
