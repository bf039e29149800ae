"""What a placement buys past soft limits: the rows, the table for people and the line of the summary."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.economics.worth import Worth
from optimizer.report.exact_numbers import plain
from optimizer.report.explain_parts import BoughtPart
from optimizer.report.table import Table, columns
from optimizer.report.wording import NOTHING, compact, money, period_runs
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact
from optimizer.verify.check import charge_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.report.document import AuditDocument, ResultDocument
    from optimizer.report.judged import Judged
    from optimizer.verify.check import Reading

NOT_LEGAL = "not legal: a what-if, since the limit is the policy's and nobody sells room past it"


def bought_rows(judged: Judged) -> tuple[BoughtPart, ...]:
    """Return one row per soft limit that the placement goes past, in the order of the limits."""
    worth = Worth(judged.case.plan)
    return tuple(_row(worth, reading) for group in judged.groups for reading in group.readings if reading.excess)


def _row(worth: Worth, reading: Reading) -> BoughtPart:
    limit, cost = reading.limit, charge_of(worth, reading)
    price = limit.price or Fraction(0)
    return BoughtPart(
        group=limit.group,
        key=limit.key,
        kind=limit.kind,
        period=limit.period_label,
        excess=plain(reading.excess),
        excess_exact=format_exact(reading.excess),
        unit=limit.unit,
        price=plain(price),
        price_exact=format_exact(price),
        cost=plain(cost),
        cost_exact=format_exact(cost),
        note=NOT_LEGAL if limit.kind is LimitKind.POLICY else None,
    )


def bought_table(document: ResultDocument | AuditDocument, currency: str) -> Table:
    """Return what is bought past each setting: the most in any period, and what all periods cost together."""
    groups = [list(rows) for rows in _by_group(document.bought)]
    is_law = any(rows[0].note for rows in groups)
    return Table(
        "Bought past limits",
        columns("limit", ">most past it", "unit", f">price ({currency})", "~in", ">cost", "~legal"),
        tuple(
            (
                rows[0].group,
                compact(max(row.excess for row in rows)),
                rows[0].unit,
                rows[0].price_exact,
                period_runs([row.period for row in rows], document.plan.periods),
                money(_cost(rows), currency),
                "no: a what-if" if rows[0].note else NOTHING,
            )
            for rows in groups
        ),
        (
            "Prices are per unit and period, before discounting; costs are discounted and together the term `bought`. The "
            "stock before the plan is charged nothing.",
            *((f"What is bought past a policy limit is {NOT_LEGAL}.",) if is_law else ()),
        ),
    )


def bought_text(bought: Sequence[BoughtPart], periods: Sequence[str], currency: str) -> str:
    """Return what is bought past limits in a sentence."""
    parts = []
    for rows in _by_group(bought):
        most = max(row.excess for row in rows)
        when = period_runs([row.period for row in rows], periods)
        legal = " (not legal: a what-if)" if rows[0].note else ""
        parts.append(
            f"{rows[0].group}: up to {compact(most)} {rows[0].unit} past it in {when} for "
            f"{money(_cost(rows), currency)}{legal}"
        )
    return "; ".join(parts)


def _by_group(bought: Sequence[BoughtPart]) -> Iterator[Sequence[BoughtPart]]:
    by_group: dict[str, list[BoughtPart]] = {}
    for row in bought:
        by_group.setdefault(row.group, []).append(row)
    yield from by_group.values()


def _cost(rows: Sequence[BoughtPart]) -> Fraction:
    return sum((Fraction(row.cost_exact) for row in rows), Fraction(0))
