"""Ctrl-C in a real process: the first keeps the best plan so far, the second gives up."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.cli.big_plan import write_big_plan
from tests.cli.conftest import environment

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
PATIENCE = 90.0
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Return what starts a solve that would run for minutes; its stderr goes to a file that can be watched."""
    plan = write_big_plan(tmp_path / "big.json")

    def run(*options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "optimizer", "solve", str(plan), "--gap", "0", "--format", "json", *options]
        with (tmp_path / "stderr.txt").open("w", encoding="utf-8") as stderr:
            return subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment(PLACEMENT_DEBUG="1")
            )

    return run


def _wait_for(file: Path, words: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while words not in file.read_text(encoding="utf-8"):
        assert process.poll() is None, "the solve ended by itself"
        assert time.monotonic() < deadline, f"no {words!r} in {file.read_text(encoding='utf-8')!r}"
        time.sleep(0.1)


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_solve_reports_its_best_plan(start: Start, tmp_path: Path, way: signal.Signals) -> None:
    process = start("--strategy", "whole-blocks")
    _wait_for(tmp_path / "stderr.txt", "%", process)  # a gap is known: there is a plan, and a bound

    process.send_signal(way)
    stdout, _ = process.communicate(timeout=PATIENCE)
    document = json.loads(stdout)

    assert process.returncode == 0
    assert document["status"] == "feasible"
    assert document["solver"]["stopped_by"] == "interruption"
    assert document["verification"]["passed"] is True
    assert document["best_bound"] >= document["objective"]
    assert "this is the best plan found" in (tmp_path / "stderr.txt").read_text(encoding="utf-8")


def test_an_interrupted_solve_with_a_required_gap_is_exit_code_5(start: Start, tmp_path: Path) -> None:
    process = start("--strategy", "whole-blocks", "--require-gap", "0")
    _wait_for(tmp_path / "stderr.txt", "%", process)  # a gap is known: there is a plan, and a bound

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)

    assert process.returncode == 5


def test_an_interruption_before_any_plan_is_exit_code_4_or_reports_one(start: Start, tmp_path: Path) -> None:
    process = start("--strategy", "relaxed-then-complete")
    _wait_for(tmp_path / "stderr.txt", "relaxed blocks", process)

    process.send_signal(signal.SIGINT)
    stdout, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == (4 if json.loads(stdout)["status"] == "unknown" else 0)


def test_a_second_ctrl_c_gives_up(start: Start, tmp_path: Path) -> None:
    process = start("--solver", "scip", "--strategy", "whole-blocks")
    _wait_for(tmp_path / "stderr.txt", "whole blocks", process)

    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    stdout, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert stdout == ""
    assert (tmp_path / "stderr.txt").read_text(encoding="utf-8").endswith("interrupted\n")


def test_a_time_limit_reports_what_was_found(start: Start) -> None:
    process = start("--time-limit", "8", "--strategy", "whole-blocks")
    stdout, _ = process.communicate(timeout=PATIENCE)
    document = json.loads(stdout)

    assert process.returncode == (0 if document["verification"] else 4)
    assert document["solver"]["stopped_by"] == "time limit"


def test_an_interrupted_goal_keeps_the_value_found_and_what_the_goal_reached(start: Start, tmp_path: Path) -> None:
    goals = ("--then", "fewest_sites", "--then", "least_carbon", "--within", "1%")
    carbon = ("--set", "sites[*].carbon_kg_per_mwh=400")
    process = start("--gap", "20%", *goals, *carbon)
    _wait_for(tmp_path / "stderr.txt", "least_carbon", process)

    process.send_signal(signal.SIGINT)
    stdout, _ = process.communicate(timeout=PATIENCE)
    document = json.loads(stdout)

    assert process.returncode == 0
    assert document["status"] == "within_gap"  # of the value, which was through
    assert document["verification"]["passed"] is True
    assert document["objective"] >= document["value_floor"]
    sites, carbon_goal = document["goals"]
    assert sites["after"] <= sites["before"]
    assert carbon_goal["stopped_by"] == "interruption"
    assert carbon_goal["best_bound"] <= carbon_goal["after"] <= carbon_goal["before"]
