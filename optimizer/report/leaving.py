"""What leaves and what moves: the rows of documents, and the table for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from optimizer.report.rows import MoveRow, RetiredRow
from optimizer.report.table import Table, columns, cut
from optimizer.schema.placement import ages_of

if TYPE_CHECKING:
    from optimizer.report.document import AuditDocument, ResultDocument
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement

RETIRED, CLOSED = "retired", "site closed"
MOST_ROWS = 60


def move_rows(case: Case, placement: Placement) -> tuple[MoveRow, ...]:
    """Return one row per move of units of one age, by departure."""
    plan, labels = case.plan, case.plan.horizon.labels
    return tuple(
        MoveRow(
            from_site=plan.sites[move.origin].key,
            to_site=plan.sites[move.target].key,
            accelerator=plan.accelerators[move.accelerator].key,
            added_in=labels[move.bought],
            departs=labels[move.departs],
            arrives=labels[move.arrives],
            units=units,
        )
        for move, units in sorted(placement.moves.items(), key=lambda item: (item[0].departs, item[0]))
        if max(move[3:]) < case.num_periods
    )


def retired_rows(case: Case, placement: Placement) -> tuple[RetiredRow, ...]:
    """Return one row per site, age and period in which units of the plan leave it for good."""
    moved: Counter[tuple[int, int, int, int]] = Counter()
    for move, units in placement.moves.items():
        moved[move.origin, move.accelerator, move.bought, move.departs] += units
        moved[move.target, move.accelerator, move.bought, move.arrives] -= units
    plan, labels = case.plan, case.plan.horizon.labels
    found = []
    for (site, sku, bought), row in sorted(ages_of(placement).items()):
        for period in range(bought + 1, case.num_periods):
            units = row[period - 1] - row[period] - moved[site, sku, bought, period]
            if units > 0:
                reason = CLOSED if case.is_closed(site, period) else RETIRED
                key = plan.accelerators[sku].key
                found.append(
                    RetiredRow(
                        site=plan.sites[site].key,
                        accelerator=key,
                        added_in=labels[bought],
                        period=labels[period],
                        units=units,
                        reason=reason,
                    )
                )
    return tuple(found)


def leaving_table(document: ResultDocument | AuditDocument) -> Table:
    """Return what leaves where, and where it goes, in order of time."""
    order = {label: number for number, label in enumerate(document.plan.periods)}
    lines = [
        (move.departs, move.from_site, f"to {move.to_site}, there from {move.arrives}", *_what(move))
        for move in document.moves
    ]
    lines += [(row.period, row.site, row.reason, *_what(row)) for row in document.retired]
    lines.sort(key=lambda line: (order[line[0]], *line[1:]))
    shown, notes = cut(lines, MOST_ROWS, "rows")
    headings = columns("from", "site", "~what becomes of it", "accelerator", "added in", ">units")
    return Table("What leaves and moves", headings, shown, notes)


def _what(row: MoveRow | RetiredRow) -> tuple[str, str, str]:
    return row.accelerator, row.added_in, f"{row.units:,}"
