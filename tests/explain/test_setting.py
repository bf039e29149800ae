"""A setting: its number, one step of it and the smallest change of it, by rule and unit."""

from __future__ import annotations

from fractions import Fraction

import pytest

from optimizer.explain.setting import movable_settings, settings_of
from optimizer.rules.registry import compile_limits
from tests.builders import chip, site
from tests.explain.small_plans import case_of, contract, setting_of

# An American company with servers of 8 and racks of 72; 16 servers' chips and 144 racks' come in each of two quarters.
FLEET = case_of(
    sites=[
        site("kl", "MY", power_mw="1.25", min_units_if_open=80, max_units=800),
        site("late", "GB", power_mw=5),
        site("ohio", "US"),
    ],
    accelerators=[chip("rack", block=72, tpp=31_664), chip("server", block=8, tpp=15_832)],
    delivered={"rack": [144, 144], "server": [16, 16]},
    periods=2,
    power=[{"site": "late", "period": "2025Q1", "power_mw": 0}],
    commitments=[contract("lease", "kl", 20)],
    economics={"must_place": "by_end"},
)
STEPS = {
    # group: step, resolution, and the step in words
    "destination_share[MY]": (Fraction(1, 100), Fraction(1, 10_000), "1 percentage point"),
    "home_share[US]": (Fraction(1, 100), Fraction(1, 10_000), "1 percentage point"),
    "outside_tier1_share": (Fraction(1, 100), Fraction(1, 10_000), "1 percentage point"),
    "site_power[kl]": (1, Fraction(1, 10), "1 MW"),
    "national_cap[MY]": (1000, 8, "1,000 chips"),
    "deliveries[rack]": (72, 72, "72 units"),
    "deliveries[server]": (8, 8, "8 units"),
    "must_place[rack]": (72, 72, "72 units"),
}


@pytest.mark.parametrize("group", list(STEPS))
def test_each_setting_moves_by_its_step_and_is_repaired_by_its_resolution(group: str) -> None:
    setting = setting_of(FLEET, group)

    assert (setting.step, setting.resolution, setting.words(setting.step)) == STEPS[group]


@pytest.mark.parametrize("group", ["commitment[lease]", "max_units[kl]", "min_units[kl]"])
def test_units_of_several_accelerators_move_by_the_largest_block(group: str) -> None:
    """Eight units fewer may change nothing where a rack of 72 stands."""
    assert setting_of(FLEET, group).step == 72


@pytest.mark.parametrize(
    ("unit", "step", "resolution"),
    [("h100_equivalents", 1000, 8), ("tpp", 1000 * 15_832, 8 * 15_832)],
)
def test_a_cap_on_compute_moves_by_a_thousand_h100s_and_is_repaired_by_the_smallest_block(
    unit: str, step: int, resolution: int
) -> None:
    """A server is 8 x 15,832 TPP: 8 H100s; a rack 72 x 31,664: 144 H100s."""
    built = case_of(
        sites=[site("kl", "MY")],
        accelerators=[chip("rack", block=72, tpp=31_664), chip("server", block=8, tpp=15_832)],
        delivered={"rack": [72], "server": [8]},
        policy={"national_cap_unit": unit},
    )

    setting = setting_of(built, "national_cap[MY]")

    assert setting.step == step
    assert setting.resolution == resolution


def test_an_accelerator_of_which_nothing_is_delivered_does_not_set_the_block() -> None:
    built = case_of(
        sites=[site("kl", "MY", max_units=20)],
        accelerators=[chip("rack", block=72), chip("server", block=8)],
        delivered={"rack": [0], "server": [8]},
    )

    assert setting_of(built, "max_units[kl]").step == 8


def test_numbers_are_those_of_the_periods_and_the_largest_is_named() -> None:
    deliveries = setting_of(FLEET, "deliveries[rack]")

    assert deliveries.numbers == (144, 288)
    assert deliveries.number == 288
    assert deliveries.number_words(deliveries.number) == "288 units"
    assert setting_of(FLEET, "destination_share[MY]").number_words(Fraction(7, 100)) == "7%"


def test_a_maximum_loosens_upwards_and_a_minimum_downwards() -> None:
    assert setting_of(FLEET, "site_power[kl]").toward_looser == 1
    assert setting_of(FLEET, "home_share[US]").toward_looser == -1
    assert setting_of(FLEET, "commitment[lease]").toward_looser == -1


def test_a_minimum_that_holds_where_a_site_is_open_is_no_share() -> None:
    """Its allowance is 80 x open: the number counts units, though it stands before a variable."""
    assert not setting_of(FLEET, "min_units[kl]").is_share
    assert setting_of(FLEET, "home_share[US]").is_share


def test_a_step_of_power_begins_when_the_site_first_has_any() -> None:
    assert setting_of(FLEET, "site_power[late]").first_period == 1
    assert setting_of(FLEET, "site_power[kl]").first_period is None
    assert setting_of(FLEET, "deliveries[rack]").first_period is None


def test_a_closure_has_no_number() -> None:
    built = case_of(sites=[site("moscow", "RU")])

    assert not setting_of(built, "closed_destination[RU]").has_number


def test_each_group_is_one_setting_in_the_order_of_the_limits() -> None:
    limits = compile_limits(FLEET)

    settings = settings_of(FLEET, limits)

    assert [one.group for one in settings] == list(dict.fromkeys(limit.group for limit in limits))
    assert sum(len(one.limits) for one in settings) == len(limits)


@pytest.mark.parametrize(
    ("unit", "per_unit", "step", "resolution"),
    [("MUSD", "0.5", 100, "0.1"), ("t", 3, 1000, "1"), ("t", "0.04", 10, "0.01"), ("MW", 5, 1, "0.1")],
)
def test_a_resource_moves_by_more_than_one_block_uses_and_is_told_to_a_part_of_it(
    unit: str, per_unit: object, step: int, resolution: str
) -> None:
    """Of blocks of 8 and 72 units a step, a power of ten, lets one more of each stand."""
    resources = [{"resource": "it", "limit": 1000, "unit": unit}]
    case = case_of(
        sites=[site("ohio", "US")],
        accelerators=[chip("rack", block=72), chip("server", block=8)],
        delivered={"rack": [144], "server": [16]},
        resources=resources,
        resource_use=[{"resource": "it", "per_unit": per_unit}],
    )
    setting = setting_of(case, "resource[it]")

    assert (setting.step, setting.resolution) == (Fraction(step), Fraction(resolution))


@pytest.mark.parametrize(("denominator", "can_move"), [("standing", True), ("delivered", False)])
def test_deliveries_move_alone_only_where_no_share_counts_them(denominator: str, *, can_move: bool) -> None:
    """Of a share of what is delivered, a delivery more would change the total as well as the limit."""
    built = case_of(
        sites=[site("kl", "MY"), site("ohio", "US")], delivered=10, policy={"share_denominator": denominator}
    )

    groups = {setting.group for setting in movable_settings(built, compile_limits(built))}

    assert ("deliveries[chip]" in groups) is can_move
    assert "destination_share[MY]" in groups
