"""What the secondary goals reached and what they cost: the rows, the table for people and the lines of the summary."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypedDict

from optimizer.report.exact_numbers import plain
from optimizer.report.explain_words import held_fixed
from optimizer.report.rows import ExactText, GoalRow, Number
from optimizer.report.table import Table, columns
from optimizer.report.wording import NOTHING, compact, gap_text, money
from optimizer.rules.goals import UNITS
from optimizer.schema.goals import Goal
from optimizer.schema.quantities import format_exact
from optimizer.strategy.outcome import Status, relative_gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.report.document import ResultDocument
    from optimizer.schema.goals import Goals
    from optimizer.strategy.outcome import GoalResult, Outcome


class GoalParts(TypedDict):
    """The keys of a result document about goals."""

    goals: tuple[GoalRow, ...]
    best_value: Number | None
    best_value_exact: ExactText | None
    value_floor: Number | None
    value_floor_exact: ExactText | None


def goal_parts(outcome: Outcome) -> GoalParts:
    """Return what became of the goals, and the value that they started from; nothing where there were none."""
    goals, best = outcome.case.plan.goals, outcome.value_search.objective
    if not outcome.goals or best is None:
        return {
            "goals": (),
            "best_value": None,
            "best_value_exact": None,
            "value_floor": None,
            "value_floor_exact": None,
        }
    floor = goals.floor(best)
    return {
        "goals": tuple(_row(one, goals, held_fixed(outcome)) for one in outcome.goals),
        "best_value": plain(best),
        "best_value_exact": format_exact(best),
        "value_floor": plain(floor),
        "value_floor_exact": format_exact(floor),
    }


def _row(one: GoalResult, goals: Goals, held: tuple[str, ...]) -> GoalRow:
    given_up = one.value_before - one.value_after
    gap = relative_gap(one.after, one.best_bound)
    return GoalRow(
        goal=one.goal.value,
        unit=UNITS[one.goal],
        within=plain(goals.within),
        within_exact=format_exact(goals.within),
        before=plain(one.before),
        before_exact=format_exact(one.before),
        after=plain(one.after),
        after_exact=format_exact(one.after),
        best_bound=plain(one.best_bound),
        best_bound_exact=format_exact(one.best_bound),
        gap=None if gap is None else float(gap),
        status=one.status,
        proven=one.is_proven,
        value_given_up=plain(given_up),
        value_given_up_exact=format_exact(given_up),
        stopped_by=one.stopped_by,
        begun=one.is_begun,
        seconds=round(one.seconds, 3),
        held_fixed=held,
        sentence=_sentence(one),
    )


def _sentence(one: GoalResult) -> str:
    unit = "site" if one.after == 1 and one.goal is Goal.FEWEST_SITES else UNITS[one.goal]
    before, after = compact(float(one.before)), compact(float(one.after))
    reached = f"{after} {unit}" + (f" instead of {before}" if one.after != one.before else ", as before")
    return f"{one.goal.value}: {reached}, {_how_sure(one)}"


def _how_sure(one: GoalResult) -> str:
    if one.is_proven:
        return "proven to be the least"
    if not one.is_begun:
        return f"not begun, stopped by the {one.stopped_by}"
    least = f"no less than {compact(float(one.best_bound))} is possible"
    if one.stopped_by is None:
        return f"{least} (gap {gap_text(float(relative_gap(one.after, one.best_bound) or 0))})"
    return f"{least}, stopped by the {one.stopped_by}"


def goal_table(document: ResultDocument) -> Table:
    """Return what each goal reached."""
    held = document.goals[0].held_fixed if document.goals else ()
    return Table(
        "Goals after the value",
        columns("goal", ">at first", ">reached", ">at least", "unit", "~how sure", ">value given up"),
        tuple(
            (
                row.goal,
                compact(row.before),
                compact(row.after),
                compact(row.best_bound) if row.begun or row.proven else NOTHING,
                row.unit,
                _status(row),
                money(row.value_given_up, document.currency),
            )
            for row in document.goals
        ),
        (*_notes(document), *((f"Held as the search for the value chose it: {', '.join(held)}.",) if held else ())),
    )


def _status(row: GoalRow) -> str:
    if row.proven:
        return "proven"
    if not row.begun:
        return f"not begun ({row.stopped_by})"
    if row.stopped_by:
        return f"stopped by the {row.stopped_by}"
    return "within the gap asked" if row.status is Status.WITHIN_GAP else "not proven"


def _notes(document: ResultDocument) -> Iterator[str]:
    if document.best_value is not None and document.value_floor is not None:
        allowed = gap_text(document.goals[0].within)
        yield (
            f"In this order, each kept by the next, within {allowed} of the value found "
            f"({money(document.best_value, document.currency)}): no less than "
            f"{money(document.value_floor, document.currency)}."
        )


def goal_lines(document: ResultDocument) -> Iterator[tuple[str, str]]:
    """Yield the line of the summary on goals, if there are any."""
    if document.goals:
        yield "Goals", "; ".join(row.sentence for row in document.goals)


def value_after_goals(document: ResultDocument) -> str:
    """Return the value of a placement that goals came after: what they gave up, and what the best possible is."""
    best = Fraction(document.best_value_exact or 0)
    given_up = best - Fraction(document.objective_exact or 0)
    share = gap_text(float(given_up / abs(best))) if best else gap_text(0.0)
    amount = money(document.objective or 0, document.currency)
    text = (
        f"{amount} net present value: the goals gave up {money(given_up, document.currency)} ({share}) of the "
        f"{money(best, document.currency)} found"
    )
    if document.best_bound is None:
        return f"{text}; no bound was proven"
    if document.best_bound_exact == document.best_value_exact:
        return f"{text}, which is proven to be the best possible"
    return f"{text}; no placement is worth more than {money(document.best_bound, document.currency)}"
