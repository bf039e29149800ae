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
from optimizer.solve.result import Progress, SolveResult, Termination
from optimizer.strategy.options import SearchOptions, SearchProgress
from optimizer.strategy.outcome import Outcome, Status, relative_gap
from optimizer.strategy.run import MOST_TIGHTENINGS
from optimizer.strategy.search import SMALL_PLAN_COLUMNS, search
from optimizer.strategy.tightening import TIGHTEN_STEP
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

LINEAR, DIVE, COMPLETION, RELAXED, WHOLE = (
    "linear relaxation",
    "dive",
    "completion",
    "relaxed blocks",
    "whole blocks",
)
ILLEGAL = [solved(TOO_MANY, 9000)] * (MOST_TIGHTENINGS + 1)

TO_OSLO = [
    solved(BEST, 9000),  # the linear relaxation
    solved(OSLO_ONLY, inf),  # the dive
    solved(OSLO_ONLY, inf),  # its completion
    solved(BEST, 9000),  # openings whole
    solved(OSLO_ONLY, inf),  # its completion
]
"""A search that has found Oslo alone and knows a bound of 9,000."""

# --- Which stage follows which ----------------------------------------------------------------------------------------


def names(outcome: Outcome) -> list[str]:
    return [stage.name for stage in outcome.stages]


def test_completion_within_the_linear_bound_ends_the_search() -> None:
    outcome, _ = run(solved(BEST, BEST_VALUE + 1), solved(BEST, inf), solved(BEST, inf))

    assert names(outcome) == [LINEAR, DIVE, COMPLETION]
    assert outcome.status is Status.WITHIN_GAP
    assert outcome.objective == BEST_VALUE
    assert float(outcome.best_bound or 0) == pytest.approx(BEST_VALUE + 1)


def test_better_bound_of_whole_openings_ends_the_search_too() -> None:
    outcome, _ = run(solved(BEST, 9000), solved(BEST, inf), solved(BEST, inf), solved(BEST, BEST_VALUE))

    assert names(outcome) == [LINEAR, DIVE, COMPLETION, RELAXED]
    assert outcome.status is Status.OPTIMAL


def test_open_gap_leads_on_to_the_whole_block_model_with_the_best_placement_as_its_start() -> None:
    outcome, script = run(*TO_OSLO, solved(BEST, BEST_VALUE))

    assert names(outcome) == [LINEAR, DIVE, COMPLETION, RELAXED, COMPLETION, WHOLE]
    assert outcome.status is Status.OPTIMAL
    hint = script.asked[-1].hint
    assert hint is not None
    np.testing.assert_array_equal(hint, model_of().values(OSLO_ONLY))


def test_completions_and_dives_that_are_infeasible_say_nothing_about_the_plan() -> None:
    outcome, _ = run(solved(BEST, 9000), NO_SOLUTION, solved(BEST, 9000), *[NO_SOLUTION] * 3, solved(BEST, BEST_VALUE))

    assert names(outcome) == [LINEAR, DIVE, RELAXED, *[COMPLETION] * 3, WHOLE]
    assert outcome.status is Status.OPTIMAL
    assert outcome.placement == BEST


def test_completion_without_a_legal_answer_leads_on_too() -> None:
    outcome, _ = run(solved(BEST, 9000), stopped(), solved(BEST, 9000), *ILLEGAL * 3, solved(BEST, BEST_VALUE))

    assert outcome.status is Status.OPTIMAL
    assert outcome.placement == BEST


@pytest.mark.parametrize("before", [[], [solved(BEST, 9000), NO_SOLUTION], [solved(BEST, 9000), stopped()]])
def test_relaxation_without_a_solution_proves_the_plan_infeasible(before: list[SolveResult]) -> None:
    outcome, _ = run(*before, NO_SOLUTION)

    assert names(outcome)[-1] in {LINEAR, RELAXED}
    assert outcome.status is Status.INFEASIBLE
    assert (outcome.placement, outcome.best_bound, outcome.gap) == (None, None, None)


def test_whole_block_model_without_a_solution_proves_the_plan_infeasible() -> None:
    assert run(NO_SOLUTION, strategy="whole-blocks")[0].status is Status.INFEASIBLE


def test_no_later_failure_makes_a_plan_with_a_placement_infeasible() -> None:
    for answers in (TO_OSLO, TO_OSLO[:3]):
        outcome, _ = run(*answers, NO_SOLUTION, NO_SOLUTION)

        assert outcome.status is Status.FEASIBLE
        assert outcome.placement == OSLO_ONLY


