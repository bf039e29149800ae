"""In what order settings are solved again: what is told at little cost first, of every setting, then more of what is not.

A first look goes no further than counts at the openings of the plan, which tells most values. Of ten settings those of
which nothing was proven are looked at further, before the next ten. Then intervals that are wide or lack an end are gone on
with; last, what is still hidden is searched out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import count, product
from math import ceil, inf
from typing import TYPE_CHECKING

from optimizer.explain.change import Change, changed_limits
from optimizer.explain.value import NOTHING, Move
from optimizer.strategy.options import Effort

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.explain.gains import Gain, Gains
    from optimizer.explain.setting import Setting
    from optimizer.explain.value import Value
    from optimizer.strategy.outcome import Outcome

STANDS_OUT = Fraction(7, 2)
"""Times the money resolution that a move's screened value must come to, so that its lower end is above the resolution."""
ROUND_STEPS = (1, 2, 5)
TOGETHER = 10
"""Settings that are looked at together, before the next so many are begun."""
LOOSENED, TIGHTENED = "loosened", "tightened"
MOST_NARROWING = 0.8
"""Part of the time after which no wide interval is made narrower."""


@dataclass
class Rounds:
    """Values in the order of what they seem to be worth, worked out further and further."""

    gains: Gains
    values: list[Value]
    on_value: Callable[[Value], None] | None = None
    _found: dict[tuple[int, str, int], Gain] = field(default_factory=dict)
    """By place, direction and steps."""

    def work_out(self, places: Sequence[int]) -> None:
        """Solve the settings at some places again, as far as there is time."""
        for first in range(0, len(places), TOGETHER):
            self._begin(places[first : first + TOGETHER])
        for place, direction in sorted(product(places, (LOOSENED, TIGHTENED)), key=self._has_both_ends):
            move = self._known(place, direction)
            if not self.gains.budget.is_mostly_spent(MOST_NARROWING):
                steps = self._first_steps(place) if move is None else move.steps
                self._look(place, direction, steps, Effort.FURTHER)
        for place in places:
            self._tell_one_way(place, Effort.REST)

    def _begin(self, places: Sequence[int]) -> None:
        """Look at some settings near the plan, both ways, and further at those of which nothing is proven then."""
        for direction, place in product((LOOSENED, TIGHTENED), places):
            self._look(place, direction, self._first_steps(place), Effort.NEAR)
        for place in places:
            self._tell_one_way(place, Effort.FURTHER)

    def _known(self, place: int, direction: str) -> Move | None:
        value = self.values[place]
        return value.loosened if direction == LOOSENED else value.tightened

    def _has_both_ends(self, at: tuple[int, str]) -> bool:
        move = self._known(*at)
        return move is None or move.upper is not None or move.is_infeasible

    def _tell_one_way(self, place: int, effort: Effort) -> None:
        """Go on with a setting until something is proven of it, in some direction or by a larger move."""
        steps = self._first_steps(place)
        for direction in (TIGHTENED, LOOSENED):
            if not self.values[place].is_confirmed:
                self._look(place, direction, steps, effort)
        if self.values[place].is_confirmed or not self.values[place].seems or self.gains.resolution <= NOTHING:
            return
        further = round_up(2 * steps + 1)
        has_room = move_of(self.values[place].setting, further, is_loosened=False) is not None
        for how_far in (Effort.NEAR, effort):
            self._look(place, TIGHTENED if has_room else LOOSENED, further, how_far)

    def _look(self, place: int, direction: str, steps: int, effort: Effort) -> None:
        """Search under a moved setting, or go on with it; not where there is no room, no time or nothing left to tell."""
        before = self._found.get((place, direction, steps))
        value = self.values[place]
        change = move_of(value.setting, steps, is_loosened=direction == LOOSENED)
        is_through = before is not None and (before.is_told or effort is Effort.NEAR)
        if is_through or change is None or self.gains.budget.is_over():
            return
        limits = changed_limits(self.gains.outcome.limits, (change,))
        gain = self.gains.of(limits, is_loosened=direction == LOOSENED, effort=effort, before=before)
        self._found[place, direction, steps] = gain
        move = self._move(change, steps, gain, is_loosened=direction == LOOSENED)
        if move.is_confirmed or steps == self._first_steps(place):
            value = replace(value, loosened=move) if direction == LOOSENED else replace(value, tightened=move)
            self.values[place] = value
        if self.on_value is not None:
            self.on_value(value)

    def _move(self, change: Change, steps: int, gain: Gain, *, is_loosened: bool) -> Move:
        here = sites_in_use(self.gains.outcome)
        there = here if gain.is_infeasible or gain.upper == 0 else sites_in_use(gain.moved)
        return Move(
            change,
            steps,
            is_loosened,
            gain.label,
            gain.lower,
            gain.upper,
            gain.is_infeasible,
            _without(there, here),
            _without(here, there),
        )

    def _first_steps(self, place: int) -> int:
        value = self.values[place]
        if self.gains.resolution <= NOTHING or not value.seems:
            return value.least_steps
        return max(value.least_steps, round_up(ceil(float(STANDS_OUT * self.gains.resolution) / value.seems)))


def move_of(setting: Setting, steps: int, *, is_loosened: bool) -> Change | None:
    """Return the change of a setting by steps; None where there is no room for it. What is left of a range is one step."""
    amount = steps * setting.step
    number = Fraction(setting.number)
    sign = setting.toward_looser if is_loosened else -setting.toward_looser
    room: Fraction | float = number if sign < 0 else inf
    if setting.is_share and sign > 0:
        room = 1 - number
    if room <= 0:
        return None
    return Change(setting, sign * Fraction(min(amount, room)), setting.first_period)


def round_up(steps: int) -> int:
    """Return the next of 1, 2, 5, 10, 20, 50, ..."""
    return next(
        value for power in count() for value in (digit * int(10**power) for digit in ROUND_STEPS) if value >= steps
    )


def sites_in_use(outcome: Outcome) -> tuple[str, ...]:
    """Return the keys of the sites at which a plan has anything stand, sorted."""
    if outcome.placement is None:
        return ()
    used = {site for (site, _), row in outcome.placement.standing_units.items() if any(row)}
    return tuple(sorted(outcome.case.plan.sites[site].key for site in used))


def _without(some: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    return tuple(key for key in some if key not in set(others))
