"""`placement bench classical`: published problems beside their published optima, each placement priced again.

The problems are mapped in `benchmarks/`, which belongs to the project's folder and is no part of the installed package.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.exits import ExitCode
from optimizer.cli.group import PROGRAM
from optimizer.cli.options import (
    Format,
    FormatOption,
    GapOption,
    OutFileOption,
    SeedOption,
    ThreadsOption,
    TimeLimitOption,
    parse_gap,
    parse_seconds,
)

if TYPE_CHECKING:
    from benchmarks.classical.run import Ran

HELP = f"""Solve published problems as plans and compare with their published optima.

Families: sscflp (single-source facility location), cflp and uflp (capacitated and uncapacitated facility location), mkp
(0-1 multi-dimensional knapsack), transport (fixed-charge transportation under national caps). Each placement is priced
again from the original file, in exact arithmetic. The files are read from ../shared/classical beside the project, or from
the folder that PLACEMENT_CLASSICAL_DATA names. Needs the project's folder: benchmarks/ is no part of the installed package.

\b
Examples:
  {PROGRAM} bench classical sscflp
  {PROGRAM} bench classical cflp --instance cap41 --shares
  {PROGRAM} bench classical --time-limit 60 --format markdown
  {PROGRAM} bench classical mkp --instance mknap1_3 --keep plans

Exit codes: 0 nothing missed; 1 a proven optimum missed or contradicted, or a price that disagrees; 2 no such problem, or
the files are not here; 130 Ctrl-C.
"""

COLUMNS = ("family", "instance", "published", "ours", "bound", "gap", "seconds", "priced again", "verdict", "why")
DEFAULT_GAP = "1e-8"
PER_CENT_DIGITS = ".6%"
FamiliesArgument = Annotated[list[str] | None, typer.Argument(metavar="[FAMILY...]", help="Families; all of them.")]
InstanceOption = Annotated[
    list[str] | None,
    typer.Option("--instance", metavar="NAME", help="Only this instance, large ones too. Repeatable."),
]
SharesOption = Annotated[
    bool,
    typer.Option(
        "--shares",
        help="Also solve each facility location in countries where its optimum keeps every share: the value must stay.",
    ),
]
KeepOption = Annotated[
    Path | None,
    typer.Option("--keep", metavar="DIR", help="Write each plan there, for `placement solve`; solve nothing."),
]


def bench_classical(
    family: FamiliesArgument = None,
    instance: InstanceOption = None,
    gap: GapOption = DEFAULT_GAP,
    time_limit: TimeLimitOption = None,
    *,
    threads: ThreadsOption = 2,
    seed: SeedOption = 0,
    shares: SharesOption = False,
    keep: KeepOption = None,
    output_format: FormatOption = Format.TABLE,
    out: OutFileOption = None,
) -> None:
    """Solve published problems."""
    _need_benchmarks()
    from benchmarks.classical.families import find_instances
    from benchmarks.classical.run import keep_plans, run_all
    from optimizer.cli.listing import Listing, render
    from optimizer.cli.output import put
    from optimizer.cli.progress import ProgressLine
    from optimizer.strategy.options import SearchOptions

    options = SearchOptions(parse_gap(gap), parse_seconds(time_limit), threads, seed)
    found = find_instances(family or (), instance or ())
    if keep is not None:
        for directory in keep_plans(found, keep):
            typer.echo(str(directory), err=True)
        return
    finished = []
    with ProgressLine() as line:
        for ran in run_all(found, options, with_shares=shares, on_progress=line.see):
            finished.append(ran)
            typer.echo(f"{ran.family} {ran.name}: {ran.verdict.value}", err=True)
            if ran.solved.is_interrupted:
                typer.echo(f"interrupted in {ran.name}; the runs before it were not reported", err=True)
                raise typer.Exit(int(ExitCode.INTERRUPTED))
    for_people = output_format in {Format.TABLE, Format.MARKDOWN}
    notes = (f"gap asked {options.relative_gap:g}; published values as printed, minima as costs",)
    rows = [_row(ran, for_people=for_people) for ran in finished]
    put(render(Listing("", COLUMNS, rows, notes), output_format), out)
    if any(ran.verdict.is_failure for ran in finished):
        raise typer.Exit(int(ExitCode.NOT_POSSIBLE))


def _row(ran: Ran, *, for_people: bool) -> tuple[str | float | None, ...]:
    solved = ran.solved
    gap = f"{solved.gap:{PER_CENT_DIGITS}}" if for_people and solved.gap is not None else solved.gap
    figures = (_number(ran.published), _number(solved.value), _number(solved.bound), gap, round(solved.seconds, 2))
    return (ran.family, ran.name, *figures, _number(ran.priced), ran.verdict.value, ran.why)


def _number(value: object) -> float | None:
    from fractions import Fraction

    return float(value) if isinstance(value, Fraction) else None


def _need_benchmarks() -> None:
    from importlib.util import find_spec

    from optimizer.errors import InputError, Problem

    if find_spec("benchmarks") is None:
        hint = "run `python -m benchmarks.classical` in the project's folder"
        raise InputError([Problem("the published problems are mapped in benchmarks/, which is not here", hint=hint)])
