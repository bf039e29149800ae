"""What a solve answers: our own statuses, free of any solver's vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from optimizer.solve.tree import Tree


class Termination(StrEnum):
    """How a solve ended.

    SOLVED: the gap asked for was proven. STOPPED: a time limit or an interruption came first; `values` may still hold an
    incumbent. INFEASIBLE: the backend proved that nothing meets all rows. FAILED never leaves this folder: it is raised.
    """

    SOLVED = "solved"
    STOPPED = "stopped"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True)
class SolveResult:
    """One answer of one backend, in the scaled units of the formulation."""

    termination: Termination
    values: npt.NDArray[np.float64] | None
    """Column values of the incumbent, or None where none was found."""
    objective: float | None
    best_bound: float
    """No solution is worth more; infinite where nothing was proven."""
    nodes: int = 0
    seconds: float = 0.0
    hit_time_limit: bool = False
    interrupted: bool = False
    """Whether the user stopped it."""
    row_duals: npt.NDArray[np.float64] | None = None
    """Gain of the objective per unit of each row's bound, for a linear program solved to the end by a backend that has
    duals; None for any other, since no backend prices the rows of an integer program."""
    tree: Tree | None = None
    """Where a branch and bound of our own has come to; None for a backend's."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a running solve, in the scaled units of the formulation; None where nothing is known yet."""

    backend: str
    seconds: float
    incumbent: float | None
    best_bound: float | None
    nodes: int
