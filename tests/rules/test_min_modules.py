"""Minimum modules of a hall while its site is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.pipeline import place_fleet
from tests.builders import Row, adding, broken, case, limit_keys, placing, plan, site
from tests.rules.golden_text import assert_golden

if TYPE_CHECKING:
    from optimizer.rules.case import Case

HALL = {"site": "ohio", "hall": "north", "power_mw": 1, "modules": 4, "min_modules_if_open": 2}


def campus(hall: Row, **parts: object) -> Case:
    return case(
        sites=[site("ohio", "US")],
        delivered={"chip": [20, 0]},
        periods=2,
        halls=[hall],
        policy="physical-only",
        **parts,
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(campus(HALL | {"reference": "Lease 1"}), "min_modules", "min_modules")


def test_an_open_site_has_the_fewest_modules_and_a_closed_one_none() -> None:
    company = campus(HALL)

    assert broken(company) == {}
    assert broken(company, adding(company, placing(company, ohio=(0, 5)), north=(0, 2))) == {}
    assert broken(company, adding(company, placing(company, ohio=(5, 5)), north=(1, 2))) == {
        "min_modules[north,2025Q1]": 1
    }


def test_the_minimum_waits_until_modules_are_available() -> None:
    company = campus(HALL | {"available_from": "2025Q2"})

    assert limit_keys(company, "min_modules") == ["min_modules[north,2025Q2]"]


def test_a_site_with_installed_stock_has_its_modules_from_the_start() -> None:
    company = campus(HALL, installed=[{"site": "ohio", "accelerator": "chip", "units": 1}])

    assert broken(company) == {"min_modules[north,2025Q1]": 2, "min_modules[north,2025Q2]": 2}


def test_a_site_does_not_open_where_its_modules_cost_more_than_its_units_earn() -> None:
    def value(cost: int) -> object:
        parts = {"sites": [site("ohio", "US")], "delivered": 10, "halls": [HALL | {"cost_usd": cost}]}
        return place_fleet(plan(**parts)).objective

    assert value(5000) == 10 * 1095 - 2 * 5000
    assert value(6000) == 0
