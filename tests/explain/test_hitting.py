"""Fewest settings to change: every smallest set that hits all contradictions, and no larger one that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given
from hypothesis import strategies as st

from optimizer.explain.hitting import LARGEST_SET, fewest_sets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Named:
    """Stands in for a setting: nothing but its group is asked."""

    group: str


ITEMS = [Named(letter) for letter in "abcdef"]


def sets_of(cores: list[str]) -> list[str]:
    """Return the sets found where each core is a contradiction, as sorted letters."""
    found = fewest_sets(cast("Any", ITEMS), cast("Any", contradicting(cores)))
    return ["".join(sorted(one.group for one in chosen)) for chosen in found]


def contradicting(cores: list[str]) -> Callable[[Sequence[Named]], bool]:
    return lambda some: any(set(core) <= {one.group for one in some} for core in cores)


def by_force(cores: list[str]) -> list[str]:
    found: list[set[str]] = []
    for size in range(1, LARGEST_SET + 1):
        for letters in combinations("abcdef", size):
            is_new = not any(earlier <= set(letters) for earlier in found)
            if is_new and all(set(letters) & set(core) for core in cores):
                found.append(set(letters))
    return sorted("".join(sorted(one)) for one in found)


def test_one_of_a_contradiction_is_enough() -> None:
    assert sorted(sets_of(["ab"])) == ["a", "b"]


def test_what_hits_both_contradictions_alone_comes_first() -> None:
    assert sets_of(["ab", "bc"]) == ["b", "ac"]


def test_two_contradictions_without_a_common_setting_take_two() -> None:
    assert sorted(sets_of(["ab", "cd"])) == ["ac", "ad", "bc", "bd"]


@given(st.lists(st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=3), min_size=1, max_size=4))
def test_the_sets_are_those_of_brute_force_smallest_first(cores: list[frozenset[str]]) -> None:
    found = sets_of(["".join(core) for core in cores])

    assert sorted(found) == by_force(["".join(core) for core in cores])
    assert [len(one) for one in found] == sorted(len(one) for one in found)


def test_nothing_is_found_where_the_rest_alone_contradicts_itself() -> None:
    assert list(fewest_sets(cast("Any", ITEMS), lambda _: True)) == []


def test_the_search_ends_where_an_answer_is_not_known() -> None:
    answers: list[bool | None] = [False, None]

    assert list(fewest_sets(cast("Any", ITEMS), lambda _: answers.pop(0))) == []


def test_five_contradictions_without_a_common_setting_are_more_than_one_repair_takes() -> None:
    assert sets_of(["a", "b", "c", "d", "e"]) == []
