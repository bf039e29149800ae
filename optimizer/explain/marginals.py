"""Marginal values: what the best plan gains when a setting is loosened, or loses when it is tightened, by solving again.

A value is a proven interval of money: from the verified placements and the proven bounds of the plan and of the moved plan.
Loosening never costs anything and tightening never earns anything, which gives one end for nothing. A move is one step of
the setting, or, where the gaps would hide that, the smallest round number of steps whose screened value stands out of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count
from math import ceil, inf
from typing import TYPE_CHECKING

from optimizer.analysis.binding import group_readings
from optimizer.explain.change import Change, changed_limits
from optimizer.explain.screening import Screen, screened_values
from optimizer.explain.setting import settings_of
from optimizer.explain.value import NOTHING, Label, Move, Value
from optimizer.strategy.outcome import Status
from optimizer.strategy.search import search

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.analysis.binding import GroupReading
    from optimizer.explain.budget import Budget
    from optimizer.explain.setting import Setting
    from optimizer.schema.placement import Placement
    from optimizer.strategy.options import SearchOptions
    from optimizer.strategy.outcome import Outcome

STANDS_OUT = Fraction(7, 2)
"""Times the money resolution that a move's screened value must come to, so that its lower end is above the resolution."""
ROUND_STEPS = (1, 2, 5)
HOPELESS = 2
"""A move worth at most so many times the money resolution will not stand out: the search for its value ends."""
CLOSE = 3
"""A confirmed interval whose upper end is at most so many times its lower end needs no better bound."""


@dataclass(frozen=True)
class Marginals:
    """How to look for marginal values of one finished run."""

    outcome: Outcome
    options: SearchOptions
    budget: Budget
    is_thorough: bool = False
    """Whether settings that seem to be worth nothing and do not bind are solved again too."""

    def find(self, most: int | None = None) -> Iterator[Value]:
        """Yield a value for every setting with a number, confirmed ones first, in the order of their screened values.

        `most` settings are confirmed; None: all that bind or seem to be worth something. What the budget does not allow
        stays screened.
        """
        placement, verification = self.outcome.placement, self.outcome.verification
        if placement is None or verification is None:
            return
        readings = {one.limit.group: one for one in group_readings(self.outcome.case, verification.readings)}
        settings = [one for one in settings_of(self.outcome.case, self.outcome.limits) if one.has_number]
        screened = {screen: self._screened(settings, placement, screen) for screen in Screen}
        ranked = self._ranked(settings, readings, screened)
        for place, setting in enumerate(ranked):
            is_wanted = (most is None or place < most) and not self.budget.is_over()
            seems, deeper = (screened[screen].get(setting.group) for screen in Screen)
            is_asked = is_wanted and (seems or deeper or readings[setting.group].is_binding or self.is_thorough)
            moves = self._moves(setting, seems or deeper or 0.0) if is_asked else (None, None)
            yield Value(setting, readings[setting.group], seems, *moves, screened_relaxed=deeper)

    def _screened(self, settings: Sequence[Setting], placement: Placement, screen: Screen) -> Mapping[str, float]:
        if self.budget.is_over():
            return {}
        self.budget.num_solves += 1
        options = replace(self.options, time_limit_seconds=self.budget.part(self.options.time_limit_seconds))
        return screened_values(
            self.outcome.case,
            self.outcome.limits,
            settings,
            placement,
            screen=screen,
            options=options,
            session=self.budget.session,
        )

    @staticmethod
    def _ranked(
        settings: Sequence[Setting],
        readings: Mapping[str, GroupReading],
        screened: Mapping[Screen, Mapping[str, float]],
    ) -> list[Setting]:
        """Return settings by screened value, then by that of relaxed openings, then those that bind first."""

        def rank(setting: Setting) -> tuple[float, float, bool, str]:
            first, second = (screened[screen].get(setting.group, 0.0) for screen in Screen)
            return (-first, -second, not readings[setting.group].is_binding, setting.group)

        return sorted(settings, key=rank)

    def _moves(self, setting: Setting, per_step: float) -> tuple[Move | None, Move | None]:
        """Return a setting loosened and tightened; where neither stands out of the gap, tightened further."""
        steps = self._first_steps(per_step)
        loosened = self._move(setting, steps, is_loosened=True)
        tightened = self._move(setting, steps, is_loosened=False)
        is_told = any(move is not None and move.label is Label.CONFIRMED for move in (loosened, tightened))
        if not is_told and per_step and self._resolution > NOTHING:
            further = self._move(setting, round_up(2 * steps + 1), is_loosened=False)
            tightened = further if further is not None and further.label is Label.CONFIRMED else tightened
        return loosened, tightened

    def _first_steps(self, per_step: float) -> int:
        if self._resolution <= NOTHING or not per_step:
            return 1
        return round_up(ceil(float(STANDS_OUT * self._resolution) / per_step))

    @property
    def _resolution(self) -> Fraction:
        return self._bound - self._value

    @property
    def _value(self) -> Fraction:
        return self.outcome.objective or Fraction(0)

    @property
    def _bound(self) -> Fraction:
        bound = self.outcome.best_bound
        return self._value + abs(self._value) if bound is None else bound

    def _move(self, setting: Setting, steps: int, *, is_loosened: bool) -> Move | None:
        """Search the moved plan until the answer is decided; None where there is no room to move or no time."""
        change = move_of(setting, steps, is_loosened=is_loosened)
        if change is None or self.budget.is_over():
            return None
        self.budget.num_solves += 1
        limits = changed_limits(self.outcome.limits, (change,))
        options = replace(self.options, time_limit_seconds=self.budget.part(self.options.time_limit_seconds))

        def is_decided(value: Fraction | None, bound: Fraction | None) -> bool:
            lower, upper = self._interval(value, bound, is_loosened=is_loosened)
            if upper is None:
                return False
            return upper <= max(NOTHING, HOPELESS * self._resolution) or (lower > NOTHING and upper <= CLOSE * lower)

        moved = search(
            self.outcome.case,
            limits,
            options,
            self.budget.session,
            start=self.outcome.placement,
            is_decided=is_decided,
        )
        if moved.status is Status.INFEASIBLE:
            return Move(change, steps, is_loosened, Label.CONFIRMED, Fraction(0), None, True, (), ())
        lower, upper = self._interval(moved.objective, moved.best_bound, is_loosened=is_loosened)
        is_nothing = upper is not None and upper <= NOTHING
        label = Label.CONFIRMED if upper is not None and (lower > NOTHING or is_nothing) else Label.NOT_DISTINGUISHABLE
        here, there = sites_in_use(self.outcome), sites_in_use(moved)
        if is_nothing:
            lower, upper, there = Fraction(0), Fraction(0), here
        return Move(
            change, steps, is_loosened, label, lower, upper, False, _without(there, here), _without(here, there)
        )

    def _interval(
        self, value: Fraction | None, bound: Fraction | None, *, is_loosened: bool
    ) -> tuple[Fraction, Fraction | None]:
        """Return the gain of a loosening or the loss of a tightening, at least and at most."""
        zero = Fraction(0)
        if is_loosened:
            lower = zero if value is None else max(zero, value - self._bound)
            return lower, None if bound is None else max(zero, bound - self._value)
        lower = zero if bound is None else max(zero, self._value - bound)
        return lower, None if value is None or self.outcome.best_bound is None else max(zero, self._bound - value)


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
