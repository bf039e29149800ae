"""What a cell may hold: the kinds of value, and how the data dictionary describes a column and a table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

PASS_THROUGH = ("program", "lot", "reference", "note")
"""Columns every table may carry; they are labels, and never change what a row means."""
PASS_THROUGH_PREFIX = "x_"


class Kind(StrEnum):
    """The form of a value. The names are the words of the generated documentation."""

    KEY = "key"
    TEXT = "text"
    COUNTRY = "country code"
    SITE = "site key"
    ACCELERATOR = "accelerator key"
    ACCELERATOR_LIST = "accelerator keys separated by ;"
    WORKLOAD = "workload key"
    COUNTRY_LIST = "country codes separated by ;"
    PERIOD = "period"
    PERIOD_OR_EARLIER = "period, or one before the plan"
    PERIOD_OR_DATE = "period or date"
    LAST_PERIOD_OR_DATE = "last period, or date"
    DATE = "date"
    DECIMAL = "decimal number"
    INTEGER = "whole number"
    RATE = "decimal number, percentage or fraction"
    SHARE = "exact share"
    BOOLEAN = "true or false"
    CHOICE = "one of"
    CHOICE_LIST = "some of, separated by ;"
    RAW = "any value"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, or one key of `plan.toml`."""

    name: str
    kind: Kind
    meaning: str
    unit: str | None = None
    required: bool = False
    supported: bool = True
    minimum: int | None = None
    maximum: int | None = None
    above: int | None = None
    """A bound the value must exceed."""
    choices: tuple[str, ...] = ()
    default: Fraction | None = None
    """Built-in default of a numeric column; using it is recorded as an assumption."""


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file of a plan, or one section of `plan.toml`."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    """Columns that tell rows apart: two rows may not agree in all of them. Empty: any number of equal rows."""
    supported: bool = True
    open_ended: bool = False
    """Keys that are not listed are kept as they are."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """Return the names of the listed columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column | None:
        """Return the description of a column, a plain text one for pass-through columns, None for an unknown one."""
        if name in PASS_THROUGH or name.startswith(PASS_THROUGH_PREFIX):
            return self.listed(name) or Column(name, Kind.TEXT, "Label that is passed through to the outputs.")
        return self.listed(name)

    def listed(self, name: str) -> Column | None:
        """Return the description of a listed column or key, a plain one where the table is open-ended, else None."""
        for column in self.columns:
            if column.name == name:
                return column
        return Column(name, Kind.RAW, "Kept as written.") if self.open_ended else None


LABELS = (
    Column("program", Kind.TEXT, "Label: the programme the row belongs to. It does not restrict anything."),
    Column("reference", Kind.TEXT, "Label: contract, order or permit."),
    Column("note", Kind.TEXT, "Label: free text."),
)
"""Columns that many tables carry and that change nothing."""
