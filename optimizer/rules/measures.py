"""How a unit counts: as a chip, by its TPP, by its TPP if it is controlled, or in H100 equivalents."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.catalogue.accelerators import find_accelerator
from optimizer.errors import InputError, PlacementError, Problem

if TYPE_CHECKING:
    from optimizer.rules.limit import Exact
    from optimizer.schema.plan import Accelerator

TPP = "tpp"
CHIPS = "chips"
H100_EQUIVALENTS = "h100_equivalents"
CONTROLLED_TPP = "controlled_tpp"

UNIT_NAMES = {TPP: "TPP", CHIPS: "chips", H100_EQUIVALENTS: "H100 equivalents", CONTROLLED_TPP: "TPP"}

CONTROLLED_ENTRIES = ("3A090.a", "4A090.a")
"""Entries of the Commerce Control List whose chips the published rules count (Supplement No. 10 to part 748, para 6)."""
CONTROLLED_FROM_TPP, UNCONTROLLED_BELOW_TPP = 4800, 1600
"""ECCN 3A090.a: TPP of 4,800 or more, or of 1,600 or more at a performance density of 5.92 or more."""


def weight(measure: str, accelerator: Accelerator) -> Exact:
    """Return what one unit counts; an H100 equivalent is TPP over the catalogue's H100 SXM (15,832).

    Raises InputError, for controlled TPP, where the classification cannot be told from the TPP alone.
    """
    if measure == TPP:
        return accelerator.tpp
    if measure == CONTROLLED_TPP:
        return accelerator.tpp if is_controlled(accelerator) else 0
    if measure == CHIPS:
        return 1
    return Fraction(accelerator.tpp, h100_tpp())


def is_controlled(accelerator: Accelerator) -> bool:
    """Return whether a chip meets ECCN 3A090.a: by its own classification, else by its TPP where that decides.

    Raises InputError where it has no classification and the TPP leaves two answers.
    """
    if accelerator.eccn is not None:
        return accelerator.eccn.strip().upper().startswith(tuple(entry.upper() for entry in CONTROLLED_ENTRIES))
    if UNCONTROLLED_BELOW_TPP <= accelerator.tpp < CONTROLLED_FROM_TPP:
        message = (
            "the policy counts chips of ECCN 3A090.a, and a TPP of 1,600 to 4,799 does not say whether this is one"
        )
        hint = "give eccn: 3A090.a, 3A090.b or none"
        where = "eccn"
        raise InputError([Problem(message, file="accelerators.csv", column=where, value=accelerator.key, hint=hint)])
    return accelerator.tpp >= CONTROLLED_FROM_TPP


def h100_tpp() -> int:
    """Return the TPP of one H100 SXM in the catalogue."""
    entry = find_accelerator("H100")
    if entry is None:
        msg = "the catalogue has no H100 to count H100 equivalents by"
        raise PlacementError(msg)
    return entry.tpp
