"""HiGHS with the model written in linopy, whose building time is its own."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import linopy
import numpy as np
import xarray as xr

from benchmarks.peers.solvers import highs

if TYPE_CHECKING:
    from benchmarks.peers.settings import Found, Settings
    from benchmarks.peers.trace import Trace
    from optimizer.model.formulation import Formulation


def solve(formulation: Formulation, settings: Settings, trace: Trace) -> Found:
    """Solve the program."""
    model = linopy.Model()
    every = np.arange(formulation.num_columns)
    labels = np.zeros(formulation.num_columns, dtype=int)
    worth = []
    for whole in (False, True):
        numbers = every[formulation.is_integer == whole]
        if not len(numbers):
            continue
        added = model.add_variables(
            lower=xr.DataArray(formulation.column_lower[numbers], dims=["column"]),
            upper=xr.DataArray(formulation.column_upper[numbers], dims=["column"]),
            integer=whole,
            name="whole" if whole else "real",
        )
        labels[numbers] = added.labels.to_numpy()
        worth.append((xr.DataArray(formulation.objective[numbers], dims=["column"]) * added).sum())
    for length in np.unique(np.diff(formulation.row_starts)):
        _add_rows(model, formulation, labels, int(length))
    model.add_objective(sum(worth[1:], worth[0]), sense="max")
    solver = model.to_highspy()
    solver.silent()
    found = highs.run(solver, settings, trace, trace.seconds())
    return _in_order(found, labels, model)


def _add_rows(model: Any, formulation: Formulation, labels: Any, length: int) -> None:  # noqa: ANN401
    """Add all rows of one length as arrays, as linopy is meant to be used."""
    rows = np.flatnonzero(np.diff(formulation.row_starts) == length)
    places = formulation.row_starts[rows][:, None] + np.arange(length)
    left = linopy.LinearExpression(
        xr.Dataset(
            {
                "coeffs": (("row", "_term"), formulation.row_coefficients[places]),
                "vars": (("row", "_term"), labels[formulation.row_columns[places]]),
            },
            coords={"row": rows},
        ),
        model,
    )
    lower, upper = formulation.row_lower[rows], formulation.row_upper[rows]
    equal = lower == upper
    for sense, right, chosen in (
        ("=", upper, equal),
        ("<=", upper, np.isfinite(upper) & ~equal),
        (">=", lower, np.isfinite(lower) & ~equal),
    ):
        if chosen.any():
            side = xr.DataArray(right[chosen], dims=["row"], coords={"row": rows[chosen]})
            model.add_constraints(left.sel(row=rows[chosen]), sense, side)


def _in_order(found: Found, labels: Any, model: Any) -> Found:  # noqa: ANN401
    """Return the answer with the columns in the program's order."""
    from dataclasses import replace  # noqa: PLC0415

    name = f"{found.version} (linopy {version('linopy')})"
    if found.values is None:
        return replace(found, version=name)
    of_label = np.full(int(labels.max()) + 1, -1)
    of_label[np.asarray(model.matrices.vlabels)] = np.arange(len(found.values))
    return replace(found, version=name, values=found.values[of_label[labels]])
