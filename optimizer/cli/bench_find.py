"""Finds the instances under some directories: a directory with a plan.toml is one, and so is a plan in one JSON file.

Copies that `solve --out` keeps beside a run are not instances.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from optimizer.cli.bench_record import RECORD_FILE
from optimizer.errors import InputError, Problem

SETTINGS_FILE = "plan.toml"
KEPT_INPUTS = "inputs"
RUN_FILE = "run.json"
PLAN_SECTIONS = frozenset({"company", "horizon"})
"""What the top level of every plan holds; other JSON files beside plans are left alone."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A plan with the place of its record."""

    name: str
    plan: Path
    record: Path


def find_instances(places: Iterable[Path]) -> tuple[Instance, ...]:
    """Return every instance, sorted by path, each once. Raises InputError for a place that holds none."""
    found: dict[Path, Instance] = {}
    problems = []
    for place in places:
        inside = sorted(_instances_in(place), key=lambda instance: str(instance.plan))
        if not inside:
            hint = f"an instance is a directory with a {SETTINGS_FILE}, or a plan in one .json file"
            problems.append(Problem("holds no instance", file=str(place), hint=hint))
        for instance in inside:
            found.setdefault(instance.plan.resolve(), instance)
    if problems:
        raise InputError(problems)
    return tuple(found.values())


def _instances_in(place: Path) -> list[Instance]:
    if place.name == SETTINGS_FILE and place.is_file():
        return _instances_in(place.parent)
    if place.is_file():
        return [_of_file(place, place.stem)] if place.suffix == ".json" else []
    own = [_of_directory(place, place.resolve().name)] if (place / SETTINGS_FILE).is_file() else []
    directories = [file.parent for file in place.glob(f"*/**/{SETTINGS_FILE}") if not _is_copy(file.parent)]
    files = [file for file in place.rglob("*.json") if _is_plan(file)]
    below = [_of_directory(directory, directory.relative_to(place).as_posix()) for directory in directories]
    return [*own, *below, *(_of_file(file, file.relative_to(place).with_suffix("").as_posix()) for file in files)]


def _of_directory(directory: Path, name: str) -> Instance:
    return Instance(name, directory, directory / RECORD_FILE)


def _of_file(file: Path, name: str) -> Instance:
    return Instance(name, file, file.with_name(f"{file.stem}.{RECORD_FILE}"))


def _is_copy(directory: Path) -> bool:
    """Return whether a directory holds the inputs that `solve --out` kept beside a run."""
    return directory.name == KEPT_INPUTS and (directory.parent / RUN_FILE).exists()


def _is_plan(file: Path) -> bool:
    if file.name.endswith(RECORD_FILE) or _is_copy(file.parent):
        return False
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.keys() >= PLAN_SECTIONS
