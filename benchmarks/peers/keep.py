"""A file of records, one a line, so that a campaign that was killed goes on where it stopped."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from benchmarks.peers.prepare import digest
from benchmarks.peers.record import Record
from optimizer.errors import InputError, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.settings import Settings
    from benchmarks.peers.textbook import Rows


class Kept:
    """The records of a file; without a file, none are kept."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._records: dict[str, Record] = {}
        if file is not None and file.is_file():
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
                self._read(number, line)

    def _read(self, number: int, line: str) -> None:
        try:
            kept = json.loads(line)
            self._records[_text(kept["asked"])] = Record.from_dict(kept["record"])
        except json.JSONDecodeError:
            return  # cut off by the kill that the file is there for
        except (KeyError, TypeError, ValueError) as error:
            hint = "name another file: --keep takes only what it wrote"
            raise InputError([Problem("is no record of a run", file=str(self._file), row=number, hint=hint)]) from error

    def find(self, plan: Path, peer: str, settings: Settings, rows: Rows) -> Record | None:
        """Return the record of the same question, None where it was not answered yet."""
        return self._records.get(_text(_asked(plan, peer, settings, rows))) if self._records else None

    def add(self, plan: Path, settings: Settings, rows: Rows, record: Record) -> None:
        """Keep a record."""
        if self._file is None:
            return
        asked = _asked(plan, record.peer, settings, rows)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"asked": asked, "record": record.as_dict()}) + "\n")


def _asked(plan: Path, peer: str, settings: Settings, rows: Rows) -> dict[str, Any]:
    return {"plan": digest(plan), "peer": peer, "rows": rows.value, **asdict(settings)}


def _text(asked: dict[str, Any]) -> str:
    return json.dumps(asked, sort_keys=True)
