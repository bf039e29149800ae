"""A plan with workloads on the command line: solved, explained where it cannot be, validated, audited."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call

FILES = {
    "plan.toml": """\
[company]
headquarters = "US"
[horizon]
start = "2025Q1"
periods = 2
[policy]
name = "physical-only"
""",
    "sites.csv": """\
site,country,power_mw,opening_cost_usd,latitude,longitude
paris,FR,0.5,3000000,48.86,2.35
ohio,US,3,,39.96,-83.0
""",
    "accelerators.csv": "accelerator,tpp,power_kw,block,value_usd_per_hour\nchip,16000,1.25,8,0\n",
    "deliveries.csv": "accelerator,period,units\nchip,2025Q1,800\n",
    "workloads.csv": """\
workload,period,demand_tpp,must_serve,value_usd_per_tpp_hour,latitude,longitude,max_latency_ms
chat,,4000000,true,0.0002,50.11,8.68,20
chat,2025Q2,6000000,true,0.0002,,,
train,,20000000,,0.0001,,,
""",
}
"""Only Paris is near enough for chat; its power carries 400 chips, 6,400,000 TPP."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_answer_says_who_serves_what(folder: Path, call: Call) -> None:
    done = call("solve", folder, "--format", "json", "--gap", "0")

    document = json.loads(done.stdout)
    assert done.exit_code == 0
    chat = [(row["site"], row["period"], row["served_tpp"]) for row in document["served"] if row["workload"] == "chat"]
    assert chat == [("paris", "2025Q1", 4_000_000), ("paris", "2025Q2", 6_000_000)]
    assert any(item["subject"] == "service.csv latency_ms" for item in document["assumptions"])


def test_a_demand_that_no_near_site_can_hold_is_explained_with_the_way_out(folder: Path, call: Call) -> None:
    rows = FILES["workloads.csv"].replace("6000000", "7000000")
    (folder / "workloads.csv").write_text(rows, encoding="utf-8")

    done = call("solve", folder, "--format", "json")

    document = json.loads(done.stdout)
    assert document["status"] == "infeasible"
    said = document["conflict"]["sentence"]
    assert "chat has to be served" in said
    assert "chat is served from within 20 ms" in said
    assert "sites serve workloads with what stands there" in said
    (change,) = document["repairs"][0]["changes"]
    assert change["group"] == "must_serve[chat]"


def test_validate_counts_what_is_asked_for(folder: Path, call: Call) -> None:
    totals = json.loads(call("validate", folder, "--format", "json").stdout)["totals"]

    assert totals["workloads"] == 2
    assert totals["demand 2025Q2, TPP"] == 26_000_000
    assert totals["demand that must be served 2025Q1, TPP"] == 4_000_000


def test_a_latency_that_cannot_be_known_is_an_error_that_names_the_row(folder: Path, call: Call) -> None:
    sites = FILES["sites.csv"].replace("48.86,2.35", ",")
    (folder / "sites.csv").write_text(sites, encoding="utf-8")

    done = call("solve", folder)

    assert done.exit_code == 2
    assert "workloads.csv, row 2, column max_latency_ms: the latency is not known at paris" in done.stderr
