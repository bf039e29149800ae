"""A run kept as a directory: the answer in every form, the inputs it was made from, and how to make it again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import Problem
from optimizer.report import as_html, as_json, as_markdown
from optimizer.report.csv_tables import write_csv
from optimizer.report.directories import check_replaceable, replaced_whole
from optimizer.report.explain_csv import repairs_csv, values_csv
from optimizer.report.facilities import compose_facilities, facilities_csv

if TYPE_CHECKING:
    from optimizer.report.document import ResultDocument
    from optimizer.strategy.outcome import Outcome

RUN_FILE = "run.json"
SUMMARY_FILE = "summary.json"
INPUTS = "inputs"
MADE_BY = "datacentre-placement"
CSV_FILES = {
    "placement.csv": "placements",
    "openings.csv": "openings",
    "served.csv": "served",
    "workloads.csv": "workloads",
    "entries.csv": "entries",
    "paths.csv": "paths",
    "halls.csv": "halls",
    "resources.csv": "resources",
    "limits.csv": "limits",
    "countries.csv": "countries",
    "periods.csv": "periods",
    "goals.csv": "goals",
    "changes.csv": "changes",
    "opening_changes.csv": "opening_changes",
}
CHANGES_FILES = {"moves.csv": "moves", "retired.csv": "retired"}
"""Written where anything leaves or moves."""
FACILITIES_FILE, VALUES_FILE, REPAIRS_FILE = "facilities.csv", "values.csv", "repairs.csv"


def write_bundle(
    document: ResultDocument,
    directory: str | Path,
    plan_path: str | Path | None = None,
    *,
    outcome: Outcome | None = None,
) -> Path:
    """Write a run to a directory and return it; an earlier run there is replaced, whole.

    `plan_path` is where the plan was read from: its files are kept under `inputs/`. `outcome` is what the document was
    made of: it adds the accounting by facility, which has no rows where nothing was placed. Raises InputError where the
    directory holds anything but a run, or cannot be written; what stood there is then untouched.
    """
    target = Path(directory)
    with replaced_whole(target, _why_not_replace) as aside:
        texts = {
            SUMMARY_FILE: as_json.render(document),
            "report.md": as_markdown.render(document),
            "report.html": as_html.render(document),
            **{file: write_csv(document, table) for file, table in CSV_FILES.items()},
            **{file: write_csv(document, table) for file, table in CHANGES_FILES.items() if getattr(document, table)},
            VALUES_FILE: values_csv(document),
            REPAIRS_FILE: repairs_csv(document),
        }
        if outcome is not None:
            texts[FACILITIES_FILE] = _facilities(outcome)
        if document.command is not None:
            texts["replay.txt"] = f"{document.command}\n"
        for name, text in texts.items():
            _write(aside / name, text.encode())
        inputs = _copy_inputs(document, Path(plan_path), aside / INPUTS) if plan_path is not None else {}
        files = sorted([*texts, RUN_FILE, *([INPUTS] if inputs else [])])
        run = json.dumps(_run(document, inputs, files), indent=2, ensure_ascii=False, allow_nan=False)
        _write(aside / RUN_FILE, f"{run}\n".encode())
    return target


def check_directory(directory: str | Path) -> None:
    """Raise InputError for a directory that `write_bundle` would refuse: to be asked before a long solve, not after it."""
    check_replaceable(Path(directory), _why_not_replace)


def _facilities(outcome: Outcome) -> str:
    if outcome.placement is None:
        return facilities_csv(())
    return facilities_csv(compose_facilities(outcome.case, outcome.placement).rows)


def _run(document: ResultDocument, inputs: dict[str, bool], files: list[str]) -> dict[str, Any]:
    solver = document.solver
    return {
        "made_by": MADE_BY,
        "schema_version": document.schema_version,
        "command": document.command,
        "versions": solver.versions,
        "parameters": {
            "backend": solver.backend,
            "strategy": solver.strategy,
            "gap_asked": solver.gap_asked,
            "time_limit_seconds": solver.time_limit_seconds,
            "threads": solver.threads,
            "seed": solver.seed,
        },
        "policy": {
            "name": document.policy.name,
            "version": document.policy.version,
            "sha256": document.policy.sha256,
            "changed_settings": {
                name: part.value for name, part in document.policy.settings.items() if part.overridden
            },
        },
        "inputs": [
            {"file": name, "sha256": digest, "kept": name in inputs, "changed_since_read": inputs.get(name, False)}
            for name, digest in document.plan.input_sha256.items()
        ],
        "status": document.status.value,
        "objective_exact": document.objective_exact,
        "files": files,
    }


def _copy_inputs(document: ResultDocument, plan_path: Path, directory: Path) -> dict[str, bool]:
    """Keep the files the plan was read from, and return whether each has changed since; others are not the plan's."""
    folder = plan_path if plan_path.is_dir() else plan_path.parent
    changed: dict[str, bool] = {}
    for name, digest in document.plan.input_sha256.items():
        source = folder / name
        if source.is_file():
            data = source.read_bytes()
            _write(directory / name, data)
            changed[name] = hashlib.sha256(data).hexdigest() != digest
    return changed


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def _why_not_replace(directory: Path) -> Problem | None:
    """Return why a directory is no earlier run, or holds more than one: nobody's files are ever removed."""
    hint = "choose a new directory, or one that an earlier run wrote"
    try:
        run = json.loads((directory / RUN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        run = None
    if not isinstance(run, dict) or run.get("made_by") != MADE_BY:
        return Problem(
            "the directory is not empty and holds no earlier run", file="--out", value=str(directory), hint=hint
        )
    ours = set(run.get("files", ()))
    others = sorted(entry.name for entry in directory.iterdir() if entry.name not in ours)
    if others:
        message = f"the directory holds an earlier run and also {', '.join(others)}"
        return Problem(message, file="--out", value=str(directory), hint="move it elsewhere, or " + hint)
    return None
