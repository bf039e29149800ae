"""The run in order: plan, policy, case, limits, search, goals, verdict. Read this first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.entry.holdings import is_auto
from optimizer.rules.breach import breached_groups
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.schema.plan import Breach
from optimizer.solve.session import Session
from optimizer.strategy.alternatives import search_alternatives
from optimizer.strategy.cure import search_cure
from optimizer.strategy.from_still import search_from_still
from optimizer.strategy.goals import pursue_goals
from optimizer.strategy.search import SearchOptions, SearchProgress, search
from optimizer.strategy.start import last_placement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optimizer.rules.case import Case
    from optimizer.schema.plan import Plan
    from optimizer.strategy.outcome import Outcome

__all__ = ["make_case", "place_fleet"]


def place_fleet(
    plan: Plan,
    *,
    policy: str | None = None,
    policy_overrides: Mapping[str, object] | None = None,
    options: SearchOptions | None = None,
    session: Session | None = None,
    on_progress: Callable[[SearchProgress], None] | None = None,
    with_goals: bool = True,
) -> Outcome:
    """Place a plan's fleet and return the verified outcome.

    `policy` names another pack than the plan does; the plan's own overrides then do not apply, `policy_overrides` always
    do. `session` reuses a running solver process. Infeasible and stopped are outcomes. Raises InputError for a policy or
    limit setting that does not fit, SolverError when a solver fails. Without `with_goals` the value alone counts.
    """
    case = make_case(plan, policy=policy, policy_overrides=policy_overrides)
    options = options or SearchOptions()
    if session is None:
        with Session() as own_session:
            return _place_and_pursue(case, options, own_session, on_progress, with_goals=with_goals)
    return _place_and_pursue(case, options, session, on_progress, with_goals=with_goals)


def _place_and_pursue(
    case: Case,
    options: SearchOptions,
    session: Session,
    on_progress: Callable[[SearchProgress], None] | None,
    *,
    with_goals: bool,
) -> Outcome:
    outcome = _place(case, options, session, on_progress)
    return pursue_goals(outcome, options, session, on_progress) if with_goals else outcome


def _place(
    case: Case, options: SearchOptions, session: Session, on_progress: Callable[[SearchProgress], None] | None
) -> Outcome:
    """Search the case, or where the policy leaves that open, each choice of what the company holds."""

    def place_held(held: Case, own_options: SearchOptions, name: str = "") -> Outcome:
        def report(seen: SearchProgress) -> None:
            if on_progress is not None:
                on_progress(replace(seen, stage=f"{name}: {seen.stage}") if name else seen)

        limits = compile_limits(held)
        breached = breached_groups(held, limits) if held.plan.policy.breach is Breach.CURE else ()
        if breached:
            return search_cure(held, limits, breached, own_options, session, report)
        start = last_placement(held, limits)
        if held.plan.changes.is_any and start is None:
            return search_from_still(held, limits, own_options, session, report)
        prices = {} if held.plan.last is None else held.plan.last.prices
        return search(held, limits, own_options, session, report, start=start, prices=prices)

    return search_alternatives(case, options, place_held) if is_auto(case.policy) else place_held(case, options)
