"""The search against scripted answers: which stage follows which, what is called proven, what is never reported."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from optimizer.errors import SolverError
from optimizer.rules.registry import compile_limits
from optimizer.solve.result import Progress, Termination
from optimizer.strategy.outcome import Status, relative_gap
from optimizer.strategy.search import (
    COMPLETION_NODES,
    MOST_TIGHTENINGS,
    RELAXED_TIME_PART,
    SMALL_PLAN_COLUMNS,
    TIGHTEN_STEP,
    SearchOptions,
    SearchProgress,
    search,
)
from tests.builders import case, chip, placing, site
from tests.strategy.scripted import (
    BEST,
    BEST_VALUE,
    NO_SOLUTION,
    OSLO_ONLY,
    OSLO_VALUE,
    TOO_MANY,
    TWO_SITES,
    Script,
    answer,
    model_of,
    run,
    solved,
    stopped,
)

if TYPE_CHECKING:
    from optimizer.solve.session import Session

# --- Which stage follows which ----------------------------------------------------------------------------------------


def test_completion_within_the_relaxed_bound_ends_the_search() -> None:
    outcome, _ = run(solved(BEST, BEST_VALUE + 1), solved(BEST, BEST_VALUE))

    assert [stage.name for stage in outcome.stages] == ["relaxed blocks", "completion"]
    assert outcome.status is Status.WITHIN_GAP
    assert outcome.objective == BEST_VALUE
    assert float(outcome.best_bound or 0) == pytest.approx(BEST_VALUE + 1)


def test_open_gap_leads_on_to_the_whole_block_model_with_the_completion_as_its_start() -> None:
    outcome, script = run(solved(BEST, 9000), solved(OSLO_ONLY, 9000), solved(BEST, BEST_VALUE))

    assert [stage.name for stage in outcome.stages] == ["relaxed blocks", "completion", "whole blocks"]
    assert outcome.status is Status.OPTIMAL
    hint = script.asked[2].hint
    assert hint is not None
    np.testing.assert_array_equal(hint, model_of().values(OSLO_ONLY))


def test_completion_that_is_infeasible_says_nothing_about_the_plan() -> None:
    outcome, _ = run(solved(BEST, BEST_VALUE), NO_SOLUTION, solved(BEST, BEST_VALUE))

    assert [stage.name for stage in outcome.stages] == ["relaxed blocks", "completion", "whole blocks"]
    assert outcome.status is Status.OPTIMAL
    assert outcome.placement == BEST


def test_completion_without_a_legal_answer_leads_on_too() -> None:
    illegal = [solved(TOO_MANY, 9000)] * (MOST_TIGHTENINGS + 1)

    outcome, _ = run(solved(BEST, 9000), *illegal, solved(BEST, BEST_VALUE))

    assert outcome.status is Status.OPTIMAL
    assert outcome.placement == BEST


def test_relaxation_without_a_solution_proves_the_plan_infeasible() -> None:
    outcome, _ = run(NO_SOLUTION)

    assert outcome.status is Status.INFEASIBLE
    assert (outcome.placement, outcome.best_bound, outcome.gap) == (None, None, None)


def test_whole_block_model_without_a_solution_proves_the_plan_infeasible() -> None:
    assert run(NO_SOLUTION, strategy="whole-blocks")[0].status is Status.INFEASIBLE
    assert run(solved(BEST, 9000), NO_SOLUTION, NO_SOLUTION)[0].status is Status.INFEASIBLE


def test_no_later_failure_makes_a_plan_with_a_placement_infeasible() -> None:
    outcome, _ = run(solved(BEST, 9000), solved(OSLO_ONLY, 9000), NO_SOLUTION)

    assert outcome.status is Status.FEASIBLE
    assert outcome.placement == OSLO_ONLY


def test_limit_that_nothing_can_meet_is_infeasible_without_a_solve() -> None:
    hopeless = case(
        sites=[site("ohio", "US", max_units=0)],
        delivered=5,
        commitments=[{"key": "promise", "site": "ohio", "min_units": 1}],
    )

    outcome, script = run(built=hopeless)

    assert outcome.status is Status.INFEASIBLE
    assert outcome.backend == "arithmetic"
    assert script.asked == []


def test_small_plan_goes_straight_to_whole_blocks_and_to_the_end() -> None:
    outcome, script = run(solved(BEST, BEST_VALUE), strategy="auto", gap=0.05)

    assert outcome.strategy == "whole-blocks"
    assert script.asked[0].options.relative_gap == 0
    assert script.asked[0].formulation.is_integer.sum() == 2 + 1  # two counts and the opening of Dublin


def test_large_plan_relaxes_its_blocks_first() -> None:
    large = case(
        sites=[site(f"site-{number:03}", "NO", opening_cost_usd=1) for number in range(SMALL_PLAN_COLUMNS + 1)],
        headquarters="NO",
        delivered=1,
    )
    first = placing(large, **{"site-000": 1})

    outcome, script = run(
        answer(Termination.SOLVED, first, 1094, built=large),
        answer(Termination.SOLVED, first, 1094, built=large),
        built=large,
        strategy="auto",
    )

    assert outcome.strategy == "relaxed-then-complete"
    assert script.asked[0].formulation.is_integer.sum() == SMALL_PLAN_COLUMNS + 1
    assert outcome.status is Status.OPTIMAL


def test_completion_opens_no_site_earlier_than_the_relaxation_and_gives_way_after_a_count_of_nodes() -> None:
    _, script = run(solved(OSLO_ONLY, BEST_VALUE), solved(OSLO_ONLY, OSLO_VALUE), solved(BEST, BEST_VALUE))

    openings = model_of().opening_columns
    assert script.asked[0].formulation.column_upper[openings].tolist() == [1]
    assert script.asked[1].formulation.column_upper[openings].tolist() == [0]
    assert script.asked[2].formulation.column_upper[openings].tolist() == [1]
    assert [asked.options.node_limit for asked in script.asked] == [None, COMPLETION_NODES, None]


def test_completion_stops_at_what_closes_the_gap() -> None:
    _, script = run(solved(BEST, BEST_VALUE), solved(BEST, BEST_VALUE), gap=0.01)

    scale = model_of().formulation.objective_scale
    target = script.asked[1].options.objective_target
    assert target is not None
    assert BEST_VALUE * 0.99 < target * scale < BEST_VALUE
    assert script.asked[0].options.objective_target is None


def test_options_reach_every_solve() -> None:
    _, script = run(solved(BEST, 9000), solved(OSLO_ONLY, 9000), solved(BEST, BEST_VALUE))

    assert {asked.backend for asked in script.asked} == {"highs"}
    assert {(asked.options.threads, asked.options.seed) for asked in script.asked} == {(2, 0)}


# --- What is called proven --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bound", "status"),
    [
        (BEST_VALUE, Status.OPTIMAL),
        (BEST_VALUE * (1 + 9e-7), Status.OPTIMAL),
        (BEST_VALUE * (1 + 2e-6), Status.WITHIN_GAP),
        (BEST_VALUE * (1 + 9e-4), Status.WITHIN_GAP),
        (BEST_VALUE * (1 + 2e-3), Status.FEASIBLE),
        (inf, Status.FEASIBLE),
    ],
)
@pytest.mark.parametrize("is_stopped", [False, True])
def test_status_follows_from_the_proven_gap_alone(bound: float, status: Status, *, is_stopped: bool) -> None:
    given = stopped(BEST, bound, hit_time_limit=True) if is_stopped else solved(BEST, bound)

    outcome, _ = run(given, strategy="whole-blocks")

    assert outcome.status is status
    assert outcome.placement == BEST


def test_time_limit_with_nothing_found_is_unknown_and_keeps_the_bound() -> None:
    outcome, _ = run(stopped(None, 9000, hit_time_limit=True), strategy="whole-blocks")

    assert outcome.status is Status.UNKNOWN
    assert outcome.stopped_by == "time limit"
    assert outcome.gap is None
    assert float(outcome.best_bound or 0) == pytest.approx(9000)


def test_time_limit_with_a_placement_is_feasible_with_its_gap() -> None:
    outcome, _ = run(
        solved(BEST, 2 * OSLO_VALUE), solved(OSLO_ONLY, 9000), stopped(None, 3 * OSLO_VALUE, hit_time_limit=True)
    )

    assert outcome.status is Status.FEASIBLE
    assert outcome.stopped_by == "time limit"
    assert float(outcome.gap or 0) == pytest.approx(1)  # the relaxed bound, twice the value, is the better one


def test_relaxation_leaves_time_for_a_whole_plan() -> None:
    outcome, script = run(
        stopped(BEST, 9000, hit_time_limit=True), solved(OSLO_ONLY, 9000), solved(BEST, BEST_VALUE), seconds=100
    )

    assert script.asked[0].options.time_limit_seconds == pytest.approx(100 * RELAXED_TIME_PART, rel=0.1)
    assert script.asked[1].options.time_limit_seconds == pytest.approx(100, rel=0.1)
    assert outcome.status is Status.OPTIMAL
    assert outcome.stopped_by is None


def test_bound_of_a_completion_is_never_taken() -> None:
    outcome, _ = run(solved(BEST, 9000), solved(OSLO_ONLY, OSLO_VALUE), stopped(None, 8000, hit_time_limit=True))

    assert float(outcome.best_bound or 0) == pytest.approx(8000)


def test_bound_a_rounding_below_the_value_is_the_value() -> None:
    outcome, _ = run(solved(BEST, BEST_VALUE * (1 - 1e-9)), strategy="whole-blocks")

    assert outcome.best_bound == BEST_VALUE
    assert outcome.status is Status.OPTIMAL


def test_bound_that_contradicts_a_verified_placement_is_an_error() -> None:
    with pytest.raises(SolverError, match="lies below a verified value"):
        run(solved(BEST, BEST_VALUE * 0.9), strategy="whole-blocks")


def test_optimum_of_nothing_is_optimal() -> None:
    outcome, _ = run(solved(placing(TWO_SITES), 0.0), strategy="whole-blocks")

    assert (outcome.status, outcome.objective, outcome.gap) == (Status.OPTIMAL, 0, 0)


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [(None, 5, None), (5, None, None), (0, 0, 0), (0, 1, None), (100, 110, Fraction(1, 10)), (-100, -90, Fraction(1, 10))],
)
def test_gap_is_relative_to_the_value_found(objective: int | None, bound: int | None, gap: Fraction | None) -> None:
    exact = [None if number is None else Fraction(number) for number in (objective, bound)]

    assert relative_gap(exact[0], exact[1]) == gap


# --- What breaks a limit is never reported ----------------------------------------------------------------------------


def test_answer_that_breaks_a_limit_is_tightened_by_less_than_half_a_step_and_solved_again() -> None:
    outcome, script = run(solved(TOO_MANY, 9000), solved(BEST, BEST_VALUE), strategy="whole-blocks")

    model = model_of()
    number = next(n for n, limit in enumerate(model.limits) if limit.key == "site_power[oslo,2025Q1]")
    row = model.limit_rows[number]
    first, second = (asked.formulation.row_upper for asked in script.asked)
    assert TIGHTEN_STEP < 0.5
    assert first[row] - second[row] == pytest.approx(TIGHTEN_STEP * model.row_steps[number])
    changed = np.flatnonzero(first != second)
    assert changed.tolist() == [row]
    assert outcome.placement == BEST


def test_bound_comes_from_the_untightened_model() -> None:
    outcome, _ = run(solved(TOO_MANY, 9000), solved(BEST, BEST_VALUE), strategy="whole-blocks")

    assert float(outcome.best_bound or 0) == pytest.approx(9000)
    assert outcome.status is Status.FEASIBLE


def test_tightening_does_not_accumulate() -> None:
    _, script = run(
        solved(TOO_MANY, 9000), solved(TOO_MANY, 9000), solved(BEST, BEST_VALUE), strategy="whole-blocks"
    )

    np.testing.assert_array_equal(script.asked[1].formulation.row_upper, script.asked[2].formulation.row_upper)


def test_answers_that_always_break_a_limit_are_an_error() -> None:
    with pytest.raises(SolverError, match="no exact placement was found"):
        run(*[solved(TOO_MANY, 9000)] * (MOST_TIGHTENINGS + 1), strategy="whole-blocks")


def test_answer_that_breaks_a_limit_never_replaces_a_placement() -> None:
    illegal = [solved(TOO_MANY, 9000)] * (MOST_TIGHTENINGS + 1)

    outcome, _ = run(solved(BEST, 9000), solved(OSLO_ONLY, 9000), *illegal)

    assert outcome.placement == OSLO_ONLY
    assert outcome.verification is not None
    assert outcome.verification.passed


def test_lower_limit_is_tightened_upwards() -> None:
    promised = case(
        sites=[site("oslo", "NO")],
        headquarters="NO",
        delivered=5,
        commitments=[{"key": "promise", "site": "oslo", "min_units": 3}],
    )
    too_few, enough = placing(promised, oslo=2), placing(promised, oslo=5)

    outcome, script = run(
        answer(Termination.SOLVED, too_few, 5475, built=promised),
        answer(Termination.SOLVED, enough, 5475, built=promised),
        built=promised,
        strategy="whole-blocks",
    )

    lower = [asked.formulation.row_lower[asked.formulation.row_names.index("commitment[promise,2025Q1]")] for asked in script.asked]
    assert lower == pytest.approx([3, 3 + TIGHTEN_STEP])
    assert outcome.placement == enough


def test_answer_that_is_no_placement_is_an_error() -> None:
    nonsense = solved(BEST, 9000)
    assert nonsense.values is not None

    with pytest.raises(SolverError, match="no placement: chip at dublin is negative"):
        run(replace(nonsense, values=nonsense.values * -1), strategy="whole-blocks")


def test_error_of_the_backend_reaches_the_caller() -> None:
    with pytest.raises(SolverError, match="out of memory"):
        run(SolverError("out of memory"))


# --- Stopping ---------------------------------------------------------------------------------------------------------


def test_interrupted_solve_ends_the_search_with_the_best_verified_placement_and_its_gap() -> None:
    outcome, script = run(solved(BEST, 2 * OSLO_VALUE), solved(OSLO_ONLY, 9000), stopped(None, inf, interrupted=True))

    assert len(script.asked) == 3
    assert outcome.interrupted
    assert outcome.stopped_by == "interruption"
    assert outcome.status is Status.FEASIBLE
    assert outcome.placement == OSLO_ONLY
    assert float(outcome.gap or 0) == pytest.approx(1)


def test_incumbent_of_an_interrupted_solve_is_verified_and_kept() -> None:
    outcome, _ = run(stopped(BEST, 9000, interrupted=True), strategy="whole-blocks")

    assert outcome.placement == BEST
    assert outcome.status is Status.FEASIBLE


def test_illegal_incumbent_of_an_interrupted_solve_is_not_solved_again() -> None:
    outcome, script = run(stopped(TOO_MANY, 9000, interrupted=True), strategy="whole-blocks")

    assert len(script.asked) == 1
    assert outcome.status is Status.UNKNOWN
    assert outcome.placement is None


def test_interruption_between_two_solves_loses_nothing() -> None:
    outcome, _ = run(solved(BEST, 9000), solved(OSLO_ONLY, 9000), KeyboardInterrupt())

    assert outcome.placement == OSLO_ONLY
    assert outcome.stopped_by == "interruption"
    assert outcome.status is Status.FEASIBLE


def test_second_interruption_is_raised() -> None:
    # The first one has marked the session; it lets the second one through.
    script = Script([KeyboardInterrupt()])

    def mark(_: SearchProgress) -> None:
        script.interrupted = True

    script.progress = Progress("highs", 0.1, None, None, 0)
    options = SearchOptions(time_limit_seconds=60, strategy="whole-blocks")
    with pytest.raises(KeyboardInterrupt):
        search(TWO_SITES, compile_limits(TWO_SITES), options, cast("Session", script), mark)


# --- Progress ---------------------------------------------------------------------------------------------------------


def progress_of(moment: Progress, *answers: object) -> list[SearchProgress]:
    seen: list[SearchProgress] = []
    run(*answers, progress=moment, on_progress=seen.append)  # type: ignore[arg-type]
    return seen


def test_progress_shows_money_and_no_incumbent_that_is_not_a_plan() -> None:
    scale = model_of().formulation.objective_scale
    moment = Progress("highs", 0.1, 4000 / scale, 5000 / scale, 7)

    relaxed, completion, whole = progress_of(
        moment, solved(BEST, 9000), solved(OSLO_ONLY, 9000), solved(BEST, BEST_VALUE)
    )

    assert (relaxed.stage, relaxed.incumbent, relaxed.best_bound) == ("relaxed blocks", None, pytest.approx(5000))
    assert relaxed.gap is None
    # A completion's bound bounds only the completion; the plan's own is still the relaxation's.
    assert (completion.incumbent, completion.best_bound) == (pytest.approx(4000), pytest.approx(9000))
    assert (whole.incumbent, whole.best_bound, whole.nodes) == (pytest.approx(4000), pytest.approx(5000), 7)
    assert whole.gap == pytest.approx(0.25)


def test_progress_without_a_bound_shows_none() -> None:
    (seen,) = progress_of(Progress("highs", 0.1, None, None, 0), NO_SOLUTION)

    assert (seen.incumbent, seen.best_bound, seen.gap) == (None, None, None)
