"""The plan's value as one setting moves: every value of a grid is an ordinary search, on all local cores.

    points read -> each searched by itself -> placements exchanged, exactly -> Sweep

A point is searched by one solver thread and knows nothing of the others, so the curve is the same for any number of jobs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import SolverError
from optimizer.explain.sweep_answer import Answer, answer_of
from optimizer.explain.sweep_exchange import Solved, exchanged
from optimizer.explain.sweep_grid import Grid, parse_grid
from optimizer.explain.sweep_points import Point, read_points
from optimizer.explain.sweep_store import SweepStore
from optimizer.explain.sweep_threads import SharedWork
from optimizer.pipeline import place_fleet
from optimizer.schema.versions import installed_versions
from optimizer.strategy.options import SearchOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.solve.session import Session
    from optimizer.strategy.options import SearchProgress

THREADS = 1
"""Of the solver, for each point: more points at once use the cores better, and the answer stays the same."""


@dataclass(frozen=True)
class SweepPoint:
    """One value of the setting, and what the plan can do there."""

    point: Point
    answer: Answer | None
    """None where Ctrl-C came first."""
    taken_from: str | None = None
    """The value whose search found the placement, where it is another's."""


@dataclass(frozen=True)
class Sweep:
    """A finished sweep."""

    grid: Grid
    settings: tuple[str, ...]
    """Further changes to the plan, as `--set` takes them."""
    options: SearchOptions
    points: tuple[SweepPoint, ...]
    is_interrupted: bool = False


@dataclass(frozen=True)
class PointNews:
    """A point that is finished, of itself."""

    point: Point
    answer: Answer
    was_kept: bool
    """Whether it was there already, from an earlier run."""
    finished: int
    """How many points are, this one included."""
    points: int


def sweep(
    path: str | Path,
    vary: str | Grid,
    *,
    policy: str | None = None,
    settings: Sequence[str] = (),
    options: SearchOptions | None = None,
    jobs: int | None = None,
    directory: str | Path | None = None,
    on_point: Callable[[PointNews], None] | None = None,
    on_progress: Callable[[str, SearchProgress], None] | None = None,
) -> Sweep:
    """Return what the plan in a directory or JSON file is worth at each value of `KEY=FROM:TO:STEP` or `KEY=a,b,c`.

    `settings` are further changes, `policy` another pack. `options` are for each point, its solver always has one thread.
    `jobs` points are searched at once, by default as many as there are cores. With a `directory` each finished point is
    kept there, and those that are there already are not searched again. `on_progress` is called in threads of its own.

    Infeasible and stopped are answers, a solver that fails is the answer of its point alone. A KeyboardInterrupt ends the
    sweep with what is finished, a second one is raised. Raises InputError for a wrong plan, key, value or directory.
    """
    grid = parse_grid(vary) if isinstance(vary, str) else vary
    options = replace(options or SearchOptions(), threads=THREADS)
    points = read_points(path, grid, policy, settings)
    store = None if directory is None else SweepStore(Path(directory))
    if store is not None:
        store.open(_manifest(points[0], grid, policy, settings, options))
    run = _Run(points, options, store, on_point, on_progress)
    is_interrupted = run.all(jobs or local_cores())
    return Sweep(grid, tuple(settings), options, run.exchanged(), is_interrupted)


def local_cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _manifest(
    point: Point, grid: Grid, policy: str | None, settings: Sequence[str], options: SearchOptions
) -> dict[str, Any]:
    """Return what the answers depend on; not the values: other values of the same setting may be added later."""
    versions = installed_versions()
    return {
        "format": 1,
        "key": list(grid.parts),
        "policy": policy,
        "settings": list(settings),
        "options": {
            "gap": options.relative_gap,
            "time_limit_seconds": options.time_limit_seconds,
            "solver": options.backend,
            "strategy": options.strategy,
            "seed": options.seed,
        },
        "input_sha256": dict(sorted(point.case.plan.input_sha256.items())),
        "versions": {name: versions[name] for name in ("datacentre-placement", "ortools")},
    }


class _Run:
    """The searches of a sweep."""

    def __init__(
        self,
        points: tuple[Point, ...],
        options: SearchOptions,
        store: SweepStore | None,
        on_point: Callable[[PointNews], None] | None,
        on_progress: Callable[[str, SearchProgress], None] | None,
    ) -> None:
        self._points = points
        self._options = options
        self._store = store
        self._on_point = on_point
        self._on_progress = on_progress
        self._answers: dict[int, Answer] = {}

    def all(self, jobs: int) -> bool:
        """Search every point that is not kept already; return whether Ctrl-C came."""
        for number, point in enumerate(self._points):
            kept = None if self._store is None else self._store.read(point)
            if kept is not None:
                self._note(number, kept, was_kept=True)
        missing = [number for number in range(len(self._points)) if number not in self._answers]
        work = SharedWork(self._search)
        is_interrupted = work.run(missing, jobs, lambda number: self._tell(number, work.results[number]))
        self._answers |= {number: answer for number, answer in work.results.items() if answer is not None}
        return is_interrupted

    def _tell(self, number: int, answer: Answer | None) -> None:
        if answer is not None:
            self._note(number, answer, was_kept=False)

    def _note(self, number: int, answer: Answer, *, was_kept: bool) -> None:
        self._answers[number] = answer
        if self._on_point is not None:
            total = len(self._points)
            self._on_point(PointNews(self._points[number], answer, was_kept, len(self._answers), total))

    def _search(self, number: int, session: Session) -> Answer | None:
        """Search one point and keep its answer; None where it was interrupted."""
        point = self._points[number]

        def see(moment: SearchProgress) -> None:
            if self._on_progress is not None:
                self._on_progress(point.value, moment)

        try:
            outcome = place_fleet(
                point.case.plan, options=self._options, session=session, on_progress=see, with_goals=False
            )
        except SolverError as error:
            return None if session.interrupted else Answer(failure=f"solver error: {' '.join(str(error).split())}")
        if outcome.interrupted:
            return None
        answer = answer_of(outcome)
        if self._store is not None and answer.failure is None:
            self._store.write(point, answer)
        return answer

    def exchanged(self) -> tuple[SweepPoint, ...]:
        """Return every point with the best placement that any of the searches found for it."""
        solved = [Solved(point.value, point.case, self._answers.get(k)) for k, point in enumerate(self._points)]
        return tuple(
            SweepPoint(point, found.answer, found.taken_from)
            for point, found in zip(self._points, exchanged(solved, self._options.relative_gap), strict=True)
        )
