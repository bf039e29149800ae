"""Retirements and moves of a placement to be judged, and what stands by age once they are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from optimizer.files.kinds import Column, Kind, Table
from optimizer.schema.placement import Move

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.files.records import Record
    from optimizer.schema.calendar import Horizon
    from optimizer.schema.placement import Ages, Placement

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


class Frame(Protocol):
    """What the rows of a placement refer to: a plan, or the sites and periods that a file has of its own."""

    @property
    def horizon(self) -> Horizon:
        """Return the periods."""

    @property
    def site_index(self) -> Mapping[str, int]:
        """Return the number of each site, by key."""

    @property
    def accelerator_index(self) -> Mapping[str, int]:
        """Return the number of each accelerator, by key."""


NetMoves = Mapping[tuple[int, int], Mapping[int, int]]
"""(site, accelerator) to what comes from elsewhere, less what leaves, by period."""


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
    added = {
        (_key(row, "site", plan), _sku(row, plan), row.whole("period") or 0): row.whole("units_added") or 0
        for row in rows
    }
    return replace(placement, aged_units=_ages(added, changes, plan), moves=_moves(changes, plan))


def ages_as_written(placement: Placement, changes: Changed, plan: Frame) -> Ages:
    """Return what stands by age, where what is bought is the rise of stock, less what comes from elsewhere."""
    net, added = net_moves(changes, plan), {}
    for (site, sku), row in placement.standing_units.items():
        for period, units in enumerate(row):
            before = row[period - 1] if period else 0
            added[site, sku, period] = max(0, units - max(0, before + net.get((site, sku), {}).get(period, 0)))
    return _ages(added, changes, plan)


def net_moves(changes: Changed, plan: Frame) -> NetMoves:
    """Return what comes to each site from elsewhere, less what leaves it, by period."""
    found: dict[tuple[int, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (site, sku, _), steps in _steps({}, changes, plan).items():
        for period, units in enumerate(steps):
            if units:
                found[site, sku][period] += units
    return found


def _ages(added: Mapping[tuple[int, int, int], int], changes: Changed, plan: Frame) -> Ages:
    return {age: tuple(accumulate(steps)) for age, steps in sorted(_steps(added, changes, plan).items()) if any(steps)}


def _steps(
    added: Mapping[tuple[int, int, int], int], changes: Changed, plan: Frame
) -> Mapping[tuple[int, int, int], Sequence[int]]:
    """Return by how much the units of each age rise or fall in each period: those added, moved and retired."""
    change: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0] * plan.horizon.num_periods)
    for age, units in added.items():
        change[age][age[2]] += units
    for row in changes.retired:
        age = (_key(row, "site", plan), _sku(row, plan), row.whole("added_in") or 0)
        change[age][row.whole("period") or 0] -= row.whole("units") or 0
    for move, units in _moves(changes, plan).items():
        change[move.origin, move.accelerator, move.bought][move.departs] -= units
        change[move.target, move.accelerator, move.bought][move.arrives] += units
    return change


def _moves(changes: Changed, plan: Frame) -> dict[Move, int]:
    return {_move(row, plan): row.whole("units") or 0 for row in changes.moves}


def _move(row: Record, plan: Frame) -> Move:
    periods = (row.whole(name) or 0 for name in ("added_in", "departs", "arrives"))
    return Move(_key(row, "from_site", plan), _key(row, "to_site", plan), _sku(row, plan), *periods)


def _key(row: Record, name: str, plan: Frame) -> int:
    return plan.site_index[row.text(name) or ""]


def _sku(row: Record, plan: Frame) -> int:
    return plan.accelerator_index[row.text("accelerator") or ""]
