"""Reads a plan from disk in either form: a directory (plan.toml and CSV tables), or one JSON file of the same content."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.files.columns import TABLES
from optimizer.files.csv_table import parse_csv
from optimizer.files.disk import decode, read_bytes, sha256
from optimizer.files.keys import SECTIONS, TOP
from optimizer.files.problems import Place, Problems, did_you_mean, refuse
from optimizer.files.raw import Document, RawPlan, RawTable, is_known_section, raw_plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS_FILE = "plan.toml"
TABLE_SUFFIX = ".csv"
LOOKALIKE_SUFFIXES = frozenset({".xlsx", ".xls", ".tsv", ".txt", ".ods", ".json", ".yaml", ".yml", ".parquet", ".csv"})
"""A file named like a table but ending like one of these is a slip: it would go unread."""


def read_document(path: str | Path) -> Document:
    """Return a plan as one dictionary of raw values, not yet understood.

    Raises InputError when the files cannot be read; wrong values in them are not looked at.
    """
    problems = Problems()
    raw = read_raw(Path(path), problems)
    problems.raise_any()
    return raw.document()


def read_raw(path: Path, problems: Problems) -> RawPlan:
    """Return everything found under a path; InputError at once where there is nothing to read."""
    place = Place(path.name or str(path))
    try:
        if path.is_dir():
            return _read_directory(path, problems)
        if not path.exists():
            refuse("no such plan", place, "a plan is a directory with a plan.toml, or one .json file")
    except (OSError, ValueError) as error:  # a name too long, or one with a NUL
        refuse(f"cannot be read: {error}", place)
    if path.name == SETTINGS_FILE:
        return _read_directory(path.parent, problems)
    if path.suffix.lower() == ".xlsx":
        refuse("workbooks are not supported yet", place, "save each sheet as a CSV file beside a plan.toml")
    if path.suffix.lower() != ".json":
        refuse("is not a plan", place, "a plan is a directory with a plan.toml, or one .json file")
    return _read_json(path, problems)


def _read_json(path: Path, problems: Problems) -> RawPlan:
    data = read_bytes(path, problems)
    text = None if data is None else decode(data, path.name, problems)
    document = None if text is None else parse_json(text, path.name, problems)
    problems.raise_any()
    raw = raw_plan_of(document or {}, file=path.name, base=path.parent, name=path.stem, problems=problems)
    return RawPlan(raw.place, raw.base, raw.name, raw.settings, raw.tables, {path.name: sha256(data or b"")})


def parse_json(text: str, file: str, problems: Problems) -> Mapping[str, object] | None:
    """Return a JSON object with exact numbers; duplicate keys, NaN and Infinity are problems."""
    try:
        document = json.loads(
            text, parse_float=_exact, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates
        )
    except json.JSONDecodeError as error:
        problems.add(f"is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})", Place(file))
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        problems.add(f"is not valid JSON: {reason}", Place(file))
    else:
        if isinstance(document, dict):
            return document
        problems.add("a plan is a JSON object", Place(file))
    return None


def _exact(text: str) -> Decimal | str:
    """Return a number as written; what no decimal can hold stays text, to be refused where it stands."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _refuse_constant(text: str) -> object:
    msg = f"{text} is not a number"
    raise ValueError(msg)


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            msg = f"duplicate key {key!r}"
            raise ValueError(msg)
        found[key] = value
    return found


def _read_directory(path: Path, problems: Problems) -> RawPlan:
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        refuse(f"cannot be read: {error.strerror or error}", Place(path.name))
    names = {entry.name for entry in entries}
    hashes: dict[str, str] = {}
    settings: Document = {}
    if SETTINGS_FILE in names:
        settings = _read_settings(path / SETTINGS_FILE, hashes, problems)
    else:
        stray = next((name for name in sorted(names) if name.lower() in {SETTINGS_FILE, "plan.json"}), None)
        hint = f"there is a {stray}: did you mean that?" if stray else "placement init writes one to start from"
        problems.add("is missing", Place(SETTINGS_FILE), hint=hint)
    for name in sorted(names):
        _check_name(name, problems)
    tables = {}
    for table in TABLES:
        file = f"{table}{TABLE_SUFFIX}"
        if file in names:
            tables[table] = _read_table(path / file, hashes, problems)
    name = path.name or path.resolve().name
    return RawPlan(Place(SETTINGS_FILE), path, name, settings, tables, hashes, is_directory=True)


def _check_name(name: str, problems: Problems) -> None:
    """Refuse a file that looks like a table and would go unread."""
    stem, _, suffix = name.rpartition(".")
    suffix = f".{suffix.lower()}"
    if name.startswith(".") or (stem in TABLES and name.endswith(TABLE_SUFFIX)):
        return
    known = [f"{table}{TABLE_SUFFIX}" for table in TABLES]
    if suffix == TABLE_SUFFIX:
        problems.add("unknown file", Place(name), hint=did_you_mean(name, known) or f"tables: {', '.join(known)}")
    elif suffix in LOOKALIKE_SUFFIXES and stem.lower() in TABLES:
        problems.add("is not read", Place(name), hint=f"save it as {stem.lower()}{TABLE_SUFFIX}")


def _read_settings(path: Path, hashes: dict[str, str], problems: Problems) -> Document:
    data = read_bytes(path, problems)
    text = None if data is None else decode(data, path.name, problems)
    if data is None or text is None:
        return {}
    hashes[path.name] = sha256(data)
    place = Place(path.name)
    try:
        settings = tomllib.loads(text, parse_float=_exact)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        problems.add(f"is not valid TOML: {reason}", place, hint="text stands in quotes, and each key once")
        return {}
    known = (*SECTIONS, *TOP.column_names)
    return {key: value for key, value in settings.items() if is_known_section(key, place, problems, known)}


def _read_table(path: Path, hashes: dict[str, str], problems: Problems) -> RawTable:
    data = read_bytes(path, problems)
    text = None if data is None else decode(data, path.name, problems)
    if data is None or text is None:
        return RawTable(Place(path.name), (), ())
    hashes[path.name] = sha256(data)
    return parse_csv(text, path.name, problems)
