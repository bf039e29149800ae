"""Branch and bound over ordered sets, each node a linear program solved from where the last one ended.

A node is split where both sides lose most: what a branching loses is tried where little is known of it, and else guessed
from what its like has lost before. The best node comes next, and then its own better half as long as that is nearly the
best. Nothing depends on a clock but the end at a time limit.
"""

from __future__ import annotations

import heapq
import time
from itertools import count
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.solve.node_program import WHOLE, NodeProgram
from optimizer.solve.result import Progress, SolveResult, Termination
from optimizer.solve.tree import BRANCHING, Decision, Losses, Node, Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.model.formulation import Floats
    from optimizer.solve.tree import Growth

MOST_LOOKS = 8
"""Branchings of a node whose losses are compared."""
TRUSTED = 2
"""Branchings of a place after which its losses are guessed instead of tried."""
NEARLY_BEST = 0.1
"""Part of the way from the best bound to the bound that is enough by which a half may be worse than the best open node and
still come next."""
LEAST_LOSS = 1e-6
"""Part of a node's distance from enough that a side counts at least: a split that gains on one side is better than none."""
PROGRESS_SECONDS = 0.5


class _Half(NamedTuple):
    bound: float
    decision: Decision


def grow(
    growth: Growth,
    is_stopped: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] | None = None,
) -> SolveResult:
    """Grow a tree until its bound is good enough, so many nodes are split, or time is up; return how far it came.

    SOLVED says that nothing is left to split. The bound may still be greater than enough, where a solution is worth more or
    the solver could not tell what a node is worth.
    """
    return _Branching(growth, is_stopped, on_progress).run()


