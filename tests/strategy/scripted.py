"""A session that answers from a script instead of solving, and a plan to try strategies on."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, cast

from optimizer.model.build import Model, build_model
from optimizer.rules.registry import compile_limits
from optimizer.solve.result import Progress, SolveResult, Termination
from optimizer.strategy.options import SearchOptions, SearchProgress
from optimizer.strategy.search import search
from tests.builders import case, chip, placing, site

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    from optimizer.model.formulation import Formulation
    from optimizer.rules.case import Case
    from optimizer.solve.backend import SolveOptions
    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

HOURS = 1095
"""A chip of the default plan is worth so many USD: half a quarter at 1 USD an hour."""


@dataclass(frozen=True)
class Asked:
    """One call of `solve`."""

    backend: str
    formulation: Formulation
    options: SolveOptions
    hint: npt.NDArray[np.float64] | None


@dataclass
class Script:
    """Stands in for a Session: one answer per solve, in order; an exception is raised."""

    answers: list[SolveResult | BaseException]
    asked: list[Asked] = field(default_factory=list)
    interrupted: bool = False
    progress: Progress | None = None

    def solve(
        self,
        backend: str,
        formulation: Formulation,
        options: SolveOptions,
        *,
        hint: npt.NDArray[np.float64] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> SolveResult:
        self.asked.append(Asked(backend, formulation, options, hint))
        if self.progress is not None and on_progress is not None:
            on_progress(self.progress)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        self.interrupted = self.interrupted or answer.interrupted
        return answer


# Five chips of 1 kW in blocks of 1: two fit Dublin, which opens for 500, two Oslo and the rest nowhere.
TWO_SITES = case(
    sites=[
        site("dublin", "IE", opening_cost_usd=500, power_mw="0.0025"),
        site("oslo", "NO", opening_cost_usd=0, power_mw="0.002"),
    ],
    headquarters="NO",
    accelerators=[chip(power_kw=1)],
    delivered=5,
)
BEST = placing(TWO_SITES, dublin=2, oslo=2)
BEST_VALUE = 4 * HOURS - 500
OSLO_ONLY = placing(TWO_SITES, oslo=2)
OSLO_VALUE = 2 * HOURS
TOO_MANY = placing(TWO_SITES, dublin=2, oslo=3)


def model_of(built: Case = TWO_SITES) -> Model:
    return build_model(built, compile_limits(built))


def answer(
    termination: Termination,
    placement: object = None,
    bound: float = inf,
    *,
    built: Case = TWO_SITES,
    hit_time_limit: bool = False,
    interrupted: bool = False,
) -> SolveResult:
    """Return a backend's answer: a placement (or none) and a bound in money."""
    model = model_of(built)
    scale = model.formulation.objective_scale
    values = None if placement is None else model.values(placement)  # type: ignore[arg-type]
    objective = None if values is None else model.formulation.value(values)
    return SolveResult(
        termination,
        values,
        objective,
        bound / scale,
        hit_time_limit=hit_time_limit,
        interrupted=interrupted,
    )


def solved(placement: object, bound: float, **more: bool) -> SolveResult:
    return answer(Termination.SOLVED, placement, bound, **more)  # type: ignore[arg-type]


def stopped(placement: object = None, bound: float = inf, **more: bool) -> SolveResult:
    return answer(Termination.STOPPED, placement, bound, **more)  # type: ignore[arg-type]


NO_SOLUTION = SolveResult(Termination.INFEASIBLE, None, None, -inf)


def run(
    *answers: SolveResult | BaseException,
    built: Case = TWO_SITES,
    strategy: str = "relaxed-then-complete",
    gap: float = 1e-3,
    seconds: float | None = 60.0,
    progress: Progress | None = None,
    on_progress: Callable[[SearchProgress], None] | None = None,
) -> tuple[Outcome, Script]:
    """Return the outcome of a search against a script, and the script with what it was asked."""
    script = Script(list(answers), progress=progress)
    options = SearchOptions(relative_gap=gap, time_limit_seconds=seconds, strategy=strategy)
    outcome = search(built, compile_limits(built), options, cast("Session", script), on_progress)
    return outcome, script
