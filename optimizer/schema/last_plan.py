"""The last plan: what was planned before, in the periods of this plan, and what of it is to stay as it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Row = tuple[int, ...]


@dataclass(frozen=True)
class LastPlan:
    """A placement of the same or an earlier plan, by the keys of sites and accelerators; some may be gone by now.

    Units are those added since this plan begins: what the last plan had standing before then is installed by now. After
    the last plan's own end they stay as they were.
    """

    name: str
    """What the file is called, as reports cite it."""
    sha256: str
    units: Mapping[tuple[str, str], Row]
    """(site, accelerator) to units standing by period of this plan; pairs with nothing are absent."""
    opened: Mapping[str, int]
    """Site to the period of this plan in which it opened; negative where that was before it."""
    additions: Mapping[tuple[str, str], Row]
    """(site, accelerator) to units of deliveries that it adds in each period of this plan; what it moves there is none."""
    first: int
    """The first period that both plans have."""
    last: int
    """The last period that both plans have."""
    prices: Mapping[str, float] = field(default_factory=dict)
    """Prices of limits, by the key of each, at which its bound was proven; empty where they are not known."""
    frozen_through: int | None = None
    """The last period whose stock stays as it was planned; None: none is held."""
    change_price_usd_per_unit: Fraction = Fraction(0)
    """Money for each unit that does not come where and when it was planned, before discounting."""
    input_sha256: Mapping[str, str] = field(default_factory=dict)
    """Files inside the plan's folder that it was read from, to their SHA-256."""

    @property
    def frozen_periods(self) -> range:
        """Return the periods whose stock stays as it was planned."""
        return range(0) if self.frozen_through is None else range(self.first, self.frozen_through + 1)

    @property
    def compared_periods(self) -> range:
        """Return the periods that both plans have."""
        return range(self.first, self.last + 1)

    def standing(self, site: str, accelerator: str, period: int) -> int:
        """Return the units that it has standing; a period before 0 has none."""
        row = self.units.get((site, accelerator))
        return row[period] if row is not None and period >= 0 else 0

    def added(self, site: str, accelerator: str, period: int) -> int:
        """Return the units of deliveries that it adds in a period."""
        row = self.additions.get((site, accelerator))
        return row[period] if row is not None else 0
