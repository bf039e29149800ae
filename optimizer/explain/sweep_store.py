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
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from optimizer.errors import InputError, Problem
from optimizer.explain.sweep_answer import Answer, judged_by
from optimizer.files.write_whole import write_atomically
from optimizer.schema.placement import Placement
from optimizer.strategy.outcome import Status
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.explain.sweep_points import Point
    from optimizer.rules.case import Case
    from optimizer.schema.plan import Plan

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
        try:
            answer = _answer(record, point.case.plan)
        except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
            return None
        return answer if _holds(point.case, answer) else None

    def write(self, point: Point, answer: Answer) -> None:
        """Keep the answer of a finished point."""
        record = {"value": point.value, "policy_sha256": point.case.policy.sha256, **_record(answer, point.case.plan)}
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


# --- A point's record -----------------------------------------------------------------------------------------------------


def _record(answer: Answer, plan: Plan) -> dict[str, Any]:
    return {
        "status": answer.status,
        "objective": _text(answer.objective),
        "best_bound": _text(answer.best_bound),
        "held": answer.held,
        "tests_in_breach": dict(answer.tests_in_breach),
        "is_earliest_proven": answer.is_earliest_proven,
        "seconds": answer.seconds,
        "stopped_by": answer.stopped_by,
        "placement": None if answer.placement is None else _placement_record(answer.placement, plan),
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _placement_record(placement: Placement, plan: Plan) -> dict[str, Any]:
    sites, accelerators = plan.sites, plan.accelerators
    return {
        "standing": [
            [sites[site].key, accelerators[sku].key, row]
            for (site, sku), row in sorted(placement.standing_units.items())
        ],
        "opened": {sites[site].key: period for site, period in sorted(placement.opened.items())},
        "entered": [
            [gate, accelerators[sku].key, path, row]
            for (gate, sku, path), row in sorted(placement.entered_units.items())
        ],
    }


def _answer(record: Mapping[str, Any], plan: Plan) -> Answer:
    objective, bound = (_number(record[name]) for name in ("objective", "best_bound"))
    written = record["placement"]
    return Answer(
        status=Status(record["status"]),
        placement=None if written is None else _placement(written, plan),
        objective=objective,
        best_bound=bound,
        held=record["held"],
        tests_in_breach=dict(record["tests_in_breach"]),
        is_earliest_proven=record["is_earliest_proven"],
        seconds=float(record["seconds"]),
        stopped_by=record["stopped_by"],
    )


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _placement(record: Mapping[str, Any], plan: Plan) -> Placement:
    sites, accelerators = plan.site_index, plan.accelerator_index
    return Placement(
        {(sites[site], accelerators[sku]): tuple(row) for site, sku, row in record["standing"]},
        {sites[site]: period for site, period in record["opened"].items()},
        {(gate, accelerators[sku], path): tuple(row) for gate, sku, path, row in record["entered"]},
    )


def _holds(case: Case, answer: Answer) -> bool:
    """Return whether a placement that was read keeps every limit and is worth what its file says."""
    if answer.placement is None:
        return answer.objective is None
    judge = judged_by(case, answer)
    if judge is None:
        return False
    verdict = verify(*judge, answer.placement)
    return verdict.passed and verdict.objective == answer.objective
