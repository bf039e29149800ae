"""`placement solve PLAN`: the best placement, its value, the proven gap and the limits that hold it back."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.exits import EXIT_CODES_HELP, ExitCode
from optimizer.cli.explained import ConfirmOption, ExplainTimeOption, Wanted, search_and_explain
from optimizer.cli.goals import ThenOption, WithinOption, with_goals
from optimizer.cli.group import PROGRAM, replay_command
from optimizer.cli.inputs import open_plan
from optimizer.cli.last_plan import ChangePriceOption, FreezeOption, LastOption, with_last
from optimizer.cli.options import (
    DEFAULT_GAP,
    BreachOption,
    DocumentFormat,
    DocumentFormatOption,
    GapOption,
    PlanArgument,
    PolicyOption,
    SeedOption,
    SetOption,
    ThreadsOption,
    TimeLimitOption,
    parse_gap,
    parse_seconds,
    with_breach,
)
from optimizer.cli.output import put_document

if TYPE_CHECKING:
    from optimizer.strategy.outcome import Outcome

HELP = f"""Place the fleet: what goes where and when, what it is worth, and which limits hold it back.

Every answer is checked exactly before it is shown. Ctrl-C and --time-limit end the search with the best plan so far and
the gap proven for it; a second Ctrl-C gives up.

\b
Examples:
  {PROGRAM} solve my-plan
  {PROGRAM} solve my-plan --set policy.destination_share=10/100 --gap 0.05%
  {PROGRAM} solve my-plan --policy unrestricted --format json > unrestricted.json
  {PROGRAM} solve my-plan --policy ai-diffusion-2025 --set policy.authorisations=auto
  {PROGRAM} solve my-plan --breach cure --confirm
  {PROGRAM} solve my-plan --then fewest_sites --then least_carbon --within 0.1%
  {PROGRAM} solve my-plan --last runs/march --freeze-through 2026Q2 --change-price 250
  {PROGRAM} solve my-plan --time-limit 60 --require-gap 1% --out runs/my-plan

{EXIT_CODES_HELP}
"""


class Solver(StrEnum):
    """The solvers of `optimizer.solve.registry`, written out so that --help need not import them."""

    HIGHS = "highs"
    SCIP = "scip"


class Strategy(StrEnum):
    """The strategies of `optimizer.strategy.search`."""

    AUTO = "auto"
    PRICES = "prices"
    RELAXED_THEN_COMPLETE = "relaxed-then-complete"
    WHOLE_BLOCKS = "whole-blocks"


SolverOption = Annotated[Solver, typer.Option("--solver", help="Which solver searches.")]


StrategyOption = Annotated[Strategy, typer.Option("--strategy", help="How to search; auto chooses by size.")]
RequireGapOption = Annotated[
    str | None,
    typer.Option("--require-gap", metavar="GAP", help="Exit with 5 unless this gap is proven."),
]
OutDirectoryOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Also keep the whole run in this directory.")
]
ValuesOption = Annotated[
    int,
    typer.Option("--values", min=0, help="Settings whose marginal value is confirmed by solving again; 0: none."),
]
MOST_VALUES = 5
SHORT_SECONDS, SHORT_PART = 2.0, 3.0


def _short_time(searched: float) -> float:
    """Return how long a solve goes on explaining: about what the few settings that seem worth most take."""
    return max(SHORT_SECONDS, SHORT_PART * searched)


QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]


def solve(
    context: typer.Context,
    plan: PlanArgument,
    policy: PolicyOption = None,
    settings: SetOption = None,
    *,
    gap: GapOption = DEFAULT_GAP,
    time_limit: TimeLimitOption = None,
    threads: ThreadsOption = 2,
    seed: SeedOption = 0,
    solver: SolverOption = Solver.HIGHS,
    strategy: StrategyOption = Strategy.AUTO,
    breach: BreachOption = None,
    then: ThenOption = None,
    within: WithinOption = None,
    last: LastOption = None,
    freeze_through: FreezeOption = None,
    change_price: ChangePriceOption = None,
    require_gap: RequireGapOption = None,
    values: ValuesOption = MOST_VALUES,
    explain_time: ExplainTimeOption = None,
    confirm: ConfirmOption = False,
    output_format: DocumentFormatOption = DocumentFormat.TABLE,
    out: OutDirectoryOption = None,
    quiet: QuietOption = False,
) -> None:
    """Solve and report."""
    gap_asked, seconds = parse_gap(gap), parse_seconds(time_limit)
    gap_required = None if require_gap is None else parse_gap(require_gap, "--require-gap")
    if out is not None:
        _check_out(out)
    typed = with_last(with_breach(settings, breach), last, freeze_through, change_price)
    read = open_plan(plan, policy, with_goals(typed, then, within))
    wanted = Wanted(values, is_confirmed=confirm, with_goals=True, value_seconds=_short_time).within(explain_time)
    with terminate_as_interrupt():
        from optimizer.strategy.search import SearchOptions

        options = SearchOptions(
            relative_gap=gap_asked if gap_required is None else min(gap_asked, gap_required),
            time_limit_seconds=seconds,
            threads=threads,
            seed=seed,
            backend=solver.value,
            strategy=strategy.value,
        )
        outcome, explanation = search_and_explain(read, options, wanted, is_quiet=quiet)
    if outcome.stopped_by is not None and not quiet:
        found = "no plan found" if outcome.placement is None else "this is the best plan found"
        typer.echo(f"stopped by {outcome.stopped_by}: {found}", err=True)
    for one in outcome.goals if not quiet else ():
        if one.stopped_by is not None:
            typer.echo(f"goal {one.goal.value} stopped by {one.stopped_by}: this is the least found", err=True)
    from optimizer.report.compose import compose

    document = compose(outcome, explanation=explanation, command=replay_command(context))
    put_document(document, output_format)  # before --out: a directory that cannot be written does not cost the answer
    if out is not None:
        from optimizer.report.bundle import write_bundle

        write_bundle(document, out, plan, outcome=outcome)
        if not quiet:
            typer.echo(f"wrote {out}", err=True)
    raise typer.Exit(int(exit_code(outcome, gap_required)))


def exit_code(outcome: Outcome, require_gap: float | None = None) -> ExitCode:
    """Return the exit code of a finished run."""
    from optimizer.strategy.outcome import Status

    if outcome.status is Status.INFEASIBLE:
        return ExitCode.NOT_POSSIBLE
    if outcome.verification is None:
        return ExitCode.NOTHING_FOUND
    if not outcome.verification.passed:
        return ExitCode.INTERNAL
    gap = outcome.value_search.gap  # what goals give up on purpose is no lack of proof
    if require_gap is not None and (gap is None or gap > require_gap):
        return ExitCode.GAP_NOT_PROVEN
    return ExitCode.DONE


@contextmanager
def terminate_as_interrupt() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C meanwhile, so that `timeout` and batch systems get the best plan so far."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _check_out(directory: Path) -> None:
    """Refuse now a directory that could not be written after a long solve."""
    from optimizer.report.bundle import check_directory

    check_directory(directory)
