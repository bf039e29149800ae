"""Searches a plan and explains the answer in one solver process; Ctrl-C during an explanation keeps the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from optimizer.cli.goals import say_left_aside
from optimizer.cli.group import replay_command
from optimizer.cli.options import DocumentFormat, parse_seconds
from optimizer.cli.output import put_explanation
from optimizer.cli.progress import ProgressLine

if TYPE_CHECKING:
    from optimizer.explain.explanation import Explanation
    from optimizer.explain.value import Value
    from optimizer.schema.plan import Plan
    from optimizer.solve.session import Session
    from optimizer.strategy.options import SearchOptions
    from optimizer.strategy.outcome import Outcome

TIMES_THE_SEARCH = 10
"""Explanations in depth may take so many times what the search took."""
SHORTEST_SECONDS = 120.0

ExplainTimeOption = Annotated[
    str | None,
    typer.Option(
        "--explain-time",
        metavar="SECONDS",
        help="How long explanations may take; what is not worked out by then is left out, and said so.",
    ),
]
ConfirmOption = Annotated[
    bool,
    typer.Option(
        "--confirm", help="A second solver must agree on optimal and on infeasible; a disagreement is an error."
    ),
]


def in_depth(searched: float) -> float:
    """Return how long explanations in depth may take after a search of so many seconds."""
    return max(SHORTEST_SECONDS, TIMES_THE_SEARCH * searched)


@dataclass(frozen=True)
class Wanted:
    """What to explain. `most_values` None: every setting that binds or seems to be worth money; 0: none."""

    most_values: int | None = None
    baseline: str | None = None
    is_narrow: bool = False
    is_confirmed: bool = False
    with_goals: bool = False
    """Whether the plan's secondary goals are pursued; explanations are of the value before them either way."""
    value_seconds: Callable[[float], float] = in_depth
    """From the seconds of the search to those that values may take."""
    typed_seconds: float | None = None

    def within(self, explain_time: str | None) -> Wanted:
        """Return the same with the time that was typed, if any."""
        return replace(self, typed_seconds=parse_seconds(explain_time, "--explain-time"))

    def seconds(self, outcome: Outcome) -> float:
        """Return how long the explanations of an answer may take; a plan that cannot be is always explained in depth."""
        if self.typed_seconds is not None:
            return self.typed_seconds
        return in_depth(outcome.seconds) if outcome.placement is None else self.value_seconds(outcome.seconds)


class Search(NamedTuple):
    """How to search, as it was typed; the options themselves are made once the solver may be imported."""

    relative_gap: float
    time_limit_seconds: float | None
    threads: int
    seed: int
    backend: str


def report_explained(
    context: typer.Context,
    plan: Plan,
    search: Search,
    wanted: Wanted,
    *,
    output_format: DocumentFormat,
    out: Path | None,
    is_quiet: bool,
) -> None:
    """Search, explain, write what explains the answer, and end with its exit code."""
    from optimizer.cli.solve import exit_code, terminate_as_interrupt

    say_left_aside(plan, is_quiet=is_quiet)
    with terminate_as_interrupt():
        from optimizer.report.compose import compose
        from optimizer.strategy.options import SearchOptions

        outcome, explanation = search_and_explain(plan, SearchOptions(*search), wanted, is_quiet=is_quiet)
    document = compose(outcome, explanation=explanation, command=replay_command(context))
    put_explanation(document, output_format, out)
    raise typer.Exit(int(exit_code(outcome)))


def search_and_explain(
    plan: Plan, options: SearchOptions, wanted: Wanted, *, is_quiet: bool
) -> tuple[Outcome, Explanation | None]:
    """Return the answer, and what explains it; None where nothing was asked for, or Ctrl-C came first.

    Raises DisagreementError where a second solver contradicts the verdict.
    """
    from optimizer.solve.session import Session

    with Session() as session:
        session.start()  # the worker gets ready while the search is imported here
        from optimizer.pipeline import place_fleet

        with ProgressLine(is_on=not is_quiet, currency=plan.economics.currency) as line:
            outcome = place_fleet(
                plan, options=options, session=session, on_progress=line.see, with_goals=wanted.with_goals
            )
        if outcome.interrupted:
            return outcome, None
        explainer = _Explainer(plan, options, wanted, session, is_quiet)
        try:
            return outcome, explainer.explain(outcome.value_search)
        except KeyboardInterrupt:  # between two solves
            return outcome, None


@dataclass(frozen=True)
class _Explainer:
    plan: Plan
    options: SearchOptions
    wanted: Wanted
    session: Session
    is_quiet: bool

    def explain(self, outcome: Outcome) -> Explanation | None:
        from optimizer.explain.budget import Budget
        from optimizer.explain.confirm import confirm
        from optimizer.explain.explanation import Explanation, explain_conflict, explain_values
        from optimizer.pipeline import place_fleet
        from optimizer.strategy.outcome import Status

        budget = Budget(self.session, self.wanted.seconds(outcome))
        confirmation = None
        line = ProgressLine(is_on=not self.is_quiet, currency=self.plan.economics.currency)
        with line:
            if self.wanted.is_confirmed:
                confirmation = confirm(
                    outcome,
                    self.options,
                    lambda other: place_fleet(
                        self.plan, options=other, session=self.session, on_progress=line.see, with_goals=False
                    ),
                )
            found: Explanation | None = None
            if outcome.status is Status.INFEASIBLE:
                line.say("looking for what contradicts what")
                found = explain_conflict(outcome, self.options, budget, is_narrow=self.wanted.is_narrow)
            elif outcome.placement is not None and (self.wanted.most_values != 0 or self.wanted.baseline):
                line.say("what limits are worth")
                found = explain_values(
                    outcome,
                    self.options,
                    budget,
                    most=self.wanted.most_values,
                    baseline=self.wanted.baseline,
                    on_value=lambda value: self._tell(line, value),
                )
        if confirmation is not None:
            found = replace(found or Explanation(budget.spent, budget.num_solves), confirmation=confirmation)
        return found

    @staticmethod
    def _tell(line: ProgressLine, value: Value) -> None:
        if value.moves:
            line.say(f"what limits are worth: {value.setting.group} {'is told' if value.is_confirmed else 'tried'}")
