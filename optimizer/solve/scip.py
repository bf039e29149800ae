"""SCIP through MathOpt (which calls it GSCIP).

Traps (ortools 9.15): stopping at SCIP's `limits/primal` ends the process ("Unrecognized scip status: 26"). Its presolve of
rows over two columns (`constraints/varbound`) cut off the optimum of about one small program in a thousand, with openings
and without paths; with that presolve off it was right on all of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ortools.math_opt import parameters_pb2

from optimizer.solve.highs import FEASIBILITY_TOLERANCE, finite
from optimizer.solve.result import Progress

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.solve.backend import SolveOptions

_COLUMNS = 15
"""A row of SCIP's table has at least this many cells; the last four are dual bound, primal bound, gap, completion."""
_LEADING = re.compile(r"\d+")


class Scip:
    """The SCIP backend."""

    name = "scip"
    solver_type = parameters_pb2.SOLVER_TYPE_GSCIP
    can_interrupt = True

    def parameters(
        self,
        options: SolveOptions,
        incumbent_file: Path | None,  # noqa: ARG002  SCIP stops when asked and hands its incumbent over
    ) -> parameters_pb2.SolveParametersProto:
        """Return the options in SCIP's words."""
        parameters = parameters_pb2.SolveParametersProto(
            random_seed=options.seed, relative_gap_tolerance=options.relative_gap, threads=1
        )
        if options.time_limit_seconds is not None:
            parameters.time_limit.FromNanoseconds(round(options.time_limit_seconds * 1e9))
        parameters.gscip.real_params["numerics/feastol"] = FEASIBILITY_TOLERANCE
        parameters.gscip.real_params["limits/absgap"] = 0.0
        parameters.gscip.int_params["constraints/varbound/maxprerounds"] = 0
        if options.node_limit is not None:
            parameters.node_limit = options.node_limit
        return parameters

    def parse_progress(self, line: str, seconds: float) -> Progress | None:
        """Read a row of the node table."""
        cells = line.split("|")
        if len(cells) < _COLUMNS:
            return None
        node = _LEADING.search(cells[1])
        if node is None:
            return None
        return Progress(self.name, seconds, finite(cells[-3]), finite(cells[-4]), int(node.group()))
