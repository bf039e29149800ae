"""Solves a plan under one policy after the other; Ctrl-C ends that with what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from optimizer.cli.progress import ProgressLine

if TYPE_CHECKING:
    from optimizer.cli.compare_packs import Choice
    from optimizer.report.comparison import PackRun
    from optimizer.rules.case import Case
    from optimizer.schema.plan import Plan
    from optimizer.solve.session import Session
    from optimizer.strategy.search import SearchOptions, SearchProgress


def run_packs(
    plan: Plan, choices: Sequence[Choice], cases: Sequence[Case], options: SearchOptions, *, is_quiet: bool
) -> tuple[list[PackRun], bool]:
    """Return what came of each policy, and whether Ctrl-C came; the time limit is for each of them.

    A solver that fails under one policy is that policy's result, and the others still run. A second Ctrl-C inside one
    solve is raised.
    """
    from optimizer.report.comparison import PackRun
    from optimizer.solve.session import Session

    runs: list[PackRun] = []
    is_stopped = False
    with Session() as session:
        for number, (choice, case) in enumerate(zip(choices, cases, strict=True), start=1):
            run = PackRun(choice.label, case, choice.name is None, choice.left_out)
            if not is_stopped:
                run, is_stopped = _run(plan, choice, run, options, session, is_quiet=is_quiet)
            runs.append(run)
            if not is_quiet:
                typer.echo(f"{choice.label} ({number} of {len(choices)}): {_in_words(run)}", err=True)
    return runs, is_stopped


def _run(
    plan: Plan, choice: Choice, run: PackRun, options: SearchOptions, session: Session, *, is_quiet: bool
) -> tuple[PackRun, bool]:
    """Return the run, finished as far as it came, and whether it was interrupted."""
    from optimizer.errors import SolverError
    from optimizer.pipeline import place_fleet
    from optimizer.report.compose import compose

    line = ProgressLine(is_on=not is_quiet, currency=plan.economics.currency)

    def see(moment: SearchProgress) -> None:
        line.see(replace(moment, stage=f"{choice.label}: {moment.stage}"))

    session.interrupted = False
    try:
        with line:
            outcome = place_fleet(
                plan,
                policy=choice.name,
                policy_overrides=choice.overrides,
                options=options,
                session=session,
                on_progress=see,
                with_goals=False,
            )
        if outcome.verification is not None and not outcome.verification.passed:
            return replace(run, failure="the exact check did not pass"), outcome.interrupted
        return replace(run, document=compose(outcome)), outcome.interrupted
    except SolverError as error:
        return replace(run, failure=f"solver error: {' '.join(str(error).split())}"), session.interrupted
    except KeyboardInterrupt:  # before or after the solve; a second one is a wish to leave at once
        if session.interrupted:
            raise
        return run, True


def _in_words(run: PackRun) -> str:
    """Return how it ended, for stderr."""
    if run.document is None:
        return run.failure or "not run: interrupted"
    seconds = f"{run.document.solver.seconds:,.1f} s"
    stopped = f", stopped by {run.document.solver.stopped_by}" if run.document.solver.stopped_by else ""
    return f"{run.document.status.value.replace('_', ' ')}{stopped}, {seconds}"
