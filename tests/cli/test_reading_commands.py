"""`validate`, `audit` and `headroom`: they read and judge, and no solver is loaded."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.builders import document, site
from tests.cli.conftest import Call, environment

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("command", ["validate", "audit", "headroom"])
def test_no_solver_and_no_data_frames_are_loaded(plan: Path, command: str) -> None:
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from optimizer.cli.app import app\n"
        f"answer = CliRunner().invoke(app, [{command!r}, {str(plan)!r}])\n"
        "assert answer.exit_code == 0, answer.output\n"
        "print([name for name in ('ortools', 'pandas', 'optimizer.solve.session') if name in sys.modules])"
    )

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)

    assert answer.stdout == "[]\n"


def test_validate_counts_what_was_read(call: Call, plan: Path) -> None:
    answer = call("validate", plan, "--format", "json")
    document = json.loads(answer.stdout)

    assert answer.exit_code == 0
    assert document["totals"]["sites"] == 5
    assert document["totals"]["countries with sites in Tier 2, 2025Q1"] == 2
    assert document["totals"]["site power 2025Q4, MW"] == 50
    assert document["totals"]["GB300-NVL72 delivered, units"] == 7200
    assert document["totals"]["installed, TPP"] == 7600 * 15832
    assert document["totals"]["limits: destination_share"] == 8
    assert any("life_years" in row["subject"] or "utilisation" in row["subject"] for row in document["assumptions"])
    assert set(document["input_sha256"]) >= {"plan.toml", "sites.csv"}


@pytest.mark.parametrize("output_format", ["table", "markdown", "csv"])
def test_validate_writes_every_format(call: Call, plan: Path, output_format: str) -> None:
    answer = call("validate", plan, "--format", output_format)

    assert answer.exit_code == 0
    assert "legal status" in answer.stdout
    assert "\x1b" not in answer.stdout


def test_validate_writes_to_a_file(call: Call, plan: Path, tmp_path: Path) -> None:
    answer = call("validate", plan, "--format", "json", "--out", tmp_path / "new" / "totals.json")

    assert answer.stdout == ""
    assert json.loads((tmp_path / "new" / "totals.json").read_text(encoding="utf-8"))["plan"] == "example fleet"
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["totals.json"]


def test_audit_of_the_installed_fleet_keeps_every_limit(call: Call, plan: Path) -> None:
    answer = call("audit", plan, "--format", "json")
    document = json.loads(answer.stdout)

    assert answer.exit_code == 0
    assert document["judged"] == "installed fleet"
    assert {row["rule"] for row in document["limits"]} >= {"home_share", "destination_share"}


def test_audit_breaks_with_exit_code_1_at_a_tighter_share(call: Call, plan: Path) -> None:
    # 400 of 7,600 equal units stand in Malaysia: exactly 1/19, so 1/19 is kept and anything less is broken.
    kept = call("audit", plan, "--set", "policy.destination_share=1/19")
    broken = call("audit", plan, "--set", "policy.destination_share=5263/100000", "--format", "json")

    assert kept.exit_code == 0
    assert broken.exit_code == 1
    assert json.loads(broken.stdout)["verification"]["broken"][0].startswith("destination_share[MY,")


def test_audit_judges_what_solve_wrote(call: Call, plan: Path, tmp_path: Path) -> None:
    call("solve", plan, "--out", tmp_path / "run", "--quiet")

    for file in ("", "placement.csv", "summary.json"):
        answer = call("audit", plan, "--placement", tmp_path / "run" / file, "--format", "json")

        assert answer.exit_code == 0, answer.output
        assert json.loads(answer.stdout)["judged"] == "placement"
    assert call("audit", plan, "--placement", tmp_path / "run", "--set", "policy.home_share=99%").exit_code == 1


def test_audit_names_a_bad_placement_file(call: Call, plan: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(
        "site,accelerator,period,units_standing\njohr,H200-SXM,2025Q1,8\nohio,H200-SXM,2025Q1,8.5\n", "utf-8"
    )

    answer = call("audit", plan, "--placement", file)

    assert answer.exit_code == 2
    assert "mine.csv, row 2, column site" in answer.stderr
    assert "did you mean 'johor'?" in answer.stderr
    assert "mine.csv, row 3, column units_standing: expected a whole number" in answer.stderr


def test_headroom_is_in_whole_blocks_up_to_the_share(call: Call, plan: Path) -> None:
    # 7% of (7,600 + x) units less the 400 there: x = 142.2, so 17 servers of 8.
    answer = call("headroom", plan, "--country", "MY", "--accelerator", "H200-SXM", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))

    assert [row["period"] for row in rows] == ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    assert {(row["blocks"], row["units"]) for row in rows} == {("17", "136")}
    assert rows[0]["stopped_by"].startswith("destination_share[MY,")


def test_headroom_for_people_joins_periods_of_which_the_same_is_true(call: Call, plan: Path) -> None:
    answer = call("headroom", plan, "--country", "MY", "--accelerator", "H200-SXM")

    assert "MY     H200-SXM     2025Q1 to 2025Q4      17    136  destination_share[MY]  7/100" in answer.stdout
    assert answer.stdout.count("Supplement No. 10") == 1


def test_headroom_at_home_is_without_limit(call: Call, plan: Path) -> None:
    table = call("headroom", plan, "--country", "US", "--period", "2025Q1")
    rows = json.loads(call("headroom", plan, "--country", "US", "--period", "2025Q1", "--format", "json").stdout)[
        "rows"
    ]

    assert "no limit" in table.stdout
    assert {row["units"] for row in rows} == {None}


def test_headroom_of_a_site_beside_a_placement(call: Call, plan: Path, tmp_path: Path) -> None:
    call("solve", plan, "--out", tmp_path / "run", "--quiet")

    answer = call("headroom", plan, "--site", "texas", "--placement", tmp_path / "run", "--period", "2025Q4")

    assert answer.exit_code == 0
    assert "site_power[texas,2025Q4]" in answer.stdout


def test_headroom_names_everything_typed_that_is_not_in_the_plan(call: Call, plan: Path) -> None:
    answer = call("headroom", plan, "--site", "johr", "--accelerator", "H2000", "--period", "2031Q1", "--country", "MY")

    assert answer.exit_code == 2
    assert answer.stderr.startswith("3 problems")
    assert "--site: not in the plan (got 'johr')" in answer.stderr


def test_headroom_names_some_of_what_there_is_where_nothing_is_near(call: Call, plan: Path) -> None:
    answer = call("headroom", plan, "--site", "qqqq")

    assert "the plan has campinas, dublin, johor, ohio, texas" in answer.stderr


def test_headroom_refuses_an_unknown_country(call: Call, plan: Path) -> None:
    assert call("headroom", plan, "--country", "ZZ").exit_code == 2


def test_headroom_covers_a_country_without_a_site(call: Call, plan: Path) -> None:
    answer = call("headroom", plan, "--country", "IN", "--period", "2025Q1", "--format", "json")

    assert {row["place"] for row in json.loads(answer.stdout)["rows"]} == {"IN"}


def test_validate_names_authorisations_and_what_the_installed_fleet_breaks(call: Call, tmp_path: Path) -> None:
    plan = {
        "company": {"name": "Example", "headquarters": "US"},
        "horizon": {"start": "2026Q1", "periods": 1},
        "policy": {"name": "ai-diffusion-2025"},
        "installed": [
            {"country": "US", "accelerator": "H100", "units": 900},
            {"country": "MY", "accelerator": "H100", "units": 100},
        ],
        "authorisations": [
            {"type": "UVEU", "valid_from": "2025-06-01"},
            {"type": "licence", "country": "MY", "units": 64, "valid_from": "2026-01-01", "reference": "L-7"},
            {"type": "licence", "country": "SA", "tpp": 1000, "valid_until": "2026-12-31", "reference": "L-8"},
        ],
    }
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")

    totals = json.loads(call("validate", file, "--format", "json").stdout)["totals"]
    new = json.loads(call("validate", file, "--set", "policy.authorisations=nveu", "--format", "json").stdout)["totals"]

    assert totals["authorisation: UVEU"] == "UVEU from 2025-06-01"
    assert totals["authorisation: L-7"] == "licence MY 64 units from 2026-01-01 until 2026-12-31"
    assert totals["authorisation: L-8"] == "licence SA 1,000 TPP until 2026-12-31"
    assert totals["installed fleet breaks destination_share[MY]"] == "by 474,960 TPP"
    assert "authorisation: UVEU" not in new


def breached(folder: Path) -> Path:
    """Write a plan whose fleet has 8 of 101 chips in Indonesia, and 20 more for the United States in the second quarter."""
    fleet = [{"country": country, "accelerator": "chip", "units": units} for country, units in (("US", 93), ("ID", 8))]
    parts = document(sites=[site("ohio", "US")], delivered={"chip": [0, 20]}, periods=2, installed=fleet)
    file = folder / "breached.json"
    file.write_text(json.dumps(parts), encoding="utf-8")
    return file


def test_a_cure_is_audited_as_one_when_asked(call: Call, tmp_path: Path) -> None:
    plan, run = breached(tmp_path), tmp_path / "run"
    assert call("solve", plan, "--breach", "cure", "--out", run, "-q").exit_code == 0

    answer = call("audit", plan, "--placement", run, "--breach", "cure", "--format", "json")

    assert (answer.exit_code, call("audit", plan, "--placement", run).exit_code) == (0, 1)
    assert json.loads(answer.stdout)["breach"]["cures"][0]["complies_in"] == "2025Q2"
    assert call("headroom", plan, "--placement", run, "--breach", "cure").exit_code == 0


def test_a_breach_names_the_way_out(call: Call, tmp_path: Path) -> None:
    answer = call("solve", breached(tmp_path), "-q")

    assert answer.exit_code == 1
    assert "`--breach cure` allows a plan" in " ".join(answer.stdout.split())


def test_headroom_of_a_site_with_halls_says_what_could_still_be_built(call: Call, plan: Path) -> None:
    (plan / "halls.csv").write_text(
        "site,hall,power_mw,modules,available_from\n"
        "texas,texas-a,2.5,3,2025Q2\ntexas,texas-late,1,1,2031-01-01\nohio,ohio-a,1,1,\n",
        encoding="utf-8",
    )

    answer = call("headroom", plan, "--site", "texas", "--accelerator", "H200-SXM")
    notes = " ".join(answer.stdout.split())

    assert "Not counted: 3 more of texas-a, 2.5 MW each, from 2025Q2 on." in notes
    assert "texas-late" not in notes
    assert "ohio-a" not in notes


def test_headroom_of_a_shut_site_says_that_its_opening_is_not_asked(call: Call, plan: Path) -> None:
    says = "ohio is not open: what its opening needs or rules out is not asked."
    assert says not in call("headroom", plan, "--site", "ohio").stdout

    (plan / "exclusions.csv").write_text("site,other_site\nohio,texas\n", encoding="utf-8")

    assert says in call("headroom", plan, "--site", "ohio").stdout


def test_a_placement_without_modules_for_the_halls_it_uses_is_said_to_have_none(
    call: Call, plan: Path, tmp_path: Path
) -> None:
    (plan / "halls.csv").write_text("site,hall,power_mw,modules\ntexas,texas-a,2.5,3\n", encoding="utf-8")
    placement, says = tmp_path / "own.csv", "the placement has no modules of halls, so none are taken to stand"
    for key, is_said in (("texas", True), ("ohio", False)):
        placement.write_text(f"site,accelerator,period,units_added\n{key},H200-SXM,2025Q2,8\n", encoding="utf-8")

        assert (says in call("audit", plan, "--placement", placement).stderr) == is_said
