"""Where the published files are, and what is published about them. They are read in place, never copied."""

from __future__ import annotations

import csv
import gzip
import os
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from optimizer.errors import InputError, Problem

VARIABLE = "PLACEMENT_CLASSICAL_DATA"
PROJECT_ROOT = Path(__file__).parents[2]
BESIDE_THE_PROJECT = PROJECT_ROOT.parent / "shared" / "classical"
OPTIMA = "optima.csv"
PRINTED_TO = Fraction(1, 1000)
"""Published optima are printed to three decimals, some cut off rather than rounded."""


@dataclass(frozen=True, slots=True)
class Published:
    """One line of an `optima.csv`: an instance, its file, and the optimum that others found."""

    instance: str
    problem: str
    file: Path
    is_minimum: bool
    value: Fraction
    tolerance: Fraction
    """How far the exact optimum may lie from the printed one: 1/1000, or one unit of the last digit of a rounded one."""
    is_proven: bool
    note: str


def data_folder() -> Path:
    """Return the folder of the published files. Raises InputError where there is none."""
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else BESIDE_THE_PROJECT
    if not folder.is_dir():
        hint = f"put them there, or name their folder in {VARIABLE}"
        raise InputError([Problem("the published problems are not here", file=str(folder), hint=hint)])
    return folder


def has_data() -> bool:
    """Return whether the published files are at hand."""
    try:
        return data_folder().is_dir()
    except InputError:
        return False


def read_text(file: Path) -> str:
    """Return the text of a published file, unpacked where its name ends in .gz. Raises InputError."""
    try:
        if file.suffix == ".gz":
            with gzip.open(file, "rt", encoding="utf-8-sig") as stream:
                return stream.read()
        return file.read_text(encoding="utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError([Problem(f"cannot be read: {error}", file=str(file))]) from None


def published(folder: str) -> tuple[Published, ...]:
    """Return what is published about the files of one folder, in its order.

    Raises InputError where the folder, its `optima.csv` or a number in it is missing or wrong.
    """
    file = data_folder() / folder / OPTIMA
    found = []
    for number, row in enumerate(csv.DictReader(read_text(file).splitlines()), start=2):
        try:
            found.append(_published(row, file.parent))
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise InputError([Problem(f"is not a published optimum: {error}", file=str(file), row=number)]) from None
    return tuple(found)


def _published(row: dict[str, str], folder: Path) -> Published:
    note = row["note"] or ""
    return Published(
        instance=row["instance"],
        problem=row["problem"],
        file=folder / row["file"],
        is_minimum=row["sense"] == "min",
        value=Fraction(row["value"]),
        tolerance=_last_digit(row["value"]) if "rounded" in note else PRINTED_TO,
        is_proven=row["proven"] == "yes",
        note=note,
    )


def _last_digit(text: str) -> Fraction:
    """Return one unit of the last digit of a rounded number: 100 of 1014100.0, 0.1 of 932615.8."""
    exponent = Decimal(text).normalize().as_tuple().exponent
    return Fraction(10) ** exponent if isinstance(exponent, int) else Fraction(1)
