"""Necessary conditions: each kind with its two numbers, silent where it holds, and never wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.explain.conditions import Condition, failed_conditions
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.strategy.outcome import Status
from tests.agreement import place
from tests.builders import case, chip, document, site, workload
from tests.explain.small_plans import KILOWATT_CHIP, contract, japanese
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from optimizer.solve.session import Session


def conditions_of(plan: dict[str, Any]) -> tuple[Condition, ...]:
    case = make_case(plan_from_dict(plan))
    return failed_conditions(case, compile_limits(case))


def numbers(plan: dict[str, Any]) -> list[tuple[float, float, str]]:
    return [(float(one.needed), float(one.available), one.unit) for one in conditions_of(plan)]


def to_stand(ohio_mw: str, oslo_mw: str = "0.005", **parts: Any) -> dict[str, Any]:  # noqa: ANN401
    """Ten chips of 1 kW that have to stand, at ohio with PUE 1.2 and oslo with PUE 1.1."""
    sites = [site("ohio", "US", power_mw=ohio_mw, pue="1.2"), site("oslo", "NO", power_mw=oslo_mw, pue="1.1")]
    chips = [KILOWATT_CHIP]
    return document(sites=sites, accelerators=chips, delivered=10, economics={"must_place": "by_end"}, **parts)


def test_what_must_stand_is_set_against_all_power(session: Session) -> None:
    """Ten chips draw at least 10 x 1.1 kW; 4 + 5 kW are there."""
    plan = to_stand("0.004", policy="physical-only")

    assert numbers(plan) == [(0.011, 0.009, "MW")]
    (condition,) = conditions_of(plan)
    assert set(condition.groups) == {"must_place[chip]", "site_power[ohio]", "site_power[oslo]"}
    assert condition.sentence == "what must stand by 2025Q1 draws at least 0.011 MW; all sites together have 0.009 MW"
    assert place(session, plan).status is Status.INFEASIBLE


def test_a_least_share_at_home_is_set_against_what_home_can_hold(session: Session) -> None:
    """Half of 10,000 TPP have to be in the United States, where 0.0048 MW at PUE 1.2 hold four chips."""
    plan = to_stand("0.0048", oslo_mw="1")

    assert numbers(plan) == [(5000, 4000, "TPP")]
    assert conditions_of(plan)[0].groups == ("must_place[chip]", "home_share[US]", "site_power[ohio]")
    assert place(session, plan).status is Status.INFEASIBLE


def test_a_contract_is_set_against_the_share_of_its_country(session: Session) -> None:
    """20 chips are 20,000 TPP; 7% of all 100 are 7,000."""
    plan = {**japanese(100, "MY"), "commitments": [contract("lease", "in-my", 20)]}

    assert numbers(plan) == [(20_000, 7000, "TPP")]
    assert conditions_of(plan)[0].groups == ("commitment[lease]", "destination_share[MY]")
    assert place(session, plan).status is Status.INFEASIBLE


def test_a_contract_is_set_against_the_cap_of_its_country(session: Session) -> None:
    """20 chips of 1,000 are less than 7%, and only 15 may come in all."""
    plan = {**japanese(1000, "MY", policy={"national_cap": 15}), "commitments": [contract("lease", "in-my", 20)]}

    assert numbers(plan) == [(20, 15, "chips")]
    assert conditions_of(plan)[0].sentence == (
        "commitment[lease,2025Q1] asks for 20 chips more in MY; national_cap[MY,2025Q1] leaves at most 15"
    )
    assert place(session, plan).status is Status.INFEASIBLE


@pytest.mark.parametrize(
    "plan",
    [
        # 12 kW at ohio hold all ten
        to_stand("0.012", policy="physical-only"),
        # 6 kW hold five at home, half of ten; the other five draw 5.5 kW
        to_stand("0.006", oslo_mw="0.0055"),
        {**japanese(100, "MY"), "commitments": [contract("lease", "in-my", 7)]},
        {**japanese(1000, "MY", policy={"national_cap": 20}), "commitments": [contract("lease", "in-my", 20)]},
    ],
    ids=["power", "home", "share", "cap"],
)
def test_nothing_is_said_where_both_numbers_are_equal_and_a_plan_exists(session: Session, plan: dict[str, Any]) -> None:
    assert conditions_of(plan) == ()
    assert place(session, plan).placement is not None


def test_the_earliest_period_speaks_for_a_contract_over_several() -> None:
    plan = japanese({"chip": [100, 100]}, "MY", periods=2)  # type: ignore[arg-type]
    plan["commitments"] = [contract("lease", "in-my", 20)]

    assert numbers(plan) == [(20_000, 7000, "TPP")]


def test_a_limit_that_may_be_bought_past_is_no_contradiction() -> None:
    plan = japanese(100, "MY", limits={"destination_share[MY]": {"price_cap": "1"}})
    plan["commitments"] = [contract("lease", "in-my", 20)]

    assert conditions_of(plan) == ()


@pytest.mark.slow
def test_on_random_plans_a_failed_condition_means_that_there_is_no_plan(session: Session) -> None:
    num_failed = 0
    for seed in range(400):
        plan = random_plan(seed)
        if conditions_of(plan):
            num_failed += 1
            assert place(session, plan).status is Status.INFEASIBLE, seed
    assert num_failed >= 10


def test_more_that_must_be_served_than_is_delivered_or_installed_is_told_with_both_numbers() -> None:
    for demand, is_told in ((5_300, False), (5_301, True)):
        built = case(
            sites=[site("ohio", "US"), site("oslo", "NO")],
            delivered=5,
            installed=[
                {"site": "oslo", "accelerator": "chip", "units": 3, "ownership": "leased_out"},
                {"site": "ohio", "accelerator": "old", "units": 1},
            ],
            accelerators=[chip(), chip("old", tpp=300)],
            workloads=[workload("chat", 5_000, must_serve=True), workload("search", demand - 5_000, must_serve=True)],
            policy="physical-only",
        )

        found = [one for one in failed_conditions(built, compile_limits(built)) if "served" in one.sentence]

        assert bool(found) is is_told
        if found:
            assert (int(found[0].needed), int(found[0].available), found[0].unit) == (5_301, 5_300, "TPP")
            assert {"must_serve[chat]", "must_serve[search]", "deliveries[chip]"} <= set(found[0].groups)
