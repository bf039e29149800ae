"""The table and the line about workloads, for people: what is served from where, and what stays unmet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.table import Table, columns, cut
from optimizer.report.wording import NOTHING, compact, money, period_runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.report.document import AuditDocument, ResultDocument
    from optimizer.report.summary import Line
    from optimizer.report.workload_rows import WorkloadRow

MOST_WORKLOADS = 40
MOST_SITES = 4
MOST_NAMED = 3


def workload_table(document: ResultDocument | AuditDocument) -> Table:
    """Return what each workload asks for and gets, by period of the end, and from where."""
    last = document.plan.last_period
    by_workload = _by_workload(document)
    rows = (_row(rows, document) for rows in by_workload)
    shown, notes = cut(rows, MOST_WORKLOADS, "workloads")
    headings = columns(
        "workload", "must", ">demand", ">served", "~unmet in", ">unmet worth", "~from", ">latency", ">at most"
    )
    explained = (
        "TPP and sites in the last period; what the unmet demand of all periods would be worth is its present value at the "
        "best site that may serve it; latency in ms is the round trip to the farthest site, given or estimated.",
    )
    return Table(f"Workloads in {last} (TPP)", headings, shown, (*notes, *explained))


def _row(rows: Sequence[WorkloadRow], document: ResultDocument | AuditDocument) -> tuple[str, ...]:
    end = rows[-1]
    unmet = [row.period for row in rows if row.unmet_tpp]
    worth = sum(row.unmet_value or 0 for row in rows)
    more = f" and {len(end.sites) - MOST_SITES} more" if len(end.sites) > MOST_SITES else ""
    return (
        end.workload,
        "yes" if end.must_serve else NOTHING,
        compact(end.demand_tpp),
        compact(end.served_tpp),
        period_runs(unmet, document.plan.periods) if unmet else NOTHING,
        money(worth, document.currency) if unmet else NOTHING,
        ", ".join(end.sites[:MOST_SITES]) + more or NOTHING,
        NOTHING if end.largest_latency_ms is None else compact(end.largest_latency_ms),
        NOTHING if end.max_latency_ms is None else compact(end.max_latency_ms),
    )


def workload_lines(document: ResultDocument | AuditDocument) -> Iterator[Line]:
    """Yield the line on what is served and what stays unmet, where the plan has workloads."""
    last = document.plan.last_period
    rows = [row for row in document.workloads if row.period == last]
    if not rows:
        return
    demand, served = sum(row.demand_tpp for row in rows), sum(row.served_tpp for row in rows)
    text = f"{compact(served)} of {compact(demand)} TPP asked for in {last}"
    unmet = [rows for rows in _by_workload(document) if any(row.unmet_tpp for row in rows)]
    if not unmet:
        yield "Served", f"{text}; nothing unmet in any period"
        return
    named = sorted(unmet, key=lambda rows: (-sum(row.unmet_value or 0 for row in rows), rows[0].workload))
    parts = [
        f"{rows[0].workload} {compact(sum(row.unmet_tpp for row in rows) / len(rows))}" for rows in named[:MOST_NAMED]
    ]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    worth = sum(row.unmet_value or 0 for rows in unmet for row in rows)
    yield (
        "Served",
        f"{text}; unmet on average, TPP: {', '.join(parts)}{more}, in all worth {money(worth, document.currency)} at the "
        "best sites that may serve it",
    )


def _by_workload(document: ResultDocument | AuditDocument) -> list[list[WorkloadRow]]:
    found: dict[str, list[WorkloadRow]] = {}
    for row in document.workloads:
        found.setdefault(row.workload, []).append(row)
    return list(found.values())
