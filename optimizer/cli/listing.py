"""One table in the four output formats, for the commands whose answer is a list of rows."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from typing import assert_never

from optimizer.cli.options import Format

Cell = str | int | float | bool | Fraction | None
COLUMN_GAP = "  "
WIDEST_COLUMN = 64
"""Characters; longer texts go on in further lines of their column."""
WIDEST_NOTE = 110


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows under named columns. `title` and `notes` are for people: csv leaves them out."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Cell]]:
        """Return each row as a mapping from column to value, exact fractions as numbers."""
        return [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]


def render(listing: Listing, output_format: Format, *, extra: Mapping[str, object] | None = None) -> str:
    """Return a listing as text. `extra` are further keys of the JSON object."""
    match output_format:
        case Format.TABLE:
            return _as_table(listing)
        case Format.JSON:
            return as_json({"title": listing.title, **(extra or {}), "rows": listing.records(), "notes": listing.notes})
        case Format.CSV:
            return _as_csv(listing)
        case Format.MARKDOWN:
            return _as_markdown(listing)
        case _:
            assert_never(output_format)


def as_json(document: Mapping[str, object]) -> str:
    """Return a document as strict JSON: NaN and infinities raise ValueError."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n"


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, Fraction):
        return cell.numerator if cell.denominator == 1 else float(cell)
    return cell


def shown(cell: Cell) -> str:
    """Return a cell as people read it: thousands separated, empty where there is nothing."""
    match _plain(cell):
        case None:
            return ""
        case bool() as flag:
            return "yes" if flag else "no"
        case int() as number:
            return f"{number:,}"
        case float() as number:
            return f"{number:,.10g}"
        case text:
            return str(text)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float | Fraction) and not isinstance(cell, bool)


def _as_table(listing: Listing) -> str:
    texts = [[_wrapped(shown(cell)) for cell in row] for row in listing.rows]
    numbers = range(len(listing.columns))
    widths = [max([len(listing.columns[i]), *(len(line) for row in texts for line in row[i])]) for i in numbers]
    to_right = [any(_is_number(row[i]) for row in listing.rows) for i in numbers]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, to_right, strict=True)
        ]
        return COLUMN_GAP.join(padded).rstrip()

    lines = [listing.title, ""] if listing.title else []
    lines += [line(listing.columns), line(["-" * width for width in widths])]
    lines += [line(cells) for row in texts for cells in zip_longest(*row, fillvalue="")]
    if not listing.rows:
        lines.append("(none)")
    if listing.notes:
        lines += ["", *(part for note in listing.notes for part in textwrap.wrap(note, WIDEST_NOTE))]
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDEST_COLUMN) or [""]


def _as_csv(listing: Listing) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(listing.columns)
    writer.writerows(
        [str(cell).lower() if isinstance(cell, bool) else cell for cell in map(_plain, row)] for row in listing.rows
    )
    return stream.getvalue()


def _as_markdown(listing: Listing) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    lines = [f"### {listing.title}", ""] if listing.title else []
    lines += [line(listing.columns), line(["---"] * len(listing.columns))]
    lines += [line([shown(cell) for cell in row]) for row in listing.rows]
    if listing.notes:
        lines += ["", *(f"- {note}" for note in listing.notes)]
    return "\n".join(lines) + "\n"
