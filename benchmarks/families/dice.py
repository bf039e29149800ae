"""Random numbers that are the same on every machine: uniform draws, multiplied and compared, never passed to a library of
mathematics whose last digit may differ."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.families.sizes import Size


class Dice:
    """The stream of one plan, by seed, size and name of the kind."""

    def __init__(self, seed: int, size: Size, name: str) -> None:
        kind = int.from_bytes(name.encode("ascii"), "big")
        self._stream = np.random.default_rng([seed, size.sites, size.accelerators, size.periods, kind])

    def between(self, low: float, high: float, number: int) -> list[float]:
        """Return numbers between two."""
        return [low + (high - low) * one for one in self._uniform(number)]

    def skewed(self, low: float, high: float, number: int) -> list[float]:
        """Return numbers between two, half of them in the lowest eighth."""
        return [low + (high - low) * one * one * one for one in self._uniform(number)]

    def whole(self, low: int, high: int, number: int) -> list[int]:
        """Return whole numbers from `low` to `high`, both included."""
        return [low + int((high - low + 1) * one) for one in self._uniform(number)]

    def pick(self, weights: Sequence[float], number: int) -> list[int]:
        """Return positions in `weights`, each as often as its weight asks."""
        total = fsum(weights)
        return [_position(one * total, weights) for one in self._uniform(number)]

    def _uniform(self, number: int) -> list[float]:
        return [float(one) for one in self._stream.random(number)]


def _position(left: float, weights: Sequence[float]) -> int:
    for position, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return position
    return len(weights) - 1
