"""What a branch and bound over ordered sets is asked and remembers; plain data that travels between processes.

An ordered set is a row of columns of which one at most is 1: the periods in which a site may open. A branching splits a set
at a place: one of the columns up to there, or none of them. Sets that are alike are kept in order: an earlier one of them
is never 1 later than the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from optimizer.model.formulation import Flags, Floats, Formulation, Ints

BRANCHING = "branching"
"""What a branch and bound of our own is called beside the backends."""
NO_COLUMN, NO_ROW = -1, -1


@dataclass(frozen=True)
class OrderedSets:
    """Ordered sets of a formulation's columns."""

    columns: Ints
    """(sets, places): the column at each place, or NO_COLUMN."""
    rows: Ints
    """(sets,): the row that lets one column at most be 1; NO_ROW where a set has one column alone."""
    alike: Ints
    """(sets,): the same number for sets that may change places in any solution."""

    @property
    def is_there(self) -> Flags:
        """Return where there is a column, (sets, places)."""
        return np.asarray(self.columns != NO_COLUMN)

    @property
    def rank(self) -> Ints:
        """Return how many sets before each one are like it, (sets,)."""
        return np.array([(self.alike[:number] == one).sum() for number, one in enumerate(self.alike)], dtype=np.int64)


class Decision(NamedTuple):
    """One of a set's columns up to a place is 1, or none of them is."""

    number: int
    """Of the set."""
    place: int
    is_one: bool


class Node(NamedTuple):
    """A part of the tree that is still open."""

    bound: float
    decisions: tuple[Decision, ...]


@dataclass(frozen=True)
class Losses:
    """What branchings have lost so far, by unit of the part that was rounded away: pseudo-costs.

    The last axis tells the two sides apart: none up to a place, one up to a place.
    """

    total: Floats
    """(sets, places, 2)."""
    times: Floats
    """(sets, places, 2): how many branchings `total` sums."""

    @classmethod
    def none(cls, sets: OrderedSets) -> Losses:
        """Return no losses at all."""
        return cls(np.zeros((*sets.columns.shape, 2)), np.zeros((*sets.columns.shape, 2)))


@dataclass(frozen=True)
class Tree:
    """A branch and bound that has come to some point, to be gone on with."""

    open_nodes: tuple[Node, ...]
    closed_bound: float
    """The greatest bound of what is closed, because it is whole or good enough; -inf where nothing is."""
    losses: Losses

    @classmethod
    def planted(cls, sets: OrderedSets) -> Tree:
        """Return a tree that has not begun to grow."""
        return cls((Node(inf, ()),), -inf, Losses.none(sets))

    @property
    def bound(self) -> float:
        """Return what no solution is worth more than."""
        return max([self.closed_bound, *(node.bound for node in self.open_nodes)])


@dataclass(frozen=True)
class Growth:
    """A tree to grow from here, as the worker process receives it; `best` and bounds are scaled."""

    formulation: Formulation
    sets: OrderedSets
    tree: Tree
    best: float
    """Solutions worth no more are of no interest."""
    enough: float
    """The bound at which to end; nodes whose bound is no greater are closed, as are those no better than a solution."""
    dives: bool = False
    """Whether the better half of a node is always next, for solutions, and not the best open node, for the bound."""
    most_nodes: int | None = None
    time_limit_seconds: float | None = None


@dataclass(frozen=True)
class Dive:
    """A descent from a program to one solution of it, as the worker process receives it; `best` is scaled."""

    formulation: Formulation
    sets: OrderedSets
    best: float
    """A solution worth no more is of no interest."""
    time_limit_seconds: float | None = None
