"""A result of the tool read back into lives of units, and everything in it that does not fit its plan."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.oracle.plan_facts import exact
from tests.oracle.together import judged
from tests.oracle.unit_lives import BEFORE, GONE, MOVING
from tests.oracle.world import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.oracle.plan_facts import Row
    from tests.oracle.world import World


def problems_of(world: World, result: Row) -> list[str]:
    """Return every way in which a result breaks its plan, its money included; nothing where all is good."""
    reader = _Reader(world, result)
    choice = reader.choice()
    broken, money = judged(world, choice)
    problems = reader.problems + [f"{past.group} in {past.period} by {past.excess}" for past in broken]
    if exact(result["objective_exact"]) != money:
        problems.append(f"objective {result['objective']}, recomputed {float(money)}")
    if sum(exact(term) for term in result["objective_terms_exact"].values()) != money:
        problems.append(f"the terms do not add up to {float(money)}")
    return problems


class _Reader:
    """Follows units through additions, moves and retirements, period by period."""

    def __init__(self, world: World, result: Row) -> None:
        self.world, self.result = world, result
        self.index = {label: k for k, label in enumerate(world.labels)}
        self.problems: list[str] = []
        self.lives: list[tuple[str, list[str]]] = []

    def choice(self) -> Choice:
        """Return the placement, with what is inconsistent in it noted."""
        for period in range(self.world.count):
            self._leave(period)
            for _, life in self.lives:
                if len(life) == period:
                    life.append(life[-1])
            for row in self._rows("placements", "period", period):
                added = range(row["units_added"])
                self.lives.extend((row["accelerator"], [BEFORE] * period + [row["site"]]) for _ in added)
        units = tuple((chip, tuple(life)) for chip, life in self.lives)
        self._compare(units)
        modules: dict[str, list[int]] = {}
        for row in self.result["halls"]:
            counts = modules.setdefault(row["hall"], [0] * self.world.count)
            counts[self.index[row["period"]]] = row["modules_standing"]
        served = None
        if self.world.document.get("workloads"):
            rows = self.result["served"]
            served = {(row["site"], row["workload"], self.index[row["period"]]): row["served_tpp"] for row in rows}
        return Choice(units, self._opened(), {key: tuple(row) for key, row in modules.items()}, served)

    def _rows(self, table: str, column: str, period: int) -> list[Mapping[str, Any]]:
        return [row for row in self.result[table] if self.index[row[column]] == period]

    def _leave(self, period: int) -> None:
        here = {n for n, (_, life) in enumerate(self.lives) if len(life) == period}
        for row in self._rows("moves", "departs", period):
            lead = self.index[row["arrives"]] - period
            if lead != self.world.lead or not self.world.relocates:
                self.problems.append(f"a move takes {lead} periods")
            for number in self._take(here, row["from_site"], row):
                self.lives[number][1].extend([MOVING] * lead + [row["to_site"]])
        for row in self._rows("retired", "period", period):
            if not self.world.retires and self.world.may_open(row["site"], period):
                self.problems.append(f"units retire at {row['site']}")
            for number in self._take(here, row["site"], row):
                self.lives[number][1].append(GONE)

    def _take(self, here: set[int], site: str, row: Row) -> list[int]:
        """Take units of an age from those that stand at a site before a period."""
        born = self.index[row["added_in"]]
        found = [number for number in sorted(here) if self._is(number, site, row["accelerator"], born)][: row["units"]]
        if len(found) < row["units"]:
            self.problems.append(f"{row['units']} units leave {site}, {len(found)} of their age stand there")
        here.difference_update(found)
        return found

    def _is(self, number: int, site: str, chip: str, born: int) -> bool:
        own, life = self.lives[number]
        return own == chip and life[-1] == site and life.count(BEFORE) == born

    def _compare(self, units: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        """Note where what follows from additions and moves is not what the result says stands, or may not stand."""
        world = self.world
        for period in range(world.count):
            follows = Counter((life[period], chip) for chip, life in units if life[period] in world.sites)
            rows = self._rows("placements", "period", period)
            stated = {(row["site"], row["accelerator"]): row["units_standing"] for row in rows}
            for pair in {*follows, *stated}:
                if follows[pair] != stated.get(pair, 0):
                    self.problems.append(f"{pair} in {period}: {stated.get(pair, 0)} stated, {follows[pair]} follow")
                if follows[pair] % world.block[pair[1]]:
                    self.problems.append(f"{pair} in {period}: a part of a block")
                if follows[pair] and not world.may_open(pair[0], period):
                    self.problems.append(f"{pair} in {period}: the site may not be open")

    def _opened(self) -> dict[str, int]:
        opened = {row["site"]: self.index[row["period"]] for row in self.result["openings"]}
        wrong = [key for key, first in opened.items() if key in self.world.held or not self.world.may_open(key, first)]
        self.problems += [f"{key} may not open then" for key in wrong]
        return opened
