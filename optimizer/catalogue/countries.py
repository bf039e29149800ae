"""Countries by ISO 3166 alpha-2 code, the destination each counts as, and the tier a destination is in on a day.

A territory has the tier of the destination it follows. What the law makes of a tier is a policy's to say.
"""

from __future__ import annotations

import csv
import tomllib
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from optimizer.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

COUNTRY_FILE = "countries.csv"
TIER_FILE = "tiers.toml"
REMAINDER = "remainder"
"""The list of a tier table that holds every destination in no other list."""
CONFIDENCES = ("A", "A-", "B", "B-", "C", "uncertain")
"""Strongest first. `uncertain` rests on no source that was read."""


@dataclass(frozen=True, slots=True)
class Country:
    """One ISO 3166-1 code (or XK, which is user-assigned) and the destination whose treatment it has."""

    iso2: str
    iso3: str
    name: str
    destination: str
    """Alpha-2 code: the parent of a territory (PR counts as US), the country itself otherwise."""
    confidence: str
    """One of CONFIDENCES, of `destination` (not of the tier)."""
    citation: str
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TierOn:
    """The tier of a code on a day, with where it is written and how sure that is (one of CONFIDENCES)."""

    tier: int
    citation: str
    confidence: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TierVersion:
    """The tiers of every code from `first_day` until the next version."""

    first_day: date
    tiers: Mapping[str, TierOn] = field(hash=False)


@dataclass(frozen=True)
class TierTable:
    """A named, dated assignment of every code to a tier; versions are in order and the last is open-ended."""

    name: str
    title: str
    names: Mapping[int, str] = field(hash=False)
    """What each tier is called; the larger the number, the stricter."""
    versions: tuple[TierVersion, ...]

    @property
    def covers_from(self) -> date:
        """Return the first day the table speaks of."""
        return self.versions[0].first_day

    @property
    def change_days(self) -> tuple[date, ...]:
        """Return the days on which a later version takes over."""
        return self._first_days[1:]

    @cached_property
    def _first_days(self) -> tuple[date, ...]:
        return tuple(version.first_day for version in self.versions)

    def tier_on(self, code: str, day: date) -> TierOn:
        """Return the tier of an alpha-2 code on a day.

        Raises InputError when the code is unknown or the day is before the table begins.
        """
        return self.strictest_tier(code, day, day)

    def strictest_tier(self, code: str, first_day: date, last_day: date) -> TierOn:
        """Return the strictest tier (the largest number) of an alpha-2 code on any day from first to last, inclusive.

        Raises InputError as `tier_on` does, ValueError when the last day is before the first.
        """
        if last_day < first_day:
            msg = f"the interval ends ({last_day}) before it begins ({first_day})"
            raise ValueError(msg)
        _known_country(code)
        first = bisect_right(self._first_days, first_day) - 1
        if first < 0:
            raise InputError([self._uncovered(first_day)])
        found = self.versions[first : bisect_right(self._first_days, last_day)]
        return max((version.tiers[code] for version in found), key=lambda tier_on: tier_on.tier)

    def _uncovered(self, day: date) -> Problem:
        return Problem(
            f"tier table {self.name} does not say which tier a country is in before {self.covers_from}",
            value=str(day),
            hint=f"start the plan on or after {self.covers_from}, or choose a policy that uses no tiers",
        )


@lru_cache(maxsize=1)
def countries() -> Mapping[str, Country]:
    """Return every country by alpha-2 code, in the order of the codes."""
    text = files("optimizer.catalogue").joinpath(COUNTRY_FILE).read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({row["iso2"]: _read_country(row) for row in rows})


def find_country(text: str) -> Country | None:
    """Return the country with exactly this upper-case alpha-2 code."""
    return countries().get(text)


def suggest_country(text: str) -> str | None:
    """Return the alpha-2 code meant by a name, an alpha-3 code or a code in lower case; None when nothing fits."""
    return _code_by_folded_name().get(_fold(text))


def destination_of(code: str) -> str:
    """Return the alpha-2 code of the destination a country counts as; InputError when the code is unknown."""
    return _known_country(code).destination


@lru_cache(maxsize=8)
def tier_table(name: str) -> TierTable:
    """Return a tier table by name; InputError listing the known ones when there is no such table."""
    tables = tomllib.loads(files("optimizer.catalogue").joinpath(TIER_FILE).read_text(encoding="utf-8"))
    if name not in tables:
        problem = Problem("no such tier table", value=name, hint=f"known tables: {', '.join(sorted(tables))}")
        raise InputError([problem])
    return _read_tier_table(name, tables[name])


def _known_country(code: str) -> Country:
    country = find_country(code)
    if country is not None:
        return country
    suggestion = suggest_country(code)
    problem = Problem(
        "not an ISO 3166 alpha-2 country code",
        value=code,
        hint=f"did you mean {suggestion}?" if suggestion else "use two capital letters, such as MY",
    )
    raise InputError([problem])


@lru_cache(maxsize=1)
def _code_by_folded_name() -> dict[str, str]:
    return {
        _fold(name): country.iso2
        for country in countries().values()
        for name in (country.name, *country.other_names, country.iso3, country.iso2)
    }


def _fold(text: str) -> str:
    """Drop case, accents, spaces and punctuation, so that `cote d'ivoire` is Côte d'Ivoire and `u.k.` is UK."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if letter.isalnum())


def _read_country(row: Mapping[str, str]) -> Country:
    return Country(
        iso2=row["iso2"],
        iso3=row["iso3"],
        name=row["name"],
        destination=row["destination"],
        confidence=row["confidence"],
        citation=row["destination_citation"],
        other_names=tuple(name for name in row["other_names"].split(";") if name),
    )


def _read_tier_table(name: str, table: Mapping[str, Any]) -> TierTable:
    first_days = sorted({row["from"] for row in table["lists"]})
    names = {int(tier): tier_name for tier, tier_name in table["names"].items()}
    return TierTable(name, table["title"], names, tuple(_read_version(day, table) for day in first_days))


def _read_version(first_day: date, table: Mapping[str, Any]) -> TierVersion:
    begun = sorted((row for row in table["lists"] if row["from"] <= first_day), key=lambda row: row["from"])
    lists = {row["list"]: row for row in begun}  # of several entries of a list the latest stands
    remainder = lists.pop(REMAINDER)
    list_of = {code: tier_list for tier_list in lists.values() for code in tier_list["codes"]}
    remarks = {row["code"]: row for row in table["remarks"]}
    tiers = {
        country.iso2: _cite_tier(
            country, list_of.get(country.destination, remainder), remarks.get(country.destination, {})
        )
        for country in countries().values()
    }
    return TierVersion(first_day, tiers)


def _cite_tier(country: Country, tier_list: Mapping[str, Any], remark: Mapping[str, Any]) -> TierOn:
    """Join what is written of the destination with what is written of the territory; the weaker confidence stands."""
    citation = tier_list["citation"]
    if country.destination != country.iso2:
        citation += f"; {country.iso2} counts as {country.destination}: {country.citation}"
    confidences = (remark.get("confidence", tier_list["confidence"]), country.confidence)
    note = remark.get("note", tier_list.get("note"))
    return TierOn(tier_list["tier"], citation, max(confidences, key=CONFIDENCES.index), note)
