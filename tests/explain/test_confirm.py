"""A second solver's word: it agrees, it contradicts, or it was stopped."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from optimizer.explain.confirm import DisagreementError, confirm, other_backend
from optimizer.solve.registry import BACKENDS
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Outcome, Status
from tests.strategy.scripted import BEST, BEST_VALUE, NO_SOLUTION, OSLO_ONLY, OSLO_VALUE, run, solved, stopped

OPTIONS = SearchOptions(relative_gap=0.01)


def found(placement: object, bound: float, gap: float = 1e-3) -> Outcome:
    """Return the outcome of a search of whole blocks that ended with a placement and a bound."""
    outcome, _ = run(solved(placement, bound), strategy="whole-blocks", gap=gap)
    return outcome


OPTIMAL = found(BEST, BEST_VALUE)
INFEASIBLE, _ = run(NO_SOLUTION, strategy="whole-blocks")
NOTHING, _ = run(stopped(hit_time_limit=True), strategy="whole-blocks")
STOPPED = replace(OPTIMAL, status=Status.FEASIBLE, best_bound=Fraction(BEST_VALUE + 900), stopped_by="time limit")
WITHIN = replace(OPTIMAL, status=Status.WITHIN_GAP, best_bound=Fraction(BEST_VALUE + 9))
WORSE = replace(found(OSLO_ONLY, OSLO_VALUE), status=Status.OPTIMAL)


def said(first: Outcome, second: Outcome) -> bool | None:
    return confirm(first, OPTIONS, lambda _: replace(second, backend="scip")).agrees


def test_scripts_say_what_their_names_do() -> None:
    assert [one.status for one in (OPTIMAL, INFEASIBLE, NOTHING, WORSE)] == [
        Status.OPTIMAL,
        Status.INFEASIBLE,
        Status.UNKNOWN,
        Status.OPTIMAL,
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [(OPTIMAL, OPTIMAL), (INFEASIBLE, INFEASIBLE), (WITHIN, OPTIMAL), (WITHIN, WITHIN)],
    ids=["optimal", "infeasible", "better than asked", "within the gap"],
)
def test_verdicts_of_one_kind_whose_intervals_meet_agree(first: Outcome, second: Outcome) -> None:
    assert said(first, second) is True


@pytest.mark.parametrize(
    ("first", "second"),
    [(OPTIMAL, STOPPED), (OPTIMAL, NOTHING), (INFEASIBLE, NOTHING), (OPTIMAL, WITHIN), (STOPPED, OPTIMAL)],
    ids=["stopped", "nothing found", "nothing proven", "not to the end", "nothing to confirm"],
)
def test_what_was_stopped_confirms_nothing_and_contradicts_nothing(first: Outcome, second: Outcome) -> None:
    assert said(first, second) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [(OPTIMAL, INFEASIBLE), (INFEASIBLE, OPTIMAL), (INFEASIBLE, STOPPED), (OPTIMAL, WORSE), (WORSE, OPTIMAL)],
    ids=["no plan", "a plan", "any plan at all", "a bound too low", "a value too high"],
)
def test_a_contradiction_is_an_error_that_carries_both_answers(first: Outcome, second: Outcome) -> None:
    with pytest.raises(DisagreementError) as raised:
        said(first, second)

    assert raised.value.first is first
    assert raised.value.second.status is second.status
    assert raised.value.second.backend == "scip"


def test_the_error_names_both_solvers_and_what_each_says() -> None:
    """Dublin and Oslo are worth 3,880, Oslo alone 2,190."""
    with pytest.raises(DisagreementError, match="two solvers disagree") as raised:
        said(OPTIMAL, WORSE)

    assert str(raised.value) == (
        "two solvers disagree: highs says optimal, a verified 3,880.00 and at most 3,880.00; "
        "scip says optimal, a verified 2,190.00 and at most 2,190.00"
    )
    with pytest.raises(DisagreementError, match="scip says infeasible"):
        said(OPTIMAL, INFEASIBLE)


def test_rounding_of_bounds_is_no_contradiction() -> None:
    assert said(OPTIMAL, replace(OPTIMAL, best_bound=Fraction(BEST_VALUE) - Fraction(1, 2))) is True


def test_the_second_search_is_of_the_other_backend_and_of_nothing_else_changed() -> None:
    asked: list[SearchOptions] = []

    def place(options: SearchOptions) -> Outcome:
        asked.append(options)
        return OPTIMAL

    confirm(OPTIMAL, OPTIONS, place)

    assert asked == [replace(OPTIONS, backend="scip")]


@pytest.mark.parametrize("backend", list(BACKENDS))
def test_no_backend_confirms_itself(backend: str) -> None:
    assert other_backend(backend) != backend
    assert other_backend(backend) in BACKENDS
