"""The optimum of a tiny plan in which stock leaves or moves, by walking through the lives of its blocks, one by one.

A life says, for each period, where a block stands: not bought yet, at a site, on its way, or gone. Every set of lives is
valued and judged from the description alone, in exact arithmetic; nothing is shared with the tool, which counts stock by
age. Plans have one accelerator, quarters from 2025Q1 on, and the tables and columns that `Facts` reads.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import combinations_with_replacement
from math import ceil
from typing import TYPE_CHECKING

from tests.oracle import law
from tests.oracle.plan_facts import absolute_period, exact, flag, power_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.oracle.plan_facts import Row

BEFORE, GONE, MOVING = "before", "gone", "moving"
Life = tuple[str, ...]
"""By period: the key of a site, or one of the three words above."""
PER_YEAR = 4
HOURS = Fraction(8760, PER_YEAR)


@dataclass(frozen=True)
class Site:
    key: str
    country: str
    power_mw: tuple[Fraction, ...]
    price: Fraction
    multiplier: Fraction
    opening_cost: Fraction
    fixed_cost: Fraction
    max_units: int | None
    least: int
    opens: int
    closes: int | None
    """Last period open; None: it stays."""
    includes_installed: bool


@dataclass(frozen=True)
class Stock:
    site: str | None
    country: str
    units: int
    recent: bool
    """Whether it was placed since the policy began."""
    last: int | None

    def stands(self, period: int) -> bool:
        return self.last is None or period <= self.last


@dataclass(frozen=True)
class Lot:
    period: int
    units: int
    target: str | None


class Facts:
    """A plan document in numbers."""

    def __init__(self, document: Row) -> None:
        horizon = document["horizon"]
        self.count = int(horizon["periods"])
        self.start = absolute_period(horizon["start"], PER_YEAR)
        self.rate = exact(horizon.get("annual_discount_rate", 0))
        (self.chip,) = document["accelerators"]
        self.block = int(self.chip["block"])
        economics = document.get("economics", {})
        self.share = exact(economics.get("first_period_share", "1/2"))
        self.has_residual = economics.get("residual", "life") == "life"
        self.must_place = str(economics.get("must_place", "no"))
        self.policy = document.get("policy", {})
        changes = document.get("changes", {})
        self.retires, self.relocates = flag(changes.get("retirement", False)), flag(changes.get("relocation", False))
        self.lead = int(changes.get("relocation_lead_periods", 0))
        self.cost = exact(changes.get("relocation_cost_usd_per_unit", 0))
        self.freight = exact(document["unit_costs"][0]["usd_per_unit"]) if document.get("unit_costs") else Fraction(0)
        self.sites = {row["site"]: self._site(row, document) for row in document["sites"]}
        self.stock = [self._stock(row) for row in document.get("installed", [])]
        self.lots = [
            Lot(self.number(row["period"]), int(row["units"]), row.get("destination")) for row in document["deliveries"]
        ]

    def number(self, label: str) -> int:
        return absolute_period(label, PER_YEAR) - self.start

    def first_day(self, period: int) -> date:
        year, quarter = divmod(self.start + period, PER_YEAR)
        return date(year, 3 * quarter + 1, 1)

    def _site(self, row: Row, document: Row) -> Site:
        power = [exact(row["power_mw"])] * self.count
        for change in document.get("power", []):
            if change["site"] == row["site"]:
                power[self.number(change["period"])] = exact(change["power_mw"])
        return Site(
            row["site"],
            row["country"],
            tuple(power),
            exact(row.get("energy_price_usd_per_mwh") or 0),
            exact(row.get("value_multiplier") or 1),
            exact(row.get("opening_cost_usd") or 0),
            exact(row.get("fixed_cost_usd_per_period") or 0),
            int(row["max_units"]) if row.get("max_units") is not None else None,
            int(row.get("min_units_if_open") or 0),
            self.number(row["opens_from"]) if row.get("opens_from") else 0,
            self.number(row["closes_after"]) if row.get("closes_after") else None,
            flag(row.get("power_includes_installed", False)),
        )

    def _stock(self, row: Row) -> Stock:
        last = None
        if row.get("retires_on"):
            day = date.fromisoformat(row["retires_on"])
            last = day.year * PER_YEAR + (day.month - 1) // 3 - self.start
        site = self.sites[row["site"]] if row.get("site") else None
        if site is not None and site.closes is not None:
            last = site.closes if last is None else min(last, site.closes)
        recent = str(row.get("placed_on") or "") >= law.IN_FORCE_FROM.isoformat()
        return Stock(row.get("site"), site.country if site else row["country"], int(row["units"]), recent, last)

    def factor(self, period: int) -> Fraction:
        return power_of(1 + self.rate, -period, PER_YEAR)

    def is_open(self, site: Site, period: int) -> bool:
        return site.opens <= period and (site.closes is None or period <= site.closes)

    def held_open(self, site: Site) -> bool:
        return any(stock.site == site.key and stock.units and stock.stands(0) for stock in self.stock)

    def place(self, site: str) -> str:
        return law.destination(self.sites[site].country)

    # --- Lives --------------------------------------------------------------------------------------------------------

    def lives(self) -> list[Life]:
        """Return every life a block can have, never bought included."""
        found = list(self._extend((BEFORE,) * self.count, 0))
        return [*dict.fromkeys(found)]

    def _extend(self, life: Life, period: int) -> Iterator[Life]:
        yield life
        for start in range(period, self.count):
            for key, site in self.sites.items():
                if self.is_open(site, start):
                    yield from self._after((*life[:start], key))

    def _after(self, life: Life) -> Iterator[Life]:
        """Yield every way in which a life goes on."""
        if len(life) == self.count:
            yield life
            return
        for step in self._steps(life[-1], len(life)):
            yield from self._after((*life, *step))

    def _steps(self, here: str, period: int) -> Iterator[tuple[str, ...]]:
        """Yield what a block may do in a period: stay, be retired, or go and be on its way until it arrives."""
        if here == GONE:
            yield (GONE,)
            return
        stays = self.is_open(self.sites[here], period)
        if stays:
            yield (here,)
        if self.retires or not stays:
            yield (GONE,)
        arrival = period + self.lead
        if self.relocates and arrival < self.count:
            for key, other in self.sites.items():
                if key != here and self.is_open(other, arrival):
                    yield (*(MOVING,) * self.lead, key)

    def arrivals(self, life: Life) -> list[tuple[int, str, str | None]]:
        """Return when a block came to which site, and from which site (None: bought)."""
        found: list[tuple[int, str, str | None]] = []
        here: str | None = None
        for period, where in enumerate(life):
            if where in self.sites and where != here:
                found.append((period, where, here))
            here = where if where in self.sites else here
        return found

    # --- Money --------------------------------------------------------------------------------------------------------

    def margin(self, site: Site, period: int) -> Fraction:
        decline = power_of(1 - exact(self.chip.get("annual_value_decline") or 0), period, PER_YEAR)
        value = exact(self.chip["value_usd_per_hour"]) * decline * site.multiplier
        return HOURS * (value - exact(self.chip["power_kw"]) * site.price / 1000)

    def worth(self, life: Life) -> Fraction:
        """Return what one block earns in a life, without openings."""
        came = {period: origin for period, _, origin in self.arrivals(life)}
        if not came:
            return Fraction(0)
        money = Fraction(0)
        for period, where in enumerate(life):
            if where in self.sites:
                part = self.share if period in came else Fraction(1)
                money += part * self.factor(period) * self.margin(self.sites[where], period)
        bought = min(came)
        money -= self.factor(bought) * self.freight
        for period, origin in came.items():
            if origin is not None:
                money -= self.factor(period - self.lead) * self.cost
        if self.has_residual and life[-1] in self.sites:
            site = self.sites[life[-1]]
            end = bought + exact(self.chip.get("life_years") or 5) * PER_YEAR
            end = end if site.closes is None else min(end, Fraction(site.closes + 1))
            for period in range(self.count, ceil(end)):
                part = min(Fraction(1), end - period)
                money += self.factor(period) * part * self.margin(site, self.count - 1)
        return money * self.block

    def opening(self, site: Site, first: int) -> Fraction:
        if self.held_open(site):
            return Fraction(0)
        end = self.count if site.closes is None else min(self.count, site.closes + 1)
        money = -self.factor(first) * site.opening_cost
        money -= sum((self.factor(k) for k in range(first, end)), Fraction(0)) * site.fixed_cost
        if self.has_residual:
            life = Fraction(15 * PER_YEAR)
            life = life if site.closes is None else min(life, Fraction(site.closes + 1 - first))
            left = max(Fraction(0), 1 - Fraction(self.count - first) / life)
            money += site.opening_cost * left * self.factor(self.count)
        return money

    # --- Limits -------------------------------------------------------------------------------------------------------

    def permits(self, lives: Sequence[Life]) -> bool:
        """Return whether blocks may have these lives together."""
        bought = [arrivals[0] for life in lives if (arrivals := self.arrivals(life))]
        if self.must_place == "by_end" and len(bought) < sum(lot.units for lot in self.lots) // self.block:
            return False
        return (
            all(self._permits_in(lives, period) for period in range(self.count))
            and self._permits_additions(lives)
            and self._has_lots([(period, site) for period, site, _ in bought for _ in range(self.block)])
        )

    def _permits_in(self, lives: Sequence[Life], period: int) -> bool:
        units = dict.fromkeys(self.sites, 0)
        for life in lives:
            if life[period] in units:
                units[life[period]] += self.block
        power = exact(self.chip["power_kw"])
        for key, site in self.sites.items():
            held = sum(stock.units for stock in self.stock if stock.site == key and stock.stands(period))
            drawn = units[key] + (held if site.includes_installed else 0)
            if drawn * power / 1000 > site.power_mw[period]:
                return False
            if site.max_units is not None and units[key] + held > site.max_units:
                return False
            used = any(life[k] == key for life in lives for k in range(period + 1)) or self.held_open(site)
            is_closed = site.closes is not None and period > site.closes
            if used and not is_closed and units[key] + held < site.least:
                return False
        return self._permits_shares(units, period)

    def _permits_shares(self, units: dict[str, int], period: int) -> bool:
        standing: Counter[str] = Counter()
        for key, count in units.items():
            standing[self.place(key)] += count
        for stock in self.stock:
            standing[law.destination(stock.country)] += stock.units * stock.stands(period)
        day, total = self.first_day(period), sum(standing.values())
        home = exact(self.policy.get("home_share", law.HOME_SHARE))
        each = exact(self.policy.get("destination_share", law.DESTINATION_SHARE))
        outside = exact(self.policy.get("outside_tier1_share", law.OUTSIDE_TIER_1_SHARE))
        beyond = sum(count for where, count in standing.items() if law.tier(where, day) != 1)
        return (
            standing["US"] >= home * total
            and beyond <= outside * total
            and all(count <= each * total for where, count in standing.items() if law.tier(where, day) == 2)
        )

    def _permits_additions(self, lives: Sequence[Life]) -> bool:
        cap = exact(self.policy.get("national_cap", law.NATIONAL_CAP))
        added: Counter[str] = Counter()
        for stock in self.stock:
            added[law.destination(stock.country)] += stock.units * stock.recent
        for life in lives:
            for period, site, origin in self.arrivals(life):
                where = self.place(site)
                if origin is None or self.place(origin) != where:
                    added[where] += self.block
                    if law.tier(where, self.first_day(period)) == 3:
                        return False
        return all(count <= cap for where, count in added.items() if law.tier(where, self.first_day(0)) == 2)

    def _has_lots(self, units: list[tuple[int, str]]) -> bool:
        """Return whether each unit can have a lot of its own that had arrived and may go where it was bought."""
        supply = [lot for lot in self.lots for _ in range(lot.units)]
        taken: dict[int, int] = {}

        def find(unit: int, seen: set[int]) -> bool:
            period, site = units[unit]
            for number, lot in enumerate(supply):
                fits = lot.period <= period and lot.target in {None, site, self.sites[site].country}
                if fits and number not in seen:
                    seen.add(number)
                    if number not in taken or find(taken[number], seen):
                        taken[number] = unit
                        return True
            return False

        return all(find(unit, set()) for unit in range(len(units)))

    # --- Search -------------------------------------------------------------------------------------------------------

    @cached_property
    def num_blocks(self) -> int:
        return sum(lot.units for lot in self.lots) // self.block


def best(document: Row) -> Fraction | None:
    """Return the optimal objective of a plan document, or None where there is no plan."""
    facts = Facts(document)
    lives = facts.lives()
    worth = [facts.worth(life) for life in lives]
    first = [{site: life.index(site) for site in set(life) & set(facts.sites)} for life in lives]
    valued = []
    for numbers in combinations_with_replacement(range(len(lives)), facts.num_blocks):
        opened: dict[str, int] = {}
        for number in numbers:
            for site, period in first[number].items():
                opened[site] = min(period, opened.get(site, period))
        money = sum((worth[number] for number in numbers), Fraction(0))
        money += sum((facts.opening(facts.sites[key], period) for key, period in opened.items()), Fraction(0))
        valued.append((money, numbers))
    valued.sort(key=lambda pair: -pair[0])
    for money, numbers in valued:
        if facts.permits([lives[number] for number in numbers]):
            return money
    return None
