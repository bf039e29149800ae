"""Limits held to their last whole step: never a placement less, and they go with their limit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

import pytest

from optimizer.model.build import Model, build_model
from optimizer.model.whole_steps import held_to_whole_steps
from optimizer.rules.limit import Sense
from optimizer.rules.registry import compile_limits
from optimizer.solve.backend import SolveOptions
from optimizer.verify.check import verify
from tests.builders import case, chip, site
from tests.model.programs import holds, model_of
from tests.verify.damaged import damaged, legal_placement

if TYPE_CHECKING:
    from optimizer.solve.session import Session

EXACTLY = SolveOptions(relative_gap=0.0, time_limit_seconds=20.0)
TOLERANCE = 1e-6


def held(model: Model) -> Model:
    return replace(model, formulation=held_to_whole_steps(model))


def upper_of(model: Model, key: str) -> float:
    return float(model.formulation.row_upper[list(model.formulation.row_names).index(key)])


def test_deliveries_end_at_the_last_whole_block() -> None:
    # 250 units are three racks of 72, and 34 units over.
    model = model_of(case(sites=[site("ohio", "US")], accelerators=[chip(block=72)], delivered=250))
    key = "deliveries[chip,2025Q1]"

    assert upper_of(model, key) == pytest.approx(250 / 72)
    assert upper_of(held(model), key) == pytest.approx(3, abs=1e-5)
    assert upper_of(held(model), key) >= 3


def test_whole_bound_stays_where_it_is() -> None:
    model = model_of(case(sites=[site("ohio", "US")], accelerators=[chip(block=50)], delivered=250))

    assert upper_of(held(model), "deliveries[chip,2025Q1]") == upper_of(model, "deliveries[chip,2025Q1]")


def test_soft_limit_may_be_passed_by_less_than_a_block() -> None:
    built = case(sites=[site("ohio", "US")], accelerators=[chip(block=72)], delivered=250)
    limits = tuple(
        replace(limit, price=Fraction(1)) if limit.rule == "deliveries" else limit for limit in compile_limits(built)
    )
    model = build_model(built, limits)

    assert (held(model).formulation.row_upper == model.formulation.row_upper).all()


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_no_legal_placement_is_cut_off(first: int) -> None:
    legal = moved = 0
    for seed in range(first, first + 20):
        built, best = legal_placement(seed)
        limits = compile_limits(built)
        model = build_model(built, limits)
        whole = held(model)
        moved += int((whole.formulation.row_upper != model.formulation.row_upper).any())
        for number in range(12):
            placement = damaged(built, best, Random(1000 * seed + number)) if number else best
            if verify(built, limits, placement).passed:
                legal += 1
                assert holds(whole, whole.values(placement)), (seed, number)
    assert legal > 20
    assert moved > 5


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 60, 15))
def test_limit_that_is_removed_takes_its_step_along(session: Session, first: int) -> None:
    for seed in range(first, first + 15):
        built, _ = legal_placement(seed)
        limits = compile_limits(built)
        whole, model = held(build_model(built, limits)), build_model(built, limits)
        moved = {
            number
            for number, row in model.limit_rows.items()
            if whole.formulation.row_upper[row] != model.formulation.row_upper[row]
            and limits[number].sense is Sense.AT_MOST
        }
        for group in sorted({limits[number].group for number in moved})[:2]:
            rest = build_model(built, tuple(limit for limit in limits if limit.group != group), strengthen=False)
            expected = session.solve("highs", rest.formulation, EXACTLY).objective

            found = session.solve("highs", held(rest).formulation, EXACTLY).objective

            assert found == pytest.approx(expected, rel=TOLERANCE, abs=1e-3), (seed, group)
