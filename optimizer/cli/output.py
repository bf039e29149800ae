"""Where a command's answer goes: stdout, or a file that is either complete or absent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.files.write_whole import write_atomically

__all__ = ["put", "put_document", "write_atomically"]

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


def put_explanation(document: Document, output_format: DocumentFormat, file: Path | None = None) -> None:
    """Write what explains a result: its summary with the tables about limits alone; JSON as ever.

    As CSV the ways out where there are any, else the values of limits, or where only that was asked the policy's cost.
    """
    from optimizer.cli.options import DocumentFormat as Formats
    from optimizer.report.explain_csv import costs_csv, repairs_csv, values_csv
    from optimizer.report.registry import render, render_for

    if output_format is Formats.CSV and document.kind == "solve":
        has_cost_alone = document.policy_cost is not None and not any(
            one.loosened or one.tightened for one in document.values
        )
        values = costs_csv(document) if has_cost_alone else values_csv(document)
        text = repairs_csv(document) if document.repairs else values
    elif file is None:
        text = render_for(sys.stdout, document, output_format, only_explained=True)
    else:
        text = render(document, output_format, only_explained=True)
    put(text, file)
