"""Rows of a program come out alike whether they are added one by one or many at once."""

from __future__ import annotations

import numpy as np

from optimizer.model.formulation import RowBuilder

COLUMNS = np.array([[0, 2], [3, 1], [2, 4]])
COEFFICIENTS = np.array([[1.0, -1.0], [0.5, -1.0], [0.25, 2.0]])


def test_many_rows_at_once_are_the_rows_one_by_one() -> None:
    together, alone = RowBuilder(), RowBuilder()
    for builder in (together, alone):
        builder.add("first", [(0, 1.0), (1, 2.0), (2, 3.0)], 0.0, 5.0)
    together.add_rows("pair", COLUMNS, COEFFICIENTS, -1.0, 7.0)
    for columns, coefficients in zip(COLUMNS.tolist(), COEFFICIENTS.tolist(), strict=True):
        alone.add_row("pair", columns, coefficients, -1.0, 7.0)
    for builder in (together, alone):
        builder.add("empty", [], 0.0, 0.0)

    assert together.names == alone.names
    for found, expected in zip(together.arrays(), alone.arrays(), strict=True):
        assert found.dtype == expected.dtype
        assert found.tolist() == expected.tolist()


def test_no_rows_at_once_add_nothing() -> None:
    builder = RowBuilder()

    builder.add_rows("none", np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2)), 0.0, 1.0)

    assert builder.names == []
    assert [array.tolist() for array in builder.arrays()] == [[], [], [0], [], []]
