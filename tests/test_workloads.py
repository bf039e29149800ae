"""Plans with workloads from end to end: worked out by hand, and facility location with a known optimum."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.audit import audit
from optimizer.pipeline import make_case, place_fleet
from optimizer.strategy.outcome import Status
from optimizer.strategy.search import SearchOptions
from tests.builders import chip, placing, plan, serving, site, workload

if TYPE_CHECKING:
    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome


def solved(session: Session, **parts: Any) -> Outcome:  # noqa: ANN401  whatever `document` takes
    return place_fleet(plan(policy="physical-only", **parts), options=SearchOptions(relative_gap=0.0), session=session)


def named(outcome: Outcome) -> dict[tuple[str, str], tuple[int, ...]]:
    assert outcome.placement is not None
    sites, workloads = outcome.case.plan.sites, outcome.case.plan.workloads
    return {(sites[s].key, workloads[w].key): row for (s, w), row in outcome.placement.served_tpp.items()}


BY_HAND: dict[str, Any] = {
    "sites": [
        site("ohio", "US", power_mw="0.004", opening_cost_usd=500),
        site("oslo", "NO", power_mw="0.002"),
    ],
    "accelerators": [chip(tpp=1000, power_kw=1, block=2, value_usd_per_hour=0)],
    "delivered": {"chip": [6]},
    "workloads": [
        workload("duty", 2500, must_serve=True),
        workload("trade", 9000, value_usd_per_tpp_hour="0.001", countries="US"),
    ],
    "service": [
        {"workload": "duty", "site": "ohio", "value_usd_per_tpp": "-1"},
        {"workload": "duty", "site": "oslo", "value_usd_per_tpp": "-1/3"},
        {"workload": "trade", "site": "ohio"},
        {"workload": "trade", "site": "oslo"},
    ],
}


def test_two_sites_and_two_workloads_are_served_as_worked_out_by_hand(session: Session) -> None:
    # Oslo has power for one pair, Ohio for two: 2,000 and 4,000 TPP. The duty of 2,500 TPP takes all of Oslo (a third of a
    # dollar each) and 500 in Ohio (a dollar each); the other 3,500 there earn 0.001 x 2,190 hours each.
    outcome = solved(session, **BY_HAND)

    assert outcome.status is Status.OPTIMAL
    assert named(outcome) == {("ohio", "duty"): (500,), ("ohio", "trade"): (3500,), ("oslo", "duty"): (2000,)}
    assert outcome.verification is not None
    assert outcome.verification.objective_terms["service"] == Fraction(219, 100) * 3500 - 500 - Fraction(2000, 3)
    assert outcome.objective == Fraction(219, 100) * 3500 - 500 - Fraction(2000, 3) - 500


def test_a_duty_beyond_what_whole_blocks_can_hold_is_infeasible_by_one(session: Session) -> None:
    for demand, status in ((6000, Status.OPTIMAL), (6001, Status.INFEASIBLE)):
        duty = [workload("duty", demand, must_serve=True), BY_HAND["workloads"][1]]

        assert solved(session, **{**BY_HAND, "workloads": duty}).status is status


def test_a_duty_of_single_compute_beside_huge_blocks_is_met_exactly(session: Session) -> None:
    racks = [chip("rack", tpp=40_000, power_kw=0, block=72, value_usd_per_hour=0)]
    duties = [workload(f"w{n}", demand, must_serve=True) for n, demand in enumerate((2_879_999, 2, 5_759_999))]
    outcome = solved(
        session,
        sites=[site("ohio", "US", opening_cost_usd=10), site("oslo", "NO", opening_cost_usd=7)],
        accelerators=racks,
        delivered={"rack": [72 * 3]},
        workloads=duties,
    )

    assert outcome.status is Status.OPTIMAL
    assert sum(sum(row) for row in named(outcome).values()) == 3 * 72 * 40_000


CAPACITIES, OPENING, DEMANDS = (60, 50, 40), (100, 70, 30), (25, 20, 15, 30)
COSTS = ((4, 9, 12), (10, 3, 8), (7, 7, 2), (5, 6, 20))
"""By customer and site, for one unit."""


def cheapest_facilities() -> int:
    """Return the least cost of opening sites and serving every customer, by trying every set of sites and whole flow."""
    return min(
        sum(OPENING[s] for s in range(3) if is_open[s]) + cost
        for is_open in product((False, True), repeat=3)
        if (cost := _cheapest_flow([c if o else 0 for c, o in zip(CAPACITIES, is_open, strict=True)])) is not None
    )


def _cheapest_flow(room: list[int]) -> int | None:
    best: dict[tuple[int, ...], int] = {tuple(room): 0}
    for demand, costs in zip(DEMANDS, COSTS, strict=True):
        after: dict[tuple[int, ...], int] = {}
        for left, paid in best.items():
            for first in range(min(demand, left[0]) + 1):
                for second in range(min(demand - first, left[1]) + 1):
                    third = demand - first - second
                    if third <= left[2]:
                        state = (left[0] - first, left[1] - second, left[2] - third)
                        cost = paid + first * costs[0] + second * costs[1] + third * costs[2]
                        after[state] = min(cost, after.get(state, cost))
        best = after
    return min(best.values(), default=None)


@pytest.mark.parametrize("strategy", ["whole-blocks", "relaxed-then-complete"])
def test_facility_location_is_a_plan(session: Session, strategy: str) -> None:
    built = plan(
        policy="physical-only",
        sites=[
            site(f"s{n}", "US", power_mw=f"0.0{capacity}", opening_cost_usd=OPENING[n])
            for n, capacity in enumerate(CAPACITIES)
        ],
        accelerators=[chip(tpp=1, power_kw=1, value_usd_per_hour=0)],
        delivered={"chip": [sum(DEMANDS)]},
        workloads=[workload(f"w{n}", demand, must_serve=True) for n, demand in enumerate(DEMANDS)],
        service=[
            {"workload": f"w{n}", "site": f"s{s}", "value_usd_per_tpp": -cost}
            for n, costs in enumerate(COSTS)
            for s, cost in enumerate(costs)
        ],
    )

    outcome = place_fleet(built, options=SearchOptions(relative_gap=0.0, strategy=strategy), session=session)

    assert (outcome.status, outcome.objective) == (Status.OPTIMAL, Fraction(-cheapest_facilities()))


def test_an_audit_serves_what_a_placement_does_not_say_and_takes_what_it_does() -> None:
    case = make_case(plan(policy="physical-only", **BY_HAND))
    placed = placing(case, ohio=4, oslo=2)

    silent = audit(case, placed)
    said = audit(case, serving(case, placed, {("ohio", "duty"): 2499}))

    assert silent.verification.passed
    assert silent.verification.objective == Fraction(219, 100) * 3500 - 500 - Fraction(2000, 3) - 500
    assert [reading.limit.key for reading in said.verification.broken] == ["must_serve[duty,2025Q1]"]


@pytest.mark.parametrize("seed", range(4))
def test_a_duty_that_takes_all_compute_of_the_sites_it_may_use_is_met_and_one_more_is_not(
    session: Session, seed: int
) -> None:
    rng, rack = Random(seed), 72 * 40_000
    left = {f"s{n}": rng.randint(1, 2) * rack for n in range(5)}
    pairs = [(f"w{n}", key) for n in range(8) for key in rng.sample(sorted(left), 2)]
    sites = [
        site(key, "US", max_units=tpp // 40_000, opening_cost_usd=rng.randint(1, 10**6)) for key, tpp in left.items()
    ]
    demand = dict.fromkeys((name for name, _ in pairs), 1)
    for name, key in pairs:
        is_last = not any(other == key for _, other in pairs[pairs.index((name, key)) + 1 :])
        taken = left[key] if is_last else rng.randint(0, left[key])
        demand[name] += taken
        left[key] -= taken
    for more, status in ((-1, Status.OPTIMAL), (0, Status.INFEASIBLE)):
        outcome = solved(
            session,
            sites=sites,
            accelerators=[chip("rack", tpp=40_000, block=72, value_usd_per_hour=0)],
            delivered={"rack": [72 * 12]},
            workloads=[workload(name, tpp + more, must_serve=True) for name, tpp in demand.items()],
            service=[{"workload": name, "site": key, "value_usd_per_tpp": rng.randint(1, 5)} for name, key in pairs],
        )

        assert outcome.status is status


def test_where_neither_demand_nor_compute_is_a_limit_no_more_is_served_than_the_bound_knows_of(
    session: Session,
) -> None:
    """One TPP of small demand stands beside a large one: what one site may have of it does not hang on the other."""
    outcome = solved(
        session,
        sites=[site("ohio", "US"), site("oslo", "NO")],
        workloads=[workload("small", 1, value_usd_per_tpp_hour="0.001"), workload("large", 90_000)],
        limits={name: {"enforced": False} for name in ("demand[small]", "site_compute[ohio]", "site_compute[oslo]")},
    )

    assert outcome.status is Status.OPTIMAL
    assert named(outcome) == {("ohio", "small"): (200,), ("oslo", "small"): (200,)}
