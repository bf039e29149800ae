"""Marginal values: what the best plan gains when a setting is loosened, or loses when it is tightened, by solving again.

A value is a proven interval of money: from the verified placements and the proven bounds of the plan and of the moved plan.
Loosening never costs anything and tightening never earns anything, which gives one end for nothing. A move is one step of
the setting, or, where the gaps would hide that, the smallest round number of steps whose screened value stands out of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import count
from math import ceil, inf
from typing import TYPE_CHECKING

from optimizer.analysis.binding import group_readings
from optimizer.explain.change import Change, changed_limits
from optimizer.explain.gains import Gains
from optimizer.explain.screening import Screen, ScreenAnswer, solve_screen
from optimizer.explain.setting import movable_settings
from optimizer.explain.shut_sites import ShutSite, shut_sites
from optimizer.explain.value import NOTHING, Label, Move, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.analysis.binding import GroupReading
    from optimizer.explain.budget import Budget
    from optimizer.explain.setting import Setting
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement
    from optimizer.strategy.options import SearchOptions
    from optimizer.strategy.outcome import Outcome

STANDS_OUT = Fraction(7, 2)
"""Times the money resolution that a move's screened value must come to, so that its lower end is above the resolution."""
ROUND_STEPS = (1, 2, 5)
TOGETHER = 10
"""Settings that are all loosened before any of them is tightened, which takes a proof, and so longer."""


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
        settings = [one for one in movable_settings(self.outcome.case, self.outcome.limits) if one.has_number]
        screened, shut = self._screened(settings, placement)
        ranked = self._ranked(settings, readings, screened)
        for first in range(0, len(ranked), TOGETHER):
            values = []
            for place, setting in enumerate(ranked[first : first + TOGETHER], first):
                seems, deeper = (screened[screen].get(setting.group) for screen in Screen)
                value = Value(
                    setting,
                    readings[setting.group],
                    seems,
                    None,
                    None,
                    screened_relaxed=deeper,
                    least_steps=shut[setting.group].steps if setting.group in shut else 1,
                )
                is_asked = seems or deeper or value.reading.is_binding or self.is_thorough
                is_wanted = is_asked and (most is None or place < most) and not self.budget.is_over()
                values.append((self._loosened(value) if is_wanted else value, is_wanted))
            yield from (self._tightened(value) if is_wanted else value for value, is_wanted in values)

    def _screened(
        self, settings: Sequence[Setting], placement: Placement
    ) -> tuple[Mapping[Screen, Mapping[str, float]], Mapping[str, ShutSite]]:
        """Return money per step by screen, and what more power at sites that stay shut seems to be worth."""
        found: dict[Screen, dict[str, float]] = {}
        shut: Mapping[str, ShutSite] = {}
        for screen in Screen:
            answer = self._screen_answer(self.outcome.limits, placement, screen)
            found[screen] = {} if answer is None else answer.per_step(settings)
            if screen is Screen.FIXED_OPENINGS and answer is not None:
                held = answer.model.values(placement)
                above = max(float(STANDS_OUT * self._resolution), float(NOTHING))
                shut = shut_sites(answer, settings, held, partial(self._opened, placement), above=above)
                found[screen] |= {group: site.per_step for group, site in shut.items()}
        return found, shut

    def _screen_answer(
        self, limits: Sequence[Limit], placement: Placement, screen: Screen, opened: tuple[int, int] | None = None
    ) -> ScreenAnswer | None:
        if self.budget.is_over():
            return None
        self.budget.num_solves += 1
        options = replace(self.options, time_limit_seconds=self.budget.part(self.options.time_limit_seconds))
        return solve_screen(
            self.outcome.case,
            limits,
            placement,
            screen=screen,
            options=options,
            session=self.budget.session,
            opened=opened,
        )

    def _opened(self, placement: Placement, shut: ShutSite) -> ScreenAnswer | None:
        """Return the program with a shut site open, and its power moved."""
        change = move_of(shut.setting, shut.steps, is_loosened=True)
        if change is None:
            return None
        limits = changed_limits(self.outcome.limits, (change,))
        site = self.outcome.case.plan.site_index[shut.setting.limit.scope]
        return self._screen_answer(limits, placement, Screen.FIXED_OPENINGS, (site, shut.start))

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

    def _loosened(self, value: Value) -> Value:
        return replace(value, loosened=self._move(value.setting, self._first_steps(value), is_loosened=True))

    def _tightened(self, value: Value) -> Value:
        """Return a value with its setting tightened too; where neither direction stands out of the gap, further."""
        steps = self._first_steps(value)
        both = replace(value, tightened=self._move(value.setting, steps, is_loosened=False))
        if both.is_confirmed or not value.seems or self._resolution <= NOTHING:
            return both
        further = self._move(value.setting, round_up(2 * steps + 1), is_loosened=False)
        is_told = further is not None and further.label is Label.CONFIRMED
        return replace(both, tightened=further) if is_told else both

    def _first_steps(self, value: Value) -> int:
        if self._resolution <= NOTHING or not value.seems:
            return value.least_steps
        return max(value.least_steps, round_up(ceil(float(STANDS_OUT * self._resolution) / value.seems)))

    @property
    def _resolution(self) -> Fraction:
        return self._gains.resolution

    @property
    def _gains(self) -> Gains:
        return Gains(self.outcome, self.options, self.budget)

    def _move(self, setting: Setting, steps: int, *, is_loosened: bool) -> Move | None:
        """Return a setting moved; None where there is no room to move or no time."""
        change = move_of(setting, steps, is_loosened=is_loosened)
        if change is None or self.budget.is_over():
            return None
        gain = self._gains.of(changed_limits(self.outcome.limits, (change,)), is_loosened=is_loosened)
        here = sites_in_use(self.outcome)
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