def test_plan_without_openings_to_decide_is_completed_at_once() -> None:
    free = case(sites=[site("oslo", "NO")], headquarters="NO", delivered=5)
    five = placing(free, oslo=5)

    outcome, _ = run(
        answer(Termination.SOLVED, five, 5475, built=free),
        answer(Termination.SOLVED, five, inf, built=free),
        built=free,
    )

    assert names(outcome) == [LINEAR, COMPLETION]
    assert outcome.status is Status.OPTIMAL


def test_large_blocks_are_made_whole_before_small_ones() -> None:
    # A rack holds eight times a server's compute.
    mixed = case(
        sites=[site("oslo", "NO")],
        headquarters="NO",
        accelerators=[chip("rack", block=8), chip("server")],
        delivered={"rack": [17], "server": [3]},
    )
    placement = placing(mixed, oslo={"rack": 16, "server": 3})
    each = answer(Termination.SOLVED, placement, 19 * 1095, built=mixed)

    outcome, script = run(each, each, each, built=mixed)

    assert names(outcome) == [LINEAR, "completion, large blocks", COMPLETION]
    racks, servers = (int(column) for column in model_of(mixed).columns.blocks[0, :, 0])
    whole = [asked.formulation.is_integer for asked in script.asked]
    assert [(bool(flags[racks]), bool(flags[servers])) for flags in whole] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    last = script.asked[-1].formulation
    assert (last.column_lower[racks], last.column_upper[racks]) == (2, 2)


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
    each = answer(Termination.SOLVED, placing(large, **{"site-000": 1}), 1094, built=large)

    outcome, script = run(each, each, each, built=large, strategy="auto")

    assert outcome.strategy == "relaxed-then-complete"
    assert [int(asked.formulation.is_integer.sum()) for asked in script.asked[:2]] == [0, SMALL_PLAN_COLUMNS + 1]
    assert outcome.status is Status.OPTIMAL


def test_completion_opens_what_the_relaxation_opened_and_the_whole_block_model_what_it_likes() -> None:
    _, script = run(*TO_OSLO, solved(BEST, BEST_VALUE))

    dublin = model_of().opening_columns
    held = [
        (*asked.formulation.column_lower[dublin].tolist(), *asked.formulation.column_upper[dublin].tolist())
        for asked in script.asked
    ]
    # The linear relaxation opened Dublin and is sure of it; the dive answered with Oslo alone, the relaxation with both.
    assert held == [(0, 1), (1, 1), (0, 0), (0, 1), (1, 1), (0, 1)]


def test_options_reach_every_solve() -> None:
    _, script = run(*TO_OSLO, solved(BEST, BEST_VALUE))

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
    outcome, _ = run(*TO_OSLO, stopped(None, 9500, hit_time_limit=True))

    assert outcome.status is Status.FEASIBLE
    assert outcome.stopped_by == "time limit"
    assert float(outcome.gap or 0) == pytest.approx(9000 / OSLO_VALUE - 1)  # the relaxed bound is the better one


def test_relaxations_leave_time_for_a_whole_plan() -> None:
    out_of_time = stopped(BEST, 9000, hit_time_limit=True)

    outcome, script = run(
        out_of_time,
        out_of_time,
        solved(OSLO_ONLY, inf),
        out_of_time,
        solved(BEST, inf),
        solved(BEST, BEST_VALUE),
        seconds=100,
    )

    parts = [(asked.options.time_limit_seconds or 0) / 100 for asked in script.asked]
    assert all(part < 0.7 for part in parts[:-1])
    assert parts[-1] == pytest.approx(1, rel=0.1)
    assert outcome.status is Status.OPTIMAL
    assert outcome.stopped_by is None


def test_linear_relaxation_without_an_answer_in_its_time_leaves_the_rest_to_the_whole_block_model() -> None:
    outcome, _ = run(stopped(None, inf, hit_time_limit=True), solved(BEST, BEST_VALUE))

    assert names(outcome) == [LINEAR, WHOLE]
    assert outcome.status is Status.OPTIMAL


def test_bounds_of_dives_and_completions_are_never_taken() -> None:
    outcome, _ = run(
        solved(BEST, 9000),
        solved(OSLO_ONLY, 1),
        solved(OSLO_ONLY, 1),
        solved(BEST, 8500),
        solved(OSLO_ONLY, 1),
        stopped(None, 8000),
    )

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

    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == outcome.gap == 0


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [
        (None, 5, None),
        (5, None, None),
        (0, 0, 0),
        (0, 1, None),
        (100, 110, Fraction(1, 10)),
        (-100, -90, Fraction(1, 10)),
    ],
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
    _, script = run(solved(TOO_MANY, 9000), solved(TOO_MANY, 9000), solved(BEST, BEST_VALUE), strategy="whole-blocks")

    np.testing.assert_array_equal(script.asked[1].formulation.row_upper, script.asked[2].formulation.row_upper)


