"""The tables of legal paths: which carried how much into which destination, and what each still takes."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of
from optimizer.report.exact_numbers import exact_or_none, plain, plain_or_none
from optimizer.report.rows import EntryRow, PathRow
from optimizer.rules.additions import brought
from optimizer.rules.country_allocation import charged_to
from optimizer.rules.measures import CONTROLLED_TPP, UNIT_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.entry.gates import Gate
    from optimizer.entry.paths import Path
    from optimizer.report.judged import Judged
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Variable
    from optimizer.verify.check import Reading

Way = tuple[str, int, str]
SHARE_KINDS = ("destination_share", "outside_tier1_share")


def entered_units(judged: Judged) -> Mapping[Way, tuple[int, ...]]:
    """Return cumulative controlled units by (gate, accelerator, path), those through free gates included."""
    case, placement = judged.case, judged.placement
    found: dict[Way, tuple[int, ...]] = {way: row for way, row in placement.entered_units.items() if any(row)}
    for gate in case.gates:
        if gate.free_path is None:
            continue
        for sku in case.skus_on_paths:
            row = tuple(
                int(sum(weight * judged.ledger.value(variable) for variable, weight in _came(case, gate, sku, period)))
                for period in range(case.num_periods)
            )
            if any(row):
                found[gate.key, sku, gate.free_path] = row
    return dict(sorted(found.items()))


def _came(case: Case, gate: Gate, sku: int, period: int) -> Iterator[tuple[Variable, Exact]]:
    """Yield what came through a gate since the pack is in force; nothing before that."""
    since = case.first_in_force - 1
    for site in gate.sites if period > since else ():
        yield from brought(case, site, sku, period, since)


def entry_rows(judged: Judged) -> tuple[EntryRow, ...]:
    """Return one row per gate, path, accelerator and period with units that have entered."""
    case = judged.case
    labels = case.plan.horizon.labels
    return tuple(
        EntryRow(
            period=labels[period],
            destination=case.gate_by_key[gate].destination,
            gate=gate,
            path=path,
            accelerator=case.plan.accelerators[sku].key,
            units_added=units - (row[period - 1] if period else 0),
            units_standing=units,
            tpp_standing=plain(units * case.weights[CONTROLLED_TPP][sku]),
        )
        for (gate, sku, path), row in entered_units(judged).items()
        for period, units in enumerate(row)
        if units
    )


def path_rows(judged: Judged) -> tuple[PathRow, ...]:
    """Return one row per destination, period and path that is open there, carried something or holds installed stock."""
    case = judged.case
    if not case.policy.paths:
        return ()
    entered: dict[tuple[str, str], list[Exact]] = defaultdict(lambda: [0] * case.num_periods)
    for (gate, sku, path), row in entered_units(judged).items():
        for period, units in enumerate(row):
            entered[case.gate_by_key[gate].destination, path][period] += units * case.weights[CONTROLLED_TPP][sku]
    return tuple(_rows(judged, entered))


def _rows(judged: Judged, entered: Mapping[tuple[str, str], list[Exact]]) -> Iterator[PathRow]:
    case = judged.case
    installed = _installed(case)
    readings = {
        (reading.limit.rule, reading.limit.scope, reading.limit.period_label): reading
        for reading in judged.verification.readings
        if not reading.limit.is_soft
    }
    for place in case.destinations:
        gates = case.gates_by_destination.get(place, ())
        for path in case.paths.values():
            carried, stock = entered.get((place, path.key)), installed.pop((place, path.key), None)
            is_open_ever = any(any(gate.open_periods.get(path.key, ())) for gate in gates)
            if not (carried or stock or is_open_ever):
                continue
            for period, label in enumerate(case.plan.horizon.labels):
                found = _tightest(case, path, gates, place, period, readings)
                room = _room(case, path, found) if found else None
                yield PathRow(
                    period=label,
                    destination=place,
                    path=path.key,
                    title=path.title,
                    open=any(gate.open_periods.get(path.key, (False,) * (period + 1))[period] for gate in gates),
                    tpp_installed=plain(stock[period] if stock else 0),
                    tpp_entered=plain(carried[period] if carried else 0),
                    headroom_tpp=plain_or_none(room),
                    headroom_tpp_exact=exact_or_none(room),
                    usage=plain(found.usage) if found else None,
                    allowance=plain(found.allowance) if found else None,
                    limit=found.limit.key if found else None,
                    citation=path.spec.citation,
                )
    yield from _closed_rows(case, installed)


def _closed_rows(case: Case, installed: Mapping[tuple[str, str], list[Exact]]) -> Iterator[PathRow]:
    """Yield installed stock that came by a path of the pack which is none of this case's: nothing more can take it."""
    specs = {spec.key: spec for spec in case.policy.paths}
    for (place, key), stock in sorted(installed.items()):
        if not any(stock) or (spec := specs.get(key.partition("/")[0])) is None:
            continue
        for label, standing in zip(case.plan.horizon.labels, stock, strict=True):
            yield PathRow(
                period=label,
                destination=place,
                path=key,
                title=spec.title or key,
                open=False,
                tpp_installed=plain(standing),
                tpp_entered=0,
                headroom_tpp=None,
                headroom_tpp_exact=None,
                usage=None,
                allowance=None,
                limit=None,
                citation=spec.citation,
            )


