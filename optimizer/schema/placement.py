"""A placement: what stands where in each period, which sites are open from when, and by which legal path units came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

Ages = dict[tuple[int, int, int], tuple[int, ...]]
"""(site, accelerator, period of purchase) to units standing in each period."""


class Move(NamedTuple):
    """Units of one age that go from one site to another; plan numbers."""

    origin: int
    target: int
    accelerator: int
    bought: int
    """The period in which they were placed first."""
    departs: int
    """The first period in which they no longer stand at the origin."""
    arrives: int
    """The first period in which they stand at the target."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Units of the plan (installed stock not included) and openings; site, accelerator and period are plan numbers.

    `standing_units[(site, accelerator)]` holds one count per period; pairs with nothing are absent.
    `opened[site]` is the first period in which the site is open; sites open through installed stock may be absent.
    """

    standing_units: Mapping[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    opened: Mapping[int, int] = field(default_factory=dict)
    entered_units: Mapping[tuple[str, int, str], tuple[int, ...]] = field(default_factory=dict)
    """(gate, accelerator, path) to cumulative units that entered by that path; only where the path is a choice."""
    modules: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Hall number to cumulative modules standing; halls with nothing are absent."""

    served_tpp: Mapping[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    """(site, workload) to the compute at the site that serves the workload, in each period; pairs with none are absent."""
    aged_units: Mapping[tuple[int, int, int], tuple[int, ...]] = field(default_factory=dict)
    """What stands by (site, accelerator, period of purchase); only where a plan may retire or move units."""
    moves: Mapping[Move, int] = field(default_factory=dict)
    """Units by move."""

    def units(self, site: int, accelerator: int, period: int) -> int:
        """Return the units standing; a period before 0 has none."""
        row = self.standing_units.get((site, accelerator))
        return row[period] if row is not None and period >= 0 else 0

    def entered(self, gate: str, accelerator: int, path: str, period: int) -> int:
        """Return the units that have entered through a gate by a path; a period before 0 has none."""
        row = self.entered_units.get((gate, accelerator, path))
        return row[period] if row is not None and period >= 0 else 0

    def served(self, site: int, workload: int, period: int) -> int:
        """Return the TPP at a site that serves a workload in a period."""
        row = self.served_tpp.get((site, workload))
        return row[period] if row is not None else 0

    def modules_standing(self, hall: int, period: int) -> int:
        """Return the modules of a hall standing; a period before 0 has none."""
        row = self.modules.get(hall)
        return row[period] if row is not None and period >= 0 else 0

    def added(self, site: int, accelerator: int, period: int) -> int:
        """Return the units of deliveries added in a period; negative where stock shrinks and no age is known."""
        if self.aged_units:
            row = self.aged_units.get((site, accelerator, period))
            return row[period] if row is not None else 0
        return self.units(site, accelerator, period) - self.units(site, accelerator, period - 1)

    def is_open(self, site: int, period: int) -> bool:
        """Return whether the site has been opened by a period."""
        first = self.opened.get(site)
        return first is not None and first <= period


def ages_of(placement: Placement) -> Ages:
    """Return what stands by age; where a placement does not say, what leaves is the oldest there."""
    if placement.aged_units:
        return dict(placement.aged_units)
    found: Ages = {}
    for (site, accelerator), row in placement.standing_units.items():
        for bought, units in _first_in_first_out(row).items():
            found[site, accelerator, bought] = units
    return found


def _first_in_first_out(row: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
    left: dict[int, int] = {}
    rows: dict[int, list[int]] = {}
    for period, units in enumerate(row):
        change = units - sum(left.values())
        if change > 0:
            left[period], rows[period] = change, [0] * period
        for bought in list(left):
            taken = min(left[bought], max(0, -change))
            left[bought] -= taken
            change += taken
        for bought, counts in rows.items():
            counts.append(left[bought])
    return {bought: tuple(counts) for bought, counts in rows.items()}
