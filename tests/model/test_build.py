"""A program written out by hand, and the way from placements to its columns and back."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import numpy as np
import pytest

from optimizer.model.limit_rows import Translator, total_scale
from optimizer.rules.limit import Placed, Sense
from optimizer.verify.check import verify
from tests.builders import case, chip, placing, site
from tests.model.programs import holds, model_of, rows_of
from tests.verify.damaged import legal_placement


def test_program_of_a_tiny_plan_is_the_one_written_by_hand() -> None:
    # Two blocks of 2 chips of 3 kW, one per quarter; 6 kW then 12 kW: a block, then two. Opening costs 10.
    built = case(
        sites=[site("ohio", "US", power_mw="0.006", opening_cost_usd=10)],
        accelerators=[chip(block=2, power_kw=3)],
        delivered={"chip": [2, 2]},
        periods=2,
        policy="physical-only",
        power=[{"site": "ohio", "period": "2025Q2", "power_mw": "0.012"}],
    )

    model = model_of(built)

    first, second, open_first, open_second = range(4)
    assert model.columns.blocks.tolist() == [[[first, second]]]
    assert model.columns.openings.tolist() == [[open_first, open_second]]
    assert model.formulation.column_upper.tolist() == [1, 2, 1, 1]
    assert model.formulation.is_integer.all()
    assert rows_of(model) == {
        "deliveries[chip,2025Q1]": (-inf, {first: 1}, 1),
        "deliveries[chip,2025Q2]": (-inf, {second: 1}, 2),
        "site_power[ohio,2025Q1]": (-inf, {first: 1}, 1),
        "site_power[ohio,2025Q2]": (-inf, {second: 1}, 2),
        "growth": (0, {first: -1, second: 1}, inf),
        "stays open": (0, {open_first: -1, open_second: 1}, inf),
        "stands where open": (-inf, {first: 1, open_first: -1}, 0),
        "stands where open 2": (-inf, {second: 0.5, open_second: -1}, 0),
    }
    # A block earns 2 chips x 2,190 hours a quarter, half of it in the quarter of addition.
    money = model.formulation.objective * model.formulation.objective_scale
    assert money.tolist() == pytest.approx([2 * 2190, 2 * 2190 / 2, 0, -10])
    assert 100 <= np.abs(model.formulation.objective).max() < 10_000


def test_share_is_written_over_totals_that_sum_the_blocks_of_a_destination() -> None:
    # 7/100 of everything: in blocks of 4,000 TPP, with 93 chips at home: placed[MY] - 0.07 world <= 0.07 x 93 / 4.
    built = case(
        sites=[site("kulai", "MY"), site("ohio", "US"), site("penang", "MY")],
        accelerators=[chip(block=4)],
        delivered=8,
        installed=[{"country": "US", "accelerator": "chip", "units": 93}],
    )

    model = model_of(built, strengthen=False)

    total = {place: model.columns.totals[Placed("tpp", place, 0)] for place in ("MY", "US", "world")}
    rows = rows_of(model)
    share = rows["destination_share[MY,2025Q1]"]
    assert share[1][total["world"]] / share[1][total["MY"]] == pytest.approx(-0.07)
    assert share[2] / share[1][total["MY"]] == pytest.approx(0.07 * 93 / 4)
    kulai, _, penang = (int(model.columns.blocks[number, 0, 0]) for number in range(3))
    assert {name: row for name, row in rows.items() if name.startswith("total tpp")} == {
        "total tpp[MY,0]": (0, {kulai: 1, penang: 1, total["MY"]: -1}, 0),
        "total tpp[US,0]": (0, {int(model.columns.blocks[1, 0, 0]): 1, total["US"]: -1}, 0),
        "total tpp[world,0]": (0, {total["MY"]: 1, total["US"]: 1, total["world"]: -1}, 0),
    }


def test_coefficients_of_limits_are_at_most_one() -> None:
    built = legal_placement(3)[0]

    model = model_of(built)

    for row in model.limit_rows.values():
        part = slice(model.formulation.row_starts[row], model.formulation.row_starts[row + 1])
        assert np.abs(model.formulation.row_coefficients[part]).max() == pytest.approx(1)


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_placement_survives_the_way_to_columns_and_back(seed: int) -> None:
    built, placement = legal_placement(seed)
    model = model_of(built)

    values = model.values(placement)

    assert model.placement(values) == placement


@pytest.mark.parametrize("seed", range(0, 120, 2))
def test_verified_placement_keeps_every_row_and_is_worth_the_same(seed: int) -> None:
    built, placement = legal_placement(seed)
    model = model_of(built)

    values = model.values(placement)

    assert holds(model, values)
    worth = float(verify(built, model.limits, placement).objective)
    money = float(model.formulation.objective @ values) * model.formulation.objective_scale
    assert money == pytest.approx(worth, rel=1e-9, abs=1e-3)


def test_counts_are_rounded_to_the_nearest_whole_block() -> None:
    built = case(sites=[site("ohio", "US")], accelerators=[chip(block=8)], delivered={"chip": [16, 16]}, periods=2)
    model = model_of(built)
    values = np.zeros(model.formulation.num_columns)
    values[model.columns.blocks[0, 0]] = [0.9999999, 3.0000001]

    placement = model.placement(values)

    assert placement.standing_units == {(0, 0): (8, 24)}
    assert placement.opened == {0: 0}


def test_opening_without_stock_is_left_out_of_the_placement() -> None:
    built = case(sites=[site("ohio", "US", opening_cost_usd=1)], delivered={"chip": [0, 3]}, periods=2)
    model = model_of(built)
    values = np.zeros(model.formulation.num_columns)
    values[model.columns.openings[0]] = 1

    assert model.placement(values).opened == {}


def test_site_kept_open_by_installed_stock_is_never_opened() -> None:
    built = case(
        sites=[site("ohio", "US", opening_cost_usd=1, min_units_if_open=3)],
        delivered=5,
        installed=[{"site": "ohio", "accelerator": "chip", "units": 1}],
    )
    model = model_of(built)

    # Open in any case, so the minimum of 3, less the one that stands, is a plain number.
    lower, terms, _ = rows_of(model)["min_units[ohio,2025Q1]"]
    assert (lower, list(terms.values())) == (2, [1])
    assert model.placement(model.values(placing(built, ohio=4))).opened == {}


def test_limit_that_nothing_can_meet_is_named_without_a_solver() -> None:
    built = case(
        sites=[site("ohio", "US", max_units=0)],
        delivered=5,
        commitments=[{"key": "promise", "site": "ohio", "min_units": 1}],
    )

    assert [limit.key for limit in model_of(built).broken_limits] == ["commitment[promise,2025Q1]"]


def test_step_of_a_row_is_the_least_that_whole_blocks_can_change() -> None:
    # Blocks draw 6 and 10 kW: sums of them are 2 kW apart. The largest is scaled to 1, so a step is 0.2.
    built = case(
        sites=[site("ohio", "US", power_mw="0.0155")],
        accelerators=[chip("a", power_kw=6), chip("b", power_kw=10)],
        delivered={"a": [5], "b": [5]},
    )
    model = model_of(built)

    number = next(number for number, limit in enumerate(model.limits) if limit.rule == "site_power")
    assert model.row_steps[number] == pytest.approx(0.2)
    assert model.row_rests[number] == pytest.approx(0.75)  # 15.5 lies three quarters of the way from 14 to 16


def test_rest_of_a_limit_at_equality_is_nothing() -> None:
    built = case(
        sites=[site("ohio", "US", power_mw="0.016", min_units_if_open=3)],
        accelerators=[chip(power_kw=2)],
        delivered=9,
    )
    model = model_of(built)

    rests = {model.limits[number].rule: rest for number, rest in model.row_rests.items()}
    assert rests["site_power"] == 0
    assert rests["min_units"] == 0


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_slack_of_whole_placements_is_whole_steps_and_the_rest(seed: int) -> None:
    """So that tightening a row by no more than its rest cuts off no placement."""
    built, placement = legal_placement(seed)
    model = model_of(built)
    translate = Translator(built, model.columns)

    for number, rest in model.row_rests.items():
        limit = model.limits[number]
        steps = Fraction(verify(built, (limit,), placement).readings[0].slack) / translate.step(limit)
        assert float(steps % 1) == rest


def test_same_case_gives_the_same_program() -> None:
    built, _ = legal_placement(11)

    one, two = model_of(built).formulation, model_of(built).formulation

    for name in ("objective", "row_lower", "row_upper", "row_columns", "row_coefficients", "column_upper"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert one.row_names == two.row_names


def test_total_counts_in_blocks_of_the_largest_accelerator() -> None:
    built = case(
        sites=[site("ohio", "US")],
        accelerators=[chip("a", tpp=1000, block=8), chip("b", tpp=60000, block=2)],
        delivered={"a": [8], "b": [2]},
    )

    assert total_scale(built, "tpp") == 120_000
    assert total_scale(built, "chips") == 8


def test_every_limit_has_a_row_or_cannot_be_broken_alone() -> None:
    built, placement = legal_placement(5)
    model = model_of(built)

    for number, limit in enumerate(model.limits):
        if number not in model.limit_rows:
            slack = verify(built, (limit,), placement).readings[0].slack
            assert slack >= 0
        else:
            row = model.limit_rows[number]
            assert model.formulation.row_names[row] == limit.key
            is_upper = limit.sense is Sense.AT_MOST
            assert (model.formulation.row_upper[row] < inf) == is_upper
            assert (model.formulation.row_lower[row] > -inf) != is_upper
