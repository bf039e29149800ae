"""`placement bench DIR...`: every instance against its recorded best result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.exits import ExitCode
from optimizer.cli.explained import ExplainTimeOption
from optimizer.cli.group import PROGRAM
from optimizer.cli.listing import Cell, Listing, render
from optimizer.cli.options import (
    DEFAULT_GAP,
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
from optimizer.cli.output import put, write_atomically

if TYPE_CHECKING:
    from optimizer.cli.bench_find import Instance
    from optimizer.cli.bench_record import Judgement, Recorded
    from optimizer.strategy.outcome import Outcome
    from optimizer.strategy.search import SearchOptions

HELP = f"""Solve instances side by side and compare each with its recorded best result.

An instance is a directory with a plan.toml, found at any depth, or a plan in one .json file; the record is its
recorded.json. A worse value inside the proven gaps is no regression; a contradiction with what was verified or proven
before is, and so is a gap left open that was closed before. With --explain each answer is explained instead: how good the
screening of marginal values is against solving again, and how long explanations take beside the search.

`{PROGRAM} bench classical` solves published problems with known optima instead (`{PROGRAM} bench classical --help`), and
`{PROGRAM} bench families` writes generated plans of every size, `{PROGRAM} bench peers` solves plans by other solvers too.

\b
Examples:
  {PROGRAM} bench instances
  {PROGRAM} bench instances --solver highs --solver scip --time-limit 60
  {PROGRAM} bench instances/first-plan --record
  {PROGRAM} bench instances --explain
  {PROGRAM} bench classical sscflp
  {PROGRAM} bench families --list

