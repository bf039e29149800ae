"""`placement limits PLAN`: which limits bind and what each is worth, by solving again."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.explained import ConfirmOption, ExplainTimeOption, Search, Wanted, report_explained
from optimizer.cli.group import PROGRAM
from optimizer.cli.inputs import open_plan
from optimizer.cli.last_plan import ChangePriceOption, FreezeOption, LastOption, with_last
from optimizer.cli.options import (
    DEFAULT_GAP,
    BreachOption,
    DocumentFormat,
    DocumentFormatOption,
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
from optimizer.cli.solve import QuietOption, Solver, SolverOption

HELP = f"""Say which limits bind and what each is worth, loosened or tightened by a step over all periods, by solving again.

A value is a proven interval in money. Where the gap would hide one step, the smallest round number of steps that stands out
of it is taken; a smaller --gap gives smaller steps. Three lists: binding and valuable, valuable though not tight, binding
and worth nothing. For a plan that cannot be, the conflict and the ways out, as `{PROGRAM} explain` gives them.

\b
Examples:
  {PROGRAM} limits my-plan
  {PROGRAM} limits my-plan --top 10 --gap 0.01%
  {PROGRAM} limits my-plan --policy-cost unrestricted
  {PROGRAM} limits my-plan --last runs/march --freeze-through 2026Q2
  {PROGRAM} limits my-plan --explain-time 600 --format json --out values.json

Exit codes: 0 done; 1 infeasible; 2 usage or input; 3 solver or internal; 4 stopped with no plan found.
"""

TopOption = Annotated[
    int | None,
    typer.Option("--top", min=0, help="Solve again for this many settings, those that seem to be worth most (all)."),
]
PolicyCostOption = Annotated[
    str | None,
    typer.Option(
        "--policy-cost", metavar="PACK", help="Also what the policy costs against this pack, such as unrestricted."
    ),
]


def limits(
    context: typer.Context,
    plan: PlanArgument,
    policy: PolicyOption = None,
    settings: SetOption = None,
    *,
    top: TopOption = None,
    policy_cost: PolicyCostOption = None,
    explain_time: ExplainTimeOption = None,
    gap: GapOption = DEFAULT_GAP,
    time_limit: TimeLimitOption = None,
    threads: ThreadsOption = 2,
    seed: SeedOption = 0,
    solver: SolverOption = Solver.HIGHS,
    breach: BreachOption = None,
    last: LastOption = None,
    freeze_through: FreezeOption = None,
    change_price: ChangePriceOption = None,
    confirm: ConfirmOption = False,
    output_format: DocumentFormatOption = DocumentFormat.TABLE,
    out: OutFileOption = None,
    quiet: QuietOption = False,
) -> None:
    """Solve, explain and report."""
    chosen = Search(parse_gap(gap), parse_seconds(time_limit), threads, seed, solver.value)
    wanted = Wanted(top, policy_cost, is_confirmed=confirm).within(explain_time)
    typed = with_last(with_breach(settings, breach), last, freeze_through, change_price)
    read = open_plan(plan, policy, typed)
    report_explained(context, read, chosen, wanted, output_format=output_format, out=out, is_quiet=quiet)
