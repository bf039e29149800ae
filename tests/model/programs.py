"""The program of a case, read row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.build import Model, build_model
from optimizer.rules.registry import compile_limits

if TYPE_CHECKING:
    from optimizer.rules.case import Case

TOLERANCE = 1e-9


def model_of(built: Case, *, strengthen: bool = True) -> Model:
    return build_model(built, compile_limits(built), strengthen=strengthen)


def rows_of(model: Model) -> dict[str, tuple[float, dict[int, float], float]]:
    """Return each row by name: lower bound, coefficient by column, upper bound (names repeated get a number)."""
    program = model.formulation
    rows: dict[str, tuple[float, dict[int, float], float]] = {}
    for number, name in enumerate(program.row_names):
        part = slice(program.row_starts[number], program.row_starts[number + 1])
        terms = dict(zip(program.row_columns[part].tolist(), program.row_coefficients[part].tolist(), strict=True))
        key = name if name not in rows else f"{name} {sum(other.startswith(name) for other in rows) + 1}"
        rows[key] = (float(program.row_lower[number]), terms, float(program.row_upper[number]))
    return rows


def holds(model: Model, values: np.ndarray) -> bool:
    """Return whether a vector keeps every row and bound of a program."""
    program = model.formulation
    matrix = np.zeros((program.num_rows, program.num_columns))
    rows = np.repeat(np.arange(program.num_rows), np.diff(program.row_starts))
    np.add.at(matrix, (rows, program.row_columns), program.row_coefficients)
    used = matrix @ values
    return bool(
        (used >= program.row_lower - TOLERANCE).all()
        and (used <= program.row_upper + TOLERANCE).all()
        and (values >= program.column_lower - TOLERANCE).all()
        and (values <= program.column_upper + TOLERANCE).all()
    )
