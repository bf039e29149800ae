"""Home share: at least a share of compute stands in the company's home destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Limit, Sense
from optimizer.rules.shares import share_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.policy import RuleSpec
    from optimizer.rules.case import Case


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per period in which the rule binds the company.

    What it limits: compute outside home. Citation: Supplement No. 10 to part 748, paragraph 6 (90 FR 4544).
    Equation: compute[home,t] >= share x compute[world,t]. Unit: TPP, installed stock included. Equality is legal.
    """
    home = str(spec.home)
    for period in range(case.num_periods):
        if case.binds(spec, period):
            yield share_limit(case, spec, scope=home, period=period, sense=Sense.AT_LEAST, places=(home,))
