"""Training location: controlled models are trained only in the destinations that a policy leaves open for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.serving import kept_away
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.workload import WorkloadKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per period and workload that trains a controlled model, where sites lie in the rule's tiers.

    What it limits: workloads of kind `training` with `controlled_weights`. Citation: Supplement No. 10 to part 748,
    paragraph 7. Equation: sum over s in the tiers of served[s,w,t] <= 0. Unit: TPP. Fine-tuning and inference are free:
    that fine-tuning stays within a quarter of the original training is the planner's to see to.
    """
    for number, workload in enumerate(case.plan.workloads):
        if workload.kind is not WorkloadKind.TRAINING or not workload.has_controlled_weights:
            continue
        outside = [
            [site for site, place in enumerate(case.site_destinations) if case.tier(place, period) in spec.tiers]
            if case.binds(spec, period)
            else []
            for period in range(case.num_periods)
        ]
        yield from kept_away(
            case,
            spec.name,
            number,
            outside,
            kind=LimitKind.POLICY,
            setting="controlled training",
            citation=spec.citation,
        )
