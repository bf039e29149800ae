"""Relaxed, then completed: openings are decided with blocks relaxed, blocks are made whole at those openings.

1. The linear relaxation: a bound at once, and which openings are in doubt.
2. On large plans a first placement early: its openings rounded, completed to a wide gap. A search that starts from a
   placement first completes that one's openings, which are seldom far from the best.
3. A dive: openings whole, those the relaxation is sure of held. Completed, it gives a good placement.
4. Openings whole, none held: a true bound, and better openings. Completed again.

A search of bounded effort ends after 2, or after 3 or a short attempt at 4; another goes on from there.

None of these can wrongly say that a plan is infeasible: only a relaxation's word is taken. Where the gap is still open
afterwards the caller goes on to the whole-block model.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from optimizer.solve.backend import Heuristics
from optimizer.solve.result import Termination
from optimizer.strategy.completion import complete, complete_where_moved
from optimizer.strategy.deciding import deciding_bound, deciding_value
from optimizer.strategy.linear import solve_linear
from optimizer.strategy.options import Effort
from optimizer.strategy.outcome import OPTIMAL_GAP
from optimizer.strategy.stages import DIVE, RELAXED_BLOCKS, WHOLE_DIVE

if TYPE_CHECKING:
    from optimizer.model.formulation import Flags, Formulation
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.run import Run, Values

SURE = 0.02
"""A relaxed opening this close to 0 or 1 is held in the dive."""
LARGE_PLAN_COLUMNS = 2_000
"""Whole-block columns from which a rough first plan is made before the dive; on smaller plans the dive is as quick."""
ROUND_UP = 0.3
"""A relaxed opening of at least this much is rounded up in the first plan."""
FIRST_PLAN_GAP = 0.05
"""The gap to which a first plan is completed; the completion's steps leave a tenth of it and less."""
DIVE_NODES, RELAXED_NODES, WHOLE_DIVE_NODES = 100, 500, 30
PROOF_NODES = 1
"""Nodes after which a proof of bounded effort gives way to a dive: what the root does not prove, a better placement often
answers."""
DIVE_GAP_PART, RELAXED_GAP_PART = 0.3, 0.3
"""Parts of the gap asked for that a relaxed-block solve may leave; the rest is for whole blocks."""
NEARLY = 0.98
"""Part of the gap asked for at which a bound is aimed, so that rounding cannot leave it just open."""
FIRST_TIME_PART, DIVE_TIME_PART, RELAXED_TIME_PART = 0.1, 0.25, 0.6
"""Parts of the time left, where there is a limit, so that time remains to make a whole plan of the answer."""


def relaxed_then_complete(run: Run) -> None:
    """Run the stages until the gap is proven or they are through."""
    openings = run.model.opening_columns
    linear = solve_linear(run)
    program = run.program.with_integer(openings)
    if run.is_finished() or linear.values is None:
        return
    if not openings.any():
        complete(run, linear.values, run.options.relative_gap)
        return
    first = _early_plan(run, program, linear.values)
    if not run.is_finished() and run.effort is not Effort.NEAR:
        _open_others(run, program, linear.values, first)


def _open_others(run: Run, program: Formulation, linear: Values, first: SolveResult | None) -> None:
    """Look at other openings than those begun with: a dive and a proof, or the proof alone where that seems enough."""
    if first is not None and _only_bound_is_wanting(run, first):
        is_bounded = run.effort is Effort.FURTHER
        _prove(run, program, first, PROOF_NODES if is_bounded else None)
        if run.is_finished() or not is_bounded:
            return
    dive = run.solve(
        DIVE,
        _hold_sure_openings(run, program, linear),
        run.options.relative_gap * DIVE_GAP_PART,
        node_limit=DIVE_NODES,
        time_part=DIVE_TIME_PART,
        heuristics=Heuristics.LIGHT,
    )
    if dive.values is not None and not run.is_finished():
        complete(run, dive.values, run.options.relative_gap)
    if not run.is_finished() and run.effort is not Effort.FURTHER and _blocks_decide(run, dive):
        run.solve_whole(
            WHOLE_DIVE,
            _hold_sure_openings(run, run.program, linear),
            run.options.relative_gap * DIVE_GAP_PART,
            proves_bound=False,
            node_limit=WHOLE_DIVE_NODES,
            time_part=DIVE_TIME_PART,
        )
    elif not run.is_finished() and run.effort is not Effort.FURTHER:
        _prove(run, program, dive)


def _prove(run: Run, program: Formulation, dive: SolveResult, node_limit: int | None = None) -> None:
    """Solve with openings whole and none held, from the dive's answer; complete what is better."""
    hint = dive.values if dive.values is not None else run.hint()
    relaxed = run.solve(
        RELAXED_BLOCKS,
        program,
        _gap_left(run, dive),
        hint=hint,
        node_limit=RELAXED_NODES if node_limit is None and run.is_decided is None else node_limit,
        time_part=RELAXED_TIME_PART,
        heuristics=Heuristics.NONE if hint is not None else Heuristics.FULL,
    )
    run.take_bound(relaxed)
    if relaxed.termination is Termination.INFEASIBLE:
        run.infeasible = run.placement is None
    elif relaxed.values is not None and not run.is_finished() and not _is_the_same(run, relaxed, dive):
        complete(run, relaxed.values, run.options.relative_gap)


