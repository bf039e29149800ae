"""Marginal values: what the best plan gains when a setting is loosened, or loses when it is tightened, by solving again.

A value is a proven interval of money: from the verified placements and the proven bounds of the plan and of the moved plan.
Loosening never costs anything and tightening never earns anything, which gives one end for nothing. A move is one step of
the setting, or, where the gaps would hide that, the smallest round number of steps whose screened value stands out of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from optimizer.analysis.binding import group_readings
from optimizer.explain.change import changed_limits
from optimizer.explain.gains import Gains
from optimizer.explain.rounds import STANDS_OUT, Rounds, move_of
from optimizer.explain.screening import Screen, ScreenAnswer, solve_screen
from optimizer.explain.setting import movable_settings
from optimizer.explain.shut_sites import ShutSite, shut_sites
from optimizer.explain.value import NOTHING, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from optimizer.analysis.binding import GroupReading
    from optimizer.explain.budget import Budget
    from optimizer.explain.setting import Setting
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement
    from optimizer.strategy.options import SearchOptions
    from optimizer.strategy.outcome import Outcome


@dataclass(frozen=True)
class Marginals:
    """How to look for marginal values of one finished run."""

    outcome: Outcome
    options: SearchOptions
    budget: Budget
    is_thorough: bool = False
    """Whether settings that seem to be worth nothing and do not bind are solved again too."""
    on_value: Callable[[Value], None] | None = None
    """Told each value as often as more is known of it."""

    def find(self, most: int | None = None) -> tuple[Value, ...]:
        """Return a value for every setting with a number, in the order of what they seem to be worth.

        `most` settings are confirmed; None: all that bind or seem to be worth something. What the budget does not allow
        stays screened.
        """
        placement, verification = self.outcome.placement, self.outcome.verification
        if placement is None or verification is None:
            return ()
        readings = {one.limit.group: one for one in group_readings(self.outcome.case, verification.readings)}
        settings = [one for one in movable_settings(self.outcome.case, self.outcome.limits) if one.has_number]
        screened, shut = self._screened(settings, placement)
        ranked = self._ranked(settings, readings, screened)
        values = []
        for setting in ranked:
            seems, deeper = (screened[screen].get(setting.group) for screen in Screen)
            least_steps = shut[setting.group].steps if setting.group in shut else 1
            reading = readings[setting.group]
            values.append(Value(setting, reading, seems, None, None, screened_relaxed=deeper, least_steps=least_steps))
        rounds = Rounds(self._gains, values, self.on_value)
        rounds.work_out([place for place, value in enumerate(values[:most]) if self._is_asked(value)])
        return tuple(rounds.values)

    def _is_asked(self, value: Value) -> bool:
        seems = value.screened or value.screened_relaxed
        return bool(seems) or value.reading.is_binding or self.is_thorough

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

    @property
    def _resolution(self) -> Fraction:
        return self._gains.resolution

    @property
    def _gains(self) -> Gains:
        return Gains(self.outcome, self.options, self.budget)
