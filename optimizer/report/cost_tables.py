"""What the policy's limits on single destinations cost, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.explain.value import Label
from optimizer.report.intervals import interval_text
from optimizer.report.table import Table, columns, cut
from optimizer.report.wording import NOTHING, money_above

if TYPE_CHECKING:
    from optimizer.report.document import ResultDocument
    from optimizer.report.explain_parts import LiftedPart, PolicyCostPart

TITLE = "What the limits on one country cost"
MOST_COUNTRIES = 20
NOTE = "All limits of the policy on that country lifted, the rest kept; the figures of several do not add up."


def country_table(cost: PolicyCostPart, document: ResultDocument) -> Table:
    """Return a row for each destination in which a limit of the policy is felt, most first."""
    shown, notes = cut((_row(one, document) for one in cost.by_country), MOST_COUNTRIES, "countries")
    heads = columns("country", "~lifted", ">cost", "proof")
    return Table(TITLE, heads, shown, (*notes, NOTE) if shown else ())


def _row(one: LiftedPart, document: ResultDocument) -> tuple[str, ...]:
    rules = ", ".join(dict.fromkeys(group.partition("[")[0] for group in one.groups))
    currency, resolution = document.currency, document.money_resolution
    match one.label:
        case Label.SCREENED:
            seems = NOTHING if one.screened is None else money_above(one.screened, currency, resolution)
            worth, proof = seems if one.screened is None or seems.startswith("under") else f"about {seems}", "screened"
        case Label.CONFIRMED:
            worth, proof = interval_text(one.lower, one.upper, currency, resolution), "confirmed"
        case Label.NOT_DISTINGUISHABLE:
            worth, proof = interval_text(None, one.upper, currency, resolution), "within the gap"
    return f"{one.country} {one.name}", rules, worth, proof
