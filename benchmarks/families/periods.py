"""The quarters of the plans by name."""

from __future__ import annotations

FIRST_YEAR, QUARTERS = 2025, 4


def period_name(index: int) -> str:
    """Return the name of a quarter, counted from 0: `2025Q1`."""
    return f"{FIRST_YEAR + index // QUARTERS}Q{index % QUARTERS + 1}"
