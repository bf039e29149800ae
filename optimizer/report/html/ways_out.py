"""Why an infeasible plan has no answer, and what would give it one, as rows; only what the document has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.report.table import Table, columns, cut
from optimizer.report.wording import NOTHING, compact, gap_text, money, period_runs, quantity

if TYPE_CHECKING:
    from optimizer.report.document import ResultDocument
    from optimizer.report.explain_parts import ChangePart, ConflictPart, PermittedPart, RepairPart

FAMILIES = ("yours to change", "yours to buy", "needs government")
PER_CENT = 100
MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class Conflict:
    """Settings that cannot hold together."""

    title: str
    sentence: str
    members: Table
    remark: str


@dataclass(frozen=True, slots=True)
class Repair:
    """A way out: what it takes, what changes, and the plan it permits."""

    label: str
    sentence: str
    changes: Table
    options: tuple[str, ...]
    """What to write for it, as options of the command line."""
    remark: str
    permitted: str
    plan: Table
    command: str


@dataclass(frozen=True, slots=True)
class Family:
    """Ways out that the same hands can take."""

    title: str
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class WaysOut:
    """Everything about a plan without an answer."""

    arithmetic: tuple[Table, ...]
    conflicts: tuple[Conflict, ...]
    families: tuple[Family, ...]


def ways_out(document: ResultDocument) -> WaysOut:
    """Return why there is no plan and the ways out."""
    arithmetic = (_conditions(document), _broken_limits(document))
    first = () if document.conflict is None else (_conflict(document, document.conflict, "The conflict"),)
    others = (
        _conflict(document, part, f"Another conflict ({number})")
        for number, part in enumerate(document.other_conflicts, start=2)
    )
    families = dict.fromkeys((*FAMILIES, *(part.family for part in document.repairs)))
    found = (
        Family(
            family[:1].upper() + family[1:],
            tuple(_repair(document, part) for part in document.repairs if part.family == family),
        )
        for family in families
    )
    return WaysOut(
        arithmetic=tuple(table for table in arithmetic if table.rows),
        conflicts=(*first, *others),
        families=tuple(family for family in found if family.repairs),
    )


def _conditions(document: ResultDocument) -> Table:
    return Table(
        "What arithmetic alone rules out",
        columns("~what", ">needed", ">available", "unit", "~limits"),
        tuple(
            (part.sentence, compact(part.needed), compact(part.available), part.unit, ", ".join(part.groups))
            for part in document.conditions
        ),
    )


def _broken_limits(document: ResultDocument) -> Table:
    return Table(
        "Limits that are impossible by themselves",
        columns("limit", "~what", ">asks for", ">within reach", "unit", "~citation"),
        *cut(
            (
                (part.key, part.sentence, compact(part.asks), compact(part.reachable), part.unit, part.citation)
                for part in document.broken_limits
            ),
            MOST_ROWS,
            "limits",
        ),
    )


def _conflict(document: ResultDocument, part: ConflictPart, title: str) -> Conflict:
    members = Table(
        "",
        columns("limit", "kind", "setting", "~what it says", "~needed in", "~citation"),
        tuple(
            (
                member.name,
                member.kind.value,
                "; ".join(member.settings),
                member.sentence,
                period_runs(member.periods, document.plan.periods),
                member.citation,
            )
            for member in part.members
        ),
    )
    minimal = (
        "Proven minimal: without any one of these a plan exists."
        if part.proven_minimal
        else "Not proven minimal: a solve was stopped, so not every one of these need be part of it."
    )
    solves = f" {part.solves:,} solve{'s' * (part.solves != 1)} in {part.seconds:.1f} s."
    return Conflict(title, part.sentence, members, f"{minimal}{solves}")


def _repair(document: ResultDocument, part: RepairPart) -> Repair:
    return Repair(
        label=part.label,
        sentence=part.sentence,
        changes=Table(
            "",
            columns("limit", ">today", ">suggested", ">change", ">relative change", "from", "~citation"),
            tuple(_change(change) for change in part.changes),
        ),
        options=part.set_options,
        remark="One step less in any of its changes leaves no plan."
        if part.least
        else "That nothing smaller would do was not shown.",
        permitted=_permitted(document, part.plan),
        plan=_placements(document, part.plan),
        command=part.command,
    )


def _change(part: ChangePart) -> tuple[str, ...]:
    relative = "no old number" if part.relative_change is None else f"{PER_CENT * part.relative_change:,.2f}%"
    return (
        part.group,
        part.today,
        part.suggested,
        part.change,
        relative,
        part.from_period or "the start",
        part.citation,
    )


def _permitted(document: ResultDocument, plan: PermittedPart) -> str:
    worth = money(plan.objective, document.currency)
    status = plan.status.value.replace("_", " ")
    return f"{quantity(plan.units_placed)} units placed, {worth} net present value, {status}, gap {gap_text(plan.gap)}"


def _placements(document: ResultDocument, plan: PermittedPart) -> Table:
    last = document.plan.last_period
    opens = {row.site: row.period for row in plan.openings}
    return Table(
        f"What then stands where in {last}",
        columns("site", "country", "opens", "accelerator", ">units"),
        *cut(
            (
                (row.site, row.country, opens.get(row.site, NOTHING), row.accelerator, quantity(row.units_standing))
                for row in plan.placements
                if row.period == last and row.units_standing
            ),
            MOST_ROWS,
            "rows",
        ),
    )
