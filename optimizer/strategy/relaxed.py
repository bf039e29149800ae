"""Relaxed, then completed: openings are decided with blocks relaxed, blocks are made whole at those openings.

1. The linear relaxation: a bound at once, and which openings are in doubt.
2. A dive: openings whole, those the relaxation is sure of held. Completed, it gives a first verified placement early.
3. Openings whole, none held: a true bound, and better openings. Completed again.

None of these can wrongly say that a plan is infeasible: only a relaxation's word is taken. Where the gap is still open
afterwards the caller goes on to the whole-block model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.solve.result import Termination
from optimizer.strategy.completion import complete
from optimizer.strategy.run import LINEAR, RELAXED_BLOCKS, no_columns

if TYPE_CHECKING:
    from optimizer.model.formulation import Formulation
    from optimizer.strategy.run import Run, Values

SURE = 0.02
"""A relaxed opening this close to 0 or 1 is held in the dive."""
DIVE_NODES = 200
RELAXED_GAP_PART = 0.3
"""Part of the gap asked for that a relaxed-block solve may leave; the rest is for whole blocks."""
DIVE_TIME_PART, RELAXED_TIME_PART = 0.25, 0.6
"""Parts of the time left, where there is a limit, so that time remains to make a whole plan of the answer."""


def relaxed_then_complete(run: Run) -> None:
    """Run the stages until the gap is proven or they are through."""
    openings = run.model.opening_columns
    program = run.model.formulation.with_integer(openings)
    linear = run.solve(LINEAR, program.with_integer(no_columns(openings)), 0.0, time_part=RELAXED_TIME_PART)
    run.take_bound(linear)
    if linear.termination is Termination.INFEASIBLE:
        run.infeasible = True
    if run.is_finished() or linear.values is None:
        return
    if not openings.any():
        complete(run, linear.values)
        return
    gap = run.options.relative_gap * RELAXED_GAP_PART
    held = _hold_sure_openings(run, program, linear.values)
    dive = run.solve("dive", held, gap, node_limit=DIVE_NODES, time_part=DIVE_TIME_PART, has_heuristics=False)
    if dive.values is not None and not run.is_finished():
        complete(run, dive.values)
    if run.is_finished():
        return
    hint = run.hint() if run.placement is not None else dive.values
    relaxed = run.solve(
        RELAXED_BLOCKS, program, gap, hint=hint, time_part=RELAXED_TIME_PART, has_heuristics=dive.values is None
    )
    run.take_bound(relaxed)
    if relaxed.termination is Termination.INFEASIBLE:
        run.infeasible = run.placement is None
    elif relaxed.values is not None and not run.is_finished():
        complete(run, relaxed.values)


def _hold_sure_openings(run: Run, program: Formulation, relaxed: Values) -> Formulation:
    openings = run.model.opening_columns
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    upper[openings & (relaxed < SURE)] = 0.0
    lower[openings & (relaxed > 1 - SURE)] = 1.0
    return program.with_column_bounds(lower, upper)
