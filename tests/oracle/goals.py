"""Goals after the value by exhaustion, in exact arithmetic: every combination above the floor of value, the first in order.

Sites and carbon are counted from the words of the format and not from the tool: a site counts where the plan has units at
the end and none are installed; a unit draws `first_period_share` of its energy in its first period.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tests.oracle.brute_force import Option, _Search, announced_terms, optimum, prepared
from tests.oracle.plan_facts import Row, SiteFacts, exact, read_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CARBON = "carbon_kg_per_mwh"
Rank = tuple[Fraction, ...]
"""The goals in order, then the value, negative."""


def after_goals(document: Row, then: Sequence[str], within: Fraction) -> Rank | None:
    """Return the least that the goals come to in order, and the largest value then (negative); None without any plan."""
    plan = read_plan(_without_goals(document))
    terms = announced_terms(plan)
    found = optimum(plan, terms)
    if found is None:
        return None
    floor = found[1] - within * abs(found[1])
    options, step = prepared(plan, terms)
    search = _GoalSearch(plan, options, terms, step)
    search.intensity = {row["site"]: exact(row[CARBON]) for row in document["sites"]}
    search.then, search.floor = then, floor * step
    search.run()
    return search.rank


def _without_goals(document: Row) -> Row:
    """Return the plan as the rest of the oracle knows it."""
    sites = [{name: cell for name, cell in row.items() if name != CARBON} for row in document["sites"]]
    return {name: part for name, part in document.items() if name != "goals"} | {"sites": sites}


class _GoalSearch(_Search):
    """Walks every combination whose value may reach the floor, and keeps the first in the order of the goals."""

    intensity: dict[str, Fraction]
    then: Sequence[str]
    floor: Fraction
    rank: Rank | None = None

    def _walk(self, chosen: list[Option], room: NDArray[np.int64], worth: int) -> None:
        depth = len(chosen)
        if depth == len(self.options):
            value = worth - self._charge(chosen)
            if value >= self.floor and all(
                row.holds([option.schedule for option in chosen], [option.opened for option in chosen])
                for row in self.conditional
            ):
                rank = (*(self._count(goal, chosen) for goal in self.then), -Fraction(value) / self.step)
                self.rank = rank if self.rank is None else min(self.rank, rank)
            return
        fits = (self.usage[depth] + self.least[depth + 1] <= room).all(axis=1)
        for number in np.flatnonzero(fits):
            option = self.options[depth][number]
            if worth + option.worth + self.most[depth + 1] < self.floor:
                return
            together = [*chosen, option]
            schedules = {name: each.schedule for name, each in zip(self.names, together, strict=False)}
            if self.permits(schedules, len(together) == len(self.options)):
                self._walk(together, room - self.usage[depth][number], worth + option.worth)

    def _count(self, goal: str, chosen: list[Option]) -> Fraction:
        sites = list(self.plan.sites.values())
        if goal == "fewest_sites":
            used = [s for s, option in zip(sites, chosen, strict=True) if option.opened is not None]
            return Fraction(sum(not site.has_installed for site in used))
        return sum((self._carbon(s, option) for s, option in zip(sites, chosen, strict=True)), Fraction(0))

    def _carbon(self, site: SiteFacts, option: Option) -> Fraction:
        hours = Fraction(8760, self.plan.periods_per_year)
        kg = Fraction(0)
        for key, row in option.schedule.items():
            draw_mw = self.plan.accelerators[key].power_kw * site.pue / 1000
            for period, units in enumerate(row):
                before = row[period - 1] if period else 0
                full = before + (units - before) * self.plan.first_period_share
                kg += full * draw_mw * hours * self.intensity[site.key]
        return kg