def _is_the_same(run: Run, relaxed: SolveResult, dive: SolveResult) -> bool:
    """Return whether a solution opens what the dive's does and is worth no more: it was completed then."""
    if relaxed.values is None or dive.values is None or relaxed.objective is None or dive.objective is None:
        return False
    if dive.hit_time_limit:  # and so may its completion have
        return False
    openings = run.model.opening_columns
    is_better = relaxed.objective > dive.objective + abs(dive.objective) * float(OPTIMAL_GAP)
    return not is_better and np.array_equal(np.rint(relaxed.values[openings]), np.rint(dive.values[openings]))


def _blocks_decide(run: Run, dive: SolveResult) -> bool:
    """Return whether a relaxed solution beats the best whole one by more than the gap: then no relaxed bound helps."""
    whole = run.objective()
    if whole is None or whole <= 0 or dive.objective is None or dive.hit_time_limit or run.is_decided is not None:
        return False
    return dive.objective * run.model.formulation.objective_scale > float(whole) * (1 + run.options.relative_gap)


def _gap_left(run: Run, dive: SolveResult) -> float:
    """Return the gap to the dive's relaxed value that proves the gap asked for to the best whole placement.

    Where that is less than a part of the gap asked for, a better placement is needed too, and that part is returned.
    """
    gap = run.options.relative_gap
    whole = run.objective()
    if whole is None or whole <= 0 or not dive.objective:
        return gap * RELAXED_GAP_PART
    relaxed = dive.objective * run.model.formulation.objective_scale
    wanted = max(float(whole) * (1 + NEARLY * gap), deciding_bound(run) or 0.0)
    return max(wanted / relaxed - 1, gap * RELAXED_GAP_PART)


def _early_plan(run: Run, program: Formulation, relaxed: Values) -> SolveResult | None:
    """Offer a placement early: that of the openings begun with, or on a large plan a rough one of rounded openings.

    Return its relaxed counts, if there are any.
    """
    openings = run.model.opening_columns
    if run.placement is not None and run.begun_with is not None:
        held = run.model.values(run.placement)[openings]
        return _with_openings(run, program, held, run.options.relative_gap)
    if run.placement is None and int(run.model.block_columns.sum()) >= LARGE_PLAN_COLUMNS:
        gap = max(run.options.relative_gap, FIRST_PLAN_GAP)
        return _with_openings(run, program, relaxed[openings] >= ROUND_UP, gap)
    return None


def _with_openings(run: Run, program: Formulation, is_open: Values | Flags, gap: float) -> SolveResult | None:
    """Hold every opening, solve the counts again, relaxed, and complete them to a gap.

    A search that answers a question first changes only the counts of its placement that moved, no better than the answer
    needs.
    """
    result = run.solve("first plan", _with_held(run, program, is_open), 0.0, time_part=FIRST_TIME_PART)
    if result.values is None:
        return None
    if run.effort in {Effort.FURTHER, Effort.REST}:
        return result  # completed by the search before
    spare = _gap_to_spare(run, result)
    if spare is not None and not run.is_finished():
        complete_where_moved(run, result.values, spare)
    if not run.is_finished():
        complete(run, result.values, gap)
    return result


def _with_held(run: Run, program: Formulation, is_open: Values | Flags) -> Formulation:
    """Return the linear program with every opening held."""
    openings = run.model.opening_columns
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    lower[openings] = upper[openings] = is_open
    return program.with_column_bounds(lower, upper).relaxed()


def _only_bound_is_wanting(run: Run, relaxed: SolveResult) -> bool:
    """Return whether a bound that the openings begun with do not rule out would answer: then no dive is needed."""
    bound = deciding_bound(run)
    return bound is not None and bound > (relaxed.objective or 0.0) * run.model.formulation.objective_scale


def _gap_to_spare(run: Run, relaxed: SolveResult) -> float | None:
    """Return half the gap that a whole placement may leave to a relaxed one and still answer; None where none answers."""
    most = (relaxed.objective or 0.0) * run.model.formulation.objective_scale
    least = deciding_value(run, Fraction(most))
    return None if least is None or most <= 0 else (most - least) / most / 2


def _hold_sure_openings(run: Run, program: Formulation, relaxed: Values) -> Formulation:
    openings = run.model.opening_columns
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    upper[openings & (relaxed < SURE)] = 0.0
    lower[openings & (relaxed > 1 - SURE)] = 1.0
    return program.with_column_bounds(lower, upper)
