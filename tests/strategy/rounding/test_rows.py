"""Rows: limits as whole numbers, those of one site apart from those in which sites share."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np

from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.limit import Placed, Sense, Standing
from optimizer.rules.registry import compile_limits
from optimizer.strategy.rounding.room import Room
from optimizer.strategy.rounding.rows import rows_of
from optimizer.verify.check import verify
from tests.builders import case, chip, placing, site
from tests.oracle.random_plans import random_plan


def test_power_of_a_site_is_its_own_row_in_whole_numbers() -> None:
    built = case(
        sites=[site("ohio", "US", power_mw="0.0155", pue="1.25"), site("utah", "US")],
        accelerators=[chip(power_kw="0.7", block=8)],
        delivered=80,
    )

    rows = rows_of(built, compile_limits(built))

    assert rows is not None
    # 8 x 0.7 kW x 1.25 = 7 kW of 15.5 kW
    use, most = int(rows.local_use[0, 0, 0, 0]), int(rows.local_most[0, 0, 0])
    assert Fraction(use, most).limit_denominator(10**6) == Fraction(7000, 15500)


def test_sites_of_one_destination_share_their_rows() -> None:
    built = case(sites=[site("a", "US"), site("b", "MY"), site("c", "US")], delivered=8)

    rows = rows_of(built, compile_limits(built))

    assert rows is not None
    assert rows.group.tolist() == [0, 1, 0]


def test_equality_is_room_for_nothing_more_and_nothing_less() -> None:
    built = case(sites=[site("kl", "MY"), site("ohio", "US")], delivered=100, policy={"home_share": "0%"})
    rows = rows_of(built, compile_limits(built))
    assert rows is not None
    room = Room(built, rows, {0: 0, 1: 0})

    room.add(np.array([1]), 0, 0, np.array([93]))

    assert room.most(0, 0, 0) == 7
    room.add(np.array([0]), 0, 0, np.array([7]))
    assert room.is_kept()
    assert room.most(0, 0, 0) == 0


def test_rows_say_of_random_placements_what_the_exact_check_says() -> None:
    verdicts = set()
    for seed in range(150):
        built, rng = make_case(plan_from_dict(random_plan(seed))), Random(seed)
        limits = tuple(limit for limit in compile_limits(built) if _is_of_stock(limit.net_terms()))
        rows = rows_of(built, limits)
        if rows is None:
            continue
        room = Room(built, rows, dict.fromkeys(range(len(built.plan.sites)), 0))
        for site_number, sku, period in np.argwhere(room.may_add).tolist():
            blocks = rng.choice([0, 0, 0, 1, 2])
            room.add(np.array([site_number]), sku, period, np.array([blocks]))
        verdict = verify(built, limits, room.placement(built))
        by_row = {number: int(slack) for number, slack in zip(rows.numbers, room.shared, strict=True)}
        for number, reading in enumerate(verdict.readings):
            if number in by_row and reading.limit.sense in Sense:
                assert (by_row[number] < 0) == (reading.slack < 0), reading.limit.key
        local = [r for n, r in enumerate(verdict.readings) if n not in by_row and r.limit.net_terms()]
        forbidden = {"openings", "closings", "allowed_accelerators"}
        is_kept = all(r.slack >= 0 for r in local if r.limit.rule not in forbidden)
        assert bool((room.local >= 0).all()) == is_kept
        verdicts.add(is_kept)
    assert verdicts == {True, False}


def _is_of_stock(terms: tuple[tuple[object, object], ...]) -> bool:
    return all(isinstance(variable, Standing | Placed) for variable, _ in terms)


def test_what_stands_becomes_a_placement_with_openings_at_first_use() -> None:
    built = case(sites=[site("ohio", "US")], accelerators=[chip(block=4)], delivered={"chip": [8, 8]}, periods=2)
    rows = rows_of(built, compile_limits(built))
    assert rows is not None
    room = Room(built, rows, {0: 0})

    room.add(np.array([0]), 0, 1, np.array([3]))

    assert room.placement(built) == placing(built, ohio=(0, 12))
