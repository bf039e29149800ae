"""`placement limits`, and what `solve` says of values: proven figures, and no more time than was given."""

from __future__ import annotations

import csv
import io
import json
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from optimizer import pipeline
from optimizer.explain import explanation, gains
from optimizer.strategy import search as search_module
from optimizer.strategy.outcome import Outcome, Status
from tests.cli.big_plan import write_big_plan
from tests.cli.explained_plans import write_impossible, write_possible
from tests.cli.processes import running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call

HOURS = 1095


@pytest.fixture
def possible(tmp_path: Path) -> Path:
    return write_possible(tmp_path)


def read(call: Call, *arguments: object) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(call(*arguments, "--format", "json").stdout)
    return document


@pytest.mark.slow
def test_values_are_confirmed_for_every_setting_that_binds(call: Call, possible: Path) -> None:
    document = read(call, "limits", possible)

    values = {value["group"]: value for value in document["values"]}
    assert values["destination_share[MY]"]["loosened"]["lower"] == pytest.approx(HOURS, abs=0.01)
    assert values["deliveries[chip]"]["tightened"]["upper"] == pytest.approx(2 * HOURS, abs=0.01)
    assert document["explanation"]["complete"] is True
    assert document["policy_cost"] is None
    jsonschema.validate(document, json.loads(call("schema").stdout))


def test_top_bounds_the_settings_that_are_solved_again(call: Call, possible: Path) -> None:
    document = read(call, "limits", possible, "--top", "1")

    assert [bool(value["loosened"]) for value in document["values"]].count(True) == 1


def test_the_policys_cost_is_told_where_a_baseline_is_named(call: Call, possible: Path) -> None:
    cost = read(call, "limits", possible, "--top", "0", "--policy-cost", "unrestricted")["policy_cost"]

    assert cost["total"]["lower"] == pytest.approx(93 * HOURS, abs=0.01)


def test_the_cost_alone_is_what_a_csv_is_about(call: Call, possible: Path) -> None:
    flags = ("--policy-cost", "unrestricted", "--format", "csv")

    assert call("limits", possible, "--top", "0", *flags).stdout.startswith("of,name,lifted,label,")
    assert call("limits", possible, *flags).stdout.startswith("group,kind,listed,")


def test_a_baseline_that_does_not_exist_is_exit_code_2(call: Call, possible: Path) -> None:
    answer = call("limits", possible, "--policy-cost", "no-such-pack")

    assert answer.exit_code == 2


def test_the_table_is_about_limits_alone(call: Call, possible: Path) -> None:
    answer = call("limits", possible)

    assert answer.exit_code == 0
    assert "Limits that bind and are worth money" in answer.stdout
    assert "What stands where" not in answer.stdout


def test_csv_has_a_row_for_each_setting_and_goes_to_a_file(call: Call, possible: Path, tmp_path: Path) -> None:
    answer = call("limits", possible, "--format", "csv", "--out", tmp_path / "values.csv")

    rows = list(csv.DictReader(io.StringIO((tmp_path / "values.csv").read_text(encoding="utf-8"))))
    assert answer.stdout == ""
    assert {"destination_share[MY]", "deliveries[chip]"} <= {row["group"] for row in rows}


def test_a_plan_that_cannot_be_is_explained_instead(call: Call, tmp_path: Path) -> None:
    answer = call("limits", write_impossible(tmp_path), "--format", "json")

    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["conflict"]["proven_minimal"] is True


@pytest.mark.slow
def test_solve_confirms_the_values_it_is_asked_for(call: Call, possible: Path) -> None:
    few = read(call, "solve", possible, "--values", "1")
    none = read(call, "solve", possible, "--values", "0")

    assert [bool(value["loosened"]) for value in few["values"]].count(True) == 1
    assert (none["values"], none["explanation"]) == ([], None)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["solve", "limits", "explain"])
