"""A case: one plan under one policy, with the derived figures that several rules read.

TPP totals are integers; places are destinations (ISO alpha-2 codes after territories follow their parent).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of, tier_table
from optimizer.entry.gates import Gate, gates_of
from optimizer.entry.holdings import Holding, holdings_of
from optimizer.entry.paths import Path, PathCalendar
from optimizer.entry.tiers import Tiers
from optimizer.policies.load import load_policy
from optimizer.policies.policy import HOLDING_COUNTRY, TF32_BITS, AfterLastDate, Policy
from optimizer.rules.installed_stock import InstalledStock
from optimizer.rules.limit import WORLD, Entered, Exact, Opened, group_key
from optimizer.rules.measures import CHIPS, CONTROLLED_TPP, H100_EQUIVALENTS, TPP, is_controlled, weight
from optimizer.rules.power import Power
from optimizer.schema.plan import AuthorisationType, LimitSetting, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.policies.specs import Bound, RuleSpec
    from optimizer.schema.limit_kind import LimitKind
    from optimizer.schema.plan import Accelerator

UNCERTAIN_ECCN = "uncertain"
"""What the catalogue says of a chip whose classification turns on an open question."""


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
    def stock(self) -> InstalledStock:
        """Return what stood before the plan."""
        return InstalledStock(self)

    @cached_property
    def power(self) -> Power:
        """Return the power of the sites."""
        return Power(self)

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

    def sites_in(self, place: str) -> tuple[int, ...]:
        """Return the sites of a destination, or of the `WORLD`."""
        return tuple(range(len(self.plan.sites))) if place == WORLD else self.sites_by_destination.get(place, ())

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

    @cached_property
    def closes(self) -> Mapping[int, int]:
        """Map each site that closes inside the plan to the last period in which it is open."""
        ends = ((number, site.closes_after) for number, site in enumerate(self.plan.sites))
        return {number: last for number, last in ends if last is not None and last < self.num_periods - 1}

    def last_open(self, site: int) -> int:
        """Return the last period in which a site may be open."""
        return self.closes.get(site, self.num_periods - 1)

    def is_closed(self, site: int, period: int) -> bool:
        """Return whether a site has closed by a period."""
        return period > self.last_open(site)

    def is_open_from_the_start(self, site: int) -> bool:
        """Return whether stock installed at the start keeps a site open at no cost, also once that stock has left."""
        return site in self.stock.sites_at_the_start

    def is_open_without(self, opened: Opened) -> bool:
        """Return whether a site is open in a period whatever is placed."""
        return self.is_open_from_the_start(opened.site) and not self.is_closed(*opened)

    # --- Tiers, dates, headquarters -----------------------------------------------------------------------------------

    @cached_property
    def tiers(self) -> Tiers:
        """Return the tiers of the policy over the plan's periods."""
        return Tiers(tier_table(self.policy.tier_table), self.plan.horizon)

    def tier(self, destination: str, period: int) -> int:
        """Return the strictest tier a destination has on any day of a period."""
        return self.tiers.of(destination, period)

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

    @cached_property
    def first_in_force(self) -> int:
        """Return the first period in which the pack is in force; `num_periods` where it never is."""
        return next((k for k in range(self.num_periods) if self.is_in_force(k)), self.num_periods)

    def binds(self, spec: RuleSpec, period: int) -> bool:
        """Return whether a rule binds this company in a period: in force, headquarters in scope, authorisation held."""
        since = self.policy.day(spec.since)
        is_early = since is not None and self.plan.horizon.last_day(period) >= since and not self.is_after(period)
        return (
            (is_early or self.is_in_force(period))
            and self.headquarters_within(spec.bound, period)
            and (spec.held is None or self.holds(spec.held, period))
        )

    def headquarters_within(self, bound: Bound | None, period: int) -> bool:
        """Return whether the headquarters lies within a bound; None is everybody."""
        return self.tiers.within(bound, self.headquarters, period)

    # --- Authorisations and paths -------------------------------------------------------------------------------------

    @cached_property
    def holdings(self) -> tuple[Holding, ...]:
        """Return what the company holds under the policy's `authorisations`."""
        tiers = {tier for spec in self.policy.paths if spec.needs is AuthorisationType.NVEU for tier in spec.tiers}
        periods = range(self.num_periods)
        places = [code for code in self.sites_by_destination if any(self.tier(code, k) in tiers for k in periods)]
        return holdings_of(self.plan, self.policy, places)

    def holds(self, kind: str, period: int) -> bool:
        """Return whether the company holds an authorisation of a type on any day of a period."""
        first, last = self.plan.horizon.first_day(period), self.plan.horizon.last_day(period)
        return any(row.type == kind and row.touches(first, last) for row in self.holdings)

    @cached_property
    def paths(self) -> Mapping[str, Path]:
        """Map the key of each path of the policy that this company may take to the path, in the pack's order."""
        return {path.key: path for path in self._calendar.paths}

    @cached_property
    def _calendar(self) -> PathCalendar:
        return PathCalendar(self.plan, self.policy, self.tiers, self.holdings, self.accelerators)

    @cached_property
    def controlled(self) -> tuple[bool, ...]:
        """Return, by accelerator number, whether it needs a legal path."""
        return tuple(is_controlled(accelerator) for accelerator in self.accelerators)

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """Return the gates of the plan's sites; none where the policy has no paths."""
        if not self.policy.paths:
            return ()
        return gates_of(
            self._calendar,
            limited=self._limited_paths,
            first_in_force=self.first_in_force,
            existing_sites=frozenset(filter(self.is_open_from_the_start, range(len(self.plan.sites)))),
            controlled=self.controlled,
        )

    @cached_property
    def gates_by_destination(self) -> Mapping[str, tuple[Gate, ...]]:
        """Map each destination with candidate sites to its gates."""
        return {
            place: tuple(gate for gate in self.gates if gate.destination == place)
            for place in {gate.destination for gate in self.gates}
        }

    @cached_property
    def gate_by_key(self) -> Mapping[str, Gate]:
        """Map the key of each gate to the gate."""
        return {gate.key: gate for gate in self.gates}

    @cached_property
    def _limited_paths(self) -> frozenset[str]:
        """Return the keys of path specs that some rule counts."""
        keys: set[str] = set()
        for spec in self.policy.rules:
            keys.update(spec.paths, spec.debit_paths, self.counted_paths(spec) or ())
        return frozenset(keys)

    def counted_paths(self, spec: RuleSpec) -> tuple[str, ...] | None:
        """Return the paths that alone count in a share; None where every unit counts whatever its path."""
        chosen = self.policy.choice(spec.counted_paths_by, "")
        return spec.counted_paths.get(chosen)

    def entered(
        self, specs: Iterable[str], gates: Iterable[Gate], period: int, measure: str
    ) -> Iterator[tuple[Entered, Exact]]:
        """Yield the units that have entered through gates by paths of some specs by a period, weighted by a measure."""
        wanted = frozenset(specs)
        for gate in gates:
            if gate.free_path is not None:
                continue
            for key in gate.open_periods:
                last = gate.last_open(key, period)
                if self.paths[key].spec.key in wanted and last is not None:
                    yield from self._entered_by(gate, key, last, measure)

    def _entered_by(self, gate: Gate, path: str, period: int, measure: str) -> Iterator[tuple[Entered, Exact]]:
        for sku in self.skus_by_path(path):
            weighted = self.weights[measure][sku]
            if weighted:
                yield Entered(gate.key, sku, path, period), weighted

    def may_enter(self, gate: Gate, path: str, sku: int, period: int) -> bool:
        """Return whether an accelerator may enter through a gate by a path in a period."""
        opened = gate.open_periods.get(path, ())
        return bool(opened) and opened[period] and self.paths[path].allows[sku]

    def skus_by_path(self, path: str) -> tuple[int, ...]:
        """Return the numbers of the controlled, delivered accelerators that a path allows."""
        allows = self.paths[path].allows
        return tuple(sku for sku in self.skus_on_paths if allows[sku])

    @cached_property
    def skus_on_paths(self) -> tuple[int, ...]:
        """Return the numbers of the accelerators that are delivered and need a legal path."""
        delivered = self.plan.delivered_units
        return tuple(sku for sku, needs in enumerate(self.controlled) if needs and delivered[sku][-1])

    # --- Measures -----------------------------------------------------------------------------------------------------

    @cached_property
    def accelerators(self) -> tuple[Accelerator, ...]:
        """Return the plan's accelerators with the TPP that the policy's reading of TF32 gives them."""
        if self.policy.choice(TF32_BITS, "") != "32":
            return self.plan.accelerators
        return tuple(
            row if row.tpp_with_tf32 is None else _with_tf32(row, row.tpp_with_tf32) for row in self.plan.accelerators
        )

    @cached_property
    def weights(self) -> Mapping[str, tuple[Exact, ...]]:
        """Map each measure to its weight per unit, by accelerator; controlled TPP only where the policy counts it."""
        measures = [TPP, CHIPS, H100_EQUIVALENTS]
        if self.policy.paths or any(spec.measure == CONTROLLED_TPP for spec in self.policy.rules):
            measures.append(CONTROLLED_TPP)
        return {
            measure: tuple(weight(measure, accelerator) for accelerator in self.accelerators) for measure in measures
        }

    def delivered(self, measure: str, period: int) -> Exact:
        """Return everything delivered by a period, in a measure; nothing before the plan."""
        if period < 0:
            return 0
        return sum(
            row[period] * unit for row, unit in zip(self.plan.delivered_units, self.weights[measure], strict=True)
        )

    # --- What the planner says of limits ------------------------------------------------------------------------------

    def limit_setting(self, rule: str, scope: str) -> LimitSetting:
        """Return what the planner says of a group: of exactly it, and where that is silent of `rule[*]`."""
        key = (rule, scope)
        if key not in self._limit_settings:
            settings = self.plan.limit_settings
            own, every = settings.get(group_key(rule, scope)), settings.get(f"{rule}[*]")
            self._limit_settings[key] = own.over(every) if own and every else own or every or LimitSetting()
        return self._limit_settings[key]

    @cached_property
    def _limit_settings(self) -> dict[tuple[str, str], LimitSetting]:
        return {}

    def number(self, rule: str, scope: str, period: int, written: Exact) -> Exact:
        """Return the number of a group in a period: the planner's own or the one written elsewhere, with its change."""
        own = self.limit_setting(rule, scope)
        number = written if own.setting is None else _whole(own.setting)
        if own.change is None or (own.change_from is not None and period < own.change_from):
            return number
        return _whole(Fraction(number) + own.change)

    def kind(self, rule: str, scope: str, default: LimitKind) -> LimitKind:
        """Return a group's kind, as the planner relabelled it or by default."""
        return self.limit_setting(rule, scope).kind or default


def _whole(value: Fraction) -> Exact:
    return value.numerator if value.denominator == 1 else value


def _with_tf32(accelerator: Accelerator, tpp: int) -> Accelerator:
    """Return an accelerator with the TPP that TF32 gives it; what was uncertain before is then told from its TPP."""
    eccn = None if accelerator.eccn == UNCERTAIN_ECCN else accelerator.eccn
    return replace(accelerator, tpp=tpp, eccn=eccn)


def make_case(plan: Plan, *, policy: str | None = None, policy_overrides: Mapping[str, object] | None = None) -> Case:
    """Return a plan under its own policy, or under another.

    With another policy the plan's own overrides do not apply; `policy_overrides` always do. Raises InputError for a
    policy that does not exist or a setting that does not fit it.
    """
    own = plan.policy.overrides if policy is None else {}
    return Case(plan, load_policy(policy or plan.policy.name, {**own, **(policy_overrides or {})}))
