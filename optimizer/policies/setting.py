"""One number, date or choice of a policy pack: its type, its value, and where it is written."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from optimizer.policies.schedule import Schedule, parse_schedule
from optimizer.schema.quantities import parse_integer, parse_share

if TYPE_CHECKING:
    from collections.abc import Callable

SettingValue = Fraction | int | bool | str | date | Schedule | tuple[str, ...]

_DAY_OF_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
COMMON_YEAR = 2025
"""A year without 29 February: a day of the year is one that every year has."""


class SettingType(StrEnum):
    """What kind of value a setting holds."""

    SHARE = "share"
    COUNT = "count"
    FLAG = "flag"
    CHOICE = "choice"
    COUNTRY = "country"
    COUNTRIES = "countries"
    NAMES = "names"
    TEXT = "text"
    DATE = "date"
    DAYS_OF_YEAR = "days_of_year"
    SCHEDULE = "schedule"


class Model(BaseModel):
    """Strict base: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Setting(Model):
    """One number, date or choice, with where it is written."""

    type: SettingType
    choices: tuple[str, ...] = ()
    value: Any
    description: str = ""
    citation: str = Field(min_length=1)
    """Where it is written, or that it is an assumption; never empty."""
    confidence: str = "as cited"
    as_of: date | None = None
    """None: as of the pack."""
    unit: str | None = None

    @field_validator("value")
    @classmethod
    def _value_fits_type(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401  whatever TOML holds
        """Check the value as soon as type and choices are read, so that what else is wrong does not hide it."""
        if {"type", "choices"} <= info.data.keys():
            _parse(info.data["type"], value, info.data["choices"])
        return value

    def parse(self, value: object) -> SettingValue:
        """Return `value` as this setting's type.

        Raises ValueError, saying what was expected, when it does not fit.
        """
        return _parse(self.type, value, self.choices)


def _parse(kind: SettingType, value: object, choices: tuple[str, ...]) -> SettingValue:
    if kind is not SettingType.CHOICE:
        return _PARSERS[kind](value)
    if value in choices:
        return str(value)
    msg = f"expected one of {', '.join(choices)}" if choices else 'a choice needs its choices: choices = ["...", "..."]'
    raise ValueError(msg)


def _parse_count(value: object) -> int:
    count = parse_integer(value)
    if count < 0:
        msg = "expected a whole number, zero or more"
        raise ValueError(msg)
    return count


def _parse_flag(value: object) -> bool:
    flags = {"true": True, "false": False}
    text = str(value).strip().lower()
    if text not in flags:
        msg = "expected true or false"
        raise ValueError(msg)
    return flags[text]


def _parse_text(value: object) -> str:
    if isinstance(value, list | tuple | dict | float | bool):
        msg = "expected text"
        raise ValueError(msg)
    return str(value).strip()


def _parse_list(value: object) -> tuple[str, ...]:
    """Return the parts of a list, or of a text separated by semicolons, in order and each once."""
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        msg = "expected a list of texts"
        raise ValueError(msg)
    return tuple(dict.fromkeys(part.strip() for part in value if part.strip()))


def _parse_date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        msg = "expected a date like 2025-05-15"
        raise ValueError(msg) from None


def _parse_days_of_year(value: object) -> tuple[str, ...]:
    days = _parse_list(value)
    for day in days:
        if not _DAY_OF_YEAR.fullmatch(day):
            msg = f"expected days like 02-01, got {day!r}"
            raise ValueError(msg)
        try:
            date.fromisoformat(f"{COMMON_YEAR}-{day}")
        except ValueError:
            msg = f"no such day: {day!r}"
            raise ValueError(msg) from None
    return tuple(sorted(days))


_PARSERS: dict[SettingType, Callable[[object], SettingValue]] = {
    SettingType.SHARE: parse_share,
    SettingType.COUNT: _parse_count,
    SettingType.FLAG: _parse_flag,
    SettingType.COUNTRY: _parse_text,
    SettingType.COUNTRIES: _parse_list,
    SettingType.NAMES: _parse_list,
    SettingType.TEXT: _parse_text,
    SettingType.DATE: _parse_date,
    SettingType.DAYS_OF_YEAR: _parse_days_of_year,
    SettingType.SCHEDULE: parse_schedule,
}


def as_written(value: SettingValue) -> str:
    """Return a setting's value as people write it: `7/100`, `50000`, `chips`, `true`, `AE;SA`."""
    if isinstance(value, bool):
        return str(value).lower()
    return ";".join(value) if isinstance(value, tuple) else str(value)