class _Branching:
    """One growth under way."""

    def __init__(
        self, growth: Growth, is_stopped: Callable[[], bool], on_progress: Callable[[Progress], None] | None
    ) -> None:
        self._growth, self._is_stopped, self._on_progress = growth, is_stopped, on_progress
        self._program = NodeProgram(growth.formulation, growth.sets)
        losses = growth.tree.losses
        self._total, self._times = losses.total.copy(), losses.times.copy()
        self._numbers = count()
        self._open = [(-node.bound, next(self._numbers), node) for node in growth.tree.open_nodes]
        heapq.heapify(self._open)
        self._closed_bound, self._unsolved = growth.tree.closed_bound, -inf
        self._best = growth.best
        self._values: Floats | None = None
        self._nodes, self._started, self._told = 0, time.monotonic(), time.monotonic()

    @property
    def _enough(self) -> float:
        """Return the bound of a node up to which it is closed: it is good enough, or no better than what was found."""
        return max(self._growth.enough, self._best)

    @property
    def _open_bound(self) -> float:
        return -self._open[0][0] if self._open else -inf

    def run(self) -> SolveResult:
        """Split nodes until the end."""
        while self._open_bound > self._enough and not self._is_over():
            self._plunge(heapq.heappop(self._open)[2])
        tree = Tree(
            tuple(node for *_, node in sorted(self._open)),
            max(self._closed_bound, self._unsolved),
            Losses(self._total, self._times),
        )
        return SolveResult(
            Termination.SOLVED if self._open_bound <= self._enough else Termination.STOPPED,
            self._values,
            None if self._values is None else self._best,
            max(tree.bound, self._best),
            self._nodes,
            time.monotonic() - self._started,
            hit_time_limit=self._is_late(),
            tree=tree,
        )

    def _is_over(self) -> bool:
        most = self._growth.most_nodes
        return self._is_stopped() or self._is_late() or (most is not None and self._nodes >= most)

    def _is_late(self) -> bool:
        limit = self._growth.time_limit_seconds
        return limit is not None and time.monotonic() - self._started >= limit

    def _plunge(self, node: Node | None) -> None:
        """Split a node, then the better half of it, until that is no longer among the best."""
        while node is not None:
            if self._is_over():
                self._push(node)
                return
            self._tell(node)
            node = self._split(node)

    def _push(self, node: Node) -> None:
        heapq.heappush(self._open, (-node.bound, next(self._numbers), node))

    def _split(self, node: Node) -> Node | None:
        """Split a node in two; return the half to go on with."""
        bound = self._program.solve(node.decisions)
        if bound is None:
            self._unsolved = max(self._unsolved, node.bound)
            return None
        bound, opened = min(bound, node.bound), self._program.opened()
        is_whole = not ((opened > WHOLE) & (opened < 1 - WHOLE)).any()
        if bound <= self._enough or is_whole:
            self._close(bound, is_whole=is_whole)
            return None
        self._nodes += 1
        kept = []
        for half in self._halves(node.decisions, bound, opened):
            if half.bound > self._enough:
                kept.append(Node(half.bound, (*node.decisions, half.decision)))
            else:
                self._closed_bound = max(self._closed_bound, half.bound)
        return self._next_of(kept)

    def _next_of(self, halves: list[Node]) -> Node | None:
        """Return the better half where it is nearly the best open node; keep the others for later."""
        for node in halves[1:]:
            self._push(node)
        if not halves:
            return None
        best = self._open_bound
        if not self._growth.dives and halves[0].bound < best - NEARLY_BEST * (best - self._enough):
            self._push(halves[0])
            return None
        return halves[0]

    def _close(self, bound: float, *, is_whole: bool) -> None:
        """Close a node that is good enough or whole; a whole one is a solution."""
        self._closed_bound = max(self._closed_bound, bound)
        if bound > self._best and is_whole:
            values = self._program.values()
            objective = self._growth.formulation.value(values)
            if objective > self._best:
                self._best, self._values = objective, values

    def _halves(self, decisions: tuple[Decision, ...], bound: float, opened: Floats) -> list[_Half]:
        """Return both halves of the split whose sides seem to lose most, the better one first; a few are compared."""
        parts = np.stack([opened, 1 - opened], axis=2)
        numbers, places = np.nonzero((parts > WHOLE).all(axis=2) & self._program.is_there)
        far = bound - self._enough
        scores = _score(self._guessed() * parts, far)[numbers, places]
        best: list[_Half] = []
        best_score, chosen = -inf, (0, 0)
        for at in np.argsort(-scores, kind="stable")[:MOST_LOOKS].tolist():
            number, place, halves, score = int(numbers[at]), int(places[at]), [], float(scores[at])
            if (self._times[number, place] < TRUSTED).any():
                halves = self._look(decisions, bound, number, place, parts[number, place])
                score = float(_score(np.array([bound - half.bound for half in halves]), far))
                if min(half.bound for half in halves) <= self._enough:
                    best, chosen = halves, (number, place)
                    break
            if score > best_score:
                best, best_score, chosen = halves, score, (number, place)
        best = best or self._look(decisions, bound, *chosen, parts[chosen])
        return sorted(best, key=lambda half: -half.bound)

    def _look(
        self, decisions: tuple[Decision, ...], bound: float, number: int, place: int, parts: Floats
    ) -> list[_Half]:
        """Solve both halves of a split and learn what they lose."""
        halves = []
        for side, part in enumerate(parts.tolist()):
            decision = Decision(number, place, is_one=bool(side))
            found = self._program.solve((*decisions, decision))
            half = bound if found is None else min(found, bound)
            if half > -inf:
                self._total[number, place, side] += (bound - half) / part
                self._times[number, place, side] += 1
            halves.append(_Half(half, decision))
        return halves

    def _guessed(self) -> Floats:
        """Return what a whole part lost so far, in the mean: at a place, else in its set, else anywhere."""
        anywhere = self._total.sum(axis=(0, 1)) / np.maximum(self._times.sum(axis=(0, 1)), 1)
        times = self._times.sum(axis=1)
        in_set = np.where(times > 0, self._total.sum(axis=1) / np.maximum(times, 1), anywhere)
        return np.where(self._times > 0, self._total / np.maximum(self._times, 1), in_set[:, None, :])

    def _tell(self, node: Node) -> None:
        now = time.monotonic()
        if self._on_progress is None or now < self._told + PROGRESS_SECONDS:
            return
        self._told = now
        bound = max(node.bound, self._open_bound, self._closed_bound, self._best)
        self._on_progress(Progress(BRANCHING, now - self._started, self._best, bound, self._nodes))


def _score(losses: Floats, far: float) -> Floats:
    """Return how good splits are by what their two sides, the last axis, lose; more than `far` counts as that."""
    return np.asarray(losses.clip(LEAST_LOSS * far, far).prod(axis=-1))
