"""The protocol every backend keeps, and the options of one solve."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    from ortools.math_opt import parameters_pb2

    from optimizer.model.formulation import Formulation
    from optimizer.solve.result import Progress


class Heuristics(StrEnum):
    """How hard a backend may look for incumbents with searches of its own; backends without the choice ignore it.

    FULL: as it sees fit. LIGHT: little, for programs whose relaxation is nearly whole. NONE: not at all, where a good
    incumbent is known and the bound is what counts.
    """

    FULL = "full"
    LIGHT = "light"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """How one solve runs. `time_limit_seconds` None: until the gap is proven."""

    relative_gap: float = 1e-4
    time_limit_seconds: float | None = None
    threads: int = 2
    seed: int = 0
    node_limit: int | None = None
    heuristics: Heuristics = Heuristics.FULL
    is_interior: bool = False
    """Whether a linear program is solved by an interior-point method, ending at a vertex; quicker on large ones."""
    presolve: bool = True
    """False: solve the program as it is, where a backend's own reductions are not to be trusted with it."""
    is_careful: bool = False
    """Whether rows are kept more closely than the backend does of itself, where it has lost a solution."""


@dataclass(frozen=True)
class Request:
    """One solve, as the worker process receives it."""

    backend: str
    formulation: Formulation
    options: SolveOptions
    hint: npt.NDArray[np.float64] | None
    """Column values of a known solution, to start from."""
    incumbent_file: Path | None
    """Where a backend that cannot be interrupted saves each improving solution."""

    @property
    def time_limit_seconds(self) -> float | None:
        """Return how long it may take."""
        return self.options.time_limit_seconds


class Interrupt:
    """Asks the running solve to stop."""


class Backend(Protocol):
    """One solver behind MathOpt. Implementations are stateless; a worker process runs them."""

    name: str
    solver_type: int
    """MathOpt's number of the solver."""
    can_interrupt: bool
    """Whether a running solve stops when asked; where it cannot, its process is ended and its incumbents read from file."""

    def parameters(self, options: SolveOptions, incumbent_file: Path | None) -> parameters_pb2.SolveParametersProto:
        """Return the options in this solver's own words.

        `incumbent_file` is where a solver that cannot be interrupted saves each improving solution.
        """

    def parse_progress(self, line: str, seconds: float) -> Progress | None:
        """Return the progress that a line of the solver's log reports, or None."""
