from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from optimizer.explain.deletion import minimal_subset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def contradicts_where(cores: list[frozenset[int]]) -> Callable[[Sequence[int]], bool]:
    """Return a question whose answer is yes where some core is wholly there."""
    return lambda items: any(core <= set(items) for core in cores)


@given(st.lists(st.frozensets(st.integers(0, 9), min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_is_left_contradicts_and_nothing_of_it_can_be_left_out(cores: list[frozenset[int]]) -> None:
    contradicts = contradicts_where(cores)

    found = minimal_subset(contradicts, tuple(range(10)))

    assert contradicts(found)
    assert not any(contradicts(fewer) for fewer in combinations(found, len(found) - 1))


def test_first_items_are_kept_first() -> None:
    assert minimal_subset(contradicts_where([frozenset({3}), frozenset({0, 1})]), (0, 1, 2, 3)) == (0, 1)


def test_nothing_is_needed_where_nothing_at_all_is_possible() -> None:
    assert minimal_subset(lambda _: True, (1, 2)) == ()


def test_what_is_not_known_is_not_left_out() -> None:
    """Only the whole is known to contradict; every other question is cut short."""
    assert minimal_subset(lambda items: True if len(items) == 3 else None, (1, 2, 3)) == (1, 2, 3)


def test_few_questions_are_asked() -> None:
    asked = []

    def contradicts(items: Sequence[int]) -> bool:
        asked.append(items)
        return {17, 42} <= set(items)

    assert minimal_subset(contradicts, tuple(range(64))) == (17, 42)
    assert len(asked) <= 25
