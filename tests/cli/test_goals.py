"""`solve --then ... --within ...` as it is called, and the same goals written in the plan."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.cli.goals import GoalName
from optimizer.report.json_schema import result_schema
from optimizer.schema.goals import Goal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call


@pytest.fixture
def two_sites(tmp_path: Path) -> Path:
    """Return a plan of 10 chips of 1 kW: 8 fit at ohio (1,000 each), all at oslo (950 each), where nothing is emitted."""
    document: dict[str, Any] = {
        "name": "two sites",
        "company": {"name": "Example", "headquarters": "US"},
        "horizon": {"start": "2025Q1", "periods": 1},
        "policy": {"name": "physical-only"},
        "sites": [
            {"site": "ohio", "country": "US", "power_mw": "0.008", "carbon_kg_per_mwh": 500},
            {"site": "oslo", "country": "NO", "power_mw": "1", "carbon_kg_per_mwh": 0},
        ],
        "accelerators": [{"accelerator": "chip", "tpp": 1000, "power_kw": "1", "block": 1}],
        "deliveries": [{"accelerator": "chip", "period": "2025Q1", "units": 10}],
        "values": [
            {"site": "ohio", "accelerator": "chip", "value_usd_per_unit": 1000},
            {"site": "oslo", "accelerator": "chip", "value_usd_per_unit": 950},
        ],
    }
    file = tmp_path / "two-sites.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def solved(call: Call, plan: Path, *options: str) -> dict[str, Any]:
    answer = call("solve", plan, *options, "--format", "json")
    assert answer.exit_code == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_goals_typed_say_what_they_reached_and_what_they_gave_up(call: Call, two_sites: Path) -> None:
    found = solved(call, two_sites, "--then", "fewest_sites", "--then", "least_carbon", "--within", "5%")

    assert (found["best_value"], found["objective"], found["value_floor_exact"]) == (9900, 9500, "9405")
    assert found["status"] == "optimal"
    assert found["money_resolution"] == 0
    assert found["gap"] == pytest.approx(400 / 9500)
    sites, carbon = found["goals"]
    assert [sites[key] for key in ("goal", "before", "after", "best_bound", "proven")] == [
        "fewest_sites",
        2,
        1,
        1,
        True,
    ]
    assert sites["value_given_up_exact"] == "400"
    # Both kinds of one-site plan keep 9,405 only at oslo, where nothing is emitted.
    assert [carbon[key] for key in ("before", "after", "within_exact")] == [0, 0, "0.05"]


def test_a_plan_states_the_same_goals_and_typed_ones_replace_them(call: Call, two_sites: Path) -> None:
    document = json.loads(two_sites.read_text(encoding="utf-8"))
    document["goals"] = {"then": ["least_carbon"], "within": "5%"}
    two_sites.write_text(json.dumps(document), encoding="utf-8")

    written, typed = solved(call, two_sites), solved(call, two_sites, "--then", "fewest_sites")
    without = solved(call, two_sites, "--set", "goals.then=", "--set", "goals.within=")

    assert [row["goal"] for row in written["goals"]] == ["least_carbon"]
    assert [row["goal"] for row in typed["goals"]] == ["fewest_sites"]
    assert (without["goals"], without["objective"], without["best_value"]) == ([], 9900, None)


def test_a_required_gap_is_that_of_the_value_search(call: Call, two_sites: Path) -> None:
    answer = call("solve", two_sites, "--then", "fewest_sites", "--within", "5%", "--require-gap", "0.01%", "-q")

    assert answer.exit_code == 0


def test_reports_for_people_name_the_goals(call: Call, two_sites: Path, tmp_path: Path) -> None:
    options = ("--then", "fewest_sites", "--within", "5%", "--out", tmp_path / "run")
    answer = call("solve", two_sites, *options)
    run = tmp_path / "run"

    assert answer.exit_code == 0, answer.stderr
    assert "fewest_sites: 1 site instead of 2, proven to be the least" in answer.stdout
    assert "the goals gave up $400 (4.0404%) of the $9,900 found" in " ".join(answer.stdout.split())
    for name in ("report.md", "report.html"):
        text = (run / name).read_text(encoding="utf-8")
        assert "Goals after the value" in text, name
    with (run / "goals.csv").open(encoding="utf-8") as file:
        assert [(row["goal"], row["after"]) for row in csv.DictReader(file)] == [("fewest_sites", "1")]
    assert "--then fewest_sites" in (run / "replay.txt").read_text(encoding="utf-8")


def test_the_document_keeps_the_schema(call: Call, two_sites: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")

    jsonschema.validate(solved(call, two_sites, "--then", "least_carbon", "--within", "1%"), result_schema())


def test_the_command_line_knows_every_goal() -> None:
    assert [one.value for one in GoalName] == [one.value for one in Goal]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--then", "fewest_sites"), "--then: needs to know what it may cost"),
        (("--within", "1%"), "--within: is given without a goal"),
        (("--then", "fewest"), "fewest_sites"),
        (("--then", "fewest_sites", "--then", "fewest_sites", "--within", "1%"), "named twice"),
        (("--then", "fewest_sites", "--within", "-1%"), "share"),
        (("--then", "fewest_sites", "--within", "lots"), "expected a number"),
    ],
)
def test_what_cannot_be_meant_is_refused(call: Call, two_sites: Path, options: tuple[str, ...], says: str) -> None:
    answer = call("solve", two_sites, *options)

    assert answer.exit_code == 2
    assert says in answer.stderr


def test_least_carbon_without_intensities_names_the_rows(call: Call, plan: Path) -> None:
    answer = call("solve", plan, "--then", "least_carbon", "--within", "1%")

    assert answer.exit_code == 2
    assert "sites.csv, row 2, column carbon_kg_per_mwh" in answer.stderr


def test_commands_about_the_value_leave_goals_aside(call: Call, two_sites: Path) -> None:
    settings = ("--set", "goals.then=fewest_sites", "--set", "goals.within=5%")
    limits = json.loads(call("limits", two_sites, *settings, "--format", "json").stdout)

    assert (limits["objective"], limits["goals"]) == (9900, [])


@pytest.mark.parametrize(
    "command",
    [
        ("limits", "--top", "0"),
        ("explain",),
        ("why", "ohio"),
        ("compare", "--policy", "unrestricted"),
        ("sweep", "--vary", "sites[ohio].power_mw=1,2"),
    ],
)
def test_they_say_so_in_one_line_that_quiet_leaves_out(call: Call, two_sites: Path, command: tuple[str, ...]) -> None:
    name, *rest = command
    settings = ("--set", "goals.then=fewest_sites", "--set", "goals.within=5%")
    says = "the plan's goals (fewest_sites) are left aside: this is about the value before them\n"

    assert call(name, two_sites, *rest, *settings).stderr.count(says) == 1
    assert says not in call(name, two_sites, *rest, *settings, "--quiet").stderr
    assert says not in call(name, two_sites, *rest).stderr
