"""`placement sweep PLAN --vary KEY=FROM:TO:STEP`: the plan's value as one setting moves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.exits import ExitCode
from optimizer.cli.goals import say_left_aside
from optimizer.cli.group import PROGRAM, replay_command
from optimizer.cli.inputs import check_settings
from optimizer.cli.options import (
    DEFAULT_GAP,
    BreachOption,
    Format,
    FormatOption,
    GapOption,
    PlanArgument,
    PolicyOption,
    SeedOption,
    SetOption,
    parse_gap,
    parse_seconds,
    with_breach,
)
from optimizer.cli.output import put, write_atomically
from optimizer.cli.solve import QuietOption, Solver, SolverOption, terminate_as_interrupt
from optimizer.cli.sweep_progress import SweepProgress

if TYPE_CHECKING:
    from optimizer.report.sweep_document import SweepDocument

HELP = f"""Solve one plan at many values of one setting and show the curve: its value, its sites, where no plan exists.

--vary takes any key that --set takes, and FROM:TO:STEP (TO included where a step falls on it) or a list. Every point is a
search like `solve`, with one solver thread; --jobs are searched at once and do not change the answers. A placement that one
point finds and that is better at another is taken over there, after an exact check.

With --out every finished point is kept at once. Killed and started again with the same command, the sweep goes on where it
stopped; other values of the same setting may be added. A changed plan, policy or option is refused.

No plan at some values is a result. Ctrl-C ends the sweep with the points that are finished, a second one gives up.

\b
Examples:
  {PROGRAM} sweep my-plan --vary policy.home_share=30%:70%:2%
  {PROGRAM} sweep my-plan --vary 'sites[ohio].power_mw=50:200:10' --out runs/ohio
  {PROGRAM} sweep my-plan --vary 'limits."destination_share[MY]".setting=5%,7%,10%' --gap 0.01% --format csv
  {PROGRAM} sweep my-plan --vary 'limits."site_power[ohio]".change=-10:50:10' --time-limit 60 --jobs 4

Exit codes: 0 every point has an answer, that there is no plan included; 2 usage or input; 3 the solver failed at some
point (the others are still reported); 4 some point was not run, or stopped with no plan found; 130 given up by a second
Ctrl-C.
"""

VaryOption = Annotated[
    list[str],
    typer.Option(
        "--vary",
        metavar="KEY=VALUES",
        help="The setting that moves: KEY=FROM:TO:STEP, such as 30%:70%:2%, or KEY=a,b,c.",
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs", min=1, max=1024, help="Points searched at once. Default: all local cores.", show_default=False
    ),
]
TimeLimitOption = Annotated[
    str | None,
    typer.Option("--time-limit", metavar="SECONDS", help="For each point: stop then, with the best plan so far."),
]
OutDirectoryOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Keep each finished point here, and curve.csv, curve.json and curve.html at the end.",
    ),
]
CURVE = "curve"


def sweep(
    context: typer.Context,
    plan: PlanArgument,
    vary: VaryOption,
    policy: PolicyOption = None,
    settings: SetOption = None,
    *,
    gap: GapOption = DEFAULT_GAP,
    time_limit: TimeLimitOption = None,
    jobs: JobsOption = None,
    seed: SeedOption = 0,
    solver: SolverOption = Solver.HIGHS,
    breach: BreachOption = None,
    output_format: FormatOption = Format.TABLE,
    out: OutDirectoryOption = None,
    quiet: QuietOption = False,
) -> None:
    """Search every point and report."""
    gap_asked, seconds = parse_gap(gap), parse_seconds(time_limit)
    check_settings(settings, policy)
    if len(vary) > 1:
        msg = "one setting moves at a time; --set changes others for all points"
        raise typer.BadParameter(msg, param_hint="'--vary'")
    with SweepProgress(is_on=not quiet) as line, terminate_as_interrupt():
        from optimizer.explain.sweep import sweep as run_sweep
        from optimizer.report.sweep import compose_sweep
        from optimizer.strategy.search import SearchOptions

        found = run_sweep(
            plan,
            vary[0],
            policy=policy,
            settings=with_breach(settings, breach),
            options=SearchOptions(gap_asked, seconds, seed=seed, backend=solver.value),
            jobs=jobs,
            directory=out,
            on_point=line.finish,
            on_progress=line.see_point,
        )
    say_left_aside(found.points[0].point.case.plan, is_quiet=quiet)
    document = compose_sweep(found, command=replay_command(context))
    put(_rendered(document, output_format))  # before the files: a disk that is full does not cost the answer
    if out is not None:
        for kind in (Format.CSV, Format.JSON):
            write_atomically(out / f"{CURVE}.{kind.value}", _rendered(document, kind))
        from optimizer.cli.sweep_tables import as_page

        write_atomically(out / f"{CURVE}.html", as_page(document))
        if not quiet:
            typer.echo(f"wrote {out}", err=True)
    if document.interrupted and not quiet:
        typer.echo("interrupted: this is what was finished", err=True)
    raise typer.Exit(int(exit_code(document)))


def exit_code(document: SweepDocument) -> ExitCode:
    """Return the exit code of a finished sweep."""
    statuses = {point.status for point in document.points}
    if "failed" in statuses:
        return ExitCode.INTERNAL
    return ExitCode.NOTHING_FOUND if statuses & {"not_run", "unknown"} else ExitCode.DONE


def _rendered(document: SweepDocument, output_format: Format) -> str:
    from optimizer.report.as_json import render as as_json
    from optimizer.report.sweep import sweep_csv

    match output_format:
        case Format.JSON:
            return as_json(document)
        case Format.CSV:
            return sweep_csv(document)
        case Format.TABLE | Format.MARKDOWN:
            from optimizer.cli.sweep_tables import for_people

            return for_people(document, output_format)
