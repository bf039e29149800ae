"""`placement why PLAN SITE`: why a site is used or not, what the opposite costs, and what would change it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.exits import ExitCode
from optimizer.cli.explained import ExplainTimeOption, in_depth
from optimizer.cli.goals import say_left_aside
from optimizer.cli.group import PROGRAM
from optimizer.cli.headroom import check_names
from optimizer.cli.inputs import open_plan
from optimizer.cli.listing import WIDEST_NOTE, Cell, Listing, as_json, render
from optimizer.cli.options import (
    DEFAULT_GAP,
    BreachOption,
    Format,
    FormatOption,
    GapOption,
    OutFileOption,
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
from optimizer.cli.output import put
from optimizer.cli.progress import ProgressLine
from optimizer.cli.solve import QuietOption, Solver, SolverOption, exit_code, terminate_as_interrupt

if TYPE_CHECKING:
    from optimizer.report.why_document import WhyDocument
    from optimizer.schema.plan import Plan
    from optimizer.strategy.options import SearchOptions
    from optimizer.strategy.outcome import Outcome

HELP = f"""Say why a site is used or not.

Of a site that is not used: what forcing it into use costs, which limits stand in the way, and the energy price or the value
multiplier at which it would be used. Of one that is used: what doing without it costs, or that it is irreplaceable.

\b
Examples:
  {PROGRAM} why my-plan dublin
  {PROGRAM} why my-plan johor --accelerator GB300-NVL72 --period 2026Q1
  {PROGRAM} why my-plan dublin --gap 0.01% --format json

Exit codes: 0 done; 1 the plan is infeasible; 2 usage or input; 3 solver or internal; 4 stopped with no plan found.
"""

SiteArgument = Annotated[str, typer.Argument(metavar="SITE", help="A site of the plan.")]
AcceleratorOption = Annotated[str | None, typer.Option("--accelerator", help="Only this accelerator there.")]
PeriodOption = Annotated[str | None, typer.Option("--period", help="By this period; default: by the end.")]


def why(
    plan: PlanArgument,
    site: SiteArgument,
    accelerator: AcceleratorOption = None,
    period: PeriodOption = None,
    *,
    policy: PolicyOption = None,
    settings: SetOption = None,
    explain_time: ExplainTimeOption = None,
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
    """Solve, ask and report."""
    gap_asked, seconds = parse_gap(gap), parse_seconds(time_limit)
    limit = parse_seconds(explain_time, "--explain-time")
    read = open_plan(plan, policy, with_breach(settings, breach))
    say_left_aside(read, is_quiet=quiet)
    check_names(read, (site,), (accelerator,) if accelerator else (), (period,) if period else (), site_option="SITE")
    with terminate_as_interrupt():
        from optimizer.strategy.search import SearchOptions

        options = SearchOptions(gap_asked, seconds, threads, seed, backend=solver.value)
        outcome, document = _ask(read, options, (site, accelerator, period), limit, is_quiet=quiet)
    if document is None:
        typer.echo(f"no plan to ask about: {outcome.status.value}; `{PROGRAM} explain` says why", err=True)
        code = exit_code(outcome)
        raise typer.Exit(int(code if code is not ExitCode.DONE else ExitCode.INTERRUPTED))
    put(_rendered(document, output_format), out)


def _ask(
    plan: Plan,
    options: SearchOptions,
    asked: tuple[str, str | None, str | None],
    seconds: float | None,
    *,
    is_quiet: bool,
) -> tuple[Outcome, WhyDocument | None]:
    from optimizer.explain.budget import Budget
    from optimizer.explain.rounds import sites_in_use
    from optimizer.explain.why import Question, Why
    from optimizer.pipeline import place_fleet
    from optimizer.report.why_document import compose_why
    from optimizer.solve.session import Session

    site, accelerator, period = asked
    question = Question(
        plan.site_index[site],
        None if accelerator is None else plan.accelerator_index[accelerator],
        None if period is None else plan.horizon.index[period],
    )
    with Session() as session, ProgressLine(is_on=not is_quiet, currency=plan.economics.currency) as line:
        outcome = place_fleet(plan, options=options, session=session, on_progress=line.see, with_goals=False)
        if outcome.placement is None or outcome.interrupted:
            return outcome, None
        line.say(f"what the plan is worth {'without' if site in sites_in_use(outcome) else 'with'} {site}")
        budget = Budget(session, seconds if seconds is not None else in_depth(outcome.seconds))
        reason = Why(outcome, options, budget).answer(question)
        here = set(sites_in_use(outcome))
        instead = tuple(key for key in sites_in_use(reason.other) if key not in here)
        return outcome, compose_why(reason, sites_instead=instead)


def _rendered(document: WhyDocument, output_format: Format) -> str:
    if output_format is Format.JSON:
        return as_json(document.model_dump(mode="json"))
    from optimizer.report.wording import grouped

    costs = ("cost_lower_exact", "cost_upper_exact")
    columns = ("site", "used", "impossible", *costs, "energy_price_exact", "value_multiplier_exact")
    row: tuple[Cell, ...] = tuple(getattr(document, column) for column in columns)
    if output_format is Format.CSV:
        return render(Listing("", columns, [row]), output_format)
    rows: list[tuple[Cell, ...]] = [
        ("in the way", part.key, grouped(part.setting), part.citation) for part in document.in_the_way
    ]
    if document.conflict is not None:
        role = "holds it in" if document.used else "rules it out"
        rows += [
            (role, one.name, "; ".join(dict.fromkeys(one.settings)), one.citation) for one in document.conflict.members
        ]
    said = "\n".join(textwrap.fill(sentence, WIDEST_NOTE) for sentence in document.sentences) + "\n"
    if not rows:
        return said
    return f"{said}\n{render(Listing('', ('role', 'limit', 'setting', 'written in'), rows), output_format)}"
