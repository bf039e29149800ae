"""The report of an audit for people: the verdict, every limit in full figures, and the countries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.binding_tables import bound_text
from optimizer.report.bought import bought_table
from optimizer.report.changes import change_tables, changes_text
from optimizer.report.halls import hall_table
from optimizer.report.leaving import leaving_table
from optimizer.report.path_tables import authority_lines, breach_table, notice_table, path_table
from optimizer.report.resources import resource_table
from optimizer.report.share_lines import share_line
from optimizer.report.summary import bought_lines, policy_line, reading_line, verification_text
from optimizer.report.table import Footnotes, Table, columns
from optimizer.report.tables import country_table, site_table
from optimizer.report.wording import percent_used_text, period_runs, quantity
from optimizer.report.workload_tables import workload_lines, workload_table
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.report.document import AuditDocument
    from optimizer.report.rows import GroupRow
    from optimizer.report.summary import Line

KIND_TITLES = {
    LimitKind.POLICY: "Policy limits",
    LimitKind.CONTRACT: "Contract limits",
    LimitKind.PHYSICAL: "Physical limits",
}


def audit_summary(document: AuditDocument) -> tuple[Line, ...]:
    """Return the lines of an audit: policy, reading, what was judged, shares, verdict."""
    last = document.periods[-1]
    fleet = f"installed {quantity(last.installed_tpp)} TPP"
    if document.judged == "placement":
        fleet += f", placed {last.placed_units:,} units with {quantity(last.placed_tpp)} TPP by {last.period}"
    return (
        policy_line(document.policy),
        reading_line(document.policy, document.plan),
        *authority_lines(document),
        ("Judged", fleet),
        *workload_lines(document),
        ("Shares", share_line(document.periods, document.groups, document.policy, document.plan)),
        *bought_lines(document.bought, document.plan, document.currency),
        *((("Changes", changes_text(document)),) if document.last_plan and document.judged == "placement" else ()),
        ("Verdict", verification_text(document.verification)),
    )


def audit_tables(document: AuditDocument) -> tuple[Table, ...]:
    """Return every table of an audit that has rows."""
    tables = (
        breach_table(document),
        bought_table(document, document.currency),
        *change_tables(document),
        *_limit_tables(document),
        path_table(document),
        site_table(document),
        workload_table(document),
        leaving_table(document),
        hall_table(document),
        resource_table(document),
        country_table(document),
        notice_table(document),
    )
    return tuple(table for table in tables if table.rows)


def _limit_tables(document: AuditDocument) -> Iterator[Table]:
    for kind, title in KIND_TITLES.items():
        cited = Footnotes()
        rows = tuple(
            (
                _judgement(group),
                group.group,
                quantity(group.usage),
                bound_text(group, quantity(group.allowance)),
                quantity(group.slack),
                group.unit,
                percent_used_text(group.percent_used),
                _when(group, document),
                cited.mark(_cited(group)),
            )
            for group in document.groups
            if group.kind is kind
        )
        headings = columns("", "limit", ">usage", ">allowance", ">slack", "unit", ">used", "~in", "ref")
        yield Table(title, headings, rows, cited.notes())


def _judgement(group: GroupRow) -> str:
    if group.broken_periods:
        return "FAIL"
    return "bought" if group.bought_periods else "pass"


def _cited(group: GroupRow) -> str:
    return f"{group.setting}: {group.citation}" if group.kind is LimitKind.POLICY else group.citation


def _when(group: GroupRow, document: AuditDocument) -> str:
    if group.broken_periods:
        return f"broken {period_runs(group.broken_periods, document.plan.periods)}"
    if group.bought_periods:
        return f"past it {period_runs(group.bought_periods, document.plan.periods)}"
    return group.tightest_period
