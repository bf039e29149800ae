"""One table in four formats."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction

import pytest

from optimizer.cli.listing import Listing, as_json, render
from optimizer.cli.options import Format

LISTING = Listing(
    "sites",
    ("site", "units", "power", "open", "note"),
    [("ohio", 1200, Fraction(5, 2), True, "a|b"), ("johor", None, Fraction(3), False, None)],
    ("a note",),
)


def test_a_table_lines_numbers_up_on_the_right() -> None:
    assert render(LISTING, Format.TABLE) == (
        "sites\n\n"
        "site   units  power  open  note\n"
        "-----  -----  -----  ----  ----\n"
        "ohio   1,200    2.5  yes   a|b\n"
        "johor             3  no\n\n"
        "a note\n"
    )


def test_a_long_text_goes_on_in_its_column() -> None:
    text = render(Listing("", ("key", "text"), [("a", "word " * 30)]), Format.TABLE)

    assert max(len(line) for line in text.splitlines()) <= 70
    assert text.count("word") == 30


def test_an_empty_table_says_so() -> None:
    assert "(none)" in render(Listing("sites", ("site",), []), Format.TABLE)


def test_json_keeps_numbers_and_nulls() -> None:
    document = json.loads(render(LISTING, Format.JSON, extra={"plan": "x"}))

    assert document["plan"] == "x"
    assert document["rows"][0] == {"site": "ohio", "units": 1200, "power": 2.5, "open": True, "note": "a|b"}
    assert document["rows"][1]["units"] is None


def test_json_is_strict() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        as_json({"x": float("nan")})


def test_csv_is_the_bare_rows() -> None:
    rows = list(csv.reader(io.StringIO(render(LISTING, Format.CSV))))

    assert rows[1:] == [["ohio", "1200", "2.5", "true", "a|b"], ["johor", "", "3", "false", ""]]


def test_markdown_escapes_its_bars() -> None:
    assert "| ohio | 1,200 | 2.5 | yes | a\\|b |" in render(LISTING, Format.MARKDOWN)
