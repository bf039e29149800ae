"""Search for the best placement: solves in stages, each answer verified exactly, one proven bound for all.

`prices`: large plans come apart into sites (`optimizer.strategy.decomposed`); what that leaves open, the next one closes.
`relaxed-then-complete` (default): `optimizer.strategy.relaxed`, then, where the gap is still open, the whole-block model
from the best placement so far. `whole-blocks`: that model alone, which small plans take directly. Infeasible is said only
when the whole-block model, or a relaxation of it, has no solution; a completion that fails says nothing.
"""

from __future__ import annotations

import time
from math import inf, nextafter
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.strategy.decomposed.search import price_and_round
from optimizer.strategy.decomposed.separate import separate
from optimizer.strategy.options import STRATEGIES, Effort, SearchOptions, SearchProgress
from optimizer.strategy.outcome import Outcome, Status, status_of
from optimizer.strategy.relaxed import relaxed_then_complete
from optimizer.strategy.run import Run
from optimizer.strategy.stages import WHOLE_BLOCKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from optimizer.model.build import Model
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement
    from optimizer.solve.session import Session
    from optimizer.strategy.decomposed.separate import Separable

__all__ = ["SMALL_PLAN_COLUMNS", "STRATEGIES", "SearchOptions", "SearchProgress", "search"]

SMALL_PLAN_COLUMNS = 150
"""Plans with at most this many columns of blocks and of service go straight to the whole-block model and are solved to the
end: there the last part of a gap costs little. `SMALL_PLAN_NODES` bounds that effort, so that a hard one ends within the
gap asked. Where much is served, openings decide nearly everything, and blocks that are whole from the start only make the
search branch on them (docs/decisions/0008-classical.md)."""
LARGE_PLAN_COUNTS = 200
"""Sites times accelerators times periods from which a plan is taken apart first."""
MOST_COUNTS = 300_000
"""Those beyond which no program over all columns is built: its linear relaxation alone takes a solver hours."""
SMALL_PLAN_NODES = 20_000
NO_PRICES: Mapping[str, float] = MappingProxyType({})
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
    prices: Mapping[str, float] = NO_PRICES,
    is_decided: Callable[[Fraction | None, Fraction | None], bool] | None = None,
    effort: Effort | None = None,
    bound: Fraction | None = None,
) -> Outcome:
    """Return the best verified placement of a case and the bound proven for it.

    `start` is a placement to begin with, of this case or of one much like it, and `prices` are those that came with it:
    money per unit of a limit, by its key. `is_decided` ends the search as soon as the
    best value and the best bound answer the question, whatever the gap. `effort` ends a search of a large plan early;
    another may go on from the placement and the bound that it has proven.

    A KeyboardInterrupt or the time limit ends the search with the best placement so far. Raises SolverError when a
    backend fails, or when no exact placement can be made of its answers.
    """
    session.interrupted = False
    run = Run(case, limits, options, session, on_progress, is_decided, effort, prices=prices)
    run.best_bound = inf if bound is None else nextafter(float(bound), inf)
    strategy, is_relaxed = options.strategy, False
    try:
        parts = _in_parts(run)
        if start is not None:
            run.start_from(start, mends=parts is None)  # in parts, its openings are enough
        if parts is not None:
            strategy = "prices"
            is_relaxed = price_and_round(run, parts)
        if parts is None or not (run.is_finished() or _is_too_large(run)):
            strategy = _strategy(run)
            _go(run, strategy, is_relaxed=is_relaxed)
    except KeyboardInterrupt:  # between two solves; a second one is a wish to leave at once
        if session.interrupted:
            raise
        session.interrupted = True
    return _outcome(run, strategy)


def _num_counts(run: Run) -> int:
    plan = run.case.plan
    return len(plan.sites) * len(plan.accelerators) * run.case.num_periods


def _in_parts(run: Run) -> Separable | None:
    """Return a plan as sites and what they share; None where it does not come apart, or need not.

    Small plans need not, nor do questions about a value, which begin near their answer.
    """
    is_asked = run.options.strategy == "prices"
    is_large = _num_counts(run) >= LARGE_PLAN_COUNTS and (run.is_decided is None or _num_counts(run) > MOST_COUNTS)
    if not (is_asked or (is_large and run.options.strategy == "auto" and run.effort is None)):
        return None
    return separate(run.case, run.limits)


def _is_too_large(run: Run) -> bool:
    """Return whether a program over all columns is beyond a solver; without any placement it is tried all the same."""
    return run.placement is not None and _num_counts(run) > MOST_COUNTS


def _size(model: Model) -> int:
    """Return the number of columns that count blocks, and of those of service, which are never whole."""
    return int(model.block_columns.sum()) + sum(not extra.is_whole for extra in model.columns.extras.values())


def _strategy(run: Run) -> str:
    """Return how a program over all columns is searched."""
    if run.options.strategy in {"auto", "prices"}:
        return "whole-blocks" if _size(run.model) <= SMALL_PLAN_COLUMNS else "relaxed-then-complete"
    return run.options.strategy


def _go(run: Run, strategy: str, *, is_relaxed: bool) -> None:
    """Search over all columns; `is_relaxed` says that relaxed blocks have had their say."""
    is_small = _size(run.model) <= SMALL_PLAN_COLUMNS
    if run.model.broken_limits:
        run.infeasible = True
        return
    if strategy == "relaxed-then-complete" and not is_relaxed:
        relaxed_then_complete(run)
        if run.effort in {Effort.NEAR, Effort.FURTHER}:
            return
    if is_small and run.options.relative_gap > SMALLEST_GAP and not run.is_finished():
        run.solve_whole(WHOLE_BLOCKS, run.program, 0.0, proves_bound=True, node_limit=SMALL_PLAN_NODES)
        if run.stages[-1].nodes < SMALL_PLAN_NODES:
            return
    if not run.is_finished():
        run.solve_whole(WHOLE_BLOCKS, run.program, run.options.relative_gap, proves_bound=True)


def _outcome(run: Run, strategy: str) -> Outcome:
    bound = None if run.infeasible else run.bound()
    return Outcome(
        case=run.case,
        limits=run.limits,
        status=_status(run),
        placement=run.placement,
        verification=run.verification,
        best_bound=bound,
        backend="arithmetic" if run.infeasible and not run.stages else run.options.backend,
        strategy=strategy,
        stages=tuple(run.stages),
        prices=run.prices,
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
