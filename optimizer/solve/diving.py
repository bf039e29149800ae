"""A dive over ordered sets: they are decided, several at a time, as the last program nearly has them, to one solution.

Where a program is then worth no more than what is known, fewer of them are decided, and at last one of them otherwise. A
few programs find what a branch and bound needs hundreds for, and nothing is proven.
"""

from __future__ import annotations

import time
from math import ceil, inf
from typing import TYPE_CHECKING

import numpy as np

from optimizer.solve.node_program import WHOLE, NodeProgram
from optimizer.solve.result import SolveResult, Termination
from optimizer.solve.tree import Decision

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.model.formulation import Floats
    from optimizer.solve.tree import Dive

HALF, SURE = 0.5, 0.9
"""Parts of a set from which it is taken to be one, and from which that is decided at once."""
TOGETHER = 0.1
"""Part of the sets not yet whole that is decided at least, the surest first."""
FEWER = 4
"""How many times fewer sets are decided where so many were too much."""
MOST_RETURNS = 30
"""Programs that may turn out worth too little before a dive is given up."""


def dive(asked: Dive, is_stopped: Callable[[], bool] = lambda: False) -> SolveResult:
    """Return a solution worth more than what is known, if one dive finds it, in the scaled units of its formulation.

    Always STOPPED, with an infinite bound; `values` is None where it found nothing, was stopped or ran out of time.
    `nodes` counts the programs solved. The way of choosing is fractional diving with limited backtracking (Achterberg,
    Constraint Integer Programming, 2007, chapter 9), here with several decisions at a time.
    """
    return _Diving(asked, is_stopped).run()


class _Diving:
    """One dive under way."""

    def __init__(self, asked: Dive, is_stopped: Callable[[], bool]) -> None:
        self._asked, self._is_stopped, self._started = asked, is_stopped, time.monotonic()
        self._program = NodeProgram(asked.formulation, asked.sets)
        self._decisions: list[Decision] = []
        self._solved = self._returns = 0

    def run(self) -> SolveResult:
        """Decide until every set is whole, or what is left is worth too little."""
        goes_on, values = self._is_worth([]), None
        while goes_on and not self._is_over():
            surest = self._surest(self._program.opened())
            if not surest:
                values = self._program.values()
                break
            goes_on = self._decide(surest)
        objective = None if values is None else self._asked.formulation.value(values)
        is_better = objective is not None and objective > self._asked.best
        return SolveResult(
            Termination.STOPPED,
            values if is_better else None,
            objective if is_better else None,
            inf,
            self._solved,
            time.monotonic() - self._started,
            hit_time_limit=self._is_late(),
        )

    def _decide(self, surest: list[Decision]) -> bool:
        """Make as many decisions as leave something better than what is known; return whether there are any."""
        while not self._is_worth(surest):
            self._returns += 1
            if self._returns > MOST_RETURNS or self._is_over():
                return False
            if len(surest) == 1:
                other = surest[0]._replace(is_one=not surest[0].is_one)
                if not self._is_worth([other]):
                    return False
                surest = [other]
                break
            surest = surest[: ceil(len(surest) / FEWER)]
        self._decisions += surest
        return True

    def _is_worth(self, more: list[Decision]) -> bool:
        self._solved += 1
        worth = self._program.solve([*self._decisions, *more])
        return worth is not None and worth > self._asked.best

    def _surest(self, opened: Floats) -> list[Decision]:
        """Return what is nearly decided, and a part of the rest, the surest first; nothing where every set is whole."""
        is_split = (opened > WHOLE) & (opened < 1 - WHOLE) & self._program.is_there
        sure = np.where(is_split, np.maximum(opened, 1 - opened), -inf)
        numbers = np.flatnonzero(is_split.any(axis=1))
        places = sure[numbers].argmax(axis=1)
        by = sure[numbers, places]
        order = np.argsort(-by, kind="stable")
        together = max(ceil(TOGETHER * len(numbers)), int((by >= SURE).sum()))
        return [
            Decision(int(numbers[at]), int(places[at]), is_one=bool(opened[numbers[at], places[at]] >= HALF))
            for at in order[:together].tolist()
        ]

    def _is_over(self) -> bool:
        return self._is_stopped() or self._is_late()

    def _is_late(self) -> bool:
        limit = self._asked.time_limit_seconds
        return limit is not None and time.monotonic() - self._started >= limit
