"""A sweep kept in a directory: what it is of, and one file for each finished point, so that it goes on where it stopped.

`sweep.json` says what the answers depend on; a directory of anything else is refused. A point's file is complete or absent.
A placement read from one is judged exactly again; a file that does not pass is as good as absent.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.errors import InputError, Problem
from optimizer.explain.sweep_record import answer_in, record_of
from optimizer.files.write_whole import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.explain.sweep_answer import Answer
    from optimizer.explain.sweep_points import Point

MADE_BY = "datacentre-placement"
MANIFEST_FILE, POINTS = "sweep.json", "points"
_UNSAFE = re.compile(r"[^0-9A-Za-z.%+-]+")
LONGEST_NAME = 40
HINT = "choose a new directory, or remove this one"


@dataclass(frozen=True)
class SweepStore:
    """The directory of a sweep."""

    directory: Path

    def open(self, manifest: Mapping[str, Any]) -> None:
        """Make the directory, or check that it is of the same sweep.

        Raises InputError that names each thing in which it differs, and for a directory of something else.
        """
        file = self.directory / MANIFEST_FILE
        try:
            if self._is_new():
                (self.directory / POINTS).mkdir(parents=True, exist_ok=True)
                write_atomically(file, _json({"made_by": MADE_BY, **manifest}))
        except OSError as error:
            reason = error.strerror or str(error)
            self._refuse([f"the directory cannot be written: {reason}"])
        known = _read(file)
        if known is None or known.get("made_by") != MADE_BY:
            self._refuse([f"{MANIFEST_FILE} is not that of a sweep"])
        else:
            self._refuse(list(_differences(known, manifest)))

    def _is_new(self) -> bool:
        """Return whether the directory is empty or not there; raises InputError where it holds something else."""
        if not self.directory.exists():
            return True
        if not self.directory.is_dir():
            self._refuse(["a file of that name is in the way"])
        names = {entry.name for entry in self.directory.iterdir()} - {POINTS}
        if names and MANIFEST_FILE not in names:
            self._refuse(["the directory is not empty and holds no sweep"])
        return not names

    def _refuse(self, messages: list[str]) -> None:
        if messages:
            raise InputError([Problem(text, file="--out", value=str(self.directory), hint=HINT) for text in messages])

    def read(self, point: Point) -> Answer | None:
        """Return the answer of a point that is finished; None where it is not. Raises InputError for another policy."""
        record = _read(self._file(point.value))
        if record is None or record.get("value") != point.value:
            return None
        if record.get("policy_sha256") != point.case.policy.sha256:
            self._refuse([f"the policy pack differs from that of {point.value} there"])
        return answer_in(record, point.case)

    def write(self, point: Point, answer: Answer) -> None:
        """Keep the answer of a finished point."""
        record = {"value": point.value, "policy_sha256": point.case.policy.sha256, **record_of(answer, point.case.plan)}
        write_atomically(self._file(point.value), _json(record))

    def _file(self, value: str) -> Path:
        """Return the file of a point: its value as far as a file name can say it, and a hash of it."""
        name = _UNSAFE.sub("_", value)[:LONGEST_NAME]
        digest = hashlib.sha256(value.encode()).hexdigest()[:8]
        return self.directory / POINTS / f"{name}-{digest}.json"


def _json(record: Mapping[str, Any]) -> str:
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _read(file: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


# --- What differs ---------------------------------------------------------------------------------------------------------


def _differences(known: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[str]:
    found = []
    for part, value in manifest.items():
        before = known.get(part)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            keys = dict.fromkeys([*value, *before])
            found += [
                _difference(part, key, before.get(key), value.get(key))
                for key in keys
                if before.get(key) != value.get(key)
            ]
        elif before != value:
            found.append(f"that sweep has {part.replace('_', ' ')} {before!r}, this one {value!r}")
    return found


def _difference(part: str, key: str, before: object, now: object) -> str:
    if part == "input_sha256":
        return f"the plan's file {key} differs from that of the sweep there"
    return f"that sweep has {part}.{key} {before!r}, this one {now!r}"
