"""Fewest settings to change: the smallest sets whose removal leaves a plan, smallest first.

Each set has to hit every contradiction among the settings of a family (everything else holds). Contradictions are found
only as they are needed: a set that hits all those known and still leaves no plan gives a new one. So the sets come in order
of size, and none is smaller than it must be.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from optimizer.explain.deletion import minimal_subset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from optimizer.explain.setting import Setting

LARGEST_SET = 4
"""Settings that one repair may change at most."""

Chosen = tuple["Setting", ...]


def fewest_sets(
    settings: Sequence[Setting], contradicts: Callable[[Sequence[Setting]], bool | None]
) -> Iterator[Chosen]:
    """Yield sets of settings without which a plan exists, smallest first, none holding another.

    `contradicts(some)` says whether some of the settings together with everything outside the family leave no plan. Nothing
    is yielded where even without all of them there is none, or where that is not decided in time.
    """
    if contradicts(()) is not False:
        return
    conflicts: list[Chosen] = []
    found: list[frozenset[str]] = []
    while (chosen := _smallest(conflicts, found)) is not None:
        groups = {setting.group for setting in chosen}
        kept = tuple(setting for setting in settings if setting.group not in groups)
        answer = contradicts(kept)
        if answer is None:
            return
        if not answer:
            found.append(frozenset(groups))
            yield chosen
        else:
            conflicts.append(minimal_subset(contradicts, kept))


def _smallest(conflicts: Sequence[Chosen], found: Sequence[frozenset[str]]) -> Chosen | None:
    """Return a smallest set that hits every conflict and holds no set found before; None where there is none."""
    if not conflicts:
        return () if not found else None
    items = {setting.group: setting for conflict in conflicts for setting in conflict}
    needed = [frozenset(setting.group for setting in conflict) for conflict in conflicts]
    for size in range(1, LARGEST_SET + 1):
        for names in combinations(items, size):
            groups = frozenset(names)
            if all(groups & conflict for conflict in needed) and not any(groups >= earlier for earlier in found):
                return tuple(items[name] for name in names)
    return None
