"""Modules of halls: what the placement adds, what stands, and the power that it brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.exact_numbers import plain
from optimizer.report.rows import HallRow
from optimizer.report.table import Table, columns, cut
from optimizer.report.wording import compact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.report.document import AuditDocument, ResultDocument
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement

MOST_ROWS = 60


def hall_rows(case: Case, placement: Placement) -> tuple[HallRow, ...]:
    """Return one row per hall and period with modules standing."""
    return tuple(_hall_rows(case, placement))


def _hall_rows(case: Case, placement: Placement) -> Iterator[HallRow]:
    plan = case.plan
    for number, row in sorted(placement.modules.items()):
        hall = plan.halls[number]
        for period, modules in enumerate(row):
            if modules:
                yield HallRow(
                    hall=hall.key,
                    site=hall.site,
                    country=plan.sites[plan.site_index[hall.site]].country,
                    period=plan.horizon.labels[period],
                    modules_added=modules - placement.modules_standing(number, period - 1),
                    modules_standing=modules,
                    modules_most=hall.modules,
                    mw_standing=plain(modules * hall.power_mw),
                )


def hall_table(document: ResultDocument | AuditDocument) -> Table:
    """Return the modules that are added, by hall and period."""
    rows = (
        (
            row.site,
            row.hall,
            row.period,
            f"+{row.modules_added}",
            f"{row.modules_standing} of {row.modules_most}",
            compact(row.mw_standing),
        )
        for row in document.halls
        if row.modules_added
    )
    shown, notes = cut(rows, MOST_ROWS, "rows")
    headings = columns("site", "hall", "period", ">added", ">modules", ">MW")
    return Table("Halls", headings, shown, notes)
