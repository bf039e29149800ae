"""The deepest cut: it holds at every point, and cuts off what lies outside, as far as any can."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimizer.model.packings import whole_packings
from optimizer.solve.separation import deepest_cut


def test_between_two_and_one_of_each_lies_the_line_through_both() -> None:
    points = np.array([[2.0, 0.0], [1.0, 1.0]])

    weights = deepest_cut(points, np.array([2.0, 0.5]))

    assert weights == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("seed", range(60))
def test_the_cut_holds_at_every_point_and_what_is_a_mean_of_points_is_not_cut(seed: int) -> None:
    random, chance = Random(seed), np.random.default_rng(seed)
    sizes = np.array([random.uniform(0.5, 2) for _ in range(random.randint(1, 4))])
    points = whole_packings(sizes, random.uniform(2, 12))
    assert points is not None
    shares = chance.dirichlet(np.ones(len(points)))
    inside, outside = shares @ points, chance.dirichlet(np.ones(len(sizes))) * 13 / sizes

    cut, none = deepest_cut(points, outside), deepest_cut(points, inside)

    for weights in (cut, none):
        assert (weights >= 0).all()
        assert (points @ weights <= 1 + 1e-9).all()
    assert none @ inside <= 1 + 1e-9
    assert cut @ outside > 1, "13 MW of blocks do not fit 12"
