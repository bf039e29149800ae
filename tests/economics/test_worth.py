"""What a unit and an opening are worth, worked out by hand term by term."""

from __future__ import annotations

from fractions import Fraction

import pytest

from optimizer.economics.worth import Worth
from optimizer.economics.worth_arrays import unit_value_array
from optimizer.schema.placement import Placement
from tests.builders import Row, case, chip, placing, plan, site

YEAR = 8760
NOTHING: frozenset[int] = frozenset()


def worth(described: Row | None = None, accelerator: Row | None = None, **parts: object) -> Worth:
    """Return the worth of a plan of two years with one site in Ohio."""
    defaults: dict[str, object] = {"start": "2025", "periods": 2, "length": "year", "economics": {}}
    sites = [described or site("ohio", "US")]
    return Worth(plan(**{**defaults, "sites": sites, "accelerators": [accelerator or chip()], **parts}))


def life(**economics: object) -> Row:
    return {"economics": {"residual": "life", **economics}}


def test_a_unit_earns_half_its_first_period_and_all_later_ones() -> None:
    value = worth(
        accelerator=chip(value_usd_per_hour="2.5", utilisation="0.8"),
        described=site("ohio", "US", value_multiplier="0.9"),
    )

    per_year = Fraction("2.5") * Fraction("0.8") * Fraction("0.9") * YEAR
    assert value.unit_terms(0, 0, 0)["value"] == per_year * Fraction(3, 2)
    assert value.unit_terms(0, 0, 1)["value"] == per_year / 2


@pytest.mark.parametrize("share", ["0", "1/3", "1"])
def test_the_plan_says_how_much_of_its_first_period_a_unit_earns_and_draws(share: str) -> None:
    described = site("ohio", "US", energy_price_usd_per_mwh=50)
    value = worth(described, chip(power_kw=1), economics={"residual": "none", "first_period_share": share})

    terms = value.unit_terms(0, 0, 1)
    assert terms == {"value": Fraction(share) * YEAR, "energy": -Fraction(share) * YEAR * 50 / 1000}


def test_value_declines_by_its_rate_each_year_and_is_discounted() -> None:
    value = worth(accelerator=chip(annual_value_decline="0.2"), discount="0.25")

    # Year 0: half of 8,760; year 1: 8,760 x 0.8 / 1.25.
    assert value.unit_terms(0, 0, 0)["value"] == YEAR * (Fraction(1, 2) + Fraction("0.64"))


def test_value_that_declines_wholly_is_gone_after_a_year() -> None:
    assert worth(accelerator=chip(annual_value_decline=1)).unit_terms(0, 0, 0)["value"] == Fraction(YEAR, 2)


def test_energy_follows_the_price_of_each_period_and_the_pue() -> None:
    described = site("ohio", "US", pue="1.25", energy_price_usd_per_mwh=40)
    power = [{"site": "ohio", "period": "2026", "power_mw": 9, "energy_price_usd_per_mwh": 100}]
    value = worth(described, chip(power_kw="0.8"), power=power)

    # 1 kW at the meter: half a year at $40 and a year at $100 a MWh.
    assert value.unit_terms(0, 0, 0)["energy"] == -(Fraction(YEAR, 2) * 40 + YEAR * 100) / 1000
    assert value.unit_terms(0, 0, 1)["energy"] == -(Fraction(YEAR, 2) * 100) / 1000


def test_the_residual_is_the_last_margin_for_the_rest_of_a_life_the_last_period_by_its_part() -> None:
    described = site("ohio", "US", energy_price_usd_per_mwh=100)
    value = worth(described, chip(power_kw=1, life_years="3.5", annual_value_decline="0.5"), discount="0.25", **life())

    # Added in 2025 it lives to mid-2028: all of 2027 and half of 2028. The margin of 2026 is 8,760 x (0.5 - 0.1).
    margin = YEAR * (Fraction("0.5") - Fraction("0.1"))
    factor_2027, factor_2028, factor_2029 = Fraction("0.64"), Fraction("0.512"), Fraction("0.4096")
    assert value.unit_terms(0, 0, 0)["residual"] == margin * (factor_2027 + factor_2028 / 2)
    assert value.unit_terms(0, 0, 1)["residual"] == margin * (factor_2027 + factor_2028 + factor_2029 / 2)


def test_a_life_that_ends_within_the_plan_leaves_no_residual() -> None:
    value = worth(accelerator=chip(life_years=1), **life())

    assert "residual" not in value.unit_terms(0, 0, 0)
    assert "residual" not in value.opening_terms(0, 0)
    assert "residual" not in worth(accelerator=chip(life_years="1.5"), **life()).unit_terms(0, 0, 0)
    assert worth(accelerator=chip(life_years="1.5"), **life()).unit_terms(0, 0, 1)["residual"] == Fraction(YEAR, 2)


def test_an_opening_is_paid_once_and_its_unexpired_part_comes_back_at_the_end() -> None:
    described = site("ohio", "US", opening_cost_usd=1000)
    value = worth(described, discount="0.25", **life(site_life_years=4))

    # Opened in 2025, half of its four years are left at the end of 2026; opened in 2026, three quarters.
    assert value.opening_terms(0, 0) == {"opening": -1000, "residual": 500 * Fraction("0.64")}
    assert value.opening_terms(0, 1) == {"opening": -800, "residual": 750 * Fraction("0.64")}
    assert value.opening_value(0, 1) == -800 + 480


