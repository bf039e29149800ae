"""`placement facilities`: the accounting on stdout, and beside a kept run."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import Call, environment

if TYPE_CHECKING:
    from pathlib import Path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_it_is_csv_of_the_installed_fleet_unless_told_otherwise(call: Call, plan: Path) -> None:
    answer = call("facilities", plan)

    assert answer.exit_code == 0
    assert answer.stderr == ""
    found = rows(answer.stdout)
    assert {row["date"] for row in found} == {"2025-02-01", "2025-08-01"}
    assert {row["facility"] for row in found} == {"installed in US", "installed in IE", "installed in MY"}
    assert sum(int(row["units_at_close"]) for row in found if row["date"] == "2025-02-01") == 7600


def test_what_solve_keeps_is_accounted_for_in_the_same_words(call: Call, plan: Path, tmp_path: Path) -> None:
    call("solve", plan, "--out", tmp_path / "run", "--quiet")

    answer = call("facilities", plan, "--placement", tmp_path / "run")

    assert answer.stdout == (tmp_path / "run" / "facilities.csv").read_text(encoding="utf-8")
    assert any(row["units_at_close"] > row["units_at_opening"] for row in rows(answer.stdout))


def test_a_run_without_a_plan_keeps_an_accounting_without_rows(call: Call, tiny_plan: Path, tmp_path: Path) -> None:
    call("solve", tiny_plan, "--set", "economics.must_place=by_end", "--out", tmp_path / "run", "--quiet")

    text = (tmp_path / "run" / "facilities.csv").read_text(encoding="utf-8")

    assert text.startswith("date,facility,")
    assert rows(text) == []


def test_chosen_dates_alone_are_listed(call: Call, plan: Path) -> None:
    answer = call("facilities", plan, "--date", "2025-06-30", "--date", "2025-03-01")

    assert list(dict.fromkeys(row["date"] for row in rows(answer.stdout))) == ["2025-03-01", "2025-06-30"]


def test_a_date_outside_the_plan_is_exit_code_2(call: Call, plan: Path) -> None:
    answer = call("facilities", plan, "--date", "2031-02-01")

    assert answer.exit_code == 2
    assert "--date: outside the plan (got '2031-02-01')" in answer.stderr


def test_something_that_is_no_date_is_a_usage_error(call: Call, plan: Path) -> None:
    assert call("facilities", plan, "--date", "1 February").exit_code == 2


def test_a_plan_without_a_reporting_date_says_so(call: Call, plan: Path) -> None:
    answer = call("facilities", plan, "--policy", "ai-diffusion-2025", "--set", "policy.reporting_dates=")

    assert answer.exit_code == 0
    assert rows(answer.stdout) == []
    assert "no reporting date lies inside the plan" in answer.stderr


@pytest.mark.parametrize("output_format", ["table", "markdown"])
def test_people_get_one_table_per_date_with_its_total(call: Call, plan: Path, output_format: str) -> None:
    answer = call("facilities", plan, "--format", output_format)

    assert answer.exit_code == 0
    assert "not legal advice" in " ".join(answer.stdout.lower().split())
    assert (
        answer.stdout.count("TPP of the company's own count: 120,323,200 before, 120,323,200 after.") == 2
    )  # 7,600 x 15,832


def test_json_says_whose_accounting_it_is(call: Call, plan: Path, tmp_path: Path) -> None:
    call("facilities", plan, "--format", "json", "--out", tmp_path / "accounting.json")

    document = json.loads((tmp_path / "accounting.json").read_text(encoding="utf-8"))

    assert (document["schema_version"], document["kind"], document["stock"]) == ("1.0", "facilities", "installed fleet")
    assert "paragraph 10" in document["dates_citation"]
    assert document["command"].startswith("placement facilities ")


def test_no_solver_and_no_data_frames_are_loaded(plan: Path) -> None:
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from optimizer.cli.app import app\n"
        f"answer = CliRunner().invoke(app, ['facilities', {str(plan)!r}])\n"
        "assert answer.exit_code == 0, answer.output\n"
        "print([name for name in ('ortools', 'pandas', 'optimizer.solve.session') if name in sys.modules])"
    )

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)

    assert answer.stdout == "[]\n"
