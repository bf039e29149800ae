"""Less of a goal at the openings of the best placement so far: sites closed, or counts moved to where less is emitted.

Openings are held, so that a linear program says at once what is left of the value; blocks are then made whole for the most
value, as in any search. What misses the floor of value is not taken, and says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.columns import ABSENT
from optimizer.strategy.completion import complete

if TYPE_CHECKING:
    from optimizer.model.formulation import Floats, Formulation
    from optimizer.strategy.goal_run import GoalRun
    from optimizer.strategy.run import Values

LINEAR_TIME_PART = 0.2
"""Part of the time left that one linear program may take."""
MOST_COMPLETIONS = 2
"""Sets of sites that are made whole after the linear value has passed them."""
COMPLETION_MARGIN = 5
"""Times the room above the floor that a completion is asked for as its gap: its steps leave a tenth of it."""
CAP_MARGIN = 1e-6
"""Part by which counts may go past what the linear program came to, for rounding."""


def close_sites(run: GoalRun, linear: Values) -> None:
    """Close the sites that the linear relaxation of the goal needs least, as many as leave the value above the floor."""
    bound, reached = run.bound(), run.objective()
    if run.placement is None or bound is None or reached is None:
        return
    last = run.model.columns.openings[:, -1]
    open_sites = [site for site in run.placement.opened if last[site] != ABSENT]
    order = sorted(open_sites, key=lambda site: (float(linear[last[site]]), site))
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
        if run.objective() != reached:
            return


def _value_without(run: GoalRun, closed: list[int]) -> Values | None:
    """Return the best relaxed counts with some sites closed and none opened; None where their value misses the floor."""
    held = run.hint()
    if held is None:
        return None
    of_closed = run.model.columns.openings[closed]
    held[of_closed[of_closed != ABSENT]] = 0.0
    result = run.solve("sites closed", _held(run, run.model.formulation, held), 0.0, time_part=LINEAR_TIME_PART)
    if result.values is None or _money(run, result.values) < run.floor:
        return None
    return result.values


def move_counts(run: GoalRun, program: Formulation) -> None:
    """Move counts to where less of the goal is; `program` is that of the goal, with some room above the floor."""
    held = run.hint()
    if held is None:
        return
    values = run.solve("counts moved", _held(run, program, held), 0.0, time_part=LINEAR_TIME_PART).values
    if values is None or run.is_finished():
        return
    uncapped = run.program
    most = -program.value(values) * program.objective_scale
    run.program = _capped(run, most * (1 + CAP_MARGIN))
    complete(run, values, _gap_to_floor(run, values))
    run.program = uncapped


def _capped(run: GoalRun, most: float) -> Formulation:
    """Return the program of the run with no more of the goal than an amount; the limit on it is the last of its limits."""
    number = len(run.model.limits) - 1
    formulation = run.program
    upper = formulation.row_upper.copy()
    row = run.model.limit_rows[number]
    upper[row] = min(upper[row], most / run.model.row_scales[number])
    return formulation.with_row_bounds(formulation.row_lower, upper)


def _held(run: GoalRun, program: Formulation, openings: Floats) -> Formulation:
    """Return a program with every opening held and every count relaxed."""
    columns = run.model.opening_columns
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    lower[columns] = upper[columns] = np.rint(openings[columns])
    return program.with_column_bounds(lower, upper).relaxed()


def _money(run: GoalRun, values: Values) -> float:
    return run.model.formulation.value(values) * run.model.formulation.objective_scale


def _gap_to_floor(run: GoalRun, values: Values) -> float:
    """Return the gap to which counts have to be completed so that their value stays above the floor."""
    money = _money(run, values)
    room = (money - float(run.floor)) / abs(money) if money else 0.0
    return max(run.options.relative_gap, COMPLETION_MARGIN * room)
