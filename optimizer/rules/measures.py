"""How a unit counts: as a chip, by its TPP, or in H100 equivalents."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.catalogue.accelerators import find_accelerator
from optimizer.errors import PlacementError

if TYPE_CHECKING:
    from optimizer.rules.limit import Exact
    from optimizer.schema.plan import Accelerator

TPP = "tpp"
CHIPS = "chips"
H100_EQUIVALENTS = "h100_equivalents"

UNIT_NAMES = {TPP: "TPP", CHIPS: "chips", H100_EQUIVALENTS: "H100 equivalents"}


def weight(measure: str, accelerator: Accelerator) -> Exact:
    """Return what one unit counts; an H100 equivalent is TPP over the catalogue's H100 SXM (15,832)."""
    if measure == TPP:
        return accelerator.tpp
    if measure == CHIPS:
        return 1
    return Fraction(accelerator.tpp, h100_tpp())


def h100_tpp() -> int:
    """Return the TPP of one H100 SXM in the catalogue."""
    entry = find_accelerator("H100")
    if entry is None:
        msg = "the catalogue has no H100 to count H100 equivalents by"
        raise PlacementError(msg)
    return entry.tpp
