"""The halfspace that separates a point from whole ones by most: a linear program over its weights (GLOP)."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np
from ortools.linear_solver import pywraplp

if TYPE_CHECKING:
    from optimizer.model.formulation import Floats

MOST_ROUNDS = 50
ROUNDING = 1e-9


def deepest_cut(points: Floats, outside: Floats) -> Floats:
    """Return weights w >= 0, (n,), with `w x point <= 1` at each of some points, (points, n), and `w x outside` greatest.

    No weight is greater than 1. Points and `outside` have no negative part. What the program has not seen of the points
    within MOST_ROUNDS, or misses by a tolerance, is made up for by smaller weights: the halfspace holds all points.

    The greatest of such products are Fenchel cuts: Boyd, Fenchel cutting planes for integer programs, Operations Research
    42 (1994).
    """
    solver = pywraplp.Solver.CreateSolver("GLOP")
    columns = [solver.NumVar(0.0, 1.0, "") for _ in outside]
    objective = solver.Objective()
    objective.SetMaximization()
    for column, part in zip(columns, outside.tolist(), strict=True):
        objective.SetCoefficient(column, part)
    weights = np.ones(len(columns))
    for _ in range(MOST_ROUNDS):
        worth = points @ weights
        worst = int(worth.argmax())
        if worth[worst] <= 1 + ROUNDING:
            break
        row = solver.Constraint(-inf, 1.0)
        for column, part in zip(columns, points[worst].tolist(), strict=True):
            row.SetCoefficient(column, part)
        if solver.Solve() != pywraplp.Solver.OPTIMAL:
            break
        weights = np.array([column.solution_value() for column in columns])
    weights = np.maximum(weights, 0.0)
    return np.asarray(weights / max(1.0, float((points @ weights).max(initial=0.0))))
