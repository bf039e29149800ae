"""Which limits bind, against trying it: on random plans one block is put everywhere in turn and every limit read again.

Tightness is worked out from the coefficients of a limit, and for totals from one site of each destination; here every
site is tried, and the exact check says how far each limit moved.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from optimizer.analysis.binding import Rises, Tightness
from optimizer.rules.limit import Sense
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.verify.check import verify
from tests.analysis.test_headroom_brute_force import random_case

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact
    from optimizer.verify.check import Reading

SEEDS = range(40)


def with_one_block_in(case: Case, placement: Placement, site: int, sku: int, period: int) -> Placement:
    """Return the placement with one block more that stands in one period only."""
    row = list(placement.standing_units.get((site, sku), (0,) * case.num_periods))
    row[period] += case.plan.accelerators[sku].block
    return Placement({**placement.standing_units, (site, sku): tuple(row)}, placement.opened)


def tried(reading: Reading, moved: list[Exact]) -> Tightness:
    """Return how a limit stands, given by how much its slack changed for each block that was tried."""
    shrunk = [-change for change in moved if change < 0]
    if not shrunk and reading.limit.sense is Sense.AT_LEAST:
        placed = reading.usage - reading.limit.usage.constant
        shrunk = [change for change in moved if 0 < change <= placed]
    return Tightness.BINDING if shrunk and min(shrunk) > reading.slack else Tightness.SLACK


@pytest.mark.parametrize("seed", SEEDS)
def test_tightness_is_what_trying_every_site_finds(seed: int) -> None:
    case, placement, _ = random_case(seed)
    limits, rises = compile_limits(case), Rises(case)
    readings = verify(case, limits, placement).readings
    moved: list[list[Exact]] = [[] for _ in limits]
    for period, takers in enumerate(rises.takers):
        for site, sku in takers:
            more = verify(case, limits, with_one_block_in(case, placement, site, sku, period)).readings
            for number, reading in enumerate(readings):
                if reading.limit.period == period:
                    moved[number].append(more[number].slack - reading.slack)

    found = [rises.tightness(reading) for reading in readings]

    expected = [
        tight if tight is Tightness.CLOSED else tried(reading, changes)
        for tight, reading, changes in zip(found, readings, moved, strict=True)
    ]
    assert dict(zip(keys(readings), found, strict=True)) == dict(zip(keys(readings), expected, strict=True))


def keys(readings: tuple[Reading, ...]) -> list[str]:
    return [reading.limit.key for reading in readings]


def test_the_random_plans_have_limits_of_every_standing_and_destinations_with_several_sites() -> None:
    standings: Counter[Tightness] = Counter()
    shared = 0
    for seed in SEEDS:
        case, placement, _ = random_case(seed)
        rises = Rises(case)
        standings.update(map(rises.tightness, verify(case, compile_limits(case), placement).readings))
        shared += any(len(sites) > 1 for sites in case.sites_by_destination.values())

    assert min(standings[tight] for tight in Tightness) > 20
    assert shared > 5
