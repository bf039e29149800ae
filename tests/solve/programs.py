"""Small programs with known answers, as rows of coefficients, for the solver tests."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from random import Random

import numpy as np

from optimizer.model.formulation import Formulation, RowBuilder

Row = tuple[float, Sequence[float], float]
"""Lower bound, one coefficient per column, upper bound."""


def program(
    objective: Sequence[float],
    rows: Sequence[Row] = (),
    *,
    lower: Sequence[float] | None = None,
    upper: Sequence[float] | None = None,
    is_integer: Sequence[bool] | bool = True,
) -> Formulation:
    """Return a program to maximise; columns are whole and between 0 and 1,000 unless told otherwise."""
    count = len(objective)
    builder = RowBuilder()
    for number, (least, coefficients, most) in enumerate(rows):
        terms = [(column, value) for column, value in enumerate(coefficients) if value]
        builder.add(f"row {number}", terms, least, most)
    row_lower, row_upper, starts, columns, coefficients_of_rows = builder.arrays()
    return Formulation(
        np.zeros(count) if lower is None else np.array(lower, dtype=np.float64),
        np.full(count, 1000.0) if upper is None else np.array(upper, dtype=np.float64),
        np.array(objective, dtype=np.float64),
        np.full(count, is_integer) if isinstance(is_integer, bool) else np.array(is_integer),
        row_lower,
        row_upper,
        starts,
        columns,
        coefficients_of_rows,
        tuple(builder.names),
    )


def at_most(coefficients: Sequence[float], most: float) -> Row:
    """Return the row sum <= most."""
    return (-inf, coefficients, most)


def long_search(num_columns: int = 300, num_rows: int = 30) -> Formulation:
    """Return a multi-dimensional knapsack that no solver closes within seconds, though incumbents come at once."""
    rng = Random(7)
    weights = [[rng.randint(1, 1000) for _ in range(num_columns)] for _ in range(num_rows)]
    values = [sum(row[column] for row in weights) / num_rows + rng.randint(0, 50) for column in range(num_columns)]
    return program(values, [at_most(row, sum(row) / 2) for row in weights], upper=[1] * num_columns)
