"""Whole packings: all that fit, and nothing that does not, by trying every number of blocks."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from optimizer.model.packings import MOST_PACKINGS, whole_packings


def test_a_room_for_two_and_three_quarters_of_the_smaller_holds_two_of_either() -> None:
    found = whole_packings(np.array([2.0, 3.0]), 5.5)

    assert found is not None
    assert sorted(map(tuple, found.tolist())) == [(1.0, 1.0), (2.0, 0.0)]


def test_blocks_that_fit_exactly_fit_although_their_sum_is_rounded() -> None:
    found = whole_packings(np.array([0.1]), 0.3)  # 0.3 / 0.1 is 2.9999999999999996

    assert found is not None
    assert found.tolist() == [[3.0]]


@pytest.mark.parametrize("seed", range(40))
def test_every_packing_is_within_one_that_is_found_and_each_found_one_fits(seed: int) -> None:
    random = Random(seed)
    sizes = np.array([random.uniform(0.5, 4) for _ in range(random.randint(1, 4))])
    room = random.uniform(0.3, 12)
    found = whole_packings(sizes, room)
    assert found is not None
    assert (found @ sizes <= room + 1e-6).all()
    assert (room - found @ sizes < sizes.min() + 1e-6).all(), "no further block fits"
    for counts in product(*(range(int(room / size) + 1) for size in sizes)):
        if np.array(counts) @ sizes <= room:
            assert (found >= np.array(counts)).all(axis=1).any(), counts


def test_too_many_packings_are_none() -> None:
    assert whole_packings(np.array([0.011, 0.012, 0.013]), 4.0) is None
    found = whole_packings(np.array([0.001, 1.0]), 50.0)
    assert found is not None
    assert len(found) == 51 < MOST_PACKINGS
