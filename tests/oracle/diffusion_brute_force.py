"""The optimum of a tiny plan under the diffusion rule by exhaustion: `best_under_diffusion(plan_document)`.

Placements are walked as under every policy (`brute_force.py`). The rule adds closures, shares as exact inequalities, and
for each candidate an exact search for a legal path of every unit (`diffusion_assignment.py`).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.oracle import law
from tests.oracle.brute_force import Option, PolicyTerms, Schedule, as_result, optimum
from tests.oracle.coupling import LinearRow, exact_row
from tests.oracle.diffusion_assignment import BEFORE_THE_RULE, Assigner
from tests.oracle.diffusion_caps import ShareTest, share_tests
from tests.oracle.diffusion_facts import Company, read_company
from tests.oracle.diffusion_law import HOLDINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.oracle.plan_facts import Row, SiteFacts


def best_under_diffusion(plan_document: Row, holding: str | None = None) -> Fraction | None:
    """Return the exact optimum for what the document, or `holding`, says is held; None when no plan exists."""
    found = best_result_under_diffusion(plan_document, holding)
    return None if found is None else Fraction(found["objective_exact"])


def best_holding(plan_document: Row) -> Fraction | None:
    """Return the largest optimum of all that the headquarters may hold; None when none has a plan."""
    tier = law.tier(plan_document["company"]["headquarters"], read_company(plan_document, "none").plan.first_days[0])
    optima = [best_under_diffusion(plan_document, holding) for holding in HOLDINGS[tier]]
    return max((optimum for optimum in optima if optimum is not None), default=None)


def best_result_under_diffusion(plan_document: Row, holding: str | None = None) -> dict[str, Any] | None:
    """Return an optimal placement with its entries in the form of the tool's JSON result, or None."""
    company = read_company(plan_document, holding)
    assigner = Assigner(company)

    def is_closed(site: SiteFacts, period: int) -> bool:
        return any(company.is_closed(country, period) for country in (site.country, company.plan.headquarters))

    def permits(schedules: Mapping[str, Schedule], is_complete: bool) -> bool:
        return assigner.assign(schedules, is_complete=is_complete) is not None

    terms = PolicyTerms(is_closed, tuple(_share_rows(company)), permits)
    found = optimum(company.plan, terms)
    if found is None:
        return None
    chosen, objective = found
    return as_result(company.plan, chosen, objective) | {"entries": _entries(company, assigner, chosen)}


def _share_rows(company: Company) -> list[LinearRow]:
    """Return the shares that count all stock, whatever its path, as inequalities over what stands."""
    by_path = company.settings["share_counts"] == "uveu_only"
    return [_row(company, test) for test in share_tests(company) if not (by_path and test.by_path)]


def _row(company: Company, test: ShareTest) -> LinearRow:
    """Write inside - share x total <= 0 (at home: >=) with the placed units on the left."""
    inside = Fraction(sum(row.tpp for row in company.stock if row.destination in test.places))
    total = Fraction(sum(row.tpp for row in company.stock))
    weights: dict[tuple[str, str], Fraction] = {}
    is_delivered = company.settings["share_denominator"] == "delivered"
    holds = law.destination(company.settings["holding_country"]) in test.places
    if test.stock_of >= 0:
        for site in company.plan.sites:
            for key, tpp in company.tpp.items():
                counts = (company.destination(site) in test.places) - (is_delivered and holds)
                weights[site, key] = tpp * (counts - (Fraction(0) if is_delivered else test.share))
        if is_delivered:
            accelerators = company.plan.accelerators.items()
            delivered = sum(acc.delivered[test.stock_of] * company.tpp[key] for key, acc in accelerators)
            total += delivered
            inside += delivered if holds else 0
    sign = -1 if test.is_least else 1
    signed = {pair: sign * weight for pair, weight in weights.items()}
    return exact_row(max(0, test.stock_of), signed, sign * (test.share * total - inside))


def _entries(company: Company, assigner: Assigner, chosen: list[Option]) -> list[dict[str, Any]]:
    schedules = {site: option.schedule for site, option in zip(company.plan.sites, chosen, strict=True)}
    splits = assigner.assign(schedules, is_complete=True)
    if splits is None:
        msg = "the optimum has no legal paths"
        raise RuntimeError(msg)
    added: dict[tuple[str, str, str], list[int]] = {}
    for item, split in splits.items():
        for (path, _), units in zip(item.paths, split, strict=True):
            if units and path != BEFORE_THE_RULE:
                row = added.setdefault((item.destination, path, item.accelerator), [0] * company.plan.num_periods)
                row[item.period] += units
    return [entry for key, row in sorted(added.items()) for entry in _entry_rows(company, key, row)]


def _entry_rows(company: Company, key: tuple[str, str, str], added: list[int]) -> list[dict[str, Any]]:
    where, path, accelerator = key
    rows = []
    for period, units in enumerate(added):
        standing = sum(added[: period + 1])
        if standing:
            counts = {
                "units_added": units,
                "units_standing": standing,
                "tpp_standing": standing * company.tpp[accelerator],
            }
            place = {"destination": where, "gate": where, "path": path, "accelerator": accelerator}
            rows.append({"period": company.plan.labels[period], **place, **counts})
    return rows
