"""Runs the peers on plans, one process after the other, and keeps every record as soon as it is there."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.child import ANSWER, EVENTS, VALUES
from benchmarks.peers.judge import check
from benchmarks.peers.launch import run_process
from benchmarks.peers.prepare import name_of, prepare
from benchmarks.peers.record import Record
from benchmarks.peers.registry import OURS, Peer
from benchmarks.peers.settings import Settings, State
from benchmarks.peers.trace import read_events
from optimizer.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.peers.keep import Kept
    from benchmarks.peers.launch import Ended
    from benchmarks.peers.prepare import Prepared
    from benchmarks.peers.textbook import Rows

LAST_LINES = 3
ANSWERED = frozenset({ExitCode.DONE, ExitCode.NOT_POSSIBLE, ExitCode.NOTHING_FOUND})


def run_all(
    plans: Sequence[Path],
    peers: Sequence[Peer],
    settings: Settings,
    rows: Rows,
    kept: Kept,
    say: Callable[[str], None],
) -> Iterator[Record]:
    """Yield a record for each plan and peer. Raises InputError for a plan that cannot be compared."""
    for number, plan in enumerate(plans):
        order = rotated(peers, settings.seed + number)
        found = {peer.name: record for peer in order if (record := kept.find(plan, peer.name, settings, rows))}
        with tempfile.TemporaryDirectory(prefix="placement-peers-") as folder:
            prepared = None
            for peer in order:
                if record := found.get(peer.name):
                    say(f"{record.plan}  {peer.name}: kept from before")
                elif peer.missing:
                    record = Record(name_of(plan), peer.name, State.NOT_INSTALLED, note=f"no {', '.join(peer.missing)}")
                else:
                    if prepared is None:
                        with_whole = any(one.takes_whole for one in order)
                        prepared = prepare(plan, Path(folder), settings, rows, with_whole=with_whole)
                        say(f"{prepared.name}: {prepared.size}")
                    say(f"{prepared.name}  {peer.name} ...")
                    record = run_peer(prepared, peer, settings)
                    kept.add(plan, settings, rows, record)
                say(f"{record.plan}  {peer.name}: {record.state.value}  {record.verdict()}")
                yield record


def rotated(peers: Sequence[Peer], by: int) -> list[Peer]:
    """Return the peers beginning with another one each time, so that none is always first on a machine at rest."""
    first = by % len(peers) if peers else 0
    return [*peers[first:], *peers[:first]]


def run_peer(prepared: Prepared, peer: Peer, settings: Settings) -> Record:
    """Return the record of one peer on one plan."""
    if peer.takes_whole and prepared.misfit:
        return Record(prepared.name, peer.name, State.NOT_WHOLE, note=prepared.misfit)
    with tempfile.TemporaryDirectory(prefix=f"{peer.name}-", dir=prepared.folder) as name:
        folder = Path(name)
        for file in prepared.folder.glob("*.*"):
            if file.is_file():
                (folder / file.name).symlink_to(file)
        return _ours(prepared, folder, settings) if peer.name == OURS else _peer(prepared, peer, folder, settings)


def _peer(prepared: Prepared, peer: Peer, folder: Path, settings: Settings) -> Record:
    command = ("-m", "benchmarks.peers.child", peer.name, folder)
    ended = run_process(command, folder, settings.time_limit_seconds)
    record = _read(Record(prepared.name, peer.name, State.FAILED), folder, ended)
    if not (folder / VALUES).is_file():
        return record
    value, broken, faults = check(prepared.model, np.load(folder / VALUES))
    return replace(record, objective_exact=str(value), broken=broken, faults=faults)


def _ours(prepared: Prepared, folder: Path, settings: Settings) -> Record:
    """Run our search alone for what it knew when, then the whole command for its seconds from start to exit."""
    limit = settings.time_limit_seconds
    plan = prepared.plan.resolve()
    alone = run_process(("-m", "benchmarks.peers.ours", plan, folder), folder, limit)
    record = _read(Record(prepared.name, OURS, State.FAILED), folder, alone)
    if record.state is State.FAILED:
        return record
    command: list[object] = ["-m", "optimizer", "solve", plan, "--values", "0", "--format", "json"]
    command += ["--gap", repr(settings.relative_gap), "--time-limit", repr(limit)]
    command += ["--threads", settings.threads, "--seed", settings.seed]
    whole = run_process(command, folder, limit)
    record = replace(record, process_seconds=whole.seconds, cpu_seconds=whole.cpu_seconds)
    if whole.code in ANSWERED:
        return record
    return replace(record, state=State.FAILED, note=f"the command ended with exit code {whole.code}")


def _read(record: Record, folder: Path, ended: Ended) -> Record:
    """Return the record with what a process wrote; one that was killed has its events and the last bound of them."""
    events = read_events(folder / EVENTS)
    record = replace(
        record,
        events=events,
        process_seconds=ended.seconds,
        cpu_seconds=ended.cpu_seconds,
        memory_mb=ended.memory_mb,
        claimed=events[-1].incumbent if events else None,
        bound=events[-1].bound if events else None,
    )
    if not (folder / ANSWER).is_file():
        state = State.KILLED if ended.was_killed else State.FAILED
        lines = (folder / "stderr").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        note = f"exit code {ended.code}: {' '.join(lines[-LAST_LINES:])}" if state is State.FAILED else ""
        return replace(record, state=state, note=note, seconds=ended.seconds)
    answer = json.loads((folder / ANSWER).read_text(encoding="utf-8"))
    return replace(
        record,
        state=State(answer["state"]),
        version=answer["version"],
        note=answer["note"],
        nodes=answer["nodes"],
        bound=answer["bound"],
        seconds=answer["seconds"],
        build_seconds=answer["build_seconds"],
        memory_mb=answer["memory_mb"],
        objective_exact=answer.get("objective_exact"),
    )
