"""A table for people: titled columns of text, with notes under it. What is in it is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading. Figures stand to the right; a cell is broken over lines only where it `may_fold`."""

    title: str
    is_figure: bool = False
    may_fold: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under columns; `notes` are sentences below."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def columns(*titles: str) -> tuple[Column, ...]:
    """Return columns by title; one that begins with `>` holds figures, one with `~` may fold."""
    return tuple(Column(title.lstrip(">~"), title.startswith(">"), title.startswith("~")) for title in titles)


class Footnotes:
    """Citations numbered in the order in which rows first need them."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, citation: str) -> str:
        """Return the mark of a citation, such as `[2]`."""
        return f"[{self._numbers.setdefault(citation, len(self._numbers) + 1)}]"

    def notes(self) -> tuple[str, ...]:
        """Return every citation with its mark."""
        return tuple(f"[{number}] {citation}" for citation, number in self._numbers.items())


def cut(rows: Iterable[tuple[str, ...]], most: int, what: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return at most so many rows, with a note that says how many were left out."""
    every = tuple(rows)
    if len(every) <= most:
        return every, ()
    return every[:most], (f"and {len(every) - most} more {what}: `--format json`, or `--out` for all tables",)
