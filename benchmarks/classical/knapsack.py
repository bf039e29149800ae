"""The 0-1 multi-dimensional knapsack: OR-Library's mknap1 and mknapcb1, as a plan, and priced from the file.

One site, always open; an item is an accelerator with one unit delivered, its profit the value of the unit; each row of
the knapsack is a shared resource of which a unit uses what the item weighs in that row.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from benchmarks.classical.answers import Answer, Wrong
from benchmarks.classical.data import read_text
from benchmarks.classical.plans import HOME, document, exact, numbered
from benchmarks.classical.words import Words

if TYPE_CHECKING:
    from pathlib import Path

SITE = "s1"


@dataclass(frozen=True, slots=True)
class Knapsack:
    """Items to take or leave, and what they may weigh together in each row."""

    name: str
    profits: tuple[Fraction, ...]
    weights: tuple[tuple[Fraction, ...], ...]
    """By row, then item."""
    capacities: tuple[Fraction, ...]
    printed_best: Fraction
    """The best value as the file prints it; 0 where it knows none."""


def read_orlib(file: Path, name: str) -> Knapsack:
    """Return one problem of a file; its number stands after the last underscore of the instance's name (`mknap1_3`).

    The number of problems, then per problem `items rows best`, the profits, the weights by row, and the capacities.
    Of the other problems only the sizes are read.
    """
    wanted = name.rpartition("_")[2]
    words = Words(read_text(file), file.name)
    num_problems = words.count("the number of problems")
    if not wanted.isdecimal() or not 1 <= int(wanted) <= num_problems:
        words.refuse(f"holds problems 1 to {num_problems}, and {name!r} names none of them")
    for number in range(1, int(wanted)):
        num_items, num_rows = words.count("the number of items"), words.count("the number of rows")
        words.skip(1 + num_items * (1 + num_rows) + num_rows, f"the end of problem {number}")
    return _problem(words, name)


def _problem(words: Words, name: str) -> Knapsack:
    num_items, num_rows = words.count("the number of items"), words.count("the number of rows")
    best = words.number("the best value")
    profits = words.numbers(num_items, "profit")
    weights = tuple(words.numbers(num_items, f"row {row}, weight") for row in range(1, num_rows + 1))
    return Knapsack(name, profits, weights, words.numbers(num_rows, "capacity"), best)


def plan_of(problem: Knapsack) -> dict[str, Any]:
    """Return the plan of an instance; items that weigh nothing in a row have no line there."""
    items = [numbered("i", number, len(problem.profits)) for number in range(len(problem.profits))]
    rows = [numbered("r", number, len(problem.capacities)) for number in range(len(problem.capacities))]
    return document(
        problem.name,
        sites=[{"site": SITE, "country": HOME, "power_mw": 0}],
        accelerators=[{"accelerator": key, "tpp": 1, "power_kw": 0, "block": 1} for key in items],
        deliveries=dict.fromkeys(items, 1),
        values=[
            {"site": SITE, "accelerator": key, "value_usd_per_unit": exact(profit)}
            for key, profit in zip(items, problem.profits, strict=True)
        ],
        resources=[
            {"resource": row, "limit": exact(capacity)} for row, capacity in zip(rows, problem.capacities, strict=True)
        ],
        resource_use=[
            {"resource": row, "accelerator": key, "per_unit": exact(weight)}
            for row, weights in zip(rows, problem.weights, strict=True)
            for key, weight in zip(items, weights, strict=True)
            if weight
        ],
    )


def price(problem: Knapsack, answer: Answer) -> Fraction | Wrong:
    """Return the profit of the items taken."""
    taken = {item: units for (_, item), units in answer.units.items()}
    for item, units in sorted(taken.items()):
        if units != 1:
            return Wrong(f"item {item + 1} is taken {units} times")
    for row, (weights, capacity) in enumerate(zip(problem.weights, problem.capacities, strict=True), start=1):
        weight = sum((weights[item] for item in taken), Fraction(0))
        if weight > capacity:
            return Wrong(f"row {row} weighs {weight}, its capacity is {capacity}")
    return sum((problem.profits[item] for item in taken), Fraction(0))
