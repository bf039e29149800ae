"""Tiny random plans in which the larger features meet: the tool equals a walk through everything, and its words add up.

Each result is read back into the lives of its units and judged by the plan alone. Goals are held against the same walk, and
so are plans that are planned again.
"""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.report.as_json import render
from optimizer.report.compose import compose
from optimizer.solve.session import Session
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Outcome, Status
from tests.agreement import EVERY_WAY, place
from tests.oracle.lives_of_result import problems_of
from tests.oracle.random_together import FEATURES, mixed_plan, with_goals
from tests.oracle.together import best, best_rank, size_of
from tests.oracle.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NUM_PLANS, CHUNK = 120, 20
MOST = 4_000
"""Placements that a walk looks at, about."""


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as shared:
        yield shared


def written(outcome: Outcome) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(compose(outcome)))
    return document


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_plans_with_several_features_equal_a_walk_through_everything(session: Session, first: int) -> None:
    num_plans = 0
    for seed in range(first, first + CHUNK):
        plan = mixed_plan(seed)
        world = World(plan)
        if size_of(world) > MOST or "deliveries[chip]" in world.prices:
            continue
        found, num_plans = best(world), num_plans + 1
        optimum = None if found is None else found[0]
        outcome = place(session, plan, *EVERY_WAY[seed % 4])

        expected = Status.INFEASIBLE if optimum is None else Status.OPTIMAL
        assert (outcome.status, outcome.objective) == (expected, optimum), seed
        assert outcome.placement is None or problems_of(world, written(outcome)) == [], seed
    assert num_plans > CHUNK / 2


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS // 3, CHUNK))
def test_goals_of_plans_with_several_features_equal_a_walk_through_everything(session: Session, first: int) -> None:
    for seed in range(first, first + CHUNK):
        plan = with_goals(seed)
        world = World(plan)
        if size_of(world) > MOST / 4 or "deliveries[chip]" in world.prices:
            continue
        rank = best_rank(world, plan["goals"]["then"], plan_from_dict(plan).goals.within)
        outcome = place_fleet(plan_from_dict(plan), options=SearchOptions(relative_gap=0.0), session=session)

        assert outcome.placement is None or problems_of(world, written(outcome)) == [], seed
        goals = None if outcome.objective is None else (*(one.after for one in outcome.goals), -outcome.objective)
        assert goals == rank, seed


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS // 2, CHUNK))
def test_planning_again_plans_with_several_features_equals_a_walk_through_everything(
    session: Session, tmp_path: Path, first: int
) -> None:
    for seed in range(first, first + CHUNK):
        rng, plan = Random(f"together again {seed}"), mixed_plan(seed)
        world = World(plan)
        if size_of(world) > MOST / 2 or "deliveries[chip]" in world.prices:
            continue
        outcome = place(session, plan)
        if outcome.placement is None or not outcome.placement.standing_units:
            continue
        last, price = written(outcome), rng.choice(["0", "3.5", "400", "25000"])
        (tmp_path / "last.json").write_text(json.dumps(last), encoding="utf-8")
        through = rng.choice([None, world.labels[0], world.labels[-1]])
        for site in plan["sites"]:
            site["value_multiplier"] = rng.choice(["0.8", "1", "1.3"])
        again = World({**plan, **asked_again(world, last, through, price)})
        section = {"plan": str(tmp_path / "last.json"), "change_price_usd_per_unit": price}
        found = best(again)
        second = place(session, plan | {"last": section | ({"freeze_through": through} if through else {})})

        assert second.objective == (None if found is None else found[0]), seed
        assert second.placement is None or problems_of(again, written(second)) == [], seed


def asked_again(world: World, last: dict[str, Any], through: str | None, price: str) -> dict[str, Any]:
    """Return what the walk has to know of a last plan: what stands in frozen periods, and what it adds after them."""
    frozen: dict[int, dict[tuple[str, str], int]] = {}
    if through is not None:
        frozen = {period: {} for period in range(world.labels.index(through) + 1)}
    planned: dict[tuple[str, str, int], int] = {}
    for row in last["placements"]:
        pair, period = (row["site"], row["accelerator"]), world.labels.index(row["period"])
        if period in frozen:
            frozen[period][pair] = row["units_standing"]
        elif row["units_added"]:
            planned[*pair, period] = row["units_added"]
    return {"frozen": frozen, "planned": planned, "change_price": Fraction(price)}


def test_every_feature_meets_every_other_in_some_plan() -> None:
    tables = {"changes", "halls", "resources", "opening_limits", "workloads", "limits", "commitments"}
    met = {frozenset(tables & set(mixed_plan(seed))) for seed in range(NUM_PLANS)}

    assert all(any({one, other} <= found for found in met) for one in tables for other in tables)
    assert len(FEATURES) == len(tables) + 2  # bound lots and closing sites have no table of their own
