"""Changes to a plan from the command line: `policy.home_share=45/100`, `sites[ohio].power_mw=150`.

A path names a key of `plan.toml`, or a column of the rows a table has under a key. Rows told apart by several columns
take them in order, `power[ohio,2026Q1].power_mw=90`; fewer of them, or `*`, address every row that fits. Rows can also be
added, and deliveries moved (`optimizer.files.added_rows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.errors import InputError, Problem
from optimizer.files.added_rows import ADDED, is_move, with_row, with_units_moved
from optimizer.files.columns import TABLES
from optimizer.files.keys import COLUMN_DEFAULTS, ECONOMICS, LIMIT, POLICY, SECTIONS, TOP
from optimizer.files.problems import Problems, did_you_mean, name_of
from optimizer.schema.plan import PolicyChoice

if TYPE_CHECKING:
    from optimizer.files.raw import Document
    from optimizer.schema.plan import Plan

EVERY_ROW = "*"
_PART = re.compile(r'"(?P<quoted>[^"]*)"|(?P<plain>[^.\[\]="]+(?:\[[^\]]*\])?)')
_ROWS = re.compile(r"(?P<table>[^\[]+)\[(?P<key>.*)\]")
_WHOLE = re.compile(r"-?\d{1,18}")


@dataclass(frozen=True, slots=True)
class Change:
    """One `path=value`: the path as written, its parts, and the value."""

    path: str
    parts: tuple[str, ...]
    value: str


class _UnknownPathError(Exception):
    """A path leads nowhere; `hint` says where it might have meant to lead."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def apply_overrides(document: Mapping[str, object], changes: Iterable[str]) -> Document:
    """Return the document with each `path=value` applied, in order; the given one stays as it is.

    Raises InputError with every change that cannot be made. Whether a value makes sense is found on reading.
    """
    changed = dict(document)
    problems = Problems()
    for text in changes:
        try:
            _apply(changed, _parse(text))
        except _UnknownPathError as error:
            problems.add(str(error), value=text, hint=error.hint)
    problems.raise_any()
    return changed


def parse_change(text: str) -> Change:
    """Return a `path=value` in its parts, whether the path leads anywhere or not. Raises InputError for anything else."""
    try:
        return _parse(text)
    except _UnknownPathError as error:
        raise InputError([Problem(str(error), value=text, hint=error.hint)]) from None


def under_policy(plan: Plan, policy: str, changes: Iterable[str]) -> Plan:
    """Return a plan under another pack: its own settings of its pack do not apply, those among the changes do."""
    parsed = [parse_change(text) for text in changes]
    typed = {change.parts[1]: change.value for change in parsed if change.parts[0] == POLICY.name}
    own = {name: value for name, value in typed.items() if name not in POLICY.column_names}  # breach is the plan's
    return replace(plan, policy=PolicyChoice(policy, own, plan.policy.breach))


def _parse(text: str) -> Change:
    parts = []
    position = 0
    while match := _PART.match(text, position):
        parts.append(match["plain"].strip() if match["quoted"] is None else match["quoted"])
        position = match.end()
        if text[position : position + 1] == "=":
            return Change(text[:position], tuple(parts), text[position + 1 :].strip())
        if text[position : position + 1] != ".":
            break
        position += 1
    msg = "a change is written path=value"
    raise _UnknownPathError(msg, "for example policy.home_share=45/100 or sites[ohio].power_mw=150")


def _apply(document: Document, change: Change) -> None:
    head = change.parts[0]
    rows = _ROWS.fullmatch(head)
    table = rows["table"] if rows else head
    if table in TABLES:
        _change_rows(document, table, rows["key"] if rows else None, change)
    elif len(change.parts) == 1 and head in TOP.column_names:
        document[head] = change.value
    elif head in SECTIONS and len(change.parts) > 1:
        _change_section(document, change)
    else:
        known = (*TOP.column_names, *SECTIONS, *TABLES)
        message = "names a section, not a key" if head in SECTIONS else "unknown section or table"
        raise _UnknownPathError(message, did_you_mean(table, known) if table not in known else None)


def _change_section(document: Document, change: Change) -> None:
    section, *inner, key = change.parts
    path = [section, *inner]
    table = SECTIONS[section]
    if section == LIMIT.name and len(inner) != 1:
        msg = "a limit is addressed as limits.GROUP.setting"
        raise _UnknownPathError(msg, "for example limits.destination_share[MY].setting=5/100")
    if section == ECONOMICS.name:
        table = COLUMN_DEFAULTS if inner == ["defaults"] else ECONOMICS
        if not inner and key in COLUMN_DEFAULTS.column_names and key in _section(document, [section, "defaults"]):
            path.append("defaults")
    if (inner and section != LIMIT.name and table is not COLUMN_DEFAULTS) or table.listed(key) is None:
        msg_0 = "unknown key"
        raise _UnknownPathError(msg_0, did_you_mean(key, table.column_names))
    _set(document, path, key, _typed(change.value) if section == POLICY.name else change.value)


def _section(document: Mapping[str, object], path: Sequence[str]) -> Mapping[str, object]:
    found: object = document
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _set(document: Document, path: Sequence[str], key: str, value: object) -> None:
    """Set a key below a path, copying what is changed on the way."""
    section = document
    for part in path:
        inner = section.get(part)
        copied = dict(inner) if isinstance(inner, Mapping) else {}
        section[part] = copied
        section = copied
    section[key] = value


def _typed(value: str) -> object:
    """Return a policy setting as TOML would give it, as far as that is exact; decimals stay text."""
    if value in {"true", "false"}:
        return value == "true"
    return int(value) if _WHOLE.fullmatch(value) else value


def _change_rows(document: Document, table: str, key: str | None, change: Change) -> None:
    columns = TABLES[table]
    if key is None or len(change.parts) != len((table, "column")):
        first = columns.column_names[0]
        msg = "a row is addressed as table[key].column"
        raise _UnknownPathError(msg, f"for example {table}[{first}].{columns.column_names[-1]}=…")
    column = change.parts[1]
    if columns.column(column) is None:
        msg_0 = "unknown column"
        raise _UnknownPathError(msg_0, did_you_mean(column, columns.column_names))
    rows = document.get(table)
    rows = rows if isinstance(rows, list) else []
    if key.startswith(ADDED) or is_move(table, key, column):
        document[table] = _with_rows(rows, columns.key or columns.column_names, key, column, change.value)
        return
    names = columns.key or columns.column_names[:1]
    matching = {number for number, row in enumerate(rows) if _matches(row, names, key)}
    if not matching:
        known = [name_of(row[names[0]]) for row in rows if isinstance(row, Mapping) and names[0] in row]
        msg_0 = f"no row of {table} has this key"
        raise _UnknownPathError(msg_0, did_you_mean(key, known))
    document[table] = [{**row, column: change.value} if number in matching else row for number, row in enumerate(rows)]


def _with_rows(rows: list[object], names: Sequence[str], key: str, column: str, value: str) -> list[object]:
    """Return rows with one added, or with units of a delivery moved."""
    try:
        return (
            with_row(rows, names, key, column, value) if key.startswith(ADDED) else with_units_moved(rows, key, value)
        )
    except ValueError as error:
        raise _UnknownPathError(str(error)) from None


def _matches(row: object, names: Sequence[str], key: str) -> bool:
    if not isinstance(row, Mapping):
        return False
    if key in {EVERY_ROW, name_of(row.get(names[0], ""))}:
        return True
    parts = [part.strip() for part in key.split(",")]
    return len(parts) > 1 and parts == [name_of(row.get(name, "")) for name in names[: len(parts)]]
