"""Changes from the command line that no single cell makes: a row added, units delivered in another period.

`authorisations[+licence,MY].units=500` adds a row, told apart by its first columns. `deliveries[GB300,2026Q3 to
2026Q1].units=1440` moves units of a delivery, from the first row of that period on; their other columns go with them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from optimizer.files.problems import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ADDED = "+"
_MOVED = re.compile(r"(?P<accelerator>[^,]+),\s*(?P<old>\S+) to (?P<new>\S+)")

Row = dict[str, object]


def is_move(table: str, key: str, column: str) -> bool:
    """Return whether a key says that units of a delivery come in another period."""
    return table == "deliveries" and column == "units" and _MOVED.fullmatch(key) is not None


def with_row(rows: Sequence[object], names: Sequence[str], key: str, column: str, value: str) -> list[object]:
    """Return the rows with one more. Raises ValueError for a key of more parts than the table has columns."""
    parts = [part.strip() for part in key.removeprefix(ADDED).split(",")]
    if len(parts) > len(names):
        msg = f"a new row is told by {', '.join(names)}"
        raise ValueError(msg)
    return [*rows, dict(zip(names, parts, strict=False)) | {column: value}]


def with_units_moved(rows: Sequence[object], key: str, value: str) -> list[object]:
    """Return the rows of deliveries with units in another period.

    Raises ValueError where no number is given, or fewer units come in that period.
    """
    match = _MOVED.fullmatch(key)
    if match is None or not value.isdigit():
        msg = "units of a delivery are moved as deliveries[ACCELERATOR,FROM to TO].units=NUMBER"
        raise ValueError(msg)
    left = int(value)
    kept: list[object] = []
    moved: list[Row] = []
    for row in rows:
        units = _units(row, match["accelerator"], match["old"])
        taken = min(left, units)
        left -= taken
        if not isinstance(row, dict) or not taken:
            kept.append(row)
            continue
        if taken < units:
            kept.append({**row, "units": units - taken})
        moved.append({**row, "period": match["new"], "units": taken})
    if left:
        msg = f"{int(value) - left} units of {match['accelerator']} come in {match['old']}"
        raise ValueError(msg)
    for row in moved:
        _add(kept, row)
    return kept


def _units(row: object, accelerator: str, period: str) -> int:
    """Return the units of a row of an accelerator and period, 0 of any other."""
    if not isinstance(row, dict) or name_of(row.get("accelerator", "")) != accelerator:
        return 0
    is_then = name_of(row.get("period", "")).upper() == period.upper()
    text = str(row.get("units", "")).strip()
    return int(text) if is_then and text.isdigit() else 0


def _add(rows: list[object], new: Row) -> None:
    """Add a row, or its units to one that differs in nothing else."""
    for number, row in enumerate(rows):
        if isinstance(row, dict) and _rest(row) == _rest(new) and str(row.get("units", "")).strip().isdigit():
            rows[number] = {**row, "units": int(str(row["units"])) + int(str(new["units"]))}
            return
    rows.append(new)


def _rest(row: Mapping[str, object]) -> dict[str, str]:
    return {name: name_of(cell) for name, cell in row.items() if name != "units" and cell not in {"", None}}
