"""The process of one peer: `python -m benchmarks.peers.child PEER FOLDER` reads the program, solves it, writes the answer.

Loads nothing of OR-Tools unless the peer is OR-Tools: highspy and ortools cannot share a process.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import traceback
from pathlib import Path

import numpy as np

from benchmarks.peers import warm
from benchmarks.peers.program_file import read_program
from benchmarks.peers.registry import PEERS
from benchmarks.peers.settings import Found, Settings, State
from benchmarks.peers.trace import Trace

PROGRAM, WHOLE, SETTINGS, EVENTS, ANSWER, VALUES = (
    "program.npz",
    "whole.npz",
    "settings.json",
    "events.jsonl",
    "answer.json",
    "values.npy",
)
KILOBYTES_PER_MEGABYTE = 1024


def main(name: str, folder: Path) -> None:
    """Run a peer on the program of a folder."""
    settings = Settings(**json.loads((folder / SETTINGS).read_text(encoding="utf-8")))
    formulation = read_program(folder / PROGRAM)
    program: object = formulation
    small: object = warm.program()
    if PEERS[name].takes_whole:
        from benchmarks.peers.whole import WholeProgram  # noqa: PLC0415  it knows our models: for this peer alone

        program, small = WholeProgram.read(folder / WHOLE), WholeProgram.warm()
    trace = Trace(folder / EVENTS)
    try:
        solve = importlib.import_module(f"benchmarks.peers.solvers.{PEERS[name].module}").solve
        solve(small, settings, trace)  # HiGHS keeps the number of threads of its first solve
        trace = Trace(folder / EVENTS, formulation.objective_scale, formulation.objective_offset)
        found: Found = solve(program, settings, trace)
    except Exception as error:  # noqa: BLE001  whatever a solver's package raises is its answer
        traceback.print_exc()
        found = Found(State.FAILED, "", trace.seconds(), note=f"{type(error).__name__}: {error}")
    seconds = trace.seconds()
    if found.values is not None:
        np.save(folder / VALUES, found.values)
    bound = found.bound
    if bound is not None:
        bound = (bound + formulation.objective_offset) * formulation.objective_scale if np.isfinite(bound) else None
    answer = {
        "state": found.state.value,
        "version": found.version,
        "note": found.note,
        "nodes": found.nodes,
        "bound": bound,
        "seconds": seconds,
        "build_seconds": found.build_seconds,
        "memory_mb": peak_memory_mb(),
    }
    (folder / ANSWER).write_text(json.dumps(answer), encoding="utf-8")


def peak_memory_mb() -> float:
    """Return the peak of this process plus the largest of its children that ended: what it may have held at once."""
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + children) / KILOBYTES_PER_MEGABYTE


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
