"""A policy pack: dated, cited settings, the paths and the rules that use them, read from TOML.

The pack says to whom a rule applies, its numbers, when it is tested and where it is written; code (`optimizer.rules`)
knows only what each kind of rule means. Nothing here knows a number of law.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from optimizer.policies.consistency import consistency_problems
from optimizer.policies.names import (
    AUTHORISATIONS,
    AUTO,
    CLOSED_DESTINATION,
    DELIVERED,
    HOLDING_COUNTRY,
    IN_TPP,
    LISTED,
    LISTED_AS,
    OPERATED,
    OWNERSHIP,
    STANDING,
    TF32_BITS,
)
from optimizer.policies.schedule import Schedule
from optimizer.policies.setting import Model, Setting, SettingType, SettingValue, as_written
from optimizer.policies.specs import PathSpec, RuleSpec

MISFIT = "misfit"
"""Type of the error by which a pack whose parts do not fit together is refused; its context has the problems."""
PARTS = "parts"
"""Context in which a pack is read without asking whether its parts fit together."""


class AfterLastDate(StrEnum):
    """What holds after the pack's last date: the same limits, none, or no further additions outside Tier 1."""

    HOLD = "hold"
    NONE = "none"
    CLOSED = "closed"


class Policy(Model):
    """A pack with the plan's overrides applied."""

    name: str
    version: Annotated[str, BeforeValidator(str)] = "1"
    title: str
    legal_status: str
    reading: str = ""
    """One sentence naming the reading of the law that runs; settings named in braces are filled in. Empty: the settings."""
    as_of: date
    effective_from: date
    effective_until: date | None = None
    after: AfterLastDate
    dates_citation: str = ""
    """Where the pack's own dates are written."""
    tier_table: str
    uncertain: tuple[str, ...] = ()
    """What is not known for sure, in sentences; every output of the pack says them."""
    settings: dict[str, Setting]
    paths: tuple[PathSpec, ...] = Field(default=())
    """In the order in which chips are assigned to them where nothing else decides."""
    rules: tuple[RuleSpec, ...] = Field(default=())
    sha256: str = ""
    """SHA-256 of the pack file."""
    overridden: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self, info: ValidationInfo) -> Policy:
        problems = () if info.context == PARTS else consistency_problems(self)
        if problems:
            text = "\n".join(map(str, problems))
            raise PydanticCustomError(MISFIT, "{text}", {"text": text, "problems": problems})
        return self

    @property
    def specs(self) -> tuple[RuleSpec | PathSpec, ...]:
        """Return the rules, then the paths."""
        return (*self.rules, *self.paths)

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
        value = self.value(name)
        return value if isinstance(value, int) else int(str(value))

    def flag(self, name: str | None) -> bool:
        """Return a flag setting; a rule without the flag has it off."""
        return bool(name) and self.value(str(name)) is True

    def day(self, name: str | None) -> date | None:
        """Return a date setting; None where a spec names none."""
        value = self.value(name) if name else None
        return value if isinstance(value, date) else None

    def listed(self, name: str | None) -> tuple[str, ...]:
        """Return a list setting; empty where a spec names none."""
        value = self.value(name) if name else ()
        return value if isinstance(value, tuple) else ()

    def schedule(self, name: str) -> Schedule | int:
        """Return a cap: one figure for all time, or a table."""
        value = self.value(name)
        return value if isinstance(value, Schedule) else self.count(name)

    def choice(self, name: str | None, default: str) -> str:
        """Return a choice setting; `default` where a spec names none, or the pack does not have it."""
        return str(self.value(name)) if name and name in self.settings else default

    def counts_delivered(self, rule: RuleSpec) -> bool:
        """Return whether a rule takes its share of everything delivered, unplaced stock included."""
        return rule.denominator is not None and self.value(rule.denominator) == DELIVERED

    def text(self, name: str) -> str:
        """Return a setting as people write it: `7/100`, `50000`, `chips`, `true`."""
        return as_written(self.value(name))

    def cap_setting(self, rule: RuleSpec) -> str:
        """Return the setting with the cap of a rule: the one in TPP where TPP count and the planner wrote none."""
        counts_tpp = rule.cap_unit is not None and self.value(rule.cap_unit) == IN_TPP
        if rule.cap_in_tpp and counts_tpp and rule.cap not in self.overridden:
            return rule.cap_in_tpp
        return str(rule.cap)

    def describe_reading(self) -> str:
        """Return the sentence that says which reading ran; of a pack that has none, its settings.

        The braces of a cap hold the one in force, whichever setting that stands in.
        """
        texts = {name: self.text(name) for name in self.settings}
        if self.reading:
            texts |= {
                rule.cap: self.text(self.cap_setting(rule)) for rule in self.rules if rule.cap and rule.cap_in_tpp
            }
            return self.reading.format_map(texts)
        return "; ".join(f"{name}: {text}" for name, text in texts.items()) or "no settings"


__all__ = [
    "AUTHORISATIONS",
    "AUTO",
    "CLOSED_DESTINATION",
    "DELIVERED",
    "HOLDING_COUNTRY",
    "LISTED",
    "LISTED_AS",
    "OPERATED",
    "OWNERSHIP",
    "STANDING",
    "TF32_BITS",
    "AfterLastDate",
    "PathSpec",
    "Policy",
    "RuleSpec",
    "Setting",
    "SettingType",
    "SettingValue",
]
