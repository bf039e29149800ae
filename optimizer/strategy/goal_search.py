"""The search for one goal in stages, with one proven bound.

1. The linear relaxation of the goal: a bound at once, and which sites it can do without.
2. Less of the goal at the openings of the placement so far (`optimizer.strategy.closing`).
3. Searches for the value under a cap on the goal, half way to the bound: a value above the floor is a better placement, a
   bound below the floor proves that the goal needs more than the cap.
4. The goal with openings whole and blocks relaxed, then in whole blocks, from the best placement. Small plans begin here.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil, nextafter
from typing import TYPE_CHECKING

from optimizer.model.goal_program import goal_program, money_moved
from optimizer.rules.limit import Expression
from optimizer.solve.result import Termination
from optimizer.strategy.closing import close_sites, move_counts
from optimizer.strategy.completion import complete
from optimizer.strategy.outcome import Status
from optimizer.strategy.search import SMALL_PLAN_COLUMNS, search
from optimizer.strategy.stages import LINEAR, RELAXED_BLOCKS, WHOLE_BLOCKS

if TYPE_CHECKING:
    from optimizer.model.formulation import Formulation
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.goal_run import GoalRun
    from optimizer.strategy.options import SearchProgress
    from optimizer.strategy.run import Values

LINEAR_TIME_PART, CAP_TIME_PART, RELAXED_TIME_PART = 0.5, 0.6, 0.7
"""Parts of the time left that one stage may take."""
MOST_CAPS = 8
"""Caps tried one after the other: each halves what is left, and the program of the goal itself tells the rest better."""
SPENT = 0.5
"""Part of what the value may lose that is spent where counts are moved; the rest is left to making them whole."""
CAP_GAP_PART = 0.2
"""Part of the gap asked for to which a value is searched under a cap: it has to tell a value from the floor."""


def search_goal(run: GoalRun) -> None:
    """Search for the least of a goal. The model of the run maximises value; its last limit is what the goal counts."""
    if run.is_finished():
        return
    program = _program(run, run.floor)
    if int(run.model.block_columns.sum()) > SMALL_PLAN_COLUMNS:
        _search_large(run, program)
    if not run.is_finished():
        whole = _bounding(run, WHOLE_BLOCKS, program, 1.0, run.hint())
        if whole.values is not None:
            run.offer(whole.values)
        if whole.values is not None and not run.is_finished():
            run.solve_whole_above(WHOLE_BLOCKS, program)


def _search_large(run: GoalRun, program: Formulation) -> None:
    openings = run.model.opening_columns
    linear = _bounding(run, LINEAR, program.relaxed(), LINEAR_TIME_PART)
    if linear.values is not None and not run.is_finished():
        _at_held_openings(run, linear.values)
    for _ in range(MOST_CAPS):
        if run.is_finished() or not _search_under_cap(run):
            break
    if openings.any() and not run.is_finished():
        relaxed = _bounding(run, RELAXED_BLOCKS, program.with_integer(openings), RELAXED_TIME_PART, run.hint())
        if relaxed.values is not None and not run.is_finished():
            complete(run, relaxed.values, run.options.relative_gap)


def _at_held_openings(run: GoalRun, linear: Values) -> None:
    if run.is_whole:
        close_sites(run, linear)
    elif run.verification is not None:
        room = run.verification.objective - run.floor
        move_counts(run, _program(run, run.floor + Fraction(SPENT) * room))


def _program(run: GoalRun, floor: Fraction) -> Formulation:
    hint = run.hint()
    moved = 0.0 if hint is None else money_moved(run.model, hint)
    return goal_program(run.model, run.counted, floor, money_moved=moved)


def _bounding(
    run: GoalRun, stage: str, program: Formulation, time_part: float, hint: Values | None = None
) -> SolveResult:
    """Solve a program that holds every placement above the floor, and take its bound."""
    result = run.solve(stage, program, 0.0, hint=hint, time_part=time_part)
    if result.termination is not Termination.INFEASIBLE:  # the best placement is in it
        run.take_goal_bound(result, program)
    return result


def _search_under_cap(run: GoalRun) -> bool:
    """Search for the value with no more of the goal than half way to its bound; return whether that decided anything."""
    bound, reached, seconds = run.bound(), run.objective(), run.seconds_left()
    if bound is None or reached is None or seconds is None:
        return False
    cap = (-bound - reached) / 2
    if run.is_whole:
        cap = Fraction(min(ceil(cap), ceil(-reached) - 1))
    capped = replace(run.counted, allowance=Expression(constant=cap))

    def is_decided(value: Fraction | None, bound: Fraction | None) -> bool:
        return (value is not None and value >= run.floor) or (bound is not None and bound < run.floor)

    def report(seen: SearchProgress) -> None:
        if run.on_progress is not None:
            run.on_progress(replace(seen, stage=f"{run.counted.rule}, capped: {seen.stage}", is_money=False))

    own = replace(
        run.options,
        time_limit_seconds=seconds * CAP_TIME_PART,
        relative_gap=run.options.relative_gap * CAP_GAP_PART,
    )
    outcome = search(run.model.case, (*run.model.limits[:-1], capped), own, run.session, report, is_decided=is_decided)
    run.stages += [replace(stage, name=f"{stage.name}, capped") for stage in outcome.stages]
    if outcome.placement is not None:
        run.start_from(outcome.placement)
    is_below = outcome.best_bound is not None and outcome.best_bound < run.floor
    is_impossible = is_below or outcome.status is Status.INFEASIBLE
    if is_impossible:
        least = float(cap + 1) if run.is_whole else nextafter(float(cap), 0.0)
        run.best_bound = min(run.best_bound, -least)
    return run.objective() != reached or is_impossible
