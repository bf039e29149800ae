"""`placement explain PLAN`: why a plan cannot be and the ways out; of one that can, what its limits are worth."""

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

HELP = f"""Say why a plan cannot be: what arithmetic alone shows, which settings contradict each other, and the ways out.

A conflict is minimal: leave any one of its members out and a plan exists for the rest. Ways out are least changes in three
families: yours to change (contracts, must_place), yours to buy (limits marked `buyable` in [limits]), needs government (an
authorisation first, a statutory number last); each comes with the plan it permits and the --set options that make it. For
a plan that can be, its limits and what they are worth.

\b
Examples:
  {PROGRAM} explain my-plan
  {PROGRAM} explain my-plan --narrow
  {PROGRAM} explain my-plan --set 'limits."site_power[*]".buyable=true' --format json
  {PROGRAM} explain my-plan --confirm --explain-time 600
  {PROGRAM} explain my-plan --last runs/march --freeze-through 2026Q2

Exit codes: 0 a plan exists; 1 none does; 2 usage or input; 3 solver or internal; 4 stopped with no plan found.
"""

NarrowOption = Annotated[
    bool, typer.Option("--narrow", help="Single sites in place of all power of a country, single deliveries.")
]
MOST_VALUES = 10
"""Settings whose values are confirmed for a plan that can be."""


def explain(
    context: typer.Context,
    plan: PlanArgument,
    policy: PolicyOption = None,
    settings: SetOption = None,
    *,
    narrow: NarrowOption = False,
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
    wanted = Wanted(MOST_VALUES, is_narrow=narrow, is_confirmed=confirm).within(explain_time)
    typed = with_last(with_breach(settings, breach), last, freeze_through, change_price)
    read = open_plan(plan, policy, typed)
    report_explained(context, read, chosen, wanted, output_format=output_format, out=out, is_quiet=quiet)
