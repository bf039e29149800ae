"""A case: one plan under one policy, with the derived figures that several rules read.

TPP totals are integers; places are destinations (ISO alpha-2 codes after territories follow their parent).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of, tier_table
from optimizer.policies.load import load_policy
from optimizer.policies.policy import HOLDING_COUNTRY, AfterLastDate, Bound, Policy, RuleSpec
from optimizer.rules.limit import Exact, group_key
from optimizer.rules.measures import CHIPS, H100_EQUIVALENTS, TPP, weight
from optimizer.schema.plan import Installed, LimitKind, LimitSetting, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date


@dataclass(frozen=True)
class Case:
    """One plan under one policy."""

    plan: Plan
    policy: Policy

    @property
    def num_periods(self) -> int:
        """Return the number of periods of the plan."""
        return self.plan.horizon.num_periods

    @cached_property
    def headquarters(self) -> str:
        """Return the destination of the company's headquarters."""
        return destination_of(self.plan.company.headquarters)

    @cached_property
    def site_destinations(self) -> tuple[str, ...]:
        """Return the destination of each site."""
        return tuple(destination_of(site.country) for site in self.plan.sites)

    @cached_property
    def sites_by_destination(self) -> Mapping[str, tuple[int, ...]]:
        """Map each destination with a candidate site to its site numbers, destinations sorted."""
        groups: dict[str, list[int]] = defaultdict(list)
        for number, code in enumerate(self.site_destinations):
            groups[code].append(number)
        return {code: tuple(groups[code]) for code in sorted(groups)}

    @cached_property
    def destinations(self) -> tuple[str, ...]:
        """Return every destination with a candidate site, installed stock or stock held unplaced, sorted."""
        places = set(self.sites_by_destination) | {destination_of(row.country) for row in self.plan.installed}
        if self.holding_destination is not None:
            places.add(self.holding_destination)
        return tuple(sorted(places))

    @cached_property
    def holding_destination(self) -> str | None:
        """Return where delivered stock counts while it is unplaced; None where no rule of the policy counts it."""
        if not any(self.policy.counts_delivered(spec) for spec in self.policy.rules):
            return None
        return destination_of(str(self.policy.value(HOLDING_COUNTRY)))

    def tier(self, destination: str, period: int) -> int:
        """Return the strictest tier a destination has on any day of a period."""
        return self._tiers[destination, period]

    @cached_property
    def _tiers(self) -> Mapping[tuple[str, int], int]:
        table = tier_table(self.policy.tier_table)
        horizon = self.plan.horizon
        # Before the table's first day no tier was defined; what it says of that day stands in.
        days = [
            (max(horizon.first_day(period), table.covers_from), max(horizon.last_day(period), table.covers_from))
            for period in range(self.num_periods)
        ]
        return {
            (code, period): table.strictest_tier(code, *days[period]).tier
            for code in {*self.destinations, self.headquarters}
            for period in range(self.num_periods)
        }

    def in_tiers(self, tiers: Iterable[int], period: int) -> tuple[str, ...]:
        """Return the destinations of some tiers in a period, sorted."""
        wanted = frozenset(tiers)
        return tuple(code for code in self.destinations if self.tier(code, period) in wanted)

    def is_in_force(self, period: int) -> bool:
        """Return whether the pack's limits hold in a period: any day inside its dates, or after them under `hold`."""
        horizon, policy = self.plan.horizon, self.policy
        if horizon.last_day(period) < policy.effective_from:
            return False
        return not self.is_after(period) or policy.after is AfterLastDate.HOLD

    def is_after(self, period: int) -> bool:
        """Return whether a period begins after the pack's last date."""
        until = self.policy.effective_until
        return until is not None and self.plan.horizon.first_day(period) > until

    def binds(self, spec: RuleSpec, period: int) -> bool:
        """Return whether a rule binds this company in a period: in force, and its headquarters in scope."""
        return self.is_in_force(period) and self.headquarters_within(spec.bound, period)

    def headquarters_within(self, bound: Bound | None, period: int) -> bool:
        """Return whether the headquarters lies within a bound; None is everybody."""
        if bound is None:
            return True
        return self.headquarters in bound.countries or self.tier(self.headquarters, period) in bound.tiers

    def installed(self, measure: str, destination: str | None = None, placed_from: date | None = None) -> Exact:
        """Return the installed stock in a measure: everywhere or in one destination; all, or placed on or after a day.

        Rows without a date stand before every day.
        """
        by_destination = self._installed_since(measure, placed_from)
        return sum(by_destination.values()) if destination is None else by_destination.get(destination, 0)

    def _installed_since(self, measure: str, placed_from: date | None) -> Mapping[str, Exact]:
        if (measure, placed_from) not in self._installed_cache:
            totals: dict[str, Exact] = defaultdict(int)
            for row in self.plan.installed:
                if placed_from is None or (row.placed_on is not None and row.placed_on >= placed_from):
                    totals[destination_of(row.country)] += row.units * self.weights[measure][self._number(row)]
            self._installed_cache[measure, placed_from] = totals
        return self._installed_cache[measure, placed_from]

    @cached_property
    def _installed_cache(self) -> dict[tuple[str, date | None], Mapping[str, Exact]]:
        return {}

    def _number(self, row: Installed) -> int:
        return self.plan.accelerator_index[row.accelerator]

    @cached_property
    def weights(self) -> Mapping[str, tuple[Exact, ...]]:
        """Map each measure to its weight per unit, by accelerator."""
        return {
            measure: tuple(weight(measure, accelerator) for accelerator in self.plan.accelerators)
            for measure in (TPP, CHIPS, H100_EQUIVALENTS)
        }

    def delivered(self, measure: str, period: int) -> Exact:
        """Return everything delivered by a period, in a measure."""
        return sum(
            row[period] * unit for row, unit in zip(self.plan.delivered_units, self.weights[measure], strict=True)
        )

    @cached_property
    def installed_units_at_site(self) -> Mapping[int, Mapping[int, int]]:
        """Map site number to accelerator number to units installed at that site."""
        stock: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for row in self.plan.installed:
            if row.site is not None:
                stock[self.plan.site_index[row.site]][self._number(row)] += row.units
        return {site: dict(units) for site, units in stock.items()}

    def is_open_from_the_start(self, site: int) -> bool:
        """Return whether installed stock keeps a site open at no cost."""
        return any(self.installed_units_at_site.get(site, {}).values())

    @cached_property
    def installed_power_mw(self) -> Mapping[int, Fraction]:
        """Map site number to the facility MW that its installed stock draws."""
        return {
            site: sum((units * self.plan.accelerators[number].power_kw for number, units in stock.items()), Fraction(0))
            * self.plan.sites[site].pue
            / 1000
            for site, stock in self.installed_units_at_site.items()
        }

    def available_power_mw(self, site: int, period: int) -> Fraction:
        """Return the facility MW free for new units; negative where the installed stock alone is over."""
        power = self.limit_setting("site_power", self.plan.sites[site].key).setting
        offered = self.plan.sites[site].power_mw[period] if power is None else power
        if self.plan.sites[site].power_includes_installed:
            return offered - self.installed_power_mw.get(site, Fraction(0))
        return offered

    def limit_setting(self, rule: str, scope: str) -> LimitSetting:
        """Return the planner's own setting of a group: of exactly it, else of `rule[*]`, else none."""
        settings = self.plan.limit_settings
        return settings.get(group_key(rule, scope)) or settings.get(f"{rule}[*]") or LimitSetting()

    def kind(self, rule: str, scope: str, default: LimitKind) -> LimitKind:
        """Return a group's kind, as the planner relabelled it or by default."""
        return self.limit_setting(rule, scope).kind or default


def make_case(plan: Plan, *, policy: str | None = None, policy_overrides: Mapping[str, object] | None = None) -> Case:
    """Return a plan under its own policy, or under another.

    With another policy the plan's own overrides do not apply; `policy_overrides` always do. Raises InputError for a
    policy that does not exist or a setting that does not fit it.
    """
    own = plan.policy.overrides if policy is None else {}
    return Case(plan, load_policy(policy or plan.policy.name, {**own, **(policy_overrides or {})}))
