"""Mappings onto plans: small random problems solved through the whole program agree with trying everything."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

import optimizer
from benchmarks.classical.facility import Facilities
from benchmarks.classical.families import FAMILIES
from benchmarks.classical.plans import exact
from benchmarks.classical.shared_sites import capacitated_plan, uncapacitated_plan
from benchmarks.classical.shares import SHARE_RULES, tight_shares
from benchmarks.classical.single_source import plan_of
from benchmarks.classical.solve import Solved, solve, with_shares, write_plan
from optimizer import SearchOptions
from optimizer.errors import InputError
from optimizer.files.columns import TABLES
from tests.benchmarks.classical import brute_force as brute
from tests.benchmarks.classical.test_prices import TWO_SITES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXACTLY = SearchOptions(relative_gap=0.0)
CASES: dict[str, tuple[Callable[[random.Random], Any], Callable[[Any], Fraction | None]]] = {
    "sscflp": (brute.random_facilities, brute.best_single_source),
    "cflp": (brute.random_facilities, brute.best_capacitated),
    "uflp": (brute.random_facilities, brute.best_uncapacitated),
    "mkp": (brute.random_knapsack, brute.best_knapsack),
    "transport": (brute.random_transport, brute.best_transport),
}
NEEDS = {"cflp": "workloads", "uflp": "workloads", "transport": "workloads", "mkp": "resources"}
"""The table without which a family cannot be written as a plan."""


def solved(family: str, problem: object, **parts: Any) -> Solved:  # noqa: ANN401  whatever `solve` takes
    needed = NEEDS.get(family, "sites")
    if not TABLES[needed].supported:
        pytest.skip(f"{needed}.csv is not supported yet")
    return solve(FAMILIES[family], problem, EXACTLY, is_minimum=family != "mkp", **parts)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("family", FAMILIES)
def test_the_program_finds_what_trying_everything_finds(family: str, seed: int) -> None:
    make, best = CASES[family]
    problem = make(random.Random(seed))

    found = solved(family, problem)

    assert found.value == best(problem)
    assert found.priced == found.value
    assert (found.value is None) == (found.status == "infeasible")


def test_every_family_is_tried() -> None:
    assert CASES.keys() == FAMILIES.keys()


def many_customers() -> Facilities:
    """Return four sites and thirty small customers: one unit more is less than any share leaves."""
    dice = random.Random(5)
    return Facilities(
        "many",
        (Fraction(18),) * 4,
        tuple(map(Fraction, (10, 12, 14, 40))),
        (Fraction(1),) * 30,
        tuple(tuple(Fraction(dice.randint(1, 9)) for _ in range(4)) for _ in range(30)),
    )


@pytest.mark.parametrize("family", ["sscflp", "cflp", "uflp"])
def test_shares_that_a_solution_keeps_leave_the_value_and_are_slack(family: str) -> None:
    problem = many_customers()
    plain = solved(family, problem)
    assert plain.answer is not None

    plan = with_shares(FAMILIES[family], problem, plain.answer)
    shared = solved(family, problem, plan=plan)

    assert shared.value == plain.value
    assert tight_shares(shared.result) == []
    assert {row["country"] for row in plan["sites"]} != {"US"}
    assert {row["rule"] for row in shared.result["limits"]} >= set(SHARE_RULES)


def test_a_share_that_is_used_up_is_reported() -> None:
    plan = plan_of(TWO_SITES)
    sites = [{**row, "country": country} for row, country in zip(plan["sites"], ("US", "DE"), strict=True)]
    found = solved("sscflp", TWO_SITES, plan={**plan, "sites": sites})

    assert tight_shares({"limits": [{**row, "binding": "binding"} for row in found.result["limits"]]})


def test_every_national_cap_of_a_transportation_problem_binds() -> None:
    found = solved("transport", brute.random_transport(random.Random(2)))

    caps = [row for row in found.result["limits"] if row["rule"].startswith("national_cap")]
    assert len(caps) == 2
    assert {row["binding"] for row in caps} == {"binding"}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_kept_plan_reads_back_as_it_was_mapped(family: str, tmp_path: Path) -> None:
    needed = NEEDS.get(family, "sites")
    if not TABLES[needed].supported:
        pytest.skip(f"{needed}.csv is not supported yet")
    problem = CASES[family][0](random.Random(0))
    folder = write_plan(tmp_path / "kept", FAMILIES[family], problem)

    written = optimizer.read_plan(folder)

    mapped = optimizer.plan_from_dict(FAMILIES[family].plan(problem), base=folder)
    assert replace(written, input_sha256={}) == replace(mapped, input_sha256={})


def test_a_value_that_is_no_decimal_is_written_as_a_fraction() -> None:
    service = capacitated_plan(TWO_SITES)["service"]

    assert [row["value_usd_per_tpp"] for row in service] == [-2, -3, exact(Fraction(-5, 2)), exact(Fraction(-1, 2))]
    assert exact(Fraction(-7, 3)) == "-7/3"


def test_without_capacities_every_site_has_power_for_everybody() -> None:
    plan = uncapacitated_plan(TWO_SITES)

    assert {row["demand_tpp"] for row in plan["workloads"]} == {1}
    assert {str(row["power_mw"]) for row in plan["sites"]} == {"0.002"}


def test_demands_that_are_no_whole_tpp_are_refused() -> None:
    with pytest.raises(InputError, match="customer 1 asks for 1/2; TPP are whole"):
        capacitated_plan(replace(TWO_SITES, demands=(Fraction(1, 2), Fraction(1))))
