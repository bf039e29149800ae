"""Secondary goals, one after the other: each as small as it gets while the value stays above the floor.

The floor is the verified value of the first search less the part of it that the plan allows for all goals together. What
one goal has reached is a limit for the next. In the end the value is searched once more under all of them, so that no more
of it is given up than the goals need. What the first search chose (authorisations, the course of a cure) is held.

Each goal may take as long as the search for the value did; what is not proven then is said to be stopped.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.model.build import build_model
from optimizer.rules.breach import breached_groups, cures_of
from optimizer.rules.goals import goal_limit, goal_usage
from optimizer.rules.ledger import Ledger
from optimizer.rules.registry import compile_limits
from optimizer.schema.goals import Goal
from optimizer.strategy.alternatives import nveu_destinations, with_fewest_nveus
from optimizer.strategy.goal_run import GoalRun
from optimizer.strategy.goal_search import search_goal
from optimizer.strategy.options import MOMENT_SECONDS
from optimizer.strategy.outcome import GoalResult, Stage, status_of
from optimizer.strategy.search import search
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement
    from optimizer.solve.session import Session
    from optimizer.strategy.options import SearchOptions, SearchProgress
    from optimizer.strategy.outcome import Outcome
    from optimizer.verify.check import Verification

LEAST_SECONDS = 2.0
"""What each goal may take at least."""
VALUE_TIME_PART = 0.25
"""Part of a goal's time that the last search for the value may take."""
TIME_BUDGET, TIME_LIMIT, INTERRUPTION = "time budget", "time limit", "interruption"


def pursue_goals(
    first: Outcome,
    options: SearchOptions,
    session: Session,
    on_progress: Callable[[SearchProgress], None] | None = None,
) -> Outcome:
    """Return the outcome after the goals of its plan; the same one where there are none, or nothing was placed."""
    goals = first.case.plan.goals
    if not goals.then or first.placement is None or first.verification is None:
        return first
    pursuit = _Pursuit(first, options, session, on_progress, first.placement, first.verification)
    for goal in goals.then:
        pursuit.pursue(goal)
    pursuit.raise_value()
    return pursuit.outcome()


