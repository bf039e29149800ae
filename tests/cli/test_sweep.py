"""`placement sweep`: the curve in every format, killed and gone on with, stopped by Ctrl-C, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import time
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from optimizer import pipeline
from optimizer.errors import SolverError
from optimizer.report.json_schema import sweep_schema
from optimizer.verify.check import Verification
from tests.cli.big_plan import write_big_plan
from tests.cli.processes import running
from tests.explain.curve_plan import CURVE, KEY, VARY, lease, worth, write_plan

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.strategy.outcome import Outcome
    from tests.cli.conftest import Call


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    return write_plan(tmp_path / "fleet.json")


def swept(call: Call, *arguments: object, exit_code: int = 0) -> dict[str, Any]:
    """Return the JSON of a sweep, checked against its schema."""
    answer = call("sweep", *arguments, "--quiet", "--format", "json")
    assert answer.exit_code == exit_code, answer.output
    assert answer.stderr == ""
    found: dict[str, Any] = json.loads(answer.stdout)
    jsonschema.validate(found, sweep_schema())
    return found


# --- The answer -------------------------------------------------------------------------------------------------------


def test_the_json_has_the_curve_and_what_it_does(call: Call, fleet: Path) -> None:
    found = swept(call, fleet, "--vary", VARY)

    assert [point["objective"] for point in found["points"]] == list(CURVE)
    assert [(one["trend"], one["first"], one["last"]) for one in found["stretches"]] == [
        ("rises", "0%", "10%"),
        ("flat", "10%", "12%"),
    ]
    assert [(one["after"], one["opened"], one["closed"]) for one in found["site_changes"]] == [
        ("0%", ["johor"], []),
        ("8%", [], ["ohio"]),
    ]
    assert (found["kind"], found["key"], found["values"]) == ("sweep", KEY, "0%:12%:2%")
    assert found["command"].startswith("placement sweep ")


def test_people_read_legal_status_first_then_sentences_then_the_table(call: Call, fleet: Path) -> None:
    text = call("sweep", fleet, "--vary", f"{KEY}=3%,7%,10%,12%").stdout

    assert text.lower().index("not legal advice") < text.index("The curve") < text.index("lowest to highest")
    for sentence in (
        "Today it is 7%: $172,000.",
        "3% to 10%: the value rises by $70,000, proven.",
        "10% to 12%: flat; the plan is worth $200,000 throughout.",
        "The steepest step is 3% to 7%: at least $42,000.",
        "The sites in use change from 7% to 10% (− ohio).",
    ):
        assert f"\n  {sentence}\n" in text
    assert re.search(r"^7% +today +optimal +\$172,000 +█{9}\S? +0% +\$42,000 more +2 +100$", text, re.MULTILINE)
    assert "\x1b" not in text


def test_values_without_a_plan_are_an_answer_with_the_reason(call: Call, tmp_path: Path) -> None:
    plan = write_plan(tmp_path / "fleet.json", commitments=lease(50))

    answer = call("sweep", plan, "--vary", VARY)

    assert answer.exit_code == 0
    assert "\n  0% to 4%: no plan exists, proven.\n" in answer.stdout
    assert "No plan at 0%, 2%, 4%: proven on the whole model" in answer.stdout
    assert "The plan as it stands is not among these values." in answer.stdout


def test_markdown_and_csv_say_the_same(call: Call, fleet: Path) -> None:
    markdown = call("sweep", fleet, "--vary", VARY, "--format", "markdown").stdout
    rows = list(csv.DictReader(io.StringIO(call("sweep", fleet, "--vary", VARY, "--format", "csv").stdout)))

    assert markdown.startswith("# fleet: Test (US), 2025Q1, as policy.destination_share moves\n")
    assert "- 10% to 12%: flat; the plan is worth $200,000 throughout.\n" in markdown
    assert "| 8% | optimal | $182,000 |" in markdown
    assert [row["objective"] for row in rows] == [str(value) for value in CURVE]


def test_there_is_a_line_for_each_point_on_stderr_unless_quiet(call: Call, fleet: Path) -> None:
    lines = call("sweep", fleet, "--vary", VARY, "--jobs", "1").stderr.splitlines()

    assert lines[0].startswith("0% (point 1 of 7): optimal, ")
    assert lines[-1].startswith("12% (point 7 of 7): optimal, ")


def test_options_reach_every_search(call: Call, fleet: Path) -> None:
    options = ("--gap", "1%", "--time-limit", "30", "--seed", "7", "--solver", "scip", "--breach", "cure")

    found = swept(call, fleet, "--vary", f"{KEY}=5%,10%", "--set", "sites[ohio].max_units=9", *options)

    asked = {key: found[key] for key in ("solver", "gap_asked", "time_limit_seconds", "threads", "seed")}
    assert asked == {"solver": "scip", "gap_asked": 0.01, "time_limit_seconds": 30, "threads": 1, "seed": 7}
    assert found["settings"] == ["sites[ohio].max_units=9", "policy.breach=cure"]
    assert found["points"][1]["objective"] == 200_000


# --- How it ends ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--vary", f"{KEY}=30%"], f"write {KEY}=30%:70%:2%"),
        (["--vary", f"{KEY}=70%:30%:2%"], f"write {KEY}=70%:30%:-2%"),
        (["--vary", "policy.destination_shares=1%,2%"], "did you mean destination_share?"),
        (["--vary", VARY, "--vary", "policy.home_share=1%,2%"], "one setting moves at a time"),
        (["--vary", VARY, "--set", f"{KEY}=5%"], "the key is changed by another option as well"),
        (["--vary", VARY, "--set", "nonsense"], "is not KEY=VALUE"),
        (["--vary", "policy.breach=strict,cure", "--breach", "cure"], "changed by another option"),
        (["--vary", VARY, "--jobs", "0"], "--jobs"),
        ([], "--vary"),
    ],
)
def test_what_is_typed_wrongly_is_exit_code_2_with_what_to_write(
    call: Call, fleet: Path, arguments: list[str], words: str
) -> None:
    answer = call("sweep", fleet, *arguments)

    assert answer.exit_code == 2
    assert words in " ".join(answer.stderr.replace("│", " ").split())
    assert answer.stdout == ""


def failing(monkeypatch: pytest.MonkeyPatch, **parts: Any) -> None:  # noqa: ANN401  fields of an outcome
    """Let the search at 4% fail, or end as given."""
    place = pipeline.place_fleet

    def fail(plan: Any, **options: Any) -> Outcome:  # noqa: ANN401  whatever a search takes
        outcome = place(plan, **options)
        if plan.policy.overrides["destination_share"] != "4%":
            return outcome
        if not parts:
            msg = "lost"
            raise SolverError(msg)
        return replace(outcome, **parts)

    monkeypatch.setattr("optimizer.explain.sweep.place_fleet", fail)


def test_a_solver_that_fails_at_one_point_is_exit_code_3_and_the_others_are_reported(
    call: Call, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch)

    found = swept(call, fleet, "--vary", VARY, exit_code=3)

    assert [point["status"] for point in found["points"]].count("optimal") == 6
    assert found["points"][2]["reasons"] == ["solver error: lost"]
    assert "4%: solver error: lost." in call("sweep", fleet, "--vary", VARY).stdout


def test_a_placement_that_fails_the_exact_check_is_none(
    call: Call, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, verification=Verification((), ("shrinks",), {}))

    point = swept(call, fleet, "--vary", VARY, exit_code=3)["points"][2]

    assert (point["status"], point["objective"], point["reasons"]) == ("failed", None, ["the exact check did not pass"])


# --- Kept, killed, gone on with ---------------------------------------------------------------------------------------


def test_a_kept_sweep_holds_the_curve_in_each_form(call: Call, fleet: Path, tmp_path: Path) -> None:
    answer = call("sweep", fleet, "--vary", VARY, "--out", tmp_path / "kept")

    assert answer.stderr.endswith(f"wrote {tmp_path / 'kept'}\n")
    found = json.loads((tmp_path / "kept" / "curve.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "kept" / "curve.csv").read_text(encoding="utf-8"))))
    assert [point["objective"] for point in found["points"]] == list(CURVE)
    assert [row["value"] for row in rows] == [point["value"] for point in found["points"]]
    assert "<svg" in (tmp_path / "kept" / "curve.html").read_text(encoding="utf-8")
    again = call("sweep", fleet, "--vary", VARY, "--out", tmp_path / "kept")
    assert again.stderr.startswith("7 points are already there\n")
    assert again.stdout == answer.stdout


def test_a_changed_plan_is_refused_and_the_kept_sweep_left_as_it_was(call: Call, fleet: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    call("sweep", fleet, "--vary", VARY, "--out", kept)
    before = {file: file.read_bytes() for file in kept.rglob("*.*") if file.is_file()}
    write_plan(fleet, delivered=101)

    answer = call("sweep", fleet, "--vary", VARY, "--out", kept)

    assert answer.exit_code == 2
    assert "the plan's file fleet.json differs from that of the sweep there" in answer.stderr
    assert {file: file.read_bytes() for file in kept.rglob("*.*") if file.is_file()} == before


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_with_the_same_command(
    call: Call, fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = f"{KEY}=0%:12%:0.2%"
    arguments = ["sweep", str(fleet), "--vary", values, "--out", str(tmp_path / "kept"), "--jobs", "1"]
    points = tmp_path / "kept" / "points"
    with running(tmp_path / "stderr.txt", *arguments) as killed:
        killed.wait_until(lambda: list(points.glob("[0-9]*.json")))
        killed.process.kill()
    kept = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in points.glob("[0-9]*.json")}
    assert 1 <= len(kept) < 61
    searched: list[object] = []
    place = pipeline.place_fleet

    def count(plan: Any, **options: Any) -> Outcome:  # noqa: ANN401  whatever a search takes
        searched.append(plan)
        return place(plan, **options)

    monkeypatch.setattr("optimizer.explain.sweep.place_fleet", count)
    answer = call(*arguments, "--format", "json")

    found = json.loads(answer.stdout)
    assert len(searched) == 61 - len(kept)
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in kept} == kept
    assert [point["objective"] for point in found["points"]] == [worth(Fraction(k, 500)) for k in range(61)]


@pytest.mark.slow
def test_ctrl_c_in_a_real_process_reports_the_points_that_are_finished(tmp_path: Path) -> None:
    """No site has power at the first value, so that is quick; the second would be searched for minutes."""
    plan = write_big_plan(tmp_path / "big.json")
    vary = ["--vary", "sites[*].power_mw=0,6", "--gap", "0", "--jobs", "2"]
    out = tmp_path / "kept"
    with running(tmp_path / "stderr.txt", "sweep", plan, *vary, "--out", out, "--format", "json") as curve:
        curve.wait_until(lambda: list((out / "points").glob("[0-9]*.json")))
        time.sleep(1)  # into the second point's search
        curve.process.send_signal(signal.SIGINT)
        found = json.loads(curve.end())

    assert curve.process.returncode == 4
    assert found["interrupted"] is True
    assert [point["status"] for point in found["points"]] == ["optimal", "not_run"]
    assert len(list((out / "points").iterdir())) == 1
    assert "interrupted: this is what was finished" in curve.stderr
