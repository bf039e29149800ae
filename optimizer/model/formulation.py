"""A mixed-integer program as plain arrays: maximise c'x subject to row and column bounds, some columns whole.

Nothing here knows a plan or a solver. Rows are stored sparsely (compressed rows).
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Formulation:
    """Columns j of n, rows i of m, nonzeros k of z."""

    column_lower: Floats
    column_upper: Floats
    objective: Floats
    """Scaled coefficients, to be maximised; `objective_scale` times the sum is money."""
    is_integer: Flags
    row_lower: Floats
    row_upper: Floats
    row_starts: Ints
    """m + 1 offsets into `row_columns` and `row_coefficients`."""
    row_columns: Ints
    row_coefficients: Floats
    row_names: tuple[str, ...]
    """Key of the limit behind a row, or what the row links."""
    objective_scale: float = 1.0
    objective_offset: float = 0.0
    """What no column moves, in scaled money; part of every objective and bound."""

    @property
    def num_columns(self) -> int:
        """Return n."""
        return len(self.objective)

    @property
    def num_rows(self) -> int:
        """Return m."""
        return len(self.row_lower)

    def value(self, values: Floats) -> float:
        """Return the scaled objective of a solution vector."""
        return float(self.objective @ values) + self.objective_offset

    def with_integer(self, is_integer: Flags) -> Formulation:
        """Return the same program with other columns whole."""
        return replace(self, is_integer=is_integer)

    def relaxed(self) -> Formulation:
        """Return the same program with no column whole."""
        return replace(self, is_integer=np.zeros_like(self.is_integer))

    def with_column_bounds(self, lower: Floats, upper: Floats) -> Formulation:
        """Return the same program with other column bounds."""
        return replace(self, column_lower=lower, column_upper=upper)

    def with_row_bounds(self, lower: Floats, upper: Floats) -> Formulation:
        """Return the same program with other row bounds."""
        return replace(self, row_lower=lower, row_upper=upper)

    def with_objective(self, objective: Floats, scale: float) -> Formulation:
        """Return the same program with another objective to be maximised, without an offset."""
        return replace(self, objective=objective, objective_scale=scale, objective_offset=0.0)

    def with_row(self, name: str, coefficients: Floats, lower: float, upper: float) -> Formulation:
        """Return the same program with one more row, the last; `coefficients` has one entry for each column."""
        columns = np.flatnonzero(coefficients)
        return replace(
            self,
            row_lower=np.append(self.row_lower, lower),
            row_upper=np.append(self.row_upper, upper),
            row_starts=np.append(self.row_starts, self.row_starts[-1] + len(columns)),
            row_columns=np.append(self.row_columns, columns),
            row_coefficients=np.append(self.row_coefficients, coefficients[columns]),
            row_names=(*self.row_names, name),
        )


class RowBuilder:
    """Collects rows in order and closes them into arrays."""

    def __init__(self) -> None:
        self._starts = array("q", [0])
        self._columns = array("q")
        self._coefficients = array("d")
        self._lower = array("d")
        self._upper = array("d")
        self.names: list[str] = []

    def add(self, name: str, terms: list[tuple[int, float]], lower: float, upper: float) -> int:
        """Append `lower <= sum of coefficient x column <= upper`; return the row number."""
        columns, coefficients = zip(*terms, strict=True) if terms else ((), ())
        return self.add_row(name, columns, coefficients, lower, upper)

    def add_row(
        self, name: str, columns: Sequence[int], coefficients: Sequence[float], lower: float, upper: float
    ) -> int:
        """Append a row whose columns and coefficients are listed apart; return the row number."""
        self._columns.extend(columns)
        self._coefficients.extend(coefficients)
        self._starts.append(len(self._columns))
        self._lower.append(lower)
        self._upper.append(upper)
        self.names.append(name)
        return len(self._lower) - 1

    def add_rows(self, name: str, columns: Ints, coefficients: Floats, lower: float, upper: float) -> None:
        """Append many rows of one name, alike in length and bounds; both arrays have the shape (rows, terms)."""
        num_rows, length = columns.shape
        first = len(self._columns)
        self._columns.frombytes(np.ascontiguousarray(columns, dtype=np.int64).tobytes())
        self._coefficients.frombytes(np.ascontiguousarray(coefficients, dtype=np.float64).tobytes())
        self._starts.extend(range(first + length, len(self._columns) + 1, length))
        self._lower.extend([lower] * num_rows)
        self._upper.extend([upper] * num_rows)
        self.names.extend([name] * num_rows)

    def arrays(self) -> tuple[Floats, Floats, Ints, Ints, Floats]:
        """Return lower and upper bounds, starts, columns and coefficients."""
        return (
            np.array(self._lower, dtype=np.float64),
            np.array(self._upper, dtype=np.float64),
            np.array(self._starts, dtype=np.int64),
            np.array(self._columns, dtype=np.int64),
            np.array(self._coefficients, dtype=np.float64),
        )
