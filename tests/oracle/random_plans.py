"""Small random plans, seeded: `random_plan(seed)` returns a plan document small enough for the brute force.

Every rule is active in some of them. Cases on which the legal text or the file format leaves two readings are not drawn
(see `_Maker.document`), so that a disagreement between the tool and the oracle is an error of one of them.
"""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from tests.oracle.plan_facts import PERIODS_PER_YEAR, absolute_period, label_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ALLIES = ["GB", "JP", "DE", "NO", "TW"]
TIER_2 = ["MY", "AE", "IN", "SG", "BR", "PL"]
CLOSED = ["CN", "HK", "MO", "IR"]
STARTS = {"quarter": ["2025Q1", "2025Q3", "2025Q4", "2026Q2", "2027Q4"], "year": ["2025", "2026", "2027"]}
STARTS["month"] = ["2025-02", "2025-09", "2026-01", "2027-11"]
TPPS = [1000, 4992, 15832, 20919, 40000, 60000]
BLOCKS_IN_ALL = {1: {1: 12, 2: 8, 3: 6}, 2: {1: 6, 2: 4, 3: 3}}
"""Blocks delivered of each accelerator, at most: by number of accelerators, then by number of periods."""


def random_plan(seed: int) -> dict[str, Any]:
    """Return the plan document of a seed: the same seed, the same plan."""
    return _Maker(Random(seed)).document()


def random_soft_plan(seed: int) -> dict[str, Any]:
    """Return the plan of a seed with one or two limits that may be exceeded at a price; as it is where it has none."""
    rng = Random(f"soft {seed}")
    document = random_plan(seed)
    groups = sorted(priceable_groups(document))
    chosen = rng.sample(groups, min(len(groups), rng.choice([1, 1, 2])))
    if any(group.startswith("deliveries") for group in chosen):
        # Power has to end the search then.
        chosen = [group for group in chosen if not group.startswith("site_power")]
    limits = {group: {"price_cap": rng.choice(_prices_of(group))} for group in chosen}
    return document | ({"limits": limits} if limits else {})


def random_shared_plan(seed: int) -> dict[str, Any]:
    """Return the plan of a seed with one or two shared resources, in some of them soft."""
    rng = Random(f"shared {seed}")
    document = random_plan(seed)
    labels = sorted({row["period"] for row in document["deliveries"]})
    resources, use = [], []
    for key in ["capex", "carbon"][: rng.choice([1, 1, 2])]:
        counts = rng.choice(["standing", "added", "cumulative"])
        rows = _uses_of(rng, document, key)
        size = max(float(row.get("per_unit", 0)) * 8 + float(row.get("per_opening", 0)) for row in rows) or 25000
        limit = {"resource": key, "limit": str(Decimal(repr(round(size * rng.choice([0.5, 1, 1, 2, 3]), 1))))}
        resources.append({**limit, "counts": counts})
        if rng.random() < 0.4:
            resources.append({**limit, "period": rng.choice(labels), "limit": str(round(size * rng.choice([0, 1, 2])))})
        use += rows
    chosen = [row["resource"] for row in resources if rng.random() < 0.15]
    limits = {f"resource[{key}]": {"price_cap": rng.choice(["0", "0.5", "30", "900"])} for key in chosen}
    return document | {"resources": resources, "resource_use": use} | ({"limits": limits} if limits else {})


