"""The chip accounting by facility: what stands where on each reporting date, installed and placed.

Supplement No. 10 to part 748, paragraph 10 (90 FR 4544): each 1 February and 1 August a validated end user reports "a
complete facility-specific chip accounting for itself and all parent and subsidiary entities". The order of events inside a
period is not modelled, so a date has two stocks: the close of the period before it, and the close of its own.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from io import StringIO
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of
from optimizer.errors import InputError, Problem
from optimizer.policies.load import load_policy
from optimizer.policies.policy import SettingType
from optimizer.report.exact_numbers import plain
from optimizer.report.facility_document import (
    FACILITY_SCHEMA_VERSION,
    FacilityDocument,
    FacilityRow,
    FacilityTotal,
)
from optimizer.rules.measures import CONTROLLED_TPP, is_controlled
from optimizer.schema.calendar import period_containing
from optimizer.schema.placement import Placement
from optimizer.schema.plan import Ownership

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.policies.setting import Setting
    from optimizer.rules.case import Case
    from optimizer.schema.plan import Installed

REPORTING_DATES = "reporting_dates"
ACCOUNTING_PACK = "ai-diffusion-2025"
"""The pack whose reporting dates stand in for those of a pack that has none."""
OWNERSHIPS = tuple(Ownership)


@dataclass(frozen=True, slots=True)
class _Facility:
    """Where units stand: a site of the plan by its number, or a country for stock without a site."""

    site: int | None
    country: str


_Stock = dict[_Facility, dict[tuple[int, Ownership], list[int]]]
"""Units at opening and at close, by facility, accelerator and ownership."""


def compose_facilities(
    case: Case,
    placement: Placement | None,
    *,
    dates: Iterable[date] | None = None,
    command: str | None = None,
) -> FacilityDocument:
    """Return the accounting of the installed fleet and of what a placement adds (None: the installed fleet alone).

    Without `dates`: every reporting date inside the plan. Raises InputError for a date outside of it, and under a policy
    that counts controlled chips for one of which it cannot be told whether it is controlled.
    """
    chosen = accounting_dates(case) if dates is None else _checked(case, dates)
    controlled = _controlled(case)
    policy, plan = case.policy, case.plan
    rows = tuple(row for day in chosen for row in _rows(case, placement or Placement(), day, controlled))
    return FacilityDocument(
        schema_version=FACILITY_SCHEMA_VERSION,
        kind="facilities",
        legal_status=policy.legal_status,
        policy=policy.name,
        policy_version=policy.version,
        plan=plan.name,
        company=plan.company.name,
        headquarters=plan.company.headquarters,
        stock="installed fleet" if placement is None else "placement",
        dates=chosen,
        dates_citation=_days_setting(case).citation,
        totals=tuple(_total(case, day, rows) for day in chosen),
        rows=rows,
        command=command,
    )


def facilities_csv(rows: Iterable[FacilityRow]) -> str:
    """Return rows as CSV with a header; what does not apply is empty."""
    stream = StringIO()
    writer = csv.DictWriter(stream, tuple(FacilityRow.model_fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row.model_dump(mode="json"), "controlled": controlled_text(row.controlled)} for row in rows)
    return stream.getvalue()


def controlled_text(controlled: bool | None) -> str:
    """Return `yes`, `no`, or nothing where it is not known."""
    return "" if controlled is None else "yes" if controlled else "no"


# --- Dates ----------------------------------------------------------------------------------------------------------------


def accounting_dates(case: Case) -> tuple[date, ...]:
    """Return every reporting date inside the plan, also those before the policy is in force, in order."""
    horizon = case.plan.horizon
    first, end = horizon.first_day(0), horizon.first_day(case.num_periods)
    setting = _days_setting(case)
    days = setting.parse(setting.value)
    texts = days if isinstance(days, tuple) else ()
    found = {date.fromisoformat(f"{year}-{text}") for year in range(first.year, end.year + 1) for text in texts}
    return tuple(sorted(day for day in found if first <= day < end))


def _days_setting(case: Case) -> Setting:
    own = case.policy.settings.get(REPORTING_DATES)
    if own is None or own.type is not SettingType.DAYS_OF_YEAR:
        return load_policy(ACCOUNTING_PACK).settings[REPORTING_DATES]
    return own


def _checked(case: Case, dates: Iterable[date]) -> tuple[date, ...]:
    chosen = tuple(sorted(set(dates)))
    horizon = case.plan.horizon
    first, last = horizon.first_day(0), horizon.last_day(case.num_periods - 1)
    hint = f"the plan runs from {first} to {last}"
    outside = [day for day in chosen if not first <= day <= last]
    if outside:
        raise InputError([Problem("outside the plan", file="--date", value=str(day), hint=hint) for day in outside])
    return chosen


# --- Rows -----------------------------------------------------------------------------------------------------------------


def _rows(case: Case, placement: Placement, day: date, controlled: Mapping[int, bool | None]) -> Iterator[FacilityRow]:
    stock = _stock(case, placement, day)
    for facility in sorted(stock, key=lambda one: (one.site is None, one.site or 0, one.country)):
        for sku, ownership in sorted(stock[facility], key=lambda key: (key[0], OWNERSHIPS.index(key[1]))):
            opening, close = stock[facility][sku, ownership]
            if opening or close:
                yield _row(case, day, facility, sku, ownership, (opening, close), is_controlled=controlled[sku])


def _stock(case: Case, placement: Placement, day: date) -> _Stock:
    """Return the units around a date: installed ones until they leave, those of the plan as they are added."""
    plan, stock = case.plan, _empty_stock()
    period = period_containing(day, plan.horizon.length) - plan.horizon.start_index
    for row in plan.installed:
        units = stock[_facility_of(case, row)][plan.accelerator_index[row.accelerator], row.ownership]
        units[0] += row.units * case.stock.stands(row, period - 1)
        units[1] += row.units * case.stock.stands(row, period)
    for site, sku in placement.standing_units:
        units = stock[_Facility(site, plan.sites[site].country)][sku, Ownership.OWNED]
        units[0] += placement.units(site, sku, period - 1)
        units[1] += placement.units(site, sku, period)
    return stock


def _empty_stock() -> _Stock:
    return defaultdict(lambda: defaultdict(lambda: [0, 0]))


def _facility_of(case: Case, row: Installed) -> _Facility:
    return _Facility(None if row.site is None else case.plan.site_index[row.site], row.country)


def _row(
    case: Case,
    day: date,
    facility: _Facility,
    sku: int,
    ownership: Ownership,
    units: tuple[int, int],
    *,
    is_controlled: bool | None,
) -> FacilityRow:
    plan, accelerator = case.plan, case.accelerators[sku]
    site = None if facility.site is None else plan.sites[facility.site]
    destination = destination_of(facility.country)
    table = case.tiers.table
    opening, close = units
    return FacilityRow(
        date=day,
        facility=f"installed in {facility.country}" if site is None else site.key,
        name=None if site is None else site.name,
        country=facility.country,
        destination=destination,
        tier=table.tier_on(destination, max(day, table.covers_from)).tier,
        operator_headquarters=None if site is None else site.operator_headquarters or plan.company.headquarters,
        tenure=None if site is None else site.tenure,
        accelerator=accelerator.key,
        eccn=accelerator.eccn,
        controlled=is_controlled,
        ownership=ownership,
        units_at_opening=opening,
        units_at_close=close,
        tpp_at_opening=opening * accelerator.tpp,
        tpp_at_close=close * accelerator.tpp,
        power_mw=None if site is None else plain(close * accelerator.power_kw * site.pue / Fraction(1000)),
    )


def _controlled(case: Case) -> dict[int, bool | None]:
    """Return whether each accelerator is controlled, by number; None where it cannot be told and no rule asks."""
    if CONTROLLED_TPP in case.weights:
        return dict(enumerate(case.controlled))
    found: dict[int, bool | None] = {}
    for number, accelerator in enumerate(case.accelerators):
        try:
            found[number] = is_controlled(accelerator)
        except InputError:
            found[number] = None
    return found


def _total(case: Case, day: date, rows: Iterable[FacilityRow]) -> FacilityTotal:
    counted = [row for row in rows if row.date == day and row.ownership in case.stock.counted_ownerships]
    is_known = all(row.controlled is not None for row in counted)
    controlled = [row for row in counted if row.controlled]
    return FacilityTotal(
        date=day,
        counted_tpp_at_opening=sum(row.tpp_at_opening for row in counted),
        counted_tpp_at_close=sum(row.tpp_at_close for row in counted),
        counted_controlled_tpp_at_opening=sum(row.tpp_at_opening for row in controlled) if is_known else None,
        counted_controlled_tpp_at_close=sum(row.tpp_at_close for row in controlled) if is_known else None,
    )
