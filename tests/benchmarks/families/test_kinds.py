"""Each kind of plan has what it claims, on the smallest plans solved."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

import optimizer
from benchmarks.families.generate import generate
from benchmarks.families.kinds import KINDS
from benchmarks.families.sizes import SIZES

if TYPE_CHECKING:
    from optimizer.strategy.outcome import Outcome

pytestmark = pytest.mark.slow
GAP = 0.002


@cache
def solved(kind: str) -> Outcome:
    plan = optimizer.plan_from_dict(generate(KINDS[kind], SIZES["s"], 1))
    return optimizer.place_fleet(plan, options=optimizer.SearchOptions(relative_gap=GAP))


def binding(kind: str) -> dict[str, int]:
    """Return how many limits of each rule bind in some period."""
    result: Any = optimizer.compose(solved(kind))
    counts: dict[str, int] = {}
    for group in result.groups:
        counts[group.rule] = counts.get(group.rule, 0) + bool(group.binding_periods)
    return counts


def test_in_a_mixed_plan_deliveries_power_and_a_share_bind_and_not_every_site_opens() -> None:
    found = binding("base")

    assert found["deliveries"] == 3
    assert 5 < found["site_power"] < 20
    assert found["destination_share"] >= 1
    assert len(optimizer.compose(solved("base")).openings) < 20


def test_opening_costs_several_per_cent_of_the_value() -> None:
    terms = optimizer.compose(solved("base")).objective_terms
    objective = optimizer.compose(solved("base")).objective

    assert terms is not None
    assert objective is not None
    assert 0.05 < -terms["opening"] / objective < 0.3


def shares(kind: str) -> tuple[float, float, int]:
    """Return the least share at home, the largest outside Tier 1, and how many countries come within 0.2% of 7%."""
    result = optimizer.compose(solved(kind))
    near = {row.country for row in result.countries if row.tier == 2 and (row.share or 0) > 0.068}
    return (
        min(period.home_share or 0 for period in result.periods),
        max(period.outside_tier1_share or 0 for period in result.periods),
        len(near),
    )


def test_where_tier_2_pays_best_7_25_and_50_per_cent_all_press() -> None:
    home, outside_tier1, at_limit = shares("tight")

    assert home < 0.52
    assert outside_tier1 > 0.245
    assert at_limit >= 2


def test_many_countries_are_at_7_per_cent_or_none() -> None:
    assert shares("seven-many")[2] >= 4
    assert shares("seven-none")[2] == 0


def test_the_national_cap_stops_countries_before_7_per_cent_does() -> None:
    found = binding("national-cap")

    assert found["national_cap"] >= 3
    assert found["destination_share"] == 0


def test_one_block_too_many_is_infeasible_and_without_it_every_block_stands() -> None:
    assert solved("one-block-short").status.value == "infeasible"

    enough = optimizer.compose(solved("one-block-enough"))
    assert enough.periods[-1].unplaced_units == 0
    assert len(enough.openings) == 20
