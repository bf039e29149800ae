"""`workloads.csv` and `service.csv`: what the compute is for, and which site may serve it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.catalogue.latency import FORMULA, SOURCE, latency_of
from optimizer.files.records import read_records
from optimizer.files.workload_columns import SERVICE, WORKLOADS
from optimizer.schema.workload import Service, Workload, WorkloadKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.files.assumptions import Assumptions
    from optimizer.files.context import Context
    from optimizer.files.problems import Place, Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record
    from optimizer.schema.plan import Site

OF_THE_WORKLOAD = ("latitude", "longitude", "max_latency_ms", "countries", "kind", "controlled_weights")
"""Columns in which rows of one workload agree; an empty cell says nothing."""
MOST_NAMED = 5

Services = dict[tuple[str, str], Service]


@dataclass(frozen=True, slots=True)
class _Read:
    workload: Workload
    place: Place


def read_workloads(
    tables: Mapping[str, RawTable],
    sites: Sequence[Site],
    context: Context,
    assumptions: Assumptions,
    problems: Problems,
) -> tuple[tuple[Workload, ...], Services | None]:
    """Return the workloads in the order of their keys, and what is known of pairs; None without `service.csv`."""
    by_key: dict[str, list[Record]] = {}
    for record in read_records(tables.get(WORKLOADS.name), WORKLOADS, context, problems):
        if (key := record.text("workload")) is not None:
            by_key.setdefault(key, []).append(record)
    read = [
        _Read(_workload(key, by_key[key], context, assumptions, problems), _place(by_key[key]))
        for key in sorted(by_key)
    ]
    services = _read_service(tables, context, assumptions, problems)
    _check_latencies(read, sites, services, assumptions, problems)
    return tuple(one.workload for one in read), services


def _place(records: Sequence[Record]) -> Place:
    """Return the row to blame for a workload's latency."""
    return next((record.place for record in records if record.gives("max_latency_ms")), records[0].place)


def _workload(
    key: str, records: Sequence[Record], context: Context, assumptions: Assumptions, problems: Problems
) -> Workload:
    shared = _shared(records, problems)
    if ("latitude" in shared) != ("longitude" in shared) and not any(record.unread for record in records):
        given = "latitude" if "latitude" in shared else "longitude"
        problems.add("give latitude and longitude, or neither", records[0].place, given)
    always = next((record for record in records if not record.gives("period")), None)
    own = {period: record for record in records if (period := record.whole("period")) is not None}
    rows = [own.get(period, always) for period in range(context.horizon.num_periods if context.horizon else 0)]
    countries = shared.get("countries")
    values = {
        record.place: assumptions.given_or_default(record, WORKLOADS, "value_usd_per_tpp_hour") for record in records
    }
    return Workload(
        key=key,
        demand_tpp=tuple(0 if row is None else row.whole("demand_tpp") or 0 for row in rows),
        must_serve=tuple(row is not None and row.flag("must_serve") for row in rows),
        value_usd_per_tpp_hour=tuple(Fraction(0) if row is None else values[row.place] or Fraction(0) for row in rows),
        latitude=_number(shared.get("latitude")),
        longitude=_number(shared.get("longitude")),
        max_latency_ms=_number(shared.get("max_latency_ms")),
        countries=countries if isinstance(countries, frozenset) else None,
        kind=WorkloadKind(str(shared.get("kind", WorkloadKind.INFERENCE.value))),
        has_controlled_weights=shared.get("controlled_weights") is True,
    )


def _shared(records: Sequence[Record], problems: Problems) -> dict[str, object]:
    """Return what the rows of one workload say of it as a whole."""
    shared: dict[str, object] = {}
    for name in OF_THE_WORKLOAD:
        for record in records:
            if name not in record.values:
                continue
            if shared.setdefault(name, record.values[name]) != record.values[name]:
                hint = "leave it empty in the other rows"
                problems.add("differs from an earlier row of this workload", record.place, name, hint=hint)
    return shared


def _number(value: object) -> Fraction | None:
    return value if isinstance(value, Fraction) else None


def _read_service(
    tables: Mapping[str, RawTable], context: Context, assumptions: Assumptions, problems: Problems
) -> Services | None:
    if SERVICE.name not in tables:
        return None
    if WORKLOADS.name not in tables:
        problems.add(
            "says who serves workloads, and there are none", tables[SERVICE.name].place, hint="give workloads.csv"
        )
        return None
    services: Services = {}
    for record in read_records(tables[SERVICE.name], SERVICE, context, problems):
        workload, site = record.text("workload"), record.text("site")
        if workload is not None and site is not None:
            value = assumptions.given_or_default(record, SERVICE, "value_usd_per_tpp") or Fraction(0)
            services[workload, site] = Service(value, record.number("latency_ms"))
    return dict(sorted(services.items()))


def _check_latencies(
    read: Sequence[_Read],
    sites: Sequence[Site],
    services: Services | None,
    assumptions: Assumptions,
    problems: Problems,
) -> None:
    """Refuse a longest latency that cannot be compared with anything; note how many latencies are estimated."""
    num_estimated = 0
    for one in read:
        if one.workload.max_latency_ms is None:
            continue
        unknown = []
        for site, given in _pairs(one.workload.key, sites, services):
            if latency_of(one.workload, site, given) is None:
                unknown.append(site.key)
            num_estimated += given is None
        if unknown:
            named = ", ".join(unknown[:MOST_NAMED]) + (
                f" and {len(unknown) - MOST_NAMED} more" if unknown[MOST_NAMED:] else ""
            )
            where = "the workload" if one.workload.latitude is None else "the sites"
            hint = f"give coordinates of {where}, or latency_ms in service.csv"
            problems.add(f"the latency is not known at {named}", one.place, "max_latency_ms", hint=hint)
    if num_estimated:
        assumptions.note("service.csv latency_ms", f"estimated for {num_estimated} pairs: {FORMULA}", SOURCE)


def _pairs(workload: str, sites: Sequence[Site], services: Services | None) -> Iterator[tuple[Site, Fraction | None]]:
    """Yield each site that may serve a workload, with the latency given."""
    for site in sites:
        if services is None:
            yield site, None
        elif (workload, site.key) in services:
            yield site, services[workload, site.key].latency_ms
