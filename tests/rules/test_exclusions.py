"""Pairs of sites of which at most one is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.pipeline import place_fleet
from optimizer.schema.placement import Placement
from tests.builders import Row, broken, case, placing, plan, site
from tests.rules.golden_text import assert_golden

if TYPE_CHECKING:
    from optimizer.rules.case import Case

SITES = [site("east", "US", max_units=6), site("west", "US", max_units=4)]


def pair(**parts: object) -> Case:
    rows: list[Row] = [{"site": "west", "other_site": "east", "reference": "Grid 9"}]
    return case(sites=SITES, delivered={"chip": [10, 0]}, periods=2, exclusions=rows, **parts)


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(pair(), "exclusion", "exclusions")


def test_at_most_one_of_the_two_is_open() -> None:
    company = pair()

    assert broken(company, placing(company, east=6)) == {}
    assert broken(company, placing(company, east=6, west=(0, 1))) == {"exclusion[east,west,2025Q2]": 1}
    assert broken(company, Placement({}, {0: 1, 1: 1})) == {"exclusion[east,west,2025Q2]": 1}


def test_installed_stock_keeps_the_other_site_shut() -> None:
    company = pair(installed=[{"site": "east", "accelerator": "chip", "units": 1}])

    assert set(broken(company, placing(company, west=1))) == {
        "exclusion[east,west,2025Q1]",
        "exclusion[east,west,2025Q2]",
    }


def test_the_better_of_the_two_is_used() -> None:
    rows = [{"site": "east", "other_site": "west"}]
    found = place_fleet(plan(sites=SITES, delivered=10, exclusions=rows))

    assert found.objective == 6 * 1095
