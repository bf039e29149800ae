"""A program as one neutral file of arrays, which the process of every peer reads."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.model.formulation import Formulation

if TYPE_CHECKING:
    from pathlib import Path


def write_program(formulation: Formulation, file: Path) -> None:
    """Write a program, names of rows included."""
    arrays: dict[str, Any] = {field.name: getattr(formulation, field.name) for field in fields(Formulation)}
    np.savez(file, **arrays)


def read_program(file: Path) -> Formulation:
    """Return the program of a file."""
    with np.load(file) as arrays:
        parts = {name: arrays[name] for name in arrays.files}
    names = tuple(str(name) for name in parts.pop("row_names"))
    scale, offset = float(parts.pop("objective_scale")), float(parts.pop("objective_offset"))
    return Formulation(**parts, row_names=names, objective_scale=scale, objective_offset=offset)
