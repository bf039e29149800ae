"""`accelerators.csv` and `deliveries.csv` to accelerators, with what the catalogue knows filled in."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.catalogue.accelerators import find_accelerator
from optimizer.files.columns import ACCELERATORS, DELIVERIES
from optimizer.files.read_deliveries import Deliveries, read_deliveries
from optimizer.files.records import read_records
from optimizer.files.workload_columns import WORKLOADS
from optimizer.schema.plan import Accelerator
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.catalogue.accelerators import CatalogueEntry
    from optimizer.files.assumptions import Assumptions
    from optimizer.files.context import Context
    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record
    from optimizer.schema.plan import Site

VALUE = "value_usd_per_hour"
LOWEST_POWER_RATIO = Fraction(9, 10)
"""Power given below this part of the catalogue's is probably a bare chip's, not a server's."""
READABLE_STEP = Fraction(1, 10_000)
"""Figures that are no short decimals are rounded to it in remarks."""


def read_accelerators(
    tables: Mapping[str, RawTable],
    sites: Iterable[Site],
    context: Context,
    assumptions: Assumptions,
    problems: Problems,
    *,
    is_valued: bool,
) -> dict[str, Accelerator]:
    """Return the accelerators of the plan by name. With `is_valued` (values.csv) hourly values do not matter."""
    delivered = read_deliveries(tables.get(DELIVERIES.name), sites, context, problems)
    num_periods = context.horizon.num_periods if context.horizon else 0
    is_served = WORKLOADS.name in tables
    found = {}
    for record in read_records(tables.get(ACCELERATORS.name), ACCELERATORS, context, problems):
        key = record.text("accelerator")
        if key is None:
            continue
        entry = find_accelerator(key)
        blanks = _Blanks(record, entry, key, assumptions, problems)
        _remark_on_power(key, record, entry, assumptions)
        arriving = delivered.get(key, Deliveries())
        is_worth_something = bool(arriving.units) and not is_valued
        found[key] = Accelerator(
            key=key,
            tpp=blanks.whole("tpp", entry.tpp if entry else None),
            power_kw=blanks.number("power_kw", entry.power_kw if entry else None),
            block=blanks.block(),
            value_usd_per_hour=_value(
                record, key, assumptions, problems, is_needed=is_worth_something, is_served=is_served
            ),
            utilisation=_figure(record, "utilisation", assumptions, is_used=is_worth_something),
            annual_value_decline=_figure(record, "annual_value_decline", assumptions, is_used=is_worth_something),
            life_years=_figure(record, "life_years", assumptions, is_used=is_worth_something),
            price_usd=record.number("price_usd"),
            eccn=blanks.eccn(),
            tpp_with_tf32=entry.tpp_if_tf32_is_32_bit if entry and not record.gives("tpp") else None,
            memory_bandwidth_gb_s=entry.memory_bandwidth_gb_s if entry else None,
            delivered_units=arriving.by_period(num_periods),
            bound=arriving.lots(num_periods),
            relocation_cost_usd_per_unit=record.number("relocation_cost_usd_per_unit"),
            relocation_lead_periods=record.whole("relocation_lead_periods"),
        )
    return found


def from_catalogue(key: str, num_periods: int, assumptions: Assumptions) -> Accelerator | None:
    """Return an accelerator that only stands installed, all from the catalogue; None where it is not there."""
    entry = find_accelerator(key)
    if entry is None:
        return None
    note_catalogue(assumptions, key, "tpp", str(entry.tpp), entry)
    if entry.power_kw is not None:
        note_catalogue(assumptions, key, "power_kw", readable(entry.power_kw), entry)
    else:
        value = readable(entry.tdp_kw or Fraction(0))
        assumptions.note(f"accelerators.csv power_kw of {key}", value, "warning: the bare chip's; a server draws more")
    return Accelerator(
        key=key,
        tpp=entry.tpp,
        power_kw=entry.power_kw or entry.tdp_kw or Fraction(0),
        block=entry.block or 1,
        eccn=entry.eccn,
        tpp_with_tf32=entry.tpp_if_tf32_is_32_bit,
        memory_bandwidth_gb_s=entry.memory_bandwidth_gb_s,
        delivered_units=(0,) * num_periods,
    )


