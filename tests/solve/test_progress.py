"""Lines of real logs, and what they report."""

from __future__ import annotations

import pytest

from optimizer.solve.highs import Highs, finite
from optimizer.solve.result import Progress
from optimizer.solve.scip import Scip

HIGHS_ROWS = {
    " z       0       0         0   0.00%   inf             -0                 Large        0      0      0         0     0.0s": (
        0.0,
        None,
        0,
    ),
    " S       0       0         0   0.00%   2820            1935              45.74%        0      0      0         0     0.0s": (
        1935.0,
        2820.0,
        0,
    ),
    " L       0       0         0   0.00%   2075.494217     2054               1.05%      426     15      4        61     0.2s": (
        2054.0,
        2075.494217,
        0,
    ),
    "       405      15       179  92.16%   2068.80254      2054               0.72%     1402     12   2332      5266     1.5s": (
        2054.0,
        2068.80254,
        405,
    ),
    "         0       0         0   0.00%   -12.5           -inf                 inf        0      0      0        12     0.0s": (
        None,
        -12.5,
        0,
    ),
}
SCIP_ROWS = {
    "p 0.0s|     1 |     0 |     0 |     - |   locks|   0 |  60 |  20 |  20 |   0 |  0 |   0 |   0 | 2.820000e+03 | 1.120000e+03 | 151.79%| unknown": (
        1120.0,
        2820.0,
        1,
    ),
    " 12.3s|  1400 |    31 |    15 |  12.4 |  1919k |   0 |  60 |  20 |  20 |   0 |  0 |   0 |   0 | 2.080888e+03 |      --      |    Inf | unknown": (
        None,
        2080.888,
        1400,
    ),
    "*45.0s| 10k   |    31 |    15 |  12.4 |    LP  |   0 |  60 |  20 |  20 |   0 |  0 |   0 |   0 | 1.000000e+20 |-5.000000e+00 |    Inf | unknown": (
        -5.0,
        None,
        10,
    ),
}
OTHER_LINES = [
    "",
    "Presolving model",
    "Src  Proc. InQueue |  Leaves   Expl. | BestBound       BestSol              Gap |   Cuts   InLp Confl. | LpIters     Time",
    " time | node  | left  |LP iter|LP it/n|mem/heur|mdpt |vars |cons |rows |cuts |sepa|confs|strbr|  dualbound   | primalbound  |  gap   | compl. ",
    "  Gap               0% (tolerance: 0.01%)",
    "20 rows, 60 cols, 1200 nonzeros  0s",
]


@pytest.mark.parametrize("line", list(HIGHS_ROWS))
def test_row_of_the_highs_table_is_read(line: str) -> None:
    incumbent, bound, nodes = HIGHS_ROWS[line]

    assert Highs().parse_progress(line, 1.5) == Progress("highs", 1.5, incumbent, bound, nodes)


@pytest.mark.parametrize("line", list(SCIP_ROWS))
def test_row_of_the_scip_table_is_read(line: str) -> None:
    incumbent, bound, nodes = SCIP_ROWS[line]

    assert Scip().parse_progress(line, 1.5) == Progress("scip", 1.5, incumbent, bound, nodes)


@pytest.mark.parametrize("line", OTHER_LINES)
def test_other_lines_report_nothing(line: str) -> None:
    assert Highs().parse_progress(line, 0.0) is None
    assert Scip().parse_progress(line, 0.0) is None


@pytest.mark.parametrize("text", ["--", "-", "inf", "-inf", "1e+20", "nan%", ""])
def test_dash_or_infinity_is_no_number(text: str) -> None:
    assert finite(text) is None
