"""Small random companies under the diffusion rule: the tool equals brute force, holding by holding and with `auto`."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.report.as_json import render
from optimizer.report.compose import compose
from optimizer.strategy.outcome import Status
from tests.agreement import EVERY_WAY, agreeing, num_plans, place
from tests.oracle import law
from tests.oracle.diffusion_brute_force import best_under_diffusion
from tests.oracle.diffusion_check import diffusion_problems
from tests.oracle.diffusion_facts import KNOWN_HERE
from tests.oracle.diffusion_law import DEFAULTS, HOLDINGS
from tests.oracle.plan_facts import read_plan
from tests.oracle.random_companies import holding, random_applicant, random_company

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.solve.session import Session


Row = dict[str, Any]
NUM_COMPANIES, NUM_APPLICANTS = num_plans(160, wide=1200), num_plans(80, wide=720)
CHUNK = 20
SITE_IN_INDIA = {"site": "delta", "country": "IN", "power_mw": "0.0084"}


def ways_of(seed: int) -> tuple[tuple[str, str], ...]:
    """Return one solver as it comes, and by turns one of every solver and strategy."""
    return (EVERY_WAY[0], EVERY_WAY[1 + seed % 3])


def holdings_of(plan: Row) -> tuple[str, ...]:
    """Return what the headquarters of a plan may hold."""
    return HOLDINGS[law.tier(plan["company"]["headquarters"], read_plan(plan, KNOWN_HERE).first_days[0])]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_COMPANIES, CHUNK))
def test_tool_equals_brute_force_for_a_fixed_holding(session: Session, first: int) -> None:
    for seed in range(first, first + CHUNK):
        plan = random_company(seed)
        assert len(list(agreeing(session, plan, best_under_diffusion(plan), ways_of(seed), seed))) == 2


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_APPLICANTS, CHUNK))
def test_auto_equals_the_best_fixed_holding_of_tool_and_brute_force(session: Session, first: int) -> None:
    for seed in range(first, first + CHUNK):
        plan = random_applicant(seed)
        fixed = {name: holding(plan, name) for name in holdings_of(plan)}
        optima = {name: best_under_diffusion(each) for name, each in fixed.items()}
        best = max((worth for worth in optima.values() if worth is not None), default=None)

        found = {name: place(session, each).objective for name, each in fixed.items()}
        outcome = place(session, plan)

        assert found == optima, seed
        assert outcome.status == (Status.INFEASIBLE if best is None else Status.OPTIMAL), seed
        assert outcome.objective == best, seed


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_COMPANIES, 4 * CHUNK))
def test_written_result_passes_the_independent_check_of_paths(session: Session, first: int) -> None:
    placed = 0
    for seed in range(first, first + 4 * CHUNK, 2):
        plan = random_company(seed) if seed % 4 else random_applicant(seed)
        outcome = place(session, plan)

        written = json.loads(render(compose(outcome)))

        assert written["status"] == outcome.status
        if outcome.objective is None:
            assert written["placements"] == []
            continue
        placed += 1
        assert diffusion_problems(plan, written) == [], seed
        assert Fraction(written["objective_exact"]) == outcome.objective
        assert Fraction(written["best_bound_exact"]) >= outcome.objective
    assert placed >= 5


def small(headquarters: str, start: str, chip: Row, delivered: dict[str, int], *sites: Row) -> Row:
    """Return a plan of three periods without discounting, without residual values, with a chip named `zeta`."""
    length = "quarter" if "Q" in start else "year"
    lots = [{"accelerator": "zeta", "period": period, "units": units} for period, units in delivered.items()]
    return {
        "company": {"name": "Test", "headquarters": headquarters},
        "horizon": {"start": start, "periods": 3, "length": length, "annual_discount_rate": "0"},
        "policy": {"name": "ai-diffusion-2025"},
        "economics": {"currency": "USD", "must_place": "no", "residual": "none"},
        "accelerators": [{"accelerator": "zeta", "power_kw": "1.4", "block": 1, "value_usd_per_hour": "1.5", **chip}],
        "deliveries": lots,
        "sites": list(sites),
    }


def two_paths_over_the_new_year() -> Row:
    """A block of 3 by LPP in each year, or both under UVEU from 2026Q1 on."""
    chip = {"tpp": 60_000, "block": 3}
    site = {"site": "bravo", "country": "SG", "power_mw": "0.0084"}
    plan = small("US", "2025Q3", chip, {"2025Q4": 3, "2026Q1": 3}, site)
    plan["policy"] |= {"authorisations": "uveu", "lpp_tpp_per_year": 240_000, "country_allocation": 0}
    plan["policy"] |= {"share_counts": "uveu_only", "counted_from": "installation", "new_site_notice_days": 92}
    plan["economics"]["residual"] = "life"
    return plan | {"installed": [{"country": "US", "accelerator": "zeta", "units": 3}]}


def nothing_fits_but_nothing_is_asked() -> Row:
    """One block of 2 is too much for 7% or 10% of 18 chips: the empty plan is the best, not none."""
    sites = [
        {"site": "kilo", "country": "PL", "power_mw": "0.004"},
        {"site": "delta", "country": "BR", "power_mw": "1"},
        {"site": "bravo", "country": "BR", "power_mw": "0.0084"},
    ]
    plan = small("US", "2026Q1", {"tpp": 4_992, "block": 2}, {"2026Q2": 2}, *sites)
    plan["policy"] |= {"authorisations": "uveu", "home_share": "57%", "outside_tier1_share": "10%"}
    fleet = [
        {"country": "US", "accelerator": "zeta", "units": 15},
        {"site": "delta", "accelerator": "zeta", "units": 1},
    ]
    return plan | {"installed": fleet}


def three_chips_far_below_every_limit() -> Row:
    """A Malaysian company with the published allowances, its own country worth more than the Emirates."""
    sites = [
        {"site": "echo", "country": "AE", "power_mw": "0.004"},
        {"site": "kilo", "country": "MY", "power_mw": "1", "value_multiplier": "1.15"},
    ]
    plan = small("MY", "2026", {"tpp": 15_832, "power_kw": "0.7"}, {"2026": 1, "2027": 2}, *sites)
    plan["horizon"]["annual_discount_rate"] = "0.123"
    plan["economics"]["residual"] = "life"
    return plan


@pytest.mark.parametrize(("backend", "strategy"), EVERY_WAY)
@pytest.mark.parametrize(
    "build",
    [two_paths_over_the_new_year, nothing_fits_but_nothing_is_asked, three_chips_far_below_every_limit],
)
def test_no_solver_calls_less_than_the_best_optimal(
    session: Session, build: Callable[[], Row], backend: str, strategy: str
) -> None:
    """Plans on which the presolve of HiGHS (OR-Tools 9.15) cut the optimum off; without presolve it finds it."""
    plan = build()

    outcome = place(session, plan, backend, strategy)

    assert (outcome.status, outcome.objective) == (Status.OPTIMAL, best_under_diffusion(plan))


def test_uncontrolled_chips_may_enter_where_no_controlled_one_may(session: Session) -> None:
    # Nothing controlled is owned or delivered, so 7% of it is nothing; that closes India to no other chip.
    plan = small("US", "2027Q4", {"tpp": 6_080, "eccn": "none"}, {"2028Q1": 3}, SITE_IN_INDIA)
    plan["policy"] |= {"authorisations": "uveu", "share_denominator": "delivered"}
    controlled = {"accelerator": "alpha", "tpp": 20_919, "power_kw": "1.4", "block": 1, "value_usd_per_hour": "1"}
    plan["accelerators"].append(controlled)

    outcome = place(session, plan)

    assert outcome.objective == best_under_diffusion(plan)
    assert outcome.objective is not None
    assert outcome.objective > 0


def test_random_companies_are_of_every_kind() -> None:
    """Each table, column and setting of the rule is in use somewhere, and each headquarters and length of period."""
    plans = [random_company(seed) for seed in range(NUM_COMPANIES)]

    assert {"authorisations", "commitments", "external_use", "installed"} <= {table for plan in plans for table in plan}
    assert {"operator_headquarters", "authorised_from", "tenure", "opening_cost_usd"} <= {
        column for plan in plans for row in plan["sites"] for column in row
    }
    assert {"placed_on", "path", "ownership", "site", "country"} <= {
        column for plan in plans for row in plan.get("installed", []) for column in row
    }
    assert {"accelerator", "units", "tpp", "valid_from", "valid_until"} <= {
        column for plan in plans for row in plan.get("authorisations", []) for column in row
    }
    fixed = {
        "holding_country",
        "licence_validity_years",
        "nveu_until",
        "country_allocation_from",
    }
    assert {name for plan in plans for name in plan["policy"]} >= set(DEFAULTS) - fixed
    assert {plan["horizon"]["length"] for plan in plans} == {"quarter", "month", "year"}
    assert {holdings_of(plan) for plan in plans} == set(HOLDINGS.values())