def _installed(case: Case) -> dict[tuple[str, str], list[Exact]]:
    """Return controlled installed TPP of each period by destination and path; a row whose path the pack lacks has none."""
    totals: dict[tuple[str, str], list[Exact]] = defaultdict(lambda: [0] * case.num_periods)
    for row in case.stock.counted_rows:
        stock = totals[destination_of(row.country), case.stock.paths[row]]
        for period in range(case.num_periods):
            stock[period] += case.stock.measured(row, CONTROLLED_TPP) * case.stock.stands(row, period)
    return totals


def _tightest(
    case: Case,
    path: Path,
    gates: tuple[Gate, ...],
    place: str,
    period: int,
    readings: Mapping[tuple[str, str, str], Reading],
) -> Reading | None:
    """Return the reading of the limit that stops a path into a destination first, in TPP; None without one."""
    label = case.plan.horizon.labels[period]
    scopes = [(name, scope) for name, scope in _scopes(case, path, gates, place, period)]
    found = [readings[name, scope, label] for name, scope in scopes if (name, scope, label) in readings]
    return min(found, key=lambda reading: _room(case, path, reading), default=None)


def _scopes(case: Case, path: Path, gates: tuple[Gate, ...], place: str, period: int) -> Iterator[tuple[str, str]]:
    """Yield rule and scope of each limit that a path into a destination counts against."""
    for spec in case.policy.rules:
        if path.spec.key in spec.debit_paths:
            charged = next((where for gate in gates if (where := charged_to(case, gate, period))), None)
            yield spec.name, charged or place
        if path.spec.key in spec.paths:
            match spec.kind:
                case "yearly_allowance":
                    yield spec.name, str(case.plan.horizon.first_day(period).year)
                case "licence_quantity":
                    yield spec.name, path.licence.key if path.licence else ""
                case _:
                    yield spec.name, place
        if spec.kind in SHARE_KINDS and spec.held is not None and spec.held == path.spec.needs:
            yield spec.name, place if spec.kind == "destination_share" else ""


def _room(case: Case, path: Path, reading: Reading) -> Fraction:
    """Return the most TPP that may still be added under a limit.

    Adding also grows the total a share is taken of; units of a licence count as the largest chip that it permits.
    """
    if reading.limit.unit != UNIT_NAMES[CONTROLLED_TPP]:
        weights = case.weights[CONTROLLED_TPP]
        return Fraction(reading.slack) * max((weights[sku] for sku in case.skus_by_path(path.key)), default=0)
    share = sum((Fraction(weight) for _, weight in reading.limit.allowance.terms), Fraction(0))
    return Fraction(reading.slack) / (1 - share) if share < 1 else Fraction(reading.slack)
