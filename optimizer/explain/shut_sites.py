"""What more power would be worth at sites that stay shut, by the duals of the program with the plan's openings held.

A site too small to pay for its opening has no dual of its own: none of its power is used. Priced at the duals of everything
else, a block there earns a margin; with enough power the margins pay for the opening. Prices rise as a site takes from
others, so the few that seem best are held open in the linear program itself, with that power. A guide, as every screened
value is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.columns import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from optimizer.explain.screening import ScreenAnswer
    from optimizer.explain.setting import Setting
    from optimizer.model.build import Model
    from optimizer.model.formulation import Floats

POWER = "site_power"
MOST_SITES = 5
"""Sites that are held open in a program of their own."""
OF_SINGLE_SITES = frozenset({"growth", "stays open", "stands where open"})
"""Rows whose duals say nothing of what a block of a shut site would take from others."""


@dataclass(frozen=True, slots=True)
class ShutSite:
    """Steps of power after which a shut site seems to be worth opening from a period on, and the gain then."""

    setting: Setting
    steps: int
    start: int
    gain: float

    @property
    def per_step(self) -> float:
        """Return money per step."""
        return self.gain / self.steps


def shut_sites(
    answer: ScreenAnswer,
    settings: Sequence[Setting],
    held: Floats,
    resolve: Callable[[ShutSite], ScreenAnswer | None],
    *,
    above: float,
) -> Mapping[str, ShutSite]:
    """Return by group of its power each shut site that seems to gain more than `above` from more of it.

    `answer` is of the program with the plan's openings, `held`; `resolve` solves it with a site open and its power moved.
    """
    sizes = tuple(_round_steps(settings))
    priced = sorted(_priced(answer, settings, held, sizes, above=above), key=lambda one: -one.per_step)
    found = {}
    for one in priced[:MOST_SITES]:
        # The largest size first: most sites are told by it alone.
        left = [replace(one, steps=steps) for steps in sizes if steps >= one.steps]
        place = len(left) - 1
        while left:
            moved = resolve(left[place])
            gain = 0.0 if moved is None else moved.money - answer.money
            if gain > above:
                found[one.setting.group] = replace(left[place], gain=gain)
                left = left[:place]
            else:
                left = left[place + 1 :]
            place = len(left) // 2
    return found


def _round_steps(settings: Iterable[Setting]) -> Iterator[int]:
    """Yield 1, 5, 20, 100, 500... steps, up to the power of the largest site."""
    most = max((float(one.number / one.step) for one in settings if one.limit.rule == POWER), default=0.0)
    steps = 1
    while steps <= max(most, 1):
        yield steps
        steps *= 4 if str(steps)[0] == "5" else 5


def _priced(
    answer: ScreenAnswer, settings: Iterable[Setting], held: Floats, sizes: Sequence[int], *, above: float
) -> Iterator[ShutSite]:
    model = answer.model
    margins = _margins(answer, _shut(model, held))
    for setting in settings:
        site = model.case.plan.site_index.get(setting.limit.scope) if setting.limit.rule == POWER else None
        if site is None or not _is_shut(model, held, site):
            continue
        for steps in sizes:
            gain, start = _gain(model, margins, site, float(steps * setting.step), setting.first_period or 0)
            if gain > above:
                yield ShutSite(setting, steps, start, gain)
                break


def _is_shut(model: Model, held: Floats, site: int) -> bool:
    columns = model.columns.openings[site]
    columns = columns[columns != ABSENT]
    return bool(columns.size) and not held[columns].round().any()


def _shut(model: Model, held: Floats) -> frozenset[str]:
    return frozenset(site.key for number, site in enumerate(model.case.plan.sites) if _is_shut(model, held, number))


def _margins(answer: ScreenAnswer, shut: frozenset[str]) -> Floats:
    """Return money by column: its value less the prices of what it takes, limits on single shut sites left out."""
    program = answer.model.formulation
    prices = answer.duals.copy()
    prices[np.array([name in OF_SINGLE_SITES for name in program.row_names], dtype=bool)] = 0.0
    for number, row in answer.model.limit_rows.items():
        if answer.model.limits[number].scope in shut:
            prices[row] = 0.0
    rows = np.repeat(np.arange(program.num_rows), np.diff(program.row_starts))
    taken = np.bincount(
        program.row_columns, weights=program.row_coefficients * prices[rows], minlength=program.num_columns
    )
    return np.asarray((program.objective - taken) * program.objective_scale)


def _gain(model: Model, margins: Floats, site: int, extra_mw: float, first_period: int) -> tuple[float, int]:
    """Return the most that a site earns with more power, less its opening, and from when: one accelerator throughout."""
    case, columns = model.case, model.columns
    plan = case.plan
    power = np.array([float(case.power.available_mw(site, period)) for period in range(case.num_periods)])
    power[first_period:] += extra_mw
    best, since = 0.0, 0
    for start in range(case.num_periods):
        openings = columns.openings[site, start:]
        if (openings == ABSENT).any():
            continue
        opening = float(margins[openings].sum())
        room = float(power[start:].min())
        for sku, accelerator in enumerate(plan.accelerators):
            blocks = columns.blocks[site, sku, start:]
            draw = float(accelerator.power_kw * plan.sites[site].pue / 1000) * accelerator.block
            if (blocks == ABSENT).any() or draw <= 0 or room <= 0:
                continue
            count = min(room / draw, plan.delivered_units[sku][start] / accelerator.block)
            gain = opening + count * float(margins[blocks].sum())
            best, since = (gain, start) if gain > best else (best, since)
    return best, since
