"""Lines of real logs, and what they report."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.solve.highs import finite
from optimizer.solve.registry import BACKENDS
from optimizer.solve.result import Progress

LOGS = Path(__file__).parent / "logs"
REPORTED: dict[str, list[tuple[float | None, float | None, int]]] = {
    "highs": [
        (0.0, None, 0),
        (1935.0, 2820.0, 0),
        (2054.0, 2075.494217, 0),
        (2054.0, 2068.80254, 405),
        (None, -12.5, 0),
    ],
    "scip": [(1120.0, 2820.0, 1), (None, 2080.888, 1400), (-5.0, None, 10)],
}
"""Incumbent, bound and nodes of the rows of each log that report anything, in order."""


@pytest.mark.parametrize("backend", list(BACKENDS))
def test_rows_of_the_table_are_read_and_other_lines_are_not(backend: str) -> None:
    lines = (LOGS / f"{backend}.txt").read_text(encoding="ascii").splitlines()

    read = [BACKENDS[backend].parse_progress(line, 1.5) for line in lines]

    assert [progress for progress in read if progress is not None] == [
        Progress(backend, 1.5, *reported) for reported in REPORTED[backend]
    ]
    assert None in read


@pytest.mark.parametrize("text", ["--", "-", "inf", "-inf", "1e+20", "nan%", ""])
def test_dash_or_infinity_is_no_number(text: str) -> None:
    assert finite(text) is None
