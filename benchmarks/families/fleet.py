"""The accelerators of the plans and their deliveries, by block and period."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TYPICAL_PUE = 1.22
KW_PER_MW = 1000


@dataclass(frozen=True, slots=True)
class Model:
    """An accelerator. Power and value are the text of a plan's cell."""

    name: str
    tpp: int
    power_kw: str
    block: int
    value_usd_per_hour: str
    price_usd: int
    part: float
    """Weight of its power in the power of all deliveries."""
    rise: float
    """Growth of its deliveries from the first period to the last; -1 is down to nothing."""

    @property
    def block_kw(self) -> float:
        """Return the IT power of a block."""
        return float(self.power_kw) * self.block

    @property
    def block_tpp(self) -> int:
        """Return the compute of a block."""
        return self.tpp * self.block


MIXED = (
    Model("H200-SXM", 15_832, "1.25", 8, "2.40", 35_000, 3, -0.6),
    Model("GB300-NVL72", 60_000, "1.9444", 72, "5.40", 51_000, 4, 4),
    Model("B200-HGX", 36_000, "1.875", 8, "3.70", 42_000, 3, 0.5),
    Model("GB200-NVL72", 40_000, "1.8333", 72, "4.00", 45_000, 2, 0.5),
    Model("H100-SXM", 15_832, "1.25", 8, "2.00", 30_000, 1.5, -0.8),
    Model("MI300X", 20_919, "1.3393", 8, "2.00", 16_500, 0.8, 0),
    Model("B300-HGX", 56_000, "1.9625", 8, "4.90", 43_000, 2, 3),
    Model("MI325X", 20_919, "1.7857", 8, "2.30", 20_000, 0.8, 0.5),
)
"""Servers of 8 and racks of 72, all of the catalogue; the first three make the smallest plans."""
RACKS = (
    Model("GB300-NVL72", 60_000, "1.9444", 72, "5.40", 51_000, 4, 3),
    Model("GB200-NVL72", 40_000, "1.8333", 72, "4.00", 45_000, 3, 0),
    Model("rack-136kw", 48_000, "1.8888", 72, "4.60", 47_000, 2, 1),
    Model("rack-134kw", 44_000, "1.8611", 72, "4.30", 46_000, 2, 0.5),
    Model("rack-138kw", 52_000, "1.9166", 72, "4.90", 48_000, 2, 1.5),
    Model("rack-133kw", 42_000, "1.8472", 72, "4.15", 45_500, 1, 0.5),
    Model("rack-137kw", 50_000, "1.9027", 72, "4.75", 47_500, 1, 1),
    Model("rack-139kw", 56_000, "1.9305", 72, "5.15", 49_500, 1, 2),
)
"""Racks of 72 alone, of 132 to 140 kW: two of the catalogue, six invented between them."""
MOST_ACCELERATORS = len(MIXED)

Blocks = dict[str, list[int]]
"""Blocks delivered in each period, by accelerator."""


def blocks_for_power(models: Sequence[Model], periods: int, facility_mw: float) -> Blocks:
    """Return deliveries that need about this much power of sites at the usual PUE, once all have come."""
    parts = fsum(model.part for model in models)
    it_kw = facility_mw * KW_PER_MW / TYPICAL_PUE
    return {
        model.name: _rounded([it_kw * model.part / parts / model.block_kw * share for share in _shape(model, periods)])
        for model in models
    }


def blocks_in_all(models: Sequence[Model], periods: int, number: int) -> Blocks:
    """Return deliveries of exactly `number` blocks."""
    parts = fsum(model.part for model in models)
    shares = [number * model.part / parts * share for model in models for share in _shape(model, periods)]
    blocks = _rounded(shares)
    return {model.name: blocks[at * periods : (at + 1) * periods] for at, model in enumerate(models)}


def _shape(model: Model, periods: int) -> list[float]:
    """Return each period's share of a model's deliveries: a straight line."""
    line = [1 + model.rise * period / max(periods - 1, 1) for period in range(periods)]
    total = fsum(line)
    return [height / total for height in line]


def _rounded(shares: Sequence[float]) -> list[int]:
    """Return whole numbers whose running totals are the rounded running totals of `shares`."""
    totals = [round(fsum(shares[: count + 1])) for count in range(len(shares))]
    return [total - before for before, total in zip([0, *totals], totals, strict=False)]
