"""Leaving and moving through the command line: set, solved, kept, audited, and refused where it means nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.changing_plans import dipping

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """Return the plan of one chip whose site has no power in the last quarter."""
    file = tmp_path / "company.json"
    file.write_text(json.dumps(dipping(changes={"relocation": False})), encoding="utf-8")
    return file


def test_a_kept_run_that_moves_units_passes_the_audit(call: Call, company: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    solved = call("solve", company, "--set", "changes.relocation=true", "--out", run, "--format", "json")
    assert solved.exit_code == 0, solved.stderr
    answer = json.loads(solved.stdout)

    judged = call("audit", company, "--set", "changes.relocation=true", "--placement", run, "--format", "json")

    assert [(row["from_site"], row["to_site"], row["departs"]) for row in answer["moves"]] == [
        ("ohio", "texas", "2025Q3")
    ]
    assert judged.exit_code == 0, judged.stderr
    assert json.loads(judged.stdout)["moves"] == answer["moves"]


def test_the_same_run_fails_where_the_plan_does_not_let_units_move(call: Call, company: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert call("solve", company, "--set", "changes.relocation=true", "--out", run).exit_code == 0

    judged = call("audit", company, "--placement", run)

    assert judged.exit_code != 0
    assert "Traceback" not in judged.stderr


def test_the_summary_says_how_many_have_left(call: Call, company: Path) -> None:
    answer = call("solve", company, "--set", "changes.retirement=true")

    assert "0 of 1 units delivered by 2025Q3 stand, 1 have left" in answer.stdout
    assert "What leaves and moves" in answer.stdout


def test_changes_beside_values_are_refused_in_words(call: Call, company: Path) -> None:
    document = json.loads(company.read_text(encoding="utf-8"))
    document["changes"]["retirement"] = True
    document["values"] = [{"site": "ohio", "accelerator": "chip", "value_usd_per_unit": 5}]
    company.write_text(json.dumps(document), encoding="utf-8")

    answer = call("solve", company)

    assert answer.exit_code == 2
    assert "cannot stand beside values.csv" in answer.stderr
