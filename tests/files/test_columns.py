"""The data dictionary describes itself completely."""

from __future__ import annotations

import pytest

from optimizer.files.cells import _PARSERS
from optimizer.files.columns import TABLES
from optimizer.files.keys import COLUMN_DEFAULTS, SECTIONS, TOP
from optimizer.files.kinds import Kind, Table

EVERYTHING = [*TABLES.values(), *SECTIONS.values(), COLUMN_DEFAULTS, TOP]


@pytest.mark.parametrize("table", EVERYTHING, ids=lambda table: table.name or "top")
def test_tables_are_well_formed(table: Table) -> None:
    names = table.column_names
    assert len(set(names)) == len(names)
    assert table.meaning
    assert set(table.key) <= set(names)
    assert all(column.meaning for column in table.columns)


@pytest.mark.parametrize("table", EVERYTHING, ids=lambda table: table.name or "top")
def test_columns_are_well_formed(table: Table) -> None:
    for column in table.columns:
        assert (column.kind in {Kind.CHOICE, Kind.CHOICE_LIST}) == bool(column.choices), column
        assert column.unit or not column.name.endswith(("_usd", "_mw", "_kw")), column


def test_every_kind_can_be_read() -> None:
    assert set(_PARSERS) == set(Kind)
