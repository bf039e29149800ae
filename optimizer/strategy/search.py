"""Search for the best placement: solves in stages, each answer verified exactly, one proven bound for all.

`relaxed-then-complete` (default): `optimizer.strategy.relaxed`, then, where the gap is still open, the whole-block model
from the best placement so far. `whole-blocks`: that model alone, which small plans take directly. Infeasible is said only
when the whole-block model, or a relaxation of it, has no solution; a completion that fails says nothing.
"""

from __future__ import annotations

import time
from math import inf, nextafter
from typing import TYPE_CHECKING

from optimizer.model.build import build_model
from optimizer.strategy.options import STRATEGIES, Effort, SearchOptions, SearchProgress
from optimizer.strategy.outcome import Outcome, Status, status_of
from optimizer.strategy.relaxed import relaxed_then_complete
from optimizer.strategy.run import WHOLE_BLOCKS, Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from optimizer.model.build import Model
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement
    from optimizer.solve.session import Session

__all__ = ["SMALL_PLAN_COLUMNS", "STRATEGIES", "SearchOptions", "SearchProgress", "search"]

SMALL_PLAN_COLUMNS = 150
"""Plans with at most this many columns of blocks and of service go straight to the whole-block model and are solved to the
end: there the last part of a gap costs little. `SMALL_PLAN_NODES` bounds that effort, so that a hard one ends within the
gap asked. Where much is served, openings decide nearly everything, and blocks that are whole from the start only make the
search branch on them (docs/decisions/0008-classical.md)."""
SMALL_PLAN_NODES = 20_000
SMALLEST_GAP = 1e-8
"""A gap this small is the end: nothing easier is left to fall back on, and the effort is made once, without a bound."""


def search(
    case: Case,
    limits: tuple[Limit, ...],
    options: SearchOptions,
    session: Session,
    on_progress: Callable[[SearchProgress], None] | None = None,
    *,
    start: Placement | None = None,
    is_decided: Callable[[Fraction | None, Fraction | None], bool] | None = None,
    effort: Effort | None = None,
    bound: Fraction | None = None,
) -> Outcome:
    """Return the best verified placement of a case and the bound proven for it.

    `start` is a placement to begin with, of this case or of one much like it. `is_decided` ends the search as soon as the
    best value and the best bound answer the question, whatever the gap. `effort` ends a search of a large plan early;
    another may go on from the placement and the bound that it has proven.

    A KeyboardInterrupt or the time limit ends the search with the best placement so far. Raises SolverError when a
    backend fails, or when no exact placement can be made of its answers.
    """
    session.interrupted = False
    run = Run(build_model(case, limits), options, session, on_progress, is_decided, effort)
    run.best_bound = inf if bound is None else nextafter(float(bound), inf)
    is_small = _size(run.model) <= SMALL_PLAN_COLUMNS
    strategy = options.strategy
    if strategy == "auto":
        strategy = "whole-blocks" if is_small else "relaxed-then-complete"
    if run.model.broken_limits:
        run.infeasible = True
    else:
        try:
            if start is not None:
                run.start_from(start)
            _go(run, strategy, is_small=is_small)
        except KeyboardInterrupt:  # between two solves; a second one is a wish to leave at once
            if session.interrupted:
                raise
            session.interrupted = True
    return _outcome(run, strategy)


def _size(model: Model) -> int:
    """Return the number of columns that count blocks, and of those of service, which are never whole."""
    return int(model.block_columns.sum()) + sum(not extra.is_whole for extra in model.columns.extras.values())


def _go(run: Run, strategy: str, *, is_small: bool) -> None:
    if strategy == "relaxed-then-complete":
        relaxed_then_complete(run)
        if run.effort in {Effort.NEAR, Effort.FURTHER}:
            return
    if is_small and run.options.relative_gap > SMALLEST_GAP and not run.is_finished():
        run.solve_whole(WHOLE_BLOCKS, run.model.formulation, 0.0, proves_bound=True, node_limit=SMALL_PLAN_NODES)
        if run.stages[-1].nodes < SMALL_PLAN_NODES:
            return
    if not run.is_finished():
        run.solve_whole(WHOLE_BLOCKS, run.model.formulation, run.options.relative_gap, proves_bound=True)


def _outcome(run: Run, strategy: str) -> Outcome:
    bound = None if run.infeasible else run.bound()
    return Outcome(
        case=run.model.case,
        limits=run.model.limits,
        status=_status(run),
        placement=run.placement,
        verification=run.verification,
        best_bound=bound,
        backend="arithmetic" if run.model.broken_limits else run.options.backend,
        strategy=strategy,
        stages=tuple(run.stages),
        seconds=time.monotonic() - run.started,
        interrupted=run.session.interrupted,
        stopped_by="interruption" if run.session.interrupted else ("time limit" if run.timed_out else None),
        parameters={
            "relative_gap": run.options.relative_gap,
            "time_limit_seconds": run.options.time_limit_seconds,
            "threads": run.options.threads,
            "seed": run.options.seed,
        },
    )


def _status(run: Run) -> Status:
    if run.infeasible:
        return Status.INFEASIBLE
    return status_of(run.objective(), run.bound(), run.options.relative_gap)
