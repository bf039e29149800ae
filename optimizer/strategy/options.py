"""How to search, and what a search tells while it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How to search. `time_limit_seconds` covers all stages; `relative_gap` is what must be proven."""

    relative_gap: float = 1e-3
    time_limit_seconds: float | None = None
    threads: int = 2
    seed: int = 0
    backend: str = "highs"
    strategy: str = "auto"
    """`auto`, `relaxed-then-complete` or `whole-blocks`."""


STRATEGIES = ("auto", "relaxed-then-complete", "whole-blocks")


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """A moment of a search, in money: the best verified placement so far and the best proven bound."""

    stage: str
    backend: str
    seconds: float
    incumbent: float | None
    best_bound: float | None
    nodes: int

    @property
    def gap(self) -> float | None:
        """Return the relative gap, where both sides are known."""
        if self.incumbent is None or self.best_bound is None or not self.incumbent:
            return None
        return abs(self.best_bound - self.incumbent) / abs(self.incumbent)
