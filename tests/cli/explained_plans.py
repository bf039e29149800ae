"""Plans that the explaining commands are called with, as one JSON file each.

A Japanese company with 100 chips worth 1,095 each at home. `possible`: each is worth twice as much in Malaysia, where 7%
may stand. `impossible`: a contract asks for 20 there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.report.explained_runs import IMPOSSIBLE, POSSIBLE

if TYPE_CHECKING:
    from pathlib import Path


def write_possible(folder: Path) -> Path:
    """Write the plan that exists."""
    return _written(folder / "possible.json", POSSIBLE)


def write_impossible(folder: Path, **parts: object) -> Path:
    """Write the plan that does not, with some parts replaced."""
    return _written(folder / "impossible.json", {**IMPOSSIBLE, **parts})


def _written(file: Path, document: object) -> Path:
    file.write_text(json.dumps(document), encoding="utf-8")
    return file
