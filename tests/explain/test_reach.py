"""The most that can be reached, by arithmetic: deliveries are shared, and power carries the densest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.explain.reach import Reach, reach_of
from optimizer.rules.limit import WORLD, Opened, Placed, Standing
from optimizer.rules.measures import TPP
from optimizer.rules.registry import compile_limits
from tests.builders import chip, site
from tests.explain.small_plans import KILOWATT_CHIP, case_of

if TYPE_CHECKING:
    from optimizer.rules.case import Case


def reach(case: Case) -> Reach:
    return reach_of(case, compile_limits(case))


TWO_SITES = case_of(
    sites=[site("a", "US", power_mw="0.006"), site("b", "US", power_mw="0.008", opening_cost_usd=1)],
    accelerators=[KILOWATT_CHIP],
    delivered=10,
    policy="physical-only",
)


def test_one_site_reaches_what_its_power_carries() -> None:
    assert reach(TWO_SITES).most({Standing(0, 0, 0): 1}) == 6


def test_sites_share_what_is_delivered_the_dearest_first() -> None:
    """Eight at b count 3 each, the two that are left 2 each."""
    assert reach(TWO_SITES).most({Standing(0, 0, 0): 2, Standing(1, 0, 0): 3}) == 8 * 3 + 2 * 2


def test_what_lowers_a_sum_is_left_out_and_an_opening_counts_once() -> None:
    assert reach(TWO_SITES).most({Standing(0, 0, 0): -5, Opened(1, 0): 7}) == 7


def test_totals_reach_what_is_delivered() -> None:
    assert reach(TWO_SITES).most({Placed(TPP, "US", 0): 1}) == 10_000
    assert reach(TWO_SITES).most({Placed(TPP, WORLD, 0): 1}) == 10_000


def test_a_place_holds_no_more_than_its_power_carries_the_densest_first() -> None:
    """Of 9 kW eight go to the four `dense` chips of 3,000 TPP and 2 kW; one kW carries a chip of 1,000."""
    built = case_of(
        sites=[site("ohio", "US", power_mw="0.009")],
        accelerators=[KILOWATT_CHIP, chip("dense", power_kw=2, tpp=3000)],
        delivered={"chip": [10], "dense": [4]},
    )

    assert reach(built).in_place("US", TPP, 0) == 4 * 3000 + 1000
    assert reach(built).in_place("NO", TPP, 0) == 0
