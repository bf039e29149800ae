"""How to search, and what a search tells while it runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

MOMENT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How to search. `time_limit_seconds` covers all stages; `relative_gap` is what must be proven."""

    relative_gap: float = 1e-3
    time_limit_seconds: float | None = None
    threads: int = 2
    seed: int = 0
    backend: str = "highs"
    strategy: str = "auto"
    """`auto`, `prices`, `relaxed-then-complete` or `whole-blocks`."""

    def after(self, seconds: float, parts: int = 1) -> SearchOptions:
        """Return the options of one of several searches that share the time limit, `seconds` of which are gone.

        What is left is divided by `parts`; a search that has none still gets a moment, to say that it was stopped.
        """
        if self.time_limit_seconds is None:
            return self
        return replace(self, time_limit_seconds=max(MOMENT_SECONDS, (self.time_limit_seconds - seconds) / parts))


class Effort(StrEnum):
    """How far a search of a large plan goes that may be taken up again; each begins with what the one before has found."""

    NEAR = "near"
    """The linear relaxation, and counts at the openings begun with."""
    FURTHER = "further"
    """Other openings, or a better bound, in a bounded number of nodes."""
    REST = "rest"
    """What is left, until the gap is proven."""


STRATEGIES = ("auto", "prices", "relaxed-then-complete", "whole-blocks")


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """A moment of a search, in money: the best verified placement so far and the best proven bound."""

    stage: str
    backend: str
    seconds: float
    incumbent: float | None
    best_bound: float | None
    nodes: int
    is_money: bool = True
    """Whether the two are money; a goal after the value says in `stage` where it stands."""

    @property
    def gap(self) -> float | None:
        """Return the relative gap, where both sides are known."""
        if self.incumbent is None or self.best_bound is None or not self.incumbent:
            return None
        return abs(self.best_bound - self.incumbent) / abs(self.incumbent)
