"""Maximum modules of a hall, and the power that they bring."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.pipeline import place_fleet
from optimizer.strategy.outcome import Status
from tests.builders import Row, adding, broken, case, chip, limit_keys, placing, plan, site
from tests.rules.golden_text import assert_golden

if TYPE_CHECKING:
    from optimizer.rules.case import Case

HALL = {"site": "ohio", "hall": "north", "power_mw": "0.004", "modules": 2}


def campus(*halls: Row, **parts: object) -> Case:
    """A site without power of its own, for chips of 1 kW."""
    return case(
        **{
            "sites": [site("ohio", "US", power_mw=0)],
            "accelerators": [chip(power_kw=1)],
            "delivered": {"chip": [20, 0]},
            "periods": 2,
            "halls": halls or [HALL],
            **parts,
        }
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    company = campus(HALL | {"reference": "Permit 4"}, HALL | {"hall": "south", "available_from": "2025Q2"})

    assert_golden(company, "max_modules", "max_modules")


def test_a_hall_holds_no_more_modules_than_it_has_room_for() -> None:
    company = campus()

    assert broken(company, adding(company, placing(company, ohio=8), north=2)) == {}
    assert broken(company, adding(company, placing(company, ohio=8), north=(2, 3))) == {"max_modules[north,2025Q2]": 1}


def test_units_draw_no_more_than_the_modules_that_stand_bring() -> None:
    company = campus()

    assert broken(company, adding(company, placing(company, ohio=(4, 8)), north=(1, 2))) == {}
    assert broken(company, adding(company, placing(company, ohio=(5, 8)), north=(1, 2))) == {
        "site_power[ohio,2025Q1]": Fraction(1, 1000)
    }


def test_a_hall_that_comes_later_has_no_limit_before() -> None:
    assert limit_keys(campus(HALL | {"available_from": "2025Q2"}), "max_modules") == ["max_modules[north,2025Q2]"]


def test_the_plan_can_change_its_number() -> None:
    company = campus(limits={"max_modules[north]": {"change": 1, "change_from": "2025Q2"}})

    assert broken(company, adding(company, placing(company, ohio=8), north=(2, 3))) == {}


def test_as_many_modules_are_added_as_pay_and_each_as_late_as_it_is_needed() -> None:
    # A chip earns 1,095 in the quarter of its addition and 2,190 in the next; a module for four of them costs 5,000.
    # Four come in the first quarter: 4 x 3,285 - 5,000. Two more come in the second, and 2,190 pay for no second module.
    found = place_fleet(
        plan(
            sites=[site("ohio", "US", power_mw=0)],
            accelerators=[chip(power_kw=1)],
            delivered={"chip": [4, 2]},
            periods=2,
            halls=[HALL | {"cost_usd": 5000}],
        )
    )

    assert found.status is Status.OPTIMAL
    assert found.placement is not None
    assert found.placement.standing_units == {(0, 0): (4, 4)}
    assert found.placement.modules == {0: (1, 1)}
    assert found.objective == 4 * 3285 - 5000


def test_a_module_is_credited_at_the_end_like_an_opening() -> None:
    # One year at no interest: of a cost of 1,500 over 15 years, 14/15 are left. Three chips would win the rest back.
    document = {
        "sites": [site("ohio", "US", power_mw=0)],
        "accelerators": [chip(power_kw=1, value_usd_per_hour="0.01", life_years="0.5")],
        "delivered": {"chip": [4]},
        "start": "2025",
        "length": "year",
        "halls": [HALL | {"cost_usd": 1500}],
        "economics": {"residual": "life"},
    }
    found = place_fleet(plan(**document))

    # Each chip: 8,760 h x 0.01 x 1/2 = 43.80; half a year of life ends inside the plan.
    assert found.verification is not None
    assert found.verification.objective_terms == {
        "value": Fraction("175.2"),
        "energy": 0,
        "halls": -1500,
        "residual": 1400,
    }


def test_a_hall_too_small_for_a_contract_is_bought_if_the_plan_says_so() -> None:
    company = campus(commitments=[{"key": "lease", "site": "ohio", "min_units": 9}])
    placement = adding(company, placing(company, ohio=9), north=3)

    assert broken(company, placement) == {"max_modules[north,2025Q1]": 1, "max_modules[north,2025Q2]": 1}
