"""Bytes and text of input files: what cannot be read becomes a problem, never a traceback."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from optimizer.files.problems import Place, Problems

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_FILE = 200_000_000
"""Bytes; ten times the largest plan of 10,000 sites."""
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_bytes(path: Path, problems: Problems) -> bytes | None:
    """Return the bytes of a file; None, with a problem, where that cannot be done."""
    place = Place(path.name)
    try:
        if not path.is_file():
            problems.add("is not a file", place)
            return None
        if (size := path.stat().st_size) > LARGEST_FILE:
            problems.add(f"is too large: {size:,} bytes, the most is {LARGEST_FILE:,}", place)
            return None
        return path.read_bytes()
    except OSError as error:
        problems.add(f"cannot be read: {error.strerror or error}", place)
        return None


def decode(data: bytes, name: str, problems: Problems) -> str | None:
    """Return UTF-8 text (a byte order mark is dropped); None, with a problem, where it is something else."""
    place = Place(name)
    if data.startswith(UTF16_MARKS):
        problems.add("is UTF-16, not UTF-8 text", place, hint="save it as UTF-8 (in a spreadsheet: CSV UTF-8)")
        return None
    if b"\0" in data:
        problems.add("holds NUL bytes: it is not a text file", place, hint="save it as UTF-8 text")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(f"is not UTF-8 text (line {line})", place, hint="save it as UTF-8 (in a spreadsheet: CSV UTF-8)")
        return None


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
