"""What every classical plan has in common: one period, no discounting, no residual, so that money is the file's money."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Row = dict[str, Any]
PERIOD = "2025Q1"
HOME = "US"
ALLIES = ("CA", "DE", "FR", "GB", "JP", "KR", "NL", "SE")
"""Destinations of Tier 1 other than home."""
TIER_2 = (
    *("AE", "AR", "BR", "CH", "CL", "CO", "CZ", "EG", "GR", "HU", "ID", "IL", "IN", "IS", "KE", "KZ"),
    *("MA", "MX", "MY", "OM", "PA", "PE", "PH", "PL", "PT", "QA", "RO", "RS", "SA", "SG", "TH", "TR"),
)
"""Destinations of Tier 2, under `ai-diffusion-2025`."""
UNIT = "u1"
"""The accelerator of plans with workloads: 1 TPP and 1 kW a unit."""
KW_PER_MW = 1000


def document(
    name: str,
    *,
    sites: Sequence[Row],
    accelerators: Sequence[Row],
    deliveries: Mapping[str, int],
    must_place: bool = False,
    policy: str = "three-tier-2025-01",
    **tables: Sequence[Row],
) -> dict[str, Any]:
    """Return a plan of one period for `optimizer.plan_from_dict` and `optimizer.write_document`."""
    return {
        "name": name,
        "company": {"name": "Classical", "headquarters": HOME},
        "horizon": {"start": PERIOD, "periods": 1, "annual_discount_rate": "0"},
        "policy": {"name": policy},
        "economics": {"residual": "none", "must_place": "by_end" if must_place else "no"},
        "sites": list(sites),
        "accelerators": list(accelerators),
        "deliveries": [{"accelerator": key, "period": PERIOD, "units": units} for key, units in deliveries.items()],
        **{table: list(rows) for table, rows in tables.items()},
    }


def exact(number: Fraction) -> int | Decimal | str:
    """Return a number as a plan holds it: whole, a finite decimal, or else the text of a fraction, `7/3`."""
    if number.denominator == 1:
        return int(number)
    text = format_exact(number)
    return text if "/" in text else Decimal(text)


def megawatts(kilowatts: Fraction | int) -> int | Decimal | str:
    """Return power in MW."""
    return exact(Fraction(kilowatts) / KW_PER_MW)


def numbered(letter: str, number: int, of: int) -> str:
    """Return a key that sorts as its number does: `s07` of 12."""
    return f"{letter}{number + 1:0{len(str(of))}d}"


def number_in(key: str) -> int:
    """Return the number that `numbered` wrote."""
    return int(key[1:]) - 1
