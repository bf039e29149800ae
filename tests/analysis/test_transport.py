"""The transport problem in whole numbers: against every whole assignment, and where rows have to make room."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.analysis.transport import FORBIDDEN, Transport

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def solved(
    costs: Sequence[Sequence[int]], leave_out: Sequence[int], amounts: Sequence[int], room: Sequence[int]
) -> np.ndarray:
    arrays = (np.array(part, dtype=np.int64) for part in (costs, leave_out, amounts, room))
    return Transport(*arrays).solve()


def cost_of(flows: np.ndarray, costs: Sequence[Sequence[int]], leave_out: Sequence[int], amounts: Sequence[int]) -> int:
    assert not any(flows[row, site] and costs[row][site] >= FORBIDDEN for row, site in np.ndindex(*flows.shape))
    paid = sum(int(flows[row, site]) * costs[row][site] for row, site in np.ndindex(*flows.shape))
    left = [amount - int(sent) for amount, sent in zip(amounts, flows.sum(axis=1), strict=True)]
    return paid + sum(price * units for price, units in zip(leave_out, left, strict=True))


def splits(amount: int, num_sites: int) -> Iterator[tuple[int, ...]]:
    return (row for row in product(range(amount + 1), repeat=num_sites) if sum(row) <= amount)


@pytest.mark.parametrize("seed", range(60))
def test_no_whole_assignment_costs_less(seed: int) -> None:
    rng = Random(seed)
    num_rows, num_sites = rng.randint(1, 3), rng.randint(1, 3)
    costs = [
        [FORBIDDEN if rng.random() < 0.2 else rng.randint(-9, 9) for _ in range(num_sites)] for _ in range(num_rows)
    ]
    leave_out = [rng.choice([0, 0, 4, 1000]) for _ in range(num_rows)]
    amounts = [rng.randint(0, 3) for _ in range(num_rows)]
    room = [rng.randint(0, 4) for _ in range(num_sites)]

    flows = solved(costs, leave_out, amounts, room)

    assert (flows.sum(axis=0) <= room).all()
    every = (
        np.array(rows).reshape(num_rows, num_sites)
        for rows in product(*(splits(amount, num_sites) for amount in amounts))
    )
    fitting = (
        rows
        for rows in every
        if (rows.sum(axis=0) <= room).all()
        and not any(rows[row, site] and costs[row][site] >= FORBIDDEN for row, site in np.ndindex(*rows.shape))
    )
    assert cost_of(flows, costs, leave_out, amounts) == min(
        cost_of(rows, costs, leave_out, amounts) for rows in fitting
    )


def test_a_later_row_makes_an_earlier_one_move() -> None:
    # The first row takes the cheap site; the second can use no other, and the first moves over.
    flows = solved([[1, 3], [1, FORBIDDEN]], [100, 100], [5, 5], [5, 5])

    assert flows.tolist() == [[0, 5], [5, 0]]


def test_what_costs_more_than_leaving_it_out_is_left_out() -> None:
    flows = solved([[-4, -1], [-3, 2]], [0, 0], [4, 4], [2, 9])

    assert flows.tolist() == [[2, 2], [0, 0]]
