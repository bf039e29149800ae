"""Single-source facility location as a plan: a customer is an accelerator of one unit, which is indivisible.

Its power is the customer's demand and its value at a site minus the cost of serving the customer from there; every unit has
to stand somewhere, and a site's power is its capacity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.classical.plans import HOME, document, exact, megawatts, numbered

if TYPE_CHECKING:
    from benchmarks.classical.facility import Facilities


def plan_of(problem: Facilities) -> dict[str, Any]:
    """Return the plan of an instance. A customer counts as many TPP as it asks for, or 1 where that is no whole number."""
    sites = [numbered("s", number, problem.num_sites) for number in range(problem.num_sites)]
    customers = [numbered("c", number, problem.num_customers) for number in range(problem.num_customers)]
    is_whole = all(demand.denominator == 1 and demand > 0 for demand in problem.demands)
    return document(
        problem.name,
        sites=[
            {
                "site": key,
                "country": HOME,
                "power_mw": megawatts(problem.capacities[number]),
                "opening_cost_usd": exact(problem.opening_costs[number]),
            }
            for number, key in enumerate(sites)
        ],
        accelerators=[
            {"accelerator": key, "tpp": int(demand) if is_whole else 1, "power_kw": exact(demand), "block": 1}
            for key, demand in zip(customers, problem.demands, strict=True)
        ],
        deliveries=dict.fromkeys(customers, 1),
        must_place=True,
        values=[
            {"site": site, "accelerator": customer, "value_usd_per_unit": exact(-cost)}
            for customer, row in zip(customers, problem.costs, strict=True)
            for site, cost in zip(sites, row, strict=True)
        ],
    )
