"""`[goals]` to the goals that count after the value, and what they need of the tables."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.files.columns import SITES
from optimizer.schema.goals import NO_GOALS, Goal, Goals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record

CARBON = "carbon_kg_per_mwh"


def read_goals(section: Record, problems: Problems) -> Goals:
    """Return the goals of a plan. What they may cost has no default: nobody gives value up without having said so."""
    then, within = section.values.get("then"), section.number("within")
    if not isinstance(then, tuple) or not then:
        if within is not None and not section.gives("then"):
            problems.add("is given without a goal", section.place, "within", hint="name goals in then, or leave it out")
        return NO_GOALS
    if not section.gives("within"):
        hint = 'what they may cost, for example "0.1%" of the best value'
        problems.add("required where goals are given, and empty", section.place, "within", hint=hint)
    return Goals(tuple(map(Goal, then)), within or Fraction(0))


def check_goals(goals: Goals, tables: Mapping[str, RawTable], problems: Problems) -> None:
    """Refuse the goal of least carbon where a site does not say how much its energy emits: each such row is named."""
    sites = tables.get(SITES.name)
    if Goal.LEAST_CARBON in goals.then and sites is not None:
        for row in sites.rows:
            if CARBON not in row.cells:
                message = f"required by the goal {Goal.LEAST_CARBON.value}, and empty"
                problems.add(
                    message, row.place, CARBON, hint="the intensity of the site's energy; 0 where it emits none"
                )