PROMISED = case(
    sites=[site("oslo", "NO")],
    headquarters="NO",
    delivered=5,
    commitments=[{"key": "promise", "site": "oslo", "min_units": 3}],
)
TOO_FEW = answer(Termination.SOLVED, placing(PROMISED, oslo=2), 5475, built=PROMISED)
"""An answer that taking blocks off cannot repair."""


def test_answers_that_always_break_a_limit_and_cannot_be_repaired_are_an_error() -> None:
    with pytest.raises(SolverError, match="no exact placement was found"):
        run(*[TOO_FEW] * (MOST_TIGHTENINGS + 1), built=PROMISED, strategy="whole-blocks")


def test_answers_that_always_break_a_limit_leave_what_repair_makes_of_them() -> None:
    outcome, script = run(*ILLEGAL, strategy="whole-blocks")

    assert len(script.asked) == MOST_TIGHTENINGS + 1
    assert outcome.placement == BEST
    assert outcome.verification is not None
    assert outcome.verification.passed
    assert outcome.status is Status.FEASIBLE
    assert float(outcome.best_bound or 0) == pytest.approx(9000)


def test_repaired_answer_within_the_gap_is_not_solved_again() -> None:
    outcome, script = run(solved(TOO_MANY, BEST_VALUE), strategy="whole-blocks")

    assert len(script.asked) == 1
    assert outcome.status is Status.OPTIMAL
    assert outcome.placement == BEST


def test_answer_that_breaks_a_limit_beyond_repair_never_replaces_a_placement() -> None:
    kept = placing(PROMISED, oslo=3)

    outcome, _ = run(
        answer(Termination.SOLVED, kept, 9000, built=PROMISED),  # the linear relaxation
        answer(Termination.SOLVED, kept, inf, built=PROMISED),  # its completion
        *[TOO_FEW] * (MOST_TIGHTENINGS + 1),
        built=PROMISED,
    )

    assert outcome.placement == kept
    assert outcome.verification is not None
    assert outcome.verification.passed


def test_lower_limit_is_tightened_upwards() -> None:
    enough = placing(PROMISED, oslo=5)

    outcome, script = run(
        TOO_FEW,
        answer(Termination.SOLVED, enough, 5475, built=PROMISED),
        built=PROMISED,
        strategy="whole-blocks",
    )

    lower = [
        asked.formulation.row_lower[asked.formulation.row_names.index("commitment[promise,2025Q1]")]
        for asked in script.asked
    ]
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
    outcome, _ = run(*TO_OSLO[:4], stopped(None, inf, interrupted=True))

    assert len(outcome.stages) == 5
    assert outcome.interrupted
    assert outcome.stopped_by == "interruption"
    assert outcome.status is Status.FEASIBLE
    assert outcome.placement == OSLO_ONLY
    assert float(outcome.gap or 0) == pytest.approx(9000 / OSLO_VALUE - 1)


def test_incumbent_of_an_interrupted_solve_is_verified_and_kept() -> None:
    outcome, _ = run(stopped(BEST, 9000, interrupted=True), strategy="whole-blocks")

    assert outcome.placement == BEST
    assert outcome.status is Status.FEASIBLE


def test_illegal_incumbent_of_an_interrupted_solve_is_repaired_and_not_solved_again() -> None:
    outcome, script = run(stopped(TOO_MANY, 9000, interrupted=True), strategy="whole-blocks")

    assert len(script.asked) == 1
    assert outcome.status is Status.FEASIBLE
    assert outcome.placement == BEST


def test_interruption_between_two_solves_loses_nothing() -> None:
    outcome, _ = run(*TO_OSLO, KeyboardInterrupt())

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

    linear, dive, *_, whole = progress_of(moment, *TO_OSLO, solved(BEST, BEST_VALUE))

    assert (linear.stage, linear.incumbent, linear.gap) == (LINEAR, None, None)
    assert linear.best_bound == pytest.approx(5000)
    # A dive's bound bounds only the dive; the plan's own is still the relaxation's.
    assert dive.incumbent is None
    assert dive.best_bound == pytest.approx(9000)
    assert whole.incumbent == pytest.approx(4000)
    assert whole.best_bound == pytest.approx(5000)
    assert whole.gap == pytest.approx(0.25)
    assert whole.nodes == 7


def test_progress_without_a_bound_shows_none() -> None:
    (seen,) = progress_of(Progress("highs", 0.1, None, None, 0), NO_SOLUTION)

    assert (seen.incumbent, seen.best_bound, seen.gap) == (None, None, None)
