"""A placement: what stands where in each period, which sites are open from when, and by which legal path units came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Placement:
    """Units of the plan (installed stock not included) and openings; site, accelerator and period are plan numbers.

    `standing_units[(site, accelerator)]` holds one cumulative count per period; pairs with nothing are absent.
    `opened[site]` is the first period in which the site is open; sites open through installed stock may be absent.
    """

    standing_units: Mapping[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    opened: Mapping[int, int] = field(default_factory=dict)
    entered_units: Mapping[tuple[str, int, str], tuple[int, ...]] = field(default_factory=dict)
    """(gate, accelerator, path) to cumulative units that entered by that path; only where the path is a choice."""

    served_tpp: Mapping[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    """(site, workload) to the compute at the site that serves the workload, in each period; pairs with none are absent."""

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

    def added(self, site: int, accelerator: int, period: int) -> int:
        """Return the units added in a period."""
        return self.units(site, accelerator, period) - self.units(site, accelerator, period - 1)

    def is_open(self, site: int, period: int) -> bool:
        """Return whether the site has been opened by a period."""
        first = self.opened.get(site)
        return first is not None and first <= period
