"""`placement solve`: answers on stdout, everything else on stderr, and the exit code a script acts on."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from optimizer import pipeline
from optimizer.cli.exits import ExitCode
from optimizer.cli.solve import Solver, Strategy, exit_code
from optimizer.errors import InputError, Problem
from optimizer.files.read_plan import read_plan
from optimizer.report import bundle
from optimizer.solve.registry import BACKENDS
from optimizer.strategy.outcome import Outcome, Status
from optimizer.strategy.search import STRATEGIES
from tests.cli.conftest import Call, run_process


@pytest.fixture
def outcome(tiny_plan: Path) -> Outcome:
    return pipeline.place_fleet(read_plan(tiny_plan))


def test_json_on_stdout_is_nothing_but_the_document(call: Call, tiny_plan: Path) -> None:
    answer = call("solve", tiny_plan, "--format", "json")
    document = json.loads(answer.stdout)

    assert answer.exit_code == 0
    assert document["status"] == "optimal"
    assert document["objective"] == 16_000
    assert document["verification"]["passed"] is True
    jsonschema.validate(document, json.loads(call("schema").stdout))


def test_the_table_says_what_it_is_worth_and_has_no_control_codes(call: Call, tiny_plan: Path) -> None:
    answer = call("solve", tiny_plan)

    assert answer.exit_code == 0
    assert "not legal advice" in " ".join(answer.stdout.lower().split())
    assert "ohio" in answer.stdout
    assert "\x1b" not in answer.stdout
    assert answer.stderr == ""


def test_csv_lists_what_stands_where(call: Call, tiny_plan: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(call("solve", tiny_plan, "--format", "csv").stdout)))

    assert [(row["site"], row["units_standing"]) for row in rows] == [("ohio", "16")]


def test_markdown_is_written_for_documents(call: Call, tiny_plan: Path) -> None:
    assert call("solve", tiny_plan, "--format", "markdown").stdout.startswith("#")


def test_the_template_solves_and_several_policy_limits_bind(call: Call, plan: Path) -> None:
    document = json.loads(call("solve", plan, "--format", "json").stdout)

    binding = {row["group"] for row in document["groups"] if row["binding"] == "binding"}
    assert {"destination_share[MY]", "destination_share[BR]"} <= binding


def test_a_changed_share_changes_the_answer(call: Call, plan: Path) -> None:
    wider = json.loads(call("solve", plan, "--set", "policy.destination_share=10/100", "--format", "json").stdout)
    as_it_is = json.loads(call("solve", plan, "--format", "json").stdout)

    assert wider["objective"] > as_it_is["objective"]
    assert wider["policy"]["settings"]["destination_share"]["overridden"] is True


def test_another_policy_drops_the_plans_own_settings_and_keeps_those_typed(call: Call, plan: Path) -> None:
    text = (plan / "plan.toml").read_text(encoding="utf-8")
    (plan / "plan.toml").write_text(text.replace("# national_cap = 50000", "national_cap = 7"), encoding="utf-8")

    pack = Path(pipeline.__file__).parent / "policies" / "three-tier-2025-01.toml"
    answer = call("solve", plan, "--policy", pack, "--set", "policy.home_share=45/100", "--format", "json")
    settings = json.loads(answer.stdout)["policy"]["settings"]

    assert settings["national_cap"]["value"] == 50_000
    assert settings["home_share"]["value"] == "9/20"


def test_policy_and_policy_name_may_not_disagree(call: Call, plan: Path) -> None:
    answer = call("solve", plan, "--policy", "unrestricted", "--set", "policy.name=physical-only")

    assert answer.exit_code == 2


def test_the_command_that_gives_the_answer_again_is_recorded(call: Call, tiny_plan: Path) -> None:
    document = json.loads(call("solve", tiny_plan, "--format", "json", "--set", "name=two words").stdout)

    assert document["command"] == f"placement solve {tiny_plan} --format json --set 'name=two words'"


def test_a_run_is_kept_beside_the_answer_on_stdout(call: Call, tiny_plan: Path, tmp_path: Path) -> None:
    answer = call("solve", tiny_plan, "--out", tmp_path / "run", "--format", "json")

    assert answer.exit_code == 0
    assert json.loads(answer.stdout) == json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
    assert (tmp_path / "run" / "placement.csv").exists()
    assert answer.stderr == f"wrote {tmp_path / 'run'}\n"


def test_quiet_says_nothing_on_stderr(call: Call, tiny_plan: Path, tmp_path: Path) -> None:
    assert call("solve", tiny_plan, "--out", tmp_path / "run", "--quiet").stderr == ""


def test_a_directory_that_is_somebody_elses_is_refused_before_the_solve(
    call: Call, tiny_plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "place_fleet", lambda *_, **__: pytest.fail("it was solved"))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine", encoding="utf-8")

    answer = call("solve", tiny_plan, "--out", tmp_path / "full")

    assert answer.exit_code == 2
    assert "not empty" in answer.stderr
    assert (tmp_path / "full" / "thesis.txt").read_text(encoding="utf-8") == "mine"


def test_an_answer_is_not_lost_with_the_directory_it_should_go_to(
    call: Call, tiny_plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise InputError([Problem("disk full")])

    monkeypatch.setattr(bundle, "write_bundle", fail)

    answer = call("solve", tiny_plan, "--out", tmp_path / "run", "--format", "json")

    assert answer.exit_code == 2
    assert json.loads(answer.stdout)["objective"] == 16_000


def test_an_infeasible_plan_is_exit_code_1_with_its_report(call: Call, tiny_plan: Path) -> None:
    answer = call("solve", tiny_plan, "--set", "economics.must_place=by_end", "--format", "json")

    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["status"] == "infeasible"


def test_a_required_gap_that_is_proven_is_exit_code_0(call: Call, tiny_plan: Path) -> None:
    assert call("solve", tiny_plan, "--require-gap", "0").exit_code == 0


def test_a_required_gap_narrows_the_search(call: Call, tiny_plan: Path) -> None:
    document = json.loads(call("solve", tiny_plan, "--gap", "1%", "--require-gap", "0.1%", "--format", "json").stdout)

    assert document["solver"]["gap_asked"] == 0.001


@pytest.mark.parametrize("solver", ["highs", "scip"])
@pytest.mark.parametrize("strategy", ["auto", "relaxed-then-complete", "whole-blocks"])
def test_every_solver_and_strategy_can_be_chosen(call: Call, tiny_plan: Path, solver: str, strategy: str) -> None:
    answer = call("solve", tiny_plan, "--solver", solver, "--strategy", strategy, "--format", "json")

    assert json.loads(answer.stdout)["objective"] == 16_000


def test_choices_of_solver_and_strategy_are_those_that_exist() -> None:
    assert [solver.value for solver in Solver] == list(BACKENDS)
    assert tuple(strategy.value for strategy in Strategy) == STRATEGIES


def test_exit_codes_follow_the_outcome(outcome: Outcome) -> None:
    assert outcome.objective is not None
    assert outcome.verification is not None
    open_gap = replace(outcome, best_bound=outcome.objective * 2, status=Status.FEASIBLE)
    nothing = replace(outcome, status=Status.UNKNOWN, placement=None, verification=None)
    broken = replace(outcome, verification=replace(outcome.verification, faults=("shrinks",)))

    assert exit_code(outcome) is ExitCode.DONE
    assert exit_code(open_gap) is ExitCode.DONE
    assert exit_code(open_gap, 0.5) is ExitCode.GAP_NOT_PROVEN
    assert exit_code(open_gap, 1.0) is ExitCode.DONE
    assert exit_code(replace(outcome, best_bound=None), 0.5) is ExitCode.GAP_NOT_PROVEN
    assert exit_code(nothing) is ExitCode.NOTHING_FOUND
    assert exit_code(replace(nothing, status=Status.INFEASIBLE)) is ExitCode.NOT_POSSIBLE
    assert exit_code(broken) is ExitCode.INTERNAL


def test_a_stop_is_said_on_stderr(
    call: Call, tiny_plan: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = replace(outcome, stopped_by="time limit", best_bound=Fraction(20_000), status=Status.FEASIBLE)
    monkeypatch.setattr(pipeline, "place_fleet", lambda *_, **__: stopped)

    answer = call("solve", tiny_plan, "--require-gap", "1%")

    assert answer.exit_code == 5
    assert answer.stderr == "stopped by time limit: this is the best plan found\n"


def test_a_stop_without_a_plan_is_exit_code_4(
    call: Call, tiny_plan: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = replace(outcome, status=Status.UNKNOWN, placement=None, verification=None, stopped_by="time limit")
    monkeypatch.setattr(pipeline, "place_fleet", lambda *_, **__: nothing)

    answer = call("solve", tiny_plan, "--format", "json")

    assert answer.exit_code == 4
    assert json.loads(answer.stdout)["status"] == "unknown"


def test_a_process_keeps_stdout_and_stderr_apart(tiny_plan: Path) -> None:
    answer = run_process("solve", tiny_plan, "--format", "json", "--time-limit", "60")

    assert answer.returncode == 0
    assert json.loads(answer.stdout)["objective"] == 16_000
