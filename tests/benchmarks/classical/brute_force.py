"""Small problems and their optima, by trying everything: no plan, no solver, nothing shared with the mappings."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

from benchmarks.classical.facility import Facilities
from benchmarks.classical.knapsack import Knapsack
from benchmarks.classical.transport import Route, Transport

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator


def random_facilities(dice: random.Random) -> Facilities:
    """Return two or three sites and up to three customers; all of it fits, though not at one site."""
    num_sites, demands = dice.randint(2, 3), [dice.randint(1, 3) for _ in range(dice.randint(2, 3))]
    most = max(demands)
    capacities = [dice.randint(most, most + 2) for _ in range(num_sites)]
    capacities[0] = max(capacities[0], sum(demands) - 1)
    return Facilities(
        "random",
        tuple(map(Fraction, capacities)),
        tuple(Fraction(dice.randint(0, 20), 2) for _ in range(num_sites)),
        tuple(map(Fraction, demands)),
        tuple(tuple(Fraction(dice.randint(0, 30), 4) for _ in range(num_sites)) for _ in demands),
    )


def random_knapsack(dice: random.Random) -> Knapsack:
    """Return up to six items and two rows."""
    items = range(dice.randint(2, 6))
    weights = tuple(tuple(Fraction(dice.randint(0, 9), 2) for _ in items) for _ in range(2))
    profits = tuple(Fraction(dice.randint(1, 40), 4) for _ in items)
    return Knapsack("random", profits, weights, tuple(sum(row, Fraction(0)) / 2 for row in weights), Fraction(0))


def random_transport(dice: random.Random) -> Transport:
    """Return two warehouses whose supply is all that two stores ask for, each way open."""
    supplies = (dice.randint(1, 3), dice.randint(1, 3))
    first = dice.randint(1, sum(supplies) - 1)
    demands = (first, sum(supplies) - first)
    routes = tuple(
        Route(
            warehouse,
            store,
            Fraction(dice.randint(0, 9), 2),
            Fraction(dice.randint(0, 9)),
            min(supplies[warehouse], demands[store]),
        )
        for warehouse in range(2)
        for store in range(2)
    )
    return Transport("random", supplies, demands, routes)


def best_single_source(problem: Facilities) -> Fraction | None:
    """Return the least cost with each customer at one site; None where that is impossible."""
    return _least(_single_source_costs(problem, is_capacitated=True))


def best_uncapacitated(problem: Facilities) -> Fraction | None:
    """Return the least cost without capacities."""
    return _least(_single_source_costs(problem, is_capacitated=False))


def _single_source_costs(problem: Facilities, *, is_capacitated: bool) -> Iterator[Fraction]:
    for chosen in itertools.product(range(problem.num_sites), repeat=problem.num_customers):
        used = [sum(problem.demands[c] for c, s in enumerate(chosen) if s == site) for site in range(problem.num_sites)]
        if is_capacitated and any(amount > most for amount, most in zip(used, problem.capacities, strict=True)):
            continue
        opening = sum((problem.opening_costs[site] for site in set(chosen)), Fraction(0))
        yield opening + sum((problem.costs[customer][site] for customer, site in enumerate(chosen)), Fraction(0))


def best_capacitated(problem: Facilities) -> Fraction | None:
    """Return the least cost with whole units of demand at any sites: each unit is a customer of its own."""
    units = [
        (Fraction(1), tuple(cost / demand for cost in row))
        for demand, row in zip(problem.demands, problem.costs, strict=True)
        for _ in range(int(demand))
    ]
    split = Facilities(
        problem.name,
        problem.capacities,
        problem.opening_costs,
        tuple(demand for demand, _ in units),
        tuple(row for _, row in units),
    )
    return best_single_source(split)


def best_knapsack(problem: Knapsack) -> Fraction:
    """Return the largest profit of items that fit every row."""
    items = range(len(problem.profits))
    return max(
        sum((problem.profits[item] for item in taken), Fraction(0))
        for size in range(len(items) + 1)
        for taken in itertools.combinations(items, size)
        if all(
            sum(row[item] for item in taken) <= most
            for row, most in zip(problem.weights, problem.capacities, strict=True)
        )
    )


def best_transport(problem: Transport) -> Fraction | None:
    """Return the least cost over every whole number on every route."""
    costs = []
    for flow in itertools.product(*(range(route.capacity + 1) for route in problem.routes)):
        sent = [sum(f for f, r in zip(flow, problem.routes, strict=True) if r.warehouse == w) for w in range(2)]
        got = [sum(f for f, r in zip(flow, problem.routes, strict=True) if r.store == s) for s in range(2)]
        if tuple(got) == problem.demands and all(a <= b for a, b in zip(sent, problem.supplies, strict=True)):
            costs.append(
                sum(
                    (f * r.unit_cost + (r.fixed_cost if f else 0) for f, r in zip(flow, problem.routes, strict=True)),
                    Fraction(0),
                )
            )
    return _least(iter(costs))


def _least(costs: Iterator[Fraction]) -> Fraction | None:
    return min(costs, default=None)
