"""The tier of a destination or headquarters in a period: the strictest of any day of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of

if TYPE_CHECKING:
    from optimizer.catalogue.countries import TierTable
    from optimizer.policies.specs import Bound
    from optimizer.schema.calendar import Horizon


@dataclass(frozen=True)
class Tiers:
    """Looks up tiers by period number."""

    table: TierTable
    horizon: Horizon
    _found: dict[tuple[str, int], int] = field(default_factory=dict)

    def of(self, destination: str, period: int) -> int:
        """Return the strictest tier a destination has on any day of a period."""
        if (destination, period) not in self._found:
            # Before the table's first day no tier was defined; what it says of that day stands in.
            first = max(self.horizon.first_day(period), self.table.covers_from)
            last = max(self.horizon.last_day(period), self.table.covers_from)
            self._found[destination, period] = self.table.strictest_tier(destination, first, last).tier
        return self._found[destination, period]

    def within(self, bound: Bound | None, headquarters: str, period: int) -> bool:
        """Return whether a headquarters (an ISO code; territories follow their parent) lies in a bound; None is all."""
        if bound is None:
            return True
        place = destination_of(headquarters)
        return place in bound.countries or self.of(place, period) in bound.tiers
