"""Whether any placement meets some limits: asked many times over, each subset once.

There is no objective here, only rows. A `yes` is a placement that passed the exact check, a `no` a solver's proof for the
relaxation or for the whole-block program, and an unknown one that the clock cut short. After a last plan many need no
solver: more is frozen than can stand, or the last plan or an earlier answer meets the limits as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.explain.reach import reach_of
from optimizer.explain.reopened import reopened
from optimizer.model.build import build_model
from optimizer.rules.frozen import FROZEN
from optimizer.rules.limit import Sense
from optimizer.schema.placement import Placement
from optimizer.solve.result import Termination
from optimizer.strategy.run import Run
from optimizer.strategy.start import last_placement
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from optimizer.explain.budget import Budget
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.strategy.options import SearchOptions, SearchProgress

MOST_SEEN = 3
"""Placements found last that are tried on another question."""
LINEAR_STAGE, WHOLE_STAGE = "is it possible, relaxed", "is it possible"


@dataclass(frozen=True, slots=True)
class Answer:
    """`exists` None: not decided in time."""

    exists: bool | None
    placement: Placement | None = None


@dataclass
class Feasibility:
    """Asks one backend, and remembers."""

    options: SearchOptions
    budget: Budget
    on_progress: Callable[[SearchProgress], None] | None = None
    most_seconds: float | None = None
    """The longest that one question may take."""
    _known: dict[tuple[int, frozenset[Limit]], tuple[Case, Answer]] = field(default_factory=dict)
    """By the identity of the case, which is kept so that no other takes its place, and the limits."""
    _seen: list[Placement] = field(default_factory=list)
    """Placements that answered a question."""

    def ask(self, case: Case, limits: Iterable[Limit]) -> Answer:
        """Return whether a placement of a case meets some limits. Raises SolverError when a solver fails."""
        limits = tuple(limits)
        key = (id(case), frozenset(limits))
        if key not in self._known:
            answer = self._solve(case, limits)
            if answer.exists is None:
                return answer
            self._known[key] = (case, answer)
        return self._known[key][1]

    def _solve(self, case: Case, limits: tuple[Limit, ...]) -> Answer:
        if self.budget.is_over():
            return Answer(exists=None)
        known = self._without_solving(case, limits) if case.plan.last is not None else None
        if known is not None:
            return known
        case, limits = reopened(case, limits)
        model = build_model(case, limits)
        if model.broken_limits:
            return Answer(exists=False)
        self.budget.num_solves += 1
        options = replace(self.options, time_limit_seconds=self.budget.part(self.most_seconds))
        run = Run.on(model, options, self.budget.session, self.on_progress)
        program = replace(model.formulation, objective=np.zeros(model.formulation.num_columns))
        relaxed = run.solve(LINEAR_STAGE, program.relaxed(), 0.0)
        if relaxed.termination is Termination.INFEASIBLE:
            return Answer(exists=False)
        if not run.is_finished():
            run.solve_whole(WHOLE_STAGE, program, 0.0, proves_bound=True)
        if run.placement is not None:
            self._seen.append(run.placement)
            return Answer(exists=True, placement=run.placement)
        return Answer(exists=False if run.infeasible else None)

    def _without_solving(self, case: Case, limits: tuple[Limit, ...]) -> Answer | None:
        """Return what arithmetic, the last plan, an earlier answer or an empty placement says; None where none does."""
        if _asks_too_much(case, limits):
            return Answer(exists=False)
        start = last_placement(case, limits)
        tried = (*((start,) if start is not None else ()), *reversed(self._seen[-MOST_SEEN:]), Placement())
        seen = next((one for one in tried if verify(case, limits, one).passed), None)
        return None if seen is None else Answer(exists=True, placement=seen)


def _asks_too_much(case: Case, limits: tuple[Limit, ...]) -> bool:
    """Return whether more is frozen somewhere than can stand there by single limits: a proof without a program."""
    reach = reach_of(case, limits)
    return any(
        limit.net_bound > reach.most(dict(limit.usage.terms))
        for limit in limits
        if limit.rule == FROZEN and limit.sense is Sense.AT_LEAST and not limit.is_soft
    )
