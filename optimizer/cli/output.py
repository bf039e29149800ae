"""Where a command's answer goes: stdout, or a file that is either complete or absent."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.cli.options import DocumentFormat
    from optimizer.report.pages import Document


def put(text: str, file: Path | None = None) -> None:
    """Write an answer to a file, or to stdout where none is named.

    stdout is written as UTF-8 whatever the locale: a pipe under the C locale must not fail on a name.
    """
    if file is not None:
        write_atomically(file, text)
        return
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(text)
    else:
        sys.stdout.flush()
        stream.write(text.encode("utf-8"))
        stream.flush()


def put_document(document: Document, output_format: DocumentFormat, file: Path | None = None) -> None:
    """Write a result or an audit in a format; as wide as the terminal and in colour only where there is one."""
    from optimizer.report.registry import render, render_for

    text = render_for(sys.stdout, document, output_format) if file is None else render(document, output_format)
    put(text, file)


def write_atomically(file: Path, text: str) -> None:
    """Write a text aside and rename it into place, keeping the permissions a new file would get."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(aside).chmod(0o666 & ~mask)
        Path(aside).replace(file)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
