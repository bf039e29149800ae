"""The search for one goal: a run whose best placement is the one with least of it, among those above the floor of value.

What a run holds for its objective is here the goal, negative; money enters through the floor alone. The exact check decides
on both: a placement whose verified value lies below the floor is never taken, by however little.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import floor as round_down
from typing import TYPE_CHECKING

from optimizer.rules.ledger import Ledger
from optimizer.strategy.options import SearchProgress
from optimizer.strategy.run import Run
from optimizer.strategy.tightening import Tightening

if TYPE_CHECKING:
    from optimizer.model.formulation import Formulation
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement
    from optimizer.solve.result import Progress, SolveResult
    from optimizer.strategy.run import Values
    from optimizer.verify.check import Verification

WHOLE_TOLERANCE = 1e-6
"""How far a solver's bound on a whole number may lie past it by rounding."""
FLOOR_BROKEN = -1
"""Stands among the numbers of broken limits for the floor of value."""
FLOOR_TIGHTENING = 1e-7
"""Part of the floor by which its row is raised when a tolerance took an answer below it."""


class FloorTightening(Tightening):
    """Tightens the rows of a model's limits, and the floor of value, the program's last row."""

    def tightened(self, formulation: Formulation, broken: tuple[int, ...]) -> Formulation:
        """Return the program with the rows of broken limits tightened, and the floor raised a little further each time."""
        tightened = super().tightened(formulation, tuple(number for number in broken if number != FLOOR_BROKEN))
        if FLOOR_BROKEN not in broken:
            return tightened
        lower = tightened.row_lower.copy()
        lower[-1] += FLOOR_TIGHTENING * max(1.0, abs(lower[-1]))
        return tightened.with_row_bounds(lower, tightened.row_upper)

    def cuts_nothing(self, broken: tuple[int, ...]) -> bool:
        """Return whether tightening these leaves every placement that keeps them: a floor that is raised never does."""
        return FLOOR_BROKEN not in broken and super().cuts_nothing(broken)


@dataclass(kw_only=True)
class GoalRun(Run):
    """The search for one goal under way."""

    counted: Limit
    """What the goal counts is the usage of this limit."""
    floor: Fraction
    is_whole: bool
    """Whether the goal comes to whole numbers only."""
    _missed_floor: bool = False
    _has_floor: bool = False
    """Whether the last row of the program being solved is the floor."""

    @cached_property
    def tightening(self) -> FloorTightening:
        """Return what tightens a program where an answer breaks a limit or misses the floor."""
        return FloorTightening(self.model)

    def objective(self) -> Fraction | None:
        """Return the goal of the best placement, negative."""
        return -self.reached(self.placement) if self.placement is not None else None

    def reached(self, placement: Placement) -> Fraction:
        """Return what a placement comes to in the goal, exactly."""
        return Fraction(self.counted.usage.evaluate(Ledger(self.model.case, placement).value))

    def bound(self) -> Fraction | None:
        """Return the bound of the goal, negative; of one that comes to whole numbers it is a whole number."""
        bound = super().bound()
        if bound is None or not self.is_whole or bound == self.objective():
            return bound
        return Fraction(round_down(bound + Fraction(WHOLE_TOLERANCE)))

    def take_goal_bound(self, result: SolveResult, program: Formulation) -> None:
        """Take the bound of a program of the goal that holds every placement above the floor."""
        self.best_bound = min(self.best_bound, result.best_bound * program.objective_scale)

    def offer(self, values: Values) -> tuple[int, ...]:
        """Verify a solution and keep it if it is the best so far.

        Return the numbers of what it breaks; the floor counts as a limit where the program has a row for it.
        """
        self._missed_floor = False
        broken = super().offer(values)
        return (FLOOR_BROKEN,) if not broken and self._missed_floor and self._has_floor else broken

    def solve_whole_above(self, stage: str, program: Formulation) -> None:
        """Solve the program of the goal in whole blocks until an answer keeps every limit and the floor."""
        self._has_floor = True
        self.solve_whole(stage, program, 0.0, proves_bound=False)
        self._has_floor = False

    def _keep(self, placement: Placement, verdict: Verification) -> None:
        """Keep a placement that passed the exact check above the floor: less of the goal, then more value."""
        if not verdict.passed:
            return
        self._missed_floor = verdict.objective < self.floor
        if self._missed_floor:
            return
        if self.placement is None or self.verification is None:
            self.placement, self.verification = placement, verdict
            return
        rank = (-self.reached(placement), verdict.objective)
        if rank > (-self.reached(self.placement), self.verification.objective):
            self.placement, self.verification = placement, verdict

    def _report(self, stage: str, seen: Progress, scale: float) -> None:  # noqa: ARG002  no money here
        """Tell which goal is searched and where it stands; what a solver sees of it is no money."""
        if self.on_progress is not None:
            name = self.counted.rule
            if self.placement is not None:
                name += f" at most {float(self.reached(self.placement)):,.0f}"
            seconds = time.monotonic() - self.started
            self.on_progress(
                SearchProgress(f"{name}: {stage}", seen.backend, seconds, None, None, seen.nodes, is_money=False)
            )
