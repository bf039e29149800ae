"""No legal plan may be worth more than a bound, and an answer that breaks a limit is called so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.peers.judge import check, contradictions
from benchmarks.peers.ratios import Ratio, compare, spread
from benchmarks.peers.record import Broken, Record
from benchmarks.peers.settings import Settings, State
from benchmarks.peers.textbook import build_program
from benchmarks.peers.trace import Event
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from tests.benchmarks.peers.tiny import tiny
from tests.builders import placing

OURS = Record("s-base-1", "ours", State.SOLVED, objective_exact="100", bound=100.05, seconds=2.0, process_seconds=4.0)
SCIP = replace(OURS, peer="scip", seconds=10.0, process_seconds=12.0)
ASKED = Settings(relative_gap=0.001, time_limit_seconds=60.0)


def test_plans_below_every_bound_contradict_nothing() -> None:
    assert list(contradictions([OURS, SCIP, replace(SCIP, peer="highs-ipx", objective_exact=None)])) == []
    assert list(contradictions([OURS, replace(SCIP, bound=99.99999)])) == []  # within the tolerance


@pytest.mark.parametrize(
    ("records", "words"),
    [
        (
            [OURS, replace(SCIP, objective_exact="101", bound=102.0)],
            "plan of scip is worth 101.00, above the bound 100.05",
        ),
        ([OURS, replace(SCIP, bound=99.0)], "plan of ours is worth 100.00, above the bound 99.00 of scip"),
        (
            [OURS, Record("s-base-1", "cbc", State.INFEASIBLE)],
            "cbc says infeasible, and the plan of ours keeps every",
        ),
    ],
)
def test_a_plan_above_a_bound_is_a_contradiction(records: list[Record], words: str) -> None:
    assert words in " ".join(contradictions(records))


def test_a_plan_that_breaks_a_limit_contradicts_nobody() -> None:
    illegal = replace(SCIP, objective_exact="500", bound=500.0, broken=(Broken("home_share[US,2025Q1]", 2.0, "TPP"),))

    assert list(contradictions([OURS, illegal])) == []


def test_an_answer_that_breaks_a_limit_is_called_so_with_the_limit_and_by_how_much() -> None:
    case = make_case(plan_from_dict(tiny()))
    model, _ = build_program(case, compile_limits(case))
    value, broken, faults = check(model, model.values(placing(case, johor=(0, 16), ohio=(0, 16))))

    assert value == 16 * 900 - 3000 + 16 * 500 - 5000
    assert faults == ()
    # 16,000 of 32,000 TPP in Malaysia, where a third may be, and outside Tier 1, where two fifths may.
    assert {one.limit: (one.by, one.unit) for one in broken} == {
        "destination_share[MY,2025Q2]": (pytest.approx(16000 - 32000 / 3), "TPP"),
        "outside_tier1_share[2025Q2]": (3200, "TPP"),
    }
    assert replace(SCIP, broken=broken).verdict().startswith("ILLEGAL: breaks ")
    assert replace(SCIP, broken=broken).verdict().endswith(" TPP and 1 more")
    assert not replace(SCIP, broken=broken).is_legal


def test_counts_that_are_whole_but_for_the_tolerance_are_read_as_whole() -> None:
    case = make_case(plan_from_dict(tiny()))
    model, _ = build_program(case, compile_limits(case))
    values = model.values(placing(case, johor=(0, 8), ohio=(0, 16)))

    value, broken, faults = check(model, values + np.where(model.block_columns, 1e-6, 0.0))

    assert value == 7200
    assert (broken, faults) == ((), ())


def timed(record: Record, seconds: float | None) -> Record:
    events = () if seconds is None else (Event(seconds, 100.0, 100.0),)
    state = State.SOLVED if seconds is not None else State.STOPPED
    return replace(record, events=events, state=state, seconds=seconds or 60.0, process_seconds=(seconds or 60.0) + 2)


@pytest.mark.parametrize(
    ("ours", "theirs", "ratio"),
    [
        (2.0, 10.0, Ratio(5.0)),
        (2.0, None, Ratio(30.0, ">=")),
        (None, 30.0, Ratio(0.5, "<=")),
        (None, None, None),
    ],
)
def test_a_run_that_hit_the_limit_counts_with_it_and_the_ratio_is_marked(
    ours: float | None, theirs: float | None, ratio: Ratio | None
) -> None:
    compared = next(compare([timed(OURS, ours), timed(SCIP, theirs)], ASKED))

    assert compared.ratios["to 0.1%"] == (() if ratio is None else (ratio,))
    assert "to 0.01%" not in compared.ratios  # nobody was asked for it


def test_families_spread_from_least_to_most_with_the_mark_of_what_is_not_exact() -> None:
    records = [
        timed(replace(record, plan=f"m-base-{seed}"), seconds)
        for seed, times in enumerate(((2.0, 4.0), (2.0, 20.0), (2.0, None)), start=1)
        for record, seconds in zip((OURS, SCIP), times, strict=True)
    ]
    (compared,) = compare(records, ASKED)

    assert (compared.family, compared.plans, compared.counts) == ("m-base", 3, {"solved": 2, "time limit": 1})
    assert compared.spread("to 0.1%") == "2 / 10 / >= 30"
    assert str(spread((Ratio(1.0), Ratio(3.0, ">=")))[1]) == ">= 2"


@pytest.mark.parametrize(("plan", "family"), [("m-base-12", "m-base"), ("plan-2025", "plan-2025"), ("a", "a")])
def test_a_year_is_no_seed(plan: str, family: str) -> None:
    assert replace(OURS, plan=plan).family == family


def test_what_is_above_a_free_size_limit_is_counted_and_has_no_ratio() -> None:
    (compared,) = compare([timed(OURS, 2.0), Record("s-base-1", "gurobi", State.TOO_LARGE)], ASKED)

    assert compared.counts == {"above the free size limit": 1}
    assert set(compared.ratios.values()) == {()}
