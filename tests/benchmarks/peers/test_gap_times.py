"""When a gap was proven, how good the plan was on the way, and what is read back after a kill."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import pytest

from benchmarks.peers.cbc_log import follow, nodes_of, version_of
from benchmarks.peers.gap_times import primal_integral, time_to_gap
from benchmarks.peers.record import Record
from benchmarks.peers.settings import State
from benchmarks.peers.trace import Event, Trace, read_events

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = (
    Event(1.0, None, 110.0),
    Event(2.0, 80.0, 110.0),
    Event(4.0, 100.0, 110.0),
    Event(6.0, 100.0, 101.0),
    Event(9.0, 100.0, 100.05),
)


@pytest.mark.parametrize(("gap", "seconds"), [(0.5, 2.0), (0.1, 4.0), (0.01, 6.0), (0.001, 9.0), (0.0001, None)])
def test_a_gap_is_proven_when_value_and_bound_are_so_near(gap: float, seconds: float | None) -> None:
    assert time_to_gap(EVENTS, gap) == seconds


def test_a_gap_to_a_value_of_nothing_is_not_known() -> None:
    assert Event(1.0, 0.0, 5.0).gap == inf
    assert Event(1.0, 0.0, 0.0).gap == 0
    assert Event(1.0, -100.0, -99.0).gap == 0.01


def test_the_primal_integral_counts_1_without_a_plan_and_then_what_is_missing() -> None:
    # 2 s without a plan, 2 s with 80 of 100, and the best plan from then on.
    assert primal_integral(EVENTS, 100.0, 10.0) == pytest.approx(2 * 1 + 2 * 0.2)
    assert primal_integral((), 100.0, 10.0) == 10
    assert primal_integral((Event(3.0, -5.0, None),), 100.0, 10.0) == 10
    assert primal_integral((Event(0.0, 100.0, None),), 100.0, 10.0) == 0


def test_what_a_peer_calls_solved_is_proven_at_its_end_by_its_own_reckoning_alone() -> None:
    solved = Record("s-1", "scip", State.SOLVED, seconds=9.5, events=EVENTS[:4])

    assert solved.times(0.001) == {0.01: 6.0, 0.001: 9.5, 0.0001: None}
    assert Record("s-1", "scip", State.STOPPED, seconds=9.5, events=EVENTS[:4]).times(0.001)[0.001] is None


def test_events_are_money_and_only_what_is_better(tmp_path: Path) -> None:
    trace = Trace(tmp_path / "events", scale=10.0, offset=1.0)
    trace.see(None, 1e20, 0.5)
    trace.see(5.0, 20.0, 1.0)
    trace.see(4.0, 21.0, 2.0)
    trace.see(6.0, None, 3.0)

    assert read_events(tmp_path / "events") == (Event(1.0, 60.0, 210.0), Event(3.0, 70.0, 210.0))


def test_a_line_cut_off_by_a_kill_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("[1.0, 2.0, 3.0]\n[2.0, 2.", encoding="utf-8")

    assert read_events(tmp_path / "events") == (Event(1.0, 2.0, 3.0),)
    assert read_events(tmp_path / "none") == ()


CBC_LOG = """\
Version: 2.10.3
Continuous objective value is 296795 - 0.01 seconds
Cbc0012I Integer solution of -293947.59 found by DiveCoefficient after 0 iterations and 0 nodes (0.08 seconds)
Cbc0010I After 0 nodes, 1 on tree, 1e+50 best solution, best possible -296793.5 (0.09 seconds)
Cbc0010I After 1000 nodes, 521 on tree, -295733.69 best solution, best possible -296451.19 (13.48 seconds)
Cbc0001I Search completed - best objective -296233.0111185416, took 12307 iterations and 1298 nodes (15.18 seconds)
"""
CUT_SHORT = "\nObjective value:                296233.01111854\nUpper bound:                    296451.189\n"


def test_the_log_of_cbc_tells_its_values_and_bounds(tmp_path: Path) -> None:
    trace = Trace(tmp_path / "events")
    bound = follow(f"{CBC_LOG}\nResult - Optimal solution found (within gap tolerance)\n{CUT_SHORT}", 1.0, trace)
    events = read_events(tmp_path / "events")

    assert bound == 296451.189
    assert (events[0].seconds, events[0].incumbent) == (1.01, None)
    assert events[0].bound == pytest.approx(296795 * 1.000005)
    assert events[1].incumbent == 293947.59
    assert events[-2] == Event(14.48, 295733.69, 296451.19)
    assert events[-1].incumbent == 296233.0111185416
    assert version_of(CBC_LOG) == "2.10.3"
    assert nodes_of("Enumerated nodes:               1298") == 1298


def test_an_optimum_of_cbc_is_its_own_bound(tmp_path: Path) -> None:
    ended = "\nResult - Optimal solution found\n\nObjective value:                2786.81240000\nEnumerated nodes: 0\n"

    assert follow(CBC_LOG + ended, 0.0, Trace(tmp_path / "events")) == 2786.8124
