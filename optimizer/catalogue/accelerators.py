"""The accelerators a plan may name: TPP, classification, purchase increment and power, each with its source.

What no source gives is None and stays the plan's to say; nothing is estimated here. Disputed figures are in `note`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from optimizer.schema.quantities import parse_decimal, parse_integer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

DATA_FILE = "accelerators.toml"
WATTS_PER_KILOWATT = 1000
SEPARATORS = str.maketrans("", "", " -_")


@dataclass(frozen=True, slots=True)
class PurchaseBlock:
    """The increment an accelerator is bought in: a server, a board or a rack."""

    key: str
    name: str
    units: int
    power_kw: Fraction | None
    """IT power of the whole increment."""
    price_usd: Fraction | None
    price_basis: str | None
    confidence: str
    source: str
    note: str | None


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One accelerator. Rates, TPP, power and price are of one unit: one chip, or one package where the name says so."""

    key: str
    name: str
    aliases: tuple[str, ...]
    tpp: int
    tpp_if_tf32_is_32_bit: int | None
    """None where the bit length of TF32, which is not settled, makes no difference."""
    eccn: str
    """`3A090.a`, `3A090.b`, `none` (in neither) or `uncertain`."""
    eccn_note: str | None
    dense_rates: Mapping[str, Fraction] = field(hash=False)
    """TFLOPS or TOPS by number format, without sparsity."""
    performance_density: Fraction | None
    """TPP per mm2 of applicable die area, given where the classification turns on it."""
    tdp_kw: Fraction | None
    """Thermal design power of the bare chip; a server draws more, see `power_kw`."""
    memory_gb: int
    memory_bandwidth_gb_s: Fraction | None
    """GB/s; None where no source gives it plainly."""
    price_usd: Fraction | None
    price_basis: str | None
    """`list`, `reported` or `estimate`."""
    purchase_block: PurchaseBlock | None
    confidence: str
    """A to D, of everything but the block, which has its own."""
    source: str
    note: str | None

    @property
    def block(self) -> int | None:
        """Return the units of one purchase increment, None where none is published."""
        return self.purchase_block.units if self.purchase_block else None

    @property
    def power_kw(self) -> Fraction | None:
        """Return IT power of one unit at server or rack level, None where none is published."""
        if self.purchase_block is None or self.purchase_block.power_kw is None:
            return None
        return self.purchase_block.power_kw / self.purchase_block.units


@lru_cache(maxsize=1)
def catalogue() -> tuple[CatalogueEntry, ...]:
    """Return every accelerator, in the order of the data file (by maker, then generation)."""
    text = files("optimizer.catalogue").joinpath(DATA_FILE).read_text(encoding="utf-8")
    data = tomllib.loads(text, parse_float=Decimal)
    sources: dict[str, str] = data["sources"]
    blocks = {key: _read_block(key, row, sources) for key, row in data["blocks"].items()}
    return tuple(_read_entry(row, blocks, sources) for row in data["accelerators"])


def find_accelerator(name: str) -> CatalogueEntry | None:
    """Return the accelerator with this key, name or alias; case, spaces, hyphens and underscores do not matter."""
    return _index().get(_fold(name))


@lru_cache(maxsize=1)
def _index() -> dict[str, CatalogueEntry]:
    return {_fold(name): entry for entry in catalogue() for name in (entry.key, entry.name, *entry.aliases)}


def _fold(name: str) -> str:
    return name.casefold().translate(SEPARATORS)


def _read_block(key: str, row: dict[str, Any], sources: Mapping[str, str]) -> PurchaseBlock:
    return PurchaseBlock(
        key=key,
        name=row["name"],
        units=parse_integer(row["units"]),
        power_kw=_optional(row, "power_kw"),
        price_usd=_optional(row, "price_usd"),
        price_basis=row.get("price_basis"),
        confidence=row["confidence"],
        source=_cite(row, sources),
        note=row.get("note"),
    )


def _read_entry(row: dict[str, Any], blocks: Mapping[str, PurchaseBlock], sources: Mapping[str, str]) -> CatalogueEntry:
    tdp_w = _optional(row, "tdp_w")
    return CatalogueEntry(
        key=row["key"],
        name=row["name"],
        aliases=tuple(row["aliases"]),
        tpp=parse_integer(row["tpp"]),
        tpp_if_tf32_is_32_bit=row.get("tpp_if_tf32_is_32_bit"),
        eccn=row["eccn"],
        eccn_note=row.get("eccn_note"),
        dense_rates={number_format: parse_decimal(rate) for number_format, rate in row["dense"].items()},
        performance_density=_optional(row, "performance_density"),
        tdp_kw=None if tdp_w is None else tdp_w / WATTS_PER_KILOWATT,
        memory_gb=parse_integer(row["memory_gb"]),
        memory_bandwidth_gb_s=_optional(row, "memory_bandwidth_gb_s"),
        price_usd=_optional(row, "price_usd"),
        price_basis=row.get("price_basis"),
        purchase_block=blocks[row["block"]] if "block" in row else None,
        confidence=row["confidence"],
        source=_cite(row, sources),
        note=row.get("note"),
    )


def _optional(row: Mapping[str, Any], column: str) -> Fraction | None:
    return parse_decimal(row[column]) if column in row else None


def _cite(row: Mapping[str, Any], sources: Mapping[str, str]) -> str:
    return "; ".join(sources[name] for name in row["sources"])
