"""Facility location, capacitated (CFLP), uncapacitated (UFLP) and single-source (SSCFLP): the problem and its formats."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from benchmarks.classical.data import read_text
from benchmarks.classical.words import Words

if TYPE_CHECKING:
    from pathlib import Path

CAPACITY_WORD = "capacity"
"""Stands in some OR-Library files for a number that the instance's name gives."""


@dataclass(frozen=True, slots=True)
class Facilities:
    """Sites that may open at a cost, customers to be served whole. All numbers exact, costs in the file's money."""

    name: str
    capacities: tuple[Fraction, ...]
    opening_costs: tuple[Fraction, ...]
    demands: tuple[Fraction, ...]
    costs: tuple[tuple[Fraction, ...], ...]
    """By customer, then site: cost of serving all of the customer from there."""

    @property
    def num_sites(self) -> int:
        """Return the number of sites."""
        return len(self.capacities)

    @property
    def num_customers(self) -> int:
        """Return the number of customers."""
        return len(self.demands)


def read_orlib(file: Path, name: str) -> Facilities:
    """Return an instance in OR-Library's format, which Kratica's files share.

    `m n`; m times `capacity opening-cost`; n times `demand`, then m costs of serving all of that customer. The word
    `capacity` stands for the number after the underscore in the instance's name (`capa_8000`).
    """
    words = Words(read_text(file), file.name)
    num_sites, num_customers = words.count("the number of sites"), words.count("the number of customers")
    capacities, openings = [], []
    for site in range(1, num_sites + 1):
        capacities.append(_capacity(words, site, name))
        openings.append(words.number(f"the opening cost of site {site}"))
    demands, costs = [], []
    for customer in range(1, num_customers + 1):
        demands.append(words.number(f"the demand of customer {customer}"))
        costs.append(words.numbers(num_sites, f"customer {customer}, cost"))
    words.end()
    return Facilities(name, tuple(capacities), tuple(openings), tuple(demands), tuple(costs))


def _capacity(words: Words, site: int, name: str) -> Fraction:
    word = words.word(f"the capacity of site {site}")
    number = name.rpartition("_")[2] if word == CAPACITY_WORD else word
    try:
        return Fraction(number)
    except ValueError:
        if word == CAPACITY_WORD:
            words.refuse(f"the capacity of site {site} is left to the instance's name, and {name!r} ends in no number")
        words.refuse(f"the capacity of site {site} has to be a number", word)


def read_holmberg(file: Path, name: str) -> Facilities:
    """Return an instance in Holmberg's format: `m n`; m capacities; m opening costs; n demands; n rows of m whole costs."""
    words = Words(read_text(file), file.name)
    num_sites, num_customers = words.count("the number of sites"), words.count("the number of customers")
    capacities = words.numbers(num_sites, "capacity")
    openings = words.numbers(num_sites, "opening cost")
    demands = words.numbers(num_customers, "demand")
    costs = tuple(words.numbers(num_sites, f"customer {number}, cost") for number in range(1, num_customers + 1))
    words.end()
    return Facilities(name, capacities, openings, demands, costs)
