"""A plan after reading: immutable, complete and exact. No behaviour beyond look-ups.

Indices: sites, accelerators, halls, workloads and periods are numbered from 0 in `Plan.sites` and so on (each sorted by
key, so that the order of rows in a file never matters) and `Horizon.labels`. Every per-period tuple has `num_periods`
entries. Money is in the plan's stated currency; columns named `_usd` hold that currency whatever its name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.schema.goals import NO_GOALS, Goals
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from optimizer.schema.calendar import Horizon
    from optimizer.schema.facility import Exclusion, Hall, OpeningLimit
    from optimizer.schema.last_plan import LastPlan
    from optimizer.schema.resource import Resource, ResourceUse
    from optimizer.schema.workload import Service, Workload


class MustPlace(StrEnum):
    """Whether delivered stock may stay unplaced."""

    NO = "no"
    BY_END = "by_end"
    EACH_PERIOD = "each_period"


class Breach(StrEnum):
    """What to do where the installed fleet breaks a limit already: no plan, or a cure as early as possible."""

    STRICT = "strict"
    CURE = "cure"


class Ownership(StrEnum):
    """Whose installed units are: the group's and used by it, leased from others, or leased to others."""

    OWNED = "owned"
    LEASED_IN = "leased_in"
    LEASED_OUT = "leased_out"


class AuthorisationType(StrEnum):
    """What an export authorisation is: universal or national validated end user, or a single licence."""

    UVEU = "UVEU"
    NVEU = "NVEU"
    LICENCE = "licence"


class Residual(StrEnum):
    """What a plan earns after the horizon: each unit's remaining life, or nothing."""

    LIFE = "life"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Company:
    """The ultimate parent: `headquarters` is an ISO 3166 alpha-2 code."""

    name: str
    headquarters: str


@dataclass(frozen=True, slots=True)
class Economics:
    """How money is counted (docs/model.md, objective)."""

    currency: str
    must_place: MustPlace
    residual: Residual
    first_period_share: Fraction
    """Part of the period of addition that a unit earns and draws power for."""
    site_life_years: Fraction
    """Straight-line life over which an opening cost is written off."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What may happen to units of the plan once they stand (`[changes]` in plan.toml)."""

    retirement: bool = False
    """Whether they may be retired before the end."""
    relocation: bool = False
    """Whether they may be moved to another site."""
    relocation_cost_usd_per_unit: Fraction = Fraction(0)
    relocation_lead_periods: int = 0
    """Periods in which a unit that moves stands nowhere."""

    @property
    def is_any(self) -> bool:
        """Return whether units may be retired or moved."""
        return self.retirement or self.relocation


@dataclass(frozen=True, slots=True)
class Site:
    """A candidate site. Prices and power are per period; `opens_from` is the first period in which it may stand open."""

    key: str
    country: str
    """ISO 3166 alpha-2 code as written; the destination it counts as may be a parent (catalogue)."""
    power_mw: tuple[Fraction, ...]
    """Facility power for new units (or for all units, see `power_includes_installed`)."""
    energy_price_usd_per_mwh: tuple[Fraction, ...]
    pue: Fraction = Fraction(1)
    value_multiplier: Fraction = Fraction(1)
    opening_cost_usd: Fraction = Fraction(0)
    fixed_cost_usd_per_period: Fraction = Fraction(0)
    opens_from: int = 0
    """Period number; `num_periods` when it opens only after the horizon."""
    closes_after: int | None = None
    """Number of the last period in which it may be open, which may lie beyond the horizon; None: it stays open."""
    max_units: int | None = None
    min_units_if_open: int | None = None
    allowed_accelerators: frozenset[str] | None = None
    """Accelerator keys; None allows all."""
    power_includes_installed: bool = False
    name: str | None = None
    region: str | None = None
    latitude: Fraction | None = None
    longitude: Fraction | None = None
    carbon_kg_per_mwh: Fraction | None = None
    operator_headquarters: str | None = None
    """ISO 3166 alpha-2 code of the operator's ultimate parent; None: the company operates it."""
    tenure: str | None = None
    """`owned`, `leased` or `colocation`: a label of the facility accounting."""
    authorised_from: int | None = None
    """First period in which an authorisation covers it, as the planner states; None: the policy's notice is counted."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Pass-through columns, as written."""


