"""Pricing from the original problem: right placements at their cost by hand, and every way to be wrong is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from benchmarks.classical import knapsack, transport
from benchmarks.classical.answers import Answer, Counts, Wrong, answer_of
from benchmarks.classical.facility import Facilities
from benchmarks.classical.knapsack import Knapsack
from benchmarks.classical.price_facility import price_capacitated, price_single_source, price_uncapacitated
from benchmarks.classical.transport import Route, Transport

TWO_SITES = Facilities(
    "two",
    capacities=(Fraction(4), Fraction(3)),
    opening_costs=(Fraction(10), Fraction(20)),
    demands=(Fraction(3), Fraction(2)),
    costs=((Fraction(6), Fraction(9)), (Fraction(5), Fraction(1))),
)
SACK = Knapsack("sack", (Fraction(5), Fraction(7)), ((Fraction(2), Fraction(3)),), (Fraction(4),), Fraction(7))
ROUTES = Transport(
    "routes",
    supplies=(3, 2),
    demands=(4, 1),
    routes=(
        Route(0, 0, Fraction(1), Fraction(10), 3),
        Route(1, 0, Fraction(2), Fraction(20), 2),
        Route(1, 1, Fraction(3), Fraction(5), 1),
    ),
)


def answer(units: Counts | None = None, opened: tuple[int, ...] = (), served: Counts | None = None) -> Answer:
    return Answer(units or {}, frozenset(opened), served or {})


def reason(price: Fraction | Wrong) -> str:
    assert isinstance(price, Wrong)
    return price.reason


def test_a_result_document_is_read_by_the_numbers_in_its_keys() -> None:
    document = {
        "placements": [{"site": "s02", "accelerator": "c11", "units_standing": 1, "units_added": 1}],
        "openings": [{"site": "s02", "period": "2025Q1"}],
        "served": [
            {"site": "s02", "workload": "c03", "period": "2025Q1", "served_tpp": 4},
            {"site": "s01", "workload": "c03", "period": "2025Q1", "served_tpp": 0},
        ],
    }

    assert answer_of(document) == answer({(1, 10): 1}, (1,), {(1, 2): 4})


def test_single_source_costs_opening_and_each_customer_once() -> None:
    assert price_single_source(TWO_SITES, answer({(0, 0): 1, (1, 1): 1}, (0, 1))) == 10 + 20 + 6 + 1


@pytest.mark.parametrize(
    ("units", "opened", "sentence"),
    [
        ({(0, 0): 1, (0, 1): 1}, (0,), "site 1 serves 5, its capacity is 4"),
        ({(0, 0): 1}, (0,), "customer 2 is served from 0 sites, not from one"),
        ({(0, 0): 1, (1, 0): 1, (1, 1): 1}, (0, 1), "customer 1 is served from 2 sites, not from one"),
        ({(0, 0): 2, (1, 1): 1}, (0, 1), "customer 1 is served from 2 sites, not from one"),
        ({(0, 0): 1, (1, 1): 1}, (0,), "site 2 serves customers and is not open"),
    ],
)
def test_single_source_refuses(units: Counts, opened: tuple[int, ...], sentence: str) -> None:
    assert reason(price_single_source(TWO_SITES, answer(units, opened))) == sentence


SPLIT: Counts = {(0, 0): 3, (0, 1): 1, (1, 1): 1}


def test_a_split_customer_costs_its_parts() -> None:
    right = answer({(0, 0): 4, (1, 0): 1}, (0, 1), SPLIT)

    assert price_capacitated(TWO_SITES, right) == 10 + 20 + 6 + Fraction(5, 2) + Fraction(1, 2)


def test_an_open_site_that_serves_nobody_is_paid_for() -> None:
    alone = Facilities(
        "one", (Fraction(9), Fraction(9)), (Fraction(1), Fraction(2)), (Fraction(1),), ((Fraction(4),) * 2,)
    )

    assert price_capacitated(alone, answer({(0, 0): 1}, (0, 1), {(0, 0): 1})) == 1 + 2 + 4


@pytest.mark.parametrize(
    ("units", "opened", "served", "sentence"),
    [
        ({(0, 0): 4, (1, 0): 1}, (0, 1), {**SPLIT, (1, 1): 2}, "customer 2 is served 3 of the 2 it asks for"),
        ({(0, 0): 4}, (0,), {(0, 0): 3, (0, 1): 1}, "customer 2 is served 1 of the 2 it asks for"),
        ({(0, 0): 5}, (0,), {(0, 0): 3, (0, 1): 2}, "site 1 serves 5, its capacity is 4"),
        ({(0, 0): 4, (1, 0): 1}, (0,), SPLIT, "site 2 serves customers and is not open"),
        ({(0, 0): 4}, (0, 1), SPLIT, "site 2 serves 1 TPP with 0 standing"),
    ],
)
def test_capacitated_refuses(units: Counts, opened: tuple[int, ...], served: Counts, sentence: str) -> None:
    assert reason(price_capacitated(TWO_SITES, answer(units, opened, served))) == sentence


def test_without_capacities_a_customer_costs_what_the_file_says_whatever_it_asks_for() -> None:
    right = answer({(0, 0): 2}, (0,), {(0, 0): 1, (0, 1): 1})

    assert price_uncapacitated(TWO_SITES, right) == 10 + 6 + 5


@pytest.mark.parametrize(
    ("units", "opened", "served", "sentence"),
    [
        ({(0, 0): 2}, (0,), {(0, 0): 1}, "customer 2 is served 0 times, not once"),
        ({(0, 0): 3}, (0, 1), {(0, 0): 1, (0, 1): 1, (1, 1): 1}, "customer 2 is served 2 times, not once"),
        ({(0, 0): 2}, (1,), {(0, 0): 1, (0, 1): 1}, "site 1 serves customers and is not open"),
        ({(0, 0): 1}, (0,), {(0, 0): 1, (0, 1): 1}, "site 1 serves 2 TPP with 1 standing"),
    ],
)
def test_uncapacitated_refuses(units: Counts, opened: tuple[int, ...], served: Counts, sentence: str) -> None:
    assert reason(price_uncapacitated(TWO_SITES, answer(units, opened, served))) == sentence


def test_a_knapsack_is_worth_what_is_in_it() -> None:
    assert knapsack.price(SACK, answer({(0, 1): 1})) == 7
    assert knapsack.price(SACK, answer()) == 0


@pytest.mark.parametrize(
    ("units", "sentence"),
    [
        ({(0, 0): 1, (0, 1): 1}, "row 1 weighs 5, its capacity is 4"),
        ({(0, 0): 2}, "item 1 is taken 2 times"),
    ],
)
def test_a_knapsack_refuses(units: Counts, sentence: str) -> None:
    assert reason(knapsack.price(SACK, answer(units))) == sentence


CARRIED: Counts = {(0, 0): 3, (1, 0): 1, (2, 1): 1}


def test_a_route_costs_its_charge_and_its_load() -> None:
    assert transport.price(ROUTES, answer(opened=(0, 1, 2), served=CARRIED)) == 10 + 3 + 20 + 2 + 5 + 3


@pytest.mark.parametrize(
    ("opened", "served", "sentence"),
    [
        ((0, 1, 2), {**CARRIED, (0, 0): 4}, "route 1 carries 4, its capacity is 3"),
        ((0, 1), CARRIED, "route 3 is used and its charge is not paid"),
        ((0, 1, 2), {**CARRIED, (1, 0): 2}, "warehouse 2 sends 3, its supply is 2"),
        ((0, 2), {(0, 0): 3, (2, 1): 1}, "store 1 gets 3 of the 4 it asks for"),
        ((0, 1, 2), {(0, 0): 3, (1, 0): 1, (1, 1): 1}, "route 2 leads to store 1 and serves 2"),
    ],
)
def test_transportation_refuses(opened: tuple[int, ...], served: Counts, sentence: str) -> None:
    assert reason(transport.price(ROUTES, answer(opened=opened, served=served))) == sentence
