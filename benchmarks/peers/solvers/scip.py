"""SCIP through PySCIPOpt, one variable and one row at a time as its users write them. It searches in one thread."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import pyscipopt
from pyscipopt import SCIP_EVENTTYPE, Eventhdlr, quicksum

from benchmarks.peers.row_lists import rows_of
from benchmarks.peers.settings import Found, Settings, State

if TYPE_CHECKING:
    from benchmarks.peers.trace import Trace
    from optimizer.model.formulation import Formulation

STATES = {
    "optimal": State.SOLVED,
    "gaplimit": State.SOLVED,
    "timelimit": State.STOPPED,
    "infeasible": State.INFEASIBLE,
}
WATCHED = SCIP_EVENTTYPE.BESTSOLFOUND | SCIP_EVENTTYPE.DUALBOUNDIMPROVED


class Watcher(Eventhdlr):
    """Follows values and bounds."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    def eventinit(self) -> None:
        """Begin to listen."""
        self.model.catchEvent(WATCHED, self)

    def eventexit(self) -> None:
        """Stop listening."""
        self.model.dropEvent(WATCHED, self)

    def eventexec(self, _event: Any) -> None:  # noqa: ANN401
        """Take note."""
        self.trace.see(self.model.getPrimalbound(), self.model.getDualbound())


def solve(formulation: Formulation, settings: Settings, trace: Trace) -> Found:
    """Solve the program."""
    model = pyscipopt.Model()
    model.hideOutput()
    columns = [
        model.addVar(lb=lower, ub=upper if isfinite(upper) else None, obj=worth, vtype="I" if whole else "C")
        for lower, upper, worth, whole in zip(
            formulation.column_lower.tolist(),
            formulation.column_upper.tolist(),
            formulation.objective.tolist(),
            formulation.is_integer.tolist(),
            strict=True,
        )
    ]
    for numbers, coefficients, lower, upper in rows_of(formulation):
        left = quicksum(c * columns[j] for j, c in zip(numbers, coefficients, strict=True))
        if lower == upper:
            model.addCons(left == upper)
            continue
        if isfinite(upper):
            model.addCons(left <= upper)
        if isfinite(lower):
            model.addCons(left >= lower)
    model.setMaximize()
    built = trace.seconds()
    model.setParam("limits/gap", settings.relative_gap)
    model.setParam("limits/time", settings.left(built))
    model.setParam("randomization/randomseedshift", settings.seed)
    model.includeEventhdlr(Watcher(trace), "watcher", "follows values and bounds")
    model.optimize()
    state = STATES.get(model.getStatus(), State.FAILED)
    values = None
    if model.getNSols():
        best = model.getBestSol()
        values = np.array([best[column] for column in columns])
    bound = model.getDualbound()
    trace.see(model.getPrimalbound() if values is not None else None, bound)
    note = model.getStatus() if state is State.FAILED else "one thread"
    version = f"SCIP {model.version()} (PySCIPOpt {pyscipopt.__version__})"
    return Found(state, version, built, values, bound, int(model.getNTotalNodes()), note)
