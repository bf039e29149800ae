"""The exact quantities of a placement, indexed by the variables that limits name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.rules.bound_lots import unbound_rows
from optimizer.rules.limit import (
    IN_ABROAD,
    IN_HOME,
    OUT_ABROAD,
    OUT_HOME,
    WORLD,
    Entered,
    Exact,
    Limit,
    Modules,
    Moved,
    Opened,
    Placed,
    Present,
    Served,
    Standing,
    Unbound,
    Variable,
    Vintage,
)
from optimizer.schema.placement import Ages, ages_of

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement


@dataclass(frozen=True)
class Ledger:
    """Looks up any variable of any limit in one placement; totals are summed once, from the units themselves."""

    case: Case
    placement: Placement

    def value(self, variable: Variable) -> Exact:  # noqa: PLR0911  one return a kind of variable
        """Return the exact value of a variable: units, 0 or 1, or a total in its measure."""
        match variable:
            case Standing():
                return self.placement.units(*variable)
            case Opened(site, period):
                return int(self.is_open(site, period))
            case Placed():
                return self.totals.get(variable, 0)
            case Served(site, workload, period):
                return self.placement.served(site, workload, period)
            case Modules(hall, period):
                return self.placement.modules_standing(self.case.plan.hall_index[hall], period)
            case Present(sites, period):
                return int(any(self.is_open(site, period) for site in sites))
            case _:
                return self._units(variable)

    def _units(self, variable: Entered | Unbound | Vintage | Moved) -> Exact:
        match variable:
            case Entered():
                return self.placement.entered(*variable)
            case Unbound():
                return self._unbound(variable.accelerator)[variable]
            case Vintage():
                row = self._ages.get(variable[:3])
                return row[variable.period] if row is not None else 0
            case Moved():
                return self._moved.get(variable, 0)

    def is_open(self, site: int, period: int) -> bool:
        """Return whether a site is open: by the plan, or through installed stock, and not closed yet."""
        if self.case.is_closed(site, period):
            return False
        return self.case.is_open_from_the_start(site) or self.placement.is_open(site, period)

    @cached_property
    def totals(self) -> dict[Placed, Exact]:
        """Return every non-zero total by measure, place and period."""
        units: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0] * self.case.num_periods)
        for (site, sku), row in self.placement.standing_units.items():
            for place in (self.case.site_destinations[site], WORLD):
                units[place, sku] = [total + own for total, own in zip(units[place, sku], row, strict=True)]
        totals: dict[Placed, Exact] = defaultdict(int)
        for (place, sku), counts in units.items():
            for measure, weights in self.case.weights.items():
                for period, count in enumerate(counts):
                    totals[Placed(measure, place, period)] += count * weights[sku]
        return dict(totals)

    @cached_property
    def _ages(self) -> Ages:
        return ages_of(self.placement)

    @cached_property
    def _moved(self) -> dict[Moved, int]:
        """Return the units that go and come, by kind of move."""
        found: dict[Moved, int] = defaultdict(int)
        places = self.case.site_destinations
        for move, units in self.placement.moves.items():
            is_home = places[move.origin] == places[move.target]
            out, into = (OUT_HOME, IN_HOME) if is_home else (OUT_ABROAD, IN_ABROAD)
            found[Moved(out, move.origin, move.accelerator, move.bought, move.departs)] += units
            found[Moved(into, move.target, move.accelerator, move.bought, move.arrives)] += units
        return dict(found)

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
