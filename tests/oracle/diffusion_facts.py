"""A company under the diffusion rule: its plan, settings, authorisations and stock, read from a plan document.

What leaves two readings is refused with ValueError, so that the oracle never judges it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.oracle import law
from tests.oracle.diffusion_law import COMPLIANCE_FROM, DEFAULTS, HOLDINGS, NAME, NVEU_INSTALLED_BASE, is_controlled
from tests.oracle.plan_facts import KNOWN, PlanFacts, Row, absolute_period, exact, read_plan
from tests.oracle.standing import place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

KNOWN_HERE = {
    **{table: columns for table, columns in KNOWN.items() if table != "limits"},
    "policy": " ".join(["name", "breach", *DEFAULTS]),
    "sites": KNOWN["sites"] + " operator_headquarters tenure authorised_from",
    "installed": KNOWN["installed"] + " ownership path",
    "authorisations": "type country accelerator tpp units valid_from valid_until",
}
BEFORE_EVERY_PLAN, AFTER_EVERY_PLAN = date.min, date.max


@dataclass(frozen=True)
class Span:
    """The days from first to last on which something is valid."""

    first: date
    last: date

    def covers(self, first: date, last: date) -> bool:
        """Return whether it is valid on every day from first to last."""
        return self.first <= first and last <= self.last

    def touches(self, first: date, last: date) -> bool:
        """Return whether it is valid on any day from first to last."""
        return self.first <= last and first <= self.last


@dataclass(frozen=True)
class Licence:
    """One row of listed licences: so many units, or so much TPP, for one destination."""

    name: str
    destination: str
    accelerator: str | None
    counts_units: bool
    quantity: int
    span: Span


@dataclass(frozen=True)
class Stock:
    """Installed chips that count in the legal measures: controlled, and the company's by ownership."""

    destination: str
    tpp: int
    path: str | None
    placed_on: date | None


