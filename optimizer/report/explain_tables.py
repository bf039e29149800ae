"""The tables that explain a result: what limits are worth, in three lists; the policy's cost; conflicts and repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.explain.value import NOTHING as NO_MONEY
from optimizer.explain.value import Label, Listed
from optimizer.report.cost_tables import country_table
from optimizer.report.intervals import interval_text
from optimizer.report.table import Table, columns, cut
from optimizer.report.wording import NOTHING, compact, money, money_above, period_runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.report.document import ResultDocument
    from optimizer.report.explain_parts import ConflictPart, CostPart, MovePart, PolicyCostPart, RepairPart, ValuePart

MOST_VALUES = 20
LISTS = {
    Listed.BINDING_VALUABLE: "Limits that bind and are worth money",
    Listed.SLACK_VALUABLE: "Worth money though not tight",
    Listed.BINDING_WORTHLESS: "Limits that bind and are worth nothing more",
}


def explain_tables(document: ResultDocument) -> Iterator[Table]:
    """Yield every table of explanations; those without rows are the caller's to leave out."""
    yield from (_value_table(document, listed, title) for listed, title in LISTS.items())
    if document.policy_cost is not None:
        yield _cost_table(document.policy_cost, document)
        yield country_table(document.policy_cost, document)
    conflicts = [one for one in (document.conflict, *document.other_conflicts) if one is not None]
    for number, conflict in enumerate(conflicts, start=1):
        yield _conflict_table(conflict, document, number if len(conflicts) > 1 else None)
    yield _repair_table(document.repairs, document)


def _value_table(document: ResultDocument, listed: Listed, title: str) -> Table:
    resolution = document.money_resolution
    told = [value for value in document.values if value.listed is listed and _says_something(value)]
    rows = [value for value in told if value.loosened or value.tightened or (value.screened or 0) >= (resolution or 0)]
    shown, notes = cut((_value_row(value, document) for value in rows), MOST_VALUES, "settings")
    if len(rows) < len(told) and shown:
        hidden = len(told) - len(rows)
        notes = (
            *notes,
            f"{hidden} more seem{'s' * (hidden == 1)} to be worth something, a step less than the resolution.",
        )
    if resolution:
        notes = (*notes, f"Money resolution {money(resolution, document.currency)}: a value below it is not shown.")
    if document.explanation is not None and document.explanation.held_fixed:
        notes = (*notes, f"Kept as chosen: {', '.join(document.explanation.held_fixed)}.")
    heads = columns("setting", "~loosened", ">worth", "~tightened", ">costs", "~sites", "proof")
    return Table(title, heads, shown, notes if shown else ())


def _says_something(value: ValuePart) -> bool:
    return bool(value.loosened or value.tightened or value.screened)


def _value_row(value: ValuePart, document: ResultDocument) -> tuple[str, ...]:
    moves = [move for move in (value.loosened, value.tightened) if move is not None]
    labels = {move.label for move in moves}
    proof = Label.CONFIRMED if Label.CONFIRMED in labels else (next(iter(labels)) if labels else Label.SCREENED)
    sites = [f"+{key}" for move in moves for key in move.sites_opened]
    sites += [f"-{key}" for move in moves for key in move.sites_closed]
    if not moves:
        screened = money_above(value.screened or 0, document.currency, document.money_resolution)
        worth = screened if screened.startswith("under") else f"about {screened}"
        return (value.group, value.step_text, worth, NOTHING, NOTHING, NOTHING, Label.SCREENED.value)
    return (
        value.group,
        *_move_cells(value.loosened, document),
        *_move_cells(value.tightened, document),
        ", ".join(dict.fromkeys(sites)) or NOTHING,
        "confirmed" if proof is Label.CONFIRMED else "within the gap",
    )


def _move_cells(move: MovePart | None, document: ResultDocument) -> tuple[str, str]:
    if move is None:
        return NOTHING, NOTHING
    if move.infeasible:
        return move.change_text, "no plan"
    lower = move.lower if move.label is Label.CONFIRMED else None
    return move.change_text, interval_text(lower, move.upper, document.currency, document.money_resolution)


def _cost_table(cost: PolicyCostPart, document: ResultDocument) -> Table:
    def row(name: str, one: CostPart) -> tuple[str, str]:
        return name, interval_text(one.lower, one.upper, document.currency, document.money_resolution)

    rows = [row(f"the whole policy, against {cost.baseline}", cost.total)]
    rows += [row(f"{one.rules[0]} alone", one) for one in cost.by_rule]
    if cost.interaction_lower is not None and cost.interaction_upper is not None:
        span = _signed(cost.interaction_lower, cost.interaction_upper, document)
        rows.append(("the whole less the sum of the rules", span))
    moved = [
        f"{one.name} {compact(one.tpp_with)} TPP, {compact(one.tpp_without)} without"
        for one in cost.countries
        if one.tpp_with != one.tpp_without
    ]
    notes = (f"Placed at the end: {'; '.join(moved)}.",) if moved else ()
    return Table("What the policy costs", columns("~rules", ">cost"), tuple(rows), notes)


def _signed(lower: float, upper: float, document: ResultDocument) -> str:
    """Return an interval that may lie on either side of nothing."""
    if max(abs(lower), abs(upper)) <= NO_MONEY:
        return "nothing"
    if lower <= 0 <= upper and max(abs(lower), abs(upper)) < (document.money_resolution or 0):
        return f"under {money(document.money_resolution or 0, document.currency)} either way"
    ends = (money(lower, document.currency), money(upper, document.currency))
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _conflict_table(conflict: ConflictPart, document: ResultDocument, number: int | None) -> Table:
    rows = tuple(
        (member.kind.value, member.sentence, period_runs(member.periods, document.plan.periods), member.citation)
        for member in conflict.members
    )
    proof = "Proven minimal" if conflict.proven_minimal else "Not proven minimal: a solve was cut short"
    note = f"{proof}, {conflict.solves} solves in {conflict.seconds:.1f} s."
    title = "What cannot hold together" + (f" ({number})" if number else "")
    return Table(title, columns("kind", "~limit", "~needed in", "~written in"), rows, (note,))


def _repair_table(repairs: tuple[RepairPart, ...], document: ResultDocument) -> Table:
    rows = []
    for number, repair in enumerate(repairs, start=1):
        for place, change in enumerate(repair.changes):
            first = place == 0
            since = f" from {change.from_period}" if change.from_period else ""
            rows.append(
                (
                    str(number) if first else "",
                    f"{repair.family}: {repair.label}" if first else "and",
                    change.group,
                    change.today,
                    change.suggested + since,
                    change.change,
                    f"{100 * change.relative_change:.1f}%" if change.relative_change is not None else NOTHING,
                    money(repair.plan.objective, document.currency) if first else "",
                )
            )
    heads = columns(">", "~family", "~setting", "~today", "~suggested", "~change", ">relative", ">plan worth")
    notes = [f"{number}: {repair.command}" for number, repair in enumerate(repairs, start=1)]
    return Table("Ways out", heads, tuple(rows), tuple(notes))
