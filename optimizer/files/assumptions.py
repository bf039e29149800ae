"""Figures for what a plan leaves out, and the record of every one that was used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.schema.plan import Assumption
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from optimizer.files.kinds import Table
    from optimizer.files.records import Record

BUILT_IN = "default"


@dataclass
class Assumptions:
    """Defaults by column, and what was assumed so far: one line per column, not one per row."""

    written: Mapping[str, Fraction] = field(default_factory=dict)
    """Column defaults of the plan itself, `[economics.defaults]`."""
    noted: list[Assumption] = field(default_factory=list)
    _uses: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def note(self, subject: str, value: str, source: str = BUILT_IN) -> None:
        """Record one assumption."""
        self.noted.append(Assumption(subject, value, source))

    def given_or_default(self, record: Record, table: Table, name: str) -> Fraction | None:
        """Return the number of a cell, else the column's default (recorded), else None."""
        value = record.number(name)
        if value is None:
            value = self.default_of(table, name)
            if value is not None and not record.gives(name):
                self.count_use(table, name, record.text(table.key[0]) or "")
        return value

    def default_of(self, table: Table, name: str) -> Fraction | None:
        """Return the default of a column: the plan's own, or the built-in one."""
        column = table.column(name)
        return self.written.get(name, column.default if column else None)

    def count_use(self, table: Table, name: str, row: str) -> None:
        """Record that a row took a column's default."""
        self._uses.setdefault((table.name, name), []).append(row)

    def summary(self, tables: Mapping[str, Table], num_rows: Mapping[str, int]) -> tuple[Assumption, ...]:
        """Return everything assumed, column defaults with the number of rows that use them."""
        lines = []
        for (table, name), rows in sorted(self._uses.items()):
            value = self.default_of(tables[table], name)
            text = "" if value is None else format_exact(value)
            text += f" for {len(rows)} of {num_rows[table]} rows"
            source = f"plan.toml economics.defaults.{name}" if name in self.written else BUILT_IN
            if name == "energy_price_usd_per_mwh" and name not in self.written:
                source = _no_energy_price(rows, num_rows[table])
            lines.append(Assumption(f"{table}.csv {name}", text, source))
        return (*self.noted, *lines)


MOST_NAMED = 5


def _no_energy_price(rows: list[str], num_rows: int) -> str:
    if len(rows) == num_rows:
        return "default: no energy price given: energy costs nothing in this plan"
    named = ", ".join(sorted(rows)[:MOST_NAMED]) + (", …" if len(rows) > MOST_NAMED else "")
    return f"default: no energy price given for {named}: energy costs nothing there"
