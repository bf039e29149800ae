"""The table of countries: what stands where, its share, what is allowed and what still fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.catalogue.countries import countries
from optimizer.report.exact_numbers import exact_or_none, percent, plain, plain_or_none
from optimizer.report.room import rooms
from optimizer.report.rows import CountryRow
from optimizer.rules.limit import Placed, Sense
from optimizer.rules.measures import CHIPS, TPP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.report.judged import Judged
    from optimizer.report.room import Room
    from optimizer.verify.check import Reading


def country_rows(judged: Judged) -> tuple[CountryRow, ...]:
    """Return one row per destination with a candidate site or installed stock and period."""
    case = judged.case
    rules = frozenset(spec.name for spec in case.policy.rules)
    alone = _readings_by_place(judged.verification.readings, rules)
    room = rooms(judged)
    return tuple(
        _row(judged, place, period, alone.get((place, period), ()), room[place, period])
        for place in case.destinations
        for period in range(case.num_periods)
    )


def _row(judged: Judged, place: str, period: int, alone: Sequence[Reading], room: Room) -> CountryRow:
    case = judged.case
    placed = {measure: judged.ledger.value(Placed(measure, place, period)) for measure in (CHIPS, TPP)}
    installed = {measure: case.stock.installed(measure, place, period=period) for measure in (CHIPS, TPP)}
    share = judged.share("destination_share", (place,), period)
    by_path = {spec.name for spec in case.policy.rules if spec.paths}  # caps on a part of what stands there
    whole = (reading for reading in alone if reading.limit.unit == "TPP" and reading.limit.rule not in by_path)
    allowance = min((reading.allowance for reading in whole), default=None)
    tightest = max(alone, key=_part_used, default=None)
    return CountryRow(
        country=place,
        name=countries()[place].name,
        period=case.plan.horizon.labels[period],
        tier=case.tier(place, period),
        closed=room.closed,
        units_installed=int(installed[CHIPS]),
        units_placed=int(placed[CHIPS]),
        units=int(installed[CHIPS] + placed[CHIPS]),
        tpp_installed=plain(installed[TPP]),
        tpp_placed=plain(placed[TPP]),
        tpp=plain(installed[TPP] + placed[TPP]),
        share=plain_or_none(share),
        share_exact=exact_or_none(share),
        allowance=plain_or_none(allowance),
        allowance_exact=exact_or_none(allowance),
        tightest_limit=tightest.limit.key if tightest else None,
        percent_used=percent(tightest.usage, tightest.allowance) if tightest else None,
        headroom_tpp=_most_tpp(judged, room),
        headroom_units={key: found.units for key, found in room.by_accelerator.items()},
        headroom_stopped_by={
            key: found.stopped_by.key if found.stopped_by else None for key, found in room.by_accelerator.items()
        },
    )


def _most_tpp(judged: Judged, room: Room) -> int | None:
    """Return the most compute that blocks of one accelerator can add; None where some accelerator has no limit."""
    plan = judged.case.plan
    amounts = [
        None if found.units is None else found.units * plan.accelerators[plan.accelerator_index[key]].tpp
        for key, found in room.by_accelerator.items()
    ]
    known = [amount for amount in amounts if amount is not None]
    return max(known) if known and len(known) == len(amounts) else None


def _readings_by_place(readings: Iterable[Reading], rules: frozenset[str]) -> dict[tuple[str, int], list[Reading]]:
    """Return the policy's caps on one destination alone that allow something, by destination and period."""
    by_place: dict[tuple[str, int], list[Reading]] = {}
    for reading in readings:
        limit = reading.limit
        if limit.rule in rules and limit.sense is Sense.AT_MOST and limit.scope and reading.allowance > 0:
            by_place.setdefault((limit.scope, limit.period), []).append(reading)
    return by_place


def _part_used(reading: Reading) -> float:
    return float(reading.usage / reading.allowance)
