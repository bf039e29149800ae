"""From the policy's cost to its part of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.catalogue.countries import find_country
from optimizer.report import explain_words as words
from optimizer.report.exact_numbers import exact_or_none, plain, plain_or_none
from optimizer.report.explain_parts import CostPart, CountryCostPart, LiftedPart, PolicyCostPart

if TYPE_CHECKING:
    from fractions import Fraction

    from optimizer.explain.lifted import Lifted
    from optimizer.explain.policy_cost import Cost, PolicyCost


def cost_part(cost: PolicyCost, currency: str, resolution: Fraction | None) -> PolicyCostPart:
    """Return the policy's cost: in all, by rule and by country."""
    least, most = cost.interaction
    return PolicyCostPart(
        baseline=cost.baseline,
        total=_one_cost(cost.total),
        by_rule=tuple(map(_one_cost, cost.by_rule)),
        interaction_lower=plain_or_none(least),
        interaction_upper=plain_or_none(most),
        countries=tuple(
            CountryCostPart(
                country=row.destination,
                name=_country_name(row.destination),
                tpp_with=plain(row.tpp_with),
                tpp_without=plain(row.tpp_without),
            )
            for row in cost.countries
        ),
        by_country=tuple(map(_lifted_part, cost.by_country)),
        sentence=words.cost_sentence(cost, currency, resolution),
    )


def _country_name(code: str) -> str:
    found = find_country(code)
    return found.name if found else code


def _lifted_part(one: Lifted) -> LiftedPart:
    return LiftedPart(
        country=one.destination,
        name=_country_name(one.destination),
        groups=one.groups,
        label=one.label,
        lower=plain_or_none(one.lower),
        lower_exact=exact_or_none(one.lower),
        upper=plain_or_none(one.upper),
        upper_exact=exact_or_none(one.upper),
        screened=one.screened,
    )


def _one_cost(cost: Cost) -> CostPart:
    return CostPart(
        rules=cost.rules,
        lower=plain_or_none(cost.lower),
        lower_exact=exact_or_none(cost.lower),
        upper=plain_or_none(cost.upper),
        upper_exact=exact_or_none(cost.upper),
    )
