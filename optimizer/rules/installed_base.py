"""Installed base: what one company may have standing in one destination by some paths, by the table of the quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.path_caps import cap_limit, cap_of, is_capped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per destination of the rule's tiers, with stock or an open path, and period.

    What it limits: the installed base of the company under NVEU. Citation: Table 1 to 15 CFR 748.15(a)(2)(iii)(B).
    Equation: entered by the rule's paths[c,t] + installed by those paths[c,t] <= table[t]. Unit: TPP. A period that spans
    several rows takes the smallest; after the table `after` says what holds.
    """
    for period in range(case.num_periods):
        if not is_capped(case, spec, period):
            continue
        for place in case.in_tiers(spec.tiers, period):
            terms = tuple(case.entered(spec.paths, case.gates_by_destination.get(place, ()), period, spec.measure))
            stock = case.stock.installed(
                spec.measure, place, lambda row: case.stock.came_by(row, spec.paths), period=period
            )
            if terms or stock:
                yield cap_limit(
                    case, spec, scope=place, period=period, terms=terms, constant=stock, cap=cap_of(case, spec, period)
                )
