"""Gurobi under the size-limited licence that comes with its package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gurobipy
import numpy as np
from gurobipy import GRB

from benchmarks.peers.matrix import one_sided
from benchmarks.peers.settings import Found, Settings, State

if TYPE_CHECKING:
    from benchmarks.peers.trace import Trace
    from optimizer.model.formulation import Formulation

TOO_LARGE = 10010
VERSION = ".".join(map(str, gurobipy.gurobi.version()))
STATES = {
    GRB.OPTIMAL: State.SOLVED,
    GRB.TIME_LIMIT: State.STOPPED,
    GRB.INFEASIBLE: State.INFEASIBLE,
}


def solve(formulation: Formulation, settings: Settings, trace: Trace) -> Found:
    """Solve the program, or say that the licence does not reach so far."""
    with gurobipy.Env(params={"OutputFlag": 0}) as env, gurobipy.Model(env=env) as model:
        rows = one_sided(formulation)
        columns = model.addMVar(
            formulation.num_columns,
            lb=formulation.column_lower,
            ub=formulation.column_upper,
            obj=formulation.objective,
            vtype=np.where(formulation.is_integer, GRB.INTEGER, GRB.CONTINUOUS),
        )
        model.addMConstr(rows.matrix, columns, rows.senses, rows.right)
        model.ModelSense = GRB.MAXIMIZE
        model.update()
        built = trace.seconds()
        model.Params.MIPGap = settings.relative_gap
        model.Params.TimeLimit = settings.left(built)
        model.Params.Threads = settings.threads
        model.Params.Seed = settings.seed
        try:
            model.optimize(_watcher(trace))
        except gurobipy.GurobiError as error:
            if error.errno != TOO_LARGE:
                raise
            return Found(State.TOO_LARGE, VERSION, built, note=str(error))
        state = STATES.get(model.Status, State.FAILED)
        values = columns.X if model.SolCount else None
        trace.see(model.ObjVal if model.SolCount else None, model.ObjBound)
        note = f"status {model.Status}" if state is State.FAILED else ""
        return Found(state, VERSION, built, values, model.ObjBound, int(model.NodeCount), note)


def _watcher(trace: Trace) -> Any:  # noqa: ANN401
    def see(model: Any, where: int) -> None:  # noqa: ANN401
        if where == GRB.Callback.MIP:
            trace.see(model.cbGet(GRB.Callback.MIP_OBJBST), model.cbGet(GRB.Callback.MIP_OBJBND))
        elif where == GRB.Callback.MIPSOL:
            best = max(model.cbGet(GRB.Callback.MIPSOL_OBJBST), model.cbGet(GRB.Callback.MIPSOL_OBJ))
            trace.see(best, model.cbGet(GRB.Callback.MIPSOL_OBJBND))

    return see
