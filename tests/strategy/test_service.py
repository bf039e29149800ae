"""Service in a search: what a solver's rounding leaves short is served again, and repaired plans serve anew."""

from __future__ import annotations

from typing import Any

from optimizer.explain.sweep_answer import answer_of
from optimizer.explain.sweep_record import answer_in, record_of
from optimizer.model.build import build_model
from optimizer.pipeline import make_case, place_fleet
from optimizer.rules.registry import compile_limits
from optimizer.solve.session import Session
from optimizer.strategy.repair import repair
from optimizer.strategy.run import Run
from optimizer.strategy.search import SearchOptions
from optimizer.verify.check import verify
from tests.builders import placing, plan, serving, site, workload

PARTS: dict[str, Any] = {
    "policy": "physical-only",
    "sites": [site("ohio", "US", max_units=4), site("oslo", "NO")],
    "delivered": {"chip": [9]},
    "workloads": [workload("chat", 4500, must_serve=True), workload("batch", 9000, value_usd_per_tpp_hour=1)],
}


def test_what_a_solver_serves_in_fractions_is_served_anew_in_whole_tpp() -> None:
    case = make_case(plan(**PARTS))
    limits = compile_limits(case)
    model = build_model(case, limits)
    values = model.values(
        serving(case, placing(case, ohio=4, oslo=5), {("ohio", "chat"): 3999, ("oslo", "batch"): 5000})
    )
    for extra in model.columns.extras.values():
        values[extra.column] *= 0.999_999_3
    with Session() as session:
        run = Run.on(model, SearchOptions(), session, None)
        assert run.offer(values) == ()

    assert run.placement is not None
    assert sum(sum(row) for row in run.placement.served_tpp.values()) == 9000


def test_blocks_taken_off_leave_a_plan_that_serves_what_is_left() -> None:
    case = make_case(plan(**PARTS))
    limits = compile_limits(case)
    too_many = serving(case, placing(case, ohio=5, oslo=4), {("ohio", "chat"): 4500, ("oslo", "batch"): 4000})

    mended = repair(case, limits, too_many, verify(case, limits, too_many).readings)

    assert mended is not None
    assert verify(case, limits, mended).passed
    assert mended.units(case.plan.site_index["ohio"], 0, 0) == 4
    assert sum(sum(row) for row in mended.served_tpp.values()) == 8000


def test_a_start_without_service_is_served_before_it_is_judged() -> None:
    case = make_case(plan(**PARTS))
    with Session() as session:
        run = Run(case, compile_limits(case), SearchOptions(), session, None)
        run.start_from(placing(case, ohio=4, oslo=5))

    assert run.verification is not None
    assert run.verification.objective_terms["service"] == 4500 * 2190


def test_a_point_of_a_sweep_keeps_its_service() -> None:
    built = plan(**PARTS)
    case = make_case(built)
    answer = answer_of(place_fleet(built))

    read = answer_in(record_of(answer, built), case)

    assert read is not None
    assert read.placement == answer.placement
    assert read.placement is not None
    assert read.placement.served_tpp
