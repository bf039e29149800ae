"""`placement bench`: instances against their records, and what counts as a regression."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer import pipeline
from optimizer.cli.bench_record import Judgement, Recorded, Run, judge, read_record
from optimizer.errors import InputError, SolverError
from optimizer.files.read_plan import read_plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call

RECORDED = Recorded("within_gap", Fraction(1000), Fraction(1, 100), "p")
RUN = Run("within_gap", Fraction(1000), Fraction(1005), Fraction(1, 200), "p", Fraction(1, 100))


def _verdicts(answer_stdout: str) -> list[str]:
    return [row["verdict"] for row in csv.DictReader(io.StringIO(answer_stdout))]


@pytest.fixture
def instances(tiny_plan: Path, tmp_path: Path) -> Path:
    """Return a directory with one instance in a JSON file, `tiny.json`."""
    directory = tmp_path / "instances"
    directory.mkdir()
    shutil.move(tiny_plan, directory / "tiny.json")
    return directory


def test_a_first_run_is_new_and_recorded_only_on_request(call: Call, instances: Path) -> None:
    first = call("bench", instances, "--format", "csv")

    assert first.exit_code == 0
    assert _verdicts(first.stdout) == ["new"]
    assert not (instances / "tiny.recorded.json").exists()


def test_a_recorded_run_is_ok_the_next_time(call: Call, instances: Path) -> None:
    call("bench", instances, "--record")
    record = json.loads((instances / "tiny.recorded.json").read_text(encoding="utf-8"))

    answer = call("bench", instances, "--format", "csv")

    assert (record["status"], record["objective_exact"]) == ("optimal", "16000")
    assert answer.exit_code == 0
    assert _verdicts(answer.stdout) == ["ok"]


def test_a_run_that_contradicts_the_record_is_exit_code_1_and_leaves_it(call: Call, instances: Path) -> None:
    file = instances / "tiny.recorded.json"
    text = '{"status": "optimal", "objective_exact": "17000", "gap": 0.0, "policy": "three-tier-2025-01"}'
    file.write_text(text, encoding="utf-8")

    answer = call("bench", instances, "--record", "--format", "csv")

    assert answer.exit_code == 1
    assert _verdicts(answer.stdout) == ["REGRESSION"]
    assert file.read_text(encoding="utf-8") == text


def test_a_better_run_replaces_the_record(call: Call, instances: Path) -> None:
    file = instances / "tiny.recorded.json"
    file.write_text(
        '{"status": "feasible", "objective_exact": "8000", "gap": 1.0, "policy": "three-tier-2025-01"}',
        encoding="utf-8",
    )

    answer = call("bench", instances, "--record", "--format", "csv")

    assert _verdicts(answer.stdout) == ["better than recorded"]
    assert json.loads(file.read_text(encoding="utf-8"))["objective_exact"] == "16000"


def test_solvers_stand_side_by_side(call: Call, instances: Path) -> None:
    answer = call("bench", instances, "--solver", "highs", "--solver", "scip", "--format", "json")

    rows = json.loads(answer.stdout)["rows"]
    assert [(row["solver"], row["value"]) for row in rows] == [("highs", 16_000), ("scip", 16_000)]


def test_the_table_gives_the_gap_in_per_cent(call: Call, instances: Path) -> None:
    assert "0.0000%" in call("bench", instances).stdout


def test_directories_are_found_at_any_depth_and_copies_of_runs_are_not(call: Call, plan: Path, tmp_path: Path) -> None:
    example = tmp_path / "all" / "deep" / "example"
    shutil.copytree(plan, example)
    call("solve", example, "--out", tmp_path / "all" / "run", "--quiet")

    answer = call("bench", tmp_path / "all", "--format", "json")

    assert [row["instance"] for row in json.loads(answer.stdout)["rows"]] == ["deep/example"]


def test_json_files_that_are_no_plans_are_left_alone(call: Call, instances: Path) -> None:
    (instances / "notes.json").write_text('{"a": 1}', encoding="utf-8")
    (instances / "broken.json").write_text("{", encoding="utf-8")

    answer = call("bench", instances, "--format", "json")

    assert [row["instance"] for row in json.loads(answer.stdout)["rows"]] == ["tiny"]


def test_one_broken_instance_does_not_stop_the_others(call: Call, instances: Path) -> None:
    (instances / "another.json").write_text('{"company": {}, "horizon": {}}', encoding="utf-8")

    answer = call("bench", instances, "--format", "csv")

    assert answer.exit_code == 1
    assert _verdicts(answer.stdout) == ["REGRESSION", "new"]


def test_a_solver_that_fails_is_a_regression(call: Call, instances: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        msg = "out of memory"
        raise SolverError(msg)

    monkeypatch.setattr(pipeline, "place_fleet", fail)

    answer = call("bench", instances, "--format", "csv")

    assert answer.exit_code == 1
    assert "out of memory" in answer.stdout


def test_an_interrupted_bench_is_130(call: Call, instances: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = replace(pipeline.place_fleet(read_plan(instances / "tiny.json")), interrupted=True)
    monkeypatch.setattr(pipeline, "place_fleet", lambda *_, **__: outcome)

    assert call("bench", instances).exit_code == 130


@pytest.mark.parametrize("arguments", [[], ["--solver", "gurobi"], ["--gap", "x"]])
def test_usage_errors_are_exit_code_2(call: Call, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "empty").mkdir()

    assert call("bench", tmp_path / "empty", *arguments).exit_code == 2


def test_a_plan_may_be_named_itself(call: Call, plan: Path, instances: Path) -> None:
    answer = call("bench", plan, plan / "plan.toml", instances / "tiny.json", "--format", "json")

    assert [row["instance"] for row in json.loads(answer.stdout)["rows"]] == ["my-plan", "tiny"]


def test_a_worse_value_inside_the_proven_gaps_is_ok() -> None:
    run = replace(RUN, objective=Fraction(996), best_bound=Fraction(1004))

    assert judge(run, RECORDED) == (Judgement.OK, "")


def test_a_better_value_inside_the_recorded_bound_is_better() -> None:
    assert judge(replace(RUN, objective=Fraction(1004)), RECORDED)[0] is Judgement.BETTER


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (replace(RUN, best_bound=Fraction(999)), "bound lies below the recorded value"),
        (replace(RUN, objective=Fraction(1011), best_bound=Fraction(1012)), "above the recorded bound"),
        (replace(RUN, status="infeasible", objective=None, best_bound=None, gap=None), "infeasible"),
        (replace(RUN, status="unknown", objective=None, gap=None), "no answer"),
        (replace(RUN, objective=Fraction(900), gap=Fraction(1, 9)), "proved a gap of 11.111%, value 100.00 lower"),
        (replace(RUN, gap=None, best_bound=None), "proved no gap"),
        (replace(RUN, policy="q"), "recorded under p, run under q"),
    ],
)
def test_contradictions_and_losses_are_regressions(run: Run, why: str) -> None:
    judgement, reason = judge(run, RECORDED)

    assert judgement is Judgement.REGRESSION
    assert why in reason


def test_an_infeasible_record_is_kept_only_by_an_infeasible_run() -> None:
    recorded = Recorded("infeasible", None, None, "p")

    assert judge(replace(RUN, status="infeasible", objective=None, best_bound=None, gap=None), recorded) == (
        Judgement.OK,
        "",
    )
    assert judge(RUN, recorded)[0] is Judgement.REGRESSION


def test_a_gap_open_before_may_stay_open() -> None:
    recorded = replace(RECORDED, gap=None)

    assert judge(replace(RUN, gap=Fraction(1, 2), best_bound=Fraction(1500)), recorded)[0] is Judgement.OK


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"status": "optimal", "policy": "p", "objective_exact": "1/0"}'])
def test_a_record_that_is_none_is_an_input_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "recorded.json").write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match="is not a record"):
        read_record(tmp_path / "recorded.json")
