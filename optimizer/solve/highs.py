"""HiGHS through MathOpt.

Traps (ortools 9.15): `threads` must go through HiGHS's own options; incumbent callbacks register and never fire, so
progress is read from the log; a running solve ignores interruption, so incumbents are also saved to a file. Its presolve
cut off the optimum, or called a feasible program infeasible, on about one in a thousand small programs with entries by path
(docs/decisions/0004-paths.md); without presolve it was right on all of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ortools.math_opt import parameters_pb2

from optimizer.solve.backend import Heuristics
from optimizer.solve.result import Progress

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.solve.backend import SolveOptions

_ROW = re.compile(r"^\s*[A-Za-z]?\s*(?P<nodes>\d+)\s+\d+\s+\d+\s+[\d.]+%\s+(?P<bound>\S+)\s+(?P<incumbent>\S+)\s+\S+\s")
INFINITY = 1e20
"""What solvers print for no bound yet."""
FEASIBILITY_TOLERANCE = 1e-7
"""Ten times tighter than the default: rows are scaled to about one per block, and the exact check forgives nothing."""

CAREFUL_TOLERANCE = 1e-9
"""By how much a careful solve of a linear program may miss a row. At the default, 1e-7, HiGHS has called programs optimal
that missed a row by just that, and MathOpt then finds no solution."""
TRUSTED_BRANCHINGS = 1
"""Branchings on a column after which its costs are trusted where the bound is what counts. With 8, its default, most of the
time of 100 nodes goes into trying branchings (plans of 50 sites)."""

_SUB_SEARCHES = (
    "mip_heuristic_run_rins",
    "mip_heuristic_run_rens",
    "mip_heuristic_run_root_reduced_cost",
    "mip_allow_restart",
)


class Highs:
    """The HiGHS backend."""

    name = "highs"
    solver_type = parameters_pb2.SOLVER_TYPE_HIGHS
    can_interrupt = False

    def parameters(self, options: SolveOptions, incumbent_file: Path | None) -> parameters_pb2.SolveParametersProto:
        """Return the options in HiGHS's words."""
        parameters = parameters_pb2.SolveParametersProto(
            random_seed=options.seed, relative_gap_tolerance=options.relative_gap
        )
        if options.time_limit_seconds is not None:
            parameters.time_limit.FromNanoseconds(round(options.time_limit_seconds * 1e9))
        parameters.highs.int_options["threads"] = options.threads
        parameters.highs.double_options["mip_feasibility_tolerance"] = FEASIBILITY_TOLERANCE
        parameters.highs.double_options["mip_abs_gap"] = 0.0
        if options.is_careful:
            parameters.highs.double_options["primal_feasibility_tolerance"] = CAREFUL_TOLERANCE
        if options.heuristics is not Heuristics.FULL:
            parameters.highs.double_options["mip_heuristic_effort"] = 0.0
        if options.heuristics is Heuristics.NONE:
            # An effort of 0 still leaves a search at the root, and restarts repeat it.
            for switch in _SUB_SEARCHES:
                parameters.highs.bool_options[switch] = False
            parameters.highs.int_options["mip_pscost_minreliable"] = TRUSTED_BRANCHINGS
        parameters.highs.string_options["solver"] = "ipm" if options.is_interior else "choose"
        parameters.highs.string_options["presolve"] = "choose" if options.presolve else "off"
        if options.node_limit is not None:
            parameters.node_limit = options.node_limit
        if incumbent_file is not None:
            parameters.highs.bool_options["mip_improving_solution_save"] = True
            parameters.highs.string_options["mip_improving_solution_file"] = str(incumbent_file)
        return parameters

    def parse_progress(self, line: str, seconds: float) -> Progress | None:
        """Read a row of the branch-and-bound table."""
        match = _ROW.match(line)
        if match is None:
            return None
        return Progress(self.name, seconds, finite(match["incumbent"]), finite(match["bound"]), int(match["nodes"]))


def finite(text: str) -> float | None:
    """Return a number of a log, or None for a dash or an infinity."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < INFINITY else None
