"""Shared resources in the reports: rows, a table, and a line where one binds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.audit import audit
from optimizer.report.compose import compose, compose_audit
from optimizer.report.registry import FORMATS, render
from optimizer.report.summary import summary
from optimizer.rules.registry import compile_limits
from optimizer.solve.session import Session
from optimizer.strategy.search import SearchOptions, search
from tests.builders import case, placing, site

if TYPE_CHECKING:
    from optimizer.report.document import ResultDocument
    from optimizer.rules.case import Case


def budgeted() -> Case:
    """Ten chips at 3 each, and 20 to spend over two quarters: six stand."""
    return case(
        sites=[site("ohio", "US")],
        delivered={"chip": [10, 0]},
        periods=2,
        resources=[{"resource": "capex", "limit": 20, "unit": "MUSD", "counts": "cumulative"}],
        resource_use=[{"resource": "capex", "per_unit": 3}],
    )


def solved() -> ResultDocument:
    company = budgeted()
    with Session() as session:
        return compose(search(company, compile_limits(company), SearchOptions(), session))


def test_rows_say_what_is_used_and_what_is_left() -> None:
    rows = solved().resources

    assert [(row.resource, row.period, row.used, row.limit, row.left) for row in rows] == [
        ("capex", "2025Q1", 18, 20, 2),
        ("capex", "2025Q2", 18, 20, 2),
    ]
    assert {(row.counts, row.unit, row.kind, row.binding) for row in rows} == {
        ("cumulative", "MUSD", "contract", "binding")
    }


def test_every_format_shows_them_and_the_summary_says_what_is_used_up() -> None:
    document = solved()

    assert ("Resources", "capex used up in 2025Q1 to 2025Q2") in summary(document)
    for name in FORMATS:
        if name != "csv":  # which has the placement alone
            assert "capex" in render(document, name)


def test_an_audit_has_them_too() -> None:
    company = budgeted()

    document = compose_audit(audit(company, placing(company, ohio=(5, 6))))

    assert [(row.used, row.left) for row in document.resources] == [(15, 5), (18, 2)]
    assert "Shared resources" in render(document)