@dataclass
class _Pursuit:
    first: Outcome
    options: SearchOptions
    session: Session
    on_progress: Callable[[SearchProgress], None] | None
    placement: Placement
    verification: Verification
    started: float = field(default_factory=time.monotonic)
    kept: list[Limit] = field(default_factory=list)
    """What the goals so far have reached, as limits."""
    results: list[GoalResult] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)

    @property
    def floor(self) -> Fraction:
        """Return the least value that a placement may have."""
        return self.first.case.plan.goals.floor(self.first.objective or Fraction(0))

    def _count(self, goal: Goal) -> Fraction:
        return goal_count(self.first.case, goal, self.placement)

    def pursue(self, goal: Goal) -> None:
        """Make one goal as small as it gets, in the time it may take, and keep what was reached for the next."""
        case, before = self.first.case, self.verification.objective
        at_first = self._count(goal)
        seconds, limited_by = self._time_for(1.0)
        stopped_by: str | None = limited_by if seconds <= 0 else None
        is_begun = stopped_by is None
        bound, began = Fraction(0), time.monotonic()
        if is_begun:
            run: GoalRun | None = None
            with _interruptible(self.session):
                run = self._run(goal, at_first, seconds)
                search_goal(run)
            if run is not None:
                bound = max(bound, -(run.bound() or Fraction(0)))
                self._take(run.placement or self.placement)
                self.stages += [_without_money(stage, goal.value) for stage in run.stages]
            stopped_by = self._stopped_by(run, limited_by)
        reached = self._count(goal)
        self.kept.append(goal_limit(case, goal, reached))
        self.results.append(
            GoalResult(
                goal=goal,
                before=at_first,
                after=reached,
                best_bound=bound,
                status=status_of(reached, bound, self.options.relative_gap),
                value_before=before,
                value_after=self.verification.objective,
                stopped_by=stopped_by,
                seconds=time.monotonic() - began,
                is_begun=is_begun,
            )
        )

    def raise_value(self) -> None:
        """Search once more for the value, what the goals have reached kept; a better placement is taken."""
        seconds, _ = self._time_for(VALUE_TIME_PART)
        if seconds <= 0 or self.verification.objective == self.first.objective:
            return
        limits = (*self.first.limits, *self.kept)
        own = replace(self.options, time_limit_seconds=seconds)
        with _interruptible(self.session):
            again = search(self.first.case, limits, own, self.session, self.on_progress, start=self.placement)
            self.stages += [_without_money(stage, "value") for stage in again.stages]
            if again.placement is not None and (again.objective or Fraction(0)) > self.verification.objective:
                self._take(again.placement)

    def outcome(self) -> Outcome:
        """Return the first outcome with the placement that was reached."""
        first = self.first
        last = _as_it_stands(replace(first, placement=self.placement, verification=self.verification))
        if last.verification is None or last.placement is None:
            return first
        results = [replace(one, after=goal_count(first.case, one.goal, last.placement)) for one in self.results]
        results[-1] = replace(results[-1], value_after=last.verification.objective)
        return replace(
            last,
            goals=tuple(
                replace(one, status=status_of(one.after, one.best_bound, self.options.relative_gap)) for one in results
            ),
            before_goals=first,
            stages=(*first.stages, *self.stages),
            seconds=first.seconds + time.monotonic() - self.started,
            interrupted=first.interrupted or self.session.interrupted,
        )

    def _time_for(self, part: float) -> tuple[float, str]:
        """Return the seconds that the next search may take, and what sets them; none once the run was stopped."""
        if self.first.interrupted or self.session.interrupted:
            return 0.0, INTERRUPTION
        budget = max(LEAST_SECONDS, self.first.seconds) * part
        if self.options.time_limit_seconds is None:
            return budget, TIME_BUDGET
        left = self.options.time_limit_seconds - self.first.seconds - (time.monotonic() - self.started)
        if left < min(budget, MOMENT_SECONDS):
            return 0.0, TIME_LIMIT
        return (left, TIME_LIMIT) if left < budget else (budget, TIME_BUDGET)

    def _run(self, goal: Goal, reached: Fraction, seconds: float) -> GoalRun:
        """Return the run of a goal, which begins with the placement so far."""
        case = self.first.case
        counted = goal_limit(case, goal, reached)
        run = GoalRun.on(
            build_model(case, (*self.first.limits, *self.kept, counted)),
            replace(self.options, time_limit_seconds=seconds),
            self.session,
            self.on_progress,
            counted=counted,
            floor=self.floor,
            is_whole=goal is Goal.FEWEST_SITES,
        )
        run.start_from(self.placement)
        run.best_bound = 0.0  # no goal is ever negative
        return run

    def _take(self, placement: Placement) -> None:
        """Take a placement for the best so far, checked under the limits of the plan alone."""
        self.placement = placement
        self.verification = verify(self.first.case, self.first.limits, placement)

    def _stopped_by(self, run: GoalRun | None, limited_by: str) -> str | None:
        if self.session.interrupted or run is None:
            return INTERRUPTION
        return limited_by if run.timed_out else None


@contextmanager
def _interruptible(session: Session) -> Iterator[None]:
    """Note a Ctrl-C between two solves, so that what was found is kept; a second one is a wish to leave at once."""
    try:
        yield
    except KeyboardInterrupt:
        if session.interrupted:
            raise
        session.interrupted = True


def _as_it_stands(outcome: Outcome) -> Outcome:
    """Return an outcome with what is said of its placement, NVEUs in use and the course of a cure, worked out anew."""
    last = with_fewest_nveus(outcome)
    if last.placement is None:
        return last
    used = nveu_destinations(last)
    cures = last.cures
    if cures:
        groups = breached_groups(last.case, compile_limits(last.case))
        cures = cures_of(groups, Ledger(last.case, last.placement).value)
    alternatives = tuple(replace(one, nveu_destinations=used) if one.is_chosen else one for one in last.alternatives)
    return replace(last, cures=cures, alternatives=alternatives)


def goal_count(case: Case, goal: Goal, placement: Placement) -> Fraction:
    """Return what a placement comes to in a goal, exactly."""
    return Fraction(goal_usage(case, goal).evaluate(Ledger(case, placement).value))


def _without_money(stage: Stage, goal: str) -> Stage:
    """Return a stage under the name of its goal; what it found and proved is no money, and stands with the goal."""
    return replace(stage, name=f"{stage.name} ({goal})", objective=None, best_bound=None)
