"""Headroom against trying it: blocks are added to random plans one after the other, and the exact check decides.

Both begin from the same placement, which may be empty and may already break limits. A block more is legal when no limit
that the blocks bring closer to breaking is broken; limits of supply (deliveries, must place) are not asked.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from optimizer.analysis.headroom import headroom, with_hypothetical_sites
from optimizer.catalogue.countries import destination_of
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits, compile_policy_limits
from optimizer.schema.placement import Placement
from optimizer.verify.check import verify
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Limit

SEEDS = range(60)
MOST_TRIED = 100
"""Blocks; beyond it headroom is only asked to agree that there is at least so much."""
SUPPLY = {"deliveries", "must_place"}


def random_case(seed: int) -> tuple[Case, Placement, Random]:
    """Return a random plan and a random placement of some of what it delivers."""
    rng = Random(seed)
    case = make_case(plan_from_dict(random_plan(seed)))
    standing = {}
    for sku, delivered in enumerate(case.plan.delivered_units):
        block = case.plan.accelerators[sku].block
        for site in range(len(case.plan.sites)):
            if rng.random() < 0.3:
                blocks = sorted(rng.randint(0, 2) for _ in delivered)
                standing[site, sku] = tuple(count * block for count in blocks)
    return case, Placement(standing, dict.fromkeys((site for site, _ in standing), 0)), rng


def with_more(case: Case, placement: Placement, site: int, sku: int, period: int, blocks: int) -> Placement:
    """Return the placement with blocks added that stand from a period on."""
    units = blocks * case.plan.accelerators[sku].block
    row = placement.standing_units.get((site, sku), (0,) * case.num_periods)
    grown = tuple(stock + units * (number >= period) for number, stock in enumerate(row))
    return Placement({**placement.standing_units, (site, sku): grown}, {site: 0, **placement.opened})


def largest_legal(
    case: Case, limits: Iterable[Limit], placement: Placement, site: int, sku: int, period: int
) -> int | None:
    """Return the most blocks that fit, found by adding them one by one; None when more than MOST_TRIED do."""
    limits = tuple(limits)

    def slacks(blocks: int) -> list[Exact]:
        grown = with_more(case, placement, site, sku, period, blocks)
        return [reading.slack for reading in verify(case, limits, grown).readings]

    closer = [number for number, (none, one) in enumerate(zip(slacks(0), slacks(1), strict=True)) if one < none]
    for blocks in range(1, MOST_TRIED + 2) if closer else ():
        now = slacks(blocks)
        if any(now[number] < 0 for number in closer):
            return blocks - 1
    return None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_headroom_of_a_destination_is_the_most_that_the_exact_check_permits(seed: int) -> None:
    case, placement, rng = random_case(seed)
    country = rng.choice([*(site.country for site in case.plan.sites), "PL", "KZ", "GB"])
    sku, period = rng.randrange(len(case.plan.accelerators)), rng.randrange(case.num_periods)

    (row,) = headroom(
        case,
        placement,
        countries=[country],
        accelerators=[case.plan.accelerators[sku].key],
        periods=[case.plan.horizon.labels[period]],
    )

    destination = destination_of(country)
    wider = with_hypothetical_sites(case, [destination])
    site = wider.sites_by_destination[destination][0]
    policy = compile_policy_limits(wider)
    tried = largest_legal(wider, policy, placement, site, sku, period)
    assert row.place == destination
    assert (row.blocks if row.blocks is not None and row.blocks <= MOST_TRIED else None) == tried
    assert row.units is None or row.units == (row.blocks or 0) * case.plan.accelerators[sku].block


@pytest.mark.parametrize("seed", SEEDS)
def test_the_headroom_of_a_site_is_the_most_that_the_exact_check_permits(seed: int) -> None:
    case, placement, rng = random_case(seed)
    site = rng.randrange(len(case.plan.sites))
    sku, period = rng.randrange(len(case.plan.accelerators)), rng.randrange(case.num_periods)

    (row,) = headroom(
        case,
        placement,
        sites=[case.plan.sites[site].key],
        accelerators=[case.plan.accelerators[sku].key],
        periods=[case.plan.horizon.labels[period]],
    )

    room = [limit for limit in compile_limits(case) if limit.rule not in SUPPLY]
    opened = Placement(placement.standing_units, {site: 0, **placement.opened})
    tried = largest_legal(case, room, opened, site, sku, period)
    assert (row.blocks if row.blocks is not None and row.blocks <= MOST_TRIED else None) == tried
