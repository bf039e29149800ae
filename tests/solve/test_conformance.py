"""What every backend must do, asked through a session: a new backend is done when it passes this file."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.errors import SolverError
from optimizer.solve.backend import Heuristics, SolveOptions
from optimizer.solve.registry import BACKENDS
from optimizer.solve.result import Progress, Termination
from optimizer.solve.session import LOG_ROUNDING, Session
from tests.solve.programs import at_most, long_search, program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.model.formulation import Formulation

TOLERANCE = 1e-6
EXACTLY = SolveOptions(relative_gap=0.0, time_limit_seconds=20.0)
BRIEFLY = SolveOptions(relative_gap=0.0, time_limit_seconds=1.0)

# x at 6 and y at 5 a piece in 9.5 of space, 2 and 3 each: whole 4 and 0 (24), split 4.75 and 0 (28.5).
KNAPSACK = program([6, 5], [at_most([2, 3], 9.5)])


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as shared:
        yield shared


@pytest.fixture(params=list(BACKENDS))
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


OPTIMA: dict[str, tuple[Formulation, float]] = {
    "whole numbers": (KNAPSACK, 24),
    "the same without whole numbers": (KNAPSACK.with_integer(np.zeros(2, dtype=bool)), 28.5),
    # The whole x takes 4 x 2 of 9.5; the divisible y takes the 1.5 left: 24 + 5 / 2.
    "whole and divisible mixed": (program([6, 5], [at_most([2, 3], 9.5)], is_integer=[True, False]), 26.5),
    "an equality row": (program([1, 3], [(4, [1, 1], 4), at_most([0, 1], 2.5)]), 8),
    "a row with both bounds": (program([-1, 1], [(2, [1, 1], 3)], upper=[5, 1]), 0),
    "nothing worth doing": (program([-2, -1], [at_most([1, 1], 5)]), 0),
    "a loss that cannot be avoided": (program([-2, -1], [(3, [1, 1], inf)], upper=[5, 2]), -4),
    "every column fixed": (program([6, 5], [at_most([2, 3], 9.5)], lower=[2, 1], upper=[2, 1]), 17),
    "no rows": (program([2, -3], upper=[7, 7]), 14),
    "a column in no row and of no worth": (program([6, 0], [at_most([2, 0], 9)]), 24),
    "an empty row that holds": (program([1], [at_most([0], 3)], upper=[2]), 2),
    # 10^8 of each are worth 2^30 and 2^29, and 1.5 x 10^8 have room.
    "large numbers": (program([2.0**30, 2.0**29], [at_most([1, 1], 1.5e8)], upper=[1e8, 1e8]), 2.0**30 * 1.25e8),
}


@pytest.mark.parametrize("case", list(OPTIMA))
def test_known_optimum_is_found_and_its_bound_proven(session: Session, backend: str, case: str) -> None:
    formulation, optimum = OPTIMA[case]

    result = session.solve(backend, formulation, EXACTLY)

    assert result.termination is Termination.SOLVED
    assert result.objective == pytest.approx(optimum, rel=TOLERANCE, abs=TOLERANCE)
    assert result.best_bound == pytest.approx(optimum, rel=TOLERANCE, abs=TOLERANCE)
    assert result.values is not None
    assert formulation.objective @ result.values == pytest.approx(optimum, rel=TOLERANCE, abs=TOLERANCE)
    assert not result.hit_time_limit
    assert not result.interrupted


IMPOSSIBLE: dict[str, Formulation] = {
    "rows that contradict each other": program([1, 1], [at_most([1, 1], 2), (3, [1, 1], inf)]),
    "rows without a whole number between them": program([1], [(1.2, [1], 1.8)]),
    "an equality no whole numbers meet": program([1, 1], [(7, [2, 4], 7)]),
    "an empty row that cannot hold": program([1], [(1, [0], 2)]),
    "divisible columns": program([1, 1], [at_most([1, 1], 2), (3, [1, 1], inf)], is_integer=False),
}


@pytest.mark.parametrize("case", list(IMPOSSIBLE))
def test_impossible_program_is_proven_infeasible(session: Session, backend: str, case: str) -> None:
    result = session.solve(backend, IMPOSSIBLE[case], EXACTLY)

    assert result.termination is Termination.INFEASIBLE
    assert result.values is None
    assert result.objective is None
    assert result.best_bound == -inf


@pytest.mark.parametrize(
    ("rows", "termination"),
    [([], Termination.SOLVED), ([(-1, [], 0)], Termination.SOLVED), ([(1, [], 2)], Termination.INFEASIBLE)],
)
def test_program_without_columns_is_answered_by_its_rows(
    session: Session, backend: str, rows: list[tuple[float, list[float], float]], termination: Termination
) -> None:
    result = session.solve(backend, program([], rows), EXACTLY)

    assert result.termination is termination


@pytest.mark.parametrize("hint", [[4.0, 0.0], [0.0, 3.0], [900.0, 900.0]], ids=["best", "worse", "impossible"])
def test_hint_is_a_start_and_never_an_answer(session: Session, backend: str, hint: list[float]) -> None:
    result = session.solve(backend, KNAPSACK, EXACTLY, hint=np.array(hint))

    assert result.termination is Termination.SOLVED
    assert result.objective == pytest.approx(24)


@pytest.mark.parametrize(
    "options",
    [
        SolveOptions(relative_gap=0.0, seed=12345, time_limit_seconds=20),
        SolveOptions(relative_gap=0.5, time_limit_seconds=20),
        SolveOptions(relative_gap=0.0, time_limit_seconds=20, node_limit=1000),
        SolveOptions(relative_gap=0.0, time_limit_seconds=20, heuristics=Heuristics.NONE),
    ],
    ids=["seed", "gap", "node limit", "no heuristics"],
)
def test_option_is_accepted(session: Session, backend: str, options: SolveOptions) -> None:
    result = session.solve(backend, KNAPSACK, options)

    assert result.termination is Termination.SOLVED
    assert result.objective is not None
    assert result.objective <= 24 + TOLERANCE
    assert result.best_bound >= 24 - TOLERANCE


def test_gap_asked_for_is_the_gap_proven(session: Session, backend: str) -> None:
    result = session.solve(backend, long_search(), SolveOptions(relative_gap=0.05, time_limit_seconds=20))

    assert result.termination is Termination.SOLVED
    assert result.objective is not None
    assert 0 <= result.best_bound - result.objective <= 0.05 * result.objective * (1 + TOLERANCE)


def test_node_limit_stops_without_claiming_the_time_limit(session: Session, backend: str) -> None:
    options = SolveOptions(relative_gap=0.0, time_limit_seconds=20, node_limit=1)

    result = session.solve(backend, long_search(40, 8), options)

    assert result.termination in {Termination.STOPPED, Termination.SOLVED}
    assert not result.hit_time_limit
    assert result.objective is not None
    assert result.best_bound >= result.objective - TOLERANCE


@pytest.mark.slow
def test_time_limit_returns_the_incumbent_its_bound_and_progress_on_the_way(session: Session, backend: str) -> None:
    seen: list[Progress] = []

    result = session.solve(backend, long_search(), BRIEFLY, on_progress=seen.append)

    assert result.termination is Termination.STOPPED
    assert result.hit_time_limit
    assert not result.interrupted
    assert result.objective is not None
    assert result.values is not None
    assert result.objective <= result.best_bound < inf
    known = [progress for progress in seen if progress.incumbent is not None and progress.best_bound is not None]
    assert known
    for progress in known:
        assert progress.backend == backend
        assert progress.incumbent is not None
        assert progress.best_bound is not None
        assert progress.incumbent <= result.objective * (1 + LOG_ROUNDING)
        assert progress.best_bound >= result.best_bound * (1 - LOG_ROUNDING)
    assert [progress.seconds for progress in seen] == sorted(progress.seconds for progress in seen)


def test_no_time_at_all_is_a_stop_without_a_claim(session: Session, backend: str) -> None:
    options = SolveOptions(relative_gap=0.0, time_limit_seconds=0.0)

    result = session.solve(backend, long_search(), options)

    assert result.termination is Termination.STOPPED
    assert result.hit_time_limit


def test_same_seed_gives_the_same_solution(session: Session, backend: str) -> None:
    options = SolveOptions(relative_gap=0.02, seed=3, time_limit_seconds=20)

    first = session.solve(backend, long_search(), options)
    second = session.solve(backend, long_search(), options)

    assert first.values is not None
    assert second.values is not None
    np.testing.assert_array_equal(first.values, second.values)
    assert first.best_bound == second.best_bound


def test_backend_that_refuses_a_program_raises_and_serves_the_next_one(session: Session, backend: str) -> None:
    broken = program([1, 1], [at_most([1, float("nan")], 1)])

    with pytest.raises(SolverError, match=backend):
        session.solve(backend, broken, EXACTLY)

    assert session.solve(backend, KNAPSACK, EXACTLY).objective == pytest.approx(24)
