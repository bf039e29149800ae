"""Reads a document back: the JSON of a result or an audit, or a directory that `solve --out` wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from optimizer.errors import InputError, Problem
from optimizer.files.disk import decode, read_bytes
from optimizer.files.problems import Problems
from optimizer.report.bundle import SUMMARY_FILE
from optimizer.report.document import SCHEMA_VERSION, AuditDocument, ResultDocument

if TYPE_CHECKING:
    from optimizer.report.pages import Document

WHAT_IS_READ = "the JSON of `placement solve` or `audit`, or a directory written by `solve --out`"
KINDS: dict[str, type[ResultDocument | AuditDocument]] = {"solve": ResultDocument, "audit": AuditDocument}
MOST_PROBLEMS = 5


def document_file(path: str | Path) -> Path:
    """Return the JSON that a path stands for: itself, or the one in a kept run.

    Raises InputError where there is none.
    """
    given = Path(path)
    file = given / SUMMARY_FILE if given.is_dir() else given
    if not file.is_file():
        message = f"the directory holds no {SUMMARY_FILE}" if given.is_dir() else "there is no such file or directory"
        raise _refused(message, given, WHAT_IS_READ)
    return file


def read_document(path: str | Path) -> Document:
    """Return the document in a file or a kept run.

    Raises InputError for what is no such document, and for one of another schema version.
    """
    file = document_file(path)
    problems = Problems()
    data = read_bytes(file, problems)
    text = None if data is None else decode(data, file.name, problems)
    problems.raise_any()
    model = _model(_parsed(text or "", file), file)
    try:
        return model.model_validate_json(text or "")
    except ValidationError as error:
        raise InputError([_problem(file, one["loc"], one["msg"]) for one in error.errors()[:MOST_PROBLEMS]]) from None


def _parsed(text: str, file: Path) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"is not valid JSON: {error}"
        raise _refused(message, file, WHAT_IS_READ) from None


def _model(content: object, file: Path) -> type[ResultDocument | AuditDocument]:
    """Return what the document should be, by what it says of itself."""
    kind = content.get("kind") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(kind, str) or kind not in KINDS:
        message = "is neither a result nor an audit"
        raise _refused(message, file, WHAT_IS_READ)
    version = content.get("schema_version")
    if version != SCHEMA_VERSION:
        message = f"has schema_version {version}; this version reads {SCHEMA_VERSION}"
        raise _refused(message, file, "solve the plan again, or use the version of the program that wrote it")
    return KINDS[kind]


def _refused(message: str, path: Path, hint: str) -> InputError:
    return InputError([Problem(message, file=str(path), hint=hint)])


def _problem(file: Path, where: tuple[int | str, ...], message: str) -> Problem:
    return Problem(message, file=str(file), column=".".join(map(str, where)), hint="the file was changed by hand")
