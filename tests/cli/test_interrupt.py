"""Ctrl-C in a real process: the first keeps the best plan so far, the second gives up."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

from tests.cli.big_plan import write_big_plan
from tests.cli.processes import PATIENCE, Running, running

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
Start = Callable[..., AbstractContextManager[Running]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Return what starts a solve that would run for minutes."""

    def run(*options: str, sites: int = 20) -> AbstractContextManager[Running]:
        plan = write_big_plan(tmp_path / "big.json", sites)
        return running(tmp_path / "stderr.txt", "solve", plan, "--gap", "0", "--format", "json", *options)

    return run


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_solve_reports_its_best_plan(start: Start, way: signal.Signals) -> None:
    with start("--strategy", "whole-blocks") as solve:
        solve.wait_for("%")  # a gap is known: there is a plan, and a bound
        solve.process.send_signal(way)
        document = json.loads(solve.end())

    assert solve.process.returncode == 0
    assert document["status"] == "feasible"
    assert document["solver"]["stopped_by"] == "interruption"
    assert document["verification"]["passed"] is True
    assert document["best_bound"] >= document["objective"]
    assert "this is the best plan found" in solve.stderr


def test_an_interrupted_solve_with_a_required_gap_is_exit_code_5(start: Start) -> None:
    with start("--strategy", "whole-blocks", "--require-gap", "0") as solve:
        solve.wait_for("%")  # a gap is known: there is a plan, and a bound
        solve.process.send_signal(signal.SIGINT)
        solve.end()

    assert solve.process.returncode == 5


def test_an_interruption_before_any_plan_is_exit_code_4_or_reports_one(start: Start) -> None:
    with start("--strategy", "relaxed-then-complete") as solve:
        solve.wait_for("dive")
        solve.process.send_signal(signal.SIGINT)
        document = json.loads(solve.end())

    assert solve.process.returncode == (4 if document["status"] == "unknown" else 0)


def test_a_second_ctrl_c_gives_up(start: Start) -> None:
    with start("--solver", "scip", "--strategy", "whole-blocks") as solve:
        solve.wait_for("whole blocks")
        deadline = time.monotonic() + PATIENCE
        while solve.process.poll() is None and time.monotonic() < deadline:
            solve.process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        stdout = solve.end()

    assert solve.process.returncode == 130
    assert stdout == ""
    assert solve.stderr.endswith("interrupted\n")


def test_a_time_limit_reports_what_was_found(start: Start) -> None:
    with start("--time-limit", "3", "--strategy", "whole-blocks", "--values", "0") as solve:
        document = json.loads(solve.end())

    assert solve.process.returncode == (0 if document["verification"] else 4)
    assert document["solver"]["stopped_by"] == "time limit"


def test_an_interrupted_goal_keeps_the_value_found_and_what_the_goal_reached(start: Start) -> None:
    goals = ("--then", "fewest_sites", "--then", "least_carbon", "--within", "1%")
    carbon = ("--set", "sites[*].carbon_kg_per_mwh=400")
    with start("--gap", "20%", *goals, *carbon, sites=30) as solve:
        solve.wait_for("least_carbon")
        solve.process.send_signal(signal.SIGINT)
        document = json.loads(solve.end())

    assert solve.process.returncode == 0
    assert document["status"] == "within_gap"  # of the value, which was through
    assert document["verification"]["passed"] is True
    assert document["objective"] >= document["value_floor"]
    sites, carbon_goal = document["goals"]
    assert sites["after"] <= sites["before"]
    assert carbon_goal["stopped_by"] == "interruption"
    assert carbon_goal["best_bound"] <= carbon_goal["after"] <= carbon_goal["before"]