def _uses_of(rng: Random, document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    rows = []
    for _ in range(rng.choice([1, 2, 2])):
        row: dict[str, Any] = {"resource": key}
        scope = rng.choice(["all", "site", "region", "accelerator"])
        if scope in {"site", "region"}:
            row[scope] = rng.choice(document["sites"])[scope]
        amounts = {"per_unit": ["1", "2.5", "3"], "rate_of_price": ["0.0001", "1/7"], "per_mw": ["40", "7.5"]}
        amounts |= {"per_mwh": ["0.01", "1/300"]}
        if scope == "accelerator":
            row["accelerator"] = rng.choice(document["accelerators"])["accelerator"]
        else:
            amounts["per_opening"] = ["10", "4.5"]
        names = sorted(set(rng.choices(sorted(amounts), k=2)) & {"per_unit", "per_opening"}) or ["per_unit"]
        names += [name for name in ("rate_of_price", "per_mw", "per_mwh") if rng.random() < 0.2]
        rows.append(row | {name: rng.choice(amounts[name]) for name in names if name in amounts})
    return rows


def random_campus_plan(seed: int) -> dict[str, Any]:
    """Return the plan of a seed with halls, a pace of openings, a pair of sites that exclude each other, or several."""
    rng = Random(f"campus {seed}")
    document = random_plan(seed)
    labels = sorted({row["period"] for row in document["deliveries"]})
    tables: dict[str, list[dict[str, Any]]] = {"halls": [], "opening_limits": [], "exclusions": []}
    if rng.random() < 0.75:
        for number, site in enumerate(rng.sample(document["sites"], rng.choice([1, 1, 2]))):
            tables["halls"].append(_hall(rng, document, site, f"hall-{number}", labels))
            if rng.random() < 0.5:
                site["power_mw"] = 0
    if rng.random() < 0.5:
        tables["opening_limits"].append(_pace(rng, document, labels[0]))
    if rng.random() < 0.3:
        pair = rng.sample(document["sites"], 2)
        tables["exclusions"].append({"site": pair[0]["site"], "other_site": pair[1]["site"]})
    if tables["halls"] and rng.random() < 0.3:
        counts = rng.choice(["standing", "added", "cumulative"])
        tables["resources"] = [{"resource": "crews", "limit": rng.choice([1, 2, 3]), "counts": counts}]
        tables["resource_use"] = [{"resource": "crews", "per_module": 1, "per_opening": rng.choice([0, 1])}]
    groups = [f"opening_limit[{row['key']}]" for row in tables["opening_limits"] if "min_openings" not in row]
    groups += [f"min_modules[{row['hall']}]" for row in tables["halls"] if "min_modules_if_open" in row]
    chosen = [group for group in groups if rng.random() < 0.25]
    limits = {"limits": {group: {"price_cap": rng.choice(["0", "700", "30000.5"])} for group in chosen}}
    return document | {name: rows for name, rows in tables.items() if rows} | (limits if chosen else {})


def _pace(rng: Random, document: dict[str, Any], first: str) -> dict[str, Any]:
    limit: dict[str, Any] = {"key": "pace"}
    column = rng.choice(["min_openings", "max_openings", "both", "max_sites", "max_countries"])
    if column == "both":
        limit |= dict.fromkeys(("min_openings", "max_openings"), 1)
    else:
        limit[column] = rng.choice([0, 1, 1] if column == "max_openings" else [1, 1, 2])
    limit |= {"region": rng.choice(document["sites"])["region"]} if rng.random() < 0.3 else {}
    return limit | ({"until": first} if rng.random() < 0.3 else {})


def _hall(rng: Random, document: dict[str, Any], site: dict[str, Any], key: str, labels: list[str]) -> dict[str, Any]:
    accelerator = rng.choice(document["accelerators"])
    block = Decimal(accelerator["power_kw"]) * accelerator["block"] * Decimal(site.get("pue", "1")) / 1000
    hall = {"site": site["site"], "hall": key, "power_mw": format(block * rng.choice([1, 2, 3]), "f")}
    hall |= {"modules": rng.choice([1, 1, 2]), "cost_usd": rng.choice([0, 4000, 40000, "150000.5"])}
    if rng.random() < 0.25:
        hall["available_from"] = rng.choice(labels)
    if rng.random() < 0.2:
        hall["min_modules_if_open"] = 1
    return hall


def _prices_of(group: str) -> list[str]:
    """Return prices from nothing to far too much, for the unit of a group."""
    rule = group.partition("[")[0]
    if rule in {"home_share", "outside_tier1_share", "destination_share"}:
        return ["0", "0.001", "0.02", "0.15", "7"]
    if rule == "site_power":
        return ["0", "20000", "300000.5", "2500000", "90000000"]
    return ["0", "25", "700.25", "4000", "100000"]


def priceable_groups(document: dict[str, Any]) -> Iterator[str]:
    """Yield groups of limits that a plan surely has, and for which the brute force still comes to an end."""
    count = document["horizon"]["periods"]
    yield from (f"site_power[{site['site']}]" for site in document["sites"])
    for column, rule in (("max_units", "max_units"), ("min_units_if_open", "min_units")):
        yield from (f"{rule}[{site['site']}]" for site in document["sites"] if site.get(column))
    for accelerator in document["accelerators"]:
        units = [row["units"] for row in document["deliveries"] if row["accelerator"] == accelerator["accelerator"]]
        if document["economics"]["must_place"] != "no" and sum(units) >= accelerator["block"]:
            yield f"must_place[{accelerator['accelerator']}]"
    is_small = len(document["sites"]) <= 3 and len(document["accelerators"]) == 1 and count <= 2
    if is_small and document["policy"].get("share_denominator") != "delivered":
        yield f"deliveries[{document['accelerators'][0]['accelerator']}]"
    for row in document.get("commitments", []):
        if ("until" not in row or "from" not in row) and ("site" in row or not row.get("only_if_used")):
            both = "min_units" in row and "max_units" in row
            yield from (f"commitment[{row['key']}{side}]" for side in ((",min", ",max") if both else ("",)))
    yield from _policy_groups(document)


def _policy_groups(document: dict[str, Any]) -> Iterator[str]:
    policy, headquarters = document["policy"], document["company"]["headquarters"]
    if policy["name"] != "three-tier-2025-01":
        return
    is_tier_1 = headquarters in {"US", *ALLIES}
    places = {site["country"] for site in document["sites"] if site["country"] in TIER_2}
    if headquarters == "US":
        yield "home_share[US]"
    if is_tier_1:
        yield "outside_tier1_share"
        yield from (f"destination_share[{place}]" for place in places)
    if not (is_tier_1 and policy.get("validated_exempt_from_national_cap")):
        yield from (f"national_cap[{place}]" for place in places)


class _Maker:
    """Draws the tables one after the other; later tables look at earlier ones."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.length = rng.choices(["quarter", "year", "month"], [75, 15, 10])[0]
        self.per_year = PERIODS_PER_YEAR[self.length]
        start = absolute_period(rng.choice(STARTS[self.length]), self.per_year)
        self.count = rng.choices([1, 2, 3], [20, 45, 35])[0]
        self.labels = [label_of(start + k, self.per_year) for k in range(self.count)]
        self.after = label_of(start + self.count, self.per_year)
        self.policy = rng.choices(["three-tier-2025-01", "unrestricted", "physical-only"], [86, 8, 6])[0]
        self.headquarters = self._headquarters()
        self.doc: dict[str, Any] = {}

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def document(self) -> dict[str, Any]:
        """Return the plan. Not drawn, being open to two readings: a Tier 3 parent outside the default pack; Cambodia in
        a plan by months; territories together with country filters; others' use above the cap; a delivered denominator
        for a US parent; opening dates at sites that already hold stock."""
        horizon = {"start": self.labels[0], "periods": self.count, "length": self.length}
        horizon["annual_discount_rate"] = self.rng.choice(["0", "0.08", "0.1", "0.123"])
        self.doc = {
            "company": {"name": "Oracle Test", "headquarters": self.headquarters},
            "horizon": horizon,
            "policy": {"name": self.policy},
            "economics": self._economics(),
            "accelerators": self._accelerators(),
        }
        self.doc["deliveries"] = self._deliveries()
        self.doc["sites"] = self._sites()
        tables = {"power": self._power(), "installed": self._installed()}
        self.doc |= {name: rows for name, rows in tables.items() if rows}
        self._unit_limits()
        self._overrides()
        tables = {"commitments": self._commitments(), "unit_costs": self._unit_costs(), "values": self._values()}
        self.doc |= {name: rows for name, rows in tables.items() if rows}
        if self.policy == "three-tier-2025-01" and self.chance(0.3):
            self._external_use()
        return self.doc

    def _headquarters(self) -> str:
        closed = 4 if self.policy == "three-tier-2025-01" else 0
        group = self.rng.choices(["US", "ally", "tier 2", "tier 3"], [48, 27, 21, closed])[0]
        return {"US": "US", "ally": self.rng.choice(ALLIES), "tier 2": self.rng.choice(TIER_2), "tier 3": "CN"}[group]

    def _economics(self) -> dict[str, Any]:
        modes: list[Any] = ["no", "by_end", "each_period", True]
        economics: dict[str, Any] = {"currency": "USD", "must_place": self.rng.choices(modes, [68, 13, 13, 6])[0]}
        economics["residual"] = self.rng.choices(["life", "none"], [80, 20])[0]
        if self.chance(0.3):
            economics["first_period_share"] = self.rng.choice(["1/3", "1", "3/4"])
        if self.chance(0.3):
            economics["site_life_years"] = self.rng.choice([1, 2, 10])
        return economics

    def _accelerators(self) -> list[dict[str, Any]]:
        rows = []
        for name in ["zeta", "alpha"][: self.rng.choices([1, 2], [55, 45])[0]]:
            row: dict[str, Any] = {"accelerator": name, "tpp": self.rng.choice(TPPS)}
            row |= {"power_kw": self.rng.choice(["0.7", "1.25", "10", "1.4"]), "block": self.rng.choice([1, 2, 4, 8])}
            row["value_usd_per_hour"] = self.rng.choice(["0.9", "1.5", "2.35", "3"])
            row["price_usd"] = self.rng.choice([12000, 30000])
            optional = {"utilisation": ["0.8", "0.65"], "annual_value_decline": ["0.2", "0.35"]}
            optional["life_years"] = ["0.4", "1.1", "2.6", "3.375", "6"]
            row |= {key: self.rng.choice(choices) for key, choices in optional.items() if self.chance(0.5)}
            rows.append(row)
        return rows

    def _deliveries(self) -> list[dict[str, Any]]:
        most = BLOCKS_IN_ALL[len(self.doc["accelerators"])][self.count]
        rows = []
        for accelerator in self.doc["accelerators"]:
            total = self.rng.randint(max(1, most // 2), most)
            arrivals = [self.rng.choice(range(self.count)) for _ in range(total)]
            for period, label in enumerate(self.labels):
                units = arrivals.count(period) * accelerator["block"]
                units += self.rng.randrange(accelerator["block"]) if self.chance(0.2) and not period else 0
                if units:
                    rows.append({"accelerator": accelerator["accelerator"], "period": label, "units": units})
        return rows

    def _sites(self) -> list[dict[str, Any]]:
        number = self.rng.choices([2, 3, 4], [25, 45, 30])[0]
        names = self.rng.sample(["delta", "bravo", "kilo", "echo", "alfa"], number)
        home = self.headquarters if self.headquarters != "CN" else "US"
        countries = [home if self.chance(0.9) else self.rng.choice(ALLIES)]
        while len(countries) < number:
            groups = {"home": 7, "ally": 20, "tier 2": 48, "again": 9, "closed": 4, "KH": 8, "PR": 4}
            group = self.rng.choices(list(groups), list(groups.values()))[0]
            drawn = {"home": home, "ally": self.rng.choice(ALLIES), "tier 2": self.rng.choice(TIER_2)}
            drawn |= {"again": countries[-1], "closed": self.rng.choice(CLOSED), "PR": "PR"}
            drawn["KH"] = "MY" if self.length == "month" else "KH"
            countries.append(drawn[group])
        return [self._site(name, country) for name, country in zip(names, countries, strict=True)]

    def _site(self, name: str, country: str) -> dict[str, Any]:
        site: dict[str, Any] = {"site": name, "country": country, "region": self.rng.choice(["north", "south"])}
        site |= {"pue": self.rng.choice(["1.2", "1.35"])} if self.chance(0.5) else {}
        site["power_mw"] = self._megawatts(site, self.rng.choices([0, 1, 2, 3, 8], [3, 12, 20, 25, 40])[0])
        if self.chance(0.7):
            site["energy_price_usd_per_mwh"] = self.rng.choice([30, 75, "112.5"])
        if self.chance(0.5):
            site["opening_cost_usd"] = self.rng.choice([5000, 30000, 120000])
        if self.chance(0.35):
            site["fixed_cost_usd_per_period"] = self.rng.choice([500, 4000, 20000])
        if self.chance(0.2):
            site["opens_from"] = self.rng.choice([*self.labels, self.labels[-1], self.after])
        at_home = country == self.headquarters
        if self.chance(0.6 if at_home else 0.2):
            site["value_multiplier"] = self.rng.choice(["0.9", "0.6", "0.25"] if at_home else ["0.9", "1.1", "0.5"])
        names = [row["accelerator"] for row in self.doc["accelerators"]]
        return site | (
            {"allowed_accelerators": self.rng.choice([names[0], ";".join(names)])} if self.chance(0.2) else {}
        )

    def _megawatts(self, site: dict[str, Any], blocks: int) -> str:
        """Return the power of so many blocks of one accelerator: exactly, or a watt less, or half a block more."""
        accelerator = self.rng.choice(self.doc["accelerators"])
        block = Decimal(accelerator["power_kw"]) * accelerator["block"] * Decimal(site.get("pue", "1")) / 1000
        change = self.rng.choice([Decimal(0), Decimal("-0.000001"), block / 2])
        return format(max(Decimal(0), block * blocks + change), "f")

    def _power(self) -> list[dict[str, Any]]:
        rows = []
        for site in self.doc["sites"]:
            if self.count > 1 and self.chance(0.3):
                for label in self.rng.sample(self.labels, self.rng.randint(1, self.count - 1)):
                    power = self._megawatts(site, self.rng.choice([1, 2, 3, 4, 6]))
                    rows.append({"site": site["site"], "period": label, "power_mw": power})
                    if self.chance(0.3):
                        rows[-1]["energy_price_usd_per_mwh"] = self.rng.choice([10, 200])
        return rows

    def _installed(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        if self.headquarters == "CN":
            return rows
        names = [row["accelerator"] for row in self.doc["accelerators"]]
        if self.chance(0.75):
            home = "US" if self.headquarters == "US" else self.rng.choice(["US", "GB", "JP"])
            blocks = self.rng.choice([1, 3, 6, 12, 25])
            units = blocks * self.doc["accelerators"][0]["block"] + self.rng.choice([0, 0, 1])
            rows.append({"country": home, "accelerator": names[0], "units": units})
            rows += [{"country": "CN", "accelerator": names[0], "units": 1}] if units > 20 and self.chance(0.1) else []
        for site in self.doc["sites"]:
            if self.chance(0.2) and site["country"] not in {*CLOSED, "KH"}:
                accelerator = self.rng.choice(self.doc["accelerators"])
                units = self.rng.randint(1, 2) * accelerator["block"]
                row = {"accelerator": accelerator["accelerator"], "units": units}
                if self.chance(0.6):
                    row["site"] = site["site"]
                    site.pop("opens_from", None)
                    if self.chance(0.25):
                        site["power_includes_installed"] = True
                else:
                    row["country"] = site["country"]
                if self.chance(0.5):
                    row["placed_on"] = self.rng.choice(["2024-06-30", "2024-12-31", "2025-01-01", "2025-01-20"])
                rows.append(row)
        return rows

    def _unit_limits(self) -> None:
        largest = max(row["block"] for row in self.doc["accelerators"])
        for site in self.doc["sites"]:
            at_site = sum(row["units"] for row in self.doc.get("installed", []) if row.get("site") == site["site"])
            if self.chance(0.2):
                site["max_units"] = at_site + self.rng.choice([1, 2, 3]) * largest
            if self.chance(0.25):
                site["min_units_if_open"] = min(self.rng.choice([1, 2, 2, 3]) * largest, site.get("max_units", 99))

    def _overrides(self) -> None:
        policy: dict[str, Any] = self.doc["policy"]
        if self.policy != "three-tier-2025-01":
            return
        if self.chance(0.55):
            policy["home_share"] = self.rng.choice(["29%", "57%", "70%", "57/100", "1/3", "85%"])
        if self.chance(0.5):
            policy["outside_tier1_share"] = self.rng.choice(["29%", "57%", "40%", "1/3", "70%"])
        if self.chance(0.7) and all(row.get("country") != "CN" for row in self.doc.get("installed", [])):
            policy["destination_share"] = self.rng.choice(["15%", "29%", "23/100", "57%", "1/3", "45%"])
        if self.headquarters != "US" and self.chance(0.5):
            policy["share_denominator"] = "delivered"
        if self.chance(0.25):
            policy["validated_exempt_from_national_cap"] = True
        if self.chance(0.5):
            unit = self.rng.choice(["chips", "h100_equivalents", "tpp"])
            accelerator = self.rng.choice(self.doc["accelerators"])
            chips = self.rng.choice([1, 2, 3]) * accelerator["block"] + self.rng.choice([-1, 0, 0])
            scale = {"chips": 1, "tpp": accelerator["tpp"], "h100_equivalents": accelerator["tpp"] / 15832}[unit]
            policy |= {"national_cap_unit": unit, "national_cap": max(1, int(chips * scale))}

    def _external_use(self) -> None:
        policy = self.doc["policy"]
        unit, cap = policy.get("national_cap_unit", "chips"), policy.get("national_cap", 50_000)
        taken = {(self._country_of(row)) for row in self.doc.get("installed", [])}
        open_to = [site["country"] for site in self.doc["sites"] if site["country"] in {*TIER_2, "KH"}]
        countries = sorted(set(open_to) - taken)
        if not countries:
            return
        rows: list[dict[str, Any]] = []
        level = cap - self.rng.choice([0, 2, 4, 8, 16]) if cap > 1000 and unit == "chips" else cap // 2
        for label in sorted(self.rng.sample(self.labels, self.rng.randint(1, self.count))):
            tpp = level if unit == "tpp" else level * 15832
            rows.append({"country": countries[0], "period": label, "tpp": tpp, "units": level})
            level += (cap - level) // 2
        self.doc["external_use"] = rows

    def _country_of(self, row: dict[str, Any]) -> str:
        at_site = {site["site"]: site["country"] for site in self.doc["sites"]}
        return str(at_site[row["site"]] if "site" in row else row["country"])

    def _commitments(self) -> list[dict[str, Any]]:
        rows = []
        for number in range(self.rng.choices([0, 1, 2], [68, 24, 8])[0]):
            site, accelerator = self.rng.choice(self.doc["sites"]), self.rng.choice(self.doc["accelerators"])
            scopes = ["site", "region"] + (["country"] if self._countries_are_plain() else [])
            scope = self.rng.choice(scopes)
            row: dict[str, Any] = {"key": f"promise-{number}", scope: site[scope]}
            if self.chance(0.65):
                row["min_units"] = self.rng.choice([1, 1, 2, 3]) * accelerator["block"]
                if self.chance(0.45):
                    row["only_if_used"] = True
            if "min_units" not in row or self.chance(0.15):
                row["max_units"] = row.get("min_units", 0) + self.rng.choice([1, 2, 3, 30]) * accelerator["block"]
            if self.chance(0.4):
                row["accelerator"] = accelerator["accelerator"]
            if self.chance(0.5):
                row["from"] = self.rng.choice([*self.labels, self.labels[-1]])
            elif self.chance(0.4):
                row["until"] = self.rng.choice(self.labels)
            rows.append(row)
        return rows

    def _countries_are_plain(self) -> bool:
        return not {"PR", "HK"} & {site["country"] for site in self.doc["sites"]}

    def _unit_costs(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for number in range(self.rng.choices([0, 1, 2], [65, 25, 10])[0]):
            row: dict[str, Any] = {"name": f"tariff-{number}"}
            if self.chance(0.5):
                row["rate_of_price"] = self.rng.choice(["0.25", "0.1", "0.75"])
            else:
                row["usd_per_unit"] = self.rng.choice([700, "1234.56", 20000])
            scope = self.rng.choice(["none", "site", "country"])
            if scope == "site" or (scope == "country" and self._countries_are_plain()):
                row[scope] = self.rng.choice(self.doc["sites"])[scope]
            if self.chance(0.3):
                row["accelerator"] = self.rng.choice(self.doc["accelerators"])["accelerator"]
            if self.chance(0.3):
                row["period"] = self.rng.choice(self.labels)
            rows.append(row)
        return rows

    def _values(self) -> list[dict[str, Any]]:
        if not self.chance(0.12):
            return []
        rows = []
        for site in self.doc["sites"]:
            for accelerator in self.doc["accelerators"]:
                pair = {"site": site["site"], "accelerator": accelerator["accelerator"]}
                if self.chance(0.3):
                    some = self.rng.sample(self.labels, self.rng.randint(1, self.count))
                    rows += [{**pair, "period": p, "value_usd_per_unit": self.rng.randint(-500, 9000)} for p in some]
                elif self.chance(0.85):
                    rows.append({**pair, "value_usd_per_unit": self.rng.randint(-500, 20000)})
        return rows
