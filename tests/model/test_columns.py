"""Which variables a program has: none where nothing can stand, and all where something can."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.model.build import build_model
from optimizer.model.columns import ABSENT, choose_columns, largest_blocks, needs_opening
from optimizer.rules.limit import Placed
from optimizer.rules.registry import compile_limits
from optimizer.verify.check import verify
from tests.builders import Row, case, chip, placing, site


def most_blocks(**parts: object) -> list[list[list[int]]]:
    """Return the most blocks by site, accelerator and period of a plan."""
    built = case(**parts)
    return largest_blocks(built, compile_limits(built)).tolist()  # type: ignore[no-any-return]


def test_whole_blocks_of_what_is_delivered_bound_each_site() -> None:
    assert most_blocks(
        sites=[site("ohio", "US"), site("texas", "US")],
        accelerators=[chip(block=8)],
        delivered={"chip": [15, 9]},
        periods=2,
    ) == [[[1, 3]], [[1, 3]]]


@pytest.mark.parametrize(
    ("columns", "most"),
    [
        ({"power_mw": "0.003"}, 3),
        ({"power_mw": "0.002999"}, 2),
        ({"power_mw": "0.003", "pue": "1.5"}, 2),
        ({"power_mw": 0}, 0),
        ({"max_units": 4}, 4),
        ({"max_units": 0}, 0),
        ({"opens_from": "2025Q2"}, 0),
        ({"allowed_accelerators": "other"}, 0),
    ],
)
def test_single_limits_of_a_site_bound_its_blocks(columns: Row, most: int) -> None:
    chips = [chip(power_kw=1), chip("other", power_kw=1)]

    assert most_blocks(sites=[site("ohio", "US", **columns)], accelerators=chips, delivered=9)[0][0] == [most]


def test_power_that_falls_later_bounds_what_may_stand_earlier() -> None:
    power = [{"site": "ohio", "period": "2025Q2", "power_mw": "0.002"}]

    assert most_blocks(
        sites=[site("ohio", "US")],
        accelerators=[chip(power_kw=1)],
        delivered={"chip": [9, 0, 0]},
        periods=3,
        power=power,
    ) == [[[2, 2, 9]]]


def test_closed_destination_has_no_columns() -> None:
    built = case(sites=[site("ohio", "US"), site("tianjin", "CN")], delivered=5, periods=2)

    columns = choose_columns(built, compile_limits(built))

    assert (columns.blocks[1] == ABSENT).all()
    assert (columns.blocks[0] != ABSENT).all()


def test_destination_that_opens_later_has_columns_from_then_on() -> None:
    # Cambodia is closed until the end of 2025.
    built = case(sites=[site("phnom-penh", "KH")], delivered=5, start="2025Q3", periods=4)

    columns = choose_columns(built, compile_limits(built))

    assert (columns.blocks[0, 0] == ABSENT).tolist() == [True, True, False, False]


def test_destination_that_closes_later_keeps_its_columns() -> None:
    # Shanghai was open before the rule: what stands there by then may stay.
    built = case(sites=[site("shanghai", "CN")], headquarters="AE", delivered=5, start="2024Q4", periods=2)
    limits = compile_limits(built)

    columns = choose_columns(built, limits)

    assert (columns.blocks != ABSENT).all()
    assert verify(built, limits, placing(built, shanghai=(5, 5))).passed
    assert not verify(built, limits, placing(built, shanghai=(4, 5))).passed


def test_stock_held_unplaced_in_a_country_does_not_close_it() -> None:
    # 100 chips held in Singapore: they weigh on its share until they are placed elsewhere, and 7 of them may stay.
    built = case(
        sites=[site("london", "GB"), site("jurong", "SG")],
        headquarters="GB",
        delivered=100,
        policy={"share_denominator": "delivered", "holding_country": "SG"},
    )
    limits = compile_limits(built)

    columns = choose_columns(built, limits)

    assert verify(built, limits, placing(built, london=93, jurong=7)).passed
    assert (columns.blocks != ABSENT).all()


def test_only_sites_whose_opening_matters_have_opening_columns() -> None:
    built = case(
        sites=[
            site("a-free", "US"),
            site("b-paid", "US", opening_cost_usd=1),
            site("c-rented", "US", fixed_cost_usd_per_period=1),
            site("d-minimum", "US", min_units_if_open=2),
            site("e-standing", "US", opening_cost_usd=1),
            site("f-promised", "US"),
        ],
        delivered=9,
        installed=[{"site": "e-standing", "accelerator": "chip", "units": 1}],
        commitments=[{"key": "promise", "site": "f-promised", "min_units": 3, "only_if_used": True}],
    )

    assert needs_opening(built, compile_limits(built)).tolist() == [False, True, True, True, False, True]


def test_site_without_room_has_no_opening_column() -> None:
    built = case(sites=[site("ohio", "US", opening_cost_usd=1, max_units=0)], delivered=9)

    assert (choose_columns(built, compile_limits(built)).openings == ABSENT).all()


def test_totals_exist_only_where_a_limit_speaks_of_them() -> None:
    built = case(sites=[site("ohio", "US"), site("kulai", "MY")], delivered=9, policy="physical-only")

    assert choose_columns(built, compile_limits(built)).totals == {}


def test_total_of_the_world_brings_the_total_of_every_destination() -> None:
    built = case(sites=[site("ohio", "US"), site("kulai", "MY"), site("oslo", "NO")], delivered=9)

    totals = choose_columns(built, compile_limits(built)).totals

    assert {total.place for total in totals if total.measure == "tpp"} == {"world", "US", "MY", "NO"}
    assert Placed("tpp", "world", 0) in totals


def test_columns_are_numbered_without_gaps() -> None:
    built = case(sites=[site("ohio", "US", opening_cost_usd=1), site("kulai", "MY")], delivered=9, periods=3)

    columns = build_model(built, compile_limits(built)).columns

    numbers = np.concatenate([columns.blocks.ravel(), columns.openings.ravel(), [*columns.totals.values()]])
    assert sorted(numbers[numbers != ABSENT].tolist()) == list(range(columns.num_columns))
