"""Runs instances one after the other, each with its verdict; with the shares on, each facility location twice."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from benchmarks.classical.judge import Verdict, judge, judge_shares
from benchmarks.classical.solve import Solved, solve, with_shares, write_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from benchmarks.classical.families import Instance
    from optimizer import SearchOptions, SearchProgress


@dataclass(frozen=True)
class Ran:
    """One instance solved, beside what is published."""

    family: str
    name: str
    published: Fraction
    solved: Solved
    verdict: Verdict
    why: str

    @property
    def priced(self) -> Fraction | None:
        """Return the price of the placement by the original file; None where it is no solution there."""
        return self.solved.priced if isinstance(self.solved.priced, Fraction) else None


def run_all(
    instances: Iterable[Instance],
    options: SearchOptions,
    *,
    with_shares: bool = False,
    on_progress: Callable[[SearchProgress], None] | None = None,
) -> Iterator[Ran]:
    """Yield the run of each instance, and after it that with the shares on where one is asked for and possible."""
    for instance in instances:
        plain = run(instance, options, on_progress=on_progress)
        yield plain
        if with_shares and instance.family.has_spare_sites and plain.solved.answer is not None:
            yield run_with_shares(instance, plain.solved, options, on_progress=on_progress)


def run(
    instance: Instance, options: SearchOptions, *, on_progress: Callable[[SearchProgress], None] | None = None
) -> Ran:
    """Return the run of one instance."""
    is_minimum = instance.published.is_minimum
    solved = solve(instance.family, instance.problem(), options, is_minimum=is_minimum, on_progress=on_progress)
    return _ran(instance, instance.name, solved, judge(instance.published, solved, options.relative_gap))


def run_with_shares(
    instance: Instance,
    plain: Solved,
    options: SearchOptions,
    *,
    on_progress: Callable[[SearchProgress], None] | None = None,
) -> Ran:
    """Return the run of one instance under shares that the answer found without them keeps."""
    if plain.answer is None:
        msg = "shares need a known solution"
        raise ValueError(msg)
    problem, is_minimum = instance.problem(), instance.published.is_minimum
    plan = with_shares(instance.family, problem, plain.answer)
    solved = solve(instance.family, problem, options, is_minimum=is_minimum, plan=plan, on_progress=on_progress)
    verdict, why = judge(instance.published, solved, options.relative_gap)
    wrong = None if verdict.is_failure else judge_shares(plain, solved)
    return _ran(instance, f"{instance.name} with shares", solved, wrong or (verdict, why))


def keep_plans(instances: Iterable[Instance], folder: Path) -> Iterator[Path]:
    """Write the plan of each instance into a folder of its own, `FAMILY-NAME`, and yield it."""
    for instance in instances:
        yield write_plan(folder / f"{instance.family.name}-{instance.name}", instance.family, instance.problem())


def _ran(instance: Instance, name: str, solved: Solved, verdict: tuple[Verdict, str]) -> Ran:
    return Ran(instance.family.name, name, instance.published.value, solved, *verdict)
