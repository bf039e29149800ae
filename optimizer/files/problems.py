"""Collects every problem of a plan, so that they can be reported together."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from optimizer.errors import InputError, Problem
from optimizer.files.columns import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_SHOWN = 80
"""Characters of a value that a message repeats."""
MOST_SUGGESTIONS = 200
"""Look-ups of a near name in one reading; each compares against every known name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row or a section of settings was written: CSV rows have a number, other forms a path of keys."""

    file: str | None
    row: int | None = None
    path: str = ""
    """Prefix of the column for sections and JSON rows, e.g. `economics` or `sites[0]`."""

    def column(self, name: str | None) -> str | None:
        """Return how a column of this place is called in a message."""
        return f"{self.path}.{name}" if self.path and name else (name or self.path or None)


def name_of(cell: object) -> str:
    """Return a raw cell as a name to compare with others."""
    return cell.strip() if isinstance(cell, str) else shown(cell)


def shown(value: object) -> str:
    """Return a value as a message repeats it: short, whatever it is."""
    try:
        text = str(value)
    except (ValueError, RecursionError):  # an int too long to print, or a structure too deep
        return f"<{type(value).__name__}>"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


@dataclass
class Problems:
    """The problems found so far; `raise_any` ends the reading when there are some."""

    found: list[Problem] = field(default_factory=list)
    _suggestions: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def add(
        self,
        message: str,
        place: Place | None = None,
        column: str | None = None,
        value: object = None,
        hint: str | None = None,
    ) -> None:
        """Record one problem."""
        where = place or Place(None)
        text = None if value is None else shown(value)
        self.found.append(Problem(message, where.file, where.row, where.column(column), text, hint))

    def suggest(self, word: object, known: Iterable[str], subject: str) -> str | None:
        """Return `did you mean 'sites'?` where a known word is near, else None. `subject` names the set of words."""
        key = (subject, str(word)[:LONGEST_SHOWN])
        if key not in self._suggestions:
            if len(self._suggestions) >= MOST_SUGGESTIONS:
                return None
            self._suggestions[key] = did_you_mean(key[1], known)
        return self._suggestions[key]

    def raise_any(self) -> None:
        """Raise InputError with every problem, if there is any: settings first, then tables in their order, by row."""
        if self.found:
            raise InputError(sorted(self.found, key=_reading_order))


def _reading_order(problem: Problem) -> tuple[int, int]:
    table = (problem.file or "").removesuffix(".csv")
    return (list(TABLES).index(table) + 1 if table in TABLES else 0, problem.row or 0)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return `did you mean 'sites'?` for the nearest of the known words, ignoring case, or None."""
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return f"did you mean {by_folded[near[0]]!r}?" if near else None


def refuse(message: str, place: Place | None = None, hint: str | None = None) -> NoReturn:
    """Raise an InputError with one problem: for the few that leave nothing to read on."""
    problems = Problems()
    problems.add(message, place, hint=hint)
    raise InputError(problems.found) from None
