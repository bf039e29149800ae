"""A program's rows one by one, as lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.model.formulation import Formulation


def rows_of(formulation: Formulation) -> Iterator[tuple[list[int], list[float], float, float]]:
    """Yield columns, coefficients, lower and upper side of each row."""
    starts = formulation.row_starts.tolist()
    columns, coefficients = formulation.row_columns.tolist(), formulation.row_coefficients.tolist()
    sides = zip(formulation.row_lower.tolist(), formulation.row_upper.tolist(), strict=True)
    for row, (lower, upper) in enumerate(sides):
        part = slice(starts[row], starts[row + 1])
        yield columns[part], coefficients[part], lower, upper
