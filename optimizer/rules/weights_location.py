"""Weights location: controlled model weights are kept only where a policy lets them be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.serving import kept_away
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit

OWNED = "owned"


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per period and workload with controlled weights, where sites may not hold them.

    What it limits: workloads with `controlled_weights`, whatever their kind, for whoever serves one holds its weights.
    Citation: Supplement No. 10 to part 748, paragraph 8. Equation: sum over s in the tiers of served[s,w,t] <= 0.
    Unit: TPP. A site is free of it where its operator's ultimate parent (`operator_headquarters`; the company where it is
    empty) or, at a site of tenure `owned`, the company has its headquarters within the rule's `operator`.
    """
    for number, workload in enumerate(case.plan.workloads):
        if workload.has_controlled_weights:
            barred = [_barred(case, spec, period) for period in range(case.num_periods)]
            yield from kept_away(
                case,
                spec.name,
                number,
                barred,
                kind=LimitKind.POLICY,
                setting="controlled weights",
                citation=spec.citation,
            )


def _barred(case: Case, spec: RuleSpec, period: int) -> list[int]:
    """Return the sites of the rule's tiers that may not hold controlled weights in a period."""
    if not case.binds(spec, period):
        return []
    return [
        site
        for site, place in enumerate(case.site_destinations)
        if case.tier(place, period) in spec.tiers and not _is_lifted(case, spec, site, period)
    ]


def _is_lifted(case: Case, spec: RuleSpec, site: int, period: int) -> bool:
    """Return whether a site's operator or owner has a parent for whom the rule does not hold."""
    if spec.operator is None:
        return False
    described = case.plan.sites[site]
    parents = {described.operator_headquarters or case.headquarters}
    if described.tenure == OWNED:
        parents.add(case.headquarters)
    return any(case.tiers.within(spec.operator, parent, period) for parent in parents)
