"""The search for the fewest sites: a bound, sites closed as far as the value allows, then the program of the goal itself.

1. The linear relaxation of the goal: a bound at once, and which sites it can do without.
2. Those sites are closed, as many as the linear value leaves above the floor, the others open when they were or earlier;
   blocks are then made whole for the most value. Where they miss the floor, one site fewer is closed.
3. The goal with openings whole and blocks relaxed: a better bound, and sets of sites no such closing leads to.
4. The goal in whole blocks, from the best placement so far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.columns import ABSENT
from optimizer.solve.result import Termination
from optimizer.strategy.completion import complete
from optimizer.strategy.run import LINEAR, RELAXED_BLOCKS, WHOLE_BLOCKS, no_columns

if TYPE_CHECKING:
    from optimizer.model.formulation import Formulation
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.goal_run import GoalRun
    from optimizer.strategy.run import Values

LINEAR_TIME_PART, CLOSING_TIME_PART, RELAXED_TIME_PART = 0.5, 0.25, 0.7
"""Parts of the time left that one solve may take."""
MOST_COMPLETIONS = 3
"""Sets of sites that are made whole after the linear value has passed them."""
COMPLETION_MARGIN = 5
"""Times the room above the floor that a completion is asked for as its gap: its steps leave a tenth of it."""


def close_sites(run: GoalRun, program: Formulation, *, is_small: bool) -> None:
    """Search for the fewest sites; the model of the run maximises value, `program` is that of the goal."""
    if not is_small:
        openings = run.model.opening_columns
        linear = _bounding(run, LINEAR, program.with_integer(no_columns(openings)), LINEAR_TIME_PART)
        if linear.values is not None and not run.is_finished():
            _close_most(run, linear.values)
        if not run.is_finished():
            relaxed = _bounding(run, RELAXED_BLOCKS, program.with_integer(openings), RELAXED_TIME_PART, run.hint())
            if relaxed.values is not None and not run.is_finished():
                complete(run, relaxed.values, run.options.relative_gap)
    if not run.is_finished():
        whole = _bounding(run, WHOLE_BLOCKS, program, 1.0, run.hint())
        if whole.values is not None:
            run.offer(whole.values)


def _bounding(
    run: GoalRun, stage: str, program: Formulation, time_part: float, hint: Values | None = None
) -> SolveResult:
    result = run.solve(stage, program, 0.0, hint=hint, time_part=time_part)
    if result.termination is not Termination.INFEASIBLE:  # it is not: the best placement is in it
        run.take_goal_bound(result, program)
    return result


def _close_most(run: GoalRun, linear: Values) -> None:
    """Close the sites that the linear relaxation needs least, as many as leave the value above the floor."""
    bound, reached = run.bound(), run.objective()
    if run.placement is None or bound is None or reached is None:
        return
    open_sites = [site for site in run.placement.opened if run.model.columns.openings[site, -1] != ABSENT]
    order = sorted(open_sites, key=lambda site: (float(linear[run.model.columns.openings[site, -1]]), site))
    low, high = 0, min(len(order), int(bound - reached))
    found: dict[int, Values] = {}
    while low < high and not run.is_finished():
        middle = (low + high + 1) // 2
        values = _value_without(run, order[:middle])
        if values is None:
            high = middle - 1
        else:
            low, found[middle] = middle, values
    for number in range(low, max(0, low - MOST_COMPLETIONS), -1):
        values = found[number] if number in found else _value_without(run, order[:number])
        if values is None or run.is_finished():
            continue
        complete(run, values, _gap_to_floor(run, values))
        if len(open_sites) - number >= -(run.objective() or 0):
            return


def _value_without(run: GoalRun, closed: list[int]) -> Values | None:
    """Return the best relaxed counts with some sites closed and none opened; None where their value misses the floor."""
    program, columns = run.model.formulation, run.model.columns.openings
    held = run.hint()
    if held is None:
        return None
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    for site in np.flatnonzero((columns != ABSENT).any(axis=1)).tolist():
        of_site = columns[site][columns[site] != ABSENT]
        is_open = site not in closed and bool(held[of_site[-1]] > 1 / 2)
        lower[of_site] = held[of_site] if is_open else 0.0
        upper[of_site] = 1.0 if is_open else 0.0
    program = program.with_column_bounds(lower, upper).with_integer(no_columns(run.model.opening_columns))
    result = run.solve("sites closed", program, 0.0, time_part=CLOSING_TIME_PART)
    if result.values is None or _money(run, result.values) < run.floor:
        return None
    return result.values


def _money(run: GoalRun, values: Values) -> float:
    return run.model.formulation.value(values) * run.model.formulation.objective_scale


def _gap_to_floor(run: GoalRun, values: Values) -> float:
    """Return the gap to which counts have to be completed so that their value stays above the floor."""
    money = _money(run, values)
    room = (money - float(run.floor)) / abs(money) if money else 0.0
    return max(run.options.relative_gap, COMPLETION_MARGIN * room)
