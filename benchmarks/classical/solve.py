"""Solves one instance as a user would: the plan is written as files, read back, placed, and its JSON result taken."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import optimizer
from benchmarks.classical.answers import Answer, Wrong, answer_of
from benchmarks.classical.shares import compute_by_site, labelled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.classical.families import Family
    from optimizer import SearchOptions, SearchProgress


@dataclass(frozen=True)
class Solved:
    """An instance solved: our value, bound and status in the problem's own sense, and the price of the placement."""

    status: str
    value: Fraction | None
    bound: Fraction | None
    gap: float | None
    seconds: float
    priced: Fraction | Wrong | None
    """The placement priced from the original file; None without a placement."""
    result: Mapping[str, Any]
    answer: Answer | None
    is_interrupted: bool = False


def solve(
    family: Family,
    problem: Any,  # noqa: ANN401  each family has its own type
    options: SearchOptions,
    *,
    is_minimum: bool = True,
    plan: Mapping[str, Any] | None = None,
    on_progress: Callable[[SearchProgress], None] | None = None,
) -> Solved:
    """Return the answer to a problem; `plan` replaces the family's own mapping. Raises InputError and SolverError."""
    with tempfile.TemporaryDirectory(prefix="placement-classical-") as folder:
        target = write_plan(Path(folder) / "plan", family, problem, plan)
        outcome = optimizer.place_fleet(optimizer.read_plan(target), options=options, on_progress=on_progress)
    result = json.loads(optimizer.compose(outcome).model_dump_json())
    sign = -1 if is_minimum else 1
    answer = answer_of(result) if outcome.placement is not None else None
    return Solved(
        status=result["status"],
        value=_exact(result["objective_exact"], sign),
        bound=_exact(result["best_bound_exact"], sign),
        gap=result["gap"],
        seconds=outcome.seconds,
        priced=family.price(problem, answer) if answer is not None else None,
        result=result,
        answer=answer,
        is_interrupted=outcome.interrupted,
    )


def with_shares(family: Family, problem: Any, known: Answer) -> dict[str, Any]:  # noqa: ANN401
    """Return the plan of a problem whose sites have countries in which a known solution keeps every share."""
    plan = family.plan(problem)
    return labelled(plan, compute_by_site(plan, known))


def write_plan(folder: Path, family: Family, problem: Any, plan: Mapping[str, Any] | None = None) -> Path:  # noqa: ANN401
    """Write the plan of a problem as a directory that `placement solve` takes, and return it."""
    optimizer.write_document(family.plan(problem) if plan is None else plan, folder)
    for name, text in family.extra_files(problem).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _exact(text: str | None, sign: int) -> Fraction | None:
    return None if text is None else sign * Fraction(text)
