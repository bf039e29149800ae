"""What settings are worth and what the policy costs, as rows; only where the document has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.explain.value import Listed
from optimizer.report.cost_tables import country_table
from optimizer.report.html.intervals import Worth, worth
from optimizer.report.intervals import interval_text
from optimizer.report.table import Table, columns
from optimizer.report.wording import NOTHING, compact, grouped, money_above, period_runs

if TYPE_CHECKING:
    from optimizer.report.document import ResultDocument
    from optimizer.report.explain_parts import CostPart, PolicyCostPart, ValuePart

LIST_TITLES = {
    Listed.BINDING_VALUABLE: "Binding and valuable",
    Listed.SLACK_VALUABLE: "Worth more though not tight",
    Listed.BINDING_WORTHLESS: "Binding and worthless",
    Listed.OTHER: "Neither binding nor valuable",
}


@dataclass(frozen=True, slots=True)
class Lever:
    """One setting and what it is worth to move it."""

    group: str
    setting: str
    step: str
    loosened: Worth | None
    tightened: Worth | None
    screened: str
    binding: str
    sentence: str
    citation: str


@dataclass(frozen=True, slots=True)
class LeverList:
    """Settings of one list, largest value first."""

    title: str
    levers: tuple[Lever, ...]


@dataclass(frozen=True, slots=True)
class PolicyCost:
    """What the policy costs: a sentence, the cost by rule and by country, and compute by country with and without it."""

    sentence: str
    tables: tuple[Table, ...]


def lever_lists(document: ResultDocument) -> tuple[LeverList, ...]:
    """Return the lists that have settings."""
    told = [part for part in document.values if says_something(part)]
    lists = (
        LeverList(title, tuple(_lever(document, part) for part in told if part.listed is listed))
        for listed, title in LIST_TITLES.items()
    )
    return tuple(one for one in lists if one.levers)


def says_something(part: ValuePart) -> bool:
    """Return whether anything was tried, or seems to be worth money."""
    return bool(part.loosened or part.tightened or part.screened)


def _lever(document: ResultDocument, part: ValuePart) -> Lever:
    currency, resolution = document.currency, document.money_resolution
    return Lever(
        group=part.group,
        setting=grouped(f"{part.setting} {part.unit}" if part.unit not in part.setting else part.setting),
        step=part.step_text,
        loosened=worth(part.loosened, currency, resolution),
        tightened=worth(part.tightened, currency, resolution),
        screened=NOTHING if part.screened is None else money_above(part.screened, currency, resolution),
        binding=period_runs(part.binding_periods, document.plan.periods),
        sentence=part.sentence,
        citation=part.citation,
    )


def policy_cost(document: ResultDocument) -> PolicyCost | None:
    """Return what the policy costs against its baseline; None where that was not worked out."""
    part = document.policy_cost
    if part is None:
        return None
    by_country = Table(
        f"Compute by country in {document.plan.last_period} (TPP)",
        columns("country", ">with the policy", f">under {part.baseline}"),
        tuple((f"{row.country} {row.name}", compact(row.tpp_with), compact(row.tpp_without)) for row in part.countries),
    )
    tables = (_costs(document, part), country_table(part, document), by_country)
    return PolicyCost(part.sentence, tuple(table for table in tables if table.rows))


def _costs(document: ResultDocument, part: PolicyCostPart) -> Table:
    def interval(lower: float | None, upper: float | None) -> str:
        return interval_text(lower, upper, document.currency, document.money_resolution)

    def cells(name: str, cost: CostPart) -> tuple[str, ...]:
        return name, interval(cost.lower, cost.upper)

    rows = [cells(", ".join(cost.rules), cost) for cost in part.by_rule]
    rows.append(cells("all together", part.total))
    if part.interaction_lower is not None or part.interaction_upper is not None:
        rows.append(("together less the sum of each alone", interval(part.interaction_lower, part.interaction_upper)))
    return Table(f"What the rules cost against {part.baseline}", columns("lifted", ">cost"), tuple(rows))
