"""Every output format by the name `--format` knows it by; a new one is one file and one line."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, TextIO

from optimizer.errors import InputError, Problem
from optimizer.report import as_csv, as_html, as_json, as_markdown, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optimizer.report.pages import Document

FORMATS: Mapping[str, Callable[[Document], str]] = {
    "table": as_text.render,
    "json": as_json.render,
    "csv": as_csv.render,
    "markdown": as_markdown.render,
    "html": as_html.render,
}


def render_for(
    stream: TextIO, document: Document, output_format: str = "table", *, only_explained: bool = False
) -> str:
    """Return a document as it suits a stream: a terminal's width and colours, plain text for anything else."""
    is_terminal = stream.isatty()
    width = shutil.get_terminal_size().columns if is_terminal else None
    has_colours = is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return render(document, output_format, width=width, colour=has_colours, only_explained=only_explained)


def render(
    document: Document,
    output_format: str = "table",
    *,
    width: int | None = None,
    colour: bool = False,
    only_explained: bool = False,
) -> str:
    """Return a document in a format; width and colour matter to `table` alone.

    With `only_explained` a report for people has the summary and the tables about limits.

    Raises InputError for a format that does not exist.
    """
    if output_format not in FORMATS:
        hint = f"one of {', '.join(FORMATS)}"
        raise InputError([Problem("no output format of that name", file="--format", value=output_format, hint=hint)])
    if output_format == "table":
        return as_text.render(document, width=width, colour=colour, only_explained=only_explained)
    if output_format == "markdown":
        return as_markdown.render(document, only_explained=only_explained)
    return FORMATS[output_format](document)
