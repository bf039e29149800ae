"""The steps that make counts whole, each alone: near, fill, exchange, relocate, mend, minimums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.rules.registry import compile_limits
from optimizer.strategy.rounding.exchange import exchange
from optimizer.strategy.rounding.fill import fill
from optimizer.strategy.rounding.mend import mend
from optimizer.strategy.rounding.minimums import meet_minimums, sites_short
from optimizer.strategy.rounding.money import Money
from optimizer.strategy.rounding.near import allot
from optimizer.strategy.rounding.relocate import relocate
from optimizer.strategy.rounding.room import Room
from optimizer.strategy.rounding.rows import rows_of
from tests.builders import case, chip, placing, site

if TYPE_CHECKING:
    from optimizer.rules.case import Case


def begun(built: Case, **blocks: dict[str, int]) -> tuple[Room, Money]:
    """Return a room of sites that are all open, with blocks added in the first period, and what they are worth."""
    rows = rows_of(built, compile_limits(built))
    assert rows is not None
    room = Room(built, rows, dict.fromkeys(range(len(built.plan.sites)), 0))
    for key, by_accelerator in blocks.items():
        for accelerator, count in by_accelerator.items():
            number = np.array([built.plan.site_index[key]])
            room.add(number, built.plan.accelerator_index[accelerator], 0, np.array([count]))
    return room, Money(built, rows)


def test_largest_fractions_are_rounded_up_to_the_total_of_their_group() -> None:
    group, most = np.array([0, 0, 0, 1]), np.array([9, 9, 9, 9])

    assert allot(group, np.array([1.2, 0.5, 0.3, 0.9]), most, np.array([2, 0])).tolist() == [1, 1, 0, 0]


def test_what_does_not_fit_is_given_to_another_site() -> None:
    assert allot(np.array([0, 0]), np.array([0.9, 0.1]), np.array([0, 5]), np.array([1])).tolist() == [0, 1]


def test_target_below_what_is_wanted_whole_takes_blocks_back() -> None:
    assert allot(np.array([0, 0]), np.array([2.0, 3.0]), np.array([1, 9]), np.array([1])).sum() == 1


def test_filling_goes_to_the_site_that_gains_most() -> None:
    built = case(sites=[site("a", "US"), site("b", "US", value_multiplier=2)], delivered=3)
    room, money = begun(built)

    assert fill(room, money.value, [0]) == 3
    assert room.placement(built) == placing(built, b=3)


def test_exchange_uses_power_that_is_left_over() -> None:
    # 5 kW: one chip of 4 kW gives way to one of 5 kW that earns more.
    built = case(
        sites=[site("a", "US", power_mw="0.005")],
        accelerators=[chip("large", power_kw=5, value_usd_per_hour=5), chip("small", power_kw=4, value_usd_per_hour=4)],
        delivered={"large": [1], "small": [1]},
    )
    room, money = begun(built, a={"small": 1})

    assert exchange(room, money.value, [0, 1]) == 1
    assert room.placement(built) == placing(built, a={"large": 1})


def test_exchange_leaves_a_minimum_of_units() -> None:
    built = case(
        sites=[site("a", "US", power_mw="0.005", min_units_if_open=2)],
        accelerators=[chip("large", power_kw=5, value_usd_per_hour=9), chip("small", power_kw=2)],
        delivered={"large": [1], "small": [2]},
    )
    room, money = begun(built, a={"small": 2})

    assert exchange(room, money.value, [0, 1]) == 0


def test_relocation_stops_at_a_share() -> None:
    built = case(
        sites=[site("kl", "MY", value_multiplier=2), site("ohio", "US")],
        delivered=100,
        policy={"home_share": "0%", "outside_tier1_share": "100%", "national_cap": 10**12},
    )
    room, money = begun(built, ohio={"chip": 100})

    assert relocate(room, money) == 7
    assert room.placement(built) == placing(built, kl=7, ohio=93)


def test_mending_takes_off_what_loses_least() -> None:
    built = case(sites=[site("a", "US"), site("b", "US", value_multiplier=2)], delivered=3)
    room, money = begun(built, a={"chip": 2}, b={"chip": 2})

    assert mend(room, money.value)
    assert room.placement(built) == placing(built, a=1, b=2)


def test_mending_adds_what_a_contract_misses() -> None:
    built = case(
        sites=[site("a", "US"), site("b", "NO")],
        delivered=5,
        policy={"home_share": "0%"},
        commitments=[{"key": "promise", "site": "b", "min_units": 2}],
    )
    room, money = begun(built, a={"chip": 5})

    assert mend(room, money.value)
    assert room.placement(built) == placing(built, a=3, b=2)


def test_site_short_of_its_minimum_is_emptied_for_good() -> None:
    built = case(sites=[site("a", "US", min_units_if_open=3)], delivered=5)
    room, _ = begun(built, a={"chip": 2})
    assert sites_short(room).tolist() == [0]

    meet_minimums(room)

    assert not room.added.any()
    assert not room.may_add.any()
