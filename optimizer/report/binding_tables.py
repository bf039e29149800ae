"""The limits that bind, for people: one table per kind. What binds by what it is, or is of nothing, is only counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.table import Footnotes, Table, columns, cut
from optimizer.report.wording import compact, percent_used_text, period_runs
from optimizer.rules.frozen import FROZEN
from optimizer.rules.limit import Sense
from optimizer.rules.site_compute import SITE_COMPUTE
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.report.document import ResultDocument
    from optimizer.report.rows import GroupRow, LimitRow

MOST_LIMITS = 20
KIND_TITLES = {
    LimitKind.POLICY: "Policy limits that bind",
    LimitKind.CONTRACT: "Contract limits that bind",
    LimitKind.PHYSICAL: "Physical limits that bind",
}
COUNTED = frozenset({FROZEN, SITE_COMPUTE})
"""Rules whose limits bind by what they are: stock held as it was, compute that serves whoever pays for it."""


def binding_tables(document: ResultDocument) -> Iterator[Table]:
    """Yield the groups that bind, one table per kind; physical ones that bind longest come first."""
    empty = {(row.group, row.period) for row in document.limits if _is_of_nothing(row)}
    for kind, title in KIND_TITLES.items():
        of_kind = [group for group in document.groups if group.kind is kind]
        named = [group for group in of_kind if group.rule not in COUNTED]
        when = {group.group: _periods(group, empty) for group in named}
        binding = [group for group in named if when[group.group]]
        if kind is LimitKind.PHYSICAL:
            binding.sort(key=lambda group: -len(when[group.group]))
        cited = Footnotes()
        cells = (_row(group, when, document.plan.periods, cited) for group in binding)
        shown, more = cut(cells, MOST_LIMITS, "limits")
        notes = (*more, *_counts(of_kind, when), *cited.notes())
        headings = columns("limit", ">usage", ">allowance", ">slack", "unit", ">used", "~binding in", "ref")
        yield Table(title, headings, shown, notes)


def _is_of_nothing(row: LimitRow) -> bool:
    return row.usage == row.allowance == 0 and row.sense is Sense.AT_MOST


def _periods(group: GroupRow, empty: set[tuple[str, str]]) -> tuple[str, ...]:
    """Return the periods in which a group binds and there is something to use."""
    return tuple(label for label in group.binding_periods if (group.group, label) not in empty)


def _counts(of_kind: list[GroupRow], when: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield what is counted and not named."""
    closed = sum(group.binding == "closed" for group in of_kind if group.rule not in COUNTED)
    if closed:
        yield f"{closed} more allow nothing at all (closed)"
    nothing = sum(bool(group.binding_periods) and not when[group.group] for group in of_kind if group.group in when)
    if nothing:
        yield f"{nothing} more have nothing to use in this placement, and nothing used of it"
    serving = [group for group in of_kind if group.rule == SITE_COMPUTE]
    full = sum(bool(group.binding_periods) for group in serving)
    if full:
        yield f"{full} of {len(serving)} sites serve workloads with all their compute in some period (`site_compute`)"
    frozen = sum(group.rule == FROZEN for group in of_kind)
    if frozen:
        yield f"{frozen} more hold what is frozen as last planned (`frozen`)"


def _row(
    group: GroupRow, when: Mapping[str, tuple[str, ...]], periods: tuple[str, ...], cited: Footnotes
) -> tuple[str, ...]:
    return (
        group.group,
        compact(group.usage),
        bound_text(group, compact(group.allowance)),
        compact(group.slack),
        group.unit,
        percent_used_text(group.percent_used),
        period_runs(when[group.group], periods),
        cited.mark(group.citation),
    )


def bound_text(group: GroupRow, allowance: str) -> str:
    """Return an allowance with the side that usage stays on."""
    return f"{'≥' if group.sense is Sense.AT_LEAST else '≤'} {allowance}"