@dataclass(frozen=True, slots=True)
class BoundLot:
    """Units of an accelerator that may stand in one place only."""

    target: str
    """Key of a site, or code of a country as written."""
    is_site: bool
    units: tuple[int, ...]
    """Delivered in each period, not cumulative."""


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A SKU. A unit is one chip as the catalogue counts it; it is bought in whole blocks of `block` units."""

    key: str
    tpp: int
    """Total processing performance of one unit (ECCN 3A090, technical notes)."""
    power_kw: Fraction
    """IT power of one unit at server or rack level."""
    block: int
    value_usd_per_hour: Fraction = Fraction(0)
    utilisation: Fraction = Fraction(1)
    annual_value_decline: Fraction = Fraction(0)
    life_years: Fraction = Fraction(5)
    price_usd: Fraction | None = None
    eccn: str | None = None
    tpp_with_tf32: int | None = None
    """TPP if TF32 counted as 32 bits, where the TPP comes from the catalogue and would differ."""
    memory_bandwidth_gb_s: Fraction | None = None
    delivered_units: tuple[int, ...] = ()
    """Units delivered in each period, not cumulative."""
    bound: tuple[BoundLot, ...] = ()
    """What of that is bound to a place, sites and countries sorted by name."""
    relocation_cost_usd_per_unit: Fraction | None = None
    """None: the plan's."""
    relocation_lead_periods: int | None = None
    """None: the plan's."""


@dataclass(frozen=True, slots=True)
class Installed:
    """Units that stand before the plan begins. Exactly one of `site` (a key) and a bare `country` located them."""

    accelerator: str
    units: int
    country: str
    site: str | None = None
    placed_on: date | None = None
    ownership: Ownership = Ownership.OWNED
    path: str | None = None
    """Key of the legal path they entered by; None: inferred (optimizer.rules.authorisations)."""
    retires_on: date | None = None
    """Day they leave: they stand up to and including the period that contains it. None: they stay."""


@dataclass(frozen=True, slots=True)
class Authorisation:
    """An export authorisation the company holds. `valid_from` None: long since; `valid_until` None: see the policy."""

    key: str
    """Its reference, or its type, country and number among those alike."""
    type: AuthorisationType
    country: str | None = None
    """None: worldwide (UVEU)."""
    accelerator: str | None = None
    tpp: int | None = None
    units: int | None = None
    """Quantity of a licence: TPP or units, never both."""
    valid_from: date | None = None
    valid_until: date | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise: units in a scope lie between `min_units` and `max_units` in periods `first` to `last` inclusive.

    Installed units in the scope count. With `only_if_used` the minimum binds only in periods in which a site of the
    scope is open.
    """

    key: str
    scope: str
    """`site`, `country` or `region`."""
    target: str
    min_units: int | None
    max_units: int | None
    accelerator: str | None
    first: int
    last: int
    only_if_used: bool = False
    kind: LimitKind = LimitKind.CONTRACT
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class UnitCost:
    """A named cost per unit added: money, or a rate of `price_usd`. Empty filters match everything."""

    name: str
    usd_per_unit: Fraction | None
    rate_of_price: Fraction | None
    site: str | None = None
    country: str | None = None
    accelerator: str | None = None
    period: int | None = None


@dataclass(frozen=True, slots=True)
class ExternalUse:
    """What others already use of a national cap: cumulative level per period, in TPP and in units (None: not given)."""

    country: str
    tpp: tuple[int, ...] | None
    units: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class LimitSetting:
    """What a planner says of one group of limits (`[limits."destination_share[MY]"]`); None leaves it as it is."""

    setting: Fraction | None = None
    """Its number."""
    kind: LimitKind | None = None
    change: Fraction | None = None
    """What is added to its number, be that written here or elsewhere."""
    change_from: int | None = None
    """First period of the change; None: all periods."""
    price_cap: Fraction | None = None
    """Money for each unit by which it may be broken in each period; None: it must hold."""
    is_buyable: bool = False
    """Whether more of it may be proposed as a way out."""
    is_enforced: bool = True

    def over(self, other: LimitSetting) -> LimitSetting:
        """Return this setting, and what another says where this one is silent."""
        has_change = self.change is not None
        return LimitSetting(
            setting=other.setting if self.setting is None else self.setting,
            kind=self.kind or other.kind,
            change=self.change if has_change else other.change,
            change_from=self.change_from if has_change else other.change_from,
            price_cap=other.price_cap if self.price_cap is None else self.price_cap,
            is_buyable=self.is_buyable or other.is_buyable,
            is_enforced=self.is_enforced and other.is_enforced,
        )


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """The policy pack named by the plan (a pack name, or an absolute path of a TOML file) and its overrides."""

    name: str
    overrides: Mapping[str, object] = field(default_factory=dict)
    breach: Breach = Breach.STRICT


@dataclass(frozen=True, slots=True)
class Assumption:
    """A default or estimate the plan rests on."""

    subject: str
    """What it is about, e.g. `accelerators.csv life_years`."""
    value: str
    source: str
    """Where the figure comes from: `default`, or the catalogue's source with its confidence."""


