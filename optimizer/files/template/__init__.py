"""The commented plan that `placement init` writes: the files beside this one, as they are."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from optimizer.errors import InputError, Problem

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("plan.toml", "sites.csv", "accelerators.csv", "deliveries.csv", "installed.csv", "commitments.csv")


def write_template(directory: Path) -> tuple[str, ...]:
    """Write the template into a directory, made if need be, and return the names of the files.

    Raises InputError, and writes nothing, where one of them exists already or the directory cannot be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        taken = [name for name in FILES if (directory / name).exists()]
        if taken:
            hint = "choose another directory"
            raise InputError([Problem("exists already and is not overwritten", file=name, hint=hint) for name in taken])
        for name in FILES:
            with (directory / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(files(__name__).joinpath(name).read_text(encoding="utf-8"))
    except OSError as error:
        problem = Problem(f"cannot be written: {error.strerror or error}", value=str(directory))
        raise InputError([problem]) from None
    return FILES
