"""Goals after the value on small random plans: every number of the answer is what brute force finds in that order."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.strategy import goals
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.search import SMALL_PLAN_COLUMNS
from tests.agreement import num_plans
from tests.oracle.goals import after_goals
from tests.oracle.random_plans import random_plan, random_soft_plan

if TYPE_CHECKING:
    from fractions import Fraction

    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

NUM_PLANS, CHUNK = num_plans(48, wide=288), 12
ORDERS = (["fewest_sites"], ["least_carbon"], ["fewest_sites", "least_carbon"], ["least_carbon", "fewest_sites"])


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a slow machine finish what a fast one does."""
    monkeypatch.setattr(goals, "LEAST_SECONDS", 120.0)


def plan_with_goals(seed: int) -> dict[str, Any]:
    rng = Random(f"goals {seed}")
    document = random_soft_plan(seed) if seed % 4 == 3 else random_plan(seed)
    for site in document["sites"]:
        site["carbon_kg_per_mwh"] = rng.choice(["0", "35.5", "120", "400", "712.25"])
    within = rng.choice(["0", "1%", "10%", "1/3", "3/5"])
    return document | {"goals": {"then": rng.choice(ORDERS), "within": within}}


def answer(session: Session, document: dict[str, Any], backend: str) -> Outcome:
    options = SearchOptions(relative_gap=0.0, backend=backend)
    return place_fleet(plan_from_dict(document), options=options, session=session)


def rank_of(outcome: Outcome) -> tuple[Fraction, ...] | None:
    if outcome.objective is None:
        return None
    return (*(one.after for one in outcome.goals), -outcome.objective)


@pytest.mark.slow
@pytest.mark.parametrize("small", [SMALL_PLAN_COLUMNS, 0], ids=["directly", "in stages"])
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_goals_in_order_equal_brute_force(
    session: Session, monkeypatch: pytest.MonkeyPatch, first: int, small: int
) -> None:
    monkeypatch.setattr("optimizer.strategy.goal_search.SMALL_PLAN_COLUMNS", small)
    for seed in range(first, first + CHUNK):
        document = plan_with_goals(seed)
        goals_of = document["goals"]
        expected = after_goals(document, goals_of["then"], plan_from_dict(document).goals.within)

        outcome = answer(session, document, ("highs", "scip")[seed % 2])

        assert rank_of(outcome) == expected, seed
        assert all(one.is_proven for one in outcome.goals), seed
