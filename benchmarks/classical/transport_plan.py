"""Fixed-charge transportation as a plan: a national cap for each warehouse, a candidate site for each route.

A warehouse is a country whose cap, in chips, is its supply; a route is a site there with the route's capacity as power
and its charge as opening cost, and serves one store; a store is a workload that must be served. Where supply and demand
are equal in sum, every cap binds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.classical.plans import TIER_2, UNIT, document, exact, megawatts, numbered
from optimizer.errors import InputError, Problem

if TYPE_CHECKING:
    from benchmarks.classical.transport import Transport

PACK_FILE = "national-caps.toml"
DAY = "2025-01-01"


def plan_of(problem: Transport) -> dict[str, Any]:
    """Return the plan of an instance; its policy is the pack of `pack_of`, beside it."""
    countries = _countries(problem)
    routes = [numbered("s", number, len(problem.routes)) for number in range(len(problem.routes))]
    stores = [numbered("c", number, len(problem.demands)) for number in range(len(problem.demands))]
    return document(
        problem.name,
        policy=PACK_FILE,
        sites=[
            {
                "site": key,
                "country": countries[route.warehouse],
                "power_mw": megawatts(route.capacity),
                "opening_cost_usd": exact(route.fixed_cost),
            }
            for key, route in zip(routes, problem.routes, strict=True)
        ],
        accelerators=[{"accelerator": UNIT, "tpp": 1, "power_kw": 1, "block": 1, "value_usd_per_hour": 0}],
        deliveries={UNIT: sum(problem.supplies)},
        workloads=[
            {"workload": key, "demand_tpp": demand, "must_serve": True, "value_usd_per_tpp_hour": 0}
            for key, demand in zip(stores, problem.demands, strict=True)
        ],
        service=[
            {"workload": stores[route.store], "site": key, "value_usd_per_tpp": exact(-route.unit_cost)}
            for key, route in zip(routes, problem.routes, strict=True)
        ],
    )


def pack_of(problem: Transport) -> str:
    """Return a policy pack with one national cap per warehouse and nothing else."""
    citation = f'citation = "supply in {problem.name}"'
    parts = [
        'name = "national-caps"',
        f'title = "One cap per country: the supplies of {problem.name}"',
        'legal_status = "Not a legal regime: the supplies of a published transportation problem."',
        f"as_of = {DAY}",
        f"effective_from = {DAY}",
        'after = "hold"',
        'tier_table = "ai-diffusion-2025"',
    ]
    for country, supply in zip(_countries(problem), problem.supplies, strict=True):
        parts.append(_cap(country, supply, citation))
    return "\n".join(parts) + "\n"


def _cap(country: str, supply: int, citation: str) -> str:
    """Return the settings and the rule of one country's cap."""
    code, origin = country.lower(), f'confidence = "assumption"\n{citation}'
    return (
        f'\n[settings.cap_{code}]\ntype = "count"\nvalue = {supply}\nunit = "chips"\n{origin}\n'
        f'\n[settings.only_{code}]\ntype = "countries"\nvalue = ["{country}"]\n{origin}\n'
        f'\n[[rules]]\nkind = "national_cap"\nkey = "national_cap_{code}"\ncap = "cap_{code}"\n'
        f'countries = "only_{code}"\ntiers = [2]\n{citation}'
    )


def _countries(problem: Transport) -> tuple[str, ...]:
    """Return the country of each warehouse. Raises InputError where there are more warehouses than countries to name."""
    if len(problem.supplies) > len(TIER_2):
        refused = Problem(
            f"has {len(problem.supplies)} warehouses; there are {len(TIER_2)} countries", file=problem.name
        )
        raise InputError([refused])
    return TIER_2[: len(problem.supplies)]
