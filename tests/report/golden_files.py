"""Recorded outputs. `WRITE_GOLDEN=1 pytest tests/report` records them anew; read the difference before keeping it."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def recorded(name: str, text: str) -> str:
    """Return what is recorded under a name, after recording `text` where that was asked for."""
    file = FOLDER / name
    if os.environ.get("WRITE_GOLDEN"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return file.read_text(encoding="utf-8")
