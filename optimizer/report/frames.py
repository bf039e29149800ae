"""A document's tables as pandas data frames, the only data frames in the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.csv_tables import TABLES, table_columns, table_records

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.report.pages import Document


def to_frames(document: Document) -> dict[str, pd.DataFrame]:
    """Return a data frame per table: sites, placements, openings, moves, retired, periods, countries, limits and so on.

    A result also has goals, without rows where the plan has none.

    Exact twins stay text: a data frame would turn them into binary floats.
    """
    import pandas as pd  # noqa: PLC0415  half a second that only those who ask for frames pay

    return {
        name: pd.DataFrame(list(table_records(document, name)), columns=list(table_columns(document, name)))
        for name in TABLES
        if hasattr(document, name)
    }
