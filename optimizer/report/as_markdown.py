"""A report as Markdown: a heading, the summary as a list, one section per table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.pages import page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.report.pages import Document
    from optimizer.report.table import Table


def render(document: Document, *, only_explained: bool = False) -> str:
    """Return the report as Markdown."""
    report = page(document, only_explained=only_explained)
    lines = [f"# {_escape(report.title)}", ""]
    lines += [f"- **{label}**: {_escape(sentence)}" for label, sentence in report.lines]
    for table in report.tables:
        lines += ["", *_section(table)]
    lines += ["", *(f"{_escape(remark)}\n" for remark in report.remarks)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _section(table: Table) -> Iterable[str]:
    yield f"## {_escape(table.title)}"
    yield ""
    yield _row(column.title for column in table.columns)
    yield "|" + "|".join(" ---: " if column.is_figure else " --- " for column in table.columns) + "|"
    yield from (_row(row) for row in table.rows)
    if table.notes:
        yield ""
        yield from (f"- {_escape(note)}" for note in table.notes)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_escape(cell).replace("|", "\\|") for cell in cells) + " |"


def _escape(text: str) -> str:
    """Keep a planner's own text from being read as markup, outside of code spans."""
    line = " ".join(text.split())
    if line.count("`") % 2:
        line = line.replace("`", "'")
    parts = line.split("`")
    for number in range(0, len(parts), 2):
        for sign in "\\*_<>[]":
            parts[number] = parts[number].replace(sign, f"\\{sign}")
    return "`".join(parts)
