"""What stood before the plan: which rows count in legal measures, how long they stand, and how they entered.

Installed units count by ownership: those the group owns, or where the policy says so those it operates.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of
from optimizer.entry.installed import paths_of_installed
from optimizer.policies.policy import OPERATED, OWNERSHIP
from optimizer.schema.calendar import period_containing
from optimizer.schema.plan import Ownership

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact
    from optimizer.schema.plan import Installed

OWNED_BY_THE_GROUP = frozenset({Ownership.OWNED, Ownership.LEASED_OUT})
OPERATED_BY_THE_GROUP = frozenset({Ownership.OWNED, Ownership.LEASED_IN})


@dataclass(frozen=True)
class InstalledStock:
    """The rows of installed.csv under a case's policy."""

    case: Case

    @cached_property
    def counted_ownerships(self) -> frozenset[Ownership]:
        """Return whose units legal measures count."""
        is_operated = self.case.policy.choice(OWNERSHIP, "") == OPERATED
        return OPERATED_BY_THE_GROUP if is_operated else OWNED_BY_THE_GROUP

    @cached_property
    def counted_rows(self) -> tuple[Installed, ...]:
        """Return the installed rows that legal measures count, by whose they are."""
        return tuple(row for row in self.case.plan.installed if row.ownership in self.counted_ownerships)

    @cached_property
    def _last_periods(self) -> Mapping[Installed, int]:
        """Map each installed row that leaves to the last period in which it stands; negative: it left before the plan."""
        plan, closing = self.case.plan, self.case.closes
        found: dict[Installed, int] = {}
        for row in plan.installed:
            if row.retires_on is not None:
                found[row] = period_containing(row.retires_on, plan.horizon.length) - plan.horizon.start_index
            closes = None if row.site is None else closing.get(plan.site_index[row.site])
            if closes is not None:
                found[row] = min(closes, found.get(row, closes))
        return found

    def stands(self, row: Installed, period: int | None) -> bool:
        """Return whether an installed row stands in a period; -1 is the close before the plan, None any time."""
        if period is None or not self._last_periods:
            return True
        last = self._last_periods.get(row)
        return last is None or period <= last

    def installed(
        self,
        measure: str,
        destination: str | None = None,
        keep: Callable[[Installed], bool] | None = None,
        *,
        period: int | None = None,
    ) -> Exact:
        """Return the installed stock in a measure: everywhere or in one destination; all rows, or those to keep.

        With a period, what stands in it; without one, all that was ever installed: a cap on what was added forgets nothing.
        """
        if keep is None:
            by_destination = self._totals(measure, period)
            return sum(by_destination.values()) if destination is None else by_destination.get(destination, 0)
        return sum(
            self.measured(row, measure)
            for row in self.counted_rows
            if destination in {None, destination_of(row.country)} and self.stands(row, period) and keep(row)
        )

    def measured(self, row: Installed, measure: str) -> Exact:
        """Return what an installed row counts in a measure."""
        return row.units * self.case.weights[measure][self.case.plan.accelerator_index[row.accelerator]]

    def _totals(self, measure: str, period: int | None) -> Mapping[str, Exact]:
        """Return the installed stock in a measure by destination."""
        key = (measure, period if self._last_periods else None)
        if key not in self._known_totals:
            totals: dict[str, Exact] = defaultdict(int)
            for row in self.counted_rows:
                if self.stands(row, key[1]):
                    totals[destination_of(row.country)] += self.measured(row, measure)
            self._known_totals[key] = totals
        return self._known_totals[key]

    @cached_property
    def _known_totals(self) -> dict[tuple[str, int | None], Mapping[str, Exact]]:
        return {}

    @cached_property
    def paths(self) -> Mapping[Installed, str]:
        """Map each installed row to the path it entered by, as written or inferred.

        Raises InputError for a path that neither the pack nor the published rules know.
        """
        return paths_of_installed(self.case.plan, self.case.policy, self.case.tiers.table)

    def came_by(self, row: Installed, specs: Iterable[str]) -> bool:
        """Return whether an installed row came by one of some path specs, a named licence by that of licences."""
        return self.paths[row].partition("/")[0] in specs

    @cached_property
    def _rows_at_site(self) -> Mapping[int, tuple[Installed, ...]]:
        rows: dict[int, list[Installed]] = defaultdict(list)
        for row in self.case.plan.installed:
            if row.site is not None:
                rows[self.case.plan.site_index[row.site]].append(row)
        return {site: tuple(found) for site, found in rows.items()}

    def standing_at(self, site: int, period: int) -> tuple[Installed, ...]:
        """Return the rows installed at a site that stand in a period, whoever owns them."""
        return tuple(row for row in self._rows_at_site.get(site, ()) if self.stands(row, period))

    def units_at(self, site: int, period: int) -> int:
        """Return the units installed at a site that stand in a period, of all accelerators and whoever owns them."""
        return sum(row.units for row in self.standing_at(site, period))

    @cached_property
    def sites_at_the_start(self) -> frozenset[int]:
        """Return the sites at which units stand in the first period."""
        return frozenset(site for site in self._rows_at_site if self.units_at(site, 0))
