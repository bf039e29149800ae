"""The shipped plans that cannot be: their conflicts are those of `expected.json`, and every repair makes a plan exist."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.explain.explanation import explain_outcome
from optimizer.files.read_plan import read_plan
from optimizer.pipeline import place_fleet

if TYPE_CHECKING:
    from optimizer.solve.session import Session


FOLDER = Path(__file__).parents[2] / "instances"
NAMES = sorted(file.parent.name for file in FOLDER.glob("*/expected.json"))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_conflicts_are_those_expected_and_repairs_make_a_plan_exist(session: Session, name: str) -> None:
    expected = json.loads((FOLDER / name / "expected.json").read_text(encoding="utf-8"))
    outcome = place_fleet(read_plan(FOLDER / name), session=session)

    found = explain_outcome(outcome, session=session)

    groups = [[[one.group for one in member.atom.settings] for member in one.members] for one in found.conflicts]
    assert as_sets(groups) == as_sets(expected["conflicts"])
    assert all(conflict.is_minimal for conflict in found.conflicts)
    assert bool(found.repairs) == any(expected["families"].values())
    for repair in found.repairs:
        repaired = place_fleet(read_plan(FOLDER / name, repair.set_options), session=session)
        assert repaired.objective is not None, repair.set_options
        assert repair.outcome.verification is not None
        assert repair.outcome.verification.passed


def as_sets(conflicts: list[list[list[str]]]) -> set[frozenset[frozenset[str]]]:
    return {frozenset(frozenset(member) for member in conflict) for conflict in conflicts}
