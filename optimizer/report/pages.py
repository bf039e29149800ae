"""What text and Markdown both show, in order: a title, the summary's lines, tables, closing remarks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from optimizer.report.audit_tables import audit_summary, audit_tables
from optimizer.report.document import AuditDocument, ResultDocument
from optimizer.report.summary import summary
from optimizer.report.tables import explained_tables, result_tables

if TYPE_CHECKING:
    from optimizer.report.document import SolverPart
    from optimizer.report.summary import Line
    from optimizer.report.table import Table

Document = ResultDocument | AuditDocument


@dataclass(frozen=True, slots=True)
class Page:
    """A report for people."""

    title: str
    lines: tuple[Line, ...]
    tables: tuple[Table, ...]
    remarks: tuple[str, ...]


def page(document: Document, *, only_explained: bool = False) -> Page:
    """Return the report on a document; `only_explained`: of its tables those about limits and what they are worth."""
    plan = document.plan
    span = f"{plan.first_period} to {plan.last_period}" if len(plan.periods) > 1 else plan.first_period
    if isinstance(document, AuditDocument):
        what = "installed fleet" if document.judged == "installed fleet" else f"placement of {plan.name}"
        title = f"Audit of the {what}: {plan.company} ({plan.headquarters}), {span}"
        return Page(title, audit_summary(document), audit_tables(document), _assumptions(document))
    title = f"{plan.name}: {plan.company} ({plan.headquarters}), {span}, {document.status.value.replace('_', ' ')}"
    remarks = (*_assumptions(document), _run(document.solver))
    tables = explained_tables(document) if only_explained else result_tables(document)
    return Page(title, summary(document), tables, remarks)


def _assumptions(document: Document) -> tuple[str, ...]:
    number = len(document.assumptions)
    if not number:
        return ("No figure was assumed: the plan gives all of them.",)
    noun = "figure was" if number == 1 else "figures were"
    where = "`assumptions` in the JSON lists them with their sources"
    return (f"{number:,} {noun} assumed (defaults and estimates): {where}.",)


def _run(solver: SolverPart) -> str:
    asked = f", gap asked {100 * solver.gap_asked:g}%" if solver.gap_asked is not None else ""
    runs = [(name, len(list(stages))) for name, stages in groupby(stage.name for stage in solver.stages)]
    names = ", ".join(name if number == 1 else f"{name} ({number} times)" for name, number in runs) or "no solve"
    return f"Solved by {solver.backend} in {solver.seconds:.1f} s ({names}{asked})."
