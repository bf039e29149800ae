"""The exact check on placements damaged on purpose: exactly the right limit or fault, and nothing else."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.verify.check import Verification, verify
from tests.builders import case, chip, placing, site
from tests.oracle.independent_checker import broken_limits, recompute_terms
from tests.verify.damaged import damaged, document_of, legal_placement, standing_of

# 100 chips stand at home; 7 of 107 are less than 7/100, 8 of 108 are more. Ohio has power for 20, Kulai a minimum of 4.
PLAN = case(
    sites=[
        site("kulai", "MY", min_units_if_open=4, opening_cost_usd=1),
        site("ohio", "US", power_mw="0.020", opens_from="2025Q2"),
        site("tianjin", "CN"),
        site("york", "GB", max_units=6, allowed_accelerators="pair"),
    ],
    accelerators=[chip(power_kw=1), chip("pair", block=2, power_kw=1)],
    delivered={"chip": [8, 16], "pair": [4, 4]},
    periods=2,
    installed=[{"country": "US", "accelerator": "chip", "units": 100}],
    commitments=[{"key": "lease", "site": "york", "min_units": 2, "from": "2025Q2"}],
)
LIMITS = compile_limits(PLAN)
GOOD = placing(PLAN, kulai=(4, 7), ohio=(0, 10), york={"pair": (0, 4)})
CHIP, PAIR = 0, 1
KULAI, OHIO, TIANJIN, YORK = range(4)


def verdict(placement: Placement) -> Verification:
    return verify(PLAN, LIMITS, placement)


def with_row(site_number: int, sku: int, row: tuple[int, ...], **opened: int) -> Placement:
    """Return the good placement with another row; sites open as told, else as before, else with the row."""
    standing = {**GOOD.standing_units, (site_number, sku): row}
    first = next((period for period, units in enumerate(row) if units), 0)
    openings = {**GOOD.opened, site_number: min(first, GOOD.opened.get(site_number, first))}
    return Placement(standing, {**openings, **{PLAN.plan.site_index[key]: period for key, period in opened.items()}})


def test_good_placement_passes_and_its_worth_is_exact() -> None:
    found = verdict(GOOD)

    assert found.passed
    assert found.objective == sum(found.objective_terms.values())
    # Chips earn 2,190 hours a quarter, half of them at first; the opening of Kulai costs 1 at once.
    assert found.objective == 1095 * (4 + 2 * 4 + 3 + 10 + 4) - 1


LIMIT_DAMAGES = {
    "a chip more than 7 per cent": (with_row(KULAI, CHIP, (4, 9)), {"destination_share[MY,2025Q2]"}),
    "fewer than the minimum of an open site": (with_row(KULAI, CHIP, (3, 7)), {"min_units[kulai,2025Q1]"}),
    "more than power": (with_row(OHIO, PAIR, (0, 12)), {"site_power[ohio,2025Q2]", "deliveries[pair,2025Q2]"}),
    "more than delivered by then": (with_row(KULAI, CHIP, (8, 8)), {"destination_share[MY,2025Q1]"}),
    "before the opening date": (with_row(OHIO, CHIP, (2, 10), ohio=1), {"openings[ohio,2025Q1]"}),
    "in a closed country": (with_row(TIANJIN, CHIP, (0, 1)), {"closed_destination[CN,2025Q2]"}),
    "an accelerator that a site refuses": (with_row(YORK, CHIP, (0, 1)), {"allowed_accelerators[york,2025Q2]"}),
    "more than the maximum of a site": (with_row(YORK, PAIR, (0, 8)), {"max_units[york,2025Q2]"}),
    "less than was promised": (with_row(YORK, PAIR, (0, 0)), {"commitment[lease,2025Q2]"}),
}


@pytest.mark.parametrize("damage", list(LIMIT_DAMAGES))
def test_damage_breaks_exactly_the_limits_it_should(damage: str) -> None:
    placement, expected = LIMIT_DAMAGES[damage]

    found = verdict(placement)

    assert {reading.limit.key for reading in found.broken} == expected
    assert not found.passed
    assert all(reading.slack < 0 for reading in found.broken)


FAULTS = {
    "half a block": (with_row(YORK, PAIR, (0, 3)), "pair at york is not in whole blocks of 2"),
    "stock that shrinks": (with_row(KULAI, CHIP, (5, 4)), "chip at kulai shrinks"),
    "negative stock": (with_row(YORK, PAIR, (-2, 4)), "pair at york is negative"),
    "not open": (
        Placement(GOOD.standing_units, {OHIO: 1, YORK: 1}),
        "chip at kulai stands in 2025Q1 while the site is not open",
    ),
    "opened too late": (
        Placement(GOOD.standing_units, {**GOOD.opened, KULAI: 1}),
        "chip at kulai stands in 2025Q1 while the site is not open",
    ),
    "opened before its date": (
        Placement(GOOD.standing_units, {**GOOD.opened, OHIO: 0}),
        "ohio opens in 2025Q1, before its opens_from",
    ),
    "a row too short": (with_row(KULAI, CHIP, (4,)), "chip at kulai has 1 periods, the plan has 2"),
    "a row too long": (with_row(KULAI, CHIP, (4, 7, 7)), "chip at kulai has 3 periods, the plan has 2"),
    "opened after the horizon": (
        Placement(GOOD.standing_units, {**GOOD.opened, TIANJIN: 2}),
        "tianjin opens outside the horizon (period number 2)",
    ),
    "opened before the horizon": (
        Placement(GOOD.standing_units, {**GOOD.opened, TIANJIN: -1}),
        "tianjin opens outside the horizon (period number -1)",
    ),
    "a site the plan does not have": (
        Placement({**GOOD.standing_units, (9, 0): (1, 1)}, GOOD.opened),
        "the plan has no site number 9 with accelerator number 0",
    ),
    "an accelerator the plan does not have": (
        Placement({**GOOD.standing_units, (0, -1): (1, 1)}, GOOD.opened),
        "the plan has no site number 0 with accelerator number -1",
    ),
    "an opening of a site the plan does not have": (
        Placement(GOOD.standing_units, {**GOOD.opened, 9: 0}),
        "the plan has no site number 9 to open",
    ),
}


@pytest.mark.parametrize("fault", list(FAULTS))
def test_damage_to_the_placement_itself_is_named(fault: str) -> None:
    placement, sentence = FAULTS[fault]

    found = verdict(placement)

    assert found.faults == (sentence,)
    assert not found.passed


def test_several_faults_are_all_named() -> None:
    found = verdict(Placement({(KULAI, CHIP): (-1, -2), (YORK, PAIR): (1, 3)}, {}))

    assert found.faults == (
        "chip at kulai is negative",
        "chip at kulai shrinks",
        "chip at kulai stands in 2025Q1 while the site is not open",
        "pair at york is not in whole blocks of 2",
        "pair at york stands in 2025Q1 while the site is not open",
    )


def test_site_with_installed_stock_is_open_without_being_opened() -> None:
    built = case(
        sites=[site("ohio", "US", opening_cost_usd=7, opens_from="2025Q1")],
        delivered=3,
        installed=[{"site": "ohio", "accelerator": "chip", "units": 1}],
    )
    limits = compile_limits(built)

    assert verify(built, limits, Placement({(0, 0): (3,)}, {})).passed
    opened = verify(built, limits, Placement({(0, 0): (3,)}, {0: 0}))
    assert opened.passed
    assert opened.objective == 3 * 1095  # opened again, it costs nothing


@pytest.mark.parametrize("share", ["7/100", "29/100", "57/100", "7/10", "1/3"])
def test_equality_is_legal_and_the_smallest_excess_is_not(share: str) -> None:
    part = Fraction(share)
    inside, outside = part.numerator, part.denominator - part.numerator
    built = case(
        sites=[site("kulai", "MY"), site("oslo", "NO")],
        headquarters="NO",
        delivered=part.denominator + 1,
        policy={"destination_share": share, "outside_tier1_share": "1"},
    )
    limits = compile_limits(built)

    equal = verify(built, limits, placing(built, kulai=inside, oslo=outside))
    above = verify(built, limits, placing(built, kulai=inside + 1, oslo=outside))

    assert equal.passed
    assert min(reading.slack for reading in equal.readings if reading.limit.rule == "destination_share") == 0
    assert {reading.limit.key for reading in above.broken} == {"destination_share[MY,2025Q1]"}


def test_largest_fleets_are_exact() -> None:
    # 10^18 TPP, ten million times the largest real fleet: one TPP too many is seen, which no double would show.
    built = case(
        sites=[site("kulai", "MY"), site("oslo", "NO")],
        headquarters="NO",
        accelerators=[chip("grain", tpp=1), chip("rack", tpp=1)],
        delivered={"grain": [10], "rack": [10**18]},
        policy={"destination_share": "7/100", "outside_tier1_share": "1", "national_cap": 10**18},
    )
    limits = compile_limits(built)

    equal = placing(built, kulai={"rack": 7 * 10**16}, oslo={"rack": 93 * 10**16})
    above = placing(built, kulai={"rack": 7 * 10**16, "grain": 1}, oslo={"rack": 93 * 10**16})

    assert verify(built, limits, equal).passed
    assert [reading.slack for reading in verify(built, limits, above).broken] == [Fraction(-93, 100)]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 80, 20))
def test_damaged_placements_are_judged_as_the_law_is_written(first: int) -> None:
    """The independent checker reads the plan, the law and the money by itself: same verdict, same worth."""
    seen = {True: 0, False: 0}
    for seed in range(first, first + 20):
        built, best = legal_placement(seed)
        document, limits = document_of(seed), compile_limits(built)
        for number in range(8):
            placement = damaged(built, best, Random(100 * seed + number)) if number else best
            standing = standing_of(document, built, placement)

            found = verify(built, limits, placement)

            unopened = [fault for fault in found.faults if "not open" in fault]
            problems = broken_limits(standing)
            if found.passed != (not problems) and not _is_only_a_free_opening(found, unopened):
                pytest.fail(f"seed {seed}, damage {number}: {found.faults} {found.broken} against {problems}")
            if not problems and found.passed:
                assert found.objective == sum(recompute_terms(standing).values()), (seed, number)
            seen[found.passed] += 1
    assert min(seen.values()) >= 15, seen


def _is_only_a_free_opening(found: Verification, unopened: list[str]) -> bool:
    """The check asks every placement to say when each site opens; the checker asks only where that costs something."""
    return bool(unopened) and not found.broken and len(unopened) == len(found.faults)
