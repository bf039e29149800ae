"""What leaves and moves in documents: rows, the table, and a placement that reads back as it was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.audit import audit
from optimizer.files.read_placement import read_placement
from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.report.as_json import render
from optimizer.report.bundle import write_bundle
from optimizer.report.compose import compose
from optimizer.report.registry import render as render_as
from tests.builders import site
from tests.changing_plans import dipping
from tests.oracle.random_changes import changing_plan, leaving_plan

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.strategy.outcome import Outcome


def solved(document: dict[str, Any]) -> Outcome:
    return place_fleet(plan_from_dict(document))


def test_a_move_is_a_row_from_site_to_site() -> None:
    outcome = solved(dipping(changes={"relocation": True}))

    (move,) = compose(outcome).moves

    assert move.model_dump() == {
        "from_site": "ohio",
        "to_site": "texas",
        "accelerator": "chip",
        "added_in": "2025Q1",
        "departs": "2025Q3",
        "arrives": "2025Q3",
        "units": 1,
    }
    assert compose(outcome).retired == ()


def test_a_unit_that_leaves_for_good_is_a_row_with_its_reason() -> None:
    retired = compose(solved(dipping(changes={"retirement": True}))).retired
    closed = compose(solved(dipping(changes={}, power=[], sites=[site("ohio", "US", closes_after="2025Q2")]))).retired

    assert [(row.site, row.added_in, row.period, row.units, row.reason) for row in (*retired, *closed)] == [
        ("ohio", "2025Q1", "2025Q3", 1, "retired"),
        ("ohio", "2025Q1", "2025Q3", 1, "site closed"),
    ]


@pytest.mark.parametrize("form", ["table", "markdown", "html"])
def test_people_read_where_units_go(form: str) -> None:
    page = render_as(compose(solved(dipping(changes={"relocation": True}))), form)

    assert "What leaves and moves" in page
    assert "to texas, there from 2025Q3" in page


@pytest.mark.parametrize("seed", range(0, 12, 3))
def test_a_written_placement_reads_back_as_it_was(seed: int, tmp_path: Path) -> None:
    for plan in (changing_plan(seed), leaving_plan(seed)):
        outcome = solved(plan)
        if outcome.placement is None:
            continue
        file = tmp_path / "result.json"
        file.write_text(render(compose(outcome)), encoding="utf-8")

        again = read_placement(file, outcome.case.plan)

        assert again.standing_units == outcome.placement.standing_units
        assert again.moves == outcome.placement.moves
        verdict = audit(outcome.case, again).verification
        assert (verdict.passed, verdict.objective) == (True, outcome.objective)


def test_a_kept_run_has_the_tables_beside_the_placement(tmp_path: Path) -> None:
    outcome = solved(dipping(changes={"relocation": True}))
    folder = write_bundle(compose(outcome), tmp_path / "run")

    again = read_placement(folder / "placement.csv", outcome.case.plan)

    assert again == outcome.placement
    assert not (folder / "retired.csv").exists()
    assert "moves.csv" in json.loads((folder / "run.json").read_text(encoding="utf-8"))["files"]
