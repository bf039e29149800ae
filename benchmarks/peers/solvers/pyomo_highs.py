"""HiGHS with the model written in Pyomo, through its own interface to HiGHS."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo
from pyomo.contrib.appsi.solvers import Highs
from pyomo.core.expr.numeric_expr import LinearExpression

from benchmarks.peers.row_lists import rows_of
from benchmarks.peers.solvers import highs

if TYPE_CHECKING:
    from benchmarks.peers.settings import Found, Settings
    from benchmarks.peers.trace import Trace
    from optimizer.model.formulation import Formulation


def solve(formulation: Formulation, settings: Settings, trace: Trace) -> Found:
    """Solve the program. Pyomo's model is built and handed to HiGHS by Pyomo; from there on HiGHS is followed as ever."""
    model = _model(formulation)
    interface = Highs()
    interface.set_instance(model)
    solver = interface._solver_model  # Pyomo follows no callbacks: what runs is HiGHS all the same
    solver.silent()
    found = highs.run(solver, settings, trace, trace.seconds())
    name = f"{found.version} (Pyomo {version('pyomo')})"
    if found.values is None:
        return replace(found, version=name)
    order = np.array([interface._pyomo_var_to_solver_var_map[id(model.x[j])] for j in range(formulation.num_columns)])
    return replace(found, version=name, values=found.values[order])


def _model(formulation: Formulation) -> Any:  # noqa: ANN401  the package has no types here
    lower, upper = formulation.column_lower.tolist(), formulation.column_upper.tolist()
    model = pyo.ConcreteModel()
    model.x = pyo.Var(
        range(formulation.num_columns),
        domain=lambda _, j: pyo.Integers if formulation.is_integer[j] else pyo.Reals,
        bounds=lambda _, j: (lower[j], upper[j] if isfinite(upper[j]) else None),
    )
    model.rows = pyo.ConstraintList()
    x = model.x
    for numbers, coefficients, at_least, at_most in rows_of(formulation):
        left = LinearExpression(constant=0, linear_coefs=coefficients, linear_vars=[x[j] for j in numbers])
        model.rows.add((at_least if isfinite(at_least) else None, left, at_most if isfinite(at_most) else None))
    every = [x[j] for j in range(formulation.num_columns)]
    worth = LinearExpression(constant=0, linear_coefs=formulation.objective.tolist(), linear_vars=every)
    model.worth = pyo.Objective(expr=worth, sense=pyo.maximize)
    return model
