"""How an answer came about: solver and versions, settings of the policy, figures assumed, input files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.document import ResultDocument
from optimizer.report.summary import setting_text
from optimizer.report.table import Table, columns, cut
from optimizer.report.wording import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.report.document import SolverPart
    from optimizer.report.pages import Document

MOST_ASSUMED = 200


def footer_tables(document: Document) -> tuple[Table, ...]:
    """Return the tables that close the page, those that have rows."""
    if isinstance(document, ResultDocument):
        solver, versions = tuple(_solver(document.solver)), document.solver.versions
    else:
        solver, versions = (), document.versions
    tables = (
        Table("Solver", columns("what", "~value"), solver),
        Table(
            "Versions", columns("package", "version"), tuple((key, text or NOTHING) for key, text in versions.items())
        ),
        Table(
            f"Settings of {document.policy.name}",
            columns("setting", "value", "set by the plan", "~citation"),
            tuple(
                (name, setting_text(part.value), "yes" if part.overridden else NOTHING, part.citation)
                for name, part in document.policy.settings.items()
            ),
            (f"Version {document.policy.version}, sha256 {document.policy.sha256}.",),
        ),
        Table(
            "Figures assumed",
            columns("~figure", "~value", "~source"),
            *cut(((part.subject, part.value, part.source) for part in document.assumptions), MOST_ASSUMED, "figures"),
        ),
        Table(
            "Input files",
            columns("file", "sha256"),
            tuple(document.plan.input_sha256.items()),
        ),
    )
    return tuple(table for table in tables if table.rows)


def _solver(solver: SolverPart) -> Iterator[tuple[str, str]]:
    yield "backend", solver.backend
    yield "strategy", solver.strategy
    yield "seconds", f"{solver.seconds:.1f}"
    asked = {
        "gap asked": None if solver.gap_asked is None else f"{100 * solver.gap_asked:g}%",
        "time limit, seconds": solver.time_limit_seconds,
        "threads": solver.threads,
        "seed": solver.seed,
        "stopped by": solver.stopped_by,
    }
    yield from ((name, str(value)) for name, value in asked.items() if value is not None)
    for stage in solver.stages:
        yield f"stage: {stage.name}", f"{stage.backend}, {stage.seconds:.1f} s, {stage.nodes:,} nodes"
