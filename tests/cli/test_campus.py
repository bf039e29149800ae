"""Resources, halls and limits on openings through the command line: solved, kept, audited, changed, refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.files.good_plan import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call

FILES = {
    "plan.toml": """\
name = "campus"

[company]
name = "Example"
headquarters = "US"

[horizon]
start = "2025Q1"
periods = 2

[economics]
residual = "none"
""",
    "sites.csv": "site,country,power_mw\nohio,US,0\nreno,US,0.004\n",
    "accelerators.csv": "accelerator,tpp,power_kw,block,value_usd_per_hour\nchip,1000,1,1,1\n",
    "deliveries.csv": "accelerator,period,units\nchip,2025Q1,12\n",
    "halls.csv": "site,hall,power_mw,modules,cost_usd\nohio,north,0.004,3,1000\n",
    "opening_limits.csv": "key,max_openings\npace,1\n",
    "resources.csv": "resource,limit,unit,counts\ncapex,24,MUSD,cumulative\n",
    "resource_use.csv": "resource,per_unit,per_module,hall\ncapex,2,,\ncapex,,1,north\n",
}


@pytest.fixture
def campus(tmp_path: Path) -> Path:
    """Twelve chips that earn 3,285 each from the first quarter on, 1,095 from the second.

    The budget of 24 takes 2 for a chip and 1 for a module, and one site opens in a quarter: at Ohio three modules carry ten
    chips (29,850). Eight there on two modules, and three more at Reno a quarter later, earn 27,565.
    """
    return write_files(tmp_path, FILES)


def test_a_plan_is_solved_kept_and_audited(call: Call, campus: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    answer = call("solve", campus, "--gap", "0", "--out", run, "--format", "json")
    assert answer.exit_code == 0, answer.stderr
    document = json.loads(answer.stdout)

    assert [(row["hall"], row["period"], row["modules_standing"]) for row in document["halls"]] == [
        ("north", "2025Q1", 3),
        ("north", "2025Q2", 3),
    ]
    assert document["openings"][0]["site"] == "ohio"
    assert [(row["used"], row["left"]) for row in document["resources"]] == [(23, 1), (23, 1)]
    assert document["objective"] == 10 * 3285 - 3000

    for placement in (run, run / "placement.csv"):
        audited = call("audit", campus, "--placement", placement)
        assert audited.exit_code == 0, audited.stdout


def test_a_changed_limit_changes_the_answer(call: Call, campus: Path) -> None:
    flags = ("--set", 'limits."opening_limit[pace]".setting=2', "--set", 'limits."max_modules[north]".setting=2')
    answer = call("solve", campus, "--gap", "0", *flags, "--format", "json")

    document = json.loads(answer.stdout)
    assert {row["period"] for row in document["openings"]} == {"2025Q1"}
    assert document["objective"] == 11 * 3285 - 2000


def test_what_cannot_be_read_is_named_with_its_place(call: Call, campus: Path) -> None:
    (campus / "halls.csv").write_text("site,hall,power_mw,modules\nohoi,north,0.004,-1\n", encoding="utf-8")

    answer = call("validate", campus)

    assert answer.exit_code == 2
    assert "halls.csv, row 2, column site: no such site" in answer.stderr
    assert "halls.csv, row 2, column modules: must not be negative" in answer.stderr
