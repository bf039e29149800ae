"""FICO Xpress under the community licence that comes with its package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xpress
import xpresslibs

from benchmarks.peers.matrix import matrix_of
from benchmarks.peers.settings import Found, Settings, State

if TYPE_CHECKING:
    from benchmarks.peers.trace import Trace
    from optimizer.model.formulation import Formulation

BEFORE_ROOT = 1
"""The largest status of a search whose root is not solved: its bound is 0 then, and means nothing."""
LICENCE = Path(xpresslibs.__file__).parent / "bin" / "community-xpauth.xpr"


def solve(formulation: Formulation, settings: Settings, trace: Trace) -> Found:
    """Solve the program, or say that the licence does not reach so far."""
    xpress.init(str(LICENCE))
    problem = xpress.problem()
    problem.setControl("outputlog", 0)
    try:
        _load(problem, formulation)
        built = trace.seconds()
        problem.setControl("miprelstop", settings.relative_gap)
        problem.setControl("timelimit", settings.left(built))
        problem.setControl("threads", settings.threads)
        problem.setControl("randomseed", settings.seed)
        _watch(problem, trace)
        problem.optimize()
    except (xpress.SolverError, xpress.ModelError) as error:
        if "too many" not in str(error).lower() and "licen" not in str(error).lower():
            raise
        return Found(State.TOO_LARGE, xpress.__version__, trace.seconds(), note=str(error))
    solved, found = problem.attributes.solvestatus, problem.attributes.solstatus
    has_plan = found in {xpress.SolStatus.OPTIMAL, xpress.SolStatus.FEASIBLE}
    if found == xpress.SolStatus.INFEASIBLE:
        return Found(State.INFEASIBLE, xpress.__version__, built)
    values = np.array(problem.getSolution()) if has_plan else None
    bound, nodes = float(problem.attributes.bestbound), int(problem.attributes.nodes)
    trace.see(float(problem.attributes.objval) if has_plan else None, bound)
    state = State.SOLVED if solved == xpress.SolveStatus.COMPLETED else State.STOPPED
    return Found(state, xpress.__version__, built, values, bound, nodes)


def _load(problem: Any, formulation: Formulation) -> None:  # noqa: ANN401  the package has no types here
    """Pass the arrays by columns; a row with two sides is a range."""
    lower, upper = formulation.row_lower, formulation.row_upper
    has_lower, has_upper = np.isfinite(lower), np.isfinite(upper)
    kinds = np.where(lower == upper, "E", np.where(has_lower & has_upper, "R", np.where(has_upper, "L", "G")))
    matrix = matrix_of(formulation).tocsc()
    whole = np.flatnonzero(formulation.is_integer)
    problem.loadMIP(
        "",
        kinds.tolist(),
        np.where(has_upper, upper, lower).tolist(),
        np.where(has_lower & has_upper, upper - lower, 0.0).tolist(),
        formulation.objective.tolist(),
        matrix.indptr.tolist(),
        None,
        matrix.indices.tolist(),
        matrix.data.tolist(),
        formulation.column_lower.tolist(),
        np.where(np.isfinite(formulation.column_upper), formulation.column_upper, xpress.infinity).tolist(),
        ["I"] * len(whole),
        whole.tolist(),
    )
    problem.chgObjSense(xpress.maximize)


def _watch(problem: Any, trace: Trace) -> None:  # noqa: ANN401
    def see(at: Any, *_: object) -> int:  # noqa: ANN401
        has_plan, has_bound = at.attributes.mipsols > 0, at.attributes.mipstatus > BEFORE_ROOT
        incumbent = float(at.attributes.mipbestobjval) if has_plan else None
        trace.see(incumbent, float(at.attributes.bestbound) if has_bound else None)
        return 0

    problem.addIntsolCallback(see, None)
    problem.addCheckTimeCallback(see, None)