Exit codes: 0 no regression; 1 a regression; 2 no instance, or an option that is wrong; 130 Ctrl-C.
"""

COLUMNS = ("instance", "solver", "status", "value", "bound", "gap", "seconds", "recorded", "verdict", "why")
PlacesArgument = Annotated[list[Path], typer.Argument(metavar="DIR...", help="Directories to look in, or plans.")]
SolversOption = Annotated[
    list[str] | None, typer.Option("--solver", metavar="highs|scip", help="Repeat to compare solvers (highs).")
]
RecordOption = Annotated[
    bool,
    typer.Option("--record", help="Write the record where there is none, or the run is better; not over a regression."),
]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Explain each answer, and measure how good and how long that is.")
]


@dataclass(frozen=True, slots=True)
class Finished:
    """One instance solved by one solver, or what went wrong."""

    instance: Instance
    solver: str
    recorded: Recorded | None
    outcome: Outcome | None
    judgement: Judgement
    reason: str

    def row(self, *, for_people: bool) -> tuple[Cell, ...]:
        """Return the row of the table; people read the gap in per cent."""
        objective = self.recorded.objective if self.recorded else None
        recorded = self.recorded.status if self.recorded and objective is None else _money(objective)
        verdict = (recorded, self.judgement.value, self.reason)
        if self.outcome is None:
            return (self.instance.name, self.solver, "error", None, None, None, None, *verdict)
        found = self.outcome
        gap: Cell = None if found.gap is None else float(found.gap)
        gap = f"{gap:.4%}" if for_people and gap is not None else gap
        figures = (_money(found.objective), _money(found.best_bound), gap, round(found.seconds, 2))
        return (self.instance.name, self.solver, found.status.value, *figures, *verdict)


def bench(
    places: PlacesArgument,
    solver: SolversOption = None,
    gap: GapOption = DEFAULT_GAP,
    time_limit: TimeLimitOption = None,
    *,
    threads: ThreadsOption = 2,
    seed: SeedOption = 0,
    record: RecordOption = False,
    explain: ExplainOption = False,
    explain_time: ExplainTimeOption = None,
    output_format: FormatOption = Format.TABLE,
    out: OutFileOption = None,
) -> None:
    """Run every instance with every solver."""
    from optimizer.cli.bench_find import find_instances
    from optimizer.cli.bench_record import Judgement
    from optimizer.strategy.search import SearchOptions

    gap_asked, seconds = parse_gap(gap), parse_seconds(time_limit)
    if explain:
        listing = _explained(places, SearchOptions(gap_asked, seconds, threads, seed), explain_time)
        put(render(listing, output_format), out)
        return
    solvers = [check_solver(name) for name in dict.fromkeys(solver or ["highs"])]
    options = [SearchOptions(gap_asked, seconds, threads, seed, backend=name) for name in solvers]
    finished: list[Finished] = []
    for instance in find_instances(places):
        for chosen in options:
            typer.echo(f"{instance.name} with {chosen.backend} ...", err=True)
            finished.append(_run(instance, chosen))
            _stop_if_interrupted(finished)
        if record:
            _record(finished[-len(options) :])
    for_people = output_format in {Format.TABLE, Format.MARKDOWN}
    notes = (f"gap asked {gap_asked:g}; values in each plan's own currency",)
    put(render(Listing("", COLUMNS, [run.row(for_people=for_people) for run in finished], notes), output_format), out)
    if any(run.judgement is Judgement.REGRESSION for run in finished):
        raise typer.Exit(int(ExitCode.NOT_POSSIBLE))


def _explained(places: Sequence[Path], options: SearchOptions, explain_time: str | None) -> Listing:
    from optimizer.cli.bench_explain import explain_instance, quality_listing
    from optimizer.cli.bench_find import find_instances

    limit = parse_seconds(explain_time, "--explain-time")
    return quality_listing([explain_instance(instance, options, limit) for instance in find_instances(places)])


def check_solver(name: str) -> str:
    """Return the name of a solver; BadParameter when there is none of that name."""
    from optimizer.solve.registry import BACKENDS

    if name not in BACKENDS:
        msg = f"{name!r} is not a solver; there are {', '.join(BACKENDS)}"
        raise typer.BadParameter(msg, param_hint="'--solver'")
    return name


def _run(instance: Instance, options: SearchOptions) -> Finished:
    """Solve one instance; what goes wrong with it is its verdict, and the others still run."""
    from optimizer.cli.bench_record import Judgement, judge, read_record, run_of
    from optimizer.errors import PlacementError
    from optimizer.files.read_plan import read_plan
    from optimizer.pipeline import place_fleet

    recorded: Recorded | None = None
    try:
        recorded = read_record(instance.record)
        outcome = place_fleet(read_plan(instance.plan), options=options, with_goals=False)
    except PlacementError as error:
        reason = " ".join(str(error).split())
        return Finished(instance, options.backend, recorded, None, Judgement.REGRESSION, reason)
    judgement, why = judge(run_of(outcome, options.relative_gap), recorded)
    return Finished(instance, options.backend, recorded, outcome, judgement, why)


def _record(runs: Sequence[Finished]) -> None:
    """Write the best of the runs of one instance, where it is new or better and none of them is a regression."""
    from optimizer.cli.bench_record import Judgement, record_text
    from optimizer.cli.version import program_version

    judgements = {run.judgement for run in runs}
    if Judgement.REGRESSION in judgements or judgements == {Judgement.OK}:
        return
    outcomes = [run.outcome for run in runs if run.outcome is not None]
    best = max(outcomes, key=lambda outcome: (outcome.objective is not None, outcome.objective or 0))
    file = runs[0].instance.record
    write_atomically(file, record_text(best, program_version()))
    typer.echo(f"recorded {file}", err=True)


def _stop_if_interrupted(finished: Sequence[Finished]) -> None:
    outcome = finished[-1].outcome
    if outcome is not None and outcome.interrupted:
        typer.echo(f"interrupted in {finished[-1].instance.name}; the runs before it were not reported", err=True)
        raise typer.Exit(int(ExitCode.INTERRUPTED))


def _money(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 2)
