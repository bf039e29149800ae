"""A plan document read into exact numbers, with the documented defaults; written from the format, not from the tool.

A document is one JSON object: the tables of plan.toml at the top level and each CSV table as a list of rows. What
this reader does not know it refuses: the oracle never judges a plan it has only half understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from functools import cache
from typing import Any

Row = Mapping[str, Any]

KNOWN = {
    "company": "name headquarters",
    "horizon": "start periods length annual_discount_rate",
    "policy": "name home_share outside_tier1_share destination_share national_cap national_cap_unit"
    " validated_exempt_from_national_cap share_denominator",
    "economics": "currency must_place residual first_period_share site_life_years defaults pue utilisation"
    " annual_value_decline life_years energy_price_usd_per_mwh value_multiplier",
    "sites": "site country power_mw name region latitude longitude pue energy_price_usd_per_mwh opening_cost_usd"
    " fixed_cost_usd_per_period opens_from max_units min_units_if_open value_multiplier allowed_accelerators"
    " power_includes_installed",
    "power": "site period power_mw energy_price_usd_per_mwh",
    "accelerators": "accelerator tpp power_kw block value_usd_per_hour utilisation annual_value_decline life_years"
    " price_usd eccn",
    "deliveries": "accelerator period units",
    "installed": "country site accelerator units placed_on",
    "commitments": "key site country region min_units max_units accelerator from until only_if_used kind",
    "values": "site accelerator value_usd_per_unit period",
    "unit_costs": "name usd_per_unit rate_of_price site country accelerator period",
    "external_use": "country period tpp units",
    "workloads": "workload period demand_tpp must_serve value_usd_per_tpp_hour latitude longitude max_latency_ms countries"
    " kind controlled_weights",
    "service": "workload site value_usd_per_tpp latency_ms",
    "limits": "price_cap",
}
PASS_THROUGH = {"program", "lot", "reference", "note"}
PERIODS_PER_YEAR = {"quarter": 4, "month": 12, "year": 1}


def exact(value: object) -> Fraction:
    """Return a number, decimal string, fraction string or percentage as an exact fraction."""
    if isinstance(value, Fraction):
        return value
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if text.endswith("%"):
        return Fraction(text[:-1].strip()) / 100
    return Fraction(text.replace("_", ""))


def flag(value: object) -> bool:
    """Return a TOML or CSV truth value."""
    return value if isinstance(value, bool) else str(value).strip().lower() in {"true", "yes", "1"}


@cache
def power_of(base: Fraction, numerator: int, denominator: int) -> Fraction:
    """Return base^(numerator / denominator), rounded half-even to 12 decimals and then exact."""
    with localcontext() as context:
        context.prec = 60
        decimal_base = Decimal(base.numerator) / Decimal(base.denominator)
        if decimal_base == 0:
            return Fraction(int(numerator == 0))
        power = decimal_base ** (Decimal(numerator) / Decimal(denominator))
        return Fraction(power.quantize(Decimal("1e-12"), rounding=ROUND_HALF_EVEN))


@dataclass(frozen=True)
class SiteFacts:
    """One candidate site."""

    key: str
    country: str
    region: str | None
    power_mw: tuple[Fraction, ...]
    energy_price: tuple[Fraction, ...]
    pue: Fraction
    opening_cost: Fraction
    fixed_cost: Fraction
    opens_from: int
    max_units: int | None
    min_units_if_open: int
    value_multiplier: Fraction
    allowed: frozenset[str]
    power_includes_installed: bool
    installed: Mapping[str, int]

    @property
    def has_installed(self) -> bool:
        """Whether stock at the site keeps it open at no cost."""
        return sum(self.installed.values()) > 0

    @property
    def needs_opening(self) -> bool:
        """Whether units may stand here only once the site has been opened."""
        costs = self.opening_cost != 0 or self.fixed_cost != 0 or self.min_units_if_open > 0
        return costs and not self.has_installed


@dataclass(frozen=True)
class AcceleratorFacts:
    """One SKU, with its cumulative deliveries in units."""

    key: str
    tpp: int
    power_kw: Fraction
    block: int
    value_per_hour: Fraction
    utilisation: Fraction
    annual_value_decline: Fraction
    life_years: Fraction
    price: Fraction
    delivered: tuple[int, ...]


@dataclass(frozen=True)
class PlanFacts:
    """The whole plan in exact numbers."""

    periods_per_year: int
    labels: tuple[str, ...]
    first_days: tuple[date, ...]
    rate: Fraction
    headquarters: str
    policy: Row
    must_place: str
    residual: str
    first_period_share: Fraction
    site_life_years: Fraction
    sites: Mapping[str, SiteFacts]
    accelerators: Mapping[str, AcceleratorFacts]
    installed: tuple[Row, ...]
    commitments: tuple[Row, ...]
    unit_costs: tuple[Row, ...]
    external_use: Mapping[str, tuple[Row, ...]]
    values: Mapping[tuple[str, str, int], Fraction] | None
    prices: Mapping[str, Fraction] = field(default_factory=dict)
    """Price of each unit past a limit in each period, by group; a group without one must hold."""
    index: Mapping[str, int] = field(default_factory=dict)
    workloads: tuple[Row, ...] = ()
    service: tuple[Row, ...] | None = None
    site_rows: Mapping[str, Row] = field(default_factory=dict)

    @property
    def num_periods(self) -> int:
        return len(self.labels)


def refuse_unknown(document: Row, known: Mapping[str, str]) -> None:
    """Raise ValueError when the document holds a table or column the oracle does not judge."""
    for table, content in document.items():
        if table not in known:
            msg = f"the oracle does not know table {table!r}"
            raise ValueError(msg)
        single = content.values() if table == "limits" else [content]
        for row in single if isinstance(content, Mapping) else content:
            extra = set(row) - set(known[table].split()) - PASS_THROUGH
            if extra := {key for key in extra if not key.startswith("x_")}:
                msg = f"the oracle does not know {table} {sorted(extra)}"
                raise ValueError(msg)


def absolute_period(label: str, per_year: int) -> int:
    """Return the number of a period label counted from year 0."""
    text = str(label).strip().upper().replace("Q", "-").replace("--", "-")
    year, _, part = text.partition("-")
    return int(year) * per_year + (int(part) - 1 if part else 0)


def label_of(absolute: int, per_year: int) -> str:
    """Return the label of a period number."""
    year, part = divmod(absolute, per_year)
    return {4: f"{year}Q{part + 1}", 12: f"{year}-{part + 1:02d}", 1: str(year)}[per_year]


def carried_forward(rows: Iterable[Row], column: str, last: int, per_year: int) -> int:
    """Return the latest level given at or before a period (absolute number), 0 before the first."""
    given = [row for row in rows if row.get(column) is not None and absolute_period(row["period"], per_year) <= last]
    return max(((absolute_period(row["period"], per_year), int(row[column])) for row in given), default=(0, 0))[1]


class _Reader:
    """Looks up a cell: the row itself, [economics.defaults], [economics], the documented default."""

    def __init__(self, document: Row) -> None:
        economics = document.get("economics", {})
        self.defaults: dict[str, Any] = {**economics, **economics.get("defaults", {})}

    def number(self, row: Row, column: str, default: object) -> Fraction:
        value = row.get(column)
        if value is None or value == "":
            value = self.defaults.get(column, default)
        return exact(value)

    @staticmethod
    def whole(row: Row, column: str) -> int | None:
        value = row.get(column)
        return None if value is None or value == "" else int(exact(value))


def _sites(document: Row, reader: _Reader, labels: list[str], per_year: int) -> dict[str, SiteFacts]:
    every = frozenset(str(row["accelerator"]) for row in document["accelerators"])
    start, sites = absolute_period(labels[0], per_year), {}
    for row in document["sites"]:
        key = str(row["site"])
        power = [exact(row["power_mw"])] * len(labels)
        price = [reader.number(row, "energy_price_usd_per_mwh", 0)] * len(labels)
        for change in (change for change in document.get("power", []) if str(change["site"]) == key):
            when = absolute_period(change["period"], per_year) - start
            if 0 <= when < len(labels):
                power[when] = exact(change["power_mw"]) if change.get("power_mw") is not None else power[when]
                price[when] = reader.number({**row, **change}, "energy_price_usd_per_mwh", 0)
        allowed = row.get("allowed_accelerators")
        listed = allowed.split(";") if isinstance(allowed, str) else allowed
        installed: dict[str, int] = {}
        for stock in (stock for stock in document.get("installed", []) if stock.get("site") == key):
            installed[stock["accelerator"]] = installed.get(stock["accelerator"], 0) + int(stock["units"])
        opens = absolute_period(row["opens_from"], per_year) - start if row.get("opens_from") else 0
        sites[key] = SiteFacts(
            key=key,
            country=str(row["country"]),
            region=row.get("region"),
            power_mw=tuple(power),
            energy_price=tuple(price),
            pue=reader.number(row, "pue", 1),
            opening_cost=exact(row.get("opening_cost_usd") or 0),
            fixed_cost=exact(row.get("fixed_cost_usd_per_period") or 0),
            opens_from=max(0, opens),
            max_units=reader.whole(row, "max_units"),
            min_units_if_open=reader.whole(row, "min_units_if_open") or 0,
            value_multiplier=reader.number(row, "value_multiplier", 1),
            allowed=frozenset(name.strip() for name in listed) if listed else every,
            power_includes_installed=flag(row.get("power_includes_installed", False)),
            installed=installed,
        )
    return sites


def _accelerators(document: Row, reader: _Reader, labels: list[str]) -> dict[str, AcceleratorFacts]:
    accelerators = {}
    for row in document["accelerators"]:
        key = str(row["accelerator"])
        arriving = [0] * len(labels)
        for lot in (lot for lot in document.get("deliveries", []) if lot["accelerator"] == key):
            arriving[labels.index(str(lot["period"]))] += int(lot["units"])
        accelerators[key] = AcceleratorFacts(
            key=key,
            tpp=int(row["tpp"]),
            power_kw=exact(row["power_kw"]),
            block=int(row.get("block") or 1),
            value_per_hour=exact(row.get("value_usd_per_hour") or 0),
            utilisation=reader.number(row, "utilisation", 1),
            annual_value_decline=reader.number(row, "annual_value_decline", 0),
            life_years=reader.number(row, "life_years", 5),
            price=exact(row.get("price_usd") or 0),
            delivered=tuple(sum(arriving[: t + 1]) for t in range(len(labels))),
        )
    return accelerators


def _values(document: Row, labels: list[str]) -> dict[tuple[str, str, int], Fraction] | None:
    if not document.get("values"):
        return None
    values = {}
    for row in sorted(document["values"], key=lambda row: row.get("period") is not None):
        periods = [labels.index(str(row["period"]))] if row.get("period") is not None else range(len(labels))
        for period in periods:
            values[row["site"], row["accelerator"], period] = exact(row["value_usd_per_unit"])
    return values


def read_plan(document: Row, known: Mapping[str, str] = KNOWN) -> PlanFacts:
    """Return the exact facts of a plan document; `known` names the columns that the caller judges, by table."""
    refuse_unknown(document, known)
    horizon, economics, reader = document["horizon"], document.get("economics", {}), _Reader(document)
    per_year = PERIODS_PER_YEAR[horizon.get("length", "quarter")]
    start = absolute_period(horizon["start"], per_year)
    numbers = range(start, start + int(horizon["periods"]))
    labels = [label_of(number, per_year) for number in numbers]
    modes, must_place = {"true": "by_end", "false": "no"}, str(economics.get("must_place", "no")).lower()
    external: dict[str, tuple[Row, ...]] = {}
    for row in document.get("external_use", []):
        external[row["country"]] = (*external.get(row["country"], ()), row)
    return PlanFacts(
        periods_per_year=per_year,
        labels=tuple(labels),
        first_days=tuple(date(k // per_year, 1 + k % per_year * (12 // per_year), 1) for k in numbers),
        rate=exact(horizon.get("annual_discount_rate", 0)),
        headquarters=document["company"]["headquarters"],
        policy=document.get("policy", {}),
        must_place=modes.get(must_place, must_place),
        residual=economics.get("residual", "life"),
        first_period_share=exact(economics.get("first_period_share", "1/2")),
        site_life_years=exact(economics.get("site_life_years", 15)),
        sites=_sites(document, reader, labels, per_year),
        accelerators=_accelerators(document, reader, labels),
        installed=tuple(document.get("installed", [])),
        commitments=tuple(document.get("commitments", [])),
        unit_costs=tuple(document.get("unit_costs", [])),
        external_use=external,
        values=_values(document, labels),
        prices={group: exact(row["price_cap"]) for group, row in document.get("limits", {}).items()},
        index={label: k for k, label in enumerate(labels)},
        workloads=tuple(document.get("workloads", [])),
        service=tuple(document["service"]) if "service" in document else None,
        site_rows={str(row["site"]): row for row in document["sites"]},
    )
