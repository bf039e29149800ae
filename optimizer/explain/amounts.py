"""By how much the settings of a repair change, to the last step of their resolution, and from when.

What loosens a limit never takes a plan away, so the least change of one setting is found by bisection; of several by one
after the other, the rest left out meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, permutations
from math import ceil, inf
from typing import TYPE_CHECKING

from optimizer.explain.change import Change, changed_limits
from optimizer.explain.setting import MEGAWATT
from optimizer.rules.limit import Sense

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.explain.feasibility import Feasibility
    from optimizer.explain.setting import Setting
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit

MOST_ORDERS = 6
MOST_DOUBLINGS = 40


@dataclass(frozen=True, slots=True)
class Amounts:
    """Changes that together leave a plan."""

    changes: tuple[Change, ...]
    is_least: bool
    """Whether each of them less one step of its resolution was shown to leave none."""

    @property
    def relative_change(self) -> float:
        """Return the sum of |new - old| / |old|; infinite where something is lifted or was zero."""
        return sum(map(relative_change, self.changes))


def relative_change(change: Change) -> float:
    """Return |new - old| / |old|; infinite where the setting is lifted, or was zero."""
    old = abs(Fraction(change.setting.number)) if change.setting.has_number else Fraction(0)
    return float(abs(change.amount) / old) if change.amount is not None and old else inf


def least_amounts(
    case: Case, limits: Sequence[Limit], settings: Sequence[Setting], feasibility: Feasibility
) -> Amounts | None:
    """Return the least changes of some settings without which together a plan exists; None where time ran out."""
    search = _Search(case, tuple(limits), feasibility)
    found = [
        amounts
        for order in islice(permutations(settings), MOST_ORDERS)
        if (amounts := search.in_order(order)) is not None
    ]
    return min(found, key=lambda amounts: amounts.relative_change, default=None)


@dataclass(frozen=True)
class _Search:
    case: Case
    limits: tuple[Limit, ...]
    feasibility: Feasibility

    def in_order(self, settings: Sequence[Setting]) -> Amounts | None:
        changes: dict[str, Change] = {setting.group: Change(setting, None) for setting in settings}
        is_least = True
        for setting in settings:
            if not setting.has_number:
                continue
            fixed = [change for group, change in changes.items() if group != setting.group]
            amount, is_sure = self._least(setting, fixed)
            if amount is None:
                return None
            changes[setting.group] = self._latest(Change(setting, amount), fixed)
            is_least = is_least and is_sure
        return Amounts(tuple(changes.values()), is_least)

    def _exists(self, changes: Sequence[Change]) -> bool | None:
        return self.feasibility.ask(self.case, changed_limits(self.limits, changes)).exists

    def _least(self, setting: Setting, fixed: Sequence[Change]) -> tuple[Fraction | None, bool]:
        """Return the least change of a setting, and whether one step less was shown to be too little."""
        most = most_steps(setting)
        low, high = 0, 1
        while high < most and (answer := self._exists([*fixed, Change(setting, amount_of(setting, high))])) is not True:
            if answer is None:
                return None, False
            low, high = high, min(2 * high, most)
        if high == most and self._exists([*fixed, Change(setting, amount_of(setting, high))]) is not True:
            return None, False
        is_sure = True
        while high - low > 1:
            middle = (low + high) // 2
            answer = self._exists([*fixed, Change(setting, amount_of(setting, middle))])
            is_sure = is_sure and answer is not None
            low, high = (low, middle) if answer is True else (middle, high)
        return amount_of(setting, high), is_sure

    def _latest(self, change: Change, fixed: Sequence[Change]) -> Change:
        """Return the change from the latest period on from which it is enough; shares and contracts change throughout."""
        setting = change.setting
        is_dated = setting.is_maximum and not setting.is_share
        periods = sorted({limit.period for limit in setting.limits})
        if not is_dated or len(periods) == 1:
            return change
        low, high = 0, len(periods) - 1
        while low < high:
            middle = (low + high + 1) // 2
            later = Change(setting, change.amount, periods[middle])
            low, high = (middle, high) if self._exists([*fixed, later]) is True else (low, middle - 1)
        return Change(setting, change.amount, periods[low]) if low else change


def most_steps(setting: Setting) -> int:
    """Return the steps of resolution after which a setting forbids nothing any more."""
    number = Fraction(setting.number)
    if setting.limit.sense is Sense.AT_LEAST:
        return max(1, ceil(number / setting.resolution))
    if setting.is_share:
        return max(1, ceil((1 - number) / setting.resolution))
    return 1 << MOST_DOUBLINGS


def amount_of(setting: Setting, steps: int) -> Fraction:
    """Return the change that loosens a setting by steps of its resolution.

    The first step of a share or of power goes to the next round figure, so that what is suggested is one.
    """
    change = steps * setting.resolution
    is_rounded = (setting.is_share or setting.limit.unit == MEGAWATT) and len(set(setting.numbers)) == 1
    if is_rounded:
        number = Fraction(setting.number)
        beyond = number % setting.resolution
        change -= beyond if setting.is_maximum else (setting.resolution - beyond) % setting.resolution
    if setting.limit.sense is Sense.AT_LEAST:
        change = min(change, Fraction(setting.number))
    elif setting.is_share:
        change = min(change, 1 - Fraction(setting.number))
    return change * setting.toward_looser
