"""Shared resources: what the placement uses of each in each period, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.analysis.binding import Tightness
from optimizer.report.exact_numbers import plain
from optimizer.report.rows import ResourceRow
from optimizer.report.table import Table, columns, cut
from optimizer.report.wording import compact, percent_used_text, period_runs
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.report.document import AuditDocument, ResultDocument
    from optimizer.report.judged import Judged
    from optimizer.report.summary import Line

RULE = "resource"
MOST_ROWS = 60


def resource_rows(judged: Judged) -> tuple[ResourceRow, ...]:
    """Return one row per resource and period that has a limit which the plan enforces."""
    resources = {resource.key: resource for resource in judged.case.plan.resources}
    return tuple(
        ResourceRow(
            resource=reading.limit.scope,
            period=reading.limit.period_label,
            counts=resources[reading.limit.scope].counts,
            kind=reading.limit.kind,
            unit=reading.limit.unit,
            limit=plain(reading.allowance),
            limit_exact=format_exact(reading.allowance),
            used=plain(reading.usage),
            used_exact=format_exact(reading.usage),
            left=plain(reading.slack),
            left_exact=format_exact(reading.slack),
            binding=tightness,
        )
        for group in judged.groups
        if group.limit.rule == RULE
        for reading, tightness in zip(group.readings, group.tightness, strict=True)
    )


def resource_table(document: ResultDocument | AuditDocument) -> Table:
    """Return what is used of each resource and what is left, by period."""
    rows = (
        (
            row.resource,
            row.period,
            row.counts.value,
            compact(row.used),
            f"≤ {compact(row.limit)}",
            compact(row.left),
            row.unit,
            percent_used_text(100 * row.used / row.limit if row.limit else None),
        )
        for row in document.resources
    )
    shown, notes = cut(rows, MOST_ROWS, "rows")
    headings = columns("resource", "period", "counts", ">used", ">limit", ">left", "unit", ">used %")
    return Table("Shared resources", headings, shown, notes)


def resource_lines(rows: Iterable[ResourceRow], periods: tuple[str, ...]) -> Iterator[Line]:
    """Yield the line on resources that bind, if any does; those bought past are told elsewhere."""
    binding: dict[str, list[str]] = {}
    for row in rows:
        if row.binding is Tightness.BINDING and row.left >= 0:
            binding.setdefault(row.resource, []).append(row.period)
    if binding:
        runs = (f"{resource} used up in {period_runs(labels, periods)}" for resource, labels in binding.items())
        yield "Resources", "; ".join(runs)
