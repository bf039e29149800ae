"""What a run answers: status, the verified placement, the proven bound, and how it was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.rules.breach import Cure
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.goals import Goal
    from optimizer.schema.placement import Placement
    from optimizer.verify.check import Verification

OPTIMAL_GAP = Fraction(1, 10**6)
"""The largest proven gap that is called optimal (design: a stopped solve is never called optimal)."""


class Status(StrEnum):
    """The verdict of a run."""

    OPTIMAL = "optimal"
    WITHIN_GAP = "within_gap"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stage:
    """One solve of a strategy: what was solved, by which backend, how long, how far."""

    name: str
    backend: str
    seconds: float
    nodes: int
    objective: float | None
    best_bound: float | None
    """In money; None where nothing was found or proven."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What the plan is worth under one choice of authorisations (`none`, `nveu`, `uveu`)."""

    name: str
    status: Status
    objective: Fraction | None
    best_bound: Fraction | None
    is_chosen: bool
    nveu_destinations: tuple[str, ...] = ()
    """Where units enter under NVEU; elsewhere it need not be sought."""
    tests_in_breach: int = 0


@dataclass(frozen=True, slots=True)
class GoalResult:
    """What became of one secondary goal."""

    goal: Goal
    before: Fraction
    """What the placement came to when this goal was begun."""
    after: Fraction
    """What the placement of the outcome comes to."""
    best_bound: Fraction
    """Proven: no placement above the floor of value that keeps the goals before has less."""
    status: Status
    value_before: Fraction
    value_after: Fraction
    stopped_by: str | None
    """`time budget`, `time limit`, `interruption`, or None where the search for it ended by itself."""
    seconds: float
    is_begun: bool = True
    """Whether there was any time for it; if not, the bound says only that no goal is ever negative."""

    @property
    def is_proven(self) -> bool:
        """Return whether no less of it is possible."""
        return self.status is Status.OPTIMAL


@dataclass(frozen=True)
class Outcome:
    """A finished run. Without a placement, `placement` and `verification` are None."""

    case: Case
    limits: tuple[Limit, ...]
    status: Status
    placement: Placement | None
    verification: Verification | None
    best_bound: Fraction | None
    """No placement of the plan as written is worth more; None where nothing was proven."""
    backend: str
    strategy: str
    stages: tuple[Stage, ...] = ()
    seconds: float = 0.0
    interrupted: bool = False
    stopped_by: str | None = None
    """`time limit`, `interruption`, or None where the run ended by itself."""
    parameters: dict[str, object] = field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()
    """Each choice of authorisations that was compared; empty where the plan states what the company holds."""
    cures: tuple[Cure, ...] = ()
    """Where the plan asks for a cure: each setting that the installed fleet breaks."""
    prices: Mapping[str, float] = field(default_factory=dict)
    """Money per unit of limits that sites share, by the key of each limit: at these prices no placement is worth much more
    than `best_bound`. Empty where the search did not go by prices."""
    is_earliest_proven: bool = True
    """Whether no plan is in breach on fewer tested stocks."""
    goals: tuple[GoalResult, ...] = ()
    """What became of the secondary goals, in order; the placement is then what they reached."""
    before_goals: Outcome | None = None
    """The outcome of the search for the value, where goals came after it."""

    @property
    def value_search(self) -> Outcome:
        """Return the outcome of the search for the value: this one where no goals came after it."""
        return self.before_goals or self

    @property
    def objective(self) -> Fraction | None:
        """Return the exact value of the placement."""
        return self.verification.objective if self.verification else None

    @property
    def gap(self) -> Fraction | None:
        """Return |best_bound - objective| / |objective|, 0 where they are equal; None where either is not known."""
        return relative_gap(self.objective, self.best_bound)


def relative_gap(objective: Fraction | None, best_bound: Fraction | None) -> Fraction | None:
    """Return the proven relative gap; None where it is not known, or the objective is 0 and the bound is not."""
    if objective is None or best_bound is None:
        return None
    if best_bound == objective:
        return Fraction(0)
    return abs(best_bound - objective) / abs(objective) if objective else None


def status_of(objective: Fraction | None, best_bound: Fraction | None, gap_asked: float) -> Status:
    """Return the verdict on a search that found no proof of infeasibility."""
    if objective is None:
        return Status.UNKNOWN
    gap = relative_gap(objective, best_bound)
    if gap is not None and gap <= OPTIMAL_GAP:
        return Status.OPTIMAL
    if gap is not None and gap <= Fraction(gap_asked):
        return Status.WITHIN_GAP
    return Status.FEASIBLE
