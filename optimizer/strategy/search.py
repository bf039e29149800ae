"""Search for the best placement: solves in stages, each answer verified exactly, one proven bound for all.

`relaxed-then-complete` (default): solve with blocks relaxed and only openings whole; its bound is a true bound. Keep its
openings and complete them in whole blocks. Where the gap is still open, go on to the whole-block model with the
completion as a start. `whole-blocks`: that last step alone, which small plans take directly. Infeasible is said only when
the whole-block model, or a relaxation of it, has no solution; a completion that fails says nothing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf, isfinite
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from optimizer.errors import SolverError
from optimizer.model.build import Model, build_model
from optimizer.rules.limit import Limit, Sense
from optimizer.solve.backend import SolveOptions
from optimizer.solve.result import Progress, SolveResult, Termination
from optimizer.strategy.outcome import OPTIMAL_GAP, Outcome, Stage, Status, relative_gap
from optimizer.verify.check import Verification, verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.model.formulation import Formulation
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement
    from optimizer.solve.session import Session

SMALL_PLAN_COLUMNS = 600
"""Plans with at most this many whole-block columns go straight to the whole-block model and are solved to the end."""
RELAXED_GAP_PART = 0.3
"""Part of the gap asked for that the relaxed-block solve may leave; the rest is for rounding to whole blocks."""
RELAXED_TIME_PART = 0.6
"""Part of the time limit that the relaxed-block solve may take, so that time is left to make a whole plan of it."""
COMPLETION_NODES = 2_000
"""Nodes after which a completion gives way to the whole-block model (a count, so that runs repeat exactly)."""
TIGHTEN_STEP = 0.4
"""Part of one exact step by which a row is tightened when a solver's tolerance broke its limit; below a half, so that
equality with the law stays reachable."""
MOST_TIGHTENINGS = 4


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


def search(
    case: Case,
    limits: tuple[Limit, ...],
    options: SearchOptions,
    session: Session,
    on_progress: Callable[[SearchProgress], None] | None = None,
) -> Outcome:
    """Return the best verified placement of a case and the bound proven for it.

    A KeyboardInterrupt or the time limit ends the search with the best placement so far. Raises SolverError when a
    backend fails, or when no exact placement can be made of its answers.
    """
    model = build_model(case, limits)
    session.interrupted = False
    run = _Search(model, options, session, on_progress)
    if model.broken_limits:
        run.infeasible = True
        run.backend_used = "arithmetic"
    else:
        try:
            run.go()
        except KeyboardInterrupt:  # between two solves; a second one is a wish to leave at once
            if session.interrupted:
                raise
            session.interrupted = True
    return run.outcome()


@dataclass
class _Search:
    """The state of one search: best placement, best bound, stages."""

    model: Model
    options: SearchOptions
    session: Session
    on_progress: Callable[[SearchProgress], None] | None
    started: float = field(default_factory=time.monotonic)
    placement: Placement | None = None
    verification: Verification | None = None
    best_bound: float = inf
    infeasible: bool = False
    timed_out: bool = False
    backend_used: str = ""
    strategy_used: str = ""
    stages: list[Stage] = field(default_factory=list)
    cuts_nothing: bool = True
    """Whether every tightening so far left each placement that keeps the limits."""

    def go(self) -> None:
        """Run the stages of the strategy until the gap is proven, nothing is possible, or time is up."""
        self.backend_used = self.options.backend
        is_small = int(self.model.block_columns.sum()) <= SMALL_PLAN_COLUMNS
        has_openings = bool(self.model.opening_columns.any())
        self.strategy_used = self.options.strategy
        if self.options.strategy == "auto":
            self.strategy_used = "whole-blocks" if is_small else "relaxed-then-complete"
        whole_gap = 0.0 if is_small else self.options.relative_gap
        if self.strategy_used == "relaxed-then-complete":
            self._relax_then_complete(is_linear=not has_openings)
        if not self._is_finished():
            self._solve("whole blocks", self.model.formulation, whole_gap, proves_bound=True)

    def _relax_then_complete(self, *, is_linear: bool) -> None:
        formulation = self.model.formulation
        gap = 0.0 if is_linear else self.options.relative_gap * RELAXED_GAP_PART
        program = formulation.with_integer(self.model.opening_columns)
        relaxed = self._run_backend("relaxed blocks", program, gap, None, None, time_part=RELAXED_TIME_PART)
        self._take_bound(relaxed)
        if relaxed.termination is Termination.INFEASIBLE:
            self.infeasible = True
        elif relaxed.values is not None and not self._is_finished():
            fixed = self._with_openings_of(relaxed.values)
            self._solve("completion", fixed, self.options.relative_gap / 10, proves_bound=False)

    def _with_openings_of(self, values: npt.NDArray[np.float64]) -> Formulation:
        """Return the whole-block program with no site opened earlier than in `values`."""
        formulation = self.model.formulation
        upper = formulation.column_upper.copy()
        openings = self.model.opening_columns
        upper[openings] = np.rint(values[openings])
        return formulation.with_column_bounds(formulation.column_lower, upper)

    def _solve(self, stage: str, formulation: Formulation, gap: float, *, proves_bound: bool) -> None:
        """Solve in whole blocks, verify, and where a tolerance broke a limit tighten its row and solve again."""
        hint = self.model.values(self.placement) if self.placement is not None else None
        current = formulation
        self.cuts_nothing = True
        for attempt in range(MOST_TIGHTENINGS + 1):
            target = self._target() if not proves_bound else None
            result = self._run_backend(stage, current, gap, hint, target)
            if proves_bound and attempt == 0:
                self._take_bound(result)
            if proves_bound and self.cuts_nothing:
                self.infeasible = result.termination is Termination.INFEASIBLE and self.placement is None
            if result.values is None:
                return
            broken = self._offer(result.values)
            if not broken or self._is_finished():
                return
            current = self._tightened(current, broken)
        if proves_bound and self.placement is None:
            msg = "the solver's answers break a limit by less than it can see; no exact placement was found"
            raise SolverError(msg)

    def _run_backend(
        self,
        stage: str,
        formulation: Formulation,
        gap: float,
        hint: npt.NDArray[np.float64] | None,
        target: float | None,
        *,
        time_part: float = 1.0,
    ) -> SolveResult:
        seconds = self._seconds_left()
        options = SolveOptions(
            relative_gap=gap,
            time_limit_seconds=None if seconds is None else seconds * time_part,
            threads=self.options.threads,
            seed=self.options.seed,
            objective_target=target,
            node_limit=COMPLETION_NODES if stage == "completion" else None,
        )
        result = self.session.solve(
            self.options.backend, formulation, options, hint=hint, on_progress=lambda seen: self._report(stage, seen)
        )
        self.timed_out = self.timed_out or (result.hit_time_limit and time_part == 1)
        scale = formulation.objective_scale
        self.stages.append(
            Stage(
                stage,
                self.options.backend,
                result.seconds,
                result.nodes,
                result.objective * scale if result.objective is not None else None,
                result.best_bound * scale if isfinite(result.best_bound) else None,
            )
        )
        return result

    def _offer(self, values: npt.NDArray[np.float64]) -> tuple[int, ...]:
        """Verify a solution; keep it if it is the best so far. Return the numbers of the limits it breaks."""
        placement = self.model.placement(values)
        verdict = verify(self.model.case, self.model.limits, placement)
        if verdict.faults:
            msg = "the solver's answer is no placement: " + "; ".join(verdict.faults)
            raise SolverError(msg)
        if verdict.passed:
            if self.verification is None or verdict.objective > self.verification.objective:
                self.placement, self.verification = placement, verdict
            return ()
        return tuple(number for number, reading in enumerate(verdict.readings) if reading.slack < 0)

    def _tightened(self, formulation: Formulation, broken: tuple[int, ...]) -> Formulation:
        lower, upper = formulation.row_lower.copy(), formulation.row_upper.copy()
        for number in broken:
            row = self.model.limit_rows[number]
            step = TIGHTEN_STEP * self.model.row_steps[number]
            self.cuts_nothing = self.cuts_nothing and self.model.row_rests[number] >= TIGHTEN_STEP
            # Never further than one attempt below the law itself: tightening does not accumulate.
            if self.model.limits[number].sense is Sense.AT_MOST:
                upper[row] = self.model.formulation.row_upper[row] - step
            else:
                lower[row] = self.model.formulation.row_lower[row] + step
        return formulation.with_row_bounds(lower, upper)

    def _take_bound(self, result: SolveResult) -> None:
        if result.termination is not Termination.INFEASIBLE:
            self.best_bound = min(self.best_bound, result.best_bound * self.model.formulation.objective_scale)

    def _target(self) -> float | None:
        """Return the scaled value at which a completion is good enough."""
        if not isfinite(self.best_bound):
            return None
        return (self.best_bound - abs(self.best_bound) * self.options.relative_gap * 0.95) / (
            self.model.formulation.objective_scale
        )

    def _is_finished(self) -> bool:
        if self.infeasible or self.session.interrupted or self.timed_out:
            return True
        gap = relative_gap(self._objective(), self._bound())
        return gap is not None and gap <= self.options.relative_gap

    def _seconds_left(self) -> float | None:
        limit = self.options.time_limit_seconds
        return None if limit is None else max(0.0, limit - (time.monotonic() - self.started))

    def _objective(self) -> Fraction | None:
        return self.verification.objective if self.verification else None

    def _bound(self) -> Fraction | None:
        """Return the bound in money, never below a verified placement by mere rounding of doubles."""
        if not isfinite(self.best_bound):
            return None
        bound = Fraction(self.best_bound)
        objective = self._objective()
        if objective is not None and bound < objective:
            if objective - bound > OPTIMAL_GAP * abs(objective) and objective - bound > 1:
                msg = f"a backend's bound {float(bound):,.2f} lies below a verified value of {float(objective):,.2f}"
                raise SolverError(msg)
            return objective
        return bound

    def _report(self, stage: str, seen: Progress) -> None:
        if self.on_progress is None:
            return
        scale = self.model.formulation.objective_scale
        objective = self._objective()
        known = [float(objective)] if objective is not None else []
        if seen.incumbent is not None and stage != "relaxed blocks":
            known.append(seen.incumbent * scale)
        bounds = [self.best_bound]
        if seen.best_bound is not None and stage != "completion":
            bounds.append(seen.best_bound * scale)
        best = min(bounds)
        self.on_progress(
            SearchProgress(
                stage,
                seen.backend,
                time.monotonic() - self.started,
                max(known, default=None),
                best if isfinite(best) else None,
                seen.nodes,
            )
        )

    def outcome(self) -> Outcome:
        """Return what the search found."""
        bound = None if self.infeasible else self._bound()
        gap = relative_gap(self._objective(), bound)
        return Outcome(
            case=self.model.case,
            limits=self.model.limits,
            status=self._status(gap),
            placement=self.placement,
            verification=self.verification,
            best_bound=bound,
            backend=self.backend_used,
            strategy=self.strategy_used,
            stages=tuple(self.stages),
            seconds=time.monotonic() - self.started,
            interrupted=self.session.interrupted,
            stopped_by="interruption" if self.session.interrupted else ("time limit" if self.timed_out else None),
            parameters={
                "relative_gap": self.options.relative_gap,
                "time_limit_seconds": self.options.time_limit_seconds,
                "threads": self.options.threads,
                "seed": self.options.seed,
            },
        )

    def _status(self, gap: Fraction | None) -> Status:
        if self.infeasible:
            return Status.INFEASIBLE
        if self.placement is None:
            return Status.UNKNOWN
        if gap is not None and gap <= OPTIMAL_GAP:
            return Status.OPTIMAL
        if gap is not None and gap <= Fraction(self.options.relative_gap):
            return Status.WITHIN_GAP
        return Status.FEASIBLE