def note_catalogue(assumptions: Assumptions, key: str, column: str, value: str, entry: CatalogueEntry) -> None:
    """Record a figure taken from the catalogue, with where it has it from and how sure that is."""
    source = f"catalogue, confidence {entry.confidence}: {entry.source}"
    if column in {"block", "power_kw"} and entry.purchase_block is not None:
        source = f"catalogue, confidence {entry.purchase_block.confidence}: {entry.purchase_block.source}"
    assumptions.note(f"accelerators.csv {column} of {key}", value, source)


def readable(value: Fraction | int) -> str:
    """Return a figure for a remark: exact where it is a decimal, else rounded and marked so."""
    text = format_exact(value)
    return f"about {format_exact(round(value / READABLE_STEP) * READABLE_STEP)}" if "/" in text else text


@dataclass(frozen=True, slots=True)
class _Blanks:
    """Fills the blank cells of one row from the catalogue."""

    record: Record
    entry: CatalogueEntry | None
    key: str
    assumptions: Assumptions
    problems: Problems

    def whole(self, column: str, known: int | None) -> int:
        """Return a whole number of the row, else the catalogue's."""
        value = self.record.whole(column)
        return int(self._known(column, known)) if value is None else value

    def number(self, column: str, known: Fraction | None) -> Fraction:
        """Return a number of the row, else the catalogue's."""
        value = self.record.number(column)
        return Fraction(self._known(column, known)) if value is None else value

    def block(self) -> int:
        """Return the purchase increment; 1 where the catalogue knows the accelerator and publishes none."""
        if self.entry is not None and self.entry.block is None and not self.record.gives("block"):
            self.assumptions.note(f"accelerators.csv block of {self.key}", "1", "default: the catalogue has no block")
            return 1
        return self.whole("block", self.entry.block if self.entry else None)

    def eccn(self) -> str | None:
        """Return the classification of the row, else the catalogue's, else None."""
        if self.record.gives("eccn") or self.entry is None:
            return self.record.text("eccn")
        note_catalogue(self.assumptions, self.key, "eccn", self.entry.eccn, self.entry)
        return self.entry.eccn

    def _known(self, column: str, known: Fraction | int | None) -> Fraction | int:
        if known is not None and self.entry is not None and not self.record.gives(column):
            note_catalogue(self.assumptions, self.key, column, readable(known), self.entry)
            return known
        if known is None and not self.record.gives(column):
            message, hint = "must be given: the catalogue does not know this accelerator", None
            if self.entry is not None:
                message = f"must be given: the catalogue has no {column} for {self.entry.name}"
                if self.entry.tdp_kw is not None and column == "power_kw":
                    hint = f"its bare chip is rated {format_exact(self.entry.tdp_kw)} kW; a server draws more"
            self.problems.add(message, self.record.place, column, self.key, hint)
        return 1


def _value(
    record: Record, key: str, assumptions: Assumptions, problems: Problems, *, is_needed: bool, is_served: bool
) -> Fraction:
    value = record.number(VALUE)
    if value is None and is_needed:
        value = assumptions.given_or_default(record, ACCELERATORS, VALUE)
        if value is None and is_served and not record.gives(VALUE):
            assumptions.note(f"accelerators.csv {VALUE} of {key}", "0", "default: the workloads carry the value")
        elif value is None and not record.gives(VALUE):
            hint = "give it here, in economics.defaults, or give values.csv"
            problems.add("must be given for an accelerator that is delivered", record.place, VALUE, key, hint)
    return Fraction(0) if value is None else value


def _figure(record: Record, name: str, assumptions: Assumptions, *, is_used: bool) -> Fraction:
    value = record.number(name)
    if value is None:
        default = assumptions.default_of(ACCELERATORS, name)
        value = assumptions.given_or_default(record, ACCELERATORS, name) if is_used else default
    return Fraction(0) if value is None else value


def _remark_on_power(key: str, record: Record, entry: CatalogueEntry | None, assumptions: Assumptions) -> None:
    """Record that the power a plan gives looks like a bare chip's."""
    given, known = record.number("power_kw"), entry.power_kw if entry else None
    if entry is None or given is None or not known or given >= known * LOWEST_POWER_RATIO:
        return
    percent = format_exact(round(given / known * 1000) / Fraction(10))
    assumptions.note(
        f"accelerators.csv power_kw of {key}",
        f"{readable(given)} kW is {percent}% of the catalogue's {readable(known)} kW at server level",
        "warning: power_kw is IT power at server or rack level, not of the bare chip",
    )


def in_key_order(accelerators: Mapping[str, Accelerator]) -> Sequence[Accelerator]:
    """Return accelerators in the order of their names."""
    return [accelerators[key] for key in sorted(accelerators)]
