"""Secondary goals typed with `solve`: they stand in for those of the plan."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from optimizer.schema.plan import Plan


class GoalName(StrEnum):
    """The goals of `optimizer.schema.goals`."""

    FEWEST_SITES = "fewest_sites"
    LEAST_CARBON = "least_carbon"


ThenOption = Annotated[
    list[GoalName] | None,
    typer.Option("--then", help="What counts after the value, instead of the plan's own goals. Repeatable, in order."),
]
WithinOption = Annotated[
    str | None,
    typer.Option(
        "--within",
        metavar="SHARE",
        help="Part of the best value found that all goals together may give up: 0.1% or 1/1000.",
    ),
]


def with_goals(settings: list[str], then: list[GoalName] | None, within: str | None) -> list[str]:
    """Return the typed settings with the goals typed as options of their own."""
    named = [f"goals.then={';'.join(goal.value for goal in then)}"] if then else []
    return [*settings, *named, *([f"goals.within={within}"] if within is not None else [])]


def say_left_aside(plan: Plan, *, is_quiet: bool = False) -> None:
    """Say on stderr that a command about the value leaves the goals of the plan aside, if it has any."""
    if plan.goals.then and not is_quiet:
        names = ", ".join(goal.value for goal in plan.goals.then)
        typer.echo(f"the plan's goals ({names}) are left aside: this is about the value before them", err=True)
