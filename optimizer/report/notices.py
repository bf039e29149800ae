"""Notices and certifications that a plan makes due: thresholds of paths, and new locations of a validated end user."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from optimizer.report.document import NoticePart
from optimizer.report.paths import entered_units
from optimizer.report.wording import quantity
from optimizer.rules.limit import WORLD
from optimizer.rules.measures import CONTROLLED_TPP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.entry.paths import Path
    from optimizer.report.judged import Judged
    from optimizer.rules.limit import Exact


def notice_parts(judged: Judged) -> tuple[NoticePart, ...]:
    """Return every notice, in order of its day."""
    found = [*_thresholds(judged), *_new_locations(judged)]
    return tuple(sorted(found, key=lambda notice: (notice.day, notice.path, notice.subject)))


def _thresholds(judged: Judged) -> Iterator[NoticePart]:
    case = judged.case
    added: dict[str, dict[str, list[Exact]]] = defaultdict(lambda: defaultdict(lambda: [0] * case.num_periods))
    for (gate, sku, way), row in entered_units(judged).items():
        place = case.gate_by_key[gate].destination
        for period, units in enumerate(row):
            gained = units - (row[period - 1] if period else 0)
            added[way][place][period] += gained * case.weights[CONTROLLED_TPP][sku]
    for key, by_place in added.items():
        path = case.paths[key]
        if path.spec.notice_tpp is not None:
            threshold = case.policy.count(path.spec.notice_tpp)
            if path.spec.notice_of == "cumulative":
                yield from _cumulative(judged, path, by_place, threshold)
            else:
                yield from _by_addition(judged, path, by_place, threshold)


def _cumulative(judged: Judged, path: Path, by_place: dict[str, list[Exact]], threshold: int) -> Iterator[NoticePart]:
    """Yield the one notice of the period in which everything by a path reaches a threshold."""
    case = judged.case
    total = case.stock.installed(CONTROLLED_TPP, keep=lambda row: case.stock.came_by(row, (path.spec.key,)))
    for period, label in enumerate(case.plan.horizon.labels):
        total += sum(row[period] for row in by_place.values())
        if total >= threshold:
            text = f"{path.title}: {quantity(total)} TPP in all, of a threshold of {quantity(threshold)}"
            yield NoticePart(
                path=path.key,
                subject=WORLD,
                period=label,
                day=case.plan.horizon.first_day(period),
                text=text,
                citation=case.policy.settings[str(path.spec.notice_tpp)].citation,
            )
            return


def _by_addition(judged: Judged, path: Path, by_place: dict[str, list[Exact]], threshold: int) -> Iterator[NoticePart]:
    """Yield a notice for each destination and period in which what is added by a path reaches a threshold."""
    case = judged.case
    for place, row in by_place.items():
        for period, gained in enumerate(row):
            if gained >= threshold:
                text = (
                    f"{path.title}: {quantity(gained)} TPP to {place}; shipments of {quantity(threshold)} need notice"
                )
                yield NoticePart(
                    path=path.key,
                    subject=place,
                    period=case.plan.horizon.labels[period],
                    day=case.plan.horizon.first_day(period),
                    text=text,
                    citation=case.policy.settings[str(path.spec.notice_tpp)].citation,
                )


def _new_locations(judged: Judged) -> Iterator[NoticePart]:
    """Yield, for each new site that units reach by a path that needs notice, the last day on which to give it."""
    case = judged.case
    for gate in case.gates:
        paths = [case.paths[key] for key in gate.open_periods if case.paths[key].spec.new_site_days is not None]
        carried = {path for key, _, path in entered_units(judged) if key == gate.key}
        for path in (path for path in paths if path.key in carried):
            days = case.policy.count(str(path.spec.new_site_days))
            for site in gate.sites:
                first = judged.placement.opened.get(site, _first_units(judged, site))
                if first is None or case.is_open_from_the_start(site):
                    continue
                if case.plan.sites[site].authorised_from is not None:
                    continue
                starts = case.plan.horizon.first_day(first)
                day = starts - timedelta(days=days)
                yield NoticePart(
                    path=path.key,
                    subject=case.plan.sites[site].key,
                    period=case.plan.horizon.labels[first],
                    day=day,
                    text=f"{path.title}: notice of the new location {days} days before units arrive on {starts}",
                    citation=case.policy.settings[str(path.spec.new_site_days)].citation,
                )


def _first_units(judged: Judged, site: int) -> int | None:
    rows = [row for (number, _), row in judged.placement.standing_units.items() if number == site]
    return min((period for row in rows for period, units in enumerate(row) if units), default=None)
