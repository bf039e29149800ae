"""Repair: the few blocks that broke a limit are taken off, exactly, and what is returned keeps every limit."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.solve.session import Session
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.repair import MOST_REMOVALS, repair
from optimizer.verify.check import verify
from tests.builders import case, chip, placing, plan, site
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement

SEVEN_ABROAD = {"home_share": "0%", "outside_tier1_share": "100%", "destination_share": "7%", "national_cap": 10**12}
HALF_AT_HOME = {**SEVEN_ABROAD, "home_share": "50%", "destination_share": "100%"}


def at_home(units: int) -> list[dict[str, object]]:
    return [{"country": "US", "accelerator": "chip", "units": units}]


def repaired(built: Case, placement: Placement) -> Placement | None:
    limits = compile_limits(built)
    return repair(built, limits, placement, verify(built, limits, placement).readings)


def test_one_chip_too_many_at_seven_percent_is_taken_off() -> None:
    company = case(sites=[site("kl", "MY")], delivered=20, installed=at_home(93), policy=SEVEN_ABROAD)

    assert repaired(company, placing(company, kl=8)) == placing(company, kl=7)


def test_home_share_broken_by_a_hair_is_mended_by_taking_off_abroad() -> None:
    company = case(sites=[site("ohio", "US"), site("gb", "GB")], delivered=100, policy=HALF_AT_HOME)

    assert repaired(company, placing(company, ohio=40, gb=41)) == placing(company, ohio=40, gb=40)


def test_what_is_worth_least_per_unit_of_relief_goes() -> None:
    # One chip too many: a rack would mend it at less worth per TPP, but a single chip loses less in all.
    company = case(
        sites=[site("kl", "MY"), site("penang", "MY", value_multiplier="0.5")],
        accelerators=[chip(), chip("rack", block=8, value_usd_per_hour="0.2")],
        delivered={"chip": [8], "rack": [8]},
        installed=at_home(93),
        policy={**SEVEN_ABROAD, "destination_share": "13%"},
    )

    mended = repaired(company, placing(company, kl={"chip": 4, "rack": 8}, penang=2))

    assert mended == placing(company, kl={"chip": 4, "rack": 8}, penang=1)


def test_what_breaks_no_other_limit_goes_first() -> None:
    # Penang is worth less, but its contract holds exactly.
    company = case(
        sites=[site("kl", "MY"), site("penang", "MY", value_multiplier="0.5")],
        delivered=20,
        installed=at_home(93),
        policy=SEVEN_ABROAD,
        commitments=[{"key": "promise", "site": "penang", "min_units": 4}],
    )

    assert repaired(company, placing(company, kl=4, penang=4)) == placing(company, kl=3, penang=4)


def test_limit_that_the_only_removal_would_break_leaves_nothing_to_repair() -> None:
    company = case(
        sites=[site("kl", "MY")],
        delivered=20,
        installed=at_home(93),
        policy=SEVEN_ABROAD,
        commitments=[{"key": "promise", "site": "kl", "min_units": 8}],
    )

    assert repaired(company, placing(company, kl=8)) is None


def test_block_is_off_from_the_broken_period_on_and_stock_never_shrinks() -> None:
    company = case(
        sites=[site("oslo", "NO", power_mw="0.005")],
        headquarters="NO",
        accelerators=[chip(power_kw=1)],
        delivered=9,
        periods=3,
        power=[{"site": "oslo", "period": "2025Q2", "power_mw": "0.003"}],
    )

    assert repaired(company, placing(company, oslo=(2, 4, 5))) == placing(company, oslo=(2, 3, 4))
    assert repaired(company, placing(company, oslo=(4, 4, 4))) == placing(company, oslo=(3, 3, 3))


def test_site_left_empty_is_not_opened() -> None:
    company = case(
        sites=[site("oslo", "NO", power_mw="0.0005", opening_cost_usd=5, min_units_if_open=1), site("bergen", "NO")],
        headquarters="NO",
        accelerators=[chip(power_kw=1)],
        delivered=3,
    )

    assert repaired(company, placing(company, oslo=1, bergen=2)) == placing(company, bergen=2)


@pytest.mark.parametrize(("excess", "is_mended"), [(MOST_REMOVALS, True), (MOST_REMOVALS + 1, False)])
def test_repair_gives_up_after_so_many_blocks(excess: int, *, is_mended: bool) -> None:
    company = case(sites=[site("kl", "MY")], delivered=10_000, installed=at_home(930), policy=SEVEN_ABROAD)

    mended = repaired(company, placing(company, kl=70 + excess))

    assert mended == (placing(company, kl=70) if is_mended else None)


def test_random_placements_are_repaired_to_legal_ones_or_not_at_all() -> None:
    outcomes = set()
    for seed in range(150):
        built, rng = make_case(plan_from_dict(random_plan(seed))), Random(seed)
        units = {
            described.key: {
                sku.key: sorted(rng.randint(0, 3) * sku.block for _ in range(built.num_periods))
                for sku, row in zip(built.plan.accelerators, built.plan.delivered_units, strict=True)
                if row[-1]
            }
            for described in built.plan.sites
        }
        start = placing(built, **units)

        mended = repaired(built, start)

        outcomes.add(mended is None)
        if mended is not None:
            assert verify(built, compile_limits(built), mended).passed, seed
            for pair, row in mended.standing_units.items():
                assert all(new <= old for new, old in zip(row, start.standing_units[pair], strict=True)), seed
    assert outcomes == {True, False}


@pytest.mark.parametrize(
    ("installed", "single_value", "rack", "delivered"),
    [
        (17_192_082, 345, {"tpp": 40_000, "block": 72, "value_usd_per_hour": 57}, (78_319_489, 9_774_576)),
        (13_389_297, 274, {"tpp": 20_919, "block": 8, "value_usd_per_hour": 320}, (60_995_691, 14_555_728)),
        (18_558_345, 204, {"tpp": 40_000, "block": 72, "value_usd_per_hour": 327}, (84_543_576, 10_551_384)),
    ],
)
def test_solvers_agree_on_fleets_so_large_that_a_chip_is_below_their_tolerance(
    installed: int, single_value: int, rack: dict[str, int], delivered: tuple[int, int]
) -> None:
    described = plan(
        sites=[site("kl", "MY")],
        accelerators=[chip(tpp=4992, value_usd_per_hour=single_value), chip("rack", **rack)],
        delivered={"chip": [delivered[0]], "rack": [delivered[1]]},
        installed=at_home(installed),
        policy={**SEVEN_ABROAD, "destination_share": "82%"},
    )
    with Session() as session:
        highs, scip = (
            place_fleet(described, options=SearchOptions(1e-9, threads=1, backend=backend), session=session).objective
            for backend in ("highs", "scip")
        )

    assert highs is not None
    assert scip is not None
    assert abs(scip - highs) <= highs / 10**6


LICENSED = {"name": "ai-diffusion-2025", "country_allocation": 50_000, "lpp_tpp_per_year": 20_000}
"""Five chips of 10,000 TPP licensed to a country, two by LPP a year."""


def entering_malaysia(built: Case, placement: Placement, **units: int) -> Placement:
    ways = {("MY", 0, path): (count,) * built.num_periods for path, count in units.items()}
    return replace(placement, entered_units=ways)


def test_units_on_a_path_that_is_over_its_cap_are_assigned_anew_where_another_has_room() -> None:
    company = case(
        sites=[site("kl", "MY")], accelerators=[chip(tpp=10_000)], delivered=9, start="2026Q1", policy=LICENSED
    )
    one_too_many = entering_malaysia(company, placing(company, kl=6), licence=6)

    mended = repaired(company, one_too_many)

    assert mended is not None
    assert {path: row[0] for (_, _, path), row in mended.entered_units.items()} == {"licence": 5, "lpp": 1}


def test_where_no_path_has_room_the_solver_has_to_do_better() -> None:
    company = case(
        sites=[site("kl", "MY")], accelerators=[chip(tpp=10_000)], delivered=9, start="2026Q1", policy=LICENSED
    )

    assert repaired(company, entering_malaysia(company, placing(company, kl=8), licence=6, lpp=2)) is None


def test_a_limit_that_knows_no_paths_is_mended_first_and_paths_follow() -> None:
    """Six chips where power is for four: two go, and the four that stay are licensed."""
    company = case(
        sites=[site("kl", "MY", power_mw="0.004")],
        accelerators=[chip(tpp=10_000, power_kw=1)],
        delivered=9,
        start="2026Q1",
        policy=LICENSED,
    )

    mended = repaired(company, entering_malaysia(company, placing(company, kl=6), licence=5, lpp=1))

    assert mended is not None
    assert mended.units(0, 0, 0) == 4
    assert sum(row[0] for row in mended.entered_units.values()) == 4


def test_what_cannot_be_mended_beside_paths_is_left_to_the_solver() -> None:
    company = case(
        sites=[site("kl", "MY")],
        accelerators=[chip(tpp=10_000)],
        delivered=9,
        start="2026Q1",
        policy=LICENSED,
        commitments=[{"key": "ten", "country": "MY", "min_units": 10}],
    )

    assert repaired(company, entering_malaysia(company, placing(company, kl=5), licence=5)) is None
