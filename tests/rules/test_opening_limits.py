"""Limits on openings: how many sites open in a period, how many are open, in how many countries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.analysis.binding import Tightness, group_readings
from optimizer.pipeline import place_fleet
from optimizer.schema.placement import Placement
from optimizer.strategy.outcome import Status
from optimizer.verify.check import verify
from tests.builders import Row, broken, case, limit_keys, limits_of, placing, plan, site
from tests.rules.golden_text import assert_golden

if TYPE_CHECKING:
    from optimizer.rules.case import Case

SITES = [
    site("kl", "MY", region="asia"),
    site("ohio", "US", region="america"),
    site("ponce", "PR", region="america"),
]


def fleet(*rows: Row, **parts: object) -> Case:
    return case(
        **{
            "sites": SITES,
            "delivered": {"chip": [50, 0]},
            "periods": 2,
            "policy": "physical-only",
            "opening_limits": [{"key": "pace", **row} for row in rows],
            **parts,
        }
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    row = {"region": "america", "min_openings": 1, "max_openings": 1, "max_sites": 2, "max_countries": 1}
    company = fleet(row | {"from": "2025Q2", "reference": "Board 7"}, installed=_installed("kl"))

    assert_golden(company, "opening_limit", "opening_limits")


def _installed(key: str) -> list[Row]:
    return [{"site": key, "accelerator": "chip", "units": 1}]


def test_no_more_sites_open_in_a_period_than_may() -> None:
    company = fleet({"max_openings": 1})

    assert broken(company, placing(company, kl=5, ohio=(0, 5))) == {}
    assert broken(company, placing(company, kl=5, ohio=5)) == {"opening_limit[pace,2025Q1]": 1}


def test_as_many_sites_open_in_a_period_as_have_to() -> None:
    company = fleet({"min_openings": 1})

    assert broken(company, placing(company, kl=5, ohio=(0, 5))) == {}
    assert broken(company, placing(company, kl=5)) == {"opening_limit[pace,2025Q2]": 1}
    # A site that opens without units opens all the same.
    assert broken(company, Placement({}, {0: 0, 1: 1})) == {}


def test_sites_kept_open_by_installed_stock_are_open_and_do_not_open() -> None:
    company = fleet({"min_openings": 0, "max_openings": 0, "max_sites": 1}, installed=_installed("kl"))

    assert broken(company, placing(company, kl=5)) == {}
    assert broken(company, placing(company, ohio=(0, 1))) == {
        "opening_limit[pace,max,2025Q2]": 1,
        "opening_limit[pace,sites,2025Q2]": 1,
    }


def test_countries_with_an_open_site_are_counted_as_destinations() -> None:
    company = fleet({"max_countries": 1})

    assert broken(company, placing(company, ohio=1, ponce=1)) == {}
    assert broken(company, placing(company, ohio=1, kl=(0, 1))) == {"opening_limit[pace,2025Q2]": 1}
    held = fleet({"max_countries": 1}, installed=_installed("kl"))
    assert set(broken(held, placing(held, ohio=(0, 1)))) == {"opening_limit[pace,2025Q2]"}


def test_a_scope_leaves_out_other_sites_and_a_country_is_taken_as_written() -> None:
    region, country = fleet({"region": "america", "max_sites": 1}), fleet({"country": "US", "max_sites": 0})

    assert broken(region, placing(region, kl=1, ponce=1)) == {}
    assert set(broken(region, placing(region, ohio=1, ponce=1))) == {
        "opening_limit[pace,2025Q1]",
        "opening_limit[pace,2025Q2]",
    }
    assert broken(country, placing(country, kl=1, ponce=1)) == {}


def test_a_limit_holds_in_its_term_alone() -> None:
    assert limit_keys(fleet({"max_sites": 1, "until": "2025Q1"}), "opening_limit") == ["opening_limit[pace,2025Q1]"]


def test_the_number_of_sites_binds_when_one_more_would_break_it() -> None:
    company = fleet({"max_sites": 2})

    def tightness(*keys: str) -> Tightness:
        verdict = verify(company, limits_of(company, "opening_limit"), placing(company, **dict.fromkeys(keys, 1)))
        return group_readings(company, verdict.readings)[0].tightness[0]

    assert tightness("kl", "ohio") is Tightness.BINDING
    assert tightness("kl") is Tightness.SLACK


@pytest.mark.parametrize("strategy", ["whole-blocks", "relaxed-then-complete"])
def test_exactly_one_site_opens_in_each_quarter_though_all_units_fit_into_the_first(strategy: str) -> None:
    from optimizer.strategy.options import SearchOptions  # noqa: PLC0415

    found = place_fleet(
        plan(
            sites=[site("here", "US", opening_cost_usd=100), site("there", "US", opening_cost_usd=200)],
            delivered={"chip": [10, 0]},
            periods=2,
            opening_limits=[{"key": "pace", "min_openings": 1, "max_openings": 1}],
        ),
        options=SearchOptions(relative_gap=0.0, strategy=strategy),
    )

    assert found.status is Status.OPTIMAL
    assert found.placement is not None
    assert sorted(found.placement.opened.values()) == [0, 1]
    assert found.objective == 10 * 3285 - 300


def test_a_pace_of_openings_can_make_a_site_open_before_its_units_come() -> None:
    # Both sites have room for five, and all ten come in the second quarter: one of them has to open before.
    found = place_fleet(
        plan(
            sites=[site(key, "US", max_units=5, opening_cost_usd=1) for key in ("here", "there")],
            delivered={"chip": [0, 10]},
            periods=2,
            opening_limits=[{"key": "pace", "max_openings": 1}],
        )
    )

    assert found.placement is not None
    assert sorted(found.placement.opened.values()) == [0, 1]
    assert found.objective == 10 * 1095 - 2


def test_more_openings_than_there_are_sites_are_impossible() -> None:
    found = place_fleet(
        plan(sites=SITES, delivered=5, policy="physical-only", opening_limits=[{"key": "pace", "min_openings": 4}])
    )

    assert found.status is Status.INFEASIBLE
