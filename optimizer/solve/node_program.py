"""The linear program of a node of a tree over ordered sets, solved from where the last one ended."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from optimizer.solve.linear import WarmLinear
from optimizer.solve.tree import NO_COLUMN, NO_ROW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model.formulation import Floats, Formulation
    from optimizer.solve.tree import Decision, OrderedSets

WHOLE = 1e-6
"""How far from whole a column may be that counts as whole."""


class NodeProgram:
    """The linear program of a node: what was decided holds as bounds of columns and of the rows of their sets."""

    def __init__(self, formulation: Formulation, sets: OrderedSets) -> None:
        self._linear, self._sets = WarmLinear(formulation), sets
        self.is_there, self._rank = sets.is_there, sets.rank
        self._columns = sets.columns[self.is_there]
        self._upper = np.zeros(self.is_there.shape)
        self._upper[self.is_there] = formulation.column_upper[self._columns]
        self._closed = np.zeros(self.is_there.shape, dtype=bool)
        self._is_one = np.zeros(len(self.is_there), dtype=bool)

    def solve(self, decisions: Sequence[Decision]) -> float | None:
        """Return the bound of a node; None where the solver cannot tell."""
        self._decide(decisions)
        return self._linear.solve()

    def opened(self) -> Floats:
        """Return how much of each set is 1 up to each place in the last solution, (sets, places).

        What sets that are alike have up to a place is given to the first of them, for they may change places.
        """
        found = np.zeros(self.is_there.shape)
        found[self.is_there] = self._linear.values(self._columns)
        together = np.zeros_like(found)
        np.add.at(together, self._sets.alike, found.cumsum(axis=1))
        return np.clip(together[self._sets.alike] - self._rank[:, None], 0.0, 1.0)

    def values(self) -> Floats:
        """Return the last solution, sets that are alike in order."""
        values = self._linear.values()
        values[self._columns] = np.diff(self.opened(), axis=1, prepend=0.0)[self.is_there]
        return values

    def _decide(self, decisions: Sequence[Decision]) -> None:
        closed, is_one = np.zeros_like(self._closed), np.zeros_like(self._is_one)
        alike, rank = self._sets.alike, self._rank
        for number, place, up_to_it in decisions:
            if up_to_it:
                those = (alike == alike[number]) & (rank <= rank[number])
                closed[those, place + 1 :] = True
                is_one |= those
            else:
                those = (alike == alike[number]) & (rank >= rank[number])
                closed[those, : place + 1] = True
        changed = np.argwhere((closed != self._closed) & self.is_there)
        for number, place in changed.tolist():
            upper = 0.0 if closed[number, place] else float(self._upper[number, place])
            self._linear.set_column_upper(int(self._sets.columns[number, place]), upper)
        for number in np.flatnonzero(is_one != self._is_one).tolist():
            self._choose(number, is_one=bool(is_one[number]))
        self._closed, self._is_one = closed, is_one

    def _choose(self, number: int, *, is_one: bool) -> None:
        row = int(self._sets.rows[number])
        if row == NO_ROW:
            columns = self._sets.columns[number]
            self._linear.set_column_lower(int(columns[columns != NO_COLUMN][0]), 1.0 if is_one else 0.0)
        else:
            self._linear.set_row_lower(row, 1.0 if is_one else -inf)
