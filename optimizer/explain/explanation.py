"""All that explains one finished run: the values of a plan that exists, the ways out of one that does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from optimizer.explain.budget import Budget
from optimizer.explain.conditions import Condition, failed_conditions
from optimizer.explain.conflict import Conflict, find_conflicts
from optimizer.explain.feasibility import Feasibility
from optimizer.explain.marginals import Marginals
from optimizer.explain.policy_cost import PolicyCost, policy_cost
from optimizer.explain.repair import Repair, find_repairs
from optimizer.explain.setting import settings_of
from optimizer.solve.registry import BACKENDS
from optimizer.solve.session import Session
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.explain.confirm import Confirmation
    from optimizer.explain.value import Value
    from optimizer.strategy.options import SearchProgress
    from optimizer.strategy.outcome import Outcome

MOST_REPAIRS = 12
SMALL_PLAN = 400
"""Sites times accelerators times periods of a plan of which every setting is solved again."""
DEFAULT_BACKEND = "highs"


@dataclass(frozen=True)
class Explanation:
    """What was worked out about a run."""

    seconds: float
    num_solves: int
    values: tuple[Value, ...] = ()
    cost: PolicyCost | None = None
    conditions: tuple[Condition, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    repairs: tuple[Repair, ...] = ()
    confirmation: Confirmation | None = None
    is_complete: bool = True
    """False where the budget ended before everything asked for was worked out."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return the settings that seem to be worth something and were not confirmed for want of time."""
        return tuple(value.setting.group for value in self.values if value.screened and not value.moves)


def explain_outcome(
    outcome: Outcome,
    *,
    options: SearchOptions | None = None,
    seconds: float | None = None,
    most_values: int | None = None,
    baseline: str | None = None,
    session: Session | None = None,
) -> Explanation:
    """Return what explains a finished run: the values of its limits, or its conflicts and repairs where it has no plan.

    `options` are those of the run by default; `seconds` None: as long as it takes. `baseline` names the pack against which
    the policy's cost is worked out. `session` reuses a running solver process. Raises SolverError when a solver fails.
    """
    chosen = options or SearchOptions(backend=outcome.backend if outcome.backend in BACKENDS else DEFAULT_BACKEND)
    if session is None:
        with Session() as own_session:
            return explain_outcome(
                outcome,
                options=chosen,
                seconds=seconds,
                most_values=most_values,
                baseline=baseline,
                session=own_session,
            )
    budget = Budget(session, seconds)
    if outcome.status is Status.INFEASIBLE:
        return explain_conflict(outcome, chosen, budget)
    return explain_values(outcome, chosen, budget, most=most_values, baseline=baseline)


def explain_values(
    outcome: Outcome,
    options: SearchOptions,
    budget: Budget,
    *,
    most: int | None = None,
    baseline: str | None = None,
    on_value: Callable[[Value], None] | None = None,
) -> Explanation:
    """Return the marginal values of a run with a placement, and where a baseline is named what the policy costs.

    `most` settings are confirmed by solving again, None: all that bind or seem to be worth something. `on_value` is told
    each one as often as more is known of it. Where there is a cost to work out too, values take at most half of the time.
    """
    own = budget if baseline is None else budget.half()
    is_thorough = most is None and is_small(outcome)
    values = Marginals(outcome, options, own, is_thorough=is_thorough, on_value=on_value).find(most)
    budget.num_solves = own.num_solves
    cost = None if baseline is None else policy_cost(outcome, options, budget, baseline=baseline)
    is_whole = cost is not None and cost.is_complete and not cost.left_out if baseline is not None else True
    found = Explanation(budget.spent, budget.num_solves, values, cost)
    return replace(found, is_complete=is_whole and not any(_is_missed(value, own) for value in values[:most]))


def _is_missed(value: Value, budget: Budget) -> bool:
    """Return whether a value was not worked out for want of time, not in both directions, or not even screened."""
    if value.moves:
        return len(value.moves) == 1 and budget.is_over()
    return value.screened is None or bool(value.screened) or value.reading.is_binding


def is_small(outcome: Outcome) -> bool:
    """Return whether a plan is so small that every setting is solved again, also those that seem to be worth nothing.

    Screening misses what sites that stay shut would be worth; solving again does not.
    """
    sites, accelerators = len(outcome.case.plan.sites), len(outcome.case.plan.accelerators)
    return sites * accelerators * outcome.case.num_periods <= SMALL_PLAN


def explain_conflict(
    outcome: Outcome,
    options: SearchOptions,
    budget: Budget,
    *,
    is_narrow: bool = False,
    on_progress: Callable[[SearchProgress], None] | None = None,
) -> Explanation:
    """Return why a run is infeasible and the ways out of it: conditions, conflicts, repairs.

    A fleet under a cure has eased limits of its own; repairs of those are not looked for.
    """
    case = outcome.case
    feasibility = Feasibility(options, budget, on_progress)
    conditions = failed_conditions(case, outcome.limits)
    conflicts = find_conflicts(case, settings_of(case, outcome.limits), feasibility, is_narrow=is_narrow)
    repairs = () if outcome.cures else tuple(islice(find_repairs(case, outcome.limits, feasibility), MOST_REPAIRS))
    return Explanation(
        budget.spent,
        budget.num_solves,
        conditions=conditions,
        conflicts=conflicts,
        repairs=repairs,
        is_complete=not budget.is_over(),
    )
