"""The rows of a result document: placements, openings, periods, countries, limits and their groups.

A field's docstring is its description in the published JSON Schema. Money is in the document's currency, `_exact` twins are
text that reads back to the exact value, and null stands for what does not apply or is not known.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from optimizer.analysis.binding import Tightness
from optimizer.rules.limit import Sense
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.resource import Counting
from optimizer.strategy.outcome import Status

Number = int | float
ExactText = Annotated[str, Field(pattern=r"^-?\d+(\.\d+|/\d+)?$")]


class Part(BaseModel):
    """A frozen part of a document; infinities and NaN never enter."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


class PlacementRow(Part):
    """Units of one accelerator that the plan has standing at one site in one period; installed stock is not included."""

    site: str
    country: str
    """ISO 3166 alpha-2 code as the plan writes it."""
    destination: str
    """The destination the country counts as: a territory follows its parent."""
    accelerator: str
    period: str
    units_added: int
    """Units that arrive in this period."""
    units_standing: int
    """Units that stand in this period, this period's additions included."""


class OpeningRow(Part):
    """A site that the plan opens, and the first period in which it is open."""

    site: str
    country: str
    destination: str
    period: str


class HallRow(Part):
    """Modules of one hall that the plan has standing in one period."""

    hall: str
    site: str
    country: str
    period: str
    modules_added: int
    """Modules added in this period."""
    modules_standing: int
    modules_most: int
    """The most that may stand, as the plan has it."""
    mw_standing: Number
    """Facility power of the modules standing."""


class SiteRow(Part):
    """A candidate site, and what the plan has standing there at the end of the horizon; installed stock is not included."""

    site: str
    name: str | None
    region: str | None
    country: str
    destination: str
    tier: int
    """The strictest tier of the destination in the last period."""
    latitude: Number | None
    """Degrees north; null where the plan gives no coordinates."""
    longitude: Number | None
    """Degrees east."""
    units_placed: int | None
    """null without a placement."""
    tpp_placed: int | None


class PeriodRow(Part):
    """One period of the whole plan. Units and TPP are cumulative; `installed` stood before the plan begins."""

    period: str
    delivered_units: int
    """Units delivered by this period."""
    placed_units: int
    unplaced_units: int
    """Delivered and not placed: stranded stock."""
    installed_tpp: Number
    delivered_tpp: Number
    placed_tpp: Number
    unplaced_tpp: Number
    mw_available: Number
    """Facility power for new units at the candidate sites that may be open by this period, closed countries left out. At
    open sites of the modules that stand, at others of every module that may."""
    mw_open: Number
    """The part of it that is at sites open in this period."""
    mw_used: Number
    """Facility power of the units placed."""
    mw_free: Number
    """`mw_available` less `mw_used`."""
    carbon_tonnes: Number | None
    """CO2 of the units placed in this period alone; null unless every site in use gives its carbon intensity."""
    home_share: Number | None
    """Share of compute in the home destination (`plan.home`), installed stock included."""
    home_share_exact: ExactText | None
    outside_tier1_share: Number | None
    outside_tier1_share_exact: ExactText | None
    largest_tier2_share: Number | None
    """The largest share of compute in any one Tier 2 destination."""
    largest_tier2_share_exact: ExactText | None
    largest_tier2_country: str | None


class CountryRow(Part):
    """One destination with a candidate site or installed stock, in one period."""

    country: str
    """ISO 3166 alpha-2 code of the destination."""
    name: str
    period: str
    tier: int
    """The strictest tier it has on any day of the period."""
    closed: bool
    """Whether the policy forbids every addition in this period."""
    units_installed: int
    units_placed: int
    units: int
    tpp_installed: Number
    tpp_placed: Number
    tpp: Number
    share: Number | None
    """Share of the company's compute, with the denominator of the policy."""
    share_exact: ExactText | None
    allowance: Number | None
    """The smallest TPP allowance of a limit on this destination alone; null without one."""
    allowance_exact: ExactText | None
    tightest_limit: str | None
    """Key of the limit on this destination alone that is used most, relative to its allowance."""
    percent_used: float | None
    """How much of that limit is used."""
    headroom_tpp: int | None
    """The most TPP that whole blocks of one accelerator could still add from this period on; null: no limit stops it."""
    headroom_units: dict[str, int | None]
    """By accelerator: units in whole blocks that could still be added from this period on, by the policy alone."""
    headroom_stopped_by: dict[str, str | None]
    """By accelerator: key of the limit that stops one block more."""


class MoveRow(Part):
    """Units of one age that go from one site to another."""

    from_site: str
    to_site: str
    accelerator: str
    added_in: str
    """The period in which they were placed first."""
    departs: str
    """The first period in which they no longer stand at `from_site`."""
    arrives: str
    """The first period in which they stand at `to_site`."""
    units: int


