"""`placement compare PLAN --policy A --policy B`: one plan under several policies side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.compare_packs import cases_of, choose_packs, split_settings
from optimizer.cli.compare_run import run_packs
from optimizer.cli.exits import ExitCode
from optimizer.cli.goals import say_left_aside
from optimizer.cli.group import PROGRAM, replay_command
from optimizer.cli.inputs import open_plan
from optimizer.cli.options import (
    DEFAULT_GAP,
    BreachOption,
    Format,
    FormatOption,
    GapOption,
    OutFileOption,
    PlanArgument,
    SeedOption,
    SetOption,
    ThreadsOption,
    parse_gap,
    parse_seconds,
    with_breach,
)
from optimizer.cli.output import put
from optimizer.cli.solve import QuietOption, Solver, SolverOption, terminate_as_interrupt

if TYPE_CHECKING:
    from optimizer.report.comparison_document import ComparisonDocument

HELP = f"""Solve one plan under several policies and show side by side what each makes of it.

Give --policy twice or more; the first is what the others are compared with. One alone is compared with the plan's own. The
plan's own policy runs with the settings that the plan gives it, every other pack as it is: `solve --policy` gives the same.

--set changes the plan for all of them. --set policy.X changes X in each pack that has it; the others are left as they are,
and the output says so. --breach changes the plan for all.

A difference in value is a proven interval; where it spans zero the gaps are too wide to tell. No plan under one policy is a
result like any other. Ctrl-C ends the comparison with what is there, a second one gives up.

\b
Examples:
  {PROGRAM} compare my-plan --policy unrestricted
  {PROGRAM} compare my-plan --policy three-tier-2025-01 --policy ai-diffusion-2025 --policy licensing-2026-07
  {PROGRAM} compare my-plan --policy ai-diffusion-2025 --policy my-policy.toml --set policy.authorisations=auto
  {PROGRAM} compare my-plan --policy unrestricted --gap 0.01% --time-limit 300 --format json --out compared.json

Exit codes: 0 some policy has a plan; 1 none has, proven for each; 2 usage or input; 3 the solver failed under some
policy (the others are still reported); 4 stopped with no plan under any; 130 given up by a second Ctrl-C.
"""

PoliciesOption = Annotated[
    list[str],
    typer.Option(
        "--policy",
        metavar="NAME|FILE",
        help="A pack (see `placement policy list`) or a .toml file. Repeat to compare.",
    ),
]
TimeLimitOption = Annotated[
    str | None,
    typer.Option("--time-limit", metavar="SECONDS", help="For each policy: stop then, with the best plan so far."),
]


def compare(
    context: typer.Context,
    plan: PlanArgument,
    policy: PoliciesOption,
    settings: SetOption = None,
    *,
    gap: GapOption = DEFAULT_GAP,
    time_limit: TimeLimitOption = None,
    threads: ThreadsOption = 2,
    seed: SeedOption = 0,
    solver: SolverOption = Solver.HIGHS,
    breach: BreachOption = None,
    output_format: FormatOption = Format.TABLE,
    out: OutFileOption = None,
    quiet: QuietOption = False,
) -> None:
    """Solve under each policy and report."""
    gap_asked, seconds = parse_gap(gap), parse_seconds(time_limit)
    of_plan, of_packs = split_settings(with_breach(settings, breach))
    read = open_plan(plan, None, of_plan)
    say_left_aside(read, is_quiet=quiet)
    choices = choose_packs(read, policy, of_packs)
    cases = cases_of(read, choices)
    if out is not None:
        _check_out(out)
    with terminate_as_interrupt():
        from optimizer.report.comparison import compose_comparison
        from optimizer.strategy.search import SearchOptions

        options = SearchOptions(gap_asked, seconds, threads, seed, backend=solver.value)
        runs, is_stopped = run_packs(read, choices, cases, options, is_quiet=quiet)
    document = compose_comparison(runs, options, interrupted=is_stopped, command=replay_command(context))
    put(_rendered(document, output_format), out)
    if is_stopped and not quiet:
        typer.echo("interrupted: this is what there was", err=True)
    raise typer.Exit(int(exit_code(document)))


def exit_code(document: ComparisonDocument) -> ExitCode:
    """Return the exit code of a finished comparison."""
    statuses = {pack.status for pack in document.packs}
    if "failed" in statuses:
        return ExitCode.INTERNAL
    if any(pack.objective is not None for pack in document.packs):
        return ExitCode.DONE
    return ExitCode.NOT_POSSIBLE if statuses == {"infeasible"} else ExitCode.NOTHING_FOUND


def _rendered(document: ComparisonDocument, output_format: Format) -> str:
    from optimizer.cli.compare_tables import as_csv, for_people
    from optimizer.report.as_json import render as as_json

    match output_format:
        case Format.JSON:
            return as_json(document)
        case Format.CSV:
            return as_csv(document)
        case Format.TABLE | Format.MARKDOWN:
            return for_people(document, output_format)


def _check_out(file: Path) -> None:
    """Refuse now a file that could not be written after long solves."""
    if file.is_dir():
        msg = f"{file} is a directory"
        raise typer.BadParameter(msg, param_hint="'--out'")
    file.parent.mkdir(parents=True, exist_ok=True)
