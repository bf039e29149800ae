"""What every peer is asked, and what one answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.model.formulation import Floats

MOMENT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Settings:
    """The same for everybody. The time limit covers building the model and the search."""

    relative_gap: float = 1e-3
    time_limit_seconds: float = 600.0
    threads: int = 2
    seed: int = 0

    def left(self, seconds: float) -> float:
        """Return what is left of the time limit after some seconds: at least a moment, to say that it is over."""
        return max(MOMENT_SECONDS, self.time_limit_seconds - seconds)


class State(StrEnum):
    """How a run ended."""

    SOLVED = "solved"
    """The gap asked is proven, by the peer's own account."""
    STOPPED = "time limit"
    INFEASIBLE = "infeasible"
    RELAXED = "relaxation solved"
    """A linear relaxation alone: a bound and no plan."""
    TOO_LARGE = "above the free size limit"
    NOT_WHOLE = "not in whole numbers"
    """The program does not fit the whole numbers that the peer calculates in."""
    NOT_INSTALLED = "NOT INSTALLED"
    KILLED = "killed past the time limit"
    FAILED = "failed"

    @property
    def was_run(self) -> bool:
        """Return whether the peer took the program at all."""
        return self not in {State.TOO_LARGE, State.NOT_WHOLE, State.NOT_INSTALLED}


@dataclass(frozen=True)
class Found:
    """What a peer answers about a program, in scaled money without the offset."""

    state: State
    version: str
    build_seconds: float = 0.0
    """From the arrays in memory to a model that the peer could solve."""
    values: Floats | None = None
    bound: float | None = None
    nodes: int | None = None
    note: str = ""
