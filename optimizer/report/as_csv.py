"""One table as CSV for a pipe: the placements of a result, the limits of an audit. `--out` writes all tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.csv_tables import main_table, write_csv

if TYPE_CHECKING:
    from optimizer.report.pages import Document


def render(document: Document) -> str:
    """Return the document's main table as CSV."""
    return write_csv(document, main_table(document))
