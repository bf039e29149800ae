"""Closed parents: a company whose parent sits in Tier 3 places nothing anywhere."""

import pytest

from optimizer.rules.case import Case
from tests.builders import broken, case, limit_keys, placing, site
from tests.rules.golden_text import assert_golden


def fleet(headquarters: str, **parts: object) -> Case:
    return case(sites=[site("london", "GB")], delivered=10, headquarters=headquarters, **parts)


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(fleet("CN", periods=2), "closed_parent", "closed_parent")


@pytest.mark.parametrize(("headquarters", "key"), [("CN", "CN"), ("HK", "CN"), ("MO", "MO"), ("RU", "RU")])
def test_a_parent_in_tier_3_places_nothing(headquarters: str, key: str) -> None:
    company = fleet(headquarters)

    assert broken(company) == {}
    assert broken(company, placing(company, london=2)) == {f"closed_parent[{key},2025Q1]": 2}


@pytest.mark.parametrize("headquarters", ["US", "GB", "TW", "MY", "AE", "PR"])
def test_parents_elsewhere_are_not_closed(headquarters: str) -> None:
    assert limit_keys(fleet(headquarters), "closed_parent") == []


def test_only_what_is_added_in_a_period_counts_in_it() -> None:
    company = fleet("KH", start="2025Q4", periods=2)

    # Cambodia leaves Tier 3 during 2025Q4.
    assert broken(company, placing(company, london=(2, 6))) == {"closed_parent[KH,2025Q4]": 2}
    assert broken(company, placing(company, london=(0, 6))) == {}
