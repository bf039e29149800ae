"""Minimum units: a site, once open, holds at least so many."""

from optimizer.rules.case import Case
from optimizer.schema.placement import Placement
from tests.builders import broken, case, chip, limit_keys, placing, site
from tests.rules.golden_text import assert_golden


def fleet(least: int = 10, **parts: object) -> Case:
    return case(
        sites=[site("ohio", "US", min_units_if_open=least)],
        accelerators=[chip("a"), chip("b")],
        delivered={"a": [50], "b": [50]},
        periods=2,
        **parts,
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(fleet(), "min_units", "min_units")


def test_a_closed_site_needs_nothing_and_an_open_one_needs_all_of_it() -> None:
    company = fleet()

    assert broken(company) == {}
    assert broken(company, placing(company, ohio={"a": (0, 6), "b": (0, 4)})) == {}
    assert broken(company, placing(company, ohio={"a": (0, 6), "b": (0, 3)})) == {"min_units[ohio,2025Q2]": 1}


def test_a_site_opened_and_left_empty_breaks_it_in_every_period_open() -> None:
    company = fleet()

    assert broken(company, Placement({}, {0: 1})) == {"min_units[ohio,2025Q2]": 10}


def test_stock_at_the_site_counts_and_keeps_it_open() -> None:
    company = fleet(installed=[{"site": "ohio", "accelerator": "a", "units": 7}])

    assert broken(company) == {"min_units[ohio,2025Q1]": 3, "min_units[ohio,2025Q2]": 3}
    assert broken(company, placing(company, ohio=3)) == {}


def test_a_minimum_of_zero_is_no_limit() -> None:
    assert limit_keys(fleet(0), "min_units") == []


def test_the_planners_own_number_replaces_that_of_the_site() -> None:
    company = fleet(limits={"min_units[ohio]": {"setting": "4"}})

    assert broken(company, placing(company, ohio=4)) == {}
    assert broken(company, placing(company, ohio=3)) == {"min_units[ohio,2025Q1]": 1, "min_units[ohio,2025Q2]": 1}
