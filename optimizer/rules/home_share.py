"""Home share: at least a share of compute stands in the company's home destination."""

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

    What it limits: compute outside home. Citation: Supplement No. 10 to part 748, paragraph 6 (90 FR 4544).
    Equation: compute[home,t] >= share x compute[world,t]. Unit: TPP, installed stock included. Equality is legal.
    """
    home = str(spec.home)
    for stock in tested_stocks(case, spec):
        yield share_limit(case, spec, scope=home, stock=stock, sense=Sense.AT_LEAST, places=(home,))
