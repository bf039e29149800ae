"""What is drawn: the same bytes always, plans that read without a problem, of the size that was asked."""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest

import optimizer
from benchmarks.families.fleet import MIXED, RACKS
from benchmarks.families.generate import INSTALLED, generate
from benchmarks.families.kinds import KINDS, Kind
from benchmarks.families.places import all_places
from benchmarks.families.power import LARGEST_RACK_KW, SMALLEST_RACK_KW
from benchmarks.families.sizes import SIZES, Size, free_size
from benchmarks.families.write import find_members, write_members
from optimizer.catalogue.accelerators import find_accelerator
from optimizer.files.write_document import to_files

if TYPE_CHECKING:
    from pathlib import Path

S, M, L = SIZES["s"], SIZES["m"], SIZES["l"]
PINNED = "ef7ca4f651cbcdc0d0e86d06fca20274826bacd8ae59be8e577a9eda31c6a67e"
"""Of the files of s-base-1. Another hash is another family: say so in CHANGELOG.md, and measure again."""


def hash_of(document: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(to_files(document).items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()


def megawatts(document: dict[str, Any]) -> float:
    return math.fsum(float(site["power_mw"]) for site in document["sites"])


def all_of(kind: str, size: Size = S) -> dict[str, Any]:
    return generate(KINDS[kind], size, 1)


def test_a_plan_is_the_same_on_every_machine() -> None:
    assert hash_of(all_of("base")) == PINNED


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_ones(kind: Kind) -> None:
    first = to_files(generate(kind, S, 1))

    assert to_files(generate(kind, S, 1)) == first
    assert to_files(generate(kind, S, 2)) != first


@pytest.mark.parametrize("size", [S, M, L, free_size(10, 1, 1), free_size(33, 5, 7)], ids=lambda size: size.name)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_without_a_problem_at_the_size_asked(kind: str, size: Size, tmp_path: Path) -> None:
    (directory,) = write_members(find_members([size], [kind], [7]), tmp_path)

    plan = optimizer.read_plan(directory)
    named = {row["accelerator"] for row in all_of(kind, size)["accelerators"]}

    assert optimizer.make_case(plan).plan is plan
    assert directory.name == f"{size.name}-{kind}-7"
    assert len(plan.sites) == size.sites
    assert len(named) == size.accelerators
    assert named | {INSTALLED} == {accelerator.key for accelerator in plan.accelerators} | {INSTALLED}
    assert plan.horizon.num_periods == size.periods


def test_named_sizes_are_those_of_the_documentation() -> None:
    assert [(size.sites, size.accelerators, size.periods, size.num_destinations) for size in SIZES.values()] == [
        (20, 3, 4, 10),
        (50, 4, 8, 14),
        (200, 6, 12, 22),
        (1_000, 8, 12, 30),
        (10_000, 8, 12, 40),
    ]


@pytest.mark.parametrize("name", ["s", "m", "l", "xl"])
def test_two_sites_in_five_stand_at_home_and_every_destination_has_one(name: str) -> None:
    size = SIZES[name]
    countries = Counter(site["country"] for site in all_of("base", size)["sites"])

    assert countries["US"] == size.sites * 2 // 5
    assert len(countries) == size.num_destinations
    assert {row["country"] for row in all_of("base", size)["installed"]} == set(countries)


def test_no_country_of_the_families_is_in_tier_3() -> None:
    assert Counter(place.group for place in all_places()) == {0: 1, 1: 18, 2: 26}


def test_accelerators_are_those_of_the_catalogue() -> None:
    for model in (*MIXED, *RACKS[:2]):
        known = find_accelerator(model.name)
        assert known is not None
        assert known.tpp == model.tpp
        assert known.price_usd == model.price_usd


def test_deliveries_rise_and_power_is_the_multiple_of_their_need_that_the_kind_says() -> None:
    for kind in ("base", "tight", "seven-none", "few-large", "many-small"):
        plan = all_of(kind, M)
        kilowatts = {model.name: float(model.power_kw) for model in MIXED}
        need = math.fsum(row["units"] * kilowatts[row["accelerator"]] for row in plan["deliveries"]) * 1.22 / 1000
        by_period: defaultdict[str, float] = defaultdict(float)
        for row in plan["deliveries"]:
            by_period[row["period"]] += row["units"] * kilowatts[row["accelerator"]]
        numbers = KINDS[kind]
        assert megawatts(plan) / need == pytest.approx(
            numbers.power_home + numbers.power_tier1 + numbers.power_tier2, rel=0.02
        )
        assert by_period["2026Q4"] > 1.3 * by_period["2025Q1"]


def test_few_large_and_many_small_have_the_same_power_in_as_many_sites() -> None:
    few, many = all_of("few-large", L), all_of("many-small", L)
    largest = sorted((float(site["power_mw"]) for site in few["sites"]), reverse=True)

    assert megawatts(few) == pytest.approx(megawatts(many), rel=0.02)
    assert few["deliveries"] == many["deliveries"]
    assert math.fsum(largest[:40]) > 0.8 * megawatts(few)
    assert max(float(site["power_mw"]) for site in many["sites"]) < largest[0] / 3


def test_sites_of_a_group_are_alike() -> None:
    own = ("site",)
    alike = Counter(
        tuple(value for key, value in site.items() if key not in own) for site in all_of("symmetric", M)["sites"]
    )

    assert sum(count == 4 for count in alike.values()) >= 11
    assert max(alike.values()) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_the_fleet_that_stands_keeps_every_share_so_that_waiting_is_always_allowed(kind: str) -> None:
    group = {place.country: place.group for place in all_places()}
    for size in (free_size(10, 1, 1), S, M, L):
        for seed in range(1, 6):
            units = {row["country"]: row["units"] for row in generate(KINDS[kind], size, seed)["installed"]}
            second = [count for country, count in units.items() if group[country] == 2]
            total = sum(units.values())
            assert 2 * units["US"] > total
            assert 4 * sum(second) < total
            assert 100 * max(second) < 7 * total


def test_only_large_racks_has_racks_alone_and_its_sites_hold_a_few() -> None:
    plan = all_of("large-racks", L)

    assert {row["block"] for row in plan["accelerators"]} == {72}
    assert sorted(float(site["power_mw"]) for site in plan["sites"])[150] < 14 * 0.17


def test_power_rises_in_steps_or_falls_for_good() -> None:
    final = {site["site"]: float(site["power_mw"]) for site in all_of("rising", M)["sites"]}
    rising: dict[str, list[float]] = {}
    for row in all_of("rising", M)["power"]:
        rising.setdefault(row["site"], []).append(float(row["power_mw"]))

    assert set(rising) == set(final)
    for site, course in rising.items():
        assert course == sorted(course)
        assert course[0] == pytest.approx(final[site] / 3, abs=0.01)
        assert course[-1] == pytest.approx(final[site], abs=0.01)

    start = {site["site"]: float(site["power_mw"]) for site in all_of("falling", M)["sites"]}
    falling = all_of("falling", M)["power"]
    losing = {row["site"] for row in falling if row["period"] == "2026Q4"}
    assert {row["site"] for row in falling} == losing
    assert 15 < len(losing) < 35
    assert all(float(row["power_mw"]) < 0.81 * start[row["site"]] for row in falling)


def test_what_one_block_short_has_too_much_is_one_block_by_whole_racks_and_nothing_in_fractions() -> None:
    short, enough = all_of("one-block-short"), all_of("one-block-enough")
    assert {name for name in short if short[name] != enough[name]} == {"name", "description", "deliveries"}

    it_kw = [float(site["power_mw"]) / float(site["pue"]) * 1000 for site in short["sites"]]
    most = sum(int(kw / SMALLEST_RACK_KW) for kw in it_kw)
    least = sum(int(kw / LARGEST_RACK_KW) for kw in it_kw)
    delivered = sum(row["units"] // 72 for row in short["deliveries"])

    assert most == least == delivered - 1
    assert sum(row["units"] // 72 for row in enough["deliveries"]) == most
    assert math.fsum(it_kw) > LARGEST_RACK_KW * delivered
    assert all(SMALLEST_RACK_KW < model.block_kw <= LARGEST_RACK_KW for model in RACKS)
