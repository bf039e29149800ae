"""The paths of a case, each licence of authorisations.csv a path of its own, and when each is open at a site.

A path is open in a period when everything it asks for holds on every day of the period: additions stand from its first
day, and a dated figure takes its strictest value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of
from optimizer.policies.policy import LISTED_AS
from optimizer.policies.specs import CLOSED
from optimizer.schema.plan import AuthorisationType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.entry.holdings import Holding
    from optimizer.entry.tiers import Tiers
    from optimizer.policies.policy import Policy
    from optimizer.policies.specs import PathSpec
    from optimizer.schema.plan import Accelerator, Plan


@dataclass(frozen=True, slots=True)
class Path:
    """One lawful way in. `allows` says by accelerator number which chips may take it."""

    key: str
    spec: PathSpec
    allows: tuple[bool, ...]
    licence: Holding | None = None
    """The licence behind it, where it is one of authorisations.csv."""

    @property
    def title(self) -> str:
        """Return what reports call it."""
        return self.spec.title or self.key


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What decides which paths are open at a site; sites alike in all of it share one gate."""

    destination: str
    operator_headquarters: str
    is_existing: bool
    """Installed stock stands there: no new location."""
    authorised_from: int | None


@dataclass(frozen=True)
class PathCalendar:
    """Which path is open where and when, for one plan under one policy."""

    plan: Plan
    policy: Policy
    tiers: Tiers
    holdings: tuple[Holding, ...]
    accelerators: tuple[Accelerator, ...]
    """The plan's, with the TPP that the policy gives them."""

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """Return every path that its settings do not rule out for this company, in the pack's order."""
        return tuple(self._paths())

    def _paths(self) -> Iterator[Path]:
        for spec in self.policy.paths:
            if not self._is_for_company(spec):
                continue
            allows = tuple(self._allows(spec, accelerator) for accelerator in self.accelerators)
            if spec.needs != AuthorisationType.LICENCE:
                yield Path(spec.key, spec, allows)
                continue
            for holding in self.holdings:
                if holding.type is AuthorisationType.LICENCE and holding.row is not None:
                    only = holding.row.accelerator
                    permitted = tuple(
                        allowed and only in {None, accelerator.key}
                        for allowed, accelerator in zip(allows, self.accelerators, strict=True)
                    )
                    yield Path(f"{spec.key}/{holding.key}", spec, permitted, holding)

    def _is_for_company(self, spec: PathSpec) -> bool:
        if any(self.policy.text(name) != value for name, value in spec.where.items()):
            return False
        if spec.names is None:
            return True
        own = self.policy.text(LISTED_AS) if LISTED_AS in self.policy.settings else ""
        return (own or self.plan.company.name).casefold() in {
            name.casefold() for name in self.policy.listed(spec.names)
        }

    def _allows(self, spec: PathSpec, accelerator: Accelerator) -> bool:
        if spec.chip_tpp_below and accelerator.tpp >= self.policy.count(spec.chip_tpp_below):
            return False
        if not spec.chip_bandwidth_below:
            return True
        bandwidth = accelerator.memory_bandwidth_gb_s
        return bandwidth is not None and bandwidth < self.policy.count(spec.chip_bandwidth_below)

    def open_periods(self, path: Path, site: SiteFacts) -> tuple[bool, ...]:
        """Return, by period, whether a path is open at a site."""
        ready = self._ready_periods(path, site)
        return tuple(
            period in ready and self._is_open(path.spec, site, period)
            for period in range(self.plan.horizon.num_periods)
        )

    def _is_open(self, spec: PathSpec, site: SiteFacts, period: int) -> bool:
        countries = {destination_of(code) for code in self.policy.listed(spec.countries)}
        # Where NVEU may be sought is asked of what would be applied for (optimizer.entry.holdings), not of what is held.
        is_national = spec.needs is AuthorisationType.NVEU
        first, last = self.plan.horizon.first_day(period), self.plan.horizon.last_day(period)
        return (
            last >= self.policy.effective_from
            and self.tiers.of(site.destination, period) in spec.tiers
            and (is_national or not countries or site.destination in countries)
            and self.tiers.within(spec.owner, self.plan.company.headquarters, period)
            and self.tiers.within(spec.operator, site.operator_headquarters, period)
            and first >= (self.policy.day(spec.from_) or date.min)
            and not self._has_ended(spec, last)
        )

    def _has_ended(self, spec: PathSpec, last_day: date) -> bool:
        until = self.policy.day(spec.until)
        if until is None or last_day <= until:
            return False
        return spec.after is None or self.policy.text(spec.after) == CLOSED

    def _ready_periods(self, path: Path, site: SiteFacts) -> frozenset[int]:
        """Return the periods in which the authorisation a path needs is there, and the notice for the site is over.

        Notice is of a location: one that was given under an earlier authorisation of the same kind need not be again.
        """
        horizon = self.plan.horizon
        if path.spec.needs is None:
            return frozenset(range(horizon.num_periods))
        held = self._holdings_for(path, site)
        ready = min((self._ready_from(path.spec, holding, site) for holding in held), default=horizon.num_periods)
        return frozenset(
            period
            for period in range(ready, horizon.num_periods)
            if any(holding.covers(horizon.first_day(period), horizon.last_day(period)) for holding in held)
        )

    def _holdings_for(self, path: Path, site: SiteFacts) -> tuple[Holding, ...]:
        held = (path.licence,) if path.licence is not None else self.holdings
        return tuple(row for row in held if row.type == path.spec.needs and row.destination in {None, site.destination})

    def _ready_from(self, spec: PathSpec, holding: Holding, site: SiteFacts) -> int:
        """Return the first period in which an authorisation covers a site: as stated, at once, or after the notice."""
        if spec.new_site_days is None:
            return 0
        if site.authorised_from is not None:
            return site.authorised_from
        if site.is_existing:
            return 0
        horizon = self.plan.horizon
        notice = max(horizon.first_day(0), holding.first_day or date.min)
        ready = notice + timedelta(days=self.policy.count(spec.new_site_days))
        return next(
            (period for period in range(horizon.num_periods) if horizon.first_day(period) >= ready), horizon.num_periods
        )
