"""What differs from the last plan: the rows, the tables for people and the line of the summary."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, TypedDict

from optimizer.report.change_parts import ChangeRow, LastPlanPart, OpeningChangeRow
from optimizer.report.exact_numbers import exact_or_none, plain, plain_or_none
from optimizer.report.table import Table, columns, cut
from optimizer.report.wording import NOTHING, money, period_runs
from optimizer.rules.limit import CHANGES
from optimizer.schema.calendar import period_label
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.report.change_parts import OpeningChange
    from optimizer.report.document import AuditDocument, ResultDocument
    from optimizer.report.judged import Judged
    from optimizer.rules.case import Case
    from optimizer.schema.last_plan import LastPlan
    from optimizer.schema.placement import Placement

NO_LAST_PLAN = "no earlier plan given (`--last FILE`)"
MOST_PAIRS = 30
MOST_OPENINGS = 30
ORDER: tuple[OpeningChange, ...] = ("earlier", "later", "new", "dropped")


class Compared(TypedDict):
    """What a document says of the last plan."""

    last_plan: LastPlanPart | None
    changes: tuple[ChangeRow, ...]
    opening_changes: tuple[OpeningChangeRow, ...]


def compared(case: Case, judged: Judged | None) -> Compared:
    """Return a placement beside the last plan; nothing where there is no last plan, or no placement."""
    last = case.plan.last
    if last is None:
        return {"last_plan": None, "changes": (), "opening_changes": ()}
    if judged is None:
        return {"last_plan": _last_plan_part(case, last, None), "changes": (), "opening_changes": ()}
    return {
        "last_plan": _last_plan_part(case, last, judged),
        "changes": tuple(_change_rows(case, last, judged.placement)),
        "opening_changes": tuple(_opening_rows(case, last, judged.placement)),
    }


def _last_plan_part(case: Case, last: LastPlan, judged: Judged | None) -> LastPlanPart:
    labels = case.plan.horizon.labels
    added = (
        [] if judged is None else [(before, after) for *_, before, after in _additions(case, last, judged.placement)]
    )
    cost = None if judged is None else -judged.verification.objective_terms.get(CHANGES, Fraction(0))
    return LastPlanPart(
        name=last.name,
        sha256=last.sha256,
        first_period=labels[last.first],
        last_period=labels[last.last],
        frozen_through=None if last.frozen_through is None else labels[last.frozen_through],
        change_price=plain(last.change_price_usd_per_unit),
        change_price_exact=format_exact(last.change_price_usd_per_unit),
        units_planned=sum(last.added(*pair, period) for pair in last.units for period in last.compared_periods),
        units_changed=None if judged is None else sum(max(0, before - after) for before, after in added),
        units_new=None if judged is None else sum(max(0, after - before) for before, after in added),
        cost=plain_or_none(cost),
        cost_exact=exact_or_none(cost),
    )


def _pairs(case: Case, last: LastPlan, placement: Placement) -> list[tuple[str, str]]:
    """Return every site and accelerator with units in either plan, those that this plan no longer has included."""
    plan = case.plan
    now = {(plan.sites[site].key, plan.accelerators[sku].key) for site, sku in placement.standing_units}
    return sorted(now | set(last.units))


def _units(case: Case, placement: Placement, pair: tuple[str, str], period: int) -> int:
    site, sku = case.plan.site_index.get(pair[0]), case.plan.accelerator_index.get(pair[1])
    return 0 if site is None or sku is None else placement.units(site, sku, period)


def _added(case: Case, placement: Placement, pair: tuple[str, str], period: int) -> int:
    """Return the units of deliveries added; stock that leaves, or comes from another site, is none."""
    site, sku = case.plan.site_index.get(pair[0]), case.plan.accelerator_index.get(pair[1])
    return 0 if site is None or sku is None else max(0, placement.added(site, sku, period))


def _additions(case: Case, last: LastPlan, placement: Placement) -> Iterator[tuple[tuple[str, str], int, int, int]]:
    """Yield the pair, the period, and the units that each plan adds then."""
    for pair in _pairs(case, last, placement):
        for period in last.compared_periods:
            yield pair, period, last.added(*pair, period), _added(case, placement, pair, period)


def _change_rows(case: Case, last: LastPlan, placement: Placement) -> Iterator[ChangeRow]:
    for pair, period, added_before, added_after in _additions(case, last, placement):
        before, after = last.standing(*pair, period), _units(case, placement, pair, period)
        if before != after or added_before != added_after:
            yield ChangeRow(
                site=pair[0],
                accelerator=pair[1],
                period=case.plan.horizon.labels[period],
                units_before=before,
                units_after=after,
                difference=after - before,
                added_before=added_before,
                added_after=added_after,
            )


def _opening_rows(case: Case, last: LastPlan, placement: Placement) -> Iterator[OpeningChangeRow]:
    index = case.plan.site_index
    now = {case.plan.sites[site].key: period for site, period in placement.opened.items()}
    for site in sorted(now.keys() | last.opened.keys()):
        if site in index and case.is_open_from_the_start(index[site]):
            continue
        before, after = last.opened.get(site), now.get(site)
        change = _opening_change(last, before, after)
        if change is not None:
            yield OpeningChangeRow(
                site=site,
                change=change,
                period_before=_label(case, before),
                period_after=_label(case, after),
            )


def _opening_change(last: LastPlan, before: int | None, after: int | None) -> OpeningChange | None:
    """Return how an opening differs in the periods that both plans have; None where it does not."""
    is_before, is_after = (period is not None and period <= last.last for period in (before, after))
    if before == after or not (is_before or is_after):
        return None
    if before is None:
        return "new"
    if after is None:
        return "dropped" if before >= last.first else None  # open before this plan, and not counted in it
    return "earlier" if after < before else "later"


def _label(case: Case, period: int | None) -> str | None:
    horizon = case.plan.horizon
    return None if period is None else period_label(horizon.start_index + period, horizon.length)


def changes_text(document: ResultDocument | AuditDocument) -> str:
    """Return in a sentence how much of the last plan is changed."""
    last = document.last_plan
    if last is None:
        return NO_LAST_PLAN
    held = f"; stock frozen through {last.frozen_through}" if last.frozen_through else ""
    if not document.changes and not document.opening_changes:
        return f"none from {last.name} in {last.first_period} to {last.last_period}{held}"
    parts = [
        f"{last.units_changed or 0:,} of {last.units_planned:,} units of {last.name} come elsewhere, at another time or not"
    ]
    if last.units_new:
        parts.append(f"{last.units_new:,} come where it had none")
    counts = Counter(row.change for row in document.opening_changes)
    if counts:
        parts.append(f"sites that open: {', '.join(f'{counts[name]} {name}' for name in ORDER if counts[name])}")
    if last.cost:
        parts.append(f"charged {money(last.cost, document.currency)}")
    return "; ".join(parts) + held


def change_tables(document: ResultDocument | AuditDocument) -> tuple[Table, ...]:
    """Return what stands and what opens differently from the last plan; without one, tables without rows."""
    last = document.last_plan
    name = last.name if last is not None else ""
    by_pair: dict[tuple[str, str], list[ChangeRow]] = {}
    for row in document.changes:
        by_pair.setdefault((row.site, row.accelerator), []).append(row)
    pairs = sorted(by_pair.values(), key=lambda rows: -max(abs(row.difference) for row in rows))
    cells = (_pair_cells(rows, document.plan.periods, last.last_period) for rows in pairs if last is not None)
    shown, more = cut(cells, MOST_PAIRS, "changes")
    units = Table(
        f"Changes from the last plan, {name}",
        columns("site", "accelerator", "~differs in", ">most fewer", ">most more", ">at the end"),
        shown,
        more,
    )
    rows = (
        (row.site, row.change, row.period_before or NOTHING, row.period_after or NOTHING)
        for row in document.opening_changes
    )
    opened, more = cut(rows, MOST_OPENINGS, "openings")
    return units, Table(
        "Openings that differ from the last plan", columns("site", "change", "before", "now"), opened, more
    )


def _pair_cells(rows: Sequence[ChangeRow], periods: Sequence[str], end: str) -> tuple[str, ...]:
    """Return the cells of one site and accelerator; where the last period has no row nothing differs in it."""
    differences = [row.difference for row in rows]
    fewer, more = min(0, *differences), max(0, *differences)
    when = [row.period for row in rows if row.difference] or [row.period for row in rows]
    return (
        rows[0].site,
        rows[0].accelerator,
        period_runs(when, periods),
        f"{fewer:,}" if fewer else NOTHING,
        f"+{more:,}" if more else NOTHING,
        f"{rows[-1].difference:+,}" if rows[-1].period == end and rows[-1].difference else NOTHING,
    )
