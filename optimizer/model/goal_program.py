"""The program of a secondary goal: make it as small as possible while the value stays above a floor.

The floor is a row over the program's own objective, in doubles. It lies below the exact floor by what rounding may cost, so
that the program holds every placement above the exact one and its bound is a bound of the goal; whether an answer keeps the
exact floor is for the exact check to say.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.limit_rows import Translator

if TYPE_CHECKING:
    from fractions import Fraction

    from optimizer.model.build import Model
    from optimizer.model.formulation import Floats, Formulation
    from optimizer.rules.limit import Limit

FLOOR_ROW = "value floor"
ROUNDING = 1e-9
"""Part of the money moved by which the floor's row lies below the exact floor."""
LARGEST_COEFFICIENT = 1_000.0


def goal_program(model: Model, counted: Limit, floor: Fraction, *, money_moved: float) -> Formulation:
    """Return the program of a model that makes the usage of a limit as small as possible above a floor of value.

    `money_moved` is the money that a placement near the floor moves, costs as well as values. The floor is the last row.
    """
    program = model.formulation
    counts = np.zeros(program.num_columns)
    terms, _ = Translator(model.case, model.columns).net(counted)
    for column, coefficient in terms:
        counts[column] += float(coefficient)
    largest = float(np.abs(counts).max(initial=0.0))
    is_counting = set(np.unique(counts)) <= {0.0, 1.0}
    scale = 1.0 if is_counting else largest / LARGEST_COEFFICIENT
    worth = float(np.abs(program.objective).max(initial=0.0)) or 1.0
    least = float(floor) / program.objective_scale - program.objective_offset
    slack = ROUNDING * max(abs(least), money_moved / program.objective_scale)
    return program.with_row(FLOOR_ROW, program.objective / worth, (least - slack) / worth, inf).with_objective(
        -counts / scale, scale
    )


def money_moved(model: Model, values: Floats) -> float:
    """Return the sum of all money in the objective at a solution vector, whatever its sign."""
    return float(np.abs(model.formulation.objective) @ np.abs(values)) * model.formulation.objective_scale
