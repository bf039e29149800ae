"""Whole packings of a site: how many blocks of each size it can hold at once, where those are few ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.model.formulation import Floats

MOST_PACKINGS = 6_000
"""Packings beyond which a listing is given up."""
FITS = 1e-9
"""Part of a block that may be missing where it still counts as fitting, for sums of doubles."""


def whole_packings(sizes: Floats, room: float) -> Floats | None:
    """Return the whole numbers of blocks, (packings, sizes), that fill a room until the smallest fits no more.

    Any other whole numbers that fit are no greater than some of these. Sizes (sizes,) are positive, in the unit of the room
    (MW, say). Numbers are kept in single precision, which holds whole ones up to 16 million. None where there are more
    than MOST_PACKINGS.
    """
    order = np.argsort(-sizes, kind="stable")
    found, left = np.zeros((1, 0)), np.array([float(room)])
    for size in sizes[order[:-1]].tolist():
        choices = np.floor(left / size + FITS).astype(np.int64) + 1
        if choices.sum() > MOST_PACKINGS:
            return None
        before = np.repeat(np.arange(len(left)), choices)
        number = np.arange(len(before)) - np.repeat(choices.cumsum() - choices, choices)
        found, left = np.column_stack([found[before], number]), left[before] - number * size
    found = np.column_stack([found, np.floor(left / sizes[order[-1]] + FITS)])
    return np.asarray(found[:, np.argsort(order, kind="stable")], dtype=np.float32)
