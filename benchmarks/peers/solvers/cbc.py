"""CBC, the solver that PuLP brings, with the model written in PuLP. CBC's log tells what it knew when."""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pulp

from benchmarks.peers.cbc_log import follow, nodes_of, version_of
from benchmarks.peers.row_lists import rows_of
from benchmarks.peers.settings import Found, Settings, State

if TYPE_CHECKING:
    from benchmarks.peers.trace import Trace
    from optimizer.model.formulation import Formulation


def solve(formulation: Formulation, settings: Settings, trace: Trace) -> Found:
    """Solve the program."""
    problem = pulp.LpProblem("plan", pulp.LpMaximize)
    columns = [
        pulp.LpVariable(f"x{j}", lower, upper if isfinite(upper) else None, "Integer" if whole else "Continuous")
        for j, (lower, upper, whole) in enumerate(
            zip(
                formulation.column_lower.tolist(),
                formulation.column_upper.tolist(),
                formulation.is_integer.tolist(),
                strict=True,
            )
        )
    ]
    problem += pulp.LpAffineExpression(zip(columns, formulation.objective.tolist(), strict=True))
    for numbers, coefficients, lower, upper in rows_of(formulation):
        left = pulp.LpAffineExpression(zip((columns[j] for j in numbers), coefficients, strict=True))
        if lower == upper:
            problem += left == upper
            continue
        if isfinite(upper):
            problem += left <= upper
        if isfinite(lower):
            problem += left >= lower
    built = trace.seconds()
    with tempfile.TemporaryDirectory(prefix="placement-cbc-") as folder:
        log = Path(folder) / "cbc.log"
        solver = pulp.PULP_CBC_CMD(
            msg=False,
            timeLimit=settings.left(built),
            gapRel=settings.relative_gap,
            threads=settings.threads,
            logPath=str(log),
            options=[f"randomSeed {settings.seed + 1}", f"randomCbcSeed {settings.seed + 1}"],
        )
        solver.tmpDir = folder
        status = problem.solve(solver)
        text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    return _answer(problem, columns, status, text, built, trace)


def _answer(
    problem: pulp.LpProblem, columns: list[pulp.LpVariable], status: int, log: str, built: float, trace: Trace
) -> Found:
    bound = follow(log, built, trace)
    has_plan = problem.sol_status in {pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible}
    values = np.array([column.varValue or 0.0 for column in columns]) if has_plan else None
    if has_plan:
        trace.see(float(pulp.value(problem.objective)), bound)
    stopped = "Stopped on time" in log
    state = State.STOPPED if stopped else (State.SOLVED if has_plan else State.FAILED)
    if status == pulp.LpStatusInfeasible and not stopped:
        state = State.INFEASIBLE
    return Found(state, f"CBC {version_of(log)} (PuLP {version('pulp')})", built, values, bound, nodes_of(log))