def test_a_module_is_paid_when_it_is_added_and_its_unexpired_part_comes_back_at_the_end() -> None:
    halls = [{"site": "ohio", "hall": "north", "power_mw": 1, "modules": 3, "cost_usd": 1000}]
    value = worth(discount="0.25", halls=halls, **life(site_life_years=4))

    assert value.module_terms(0, 0) == {"halls": -1000, "residual": 500 * Fraction("0.64")}
    assert value.module_terms(0, 1) == {"halls": -800, "residual": 750 * Fraction("0.64")}
    both = Placement({}, {0: 0}, modules={0: (1, 3)})
    assert value.evaluate(both, NOTHING) == {"halls": -1000 - 2 * 800, "residual": 320 + 2 * 480}
    free = [{**halls[0], "cost_usd": 0}]
    assert worth(halls=free).module_terms(0, 0) == {}


def test_an_opening_older_than_its_life_gives_nothing_back() -> None:
    value = worth(site("ohio", "US", opening_cost_usd=1000), **life(site_life_years=1))

    assert value.opening_terms(0, 0) == {"opening": -1000}


def test_without_residual_neither_units_nor_openings_are_worth_anything_afterwards() -> None:
    value = worth(site("ohio", "US", opening_cost_usd=1000))

    assert value.opening_terms(0, 1) == {"opening": -1000}
    assert set(value.unit_terms(0, 0, 0)) == {"value", "energy"}


def test_fixed_cost_falls_in_every_period_from_the_opening_on() -> None:
    value = worth(site("ohio", "US", fixed_cost_usd_per_period=100), discount="0.25")

    assert value.opening_terms(0, 0) == {"fixed": -180}
    assert value.opening_terms(0, 1) == {"fixed": -80}


def test_unit_costs_add_up_by_name_where_their_filters_match_and_are_discounted() -> None:
    costs = [
        {"name": "tariff", "rate_of_price": "0.25", "country": "MY"},
        {"name": "tariff", "usd_per_unit": 100, "accelerator": "chip", "period": "2026"},
        {"name": "freight", "usd_per_unit": "7.5"},
        {"name": "tax", "usd_per_unit": 9, "site": "ohio"},
        {"name": "levy", "usd_per_unit": 9, "accelerator": "other"},
    ]
    value = worth(
        sites=[site("kl", "MY"), site("ohio", "US")],
        accelerators=[chip(price_usd=30000), chip("other", price_usd=1)],
        discount="0.25",
        unit_costs=costs,
    )

    def costs_of(number: int, period: int) -> dict[str, Fraction]:
        return {name: amount for name, amount in value.unit_terms(number, 0, period).items() if name.startswith("cost")}

    assert costs_of(0, 0) == {"cost: tariff": -7500, "cost: freight": Fraction("-7.5")}
    assert costs_of(0, 1) == {"cost: tariff": -7600 * Fraction("0.8"), "cost: freight": -6}
    assert costs_of(1, 0) == {"cost: freight": Fraction("-7.5"), "cost: tax": -9}


def test_listed_values_replace_value_energy_residual_and_unit_costs() -> None:
    value = worth(
        site("ohio", "US", opening_cost_usd=1000, energy_price_usd_per_mwh=90),
        chip(power_kw=5, price_usd=10),
        discount="0.25",
        values=[
            {"site": "ohio", "accelerator": "chip", "value_usd_per_unit": "12.5"},
            {"site": "ohio", "accelerator": "chip", "value_usd_per_unit": -3, "period": "2026"},
        ],
        unit_costs=[{"name": "tariff", "usd_per_unit": 100}],
        **life(),
    )

    assert value.unit_terms(0, 0, 0) == {"value": Fraction("12.5")}
    assert value.unit_terms(0, 0, 1) == {"value": -3}
    assert value.opening_terms(0, 1) == {"opening": -800}


def test_a_pair_without_a_listed_value_is_worth_nothing() -> None:
    value = worth(
        sites=[site("kl", "MY"), site("ohio", "US")],
        values=[{"site": "ohio", "accelerator": "chip", "value_usd_per_unit": 5, "period": "2026"}],
    )

    assert value.unit_terms(0, 0, 1) == {"value": 0}
    assert value.unit_terms(1, 0, 0) == {"value": 0}
    assert unit_value_array(value).tolist() == [[[0, 0]], [[0, 5]]]


def test_a_placement_is_worth_what_is_added_when_it_is_added_and_what_is_opened() -> None:
    described = case(
        sites=[site("kl", "MY", opening_cost_usd=50), site("ohio", "US", fixed_cost_usd_per_period=3)],
        delivered=20,
        periods=2,
    )
    placement = placing(described, kl=(4, 4), ohio=(0, 6))

    terms = Worth(described.plan).evaluate(placement, NOTHING)

    hours = YEAR // 4
    assert terms == {
        "value": 4 * hours * Fraction(3, 2) + 6 * hours * Fraction(1, 2),
        "energy": 0,
        "opening": -50,
        "fixed": -3,
    }


def test_sites_that_installed_stock_keeps_open_cost_nothing_to_open() -> None:
    described = case(sites=[site("kl", "MY", opening_cost_usd=50, fixed_cost_usd_per_period=9)], delivered=2)

    terms = Worth(described.plan).evaluate(Placement({}, {0: 0}), frozenset({0}))

    assert terms == {}


def test_excess_is_paid_in_its_period_and_the_stock_before_the_plan_costs_nothing() -> None:
    described = plan(sites=[site("oh", "US")], periods=2, length="year", start="2025", discount="0.25")
    worth = Worth(described)

    prices = [worth.excess_price(Fraction(5), label) for label in ("2024", "2025", "2026")]

    assert prices == [0, 5, 4]
