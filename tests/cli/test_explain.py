"""`placement explain`: why a plan cannot be, and ways out whose commands can be run as printed."""

from __future__ import annotations

import csv
import io
import json
import shlex
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.builders import document, site
from tests.cli.explained_plans import write_impossible, write_possible
from tests.explain.small_plans import KILOWATT_CHIP

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call


@pytest.fixture
def impossible(tmp_path: Path) -> Path:
    return write_impossible(tmp_path)


def written(folder: Path, plan: dict[str, Any]) -> Path:
    file = folder / "plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    return file


def test_a_plan_that_cannot_be_is_exit_code_1_with_conflict_and_ways_out(call: Call, impossible: Path) -> None:
    answer = call("explain", impossible, "--format", "json")
    said = json.loads(answer.stdout)

    assert answer.exit_code == 1
    assert [one["name"] for one in said["conflict"]["members"]] == [
        "commitment[lease]",
        "destination_share[MY]",
        "deliveries",
    ]
    assert [repair["family"] for repair in said["repairs"]] == ["yours to change", "needs government"]
    assert said["conditions"][0]["needed"] == 20_000
    assert said["explanation"]["complete"] is True
    jsonschema.validate(said, json.loads(call("schema").stdout))


def test_solve_explains_a_plan_that_cannot_be_by_itself(call: Call, impossible: Path, tmp_path: Path) -> None:
    answer = call("solve", impossible, "--out", tmp_path / "run", "--quiet")
    text = " ".join(answer.stdout.split())

    assert answer.exit_code == 1
    assert "These cannot hold together: the contract lease (min 20 units)" in text
    assert "commitment[lease] at 7 units instead of 20 units (contract): permits a plan worth $109,500" in text
    rows = list(csv.DictReader(io.StringIO((tmp_path / "run" / "repairs.csv").read_text(encoding="utf-8"))))
    assert [row["group"] for row in rows] == ["commitment[lease]", "destination_share[MY]"]


@pytest.mark.slow
@pytest.mark.parametrize("command", ["explain", "solve"])
def test_the_command_of_each_repair_can_be_run_as_printed(call: Call, impossible: Path, command: str) -> None:
    said = json.loads(call(command, impossible, "--format", "json", "--set", "name=two words", "--gap", "0").stdout)

    assert len(said["repairs"]) == 2
    for repair in said["repairs"]:
        program, *arguments = shlex.split(repair["command"])
        answer = call(*arguments, "--format", "json", "--values", "0")
        assert program == "placement"
        assert answer.exit_code == 0
        assert json.loads(answer.stdout)["objective"] == repair["plan"]["objective"]
        assert json.loads(answer.stdout)["plan"]["name"] == "two words"


def test_commands_in_the_table_are_those_of_the_document(call: Call, impossible: Path) -> None:
    text = " ".join(call("explain", impossible).stdout.split())

    assert f"1: placement solve {impossible} --set 'limits.\"commitment[lease]\".change=-13'" in text


@pytest.mark.slow
def test_single_sites_are_named_where_that_is_asked(call: Call, tmp_path: Path) -> None:
    plan = written(
        tmp_path,
        document(
            sites=[site("ohio", "US", power_mw="0.004"), site("texas", "US", power_mw="0.004")],
            accelerators=[KILOWATT_CHIP],
            delivered=10,
            economics={"must_place": "by_end"},
        ),
    )

    def members(*options: str) -> list[str]:
        said = json.loads(call("explain", plan, "--format", "json", *options).stdout)
        return sorted(one["name"] for one in said["conflict"]["members"])

    assert members() == ["must_place[chip]", "site_power in US"]
    assert members("--narrow") == ["must_place[chip]", "site_power[ohio]", "site_power[texas]"]


