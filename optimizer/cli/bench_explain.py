"""`placement bench DIR... --explain`: how good screening is, how long explanations take beside the search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from optimizer.cli.listing import Cell, Listing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.cli.bench_find import Instance
    from optimizer.explain.explanation import Explanation
    from optimizer.explain.quality import Quality
    from optimizer.strategy.options import SearchOptions
    from optimizer.strategy.outcome import Outcome

TOP_SETTINGS = 10
COLUMNS = (
    "instance",
    "screening",
    "settings",
    "decided",
    "alarms",
    "false alarms",
    "worth money",
    "missed",
    "within 10%",
    "median error",
    "not tight",
    "tight, worthless",
    "top 10 confirmed",
    "search s",
    "explain s",
    "ratio",
)
NOTES = (
    "Truth: each setting loosened by a step (or the smallest round number of steps that stands out of the gap) and solved "
    "again; decided: its proven interval says whether it is worth money.",
    "not tight: settings worth money that do not bind, of all worth money. Times are of this machine and this run; the "
    "ratio compares the two in one process.",
    f"Small plans: every setting is solved again; larger ones: the {TOP_SETTINGS} of largest screened value, so what "
    "screening misses there is not seen.",
)


@dataclass(frozen=True)
class Explained:
    """One instance searched and explained."""

    instance: Instance
    outcome: Outcome
    explanation: Explanation
    quality: Quality | None
    """None for a plan that cannot be."""

    @property
    def rows(self) -> Iterable[tuple[Cell, ...]]:
        """Return a row for each screening method; one that cannot be has its conflict and repairs."""
        seconds = (round(self.outcome.seconds, 2), round(self.explanation.seconds, 2))
        times = (*seconds, round(self.explanation.seconds / max(self.outcome.seconds, 0.001), 1))
        quality = self.quality
        if quality is None:
            found = self.explanation
            minimal = sum(conflict.is_minimal for conflict in found.conflicts)
            words = f"{len(found.conflicts)} conflicts ({minimal} minimal), {len(found.repairs)} repairs"
            yield (self.instance.name, words, *(None,) * (len(COLUMNS) - 5), *times)
            return
        for screen in quality.screens:
            error = None if screen.median_error is None else f"{screen.median_error:.1%}"
            yield (
                self.instance.name,
                screen.screen.value,
                quality.num_settings,
                quality.num_decided,
                screen.alarms,
                screen.false_alarms,
                screen.valuable,
                screen.misses,
                screen.close,
                error,
                f"{quality.num_valuable_not_tight} of {quality.num_valuable}",
                f"{quality.num_tight_worthless} of {quality.num_tight}",
                f"{quality.top_confirmed} of {quality.top_asked}",
                *times,
            )


def explain_instance(instance: Instance, options: SearchOptions, seconds: float | None) -> Explained:
    """Search one instance and explain its answer; `seconds` bounds the explanations, None: ten times the search."""
    from optimizer.cli.explained import in_depth
    from optimizer.explain.budget import Budget
    from optimizer.explain.explanation import Explanation, explain_conflict, is_small
    from optimizer.explain.marginals import Marginals
    from optimizer.explain.quality import quality_of
    from optimizer.files.read_plan import read_plan
    from optimizer.pipeline import place_fleet
    from optimizer.report.explain_compose import resolution_of
    from optimizer.solve.session import Session

    typer.echo(f"{instance.name} ...", err=True)
    with Session() as session:
        outcome = place_fleet(read_plan(instance.plan), options=options, session=session, with_goals=False)
        budget = Budget(session, seconds if seconds is not None else in_depth(outcome.seconds))
        if outcome.placement is None:
            return Explained(instance, outcome, explain_conflict(outcome, options, budget), None)
        is_thorough = is_small(outcome)
        marginals = Marginals(outcome, options, budget, is_thorough=is_thorough)
        values = marginals.find(None if is_thorough else TOP_SETTINGS)
        explanation = Explanation(budget.spent, budget.num_solves, values)
        return Explained(instance, outcome, explanation, quality_of(values, resolution_of(outcome)))


def quality_listing(explained: Iterable[Explained]) -> Listing:
    """Return the table."""
    return Listing("", COLUMNS, [row for one in explained for row in one.rows], NOTES)
