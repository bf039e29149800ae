"""`placement audit PLAN`: judge a placement, or the installed fleet alone, exactly and without a solver."""

from __future__ import annotations

import typer

from optimizer.cli.exits import ExitCode
from optimizer.cli.group import PROGRAM, replay_command
from optimizer.cli.inputs import open_case, open_placement
from optimizer.cli.options import (
    BreachOption,
    DocumentFormat,
    DocumentFormatOption,
    OutFileOption,
    PlacementOption,
    PlanArgument,
    PolicyOption,
    SetOption,
    with_breach,
)
from optimizer.cli.output import put_document

HELP = f"""Judge a placement against every limit, exactly. No solver takes part.

Without --placement the installed fleet alone is judged, against the policy. What is planned or promised for later says
nothing about what stands today.

\b
Examples:
  {PROGRAM} audit my-plan
  {PROGRAM} audit my-plan --placement runs/my-plan
  {PROGRAM} audit my-plan --placement placement.csv --policy my-policy.toml --format json
  {PROGRAM} audit my-plan --placement runs/my-plan --breach cure

Exit codes: 0 every limit is kept; 1 a limit is broken, or the placement is not one; 2 usage or input.
"""


def audit(
    context: typer.Context,
    plan: PlanArgument,
    placement: PlacementOption = None,
    policy: PolicyOption = None,
    settings: SetOption = None,
    *,
    breach: BreachOption = None,
    output_format: DocumentFormatOption = DocumentFormat.TABLE,
    out: OutFileOption = None,
) -> None:
    """Judge and report."""
    from optimizer.audit import audit as judge
    from optimizer.report.compose import compose_audit

    case = open_case(plan, policy, with_breach(settings, breach))
    verdict = judge(case, open_placement(placement, case.plan))
    put_document(compose_audit(verdict, command=replay_command(context)), output_format, out)
    if not verdict.verification.passed:
        raise typer.Exit(int(ExitCode.NOT_POSSIBLE))
