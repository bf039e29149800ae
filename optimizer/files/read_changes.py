"""Retirements and moves of a placement to be judged, and what stands by age once they are known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.files.kinds import Column, Kind, Table
from optimizer.schema.placement import Move

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.files.read_placement import Frame
    from optimizer.files.records import Record
    from optimizer.schema.placement import Placement

UNITS = Column("units", Kind.INTEGER, "Units.", "units", required=True, minimum=0)
ACCELERATOR = Column("accelerator", Kind.ACCELERATOR, "Accelerator.", required=True)
ADDED_IN = Column("added_in", Kind.PERIOD, "Period in which they were placed first.", required=True)
MOVES = Table(
    "moves",
    "Units that go from site to site.",
    (
        Column("from_site", Kind.SITE, "Where they stood.", required=True),
        Column("to_site", Kind.SITE, "Where they go.", required=True),
        ACCELERATOR,
        ADDED_IN,
        Column("departs", Kind.PERIOD, "First period in which they no longer stand there.", required=True),
        Column("arrives", Kind.PERIOD, "First period in which they stand at the other site.", required=True),
        UNITS,
    ),
    ("from_site", "to_site", "accelerator", "added_in", "departs"),
    open_ended=True,
)
RETIRED = Table(
    "retired",
    "Units that leave for good.",
    (
        Column("site", Kind.SITE, "Where they stood.", required=True),
        ACCELERATOR,
        ADDED_IN,
        Column("period", Kind.PERIOD, "First period in which they no longer stand.", required=True),
        UNITS,
    ),
    ("site", "accelerator", "added_in", "period"),
    open_ended=True,
)


@dataclass(frozen=True, slots=True)
class Changed:
    """The rows of both tables."""

    moves: Sequence[Record]
    retired: Sequence[Record]

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.moves or self.retired)


def with_changes(placement: Placement, rows: Iterable[Record], changes: Changed, plan: Frame) -> Placement:
    """Return a placement with its moves and what stands by age; as it is where no changes are written.

    What is bought is what the rows say was added. Whether all of it fits together is for the exact check to say.
    """
    if not changes:
        return placement
    moves = {_move(row, plan): row.whole("units") or 0 for row in changes.moves}
    change: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0] * plan.horizon.num_periods)
    for row in rows:
        period = row.whole("period") or 0
        change[_key(row, "site", plan), _sku(row, plan), period][period] += row.whole("units_added") or 0
    for row in changes.retired:
        age = (_key(row, "site", plan), _sku(row, plan), row.whole("added_in") or 0)
        change[age][row.whole("period") or 0] -= row.whole("units") or 0
    for move, units in moves.items():
        change[move.origin, move.accelerator, move.bought][move.departs] -= units
        change[move.target, move.accelerator, move.bought][move.arrives] += units
    ages = {}
    for age, steps in sorted(change.items()):
        if any(steps):
            ages[age] = tuple(sum(steps[: period + 1]) for period in range(len(steps)))
    return replace(placement, aged_units=ages, moves=moves)


def _move(row: Record, plan: Frame) -> Move:
    periods = (row.whole(name) or 0 for name in ("added_in", "departs", "arrives"))
    return Move(_key(row, "from_site", plan), _key(row, "to_site", plan), _sku(row, plan), *periods)


def _key(row: Record, name: str, plan: Frame) -> int:
    return plan.site_index[row.text(name) or ""]


def _sku(row: Record, plan: Frame) -> int:
    return plan.accelerator_index[row.text("accelerator") or ""]
