"""What the search of one point of a sweep answered, and the limits that its placement was judged by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.entry.holdings import is_auto
from optimizer.rules.alternatives import alternative_cases
from optimizer.rules.breach import breached_groups, cure_limits
from optimizer.rules.registry import compile_limits
from optimizer.schema.plan import Breach
from optimizer.strategy.outcome import Status, relative_gap

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement
    from optimizer.strategy.outcome import Outcome

FAILED_CHECK = "the exact check did not pass"


@dataclass(frozen=True)
class Answer:
    """One point's answer. Without a placement there is no objective; with a `failure` there is nothing at all."""

    status: Status | None = None
    placement: Placement | None = None
    objective: Fraction | None = None
    best_bound: Fraction | None = None
    """Proven for this point by its own search."""
    held: str = ""
    """The choice of authorisations, where the policy leaves that open."""
    tests_in_breach: Mapping[str, int] = field(default_factory=dict)
    """In a cure: by setting, the tested stocks that are still in breach."""
    is_earliest_proven: bool = True
    """Whether no cure is earlier; where that is open, the value proves nothing."""
    seconds: float = 0.0
    stopped_by: str | None = None
    failure: str | None = None
    """Why there is no answer."""

    @property
    def gap(self) -> Fraction | None:
        """Return the proven relative gap."""
        return relative_gap(self.objective, self.best_bound)


def answer_of(outcome: Outcome) -> Answer:
    """Return what of an outcome a sweep keeps."""
    if outcome.verification is not None and not outcome.verification.passed:
        return Answer(failure=FAILED_CHECK)
    is_placed = outcome.placement is not None
    return Answer(
        status=outcome.status,
        placement=outcome.placement,
        objective=outcome.objective,
        best_bound=outcome.best_bound,
        held=next((one.name for one in outcome.alternatives if one.is_chosen), ""),
        tests_in_breach={cure.group: cure.tests_in_breach for cure in outcome.cures} if is_placed else {},
        is_earliest_proven=outcome.is_earliest_proven,
        seconds=round(outcome.seconds, 3),
        stopped_by=outcome.stopped_by,
    )


def judged_by(case: Case, answer: Answer) -> tuple[Case, tuple[Limit, ...]] | None:
    """Return the case and the limits by which a placement of this point is judged exactly.

    None where they are the search's to choose, and it found nothing to choose them by: authorisations, the time of a cure.
    """
    if is_auto(case.policy):
        cases = alternative_cases(case)
        if answer.held not in cases:
            return None
        case = cases[answer.held]
    limits = compile_limits(case)
    groups = breached_groups(case, limits) if case.plan.policy.breach is Breach.CURE else ()
    if not groups:
        return case, limits
    if {group.group for group in groups} - set(answer.tests_in_breach):
        return None
    return case, cure_limits(case, limits, groups, answer.tests_in_breach)
