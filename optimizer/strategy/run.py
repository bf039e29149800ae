"""The state of one search: the best verified placement, the best proven bound, the stages so far.

Every answer of a backend passes through here: its bound is taken only from programs that hold every placement of the
plan as written, and its solution only if the exact check passes it. Where a solver's tolerance broke a limit, the answer
is repaired by taking blocks off (`optimizer.strategy.repair`); unless that ends the search, the limit's row is tightened
by less than half an exact step and the program solved again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from optimizer.analysis.service import Assigner
from optimizer.errors import SolverError
from optimizer.model.build import build_model
from optimizer.model.whole_steps import held_to_whole_steps
from optimizer.solve.backend import Heuristics, SolveOptions
from optimizer.solve.beside import SolveBeside
from optimizer.solve.result import Progress, SolveResult, Termination
from optimizer.solve.tree import BRANCHING
from optimizer.strategy.options import SearchOptions, SearchProgress
from optimizer.strategy.outcome import OPTIMAL_GAP, Stage, relative_gap
from optimizer.strategy.repair import repair
from optimizer.strategy.stages import BOUNDING_STAGES, GUIDING_STAGES, WHOLE_BLOCKS
from optimizer.strategy.tightening import Tightening
from optimizer.verify.check import Verification, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optimizer.model.build import Model
    from optimizer.model.formulation import Formulation
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement
    from optimizer.solve.session import Session
    from optimizer.solve.tree import Dive, Growth
    from optimizer.strategy.options import Effort

Values = npt.NDArray[np.float64]

MOST_TIGHTENINGS = 4
LARGE_PROGRAM_ROWS = 8_000
"""Rows from which linear programs are solved by an interior-point method: half the time of simplex at 30,000 rows."""
HINT_TOLERANCE = 1e-6


@dataclass
class Run:
    """One search under way.

    The program over all columns is built when it is first asked for: a search that comes apart into sites may need none.
    """

    case: Case
    limits: tuple[Limit, ...]
    options: SearchOptions
    session: Session
    on_progress: Callable[[SearchProgress], None] | None
    is_decided: Callable[[Fraction | None, Fraction | None], bool] | None = None
    """Whether the value so far and the bound so far answer what is asked; None: the gap asked for decides."""
    effort: Effort | None = None
    """How far to go; None: through every stage."""
    begun_with: Placement | None = None
    """A placement given to begin with, legal or not."""
    started: float = field(default_factory=time.monotonic)
    placement: Placement | None = None
    verification: Verification | None = None
    offered: tuple[Placement, Fraction] | None = None
    """The last placement offered that passed the exact check, with its value; the best so far or not."""
    best_bound: float = inf
    prices: Mapping[str, float] = field(default_factory=dict)
    """Prices of limits that sites share, by the key of each limit: those of an earlier answer, later the best known."""
    bound_beside: float = inf
    """What a solve beside has proven so far, to be told; `best_bound` takes it when that has ended."""
    infeasible: bool = False
    timed_out: bool = False
    stages: list[Stage] = field(default_factory=list)

    @classmethod
    def on(cls, model: Model, *arguments: Any, **named: Any) -> Self:  # noqa: ANN401  those of a run
        """Return a run on a program that is there already; the rest as for a run."""
        run = cls(model.case, model.limits, *arguments, **named)
        run.model = model
        return run

    @cached_property
    def model(self) -> Model:
        """Return the program over all columns."""
        return build_model(self.case, self.limits)

    @cached_property
    def program(self) -> Formulation:
        """Return the model's program with what whole blocks imply: it holds every placement, and fewer relaxed ones.

        It begins with each limit at its last whole step; cuts may follow.
        """
        return held_to_whole_steps(self.model)

    @cached_property
    def tightening(self) -> Tightening:
        """Return what tightens a program where an answer breaks a limit."""
        return Tightening(self.model)

    def solve_whole(
        self,
        stage: str,
        formulation: Formulation,
        gap: float,
        *,
        proves_bound: bool,
        node_limit: int | None = None,
        time_part: float = 1.0,
        start: Placement | None = None,
    ) -> bool:
        """Solve in whole blocks from a placement, else the best; verify, tighten what a tolerance broke and solve again.

        Return whether an answer kept every limit without repair.

        With `proves_bound` the program holds every placement of the plan: its bound is a bound of the plan, and its
        infeasibility the plan's. Raises SolverError when such a program yields no exact placement, repaired or not.
        """
        current, cuts_nothing = formulation, True
        for attempt in range(MOST_TIGHTENINGS + 1):
            hint = self.hint() if start is None else self.model.values(start)
            result = self.solve(stage, current, gap, hint=hint, node_limit=node_limit, time_part=time_part)
            is_priced = formulation.objective is self.model.formulation.objective
            if proves_bound and is_priced and (attempt == 0 or cuts_nothing):
                self.take_bound(result)
            if proves_bound and cuts_nothing and result.termination is Termination.INFEASIBLE:
                self.infeasible = self.placement is None
            if result.values is None:
                return False
            broken = self.offer(result.values)
            if not broken or self.is_finished():
                return not broken
            current = self.tightening.tightened(current, broken)
            cuts_nothing = cuts_nothing and self.tightening.cuts_nothing(broken)
        if proves_bound and self.placement is None:
            msg = "the solver's answers break a limit by less than it can see; no exact placement was found"
            raise SolverError(msg)
        return False

    def solve(
        self,
        stage: str,
        formulation: Formulation,
        gap: float,
        *,
        hint: Values | None = None,
        node_limit: int | None = None,
        time_part: float = 1.0,
        heuristics: Heuristics = Heuristics.FULL,
        is_interior: bool = False,
    ) -> SolveResult:
        """Run the backend on a program and record the stage; it may take a part of the time left.

        A hint outside the program's column bounds is left out: HiGHS fails on one.
        """
        options = self._options(stage, formulation, gap, node_limit, time_part, heuristics, is_interior=is_interior)
        scale = formulation.objective_scale
        result = self.session.solve(
            self.options.backend,
            formulation,
            options,
            hint=None if hint is None else _within(formulation, hint),
            on_progress=lambda seen: self._report(stage, seen, scale),
        )
        self._record(stage, result, scale, is_to_the_end=time_part == 1)
        return result

    def grow(self, stage: str, growth: Growth | Dive, scale: float) -> SolveResult:
        """Grow a tree, or dive, within the time left and record the stage."""
        result = self.session.grow(self._timed(growth), lambda seen: self._report(stage, seen, scale))
        self._record(stage, result, scale, is_to_the_end=True, backend=BRANCHING)
        return result

    def grow_beside(self, session: Session, growth: Growth | Dive, scale: float, *, proves_bound: bool) -> SolveBeside:
        """Begin to grow a tree in another session, within the time left; `ended` takes how far it came.

        Progress tells the bound it has reached, where it proves one; nothing else is made of it before it has ended.
        """

        def see(seen: Progress) -> None:
            if proves_bound and seen.best_bound is not None:
                self.bound_beside = seen.best_bound * scale

        limited = self._timed(growth)
        return SolveBeside(session, lambda other: other.grow(limited, see))

    def _timed(self, growth: Growth | Dive) -> Growth | Dive:
        return replace(growth, time_limit_seconds=self.seconds_left())

    def ended(self, stage: str, beside: SolveBeside, scale: float) -> SolveResult | None:
        """Wait for a solve beside and record its stage; None where it failed. Ctrl-C ends it with what it has proven."""
        try:
            result = beside.stop() if self.is_finished() else beside.result()
        except KeyboardInterrupt:
            if self.session.interrupted:
                raise
            self.session.interrupted = True
            result = beside.stop()
        except SolverError:
            return None
        finally:
            self.bound_beside = inf
        self._record(stage, result, scale, is_to_the_end=True, backend=BRANCHING)
        return result

    def _options(
        self,
        stage: str,
        formulation: Formulation,
        gap: float,
        node_limit: int | None,
        time_part: float,
        heuristics: Heuristics,
        *,
        is_interior: bool,
    ) -> SolveOptions:
        seconds, is_linear = self.seconds_left(), not formulation.is_integer.any()
        return SolveOptions(
            relative_gap=gap,
            time_limit_seconds=None if seconds is None else seconds * time_part,
            threads=self.options.threads,
            seed=self.options.seed,
            node_limit=node_limit,
            heuristics=heuristics,
            is_interior=is_linear and (is_interior or formulation.num_rows >= LARGE_PROGRAM_ROWS),
            presolve=stage in GUIDING_STAGES or is_linear or not self.model.columns.entries,
        )

    def _record(
        self, stage: str, result: SolveResult, scale: float, *, is_to_the_end: bool, backend: str | None = None
    ) -> None:
        self.timed_out = self.timed_out or (result.hit_time_limit and is_to_the_end)
        self.stages.append(
            Stage(
                stage,
                backend or self.options.backend,
                result.seconds,
                result.nodes,
                result.objective * scale if result.objective is not None else None,
                result.best_bound * scale if isfinite(result.best_bound) else None,
            )
        )

    def offer(self, values: Values) -> tuple[int, ...]:
        """Verify a solution; keep it, or what repair makes of it, if it is the best so far.

        Return the numbers of the limits the solution breaks.

        Raises SolverError when the solution is no placement at all.
        """
        return self.offer_placement(self._assigner.serve(self.model.placement(values)))

    def offer_placement(self, placement: Placement) -> tuple[int, ...]:
        """Verify a placement; keep it, or what repair makes of it, if it is the best so far.

        Return the numbers of the limits it breaks. Raises SolverError when it is no placement at all.
        """
        verdict = verify(self.case, self.limits, placement)
        if verdict.faults:
            msg = "the solver's answer is no placement: " + "; ".join(verdict.faults)
            raise SolverError(msg)
        broken = tuple(number for number, reading in enumerate(verdict.readings) if reading.is_broken)
        if not broken:
            self._keep(placement, verdict)
        elif (mended := repair(self.case, self.limits, placement, verdict.readings)) is not None:
            self._keep(mended, verify(self.case, self.limits, mended))
        return broken

    def start_from(self, placement: Placement, *, mends: bool = True) -> None:
        """Begin with a placement, or with what repair makes of it; one that fits neither way is left aside."""
        self.begun_with = placement
        verdict = verify(self.case, self.limits, placement)
        if verdict.faults:
            return
        placement = self._assigner.serve(placement)
        verdict = verify(self.case, self.limits, placement) if placement.served_tpp else verdict
        if verdict.passed:
            self._keep(placement, verdict)
        elif mends and (mended := repair(self.case, self.limits, placement, verdict.readings)) is not None:
            self._keep(mended, verify(self.case, self.limits, mended))

    @cached_property
    def _assigner(self) -> Assigner:
        return Assigner(self.case, self.limits)

    def _keep(self, placement: Placement, verdict: Verification) -> None:
        """Keep a placement that passed the exact check if it is the best so far."""
        if verdict.passed:
            self.offered = placement, verdict.objective
        if verdict.passed and (self.verification is None or verdict.objective > self.verification.objective):
            self.placement, self.verification = placement, verdict

    def take_bound(self, result: SolveResult) -> None:
        """Take the bound of a program that holds every placement of the plan."""
        if result.termination is not Termination.INFEASIBLE:
            self.take_money_bound(result.best_bound * self.model.formulation.objective_scale)

    def take_money_bound(self, bound: float) -> None:
        """Take a proven bound in money."""
        self.best_bound = min(self.best_bound, bound)

    def hint(self) -> Values | None:
        """Return the best placement as column values, to start a solve from."""
        return self.model.values(self.placement) if self.placement is not None else None

    def is_finished(self) -> bool:
        """Return whether the gap is proven, nothing is possible, or time is up."""
        if self.infeasible or self.session.interrupted or self.timed_out:
            return True
        if self.is_decided is not None and self.is_decided(self.objective(), self.bound()):
            return True
        gap = relative_gap(self.objective(), self.bound())
        return gap is not None and gap <= self.options.relative_gap

    def seconds_left(self) -> float | None:
        """Return the rest of the time limit, or None without one."""
        limit = self.options.time_limit_seconds
        return None if limit is None else max(0.0, limit - (time.monotonic() - self.started))

    def objective(self) -> Fraction | None:
        """Return the exact value of the best placement."""
        return self.verification.objective if self.verification else None

    def bound(self) -> Fraction | None:
        """Return the bound in money, never below a verified placement by mere rounding of doubles.

        Raises SolverError when a backend's bound lies below a verified placement by more than that.
        """
        if not isfinite(self.best_bound):
            return None
        bound = Fraction(self.best_bound)
        objective = self.objective()
        if objective is not None and bound < objective:
            if objective - bound > OPTIMAL_GAP * abs(objective) and objective - bound > 1:
                msg = f"a backend's bound {float(bound):,.2f} lies below a verified value of {float(objective):,.2f}"
                raise SolverError(msg)
            return objective
        return bound

    def announce(self, stage: str) -> None:
        """Tell the best placement and the best bound so far."""
        self._report(stage, Progress(self.options.backend, 0.0, None, None, 0), 1.0)

    def _report(self, stage: str, seen: Progress, scale: float) -> None:
        if self.on_progress is None:
            return
        objective = self.objective()
        bound = min(self.best_bound, self.bound_beside)
        if seen.best_bound is not None and stage in BOUNDING_STAGES:
            bound = min(bound, seen.best_bound * scale)
        incumbent = float(objective) if objective is not None else None
        if seen.incumbent is not None and stage == WHOLE_BLOCKS:
            incumbent = max(seen.incumbent * scale, incumbent if incumbent is not None else -inf)
        self.on_progress(
            SearchProgress(
                stage,
                seen.backend,
                time.monotonic() - self.started,
                incumbent,
                bound if isfinite(bound) else None,
                seen.nodes,
            )
        )


def _within(formulation: Formulation, values: Values) -> Values | None:
    """Return values moved onto the column bounds they miss by a solver's tolerance; None where one misses by more."""
    moved = np.clip(values, formulation.column_lower, formulation.column_upper)
    return moved if float(np.abs(moved - values).max(initial=0.0)) <= HINT_TOLERANCE else None