@dataclass(frozen=True)
class Plan:
    """Everything a planner wrote, resolved against the catalogue, in a fixed order."""

    name: str
    company: Company
    horizon: Horizon
    economics: Economics
    policy: PolicyChoice
    sites: tuple[Site, ...]
    accelerators: tuple[Accelerator, ...]
    installed: tuple[Installed, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    unit_costs: tuple[UnitCost, ...] = ()
    external_use: tuple[ExternalUse, ...] = ()
    halls: tuple[Hall, ...] = ()
    opening_limits: tuple[OpeningLimit, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    resources: tuple[Resource, ...] = ()
    resource_use: tuple[ResourceUse, ...] = ()
    values_usd_per_unit: Mapping[tuple[str, str], tuple[Fraction | None, ...]] | None = None
    """(site, accelerator) to present value of one unit added in each period; None in a period: not allowed then."""
    workloads: tuple[Workload, ...] = ()
    """Sorted by key, like the sites."""
    service: Mapping[tuple[str, str], Service] | None = None
    """(workload, site) to what is known of the pair; a pair without a row cannot be served. None: every pair can."""
    limit_settings: Mapping[str, LimitSetting] = field(default_factory=dict)
    goals: Goals = NO_GOALS
    last: LastPlan | None = None
    """What was planned before; None: nothing to compare with."""
    changes: Changes = field(default_factory=Changes)
    assumptions: tuple[Assumption, ...] = ()
    input_sha256: Mapping[str, str] = field(default_factory=dict)
    """Input file name to SHA-256 of its bytes."""

    def relocation_cost(self, accelerator: int) -> Fraction:
        """Return what it costs to move one unit of an accelerator."""
        own = self.accelerators[accelerator].relocation_cost_usd_per_unit
        return self.changes.relocation_cost_usd_per_unit if own is None else own

    def relocation_lead(self, accelerator: int) -> int:
        """Return for how many periods a unit of an accelerator that moves stands nowhere."""
        own = self.accelerators[accelerator].relocation_lead_periods
        return self.changes.relocation_lead_periods if own is None else own

    @cached_property
    def site_index(self) -> dict[str, int]:
        """Map site key to its number."""
        return {site.key: number for number, site in enumerate(self.sites)}

    @cached_property
    def hall_index(self) -> dict[str, int]:
        """Map hall key to its number."""
        return {hall.key: number for number, hall in enumerate(self.halls)}

    @cached_property
    def accelerator_index(self) -> dict[str, int]:
        """Map accelerator key to its number."""
        return {accelerator.key: number for number, accelerator in enumerate(self.accelerators)}

    @cached_property
    def workload_index(self) -> dict[str, int]:
        """Map workload key to its number."""
        return {workload.key: number for number, workload in enumerate(self.workloads)}

    @cached_property
    def delivered_units(self) -> tuple[tuple[int, ...], ...]:
        """Cumulative units delivered, by accelerator and period."""
        rows = []
        for accelerator in self.accelerators:
            total, row = 0, []
            for period in range(self.horizon.num_periods):
                total += accelerator.delivered_units[period] if accelerator.delivered_units else 0
                row.append(total)
            rows.append(tuple(row))
        return tuple(rows)
