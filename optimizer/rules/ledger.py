"""The exact quantities of a placement, indexed by the variables that limits name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.rules.bound_lots import unbound_rows
from optimizer.rules.limit import WORLD, Entered, Exact, Limit, Opened, Placed, Standing, Unbound, Variable

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement


@dataclass(frozen=True)
class Ledger:
    """Looks up any variable of any limit in one placement; totals are summed once, from the units themselves."""

    case: Case
    placement: Placement

    def value(self, variable: Variable) -> Exact:
        """Return the exact value of a variable: units, 0 or 1, or a total in its measure."""
        match variable:
            case Standing():
                return self.placement.units(*variable)
            case Opened(site, period):
                return int(self.is_open(site, period))
            case Placed():
                return self.totals.get(variable, 0)
            case Entered():
                return self.placement.entered(*variable)
            case Unbound():
                return self._unbound(variable.accelerator)[variable]

    def is_open(self, site: int, period: int) -> bool:
        """Return whether a site is open: by the plan, or through installed stock, and not closed yet."""
        if self.case.is_closed(site, period):
            return False
        return self.case.is_open_from_the_start(site) or self.placement.is_open(site, period)

    @cached_property
    def totals(self) -> dict[Placed, Exact]:
        """Return every non-zero total by measure, place and period."""
        totals: dict[Placed, Exact] = defaultdict(int)
        for (site, sku), row in self.placement.standing_units.items():
            place = self.case.site_destinations[site]
            for measure, weights in self.case.weights.items():
                for period, units in enumerate(row):
                    totals[Placed(measure, place, period)] += units * weights[sku]
                    totals[Placed(measure, WORLD, period)] += units * weights[sku]
        return dict(totals)

    def _unbound(self, sku: int) -> dict[Unbound, Exact]:
        """Return what is placed beyond what is bound, of one accelerator."""
        found = self._unbound_rows.get(sku)
        if found is None:
            found = self._unbound_rows[sku] = {}
            for variable, units in unbound_rows(self.case, sku, self.value):
                found[variable] = units
        return found

    @cached_property
    def _unbound_rows(self) -> dict[int, dict[Unbound, Exact]]:
        return {}

    def read(self, limit: Limit) -> tuple[Exact, Exact]:
        """Return usage and allowance of a limit, exactly."""
        return limit.usage.evaluate(self.value), limit.allowance.evaluate(self.value)
