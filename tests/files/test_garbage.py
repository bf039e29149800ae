"""Whatever is written, reading ends in a plan or in one InputError."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InputError
from optimizer.files.columns import TABLES
from optimizer.files.csv_table import parse_csv
from optimizer.files.document import parse_json
from optimizer.files.keys import COLUMN_DEFAULTS, SECTIONS
from optimizer.files.overrides import apply_overrides
from optimizer.files.problems import Problems
from optimizer.files.read_plan import plan_from_dict
from tests.files.good_plan import GOOD, VALUES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NUMBERS = ["1/0", "-1", "1e400", "1e-400", "nan", "-inf", "0x10", "1,000", "7%", "%", "/", "\u0661", "1_0", "=1"]
DATES = ["2025Q1", "2025-02-30", "9999-12-31", "0001-01-01", "2200Q4"]
NEARLY = st.sampled_from([*NUMBERS, *DATES, "", " ", "ohio", "big", ";", "true", "US", "uk", "[", "\0", "\ud800"])
SCALARS = NEARLY | st.text(max_size=20) | st.integers() | st.floats() | st.booleans() | st.none() | st.dates()
ANYTHING = SCALARS | st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
CELLS = sorted((table, column) for table in TABLES for column in [*TABLES[table].column_names, "x_mine", "what"])
KEYS = sorted((name, key) for name, section in SECTIONS.items() for key in section.column_names)


def _document() -> dict[str, object]:
    problems = Problems()
    document: dict[str, object] = dict(tomllib.loads(GOOD["plan.toml"]))
    for file, text in [*GOOD.items(), ("values.csv", VALUES)]:
        if file.endswith(".csv"):
            table = parse_csv(text, file, problems)
            document[file.removesuffix(".csv")] = [dict(row.cells) for row in table.rows]
    assert not problems.found
    return document


def _read(document: Mapping[str, object], changes: Sequence[str] = ()) -> None:
    """Read a plan; whatever is raised but InputError fails the test."""
    try:
        plan_from_dict(apply_overrides(document, changes) if changes else document)
    except InputError as error:
        problems = error.problems
    else:
        return
    assert all(str(problem) for problem in problems)


@given(st.sampled_from(CELLS), ANYTHING, st.booleans())
def test_garbage_in_a_cell(cell: tuple[str, str], garbage: object, has_values: bool) -> None:
    table, column = cell
    document = _document()
    if not has_values:
        del document["values"]
    rows = document.setdefault(table, [{}])
    assert isinstance(rows, list)
    rows[-1][column] = garbage
    _read(document)


@given(st.sampled_from(KEYS), ANYTHING)
def test_garbage_in_a_setting(key: tuple[str, str], garbage: object) -> None:
    section, name = key
    document = _document()
    inner = document.setdefault(section, {})
    assert isinstance(inner, dict)
    inner[name] = garbage
    _read(document)


@given(st.sampled_from(COLUMN_DEFAULTS.column_names), ANYTHING)
def test_garbage_in_a_default(name: str, garbage: object) -> None:
    _read({**_document(), "economics": {"defaults": {name: garbage}}})


@given(st.sampled_from([*SECTIONS, *TABLES, "name", "what"]), ANYTHING)
def test_garbage_in_place_of_a_section(name: str, garbage: object) -> None:
    _read({**_document(), name: garbage})


@given(st.sampled_from(sorted(file for file in GOOD if file.endswith(".csv"))), st.text(), st.integers(0, 300))
def test_garbage_in_a_file(file: str, garbage: str, position: int) -> None:
    problems = Problems()
    text = GOOD[file]
    table = parse_csv(text[:position] + garbage + text[position:], file, problems)
    document = {**_document(), file.removesuffix(".csv"): [dict(row.cells) for row in table.rows]}
    _read(document)


@given(st.text())
def test_garbage_for_json(text: str) -> None:
    problems = Problems()
    assert parse_json(text, "plan.json", problems) is not None or problems.found


@given(
    st.text() | st.builds("{}.{}={}".format, st.sampled_from([*SECTIONS, "sites[ohio]", "limits.x"]), NEARLY, NEARLY)
)
def test_garbage_for_overrides(change: str) -> None:
    _read(_document(), [change])


def test_the_good_document_is_good() -> None:
    assert plan_from_dict(_document()).sites
