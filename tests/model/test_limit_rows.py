"""Rows of limits: a soft one has a column for its excess, or charges a constant where nothing can move it."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.verify.check import verify
from tests.builders import Row, case, chip, placing, site
from tests.model.programs import holds, model_of, rows_of
from tests.oracle.brute_force import best_result
from tests.oracle.random_plans import random_soft_plan
from tests.verify.damaged import placement_of

FREE, PRICED, HARD = ({"max_units[oh]": {"price_cap": price}} for price in (0, 7, None))
OHIO = {"sites": [site("oh", "US", max_units=4)], "accelerators": [chip(block=2)], "delivered": 12}


def test_excess_counts_in_blocks_and_costs_its_price() -> None:
    # Blocks of 2: 2 blocks x - 2 e <= 4 units, so x - e <= 2; one of e stands for 2 units at 7 each. At most 6 blocks.
    model = model_of(case(**OHIO, policy="physical-only", limits=PRICED), strengthen=False)

    blocks, excess = 0, 1
    assert rows_of(model)["max_units[oh,2025Q1]"] == (-inf, {blocks: 1, excess: -1}, 2)
    money = model.formulation.objective * model.formulation.objective_scale
    assert money[excess] == pytest.approx(-14)
    assert model.formulation.column_lower[excess] == 0
    assert model.formulation.column_upper[excess] == pytest.approx(4, rel=1e-5)
    assert not model.formulation.is_integer[excess]
    assert not (model.opening_columns | model.block_columns | model.whole_extra_columns)[excess]


def test_excess_of_a_minimum_is_what_is_missing() -> None:
    promise: Row = {"key": "promise", "site": "oh", "min_units": 10}
    limits = {"commitment[promise]": {"price_cap": 7}}
    built = case(**OHIO, policy="physical-only", commitments=[promise], limits=limits)

    model = model_of(built, strengthen=False)

    assert rows_of(model)["commitment[promise,2025Q1]"] == (5, {0: 1, 1: 1}, inf)
    assert model.formulation.column_upper[1] == pytest.approx(5, rel=1e-5)
    assert model.values(placing(built, oh=4)).tolist() == [2, 3]


def test_free_excess_needs_no_row_and_a_hard_limit_no_column() -> None:
    free, hard = (model_of(case(**OHIO, policy="physical-only", limits=limits)) for limits in (FREE, None))

    assert "max_units[oh,2025Q1]" not in rows_of(free)
    assert (free.excesses, hard.excesses) == ({}, {})
    assert hard.formulation.num_columns == hard.columns.num_columns
    assert hard.formulation.objective_offset == 0


def test_soft_limit_that_nothing_moves_is_a_constant_and_makes_nothing_infeasible() -> None:
    # Ten units must stand and nothing can stand anywhere.
    def built(limits: dict[str, dict[str, object]] | None) -> object:
        return case(
            sites=[site("oh", "US", power_mw=0)],
            accelerators=[chip(power_kw=1)],
            delivered=10,
            economics={"must_place": "by_end"},
            limits=limits,
        )

    hard, soft = model_of(built(None)), model_of(built({"must_place[chip]": {"price_cap": 7}}))  # type: ignore[arg-type]

    assert [limit.key for limit in hard.broken_limits] == ["must_place[chip,2025Q1]"]
    assert soft.broken_limits == ()
    assert soft.formulation.objective_offset * soft.formulation.objective_scale == -70


def test_a_price_beyond_all_reason_stays_a_number_that_solvers_take() -> None:
    model = model_of(case(**OHIO, limits={"max_units[oh]": {"price_cap": "1e18"}}))

    assert 1e14 <= np.abs(model.formulation.objective).max() <= 1e16


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 120, 40))
def test_columns_of_a_placement_keep_every_row_and_are_worth_what_the_check_says(first: int) -> None:
    bought = 0
    for seed in range(first, first + 40):
        document = random_soft_plan(seed)
        built, result = make_case(plan_from_dict(document)), best_result(document)
        if result is None:
            continue
        placement = placement_of(built, result)
        model = model_of(built)
        found = verify(built, compile_limits(built), placement)

        values = model.values(placement)

        assert holds(model, values), seed
        program = model.formulation
        assert program.value(values) * program.objective_scale == pytest.approx(float(found.objective), abs=1e-3), seed
        assert model.placement(values).standing_units == {
            pair: row for pair, row in placement.standing_units.items() if any(row)
        }
        bought += bool(found.bought)
    assert bought >= 2