@dataclass(frozen=True)
class Company:
    """Everything a legal question asks about; periods are numbers from 0, -1 is the one before the plan."""

    plan: PlanFacts
    settings: Mapping[str, Any]
    uveu: Span | None
    nveu: Mapping[str, Span]
    licences: tuple[Licence, ...]
    operators: Mapping[str, str]
    covered_from: Mapping[str, date]
    tpp: Mapping[str, int]
    stock: tuple[Stock, ...]

    def days(self, period: int) -> tuple[date, date]:
        """Return the first and the last day of a period, also outside the plan."""
        per_year = self.plan.periods_per_year
        number = absolute_period(self.plan.labels[0], per_year) + period
        first, after = (date(k // per_year, 1 + k % per_year * (12 // per_year), 1) for k in (number, number + 1))
        return first, after - timedelta(days=1)

    def in_force(self, period: int) -> bool:
        """Return whether the rule is in force on any day of a period."""
        return self.days(period)[1] >= COMPLIANCE_FROM

    def is_closed(self, country: str, period: int) -> bool:
        """Return whether Tier 3 is closed in a period and a country, place or parent, lies in it on any day of it."""
        return self.days(period)[1] >= self.day("closed_from") and self.tier(country, period) == 3

    def in_force_on(self, day: date) -> bool:
        """Return whether the rule is in force on a day."""
        return day >= COMPLIANCE_FROM

    def tier(self, country: str, period: int) -> int:
        """Return the strictest tier of a country on any day of a period."""
        return law.tier(country, self.days(period)[0])

    def owner_tier(self, period: int) -> int:
        """Return the tier of the company's headquarters."""
        return self.tier(self.plan.headquarters, period)

    def has_uveu(self, period: int) -> bool:
        """Return whether UVEU is held on any day of a period."""
        return self.uveu is not None and self.uveu.touches(*self.days(period))

    def destination(self, site: str) -> str:
        """Return the destination a site lies in."""
        return law.destination(self.plan.sites[site].country)

    def destinations(self) -> list[str]:
        """Return every destination with a candidate site or counted stock, in order."""
        return sorted({self.destination(site) for site in self.plan.sites} | {row.destination for row in self.stock})

    def shares(self, name: str) -> Fraction:
        """Return a setting that is a fraction."""
        return exact(self.settings[name])

    def day(self, name: str) -> date:
        """Return a setting that is a date."""
        return as_day(self.settings[name], BEFORE_EVERY_PLAN)

    def countries(self, name: str) -> set[str]:
        """Return a setting that lists countries, as destinations."""
        listed = self.settings[name]
        codes = listed.split(";") if isinstance(listed, str) else listed
        return {law.destination(code.strip()) for code in codes if code.strip()}


def read_company(document: Row, holding: str | None = None) -> Company:
    """Return the company of a plan document; `holding` replaces what the document says is held."""
    plan = read_plan(document, KNOWN_HERE)
    if plan.policy.get("name") != NAME or plan.policy.get("breach", "strict") != "strict":
        msg = f"this oracle judges {NAME} without cures"
        raise ValueError(msg)
    settings = {**DEFAULTS, **plan.policy}
    settings["authorisations"] = holding or settings["authorisations"]
    given = _schedule(settings["nveu_installed_base"])
    settings["nveu_installed_base"] = {**NVEU_INSTALLED_BASE, **given}
    rows = document.get("authorisations", [])
    _refuse_two_readings(plan, settings, rows)
    eccns = {str(row["accelerator"]): row.get("eccn") for row in document["accelerators"]}
    tpp = {key: acc.tpp if is_controlled(acc.tpp, eccns[key]) else 0 for key, acc in plan.accelerators.items()}
    return Company(
        plan=plan,
        settings=settings,
        uveu=_uveu(plan, settings, rows),
        nveu=_nveu(plan, settings, rows),
        licences=_licences(settings, rows),
        operators={row["site"]: row.get("operator_headquarters") or plan.headquarters for row in document["sites"]},
        covered_from=_covered_from(document, plan),
        tpp=tpp,
        stock=tuple(_stock(plan, settings, rows, tpp)),
    )


def as_day(value: object, default: date) -> date:
    """Return a date as written, or the default for an empty cell."""
    return default if value in {None, ""} else date.fromisoformat(str(value))


def _schedule(value: str | Mapping[str, int]) -> dict[str, int]:
    """Return the rows of a table given as such, or as the text `2025Q1=5;2025Q2=6`."""
    if isinstance(value, str):
        pairs = (part.split("=") for part in value.split(";") if part.strip())
        return {label.strip(): int(figure) for label, figure in pairs}
    return {label: int(figure) for label, figure in value.items()}


def _refuse_two_readings(plan: PlanFacts, settings: Mapping[str, Any], rows: list[Row]) -> None:
    holding, tier = settings["authorisations"], law.tier(plan.headquarters, plan.first_days[0])
    listed = {row["type"] for row in rows} & {"UVEU", "NVEU"}
    doubts = {
        "an authorisation this headquarters cannot hold": (
            holding not in {"listed", *HOLDINGS[tier]} or ("UVEU" in listed and tier > 1)
        ),
        "one status is held, another one listed": bool(listed - {holding.upper()}) and holding in {"nveu", "uveu"},
        "what `installed` means for stock in transit against deliveries": (
            settings["share_denominator"] == "delivered" and settings["counted_from"] == "installation"
        ),
        "unplaced stock held outside Tier 1": law.tier(settings["holding_country"], plan.first_days[0]) > 1,
    }
    if any(doubts.values()):
        msg = "; ".join(doubt for doubt, is_there in doubts.items() if is_there)
        raise ValueError(msg)


def _span(row: Row) -> Span:
    return Span(as_day(row.get("valid_from"), BEFORE_EVERY_PLAN), as_day(row.get("valid_until"), AFTER_EVERY_PLAN))


def _new(plan: PlanFacts, settings: Mapping[str, Any]) -> Span:
    """Return what is applied for on the first day of the plan."""
    return Span(plan.first_days[0] + timedelta(days=int(settings["decision_days"])), AFTER_EVERY_PLAN)


def _uveu(plan: PlanFacts, settings: Mapping[str, Any], rows: list[Row]) -> Span | None:
    if settings["authorisations"] not in {"listed", "uveu"}:
        return None
    listed = [_span(row) for row in rows if row["type"] == "UVEU"]
    if len(listed) > 1:
        msg = "the oracle judges one UVEU row"
        raise ValueError(msg)
    new = _new(plan, settings) if settings["authorisations"] == "uveu" else None
    return listed[0] if listed else new


def _nveu(plan: PlanFacts, settings: Mapping[str, Any], rows: list[Row]) -> dict[str, Span]:
    if settings["authorisations"] not in {"listed", "nveu"}:
        return {}
    new = {}
    if settings["authorisations"] == "nveu":
        only = settings["nveu_countries"]
        wanted = set(only.split(";") if isinstance(only, str) else only) - {""}
        for site in plan.sites.values():
            where = law.destination(site.country)
            if law.tier(where, plan.first_days[0]) != law.tier(where, plan.first_days[-1]):
                msg = f"whether NVEU may be sought in {where}, closed only for part of the plan"
                raise ValueError(msg)
            if law.tier(where, plan.first_days[0]) < 3 and (not wanted or where in wanted):
                new[where] = _new(plan, settings)
    listed = {law.destination(row["country"]): _span(row) for row in rows if row["type"] == "NVEU"}
    return {**new, **listed}


def _licences(settings: Mapping[str, Any], rows: list[Row]) -> tuple[Licence, ...]:
    found = []
    for row in (row for row in rows if row["type"] == "licence"):
        span = _span(row)
        if span.last == AFTER_EVERY_PLAN and span.first == BEFORE_EVERY_PLAN:
            msg = "how long a licence runs that names neither a first nor a last day"
            raise ValueError(msg)
        if span.last == AFTER_EVERY_PLAN:
            years = int(settings["licence_validity_years"])
            span = Span(span.first, span.first.replace(year=span.first.year + years) - timedelta(days=1))
        by_units = row.get("units") is not None
        quantity = int(row["units"] if by_units else row["tpp"])
        where = law.destination(row["country"])
        found.append(Licence(row["reference"], where, row.get("accelerator"), by_units, quantity, span))
    return tuple(found)


def _covered_from(document: Row, plan: PlanFacts) -> dict[str, date]:
    """Return, by site that says so, the day from which the company's authorisation covers it."""
    found = {}
    for row in document["sites"]:
        written = str(row.get("authorised_from") or "")
        if len(written) == len("2025-07-01"):
            found[row["site"]] = date.fromisoformat(written)
        elif written:
            number, per_year = absolute_period(written, plan.periods_per_year), plan.periods_per_year
            found[row["site"]] = date(number // per_year, 1 + number % per_year * (12 // per_year), 1)
    return found


def _stock(plan: PlanFacts, settings: Mapping[str, Any], rows: list[Row], tpp: Mapping[str, int]) -> list[Stock]:
    not_ours = {"owned": "leased_in", "operated": "leased_out"}[settings["share_ownership"]]
    found = []
    for row in plan.installed:
        amount = int(row["units"]) * tpp[row["accelerator"]]
        if amount and row.get("ownership", "owned") != not_ours:
            where = law.destination(place(plan, row)[1])
            placed_on = as_day(row["placed_on"], date.min) if row.get("placed_on") else None
            path = row.get("path") or _inferred(plan, settings, rows, (where, placed_on))
            found.append(Stock(where, amount, path, placed_on))
    return found


def _inferred(
    plan: PlanFacts, settings: Mapping[str, Any], rows: list[Row], placed: tuple[str, date | None]
) -> str | None:
    """Return the path that stock must have entered by, None for stock from before the allocations count."""
    where, day = placed
    if day is None or day < as_day(settings["country_allocation_from"], date.min):
        return None
    if {law.tier(where, day), law.tier(plan.headquarters, day)} == {1}:
        return "aia"
    listed = [row for row in rows if row["type"] in {"UVEU", "NVEU"} and _span(row).covers(day, day)]
    if listed and settings["authorisations"] != "listed":
        msg = "whether stock entered under a listed status that the plan leaves aside"
        raise ValueError(msg)
    if any(row["type"] == "UVEU" for row in listed):
        return "uveu"
    if any(row["type"] == "NVEU" and law.destination(row["country"]) == where for row in listed):
        return "nveu"
    if law.tier(plan.headquarters, day) == 2 and law.tier(where, day) == 1:
        return "licence_in_tier1"  # 742.6(b)(10)(iii)(B): charged to the headquarters, as what is added
    return "licence" if law.tier(where, day) == 2 else "none"
