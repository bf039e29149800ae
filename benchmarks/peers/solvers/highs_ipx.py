"""The linear relaxation alone, by HiGHS's interior point method without crossover: the yardstick for very large plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy

from benchmarks.peers.settings import Found, Settings, State
from benchmarks.peers.solvers.highs import lp_of

if TYPE_CHECKING:
    from benchmarks.peers.trace import Trace
    from optimizer.model.formulation import Formulation


def solve(formulation: Formulation, settings: Settings, trace: Trace) -> Found:
    """Solve the relaxation; its value is a bound, and no plan is found."""
    solver = highspy.Highs()
    solver.silent()
    solver.passModel(lp_of(formulation, is_relaxed=True))
    built = trace.seconds()
    solver.setOptionValue("solver", "ipx")
    solver.setOptionValue("run_crossover", "off")
    solver.setOptionValue("time_limit", settings.left(built))
    solver.setOptionValue("threads", settings.threads)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kTimeLimit:
        return Found(State.STOPPED, solver.version(), built)
    if status != highspy.HighsModelStatus.kOptimal:
        return Found(State.FAILED, solver.version(), built, note=solver.modelStatusToString(status))
    bound = float(solver.getInfo().objective_function_value)
    trace.see(None, bound)
    return Found(State.RELAXED, solver.version(), built, bound=bound)
