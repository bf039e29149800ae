"""Every peer that is installed finds the optimum of a tiny plan; what is missing is said; what is kept is not run again."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers import run
from benchmarks.peers.keep import Kept
from benchmarks.peers.launch import run_process
from benchmarks.peers.prepare import Prepared, prepare
from benchmarks.peers.program_file import write_program
from benchmarks.peers.record import Record
from benchmarks.peers.registry import ALL, OURS, PEERS, Peer, find_peers
from benchmarks.peers.settings import Settings, State
from benchmarks.peers.textbook import Rows
from optimizer.cli.exits import ExitCode
from optimizer.cli.solve import terminate_as_interrupt
from optimizer.errors import InputError
from optimizer.model.formulation import Formulation
from tests.benchmarks.peers.tiny import brute_force, tiny, written
from tests.cli.big_plan import write_big_plan
from tests.cli.conftest import Call, call
from tests.cli.processes import running

__all__ = ["call"]

EXACT = Settings(relative_gap=0.0, time_limit_seconds=60.0)
LICENSED = ("gurobi", "xpress", "copt")


def installed(name: str) -> Peer:
    peer = PEERS[name]
    if peer.missing:
        pytest.skip(f"PEER NOT TESTED: {name} needs {', '.join(peer.missing)}")
    return peer


@pytest.mark.slow
@pytest.mark.parametrize("name", [peer.name for peer in ALL if peer.is_default])
def test_a_peer_finds_the_optimum_that_brute_force_finds(tmp_path: Path, name: str) -> None:
    peer = installed(name)
    prepared = prepare(written(tmp_path), tmp_path, EXACT, Rows.TEXTBOOK)
    record = run.run_peer(prepared, peer, EXACT)

    assert (record.state, record.note if record.state is State.FAILED else "") == (State.SOLVED, "")
    assert record.is_legal
    assert record.objective == brute_force()
    assert record.bound == pytest.approx(float(brute_force()), rel=1e-6)
    assert record.events[-1].incumbent == pytest.approx(7200)
    assert record.seconds is not None
    assert record.process_seconds is not None
    assert 0 <= (record.build_seconds or 0) <= record.seconds < record.process_seconds
    assert (record.memory_mb or 0) > 10
    assert record.version


@pytest.mark.slow
def test_the_relaxation_gives_a_bound_and_no_plan(tmp_path: Path) -> None:
    peer = installed("highs-ipx")
    prepared = prepare(written(tmp_path), tmp_path, EXACT, Rows.TEXTBOOK)
    record = run.run_peer(prepared, peer, EXACT)

    assert record.state is State.RELAXED
    assert record.objective is None
    assert (record.bound or 0) > 7200


@pytest.mark.slow
@pytest.mark.parametrize("name", LICENSED)
def test_a_program_above_the_free_size_limit_is_an_answer(tmp_path: Path, name: str) -> None:
    peer = installed(name)
    prepared = prepare(written(tmp_path), tmp_path, EXACT, Rows.TEXTBOOK)
    write_program(_wide(6000), tmp_path / "program.npz")
    record = run.run_peer(prepared, peer, EXACT)

    assert record.state is State.TOO_LARGE
    assert record.objective is None


def _wide(columns: int) -> Formulation:
    every = np.arange(columns)
    return Formulation(
        np.zeros(columns),
        np.ones(columns),
        (1 + every % 7).astype(np.float64),
        np.ones(columns, dtype=bool),
        np.zeros(1),
        np.full(1, columns / 2),
        np.array([0, columns]),
        every,
        (1 + every % 5).astype(np.float64),
        ("one",),
    )


def test_a_peer_that_is_not_installed_is_listed_and_said(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = replace(PEERS["scip"], packages=("no_such_package",))
    monkeypatch.setitem(PEERS, "scip", absent)

    answer = call("bench", "peers", written(tmp_path), "--peer", "scip", "--format", "json")

    (row,) = json.loads(answer.stdout)["runs"]
    assert (row["state"], row["verdict"]) == ("NOT INSTALLED", "no no_such_package")
    assert "scip: NOT INSTALLED" in answer.stderr
    assert answer.exit_code == 0


def fake(values: dict[str, Record]) -> object:
    def answer(prepared: Prepared, peer: Peer, _: Settings) -> Record:
        return replace(values[peer.name], plan=prepared.name)

    return answer


LEGAL = Record("", OURS, State.SOLVED, objective_exact="100", bound=100.0, seconds=1.0, process_seconds=2.0)


@pytest.mark.parametrize(("bound", "code"), [(100.0, 0), (90.0, 1)])
def test_a_contradiction_is_exit_code_1(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: float, code: int
) -> None:
    monkeypatch.setattr(run, "run_peer", fake({"ours": LEGAL, "cp-sat": replace(LEGAL, peer="cp-sat", bound=bound)}))

    answer = call("bench", "peers", written(tmp_path), "--peer", "ours", "--peer", "cp-sat")

    assert answer.exit_code == code
    assert ("CONTRADICTION: tiny-1: the legal plan of ours is worth 100.00" in answer.stdout) == bool(code)
    assert ("CONTRADICTION" in answer.stderr) == bool(code)


def test_a_run_of_ours_that_failed_is_exit_code_1(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "run_peer", fake({"ours": Record("", OURS, State.FAILED, note="out of memory")}))

    answer = call("bench", "peers", written(tmp_path), "--peer", "ours")

    assert answer.exit_code == 1
    assert "out of memory" in answer.stdout


def test_what_was_kept_is_not_run_again_and_another_gap_or_plan_is_another_question(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, kept = written(tmp_path), tmp_path / "kept.jsonl"
    monkeypatch.setattr(run, "run_peer", fake({"ours": LEGAL}))
    arguments = ("bench", "peers", plan, "--peer", "ours", "--keep", kept)
    first = call(*arguments, "--format", "csv")
    kept.write_text(kept.read_text(encoding="utf-8") + '{"asked": {"pl', encoding="utf-8")
    again = call(*arguments, "--format", "csv")

    assert "kept from before" not in first.stderr
    assert "tiny-1  ours: kept from before" in again.stderr
    assert first.stdout == again.stdout
    assert next(csv.DictReader(io.StringIO(again.stdout)))["value"] == "100.0"
    assert "kept from before" not in call(*arguments, "--gap", "1%").stderr
    changed = tiny()
    changed["sites"][0]["power_mw"] = "0.03"
    plan.write_text(json.dumps(changed), encoding="utf-8")
    assert "kept from before" not in call(*arguments).stderr


def test_a_file_that_keeps_something_else_is_refused(call: Call, tmp_path: Path) -> None:
    (tmp_path / "kept.jsonl").write_text('{"plan": "other"}\n', encoding="utf-8")

    answer = call("bench", "peers", written(tmp_path), "--keep", tmp_path / "kept.jsonl")

    assert answer.exit_code == 2
    assert "is no record of a run" in answer.stderr


def test_ctrl_c_writes_what_is_there(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(prepared: Prepared, peer: Peer, _: Settings) -> Record:
        if peer.name != OURS:
            raise KeyboardInterrupt
        return replace(LEGAL, plan=prepared.name)

    monkeypatch.setattr(run, "run_peer", answer)

    stopped = call("bench", "peers", written(tmp_path), "--peer", "ours", "--peer", "cp-sat", "--format", "markdown")

    assert stopped.exit_code == 130
    assert "| ours | solved |" in stopped.stdout


def test_a_record_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    plan, kept = written(tmp_path), tmp_path / "kept.jsonl"
    record = replace(LEGAL, plan="tiny-1", faults=("too many",), events=())
    Kept(kept).add(plan, EXACT, Rows.TEXTBOOK, record)

    assert Kept(kept).find(plan, OURS, EXACT, Rows.TEXTBOOK) == record
    assert Kept(kept).find(plan, "scip", EXACT, Rows.TEXTBOOK) is None
    assert record.objective == Fraction(100)


def test_another_peer_begins_each_time() -> None:
    peers = find_peers(["ours", "scip", "cbc"])

    assert [peer.name for peer in run.rotated(peers, 4)] == ["scip", "cbc", "ours"]
    assert run.rotated((), 4) == []


def test_a_peer_that_nobody_knows_is_refused_with_those_there_are(call: Call, tmp_path: Path) -> None:
    answer = call("bench", "peers", written(tmp_path), "--peer", "glpk")

    assert answer.exit_code == 2
    assert "highs, scip, cbc" in answer.stderr
    assert len(find_peers([])) == len(ALL) - 1


def test_a_plan_that_is_several_programs_is_refused(tmp_path: Path) -> None:
    plan = written(tmp_path)
    plan.write_text(json.dumps(tiny() | {"policy": {"breach": "cure"}}), encoding="utf-8")

    with pytest.raises(InputError, match="peers solve one program"):
        prepare(plan, tmp_path, EXACT, Rows.TEXTBOOK)


def test_a_process_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.peers.launch.GRACE_SECONDS", 0.0)

    ended = run_process(("-c", "import time; time.sleep(60)"), tmp_path, 0.2)

    assert ended.was_killed
    assert ended.code != 0
    assert ended.seconds < 30


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_while_a_process_starts_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: signal.Signals
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Interrupted(subprocess.Popen[bytes]):
        def _execute_child(self, *arguments: object) -> None:
            super()._execute_child(*arguments)  # type: ignore[misc]  # no other place is between start and return
            started.append(self)
            signal.raise_signal(way)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)

    with pytest.raises(KeyboardInterrupt), terminate_as_interrupt():
        run_process(("-c", "import time; time.sleep(60)"), tmp_path, 60)

    (process,) = started
    assert process.returncode is not None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_process_that_fails_says_its_last_words(tmp_path: Path) -> None:
    prepared = prepare(written(tmp_path), tmp_path, EXACT, Rows.TEXTBOOK)
    (tmp_path / "program.npz").unlink()

    record = run.run_peer(prepared, PEERS["cp-sat"], EXACT)

    assert record.state is State.FAILED
    assert "No such file" in record.note


@pytest.mark.slow
@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_a_comparison_that_is_stopped_writes_what_is_finished_and_leaves_no_peer_behind(
    tmp_path: Path, way: signal.Signals
) -> None:
    plan = write_big_plan(tmp_path / "big.json", sites=20)
    options = ("--peer", "cp-sat", "--gap", "0", "--time-limit", "300", "--format", "json")
    with running(tmp_path / "stderr.txt", "bench", "peers", plan, *options) as comparison:
        comparison.wait_for("cp-sat ...")
        comparison.wait_until(lambda: children_of(comparison.process.pid))
        peers = children_of(comparison.process.pid)
        comparison.process.send_signal(way)
        written_so_far = json.loads(comparison.end())

    assert comparison.process.returncode == ExitCode.INTERRUPTED
    assert written_so_far["runs"] == []
    assert "what was finished is written" in comparison.stderr
    assert not any(Path(f"/proc/{pid}").exists() for pid in peers)


def children_of(pid: int) -> list[str]:
    """Return the processes that a process has started; skipped where there is no /proc."""
    file = Path(f"/proc/{pid}/task/{pid}/children")
    if not file.exists():
        pytest.skip("needs /proc to see another process")
    return file.read_text(encoding="ascii").split()
