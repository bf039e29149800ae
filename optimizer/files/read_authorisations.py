"""`authorisations.csv`: the export authorisations the company holds."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.files.columns import AUTHORISATIONS
from optimizer.files.records import read_records
from optimizer.schema.plan import Authorisation, AuthorisationType

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from optimizer.files.context import Context
    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record

UNFIT_FOR_KEYS = ";[],"
ONLY_OF_LICENCES = ("accelerator", "tpp", "units")


def read_authorisations(
    tables: Mapping[str, RawTable], context: Context, problems: Problems
) -> tuple[Authorisation, ...]:
    """Return the authorisations in a fixed order, each with a key of its own."""
    found = []
    for record in read_records(tables.get(AUTHORISATIONS.name), AUTHORISATIONS, context, problems):
        kind = record.text("type")
        if kind is None:
            continue
        _check(record, AuthorisationType(kind), problems)
        found.append(
            Authorisation(
                key="",
                type=AuthorisationType(kind),
                country=record.text("country"),
                accelerator=record.text("accelerator"),
                tpp=record.whole("tpp"),
                units=record.whole("units"),
                valid_from=record.day("valid_from"),
                valid_until=record.day("valid_until"),
                reference=record.text("reference"),
            )
        )
    return tuple(_with_keys(sorted(found, key=_order)))


def _check(record: Record, kind: AuthorisationType, problems: Problems) -> None:
    if kind is AuthorisationType.UVEU:
        if record.gives("country"):
            problems.add("a UVEU is worldwide", record.place, "country", record.text("country"), "leave it empty")
    elif not record.gives("country"):
        problems.add(f"{_a(kind)} is for one country", record.place, "country", hint="give its ISO code")
    _check_quantity(record, kind, problems)
    first, last = record.day("valid_from"), record.day("valid_until")
    if first is not None and last is not None and last < first:
        problems.add("lies before valid_from", record.place, "valid_until", last)


def _check_quantity(record: Record, kind: AuthorisationType, problems: Problems) -> None:
    if kind is AuthorisationType.LICENCE:
        if record.gives("tpp") == record.gives("units"):
            message = "give tpp or units, not both" if record.gives("tpp") else "a licence has a quantity"
            problems.add(message, record.place, "tpp", record.whole("tpp"), "give tpp or units")
    else:
        for column in ONLY_OF_LICENCES:
            if record.gives(column):
                problems.add(f"{_a(kind)} has none", record.place, column, record.values.get(column), "leave it empty")


def _a(kind: AuthorisationType) -> str:
    return f"an {kind}" if kind is AuthorisationType.NVEU else f"a {kind}"


def _order(row: Authorisation) -> tuple[str, ...]:
    parts = (row.type, row.country, row.accelerator, row.valid_from, row.valid_until, row.tpp, row.units, row.reference)
    return tuple(str(part if part is not None else "") for part in parts)


def _with_keys(rows: Iterable[Authorisation]) -> Iterable[Authorisation]:
    """Name each row by its reference, or by what it is; rows of the same name are numbered."""
    rows = list(rows)
    names = [_plain(row.reference or " ".join(filter(None, (row.type, row.country, row.accelerator)))) for row in rows]
    taken = set(names)
    for row, name in zip(rows, names, strict=True):
        key = name if names.count(name) == 1 else _numbered(name, taken)
        taken.add(key)
        yield replace(row, key=key)


def _numbered(name: str, taken: Container[str]) -> str:
    return next(key for number in itertools.count(1) if (key := f"{name} {number}") not in taken)


def _plain(name: str) -> str:
    """Return a name that keys of limits and lists in cells can hold."""
    return "".join("-" if letter in UNFIT_FOR_KEYS or not letter.isprintable() else letter for letter in name)