@pytest.mark.slow
def test_what_is_marked_buyable_on_the_command_line_is_bought(call: Call, tmp_path: Path) -> None:
    plan = written(
        tmp_path,
        document(
            sites=[site("ohio", "US", power_mw="0.004")],
            accelerators=[KILOWATT_CHIP],
            delivered=5,
            economics={"must_place": "by_end"},
        ),
    )

    answer = call("explain", plan, "--set", 'limits."site_power[*]".buyable=true', "--format", "json")

    bought = [one for one in json.loads(answer.stdout)["repairs"] if one["family"] == "yours to buy"]
    assert [one["label"] for one in bought] == ["power to buy"]
    assert bought[0]["sentence"].startswith("0.096 MW more at ohio (power to buy): permits a plan worth")
    _, *arguments = shlex.split(bought[0]["command"])
    assert call(*arguments).exit_code == 0


@pytest.mark.slow
def test_nothing_that_anybody_can_change_is_said_so(call: Call, tmp_path: Path) -> None:
    plan = written(
        tmp_path,
        document(
            sites=[site("ohio", "US", power_mw="0.001", power_includes_installed=True)],
            accelerators=[KILOWATT_CHIP],
            installed=[{"site": "ohio", "accelerator": "chip", "units": 2}],
        ),
    )

    answer = call("explain", plan)

    assert answer.exit_code == 1
    assert "Way out none: no contract, no limit marked `buyable`" in " ".join(answer.stdout.split())
    assert json.loads(call("explain", plan, "--format", "json").stdout)["repairs"] == []


def test_almost_no_time_leaves_the_conflict_out_and_says_so(call: Call, impossible: Path) -> None:
    answer = call("explain", impossible, "--explain-time", "0.001", "--format", "json")
    said = json.loads(answer.stdout)

    assert answer.exit_code == 1
    assert (said["status"], said["repairs"]) == ("infeasible", [])
    assert said["conflict"] is None or said["conflict"]["proven_minimal"] is False
    assert said["explanation"]["complete"] is False
    assert len(said["conditions"]) == 1  # arithmetic takes no time


def test_a_second_solver_confirms_that_there_is_no_plan(call: Call, impossible: Path) -> None:
    said = json.loads(call("explain", impossible, "--confirm", "--format", "json").stdout)

    assert (said["confirmation"]["agrees"], said["confirmation"]["status"]) == (True, "infeasible")
    assert said["conflict"] is not None


@pytest.mark.slow
def test_csv_has_the_repairs_of_a_plan_that_cannot_be_and_the_values_of_one_that_can(
    call: Call, impossible: Path, tmp_path: Path
) -> None:
    assert call("explain", impossible, "--format", "csv").stdout.startswith("repair,family,")
    assert call("explain", write_possible(tmp_path), "--format", "csv").stdout.startswith("group,kind,listed,")


def test_a_plan_that_can_be_is_exit_code_0_with_its_values(call: Call, tmp_path: Path) -> None:
    answer = call("explain", write_possible(tmp_path))

    assert answer.exit_code == 0
    assert "Limits that bind and are worth money" in answer.stdout


def test_a_contract_without_a_number_is_named_as_what_could_be_left_out(call: Call, tmp_path: Path) -> None:
    plan = tmp_path / "pair.json"
    sites = [{"site": key, "country": "US", "power_mw": "1"} for key in ("ohio", "texas")]
    document = {
        "company": {"headquarters": "US"},
        "horizon": {"start": "2025Q1", "periods": 1},
        "policy": {"name": "physical-only"},
        "sites": sites,
        "accelerators": [{"accelerator": "chip", "tpp": 1, "power_kw": "1", "block": 1, "value_usd_per_hour": "1"}],
        "deliveries": [{"accelerator": "chip", "period": "2025Q1", "units": 1}],
        "installed": [{"site": row["site"], "accelerator": "chip", "units": 1} for row in sites],
        "exclusions": [{"site": "ohio", "other_site": "texas"}],
    }
    plan.write_text(json.dumps(document), encoding="utf-8")

    said = " ".join(call("explain", plan).stdout.split())
    assert "can only be left out (`enforced = false` in [limits]): exclusion[ohio,texas]" in said

    assert call("solve", plan, "--set", 'limits."exclusion[ohio,texas]".enforced=false').exit_code == 0
