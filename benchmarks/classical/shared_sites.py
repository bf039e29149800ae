"""Facility location with divisible customers as a plan: a customer is a workload that must be served whole.

Units of 1 TPP and 1 kW stand where they are needed, as many as all customers ask for together. Whole units lose nothing:
once the sites are chosen the rest is a transportation problem with whole numbers.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from benchmarks.classical.plans import HOME, UNIT, Row, document, exact, megawatts, numbered
from optimizer.errors import InputError, Problem

if TYPE_CHECKING:
    from benchmarks.classical.facility import Facilities


def capacitated_plan(problem: Facilities) -> dict[str, Any]:
    """Return the plan of a capacitated instance.

    Value of one TPP of a customer at a site: minus the cost of all of it, over its demand; where that is no finite
    decimal it is written as a fraction, so that nothing is rounded.

    Raises InputError where a demand is no whole number above 0.
    """
    for number, demand in enumerate(problem.demands, start=1):
        if demand.denominator != 1 or demand <= 0:
            refused = Problem(f"customer {number} asks for {demand}; TPP are whole", file=problem.name)
            raise InputError([refused])
    return _plan(problem, problem.capacities, problem.demands)


def uncapacitated_plan(problem: Facilities) -> dict[str, Any]:
    """Return the plan of an uncapacitated instance: power for everything at every site.

    Every customer asks for one TPP: without capacities its size means nothing, and its cost is then its value per TPP as
    the file writes it.
    """
    ones = (Fraction(1),) * problem.num_customers
    return _plan(problem, (Fraction(problem.num_customers),) * problem.num_sites, ones)


def _plan(problem: Facilities, capacities: tuple[Fraction, ...], demands: tuple[Fraction, ...]) -> dict[str, Any]:
    sites = [numbered("s", number, problem.num_sites) for number in range(problem.num_sites)]
    customers = [numbered("c", number, problem.num_customers) for number in range(problem.num_customers)]
    return document(
        problem.name,
        sites=[_site(problem, number, key, capacities[number]) for number, key in enumerate(sites)],
        accelerators=[{"accelerator": UNIT, "tpp": 1, "power_kw": 1, "block": 1, "value_usd_per_hour": 0}],
        deliveries={UNIT: int(sum(demands))},
        workloads=[
            {"workload": key, "demand_tpp": int(demand), "must_serve": True, "value_usd_per_tpp_hour": 0}
            for key, demand in zip(customers, demands, strict=True)
        ],
        service=[
            {"workload": key, "site": site, "value_usd_per_tpp": exact(-cost / demand)}
            for key, demand, row in zip(customers, demands, problem.costs, strict=True)
            for site, cost in zip(sites, row, strict=True)
        ],
    )


def _site(problem: Facilities, number: int, key: str, capacity: Fraction) -> Row:
    return {
        "site": key,
        "country": HOME,
        "power_mw": megawatts(capacity),
        "opening_cost_usd": exact(problem.opening_costs[number]),
    }
