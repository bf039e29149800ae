"""A plan made ready for its peers: read, its limits compiled, its program written as files that every process reads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from benchmarks.peers.child import PROGRAM, SETTINGS, WHOLE
from benchmarks.peers.program_file import write_program
from benchmarks.peers.textbook import Rows, build_program
from benchmarks.peers.whole import DoesNotFit, whole_program
from optimizer.entry.holdings import is_auto
from optimizer.errors import InputError, Problem
from optimizer.files.read_plan import read_plan
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.schema.plan import Breach

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.settings import Settings
    from optimizer.model.build import Model


@dataclass(frozen=True)
class Prepared:
    """A plan in a folder of its own with the files of its program."""

    name: str
    plan: Path
    folder: Path
    model: Model
    num_columns: int
    num_whole: int
    num_rows: int
    num_nonzeros: int
    misfit: str
    """Why the program does not fit whole numbers; empty where it does."""

    @property
    def size(self) -> str:
        """Return the size of the program in words."""
        columns = f"{self.num_columns:,} columns, {self.num_whole:,} whole"
        return f"{columns}; {self.num_rows:,} rows, {self.num_nonzeros:,} nonzeros"


def prepare(plan: Path, folder: Path, settings: Settings, rows: Rows, *, with_whole: bool = True) -> Prepared:
    """Write the program of a plan into a folder, in whole numbers too where a peer takes them.

    Raises InputError for a plan that is no single program.
    """
    read = read_plan(plan)
    case = make_case(read)
    name = name_of(plan)
    several = (
        ("leaves open which authorisations the company holds", is_auto(case.policy)),
        ("asks for a cure of what is installed", read.policy.breach is Breach.CURE),
        ("has goals after the value", bool(read.goals.then)),
    )
    problems = [
        Problem(f"{words}: peers solve one program for its value", file=str(plan)) for words, is_so in several if is_so
    ]
    if problems:
        raise InputError(problems)
    model, formulation = build_program(case, compile_limits(case), rows)
    write_program(formulation, folder / PROGRAM)
    (folder / SETTINGS).write_text(json.dumps(asdict(settings)), encoding="utf-8")
    misfit = ""
    if with_whole:
        try:
            whole_program(model, rows).write(folder / WHOLE)
        except DoesNotFit as error:
            misfit = str(error)
    return Prepared(
        name,
        plan,
        folder,
        model,
        formulation.num_columns,
        int(formulation.is_integer.sum()),
        formulation.num_rows,
        len(formulation.row_columns),
        misfit,
    )


def name_of(plan: Path) -> str:
    """Return the name of a plan: that of its directory, or of its file."""
    return plan.stem if plan.suffix == ".json" else plan.resolve().name


def digest(plan: Path) -> str:
    """Return a hash of a plan's files: its record of earlier results counts for nothing else."""
    files = [plan] if plan.is_file() else sorted(file for file in plan.iterdir() if file.suffix in {".csv", ".toml"})
    total = hashlib.sha256()
    for file in files:
        total.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()[:16]
