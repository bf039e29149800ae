"""Volume ratio: of one product at most half as much goes to China by case-by-case review as stands at home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import broken, chip, entering, limit_keys, placing, site
from tests.rules.diffusion import illegal
from tests.rules.golden_text import assert_golden
from tests.rules.licensing import ASSUMED, enforced

if TYPE_CHECKING:
    from optimizer.rules.case import Case

RULE = "china_volume"
CHIPS = (chip("H200", tpp=15_832), chip("MI300X", tpp=20_919))
WAY = "china_case_by_case"


def seller(**parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a US company with sites in Ohio, Puerto Rico, Oslo and Tianjin, and two chips that may be reviewed."""
    sites = [site("ohio", "US"), site("oslo", "NO"), site("ponce", "PR"), site("tianjin", "CN")]
    policy = {**ASSUMED, **parts.pop("policy", {})}
    return enforced(*sites, chips=CHIPS, policy=policy, **parts)


def test_the_limit_reads_as_in_the_golden_text() -> None:
    stock = [{"country": "US", "accelerator": "H200", "units": 10}]

    assert_golden(seller(installed=stock, periods=2), RULE, "volume_ratio")


def test_exactly_half_of_what_stands_at_home_may_go_to_china_and_not_one_more() -> None:
    case = seller()

    assert illegal(case, ohio=10, tianjin=5) == {}
    over = entering(case, placing(case, ohio=10, tianjin=6), {("CN", WAY): 6})
    assert broken(case, over) == {"china_volume[H200,2026Q3]": 1}
    assert illegal(case, ohio=11, tianjin=6) == {"legal_path[CN,H200,2026Q3]": 1}


def test_what_came_to_china_before_by_the_same_review_counts() -> None:
    stock = [{"country": "CN", "accelerator": "H200", "units": 3, "placed_on": "2026-02-01", "path": WAY}]
    case = seller(installed=stock)

    assert illegal(case, ohio=10, tianjin=2) == {}
    assert illegal(case, ohio=10, tianjin=3) == {"legal_path[CN,H200,2026Q3]": 1}


def test_each_product_answers_for_itself() -> None:
    case = seller()

    assert illegal(case, ohio={"H200": 10, "MI300X": 2}, tianjin={"H200": 5, "MI300X": 1}) == {}
    assert illegal(case, ohio={"H200": 10, "MI300X": 2}, tianjin={"H200": 4, "MI300X": 2}) == {
        "legal_path[CN,MI300X,2026Q3]": 1
    }


@pytest.mark.parametrize(
    ("columns", "counts"),
    [
        ({"country": "US"}, True),
        ({"site": "ponce"}, True),
        ({"country": "NO"}, False),
        ({"country": "US", "ownership": "leased_in"}, False),
        ({"country": "US", "accelerator": "MI300X"}, False),
    ],
)
def test_what_is_installed_at_home_counts(columns: dict[str, str], *, counts: bool) -> None:
    case = seller(installed=[{"accelerator": "H200", "units": 10, **columns}])

    assert (illegal(case, tianjin=5) == {}) is counts
    assert illegal(case, tianjin=6) != {}


def test_territories_count_with_home_and_allies_do_not() -> None:
    case = seller()

    assert illegal(case, ponce=10, tianjin=5) == {}
    assert illegal(case, oslo=10, tianjin=5) == {"legal_path[CN,H200,2026Q3]": 5}


def test_the_ratio_holds_in_every_period() -> None:
    case = seller(periods=2)

    assert illegal(case, ohio=(10, 20), tianjin=(5, 10)) == {}
    too_early = entering(case, placing(case, ohio=(10, 20), tianjin=(10, 10)), {("CN", WAY): (10, 10)})
    assert broken(case, too_early) == {"china_volume[H200,2026Q3]": 5}


def test_hong_kong_and_macau_share_the_ratio_with_china() -> None:
    sites = [site("hong-kong", "HK"), site("macau", "MO"), site("ohio", "US"), site("tianjin", "CN")]
    case = enforced(*sites, policy=ASSUMED)

    assert illegal(case, ohio=10, tianjin=2, macau=2, **{"hong-kong": 1}) == {}
    assert len(illegal(case, ohio=10, tianjin=2, macau=2, **{"hong-kong": 2})) == 1


def test_chips_that_no_review_admits_have_no_ratio() -> None:
    case = enforced(site("tianjin", "CN"), site("ohio", "US"), chips=(chip("GB300", tpp=60_000),), policy=ASSUMED)

    assert limit_keys(case, RULE) == []
    assert illegal(case, ohio=10, tianjin=1) == {"legal_path[CN,GB300,2026Q3]": 1}


def test_without_assumed_approval_there_is_no_review_to_count() -> None:
    assert limit_keys(seller(policy={"assume_approval": "only_listed"}), RULE) == []


def test_the_share_is_a_setting() -> None:
    case = seller(policy={"china_volume_share": "1/3"})

    assert illegal(case, ohio=10, tianjin=3) == {}
    assert illegal(case, ohio=10, tianjin=4) == {"legal_path[CN,H200,2026Q3]": 1}
