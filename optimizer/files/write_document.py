"""Writes a document as a plan on disk, in either form. A plan is either complete or absent: written aside, then renamed."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from optimizer.files.cells import is_empty, is_text
from optimizer.files.columns import TABLES
from optimizer.files.document import SETTINGS_FILE, TABLE_SUFFIX
from optimizer.files.keys import SECTIONS, TOP
from optimizer.files.problems import Place, refuse
from optimizer.schema.quantities import format_exact

DEEPEST_SECTION = 8
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")


def write_document(document: Mapping[str, object], path: str | Path) -> None:
    """Write a document (see `read_document`) as a JSON file where `path` ends in .json, else as a directory.

    Raises InputError when something stands at the path already, or the document holds what no file can.
    """
    target = Path(path)
    texts = {target.name: to_json(document)} if target.suffix.lower() == ".json" else to_files(document)
    try:
        _write(target, texts)
    except OSError as error:
        refuse(f"cannot be written: {error.strerror or error}", Place(target.name))


def to_json(document: Mapping[str, object]) -> str:
    """Return a document as JSON, numbers exactly as written."""
    return f"{_json(document, 0)}\n"


def to_files(document: Mapping[str, object]) -> dict[str, str]:
    """Return a document as the files of a directory, by name."""
    settings = {key: value for key, value in document.items() if key not in TABLES}
    files = {SETTINGS_FILE: _toml(settings)}
    for name in TABLES:
        if name in document:
            files[f"{name}{TABLE_SUFFIX}"] = _csv(name, document[name])
    return files


def _write(target: Path, texts: Mapping[str, str]) -> None:
    """Write beside the target under another name, then rename."""
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        refuse("exists already", Place(target.name), "choose another name, or move it away")
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name[:100]}-", dir=target.parent))
    try:
        for name, text in texts.items():
            (aside / name).write_text(text, encoding="utf-8", newline="")
        if list(texts) == [target.name]:
            (aside / target.name).replace(target)
        else:
            aside.chmod(0o777 & ~_umask())
            aside.replace(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _scalar(value: object) -> object:
    """Return a value as text, a whole number, a truth value or a Decimal; InputError for anything no file can hold."""
    if isinstance(value, float) and math.isfinite(value):
        return Decimal(repr(value))
    if isinstance(value, Fraction):
        return format_exact(value)
    if isinstance(value, date):
        return value.isoformat()
    is_number = isinstance(value, bool | int) or (isinstance(value, Decimal) and value.is_finite())
    if not is_number and not (isinstance(value, str) and is_text(value)):
        refuse(f"a plan cannot hold {value!r}")
    return value


def _number(value: object) -> str | None:
    """Return a number or a truth value as JSON and TOML write it; None for text."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return None if isinstance(value, str) or not _JSON_NUMBER.fullmatch(text) else text


def _json(value: object, depth: int) -> str:
    if depth > DEEPEST_SECTION:
        refuse("a plan cannot be nested this deeply")
    inner, outer = "\n" + "  " * (depth + 1), "\n" + "  " * depth
    if isinstance(value, Mapping):
        pairs = [f"{_quoted(key)}: {_json(cell, depth + 1)}" for key, cell in value.items() if cell is not None]
        return f"{{{inner}{f',{inner}'.join(pairs)}{outer}}}" if pairs else "{}"
    if isinstance(value, list | tuple):
        items = [_json(item, depth + 1) for item in value]
        return f"[{inner}{f',{inner}'.join(items)}{outer}]" if items else "[]"
    scalar = _scalar(value)
    return _number(scalar) or _quoted(scalar)


def _quoted(text: object) -> str:
    """Return a string as JSON and TOML both write it."""
    return _ENCODER.encode(_scalar(str(text))).replace("\x7f", "\\u007f")


def _csv(table: str, rows: object) -> str:
    if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
        refuse("expected a list of rows", Place(None, path=table))
    used = dict.fromkeys(name for row in rows for name in row)
    known = TABLES[table]
    required = {column.name for column in known.columns if column.required}
    columns = [name for name in known.column_names if name in used or name in required]
    columns += [name for name in used if name not in columns]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_scalar(name) for name in columns)
    for row in rows:
        writer.writerow(_cell(row.get(name)) for name in columns)
    return stream.getvalue()


def _cell(value: object) -> object:
    if is_empty(value):
        return ""
    if isinstance(value, list | tuple):
        return ";".join(str(_cell(part)) for part in value)
    scalar = _scalar(value)
    return str(scalar).lower() if isinstance(scalar, bool) else scalar


def _toml(settings: Mapping[str, object]) -> str:
    """Return settings as TOML: top keys, then each section in the order of the data dictionary."""
    sections = [*(name for name in SECTIONS if name in settings)]
    sections += [name for name in settings if name not in sections and name not in TOP.column_names]
    top = {name: settings[name] for name in TOP.column_names if name in settings}
    ordered = {**top, **{name: settings[name] for name in sections}}
    return "\n".join(_section_lines((), ordered)).strip() + "\n"


def _section_lines(path: tuple[str, ...], section: Mapping[str, object]) -> list[str]:
    """Return the lines of a section, its own keys before the sections inside it."""
    if len(path) > DEEPEST_SECTION:
        refuse("a plan cannot be nested this deeply")
    inner = {key: value for key, value in section.items() if isinstance(value, Mapping)}
    own = {key: value for key, value in section.items() if key not in inner and value is not None}
    lines = ["", f"[{'.'.join(map(_toml_key, path))}]"] if path and (own or not inner) else []
    lines += [f"{_toml_key(key)} = {_toml_value(value)}" for key, value in own.items()]
    for key, value in inner.items():
        lines += _section_lines((*path, key), value)
    return lines


def _toml_key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _quoted(key)


def _toml_value(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_toml_key(key)} = {_toml_value(item)}' for key, item in value.items())} }}"
    scalar = _scalar(value)
    return _number(scalar) or _quoted(scalar)
