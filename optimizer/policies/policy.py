"""A policy pack: dated, cited settings and the rules that use them, read from TOML.

The pack says to whom a rule applies, its numbers, when it is tested and where it is written; code (`optimizer.rules`)
knows only what each kind of rule means. Nothing here knows a number of law.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from optimizer.schema.quantities import format_exact, parse_integer, parse_share

SettingValue = Fraction | int | bool | str


class SettingType(StrEnum):
    """What kind of value a setting holds."""

    SHARE = "share"
    COUNT = "count"
    FLAG = "flag"
    CHOICE = "choice"
    COUNTRY = "country"


class AfterLastDate(StrEnum):
    """What holds after the pack's last date: the same limits, none, or no further additions outside Tier 1."""

    HOLD = "hold"
    NONE = "none"
    CLOSED = "closed"


class Model(BaseModel):
    """Strict base: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Setting(Model):
    """One number or choice of the law, with where it is written."""

    type: SettingType
    value: Any
    description: str
    citation: str
    confidence: str
    as_of: date
    unit: str | None = None
    choices: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _value_fits_type(self) -> Setting:
        self.parse(self.value)
        return self

    def parse(self, value: object) -> SettingValue:
        """Return `value` as this setting's type.

        Raises ValueError, saying what was expected, when it does not fit.
        """
        match self.type:
            case SettingType.SHARE:
                return parse_share(value)
            case SettingType.COUNT:
                return _parse_count(value)
            case SettingType.FLAG:
                return _parse_flag(value)
            case SettingType.CHOICE:
                if value in self.choices:
                    return str(value)
                msg = f"expected one of {', '.join(self.choices)}"
                raise ValueError(msg)
            case SettingType.COUNTRY:
                return str(value)


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


class Bound(Model):
    """Whose headquarters a rule binds: a tier, or named countries."""

    tiers: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()

    def describe(self) -> str:
        """Return the words for a report."""
        parts = [f"Tier {tier}" for tier in self.tiers] + list(self.countries)
        return " or ".join(parts)


class RuleSpec(Model):
    """One rule of a pack: its kind, its scope and the names of the settings that hold its numbers."""

    kind: str
    key: str = ""
    citation: str
    bound: Bound | None = None
    """None binds every headquarters."""
    home: str | None = None
    """ISO code; for `home_share`."""
    tiers: tuple[int, ...] = ()
    """Tiers of the destinations in scope."""
    share: str | None = None
    cap: str | None = None
    cap_unit: str | None = None
    cap_in_tpp: str | None = None
    exempt_flag: str | None = None
    """A flag setting that lifts the rule for a validated company."""
    exempt_bound: Bound | None = None
    """Whose headquarters the flag can lift it for."""
    denominator: str | None = None

    @property
    def name(self) -> str:
        """Return the key under which limits of this rule are listed."""
        return self.key or self.kind

    def setting_names(self) -> tuple[str, ...]:
        """Return the settings this rule reads."""
        names = (self.share, self.cap, self.cap_unit, self.cap_in_tpp, self.exempt_flag, self.denominator)
        return tuple(name for name in names if name)


class Policy(Model):
    """A pack with the plan's overrides applied."""

    name: str
    version: Annotated[str, BeforeValidator(str)]
    title: str
    legal_status: str
    reading: str
    """One sentence naming the reading of the law that runs; settings named in braces are filled in."""
    as_of: date
    effective_from: date
    effective_until: date | None = None
    after: AfterLastDate
    tier_table: str
    settings: dict[str, Setting]
    rules: tuple[RuleSpec, ...] = Field(default=())
    sha256: str = ""
    """SHA-256 of the pack file."""
    overridden: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _rules_name_settings(self) -> Policy:
        problems = [
            f"rule {rule.name} names the setting {name!r}, which the pack does not have"
            for rule in self.rules
            for name in rule.setting_names()
            if name not in self.settings
        ]
        names = [rule.name for rule in self.rules]
        problems += [
            f"two rules are called {name!r}; give one a key" for name in {n for n in names if names.count(n) > 1}
        ]
        if problems:
            raise ValueError("; ".join(sorted(problems)))
        return self

    def value(self, name: str) -> SettingValue:
        """Return a setting's value as its type."""
        setting = self.settings[name]
        return setting.parse(setting.value)

    def share(self, name: str) -> Fraction:
        """Return a share setting."""
        value = self.value(name)
        return value if isinstance(value, Fraction) else Fraction(str(value))

    def count(self, name: str) -> int:
        """Return a count setting."""
        return int(self.value(name))

    def flag(self, name: str | None) -> bool:
        """Return a flag setting; a rule without the flag has it off."""
        return bool(name) and self.value(str(name)) is True

    def text(self, name: str) -> str:
        """Return a setting as people write it: `7/100`, `50000`, `chips`."""
        value = self.value(name)
        if isinstance(value, bool):
            return str(value).lower()
        return format_exact(value) if isinstance(value, Fraction | int) else value

    def describe_reading(self) -> str:
        """Return the sentence that says which reading ran."""
        return self.reading.format_map({name: self.text(name) for name in self.settings})
