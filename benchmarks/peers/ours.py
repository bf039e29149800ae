"""The process of our search: `python -m benchmarks.peers.ours PLAN FOLDER` reads the plan, and then the clock starts.

From tables in memory to the proof: limits compiled, program built, search, exact check.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import optimizer
from benchmarks.peers import warm
from benchmarks.peers.child import ANSWER, EVENTS, SETTINGS, peak_memory_mb
from benchmarks.peers.settings import Settings, State
from benchmarks.peers.trace import Trace
from optimizer.solve.session import Session

if TYPE_CHECKING:
    from fractions import Fraction

    from optimizer import Outcome, SearchProgress


def main(plan_file: Path, folder: Path) -> None:
    """Place the fleet of a plan and write what was found."""
    settings = Settings(**json.loads((folder / SETTINGS).read_text(encoding="utf-8")))
    options = optimizer.SearchOptions(
        settings.relative_gap, settings.time_limit_seconds, settings.threads, settings.seed
    )
    plan = optimizer.read_plan(plan_file)
    with Session() as session:
        optimizer.place_fleet(optimizer.plan_from_dict(warm.PLAN), options=options, session=session)
        trace = Trace(folder / EVENTS)

        def see(moment: SearchProgress) -> None:
            trace.see(moment.incumbent, moment.best_bound)

        outcome = optimizer.place_fleet(plan, options=options, session=session, on_progress=see)
        seconds = trace.seconds()
    trace.see(_float(outcome.objective), _float(outcome.best_bound), seconds)
    answer = {
        "state": _state(outcome).value,
        "version": f"{version('datacentre-placement')} (OR-Tools {version('ortools')})",
        "note": outcome.strategy,
        "nodes": sum(stage.nodes for stage in outcome.stages),
        "bound": _float(outcome.best_bound),
        "seconds": seconds,
        "build_seconds": max(0.0, seconds - outcome.seconds),
        "memory_mb": peak_memory_mb(),
        "objective_exact": None if outcome.objective is None else str(outcome.objective),
    }
    (folder / ANSWER).write_text(json.dumps(answer), encoding="utf-8")


def _state(outcome: Outcome) -> State:
    if outcome.status is optimizer.Status.INFEASIBLE:
        return State.INFEASIBLE
    proven = outcome.status in {optimizer.Status.OPTIMAL, optimizer.Status.WITHIN_GAP}
    return State.SOLVED if proven else State.STOPPED


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
