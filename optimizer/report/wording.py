"""Figures as people read them: money, quantities, percentages and runs of periods."""

from __future__ import annotations

import re
from math import ceil, floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from optimizer.rules.limit import Exact

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
SCALES = ((10**9, " bn"), (10**6, " m"))
ROUNDED_UP = 999.995
"""A figure of this size would be printed as 1,000.00 of its scale."""
WHOLE_MONEY = 1000
"""From this amount on cents are not printed."""
SMALLEST_FIGURE = 0.0005
SMALLEST_MONEY = 0.01
MOST_DECIMALS = 6
SMALLEST_PERCENT = 0.0001
NOTHING = "–"
LONG_NUMBER = re.compile(r"(?<![\w.,-])\d{5,}(?![\w.,-])")


def money(amount: Exact | float, currency: str) -> str:
    """Return `$12.34 bn`, `-€5.60 m`, `12,345 CHF`; `$0.01` stands for anything smaller, too."""
    sign = "-" if amount < 0 else ""
    size = abs(float(amount))
    size = max(size, SMALLEST_MONEY) if size else size
    text = f"{size:,.2f}" if size < WHOLE_MONEY and size != floor(size) else f"{size:,.0f}"
    for scale, name in SCALES:
        if size >= scale / 1000 * ROUNDED_UP:
            text = f"{size / scale:,.2f}{name}"
            break
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency}"


def money_above(amount: float, currency: str, resolution: float | None) -> str:
    """Return money, or that it is smaller than the money resolution and so says nothing."""
    if resolution and 0 < abs(amount) < resolution:
        return f"under {money(resolution, currency)}"
    return money(amount, currency)


def quantity(value: Exact | float) -> str:
    """Return a quantity in full, at most six decimals: `1,234,567`, `12.5`."""
    if float(value) == floor(value):
        return f"{int(value):,}"
    return f"{float(value):,.6f}".rstrip("0").rstrip(".")


def grouped(setting: str) -> str:
    """Return a setting with its long whole numbers in groups: `25,000,000 USD`."""
    return LONG_NUMBER.sub(lambda found: f"{int(found[0]):,}", setting)


def compact(value: float) -> str:
    """Return a quantity in at most eight characters or so: `12,345`, `3.255`, `790.00 m`, `1.45 bn`."""
    size = abs(value)
    for scale, name in SCALES:
        if size >= scale / 1000 * ROUNDED_UP:
            return f"{value / scale:,.2f}{name}"
    if 0 < size < SMALLEST_FIGURE:
        return f"{value:.1g}"
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def share_text(share: float | None, *, decimals: int = 2) -> str:
    """Return a share as per cent: `6.99%`."""
    return NOTHING if share is None else f"{100 * share:.{decimals}f}%"


def share_beside(share: Fraction, setting: Fraction) -> str:
    """Return a share as per cent, with as many decimals as tell it from the setting it is held against."""
    if share != setting:
        for decimals in range(2, MOST_DECIMALS + 1):
            text = share_text(float(share), decimals=decimals)
            if text != share_text(float(setting), decimals=decimals):
                return text
        return f"just {'under' if share < setting else 'over'} {share_text(float(setting))}"
    return share_text(float(share))


def percent_used_text(percent: float | None) -> str:
    """Return `99.9%`: rounded away from 100, which stands for exactly the allowance only."""
    if percent is None:
        return NOTHING
    tenths = floor(percent * 10) if percent < 100 else ceil(percent * 10)  # noqa: PLR2004  per cent
    return f"{tenths / 10:,.1f}%"


def gap_text(gap: float | None) -> str:
    """Return a relative gap as per cent."""
    if gap is None:
        return "not known"
    if 0 < 100 * gap < SMALLEST_PERCENT:
        return f"under {SMALLEST_PERCENT}%"
    return f"{100 * gap:.4f}".rstrip("0").rstrip(".") + "%"


def period_runs(some: Sequence[str], every: Sequence[str]) -> str:
    """Return labels as runs: `2025Q1, 2025Q4 to 2026Q3`; the period before the plan stands alone."""
    wanted = set(some)
    runs: list[list[str]] = [[label] for label in some if label not in set(every)]
    previous = False
    for label in every:
        if label in wanted:
            if previous:
                runs[-1].append(label)
            else:
                runs.append([label])
        previous = label in wanted
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs) or NOTHING
