"""Deletion in halves: of items that contradict each other, those none of which can be left out.

The scheme is QuickXplain (U. Junker, AAAI 2004): of n items k of which matter it asks about k log(n / k) questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")


def minimal_subset(contradicts: Callable[[Sequence[Item]], bool | None], items: Sequence[Item]) -> tuple[Item, ...]:
    """Return items that contradict each other, none of which can be left out; what comes first is kept first.

    All the items together must contradict each other. Where `contradicts` does not know (None) it is taken as a no, so that
    nothing is left out unproven.
    """
    if not items or contradicts(()) is True:
        return ()
    return _explain(contradicts, (), tuple(items), is_asked=False)


def _explain(
    contradicts: Callable[[Sequence[Item]], bool | None],
    background: tuple[Item, ...],
    wanted: tuple[Item, ...],
    *,
    is_asked: bool,
) -> tuple[Item, ...]:
    """Return what is needed of `wanted` beside the background, which has grown since it was last asked if `is_asked`."""
    if is_asked and contradicts(background) is True:
        return ()
    if len(wanted) == 1:
        return wanted
    half = (len(wanted) + 1) // 2
    first, second = wanted[:half], wanted[half:]
    of_second = _explain(contradicts, (*background, *first), second, is_asked=True)
    of_first = _explain(contradicts, (*background, *of_second), first, is_asked=bool(of_second))
    return (*of_first, *of_second)
