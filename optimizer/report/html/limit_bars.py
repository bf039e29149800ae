"""Every limit as usage beside its allowance: the rows of the page's own tables of limits, by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.analysis.binding import Tightness
from optimizer.report.binding_tables import bound_text
from optimizer.report.document import ResultDocument
from optimizer.report.html.intervals import Worth, worth
from optimizer.report.table import Footnotes
from optimizer.report.wording import compact, percent_used_text, period_runs
from optimizer.rules.frozen import FROZEN
from optimizer.rules.site_compute import SITE_COMPUTE
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.report.explain_parts import ValuePart
    from optimizer.report.pages import Document
    from optimizer.report.rows import GroupRow

TITLES = {
    LimitKind.POLICY: "Policy limits",
    LimitKind.CONTRACT: "Contract limits",
    LimitKind.PHYSICAL: "Physical limits",
}
WHOLE = 100.0
STATES = ("broken", "binding", "slack")
MOST_OPEN = 20
"""A longer table of physical limits is folded away at first."""
MOST_BARS = 300
"""So that a plan of ten thousand sites still has a page that opens at once."""


@dataclass(frozen=True, slots=True)
class LimitBar:
    """One setting in the period in which it is tightest; bar and mark are per cent of the row's own scale."""

    group: str
    state: str
    """`broken`, `binding` or `slack`."""
    bar: float
    mark: float
    used: str
    usage: str
    allowance: str
    unit: str
    tightest_in: str
    when: str
    value: Worth | None
    reference: str


@dataclass(frozen=True, slots=True)
class LimitTable:
    """The limits of one kind: those with room for something, and those that allow nothing at all."""

    title: str
    count: str
    bars: tuple[LimitBar, ...]
    left_out: int
    """How many more there are, none of them as tight."""
    closed: tuple[str, ...]
    idle: tuple[str, ...]
    """Least amounts that ask for nothing of this placement, and most amounts of nothing, such as those of sites that it
    does not use."""
    serving: tuple[str, ...]
    """Sites that serve workloads with all their compute."""
    citations: tuple[str, ...]
    has_values: bool
    is_open: bool


def limit_tables(document: Document) -> tuple[LimitTable, ...]:
    """Return the limits by kind; none without a placement."""
    values = {part.group: part for part in document.values} if isinstance(document, ResultDocument) else {}
    tables = (_table(document, kind, values) for kind in LimitKind)
    return tuple(table for table in tables if table.bars or table.closed or table.idle or table.serving)


def _table(document: Document, kind: LimitKind, values: Mapping[str, ValuePart]) -> LimitTable:
    of_kind = [one for one in document.groups if one.kind is kind and not _is_frozen(one)]
    live = [group for group in of_kind if not (_is_closed(group) or _is_idle(group) or _is_serving(group))]
    live.sort(key=lambda group: (STATES.index(_state(group)), -len(group.binding_periods), -_closeness(group)))
    cited = Footnotes()
    bars = tuple(_bar(document, group, values.get(group.group), cited) for group in live[:MOST_BARS])
    return LimitTable(
        title=TITLES[kind],
        count=_count(live),
        bars=bars,
        left_out=len(live) - len(bars),
        closed=tuple(f"{group.group} {cited.mark(group.citation)}" for group in of_kind if _is_closed(group)),
        idle=tuple(f"{group.group} {cited.mark(group.citation)}" for group in of_kind if _is_idle(group)),
        serving=tuple(f"{group.group} {cited.mark(group.citation)}" for group in of_kind if _is_serving(group)),
        citations=cited.notes(),
        has_values=any(bar.value is not None for bar in bars),
        is_open=kind is not LimitKind.PHYSICAL or len(bars) <= MOST_OPEN,
    )


def _is_frozen(group: GroupRow) -> bool:
    """Return whether a limit is kept that only holds what the last plan has: those are in limits.csv."""
    return group.rule == FROZEN and not group.broken_periods


def _is_closed(group: GroupRow) -> bool:
    return group.binding is Tightness.CLOSED and not group.broken_periods


def _is_idle(group: GroupRow) -> bool:
    is_of_nothing = group.usage == group.allowance == 0 and not group.broken_periods
    return is_of_nothing and not _is_closed(group)


def _is_serving(group: GroupRow) -> bool:
    """Return whether it binds that a site serves with all it has: wherever a TPP earns something it does."""
    return group.rule == SITE_COMPUTE and _state(group) == "binding"


def _closeness(group: GroupRow) -> float:
    """Return how near usage is to the allowance, from whichever side it must stay: 1 where they are equal."""
    smaller, larger = sorted((abs(group.usage), abs(group.allowance)))
    return smaller / larger if larger else 0.0


def _state(group: GroupRow) -> str:
    if group.broken_periods:
        return "broken"
    return "binding" if group.binding_periods else "slack"


def _count(groups: list[GroupRow]) -> str:
    numbers = {state: sum(_state(group) == state for group in groups) for state in STATES}
    words = {"broken": "broken", "binding": "binding", "slack": "with room"}
    return ", ".join(f"{number:,} {words[state]}" for state, number in numbers.items() if number)


def _bar(document: Document, group: GroupRow, value: ValuePart | None, cited: Footnotes) -> LimitBar:
    scale = max(abs(group.usage), abs(group.allowance)) or 1
    runs = {
        "broken": group.broken_periods,
        "binding": group.binding_periods,
        "slack": (),
    }[_state(group)]
    return LimitBar(
        group=group.group,
        state=_state(group),
        bar=round(WHOLE * max(0, group.usage) / scale, 1),
        mark=round(WHOLE * max(0, group.allowance) / scale, 1),
        used=percent_used_text(group.percent_used),
        usage=compact(group.usage),
        allowance=bound_text(group, compact(group.allowance)),
        unit=group.unit,
        tightest_in=group.tightest_period,
        when=period_runs(runs, document.plan.periods),
        value=_worth(document, value),
        reference=cited.mark(group.citation),
    )


def _worth(document: Document, part: ValuePart | None) -> Worth | None:
    """Return what loosening the setting is worth, where that was worked out."""
    if part is None or not isinstance(document, ResultDocument):
        return None
    return worth(part.loosened, document.currency, document.money_resolution)