def test_almost_no_time_leaves_out_what_takes_any_and_says_so(call: Call, possible: Path, command: str) -> None:
    answer = call(command, possible, "--explain-time", "0.001", "--format", "json")
    document = json.loads(answer.stdout)

    assert answer.exit_code == 0
    assert document["objective"] == 107 * HOURS
    assert not any(value["loosened"] for value in document["values"])
    assert document["explanation"]["complete"] is False
    said = " ".join(call(command, possible, "--explain-time", "0.001").stdout.split())
    assert "not worked out in the time given (`--explain-time`)" in said


@pytest.mark.parametrize("command", ["solve", "limits", "explain", "why"])
@pytest.mark.parametrize("written", ["-1", "soon"])
def test_a_time_that_is_none_is_refused(call: Call, possible: Path, command: str, written: str) -> None:
    site = ["kl"] if command == "why" else []

    answer = call(command, possible, *site, "--explain-time", written)

    assert answer.exit_code == 2
    assert "--explain-time" in answer.stderr


def test_ctrl_c_between_two_solves_keeps_the_answer(
    call: Call, possible: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(explanation, "explain_values", interrupt)

    answer = call("solve", possible, "--format", "json")
    document = json.loads(answer.stdout)

    assert answer.exit_code == 0
    assert (document["objective"], document["values"], document["explanation"]) == (107 * HOURS, [], None)


def test_ctrl_c_during_a_solve_keeps_the_values_found_so_far(
    call: Call, possible: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second search for values is interrupted; what the first one proved stays, and no third is begun."""
    asked = []

    def search(*arguments: Any, **options: Any) -> Outcome:  # noqa: ANN401  whatever `search` takes
        asked.append(arguments)
        found = real(*arguments, **options)
        arguments[3].interrupted = len(asked) == 2
        return found

    real = search_module.search
    monkeypatch.setattr(gains, "search", search)

    answer = call("limits", possible, "--format", "json")
    document = json.loads(answer.stdout)

    assert answer.exit_code == 0
    assert len(asked) == 2
    assert document["explanation"]["complete"] is False
    assert [bool(value["loosened"]) for value in document["values"]].count(True) == 2
    assert not any(value["tightened"] for value in document["values"])


@pytest.mark.slow
def test_ctrl_c_in_a_real_process_ends_an_explanation_with_the_answer(tmp_path: Path) -> None:
    plan = write_big_plan(tmp_path / "big.json", sites=12)
    options = ("--gap", "1%", "--explain-time", "600", "--format", "json")
    with running(tmp_path / "stderr.txt", "limits", plan, *options) as explanation:
        explanation.wait_for("what limits are worth")
        explanation.process.send_signal(signal.SIGINT)
        document = json.loads(explanation.end())

    assert explanation.process.returncode == 0
    assert document["status"] in {Status.WITHIN_GAP, Status.OPTIMAL}
    assert document["verification"]["passed"] is True
    assert document["explanation"] is None or document["explanation"]["complete"] is False


def test_a_second_solver_confirms(call: Call, possible: Path) -> None:
    confirmation = read(call, "solve", possible, "--values", "0", "--confirm")["confirmation"]

    assert (confirmation["agrees"], confirmation["backend"], confirmation["objective"]) == (True, "scip", 107 * HOURS)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["solve", "limits", "explain"])
def test_two_solvers_that_disagree_are_exit_code_3_with_both_answers(
    call: Call, possible: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    real = pipeline.place_fleet

    def place(*arguments: Any, **options: Any) -> Outcome:  # noqa: ANN401  whatever `place_fleet` takes
        found = real(*arguments, **options)
        if options["options"].backend == "highs":
            return found
        return replace(found, status=Status.INFEASIBLE, placement=None, verification=None, best_bound=None)

    monkeypatch.setattr(pipeline, "place_fleet", place)

    answer = call(command, possible, "--confirm")

    assert answer.exit_code == 3
    assert "two solvers disagree: highs says optimal, a verified 117,165.00" in answer.stderr
    assert "scip says infeasible" in answer.stderr
    assert answer.stdout == ""
