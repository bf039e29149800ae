"""COPT with the size limit that it has without a licence file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import coptpy
import numpy as np
from coptpy import COPT

from benchmarks.peers.matrix import one_sided
from benchmarks.peers.settings import Found, Settings, State

if TYPE_CHECKING:
    from benchmarks.peers.trace import Trace
    from optimizer.model.formulation import Formulation

STATES = {
    COPT.OPTIMAL: State.SOLVED,
    COPT.TIMEOUT: State.STOPPED,
    COPT.INFEASIBLE: State.INFEASIBLE,
}
SENSES = {"<": COPT.LESS_EQUAL, ">": COPT.GREATER_EQUAL, "=": COPT.EQUAL}
VERSION = f"{COPT.VERSION_MAJOR}.{COPT.VERSION_MINOR}.{COPT.VERSION_TECHNICAL}"


class Watcher(coptpy.CallbackBase):
    """Follows values and bounds."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace

    def callback(self) -> None:
        """Take note."""
        self.trace.see(self.getInfo(COPT.CBInfo.BestObj), self.getInfo(COPT.CBInfo.BestBnd))


def solve(formulation: Formulation, settings: Settings, trace: Trace) -> Found:
    """Solve the program, or say that the licence does not reach so far."""
    quiet = coptpy.EnvrConfig()
    quiet.set("nobanner", "1")
    model = coptpy.Envr(quiet).createModel()
    model.setParam(COPT.Param.Logging, 0)
    rows = one_sided(formulation)
    columns = model.addMVar(
        formulation.num_columns,
        lb=formulation.column_lower,
        ub=np.minimum(formulation.column_upper, COPT.INFINITY),
        obj=formulation.objective,
        vtype=np.where(formulation.is_integer, COPT.INTEGER, COPT.CONTINUOUS).tolist(),
    )
    for sense, of_copt in SENSES.items():
        chosen = rows.senses == sense
        if chosen.any():
            model.addMConstr(rows.matrix[chosen], columns, of_copt, rows.right[chosen])
    model.setObjSense(COPT.MAXIMIZE)
    built = trace.seconds()
    model.setParam(COPT.Param.RelGap, settings.relative_gap)
    model.setParam(COPT.Param.TimeLimit, settings.left(built))
    model.setParam(COPT.Param.Threads, settings.threads)
    watcher = Watcher(trace)
    model.setCallback(watcher, COPT.CBCONTEXT_INCUMBENT | COPT.CBCONTEXT_MIPNODE)
    try:
        model.solve()
    except coptpy.CoptError as error:
        if "license" not in str(error).lower() and "size" not in str(error).lower():
            raise
        return Found(State.TOO_LARGE, VERSION, built, note=str(error))
    state = STATES.get(model.status, State.FAILED)
    has_plan = bool(model.hasmipsol)
    values = np.array(model.getValues()) if has_plan else None
    trace.see(model.objval if has_plan else None, model.bestbnd)
    note = f"status {model.status}" if state is State.FAILED else ""
    return Found(state, VERSION, built, values, model.bestbnd, int(model.nodecnt), note)
