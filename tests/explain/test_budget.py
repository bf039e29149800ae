"""How long explanations may take."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from optimizer.explain.budget import Budget


def budget(seconds: float | None = None, *, interrupted: bool = False) -> Budget:
    return Budget(cast("Any", SimpleNamespace(interrupted=interrupted)), seconds)


def test_without_an_end_nothing_runs_out() -> None:
    assert budget().left is None
    assert not budget().is_over()
    assert budget().part(None) is None


def test_what_is_left_bounds_each_solve() -> None:
    assert budget(60.0).part(5.0) == 5.0
    assert 0 < (budget(5.0).part(60.0) or 0) <= 5.0
    assert budget().part(5.0) == 5.0


def test_it_is_mostly_spent_when_more_than_a_part_of_the_time_is_gone() -> None:
    spent = budget(1000.0)
    spent.started -= 700

    assert spent.is_mostly_spent(0.6)
    assert not spent.is_mostly_spent(0.8)
    assert not budget().is_mostly_spent(0.0)
    assert budget(interrupted=True).is_mostly_spent(0.8)


def test_it_is_over_when_the_time_is_up() -> None:
    assert budget(0.0).is_over()
    assert budget(0.0).left == 0


def test_ctrl_c_is_remembered_after_the_next_solve_has_begun_anew() -> None:
    stopped = budget(interrupted=True)

    assert stopped.is_over()
    stopped.session.interrupted = False
    assert stopped.is_over()


def test_half_of_what_is_left_can_be_set_aside_and_solves_are_counted_on() -> None:
    whole = budget(60.0)
    whole.num_solves = 3

    half = whole.half()

    assert 29 < (half.left or 0) <= 30
    assert half.num_solves == 3
    assert budget().half().left is None
