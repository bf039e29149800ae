"""Must place: delivered stock stands by the end, or in every period, as far as it makes whole blocks."""

import pytest

from optimizer.rules.case import Case
from tests.builders import broken, case, chip, limit_keys, placing, site
from tests.rules.golden_text import assert_golden


def fleet(must_place: object) -> Case:
    """Return servers of eight, 20 chips delivered in the first quarter and 7 in the third: 2, 2 and 3 servers."""
    return case(
        sites=[site("ohio", "US")],
        accelerators=[chip(block=8)],
        periods=3,
        delivered={"chip": [20, 0, 7]},
        economics={"must_place": must_place},
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(fleet("each_period"), "must_place", "must_place")


@pytest.mark.parametrize("mode", ["no", False])
def test_stock_may_stay_unplaced_unless_the_plan_says_otherwise(mode: object) -> None:
    assert limit_keys(fleet(mode), "must_place") == []


@pytest.mark.parametrize("mode", ["by_end", True])
def test_by_the_end_three_whole_servers_stand_and_three_chips_may_be_left(mode: object) -> None:
    company = fleet(mode)

    assert broken(company, placing(company, ohio=(0, 0, 24))) == {}
    assert broken(company, placing(company, ohio=(0, 16, 16))) == {"must_place[chip,2025Q3]": 8}


def test_in_each_period_the_whole_servers_delivered_so_far_stand() -> None:
    company = fleet("each_period")

    assert broken(company, placing(company, ohio=(16, 16, 24))) == {}
    assert broken(company, placing(company, ohio=(8, 16, 24))) == {"must_place[chip,2025Q1]": 8}


def test_less_than_a_block_is_not_asked_for() -> None:
    company = case(
        sites=[site("ohio", "US")],
        accelerators=[chip(block=72)],
        delivered=71,
        economics={"must_place": "each_period"},
    )

    assert limit_keys(company, "must_place") == []
