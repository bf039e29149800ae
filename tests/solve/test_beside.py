"""A solve beside others: its answer is that of the same solve alone, and it can be ended early."""

from __future__ import annotations

import time

import pytest

from optimizer.errors import SolverError
from optimizer.solve.backend import SolveOptions
from optimizer.solve.beside import SolveBeside
from optimizer.solve.session import Session
from tests.solve.programs import at_most, long_search, program

SMALL = program([5.0, 4.0, 3.0], [at_most([2.0, 3.0, 1.0], 5.0), at_most([4.0, 1.0, 2.0], 11.0)])


def test_its_answer_is_the_same_as_alone(session: Session) -> None:
    alone = session.solve("highs", SMALL, SolveOptions())
    with Session() as other:
        beside = SolveBeside(other, lambda own: own.solve("highs", SMALL, SolveOptions()))
        meanwhile = session.solve("highs", SMALL, SolveOptions())
        answer = beside.result()
    assert answer.objective == meanwhile.objective == alone.objective
    assert beside.is_done


def test_it_is_stopped_with_what_it_has_proven() -> None:
    with Session() as other:
        beside = SolveBeside(other, lambda own: own.solve("highs", long_search(), SolveOptions(relative_gap=0.0)))
        time.sleep(3.0)
        assert not beside.is_done
        answer = beside.stop()
    assert answer.interrupted
    assert beside.is_done


def test_what_goes_wrong_is_raised_where_the_answer_is_asked_for() -> None:
    backwards = program([1.0], lower=[2.0], upper=[1.0])
    with Session() as other:
        beside = SolveBeside(other, lambda own: own.solve("highs", backwards, SolveOptions()))
        with pytest.raises(SolverError, match="lower_bound > upper_bound"):
            beside.result()