class RetiredRow(Part):
    """Units of one age that leave the plan for good."""

    site: str
    accelerator: str
    added_in: str
    """The period in which they were placed first."""
    period: str
    """The first period in which they no longer stand."""
    units: int
    reason: str
    """`retired`, or `site closed`."""


class EntryRow(Part):
    """Controlled units that have entered a destination by one legal path, in one period; no installed stock."""

    period: str
    destination: str
    gate: str
    """Sites of the destination at which the same paths are open: its code, or with its first site's name."""
    path: str
    accelerator: str
    units_added: int
    units_standing: int
    tpp_standing: Number


class PathRow(Part):
    """One legal path into one destination in one period: what it has carried and what it still takes."""

    period: str
    destination: str
    path: str
    title: str
    open: bool
    """Whether units may enter by it in this period, at some site."""
    tpp_installed: Number
    """Installed stock that is taken to have entered by it."""
    tpp_entered: Number
    """Units of the plan that have entered by it by this period."""
    headroom_tpp: Number | None
    """The most TPP that it still takes in this period by the limit that stops it first; null: no limit of its own."""
    headroom_tpp_exact: ExactText | None
    usage: Number | None
    """Usage of that limit, everything it counts included."""
    allowance: Number | None
    limit: str | None
    """Key of that limit."""
    citation: str


class ResourceRow(Part):
    """One shared resource in one period that has a limit: what the plan uses of it, installed stock left out."""

    resource: str
    period: str
    counts: Counting
    """`standing`: all that stands; `added`: what is added in the period; `cumulative`: all that was added by then."""
    kind: LimitKind
    unit: str
    limit: Number
    limit_exact: ExactText
    used: Number
    used_exact: ExactText
    left: Number
    """`limit` less `used`; negative where a soft limit is bought past."""
    left_exact: ExactText
    binding: Tightness


class LimitFields(Part):
    """What a limit and a group of limits have in common."""

    group: str
    """The setting a limit comes from, such as `destination_share[MY]`."""
    rule: str
    scope: str
    kind: LimitKind
    sense: Sense
    """`at_most`: usage stays at or under the allowance; `at_least`: at or over it."""
    usage: Number
    usage_exact: ExactText
    allowance: Number
    allowance_exact: ExactText
    slack: Number
    """How far usage is from breaking the limit; negative where it is broken, or a soft one bought past, by that much."""
    slack_exact: ExactText
    percent_used: float | None
    """100 x usage / allowance; null where the allowance is zero."""
    allowance_from_unplaced: Number | None
    """How much of a share's allowance comes from delivered stock that is not placed; null unless the share counts it."""
    unit: str
    setting: str
    """The number somebody wrote, as they wrote it."""
    binding: Tightness
    """`binding`: one block more would break it, or a soft limit is used up; `closed`: it allows nothing; else `slack`."""
    price_cap: Number | None
    """Of a soft limit: the money for each unit past it in each period, before discounting; null: it must hold."""
    citation: str


class LimitRow(LimitFields):
    """One limit on the stock of one period, read exactly on the placement."""

    key: str
    """Such as `destination_share[MY,2026Q4]`."""
    period: str
    bound_price: float | None
    """Money per unit of the limit at which the bound was proven, together with those of the other limits: sites then choose
    by themselves, and no choice is worth much more than the bound. null: the limit has none, or the search went otherwise.
    What a limit costs is under `values[]`."""


class GroupRow(LimitFields):
    """All limits of one setting; the figures are those of the period in which it is tightest."""

    tightest_period: str
    binding_periods: tuple[str, ...]
    broken_periods: tuple[str, ...]
    bought_periods: tuple[str, ...]
    """Those in which a soft limit is bought past."""


class GoalRow(Part):
    """What became of one secondary goal, in the order in which they count."""

    goal: str
    """`fewest_sites` or `least_carbon`."""
    unit: str
    within: Number
    """Part of `best_value` that all goals together may give up."""
    within_exact: ExactText
    before: Number
    """What the placement came to when this goal was begun."""
    before_exact: ExactText
    after: Number
    """What the placement of this document comes to, worked out exactly from it."""
    after_exact: ExactText
    best_bound: Number
    """Proven: no placement that is worth `value_floor` and keeps what the goals before reached has less."""
    best_bound_exact: ExactText
    gap: float | None
    """|best_bound - after| / |after|; 0 where they are equal, null where it is not known."""
    status: Status
    """`optimal`, `within_gap` or, where the search for it was stopped, `feasible`."""
    proven: bool
    """Whether no less of it is possible."""
    value_given_up: Number
    """Value before this goal less value after it; of all goals they add up to `best_value` less `objective`."""
    value_given_up_exact: ExactText
    stopped_by: str | None
    """`time budget`, `time limit` or `interruption`; null where the search for it ended by itself."""
    begun: bool
    """Whether there was time for it at all; if not, the bound says only that no goal is ever negative."""
    seconds: float
    held_fixed: tuple[str, ...]
    """What the search for the value had chosen among several, and the goals keep."""
    sentence: str
