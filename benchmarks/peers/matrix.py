"""A program's rows as a sparse matrix of scipy, for the peers that take one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    import numpy.typing as npt

    from optimizer.model.formulation import Floats, Formulation

AT_MOST, AT_LEAST, EQUAL = "<", ">", "="


@dataclass(frozen=True)
class OneSided:
    """Rows with one sense and one right-hand side each; a row with two different sides has become two."""

    matrix: Any
    """A scipy matrix of compressed rows."""
    senses: npt.NDArray[np.str_]
    right: Floats


def matrix_of(formulation: Formulation) -> Any:  # noqa: ANN401  scipy has no types here
    """Return all rows as a scipy matrix of compressed rows."""
    shape = (formulation.num_rows, formulation.num_columns)
    return csr_matrix((formulation.row_coefficients, formulation.row_columns, formulation.row_starts), shape=shape)


def one_sided(formulation: Formulation) -> OneSided:
    """Return the rows, each with one side."""
    lower, upper = formulation.row_lower, formulation.row_upper
    equal = lower == upper
    at_most, at_least = np.flatnonzero(np.isfinite(upper)), np.flatnonzero(np.isfinite(lower) & ~equal)
    numbers = np.concatenate([at_most, at_least])
    senses = np.concatenate([np.where(equal[at_most], EQUAL, AT_MOST), np.full(len(at_least), AT_LEAST)])
    return OneSided(matrix_of(formulation)[numbers], senses, np.concatenate([upper[at_most], lower[at_least]]))
