"""A policy pack: dated, cited settings and the rules that use them, read from TOML.

The pack says to whom a rule applies, its numbers, when it is tested and where it is written; code (`optimizer.rules`)
knows only what each kind of rule means. Nothing here knows a number of law.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from optimizer.schema.quantities import parse_integer, parse_share

HOLDING_COUNTRY = "holding_country"
"""The setting that says where stock is held while it is unplaced."""
CLOSED_DESTINATION = "closed_destination"
"""The kind of rule that `after = "closed"` works through."""
STANDING, DELIVERED = "standing", "delivered"
"""The choices of a denominator."""

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        return tuple(name for field in SETTING_FIELDS if (name := getattr(self, field)))


SETTING_FIELDS = {
    "share": SettingType.SHARE,
    "cap": SettingType.COUNT,
    "cap_unit": SettingType.CHOICE,
    "cap_in_tpp": SettingType.COUNT,
    "exempt_flag": SettingType.FLAG,
    "denominator": SettingType.CHOICE,
}
"""Fields of a rule that name a setting, with the type it has to be of."""


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
    def _fits_together(self) -> Policy:
        problems = sorted({*self._setting_problems(), *self._rule_problems(), *self._date_problems()})
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _setting_problems(self) -> Iterator[str]:
        for rule in self.rules:
            for field, wanted in SETTING_FIELDS.items():
                name = getattr(rule, field)
                if name and name not in self.settings:
                    yield f"rule {rule.name} names the setting {name!r}, which the pack does not have"
                elif name and self.settings[name].type is not wanted:
                    yield f"rule {rule.name} needs a {wanted} as its {field}, and the setting {name!r} is none"
            denominator = self.settings.get(rule.denominator or "")
            if denominator and DELIVERED in denominator.choices and HOLDING_COUNTRY not in self.settings:
                yield f"the denominator {DELIVERED} needs a setting {HOLDING_COUNTRY}"
        try:
            self.describe_reading()
        except (KeyError, IndexError, ValueError) as error:
            yield f"the reading names a setting that the pack does not have: {error}"

    def _rule_problems(self) -> Iterator[str]:
        names = [rule.name for rule in self.rules]
        for name in names:
            if names.count(name) > 1:
                yield f"two rules are called {name!r}; give one a key"
        if self.after is AfterLastDate.CLOSED and CLOSED_DESTINATION not in {rule.kind for rule in self.rules}:
            yield f'after = "closed" needs a rule of kind {CLOSED_DESTINATION}'

    def _date_problems(self) -> Iterator[str]:
        if self.effective_until is not None and self.effective_until < self.effective_from:
            yield "effective_until lies before effective_from"

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

    def counts_delivered(self, rule: RuleSpec) -> bool:
        """Return whether a rule takes its share of everything delivered, unplaced stock included."""
        return rule.denominator is not None and self.value(rule.denominator) == DELIVERED

    def text(self, name: str) -> str:
        """Return a setting as people write it: `7/100`, `50000`, `chips`, `true`."""
        value = self.value(name)
        return str(value).lower() if isinstance(value, bool) else str(value)

    def describe_reading(self) -> str:
        """Return the sentence that says which reading ran."""
        return self.reading.format_map({name: self.text(name) for name in self.settings})
