"""Equality is legal: a fleet at exactly its share stands, one block more does not, in the exact check and when solved.

The percentages are 7, 25 and 50, and whole percents whose binary fractions lie on the wrong side. All value lies abroad,
beside stock installed at home, so the best plan is the largest legal one and lies exactly at the share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from optimizer.pipeline import place_fleet
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.strategy.outcome import Status
from optimizer.strategy.search import SearchOptions
from optimizer.verify.check import verify
from tests.builders import broken, chip, placing, plan, site

if TYPE_CHECKING:
    from optimizer.schema.plan import Plan
    from optimizer.solve.session import Session

PERCENTS = (7, 25, 50, 29, 57, 70, 35, 41, 47, 58, 69, 82, 94)
BACKENDS = ("highs", "scip")
NO_SHARES = {"home_share": "0%", "outside_tier1_share": "100%", "destination_share": "100%", "national_cap": 10**12}


class Size(NamedTuple):
    """A purchase: TPP of a chip, chips in a block, and how many blocks one percent of the fleet is."""

    tpp: int
    block: int
    blocks_per_percent: int


SMALL = Size(1000, 1, 1)
SERVERS = Size(15832, 8, 3)
RACKS = Size(60000, 72, 1000)
LARGEST = Size(4992, 1, 200_321)
"""About 10^11 TPP in single chips of 4,992: the finest steps beside the largest fleets there are."""


def company_at(rule: str, percent: int, size: Size) -> Plan:
    """Return a US company whose `rule` alone allows `percent` of its compute abroad; the rest stands at home."""
    share = f"{100 - percent}%" if rule == "home_share" else f"{percent}%"
    at_home = (100 - percent) * size.blocks_per_percent * size.block
    return plan(
        sites=[site("abroad", "GB" if rule == "home_share" else "MY")],
        accelerators=[chip(tpp=size.tpp, block=size.block)],
        delivered=200 * size.blocks_per_percent * size.block,
        installed=[{"country": "US", "accelerator": "chip", "units": at_home}],
        policy={**NO_SHARES, rule: share},
    )


@pytest.mark.parametrize("size", [SMALL, SERVERS, RACKS, LARGEST], ids=["small", "servers", "racks", "largest"])
@pytest.mark.parametrize("rule", ["home_share", "outside_tier1_share", "destination_share"])
@pytest.mark.parametrize("percent", PERCENTS)
def test_a_fleet_at_exactly_its_share_is_legal_and_one_block_more_is_not(percent: int, rule: str, size: Size) -> None:
    company = make_case(company_at(rule, percent, size))
    most = percent * size.blocks_per_percent * size.block

    assert broken(company, placing(company, abroad=most)) == {}
    (excess,) = broken(company, placing(company, abroad=most + size.block)).values()
    assert 100 * excess == (100 - percent) * size.block * size.tpp


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("rule", ["home_share", "outside_tier1_share", "destination_share"])
@pytest.mark.parametrize("percent", PERCENTS)
def test_the_best_plan_lands_exactly_on_the_share(percent: int, rule: str, backend: str, session: Session) -> None:
    described = company_at(rule, percent, SERVERS)

    outcome = place_fleet(described, options=SearchOptions(relative_gap=0, backend=backend), session=session)

    assert outcome.status is Status.OPTIMAL
    assert outcome.placement == placing(outcome.case, abroad=percent * SERVERS.blocks_per_percent * SERVERS.block)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("installed", [20_032_051, 20_000_003, 93 * 215_401, 93 * 215_401 + 1])
@pytest.mark.parametrize("percent", [7, 29, 57])
def test_single_chips_beside_the_largest_fleet_reach_the_closed_form_floor(
    percent: int, installed: int, backend: str, session: Session
) -> None:
    described = plan(
        sites=[site("kl", "MY")],
        accelerators=[chip(tpp=4992)],
        delivered=30_000_000,
        installed=[{"country": "US", "accelerator": "chip", "units": installed}],
        policy={**NO_SHARES, "destination_share": f"{percent}%"},
    )

    outcome = place_fleet(described, options=SearchOptions(relative_gap=0, backend=backend), session=session)

    # The largest whole number whose part of itself and what is installed is at most the share.
    assert outcome.placement == placing(outcome.case, kl=percent * installed // (100 - percent))
    assert outcome.verification is not None
    assert outcome.verification.passed


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("scale", [1, 8 * 10**4])
def test_a_us_company_at_its_corner_is_half_at_home_a_quarter_with_allies_a_quarter_in_tier_2(
    scale: int, backend: str, session: Session
) -> None:
    # 50 at home allow 100 in all: 25 outside Tier 1, of which at most 7 in each of four countries, and 25 with an ally.
    countries = {"my": "MY", "in": "IN", "br": "BR", "sg": "SG"}
    described = plan(
        sites=[*(site(key, code) for key, code in countries.items()), site("gb", "GB", value_multiplier="0.5")],
        accelerators=[chip(tpp=15832)],
        delivered=200 * scale,
        installed=[{"country": "US", "accelerator": "chip", "units": 50 * scale}],
        policy={"national_cap": 10**12},
    )

    outcome = place_fleet(described, options=SearchOptions(relative_gap=0, backend=backend), session=session)

    assert outcome.placement is not None
    units = {described.sites[number].key: row[0] for (number, _), row in outcome.placement.standing_units.items()}
    assert units["gb"] == 25 * scale
    assert sum(units.values()) == 50 * scale
    assert max(units[key] for key in countries) <= 7 * scale
    assert verify(outcome.case, compile_limits(outcome.case), outcome.placement).passed


@pytest.mark.parametrize("backend", BACKENDS)
def test_single_chips_and_racks_together_fill_the_largest_fleet_to_the_last_chip(
    backend: str, session: Session
) -> None:
    # 82% abroad beside 17,192,082 chips of 4,992 TPP at home, filled from single chips and racks of 72 x 40,000 TPP.
    installed, chip_value, rack_value = 17_192_082, 345, 57
    described = plan(
        sites=[site("kl", "MY")],
        accelerators=[
            chip("old", tpp=4992, value_usd_per_hour=0),
            chip("single", tpp=4992, value_usd_per_hour=chip_value),
            chip("rack", tpp=40_000, block=72, value_usd_per_hour=rack_value),
        ],
        delivered={"single": [78_319_489], "rack": [135_758 * 72]},
        installed=[{"country": "US", "accelerator": "old", "units": installed}],
        policy={**NO_SHARES, "destination_share": "82%"},
    )
    room = 82 * installed * 4992 // 18

    outcome = place_fleet(described, options=SearchOptions(relative_gap=0, backend=backend), session=session)

    hours = 8760 // 8
    best = max(
        hours * (racks * 72 * rack_value + (room - racks * 72 * 40_000) // 4992 * chip_value)
        for racks in range(room // (72 * 40_000) + 1)
    )
    assert outcome.objective == best
