"""A tiny plan in numbers, with what the lives of its units, its openings and its modules are worth.

A life says where one unit stands in each period: not bought yet, at a site, on its way, or gone. Everything is written from
the descriptions alone, in exact arithmetic; nothing is shared with the tool, which counts stock by age.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.oracle import law
from tests.oracle.plan_facts import absolute_period, exact, flag, power_of
from tests.oracle.service import _best_of_period, asked, value_of
from tests.oracle.unit_lives import BEFORE, GONE, MOVING, Facts, Life, Lot, Site, Stock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.oracle.plan_facts import Row

PER_YEAR = 4
HOURS = Fraction(8760, PER_YEAR)
Owned = tuple[str, Life]
"""An accelerator and the life of one of its units."""


class Past(NamedTuple):
    """A limit gone past: its group as `limits` names it, the period, by how much."""

    group: str
    period: int
    excess: Fraction


@dataclass(frozen=True)
class Hall:
    """A hall of a site."""

    key: str
    site: str
    power_mw: Fraction
    most: int
    cost: Fraction
    since: int
    least: int


@dataclass(frozen=True)
class Choice:
    """What a placement decides: units with their lives, openings, modules by hall; what is served, where that is said."""

    units: tuple[Owned, ...]
    opened: Mapping[str, int]
    modules: Mapping[str, tuple[int, ...]]
    served: Mapping[tuple[str, str, int], int] | None = None

    def standing(self, hall: Hall, period: int) -> int:
        """Return the modules of a hall."""
        row = self.modules.get(hall.key)
        return row[period] if row else 0


class World:
    """A plan document in numbers: quarters, three-tier-2025-01 or physical-only."""

    def __init__(self, document: Row) -> None:
        self.document = document
        horizon, economics = document["horizon"], document.get("economics", {})
        self.count = int(horizon["periods"])
        self.start = absolute_period(horizon["start"], PER_YEAR)
        self.rate = exact(horizon.get("annual_discount_rate", 0))
        self.share = exact(economics.get("first_period_share", "1/2"))
        self.site_life = exact(economics.get("site_life_years", 15))
        self.has_residual = economics.get("residual", "life") == "life"
        self.must_place = str(economics.get("must_place", "no"))
        self.policy = document["policy"]
        self.is_law = self.policy["name"] == "three-tier-2025-01"
        self.chips = {row["accelerator"]: row for row in document["accelerators"]}
        self.block = {key: int(row.get("block", 1)) for key, row in self.chips.items()}
        changes = document.get("changes", {})
        self.retires, self.relocates = (flag(changes.get(name, False)) for name in ("retirement", "relocation"))
        self.lead = int(changes.get("relocation_lead_periods", 0))
        self.move_cost = exact(changes.get("relocation_cost_usd_per_unit", 0))
        # Facts reads sites, stock and lots of a plan with one accelerator; none of its judgements are used here.
        self.reader = Facts({**document, "accelerators": document["accelerators"][:1], "deliveries": []})
        self.sites: dict[str, Site] = self.reader.sites
        self.rows = {row["site"]: row for row in document["sites"]}
        self.stock: list[tuple[str, Stock]] = [
            (row["accelerator"], self.reader._stock(row)) for row in document.get("installed", [])
        ]
        self.lots = {
            key: [
                Lot(self.number(row["period"]), int(row["units"]), row.get("destination"))
                for row in document["deliveries"]
                if row["accelerator"] == key
            ]
            for key in self.chips
        }
        self.halls = [self._hall(row) for row in document.get("halls", [])]
        self.prices = {group: exact(row["price_cap"]) for group, row in document.get("limits", {}).items()}
        self.labels = [self.label(period) for period in range(self.count)]
        self.places = {key: law.destination(site.country) for key, site in self.sites.items()}

    def number(self, label: str) -> int:
        return absolute_period(label, PER_YEAR) - self.start

    def label(self, period: int) -> str:
        year, quarter = divmod(self.start + period, PER_YEAR)
        return f"{year}Q{quarter + 1}"

    def factor(self, period: int) -> Fraction:
        return power_of(1 + self.rate, -period, PER_YEAR)

    def _hall(self, row: Row) -> Hall:
        since = max(0, self.number(row["available_from"])) if row.get("available_from") else 0
        least = int(row.get("min_modules_if_open") or 0)
        power, cost = exact(row["power_mw"]), exact(row.get("cost_usd") or 0)
        return Hall(row["hall"], row["site"], power, int(row["modules"]), cost, since, least)

    @cached_property
    def held(self) -> frozenset[str]:
        """Return the sites that stock installed at the start keeps open, until they close."""
        return frozenset(
            stock.site for _, stock in self.stock if stock.site is not None and stock.units and stock.stands(0)
        )

    def may_open(self, key: str, period: int) -> bool:
        site = self.sites[key]
        return site.opens <= period and (site.closes is None or period <= site.closes)

    def is_open(self, choice: Choice, key: str, period: int) -> bool:
        site = self.sites[key]
        if site.closes is not None and period > site.closes:
            return False
        first = choice.opened.get(key)
        return key in self.held or (first is not None and first <= period)

    def held_at(self, key: str, period: int) -> list[tuple[str, Stock]]:
        """Return the installed stock that stands at a site."""
        return [(chip, stock) for chip, stock in self.stock if stock.site == key and stock.stands(period)]

    def power_kw(self, chip: str) -> Fraction:
        return exact(self.chips[chip]["power_kw"])

    def pue(self, site: str) -> Fraction:
        return exact(self.rows[site].get("pue") or 1)

    # --- Lives --------------------------------------------------------------------------------------------------------

    def lives(self, chip: str) -> list[Life]:
        """Return every life a block can have, never bought included."""
        found: dict[Life, None] = {(BEFORE,) * self.count: None}
        first = min((lot.period for lot in self.lots[chip]), default=self.count)
        for start in range(first, self.count):
            for key in self._allowed(chip):
                if self.may_open(key, start):
                    found.update(dict.fromkeys(self._after((BEFORE,) * start + (key,), chip)))
        return list(found)

    def _after(self, life: Life, chip: str) -> Iterator[Life]:
        """Yield every way in which a life goes on."""
        if len(life) == self.count:
            yield life
            return
        for step in [(GONE,)] if life[-1] == GONE else self._steps(life[-1], len(life), chip):
            yield from self._after((*life, *step), chip)

    def _steps(self, here: str, period: int, chip: str) -> Iterator[tuple[str, ...]]:
        """Yield what a unit may do in a period: stay, be retired, or go and be on its way until it arrives."""
        stays = self.may_open(here, period)
        if stays:
            yield (here,)
        if self.retires or not stays:
            yield (GONE,)
        arrival = period + self.lead
        if self.relocates and arrival < self.count:
            for key in self._allowed(chip):
                if key != here and self.may_open(key, arrival):
                    yield (*(MOVING,) * self.lead, key)

    def _allowed(self, chip: str) -> list[str]:
        found = []
        for key in self.sites:
            listed = self.rows[key].get("allowed_accelerators")
            if not listed or chip in listed.split(";"):
                found.append(key)
        return found

    def arrivals(self, life: Life) -> list[tuple[int, str, str | None]]:
        """Return when a unit came to which site, and from which site (None: bought)."""
        found: list[tuple[int, str, str | None]] = []
        here: str | None = None
        for period, where in enumerate(life):
            if where in self.sites and where != here:
                found.append((period, where, here))
            here = where if where in self.sites else here
        return found

    # --- Money --------------------------------------------------------------------------------------------------------

    def margin(self, chip: str, key: str, period: int) -> Fraction:
        row, site = self.chips[chip], self.sites[key]
        decline = power_of(1 - exact(row.get("annual_value_decline") or 0), period, PER_YEAR)
        value = exact(row["value_usd_per_hour"]) * decline * site.multiplier
        return HOURS * (value - self.power_kw(chip) * self.pue(key) * site.price / 1000)

    def worth_of(self, chip: str, life: Life) -> Fraction:
        """Return what one unit earns in a life."""
        came = {period: origin for period, _, origin in self.arrivals(life)}
        if not came:
            return Fraction(0)
        money = Fraction(0)
        for period, where in enumerate(life):
            if where in self.sites:
                part = self.share if period in came else Fraction(1)
                money += part * self.factor(period) * self.margin(chip, where, period)
        bought, costs = min(came), self.document.get("unit_costs", [])
        money -= self.factor(bought) * sum((exact(row["usd_per_unit"]) for row in costs), Fraction(0))
        moved = (period for period, origin in came.items() if origin is not None)
        money -= self.move_cost * sum((self.factor(period - self.lead) for period in moved), Fraction(0))
        return money + (self._left(chip, life[-1], bought) if life[-1] in self.sites else 0)

    def _left(self, chip: str, key: str, bought: int) -> Fraction:
        """Return what a unit earns after the plan."""
        if not self.has_residual:
            return Fraction(0)
        closes = self.sites[key].closes
        end = bought + exact(self.chips[chip].get("life_years") or 5) * PER_YEAR
        end = end if closes is None else min(end, Fraction(closes + 1))
        parts = ((k, min(Fraction(1), end - k)) for k in range(self.count, ceil(end)))
        margin = self.margin(chip, key, self.count - 1)
        return sum((self.factor(k) * part * margin for k, part in parts), Fraction(0))

    def _credit(self, key: str, first: int) -> Fraction:
        """Return the part of what is spent on a site in a period that is left at the end, discounted."""
        if not self.has_residual:
            return Fraction(0)
        life, closes = self.site_life * PER_YEAR, self.sites[key].closes
        life = life if closes is None else min(life, Fraction(closes + 1 - first))
        return max(Fraction(0), 1 - Fraction(self.count - first) / life) * self.factor(self.count)

    def opening(self, key: str, first: int) -> Fraction:
        site = self.sites[key]
        end = self.count if site.closes is None else min(self.count, site.closes + 1)
        money = site.opening_cost * (self._credit(key, first) - self.factor(first))
        return money - sum((self.factor(k) for k in range(first, end)), Fraction(0)) * site.fixed_cost

    def modules_money(self, hall: Hall, row: Sequence[int]) -> Fraction:
        added = [count - (row[k - 1] if k else 0) for k, count in enumerate(row)]
        return sum(
            (n * hall.cost * (self._credit(hall.site, k) - self.factor(k)) for k, n in enumerate(added) if n > 0),
            Fraction(0),
        )

    def service_money(self, choice: Choice) -> Fraction | None:
        """Return what serving earns: as a result says, or at best (less what is paid past `must_serve`)."""
        if not self.document.get("workloads"):
            return Fraction(0)
        facts = self.service_facts
        if choice.served is not None:
            worth = {(one.key, k): one for k in range(self.count) for one in asked(facts, k)}
            return sum(
                (tpp * value_of(facts, worth[w, k], s, k) for (s, w, k), tpp in choice.served.items()), Fraction(0)
            )
        total = Fraction(0)
        for period in range(self.count):
            room = {site: self.tpp_at(choice, site, period) for site in self.sites}
            found = _best_of_period(facts, asked(facts, period), room, period)
            if found is None:
                return None
            total += found
        return total

    @cached_property
    def most_service(self) -> Fraction:
        facts = self.service_facts
        total = Fraction(0)
        for period in range(self.count):
            for one in asked(facts, period):
                total += one.demand * max(Fraction(0), *(value_of(facts, one, s, period) for s in self.sites))
        return total

    @cached_property
    def service_facts(self) -> Any:  # noqa: ANN401  what tests.oracle.service reads of a plan
        service = self.document.get("service")
        return SimpleNamespace(
            workloads=tuple(self.document.get("workloads", [])),
            service=None if service is None else tuple(service),
            site_rows=self.rows,
            sites=self.sites,
            labels=self.labels,
            num_periods=self.count,
            periods_per_year=PER_YEAR,
            rate=self.rate,
            prices=self.prices,
        )

    def tpp_at(self, choice: Choice, site: str, period: int) -> int:
        total = sum(int(self.chips[chip]["tpp"]) for chip, life in choice.units if life[period] == site)
        return total + sum(s.units * int(self.chips[chip]["tpp"]) for chip, s in self.held_at(site, period))

    def before_charges(self, choice: Choice) -> Fraction:
        """Return the money of units, openings and halls."""
        money = sum((self.worth(chip, life) for chip, life in choice.units), Fraction(0))
        money += sum((self.opening(k, n) for k, n in choice.opened.items() if k not in self.held), Fraction(0))
        return money + sum((self.modules_money(h, choice.modules.get(h.key, ())) for h in self.halls), Fraction(0))

    def worth(self, chip: str, life: Life) -> Fraction:
        """Return what one unit earns in a life, worked out once."""
        if (chip, life) not in self._worths:
            self._worths[chip, life] = self.worth_of(chip, life)
        return self._worths[chip, life]

    @cached_property
    def _worths(self) -> dict[Owned, Fraction]:
        return {}

    def carbon(self, choice: Choice) -> Fraction:
        total = Fraction(0)
        for chip, life in choice.units:
            arrived = {when for when, _, _ in self.arrivals(life)}
            for period, where in enumerate(life):
                if where in self.sites:
                    part = self.share if period in arrived else Fraction(1)
                    kg = exact(self.rows[where].get("carbon_kg_per_mwh") or 0)
                    total += HOURS * self.power_kw(chip) * self.pue(where) / 1000 * kg * part
        return total

    def open_at_the_end(self, choice: Choice) -> int:
        return sum(self.is_open(choice, key, self.count - 1) for key in self.sites if key not in self.held)
