"""The run in order: plan, policy, case, limits, search, verdict. Read this first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.solve.session import Session
from optimizer.strategy.search import SearchOptions, SearchProgress, search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
) -> Outcome:
    """Place a plan's fleet and return the verified outcome.

    `policy` names another pack than the plan does; the plan's own overrides then do not apply, `policy_overrides` always
    do. `session` reuses a running solver process. Infeasible and stopped are outcomes. Raises InputError for a policy or
    limit setting that does not fit, SolverError when a solver fails.
    """
    case = make_case(plan, policy=policy, policy_overrides=policy_overrides)
    limits = compile_limits(case)
    if session is not None:
        return search(case, limits, options or SearchOptions(), session, on_progress)
    with Session() as own_session:
        return search(case, limits, options or SearchOptions(), own_session, on_progress)
