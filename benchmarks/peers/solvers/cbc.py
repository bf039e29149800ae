"""CBC, the solver that PuLP brings, with the model written in PuLP. CBC's log tells what it knew when."""

from __future__ import annotations

import re
import tempfile
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pulp

from benchmarks.peers.row_lists import rows_of
from benchmarks.peers.settings import Found, Settings, State
from benchmarks.peers.trace import INFINITE

if TYPE_CHECKING:
    from benchmarks.peers.trace import Trace
    from optimizer.model.formulation import Formulation

NUMBER = r"([-+.\de]+)"
SECONDS = re.compile(rf"(?:\({NUMBER} seconds\)|- {NUMBER} seconds)")
SOLUTION = re.compile(rf"(?:Integer solution of|best objective|nodes, .* on tree,) {NUMBER}")
POSSIBLE = re.compile(rf"best possible {NUMBER}")
RELAXATION = re.compile(rf"Continuous objective value is {NUMBER} ")
BOUND = re.compile(rf"^Upper bound: +{NUMBER}", re.MULTILINE)
OPTIMAL = re.compile(rf"Result - Optimal solution found\s+Objective value: +{NUMBER}")
NODES = re.compile(r"Enumerated nodes: +(\d+)")
SIX_DIGITS = 5e-6
"""The relaxation is printed with six digits: a bound must not be rounded to the wrong side."""
CBC = re.compile(r"Version: (\S+)")


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
    nodes, cbc = NODES.search(log), CBC.search(log)
    name = f"CBC {cbc[1] if cbc else '?'} (PuLP {version('pulp')})"
    return Found(state, name, built, values, bound, int(nodes[1]) if nodes else None)


def follow(log: str, built: float, trace: Trace) -> float | None:
    """Note what CBC's log tells; return its last bound.

    Its numbered lines are about the negative that it minimises, its summary about what PuLP maximises. The summary names a
    bound where the search was cut short; without one the optimum is the bound.
    """
    bound: float | None = None
    for line in log.splitlines():
        at, relaxation = SECONDS.search(line), RELAXATION.search(line)
        value, possible = (SOLUTION.search(line), POSSIBLE.search(line)) if line.startswith("Cbc") else (None, None)
        if relaxation:
            bound = float(relaxation[1]) + SIX_DIGITS * abs(float(relaxation[1]))
        elif possible and abs(float(possible[1])) < INFINITE:
            bound = -float(possible[1])
        if at and (relaxation or value):
            trace.see(-float(value[1]) if value else None, bound, built + float(at[1] or at[2]))
    last = BOUND.search(log) or OPTIMAL.search(log)
    return float(last[1]) if last else bound
