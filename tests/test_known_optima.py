"""Every instance gives its recorded best value again: the same verdict, and no bound or value that contradicts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.audit import audit
from optimizer.cli.bench_find import Instance, find_instances
from optimizer.cli.bench_record import Judgement, Recorded, judge, read_record, run_of
from optimizer.files.read_placement import read_placement
from optimizer.files.read_plan import read_plan
from optimizer.pipeline import place_fleet
from optimizer.rules.case import make_case
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Outcome, Status

INSTANCES = find_instances([Path(__file__).parents[1] / "instances"])
SMALL_SITES = 10
"""Instances with at most this many sites are solved to the end, by both solvers."""
GAP, SECONDS = 1e-3, 240.0
"""What is asked of the large ones."""


def num_sites(instance: Instance) -> int:
    return len(read_plan(instance.plan).sites)


SMALL = [pytest.param(instance, id=instance.name) for instance in INSTANCES if num_sites(instance) <= SMALL_SITES]
LARGE = [
    pytest.param(instance, id=instance.name, marks=pytest.mark.slow)
    for instance in INSTANCES
    if num_sites(instance) > SMALL_SITES
]


def record_of(instance: Instance) -> Recorded:
    """Return what an instance's record says; that there is one is a test of its own."""
    recorded = read_record(instance.record)
    if recorded is None:
        pytest.skip("nothing recorded")
    return recorded


def place(instance: Instance, **options: object) -> Outcome:
    return place_fleet(read_plan(instance.plan), options=SearchOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("instance", [*SMALL, *LARGE])
def test_instance_has_a_recorded_best_value(instance: Instance) -> None:
    recorded = read_record(instance.record)

    assert recorded is not None
    assert recorded.status in {Status.OPTIMAL, Status.WITHIN_GAP, Status.INFEASIBLE}


@pytest.mark.parametrize("backend", ["highs", "scip"])
@pytest.mark.parametrize("instance", SMALL)
def test_small_instance_gives_exactly_its_recorded_value(instance: Instance, backend: str) -> None:
    recorded = record_of(instance)

    outcome = place(instance, relative_gap=0.0, time_limit_seconds=60.0, backend=backend)

    assert (outcome.status, outcome.objective) == (recorded.status, recorded.objective)


@pytest.mark.parametrize("instance", LARGE)
def test_large_instance_proves_its_gap_without_contradicting_its_record(instance: Instance) -> None:
    recorded = record_of(instance)

    outcome = place(instance, relative_gap=GAP, time_limit_seconds=SECONDS)

    judgement, reason = judge(run_of(outcome, GAP), recorded)
    assert judgement is not Judgement.REGRESSION, reason
    assert outcome.status in {Status.OPTIMAL, Status.WITHIN_GAP}


def test_known_kinds_of_instance_are_all_there() -> None:
    assert {"first-plan", "hyperscaler-2025", "hyperscaler-2027", "allied-cloud", "no-way-out"} <= {
        instance.name for instance in INSTANCES
    }


@pytest.mark.parametrize("instance", [*SMALL, *LARGE])
def test_recorded_placement_keeps_every_limit_and_is_worth_what_the_record_says(instance: Instance) -> None:
    recorded = record_of(instance)
    if recorded.objective is None:
        assert recorded.status == Status.INFEASIBLE
        return
    plan = read_plan(instance.plan)

    verdict = audit(make_case(plan), read_placement(instance.record, plan)).verification

    assert verdict.passed
    assert verdict.objective == recorded.objective
