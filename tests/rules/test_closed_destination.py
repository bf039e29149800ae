"""Closed destinations: nothing is added in Tier 3; what stands there may stay."""

from pathlib import Path

import pytest

from optimizer.rules.case import Case
from tests.builders import broken, case, limit_keys, placing, site
from tests.policies.packs import CLOSED_TIER_3, write_pack
from tests.rules.golden_text import assert_golden


def fleet(*countries: str, **parts: object) -> Case:
    """Return a US company with a site in each country and at home, under a pack that closes Tier 3 and no more."""
    sites = [site(f"in-{country}", country) for country in countries]
    return case(**{"sites": [*sites, site("ohio", "US")], "delivered": 10, "policy": "unrestricted", **parts})


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(fleet("CN", periods=2), "closed_destination", "closed_destination")


def test_one_chip_breaks_it_by_one_chip_in_the_period_it_is_added() -> None:
    company = fleet("CN", periods=2)

    assert broken(company, placing(company, **{"in-CN": 0})) == {}
    assert broken(company, placing(company, **{"in-CN": (0, 1)})) == {"closed_destination[CN,2025Q2]": 1}
    assert broken(company, placing(company, **{"in-CN": (1, 1)})) == {"closed_destination[CN,2025Q1]": 1}


def test_stock_that_stands_there_may_stay() -> None:
    company = fleet("CN", installed=[{"country": "CN", "accelerator": "chip", "units": 3}])

    assert broken(company) == {}


@pytest.mark.parametrize(
    ("country", "closed"),
    [
        ("CN", "CN"),
        ("HK", "CN"),
        ("MO", "MO"),
        ("RU", "RU"),
        ("IR", "IR"),
        ("MY", None),
        ("TW", None),
        ("PR", None),
        ("GL", None),
    ],
)
def test_tier_3_is_closed_and_territories_with_it(country: str, closed: str | None) -> None:
    expected = [] if closed is None else [f"closed_destination[{closed},2025Q1]"]

    assert limit_keys(fleet(country), "closed_destination") == expected


def test_cambodia_is_closed_through_the_quarter_in_which_it_left_the_list() -> None:
    company = fleet("KH", start="2025Q3", periods=3)

    assert broken(company, placing(company, **{"in-KH": (0, 0, 5)})) == {}
    assert broken(company, placing(company, **{"in-KH": (0, 5, 5)})) == {"closed_destination[KH,2025Q4]": 5}


def test_cambodia_opens_in_december_2025_in_a_plan_by_months() -> None:
    company = fleet("KH", start="2025-10", periods=3, length="month")

    assert limit_keys(company, "closed_destination") == [
        "closed_destination[KH,2025-10]",
        "closed_destination[KH,2025-11]",
    ]


def test_nothing_is_closed_before_the_pack_begins() -> None:
    assert limit_keys(fleet("CN", start="2024Q4"), "closed_destination") == []


@pytest.mark.parametrize(
    ("after", "closed"),
    [
        ("hold", ["CN,2025Q1", "CN,2025Q2", "CN,2025Q3"]),
        ("none", ["CN,2025Q1", "CN,2025Q2"]),
        ("closed", ["CN,2025Q1", "CN,2025Q2", "CN,2025Q3", "MY,2025Q3"]),
    ],
)
def test_after_its_last_date_a_pack_holds_or_ends_or_closes_all_but_tier_1(
    after: str, closed: list[str], tmp_path: Path
) -> None:
    # The last date lies inside the second quarter, so that quarter is still governed by it.
    pack = write_pack(tmp_path, dates=f'after = "{after}"\neffective_until = 2025-04-01', rules=CLOSED_TIER_3)
    company = fleet("CN", "MY", "GB", periods=3, policy={"name": str(pack)})

    assert limit_keys(company, "closed_destination") == [f"closed_destination[{key}]" for key in closed]


def test_physical_only_closes_nothing() -> None:
    company = fleet("CN", policy="physical-only", headquarters="CN")

    assert broken(company, placing(company, **{"in-CN": 10})) == {}
