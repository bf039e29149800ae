"""Fixed-charge transportation: warehouses with a supply, stores with a demand, routes with a charge for their use.

Three tables: warehouses (`id, supply`), stores (`id, demand`), routes (`warehouse_id, store_id, variable_cost, fixed_cost,
capacity`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from benchmarks.classical.answers import Answer, Wrong
from benchmarks.classical.data import read_text
from optimizer.errors import InputError, Problem
from optimizer.schema.quantities import parse_decimal, parse_integer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

T = TypeVar("T")
Row = dict[str, str]
WAREHOUSES, STORES = "warehouses.csv", "stores.csv"


@dataclass(frozen=True, slots=True)
class Route:
    """A way from a warehouse to a store, by their numbers."""

    warehouse: int
    store: int
    unit_cost: Fraction
    fixed_cost: Fraction
    capacity: int


@dataclass(frozen=True, slots=True)
class Transport:
    """A transportation problem with fixed charges. Amounts are whole."""

    name: str
    supplies: tuple[int, ...]
    demands: tuple[int, ...]
    routes: tuple[Route, ...]


def read_tables(file: Path, name: str) -> Transport:
    """Return the instance whose routes are in `file` and whose other tables lie beside it. Raises InputError."""
    supplies = _amounts(file.with_name(WAREHOUSES), "supply")
    demands = _amounts(file.with_name(STORES), "demand")
    warehouses, stores = list(supplies), list(demands)

    def route(row: Row) -> Route:
        return Route(
            warehouses.index(row["warehouse_id"]),
            stores.index(row["store_id"]),
            parse_decimal(row["variable_cost"]),
            parse_decimal(row["fixed_cost"]),
            parse_integer(row["capacity"]),
        )

    return Transport(name, tuple(supplies.values()), tuple(demands.values()), tuple(_rows(file, route)))


def _amounts(file: Path, amount: str) -> dict[str, int]:
    return dict(_rows(file, lambda row: (row["id"], parse_integer(row[amount]))))


def _rows(file: Path, read: Callable[[Row], T]) -> Iterator[T]:
    """Yield what each row of a table says; what is wrong with one is said with its place."""
    for number, row in enumerate(csv.DictReader(read_text(file).splitlines()), start=2):
        try:
            yield read(row)
        except KeyError as error:
            raise InputError([Problem(f"has no column {error}", file=file.name)]) from None
        except ValueError as error:
            raise InputError([Problem(f"is not a row of this table: {error}", file=file.name, row=number)]) from None


def price(problem: Transport, answer: Answer) -> Fraction | Wrong:
    """Return the cost of a placement whose sites are the routes, in order, and whose workloads are the stores."""
    used: dict[int, int] = {}
    for (number, store), amount in answer.served.items():
        if problem.routes[number].store != store:
            return Wrong(f"route {number + 1} leads to store {problem.routes[number].store + 1} and serves {store + 1}")
        used[number] = used.get(number, 0) + amount
    wrong = _wrong_routes(problem, answer, used) or _wrong_ends(problem, used)
    if wrong is not None:
        return wrong
    charges = sum((problem.routes[number].fixed_cost for number in answer.opened), Fraction(0))
    return charges + sum((problem.routes[number].unit_cost * amount for number, amount in used.items()), Fraction(0))


def _wrong_routes(problem: Transport, answer: Answer, used: Mapping[int, int]) -> Wrong | None:
    for number, amount in sorted(used.items()):
        if amount > problem.routes[number].capacity:
            return Wrong(f"route {number + 1} carries {amount}, its capacity is {problem.routes[number].capacity}")
        if number not in answer.opened:
            return Wrong(f"route {number + 1} is used and its charge is not paid")
    return None


def _wrong_ends(problem: Transport, used: Mapping[int, int]) -> Wrong | None:
    for warehouse, supply in enumerate(problem.supplies):
        amount = sum(part for number, part in used.items() if problem.routes[number].warehouse == warehouse)
        if amount > supply:
            return Wrong(f"warehouse {warehouse + 1} sends {amount}, its supply is {supply}")
    for store, demand in enumerate(problem.demands):
        amount = sum(part for number, part in used.items() if problem.routes[number].store == store)
        if amount != demand:
            return Wrong(f"store {store + 1} gets {amount} of the {demand} it asks for")
    return None
