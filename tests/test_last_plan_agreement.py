"""Small random plans, changed a little and planned again from the last plan: the tool equals brute force."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError
from optimizer.report.as_json import render
from optimizer.report.compose import compose
from tests.agreement import EVERY_WAY, agreeing, num_plans, place
from tests.oracle.last_plan import best_after, is_frozen_and_gone, moved_units, planned_additions
from tests.oracle.plan_facts import read_plan
from tests.oracle.random_last_plans import PRICES, PlannedAgain, planned_again
from tests.oracle.standing import read_result

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

NUM_PLANS, CHUNK = num_plans(160, wide=720), 20


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_planning_again_equals_brute_force(session: Session, tmp_path: Path, first: int) -> None:
    file = tmp_path / "last.json"
    for seed in range(first, first + CHUNK):
        drawn = planned_again(seed)
        if drawn is None:
            continue
        document, last, through, price = drawn
        file.write_text(json.dumps(last), encoding="utf-8")
        frozen = {"freeze_through": through} if through else {}
        written = {**document, "last": {"plan": str(file), "change_price_usd_per_unit": price, **frozen}}
        if is_frozen_and_gone(document, last, through):
            with pytest.raises(InputError, match="no longer has the site"):
                place(session, written)
            continue
        optimum = best_after(document, last, through, Fraction(price))
        for outcome in agreeing(session, written, optimum, [EVERY_WAY[seed % 4]], seed):
            assert_told(drawn, outcome)


def assert_told(drawn: PlannedAgain, outcome: Outcome) -> None:
    """Assert that a result says how much of the last plan it changes, and that changing is nothing bought."""
    if outcome.objective is None:
        return
    written = json.loads(render(compose(outcome)))
    plan = read_plan(drawn.document)
    standing, problems = read_result(plan, written)
    missing = moved_units(planned_additions(plan, drawn.last), standing.units)
    assert problems == []
    assert written["last_plan"]["units_changed"] == sum(missing.values())
    assert written["verification"]["verdict"] == "within limits"
    assert written["bought"] == []


def test_random_last_plans_freeze_change_lose_sites_and_begin_later() -> None:
    drawn = [one for seed in range(NUM_PLANS) if (one := planned_again(seed)) is not None]

    assert len(drawn) > NUM_PLANS / 4
    assert sum(bool(one.gone) for one in drawn) > 5
    assert sum(one.is_later for one in drawn) > 5
    assert {one.through is None for one in drawn} == {True, False}
    assert {one.price for one in drawn} == set(PRICES)
