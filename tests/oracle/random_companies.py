"""Small random companies under the diffusion rule, seeded: `random_company(seed)` returns a plan document.

Allowances are scaled down until a few units exhaust them, and the dates that matter lie inside the plans: compliance from
15 May 2025, the reporting dates, the end of an authorisation, the turn of the year, the end of the published tables.

Not drawn, being open to two readings: an authorisation listed beside another one applied for; stock without a path beside
a listed status that the plan leaves aside; NVEU sought in Cambodia; a delivered denominator with chips counted from
installation; others' use above an allocation; a listed licence, or others' rising use, after allocations are closed; an
`authorised_from` where stock stands already; a quantity of a licence part of which is installed; a table that ends early,
or an allocation that ends inside a period; LPP stock without a date.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.oracle.diffusion_law import DEFAULTS, NAME, is_controlled
from tests.oracle.law import destination
from tests.oracle.plan_facts import PERIODS_PER_YEAR, absolute_period, label_of
from tests.oracle.random_policies import TIER_2, PolicyDraw, tier_of

ALLIES = ["GB", "JP", "DE", "NO", "TW"]
CLOSED = ["CN", "HK", "MO", "IR"]
STARTS = {
    "quarter": ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3", "2027Q3", "2027Q4"],
    "month": ["2025-04", "2025-06", "2025-07", "2025-12", "2026-01", "2026-02", "2027-11", "2027-12"],
    "year": ["2025", "2026", "2027"],
}
LATE_STARTS = {"quarter": ["2027Q3", "2027Q4"], "month": ["2027-11", "2027-12"], "year": ["2027"]}
THEMES = {"any": 28, "shares": 28, "tier 2 parent": 16, "after 2027": 14, "licences": 14}
"""What a plan is about, with weights: without a theme a rule seldom decides, so many others stand beside it."""
CONTROLLED_TPPS = [4992, 15832, 20919, 40000, 60000]
PLACED_ON = ["2024-06-30", "2025-01-01", "2025-02-15", "2025-06-30", "2025-11-20", "2026-03-01", "2027-05-05"]
BLOCKS_IN_ALL = {1: {1: 12, 2: 9, 3: 7}, 2: {1: 7, 2: 5, 3: 3}}
"""Blocks delivered of each accelerator, at most: by number of accelerators, then by number of periods."""
Row = dict[str, Any]


def random_company(seed: int) -> Row:
    """Return the plan document of a seed, with a fixed holding: the same seed, the same plan."""
    return _Maker(Random(seed)).document()


def random_applicant(seed: int) -> Row:
    """Return the plan document of a company that may choose what it holds (`auto`)."""
    return _Maker(Random(f"applicant {seed}"), holding="auto").document()


def first_day_of(number: int, per_year: int) -> date:
    """Return the first day of a period numbered from year 0."""
    return date(number // per_year, 1 + number % per_year * (12 // per_year), 1)


def holding(document: Row, name: str) -> Row:
    """Return the document with another holding."""
    return {**document, "policy": {**document["policy"], "authorisations": name}}


class _Maker:
    """Draws the tables one after the other; later tables look at earlier ones."""

    def __init__(self, rng: Random, holding: str | None = None) -> None:
        self.rng = rng
        self.theme = rng.choices(list(THEMES), list(THEMES.values()))[0]
        self.length = rng.choices(["quarter", "year", "month"], [72, 12, 16])[0]
        self.per_year = PERIODS_PER_YEAR[self.length]
        starts = LATE_STARTS if self.theme == "after 2027" else STARTS
        start = absolute_period(rng.choice(starts[self.length]), self.per_year)
        self.count = rng.choices([1, 2, 3], [0 if self.theme == "after 2027" else 15, 45, 40])[0]
        self.labels = [label_of(start + k, self.per_year) for k in range(self.count)]
        self.first_day, after_first, after = (first_day_of(start + k, self.per_year) for k in (0, 1, self.count))
        self.last_days = (after_first - timedelta(days=1), after - timedelta(days=1))
        self.headquarters = self._headquarters()
        self.owner_tier = tier_of(self.headquarters)
        holdings = {1: (["listed", "none", "uveu", "nveu"], [40, 12, 38, 10])}
        holdings[2] = (["listed", "none", "nveu"], [40, 20, 40])
        names, weights = holdings.get(self.owner_tier, (["listed", "none"], [1, 1]))
        if self.theme == "shares":
            names, weights = ["listed", "uveu"], [1, 1]
        self.holding = holding or rng.choices(names, weights)[0]
        self.doc: Row = {}

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def document(self) -> Row:
        """Return the plan."""
        horizon = {"start": self.labels[0], "periods": self.count, "length": self.length}
        horizon["annual_discount_rate"] = self.rng.choice(["0", "0.08", "0.123"])
        self.doc = {
            "company": {"name": "Oracle Test", "headquarters": self.headquarters},
            "horizon": horizon,
            "policy": {"name": NAME},
            "economics": self._economics(),
            "accelerators": self._accelerators(),
        }
        self.tpp = {
            row["accelerator"]: row["tpp"] if is_controlled(row["tpp"], row.get("eccn")) else 0
            for row in self.doc["accelerators"]
        }
        self.doc["deliveries"] = self._deliveries()
        self.doc["sites"] = self._sites()
        self._add("authorisations", self._authorisations())
        self._add("installed", self._installed())
        self.doc["policy"] |= PolicyDraw(self.rng, self).settings()
        self._add("external_use", self._external_use())
        self._covered()
        self._add("commitments", self._commitments())
        return self.doc

    def _add(self, table: str, rows: list[Row]) -> None:
        if rows:
            self.doc[table] = rows

    def _headquarters(self) -> str:
        weights = {"shares": [70, 30, 0, 0], "tier 2 parent": [0, 0, 1, 0]}.get(self.theme, [40, 20, 34, 6])
        group = self.rng.choices(["US", "ally", "tier 2", "tier 3"], weights)[0]
        return {"US": "US", "ally": self.rng.choice(ALLIES), "tier 2": self.rng.choice(TIER_2), "tier 3": "CN"}[group]

    def _economics(self) -> Row:
        modes = self.rng.choices(["no", "by_end", "each_period"], [72, 20, 8])[0]
        return {"currency": "USD", "must_place": modes, "residual": self.rng.choice(["life", "none"])}

    def _accelerators(self) -> list[Row]:
        rows = []
        for number, name in enumerate(["zeta", "alpha"][: self.rng.choices([1, 2], [55, 45])[0]]):
            row: Row = {"accelerator": name, "tpp": self.rng.choice(CONTROLLED_TPPS)}
            if number == 1 and self.chance(0.4):
                tpp, eccn = self.rng.choice([(2368, "none"), (2896, "3A090.b"), (1000, None), (6080, "uncertain")])
                row |= {"tpp": tpp} | ({"eccn": eccn} if eccn else {})
            elif self.chance(0.5):
                row["eccn"] = self.rng.choice(["3A090.a", "4A090.a"])
            row |= {"power_kw": self.rng.choice(["0.7", "1.4"]), "block": self.rng.choice([1, 1, 2, 3])}
            row |= {"value_usd_per_hour": self.rng.choice(["0.9", "1.5", "2.35"]), "price_usd": 30000}
            if self.chance(0.3):
                row["annual_value_decline"] = self.rng.choice(["0.2", "0.35"])
            rows.append(row)
        return rows

    def _deliveries(self) -> list[Row]:
        most = BLOCKS_IN_ALL[len(self.doc["accelerators"])][self.count]
        rows = []
        for accelerator in self.doc["accelerators"]:
            total = self.rng.randint(max(1, most // 2), most)
            arrivals = [self.rng.choice(range(self.count)) for _ in range(total)]
            for period, label in enumerate(self.labels):
                if units := arrivals.count(period) * accelerator["block"]:
                    rows.append({"accelerator": accelerator["accelerator"], "period": label, "units": units})
        return rows

    def _sites(self) -> list[Row]:
        names = self.rng.sample(["delta", "bravo", "kilo", "echo"], self.rng.choices([2, 3, 4], [35, 45, 20])[0])
        home = self.headquarters if self.headquarters != "CN" else "US"
        countries = [home if self.chance(0.6) else self.rng.choice(["US", *ALLIES, *TIER_2])]
        while len(countries) < len(names):
            groups = {"home": 8, "ally": 22, "tier 2": 50, "again": 12, "closed": 3, "KH": 3, "PR": 2}
            groups["ally"] = 80 if self.theme == "tier 2 parent" else 22
            group = self.rng.choices(list(groups), list(groups.values()))[0]
            drawn = {"home": home, "ally": self.rng.choice(["US", *ALLIES]), "tier 2": self.rng.choice(TIER_2)}
            drawn |= {"again": countries[-1], "closed": self.rng.choice(CLOSED), "PR": "PR"}
            may_be_sought = self.holding in {"nveu", "auto"} or self.length == "month"
            drawn["KH"] = "MY" if may_be_sought else "KH"
            countries.append(drawn[group])
        return [self._site(name, country) for name, country in zip(names, countries, strict=True)]

    def _site(self, name: str, country: str) -> Row:
        site: Row = {"site": name, "country": country, "power_mw": self.rng.choice(["0.004", "0.0084", "1", "1"])}
        dear = {"US": 0.85, **dict.fromkeys(ALLIES, 0.4)}.get(country, 0) if self.theme != "tier 2 parent" else 0.2
        is_dear = self.chance(dear)
        site["value_multiplier"] = self.rng.choice(["0.5", "0.7", "0.85"] if is_dear else ["0.9", "1", "1.15"])
        if self.chance(0.25):
            site["energy_price_usd_per_mwh"] = self.rng.choice([40, "112.5"])
        if self.chance(0.25):
            site["opening_cost_usd"] = self.rng.choice([2000, 9000])
        if self.chance(0.15):
            site["fixed_cost_usd_per_period"] = self.rng.choice([300, 1500])
        if self.chance(0.1):
            site["opens_from"] = self.rng.choice(self.labels)
        if self.chance(0.3):
            site["operator_headquarters"] = self._operator(country)
        if self.chance(0.2):
            site["tenure"] = self.rng.choice(["owned", "leased", "colocation"])
        return site

    def _operator(self, country: str) -> str:
        """Return an operator: only one Tier 2 country in Tier 1, since entries do not tell whose allocation pays."""
        tier_2 = "SG" if tier_of(country) == 1 else self.rng.choice(TIER_2)
        return str(self.rng.choices(["US", self.rng.choice(ALLIES), tier_2, "CN"], [25, 25, 42, 8])[0])

    def _authorisations(self) -> list[Row]:
        sites = [site["country"] for site in self.doc["sites"] if tier_of(site["country"]) < 3]
        return [*self._statuses(sites), *self._licences(sites)]

    def _statuses(self, sites: list[str]) -> list[Row]:
        """Return UVEU and NVEU rows: none beside another status that is applied for."""
        if self.owner_tier == 3 or (self.holding == "auto" and self.owner_tier == 1):
            return []
        rows: list[Row] = []
        often, ends = (1, 0.15) if self.theme == "shares" else (0.7, 0.3)
        is_kept = self.holding in {"listed", "none"} or (self.holding == "uveu" and self.chance(0.3))
        if self.owner_tier == 1 and is_kept and self.chance(often):
            rows.append({"type": "UVEU", **self._validity(ends)})
        often = {"listed": 0.6, "uveu": 0}.get(self.holding, 0.25)
        countries = [country for country in sorted({destination(country) for country in sites}) if self.chance(often)]
        return rows + [{"type": "NVEU", "country": country, **self._validity(0.3)} for country in countries]

    def _licences(self, sites: list[str]) -> list[Row]:
        rows: list[Row] = []
        many = [0, 20, 50, 30] if self.theme == "licences" else [60, 30, 10, 0]
        for number in range(self.rng.choices([0, 1, 2, 3], many)[0] if sites else 0):
            row: Row = {"type": "licence", "country": destination(self._licensed(sites)), "reference": f"L{number}"}
            accelerator = self.rng.choice([row for row in self.doc["accelerators"] if self.tpp[row["accelerator"]]])
            row |= {"accelerator": accelerator["accelerator"]} if self.chance(0.4) else {}
            units = self.rng.randint(1, 5)
            row |= {"units": units} if self.chance(0.5) else {"tpp": units * accelerator["tpp"] - self.chance(0.3)}
            rows.append(row | (self._validity(0.5) or {"valid_from": self.first_day.isoformat()}))
        return rows

    def _licensed(self, countries: list[str]) -> str:
        """Return a country in which a licence is of use: one outside Tier 1, where there is one."""
        outside = [country for country in countries if tier_of(country) == 2]
        return self.rng.choice(outside if outside and self.owner_tier == 1 else countries)

    def _validity(self, ends: float) -> Row:
        """Return the days of an authorisation: around the plan's first period or two, sometimes ending inside it."""
        validity = {}
        if self.chance(0.8):
            days = [-250, -180, -100, -1, 0, 0, 20, 92]
            validity["valid_from"] = (self.first_day + timedelta(days=self.rng.choice(days))).isoformat()
        if self.chance(ends):
            validity["valid_until"] = (
                self.first_day + timedelta(days=self.rng.choice([100, 180, 200, 400]))
            ).isoformat()
        return validity

    def _installed(self) -> list[Row]:
        rows: list[Row] = []
        first = self.doc["accelerators"][0]
        if self.owner_tier < 3 and self.chance(0.8):
            home = "US" if self.headquarters == "US" else self.rng.choice(["US", "GB", "JP"])
            units = self.rng.choice([1, 3, 6, 12, 25] if self.theme == "shares" else [3, 8, 15, 30, 60])
            rows.append({"country": home, "accelerator": first["accelerator"], "units": units})
        for site in self.doc["sites"]:
            if site["country"] in {*CLOSED, "KH"} or not self.chance(0.35):
                continue
            accelerator = self.rng.choice(self.doc["accelerators"])
            row = {"accelerator": accelerator["accelerator"], "units": self.rng.randint(1, 3)}
            row |= {"site": site["site"]} if self.chance(0.7) else {"country": site["country"]}
            row |= self._history(site["country"])
            row |= {"ownership": self.rng.choice(["owned", "leased_in", "leased_out"])} if self.chance(0.35) else {}
            rows.append(row)
        return rows

    def _history(self, country: str) -> Row:
        """Return when and by which path stock came; where the listed statuses are left aside, a day has a path."""
        days = [day for day in PLACED_ON if day < self.first_day.isoformat()]
        if not self.chance(0.7):
            return {"path": "nveu"} if self.chance(0.2) and tier_of(country) == 2 else {}
        row: Row = {"placed_on": self.rng.choice(days)}
        is_left_aside = self.holding != "listed" and any(
            row["type"] != "licence" for row in self.doc.get("authorisations", [])
        )
        if self.chance(0.45) or is_left_aside:
            paths = ["aia"] if tier_of(country) == self.owner_tier == 1 else ["licence", "licence", "lpp", "nveu"]
            paths += ["none"] + (["uveu", "uveu"] if self.owner_tier == 1 else [])
            row["path"] = self.rng.choice(paths)
        return row

    def _closes(self) -> bool:
        """Return whether licences are no longer granted in some period of the plan."""
        policy = self.doc["policy"]
        until = policy.get("country_allocation_until", DEFAULTS["country_allocation_until"])
        return bool(policy.get("country_allocation_after") == "closed" and until < self.last_days[1].isoformat())

    def _external_use(self) -> list[Row]:
        cap = self.doc["policy"].get("country_allocation", DEFAULTS["country_allocation"])
        countries = {row["country"] for row in self.doc["sites"]} | {self.headquarters}
        if not (open_to := sorted(countries & set(TIER_2))) or cap == 0 or not self.chance(0.3):
            return []
        level, rows = cap // 2, []
        labels = sorted(self.rng.sample(self.labels, self.rng.randint(1, self.count)))
        for label in self.labels[:1] if self._closes() else labels:
            rows.append({"country": open_to[0], "period": label, "tpp": level})
            level += (cap - level) // 2
        return rows

    def _covered(self) -> None:
        """Say of some new sites when an authorisation covers them; drop licences that outlast closed allocations."""
        stocked = {row.get("site") for row in self.doc.get("installed", [])}
        for site in self.doc["sites"]:
            if site["site"] not in stocked and self.chance(0.25):
                day = self.first_day + timedelta(days=self.rng.choice([-30, 0, 1, 80, 120]))
                site["authorised_from"] = self.rng.choice([*self.labels, day.isoformat()])
        if self._closes() and "authorisations" in self.doc:
            self.doc["authorisations"] = [row for row in self.doc["authorisations"] if row["type"] != "licence"]

    def _commitments(self) -> list[Row]:
        if not self.chance(0.2):
            return []
        site, accelerator = self.rng.choice(self.doc["sites"]), self.rng.choice(self.doc["accelerators"])
        row: Row = {"key": "promise", "site": site["site"], "min_units": self.rng.choice([1, 2]) * accelerator["block"]}
        return [row | {"from": self.labels[-1]}]
