"""What a document says of authorisations, and of a fleet that is in breach at the start."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from optimizer.policies.policy import AUTHORISATIONS, AUTO, LISTED
from optimizer.report.document import (
    AlternativePart,
    AuthorisationsPart,
    BreachPart,
    CurePart,
    HoldingPart,
)
from optimizer.report.exact_numbers import exact_or_none, plain, plain_or_none
from optimizer.report.wording import quantity
from optimizer.rules.breach import BreachedGroup, Cure, breached_groups
from optimizer.rules.limit import WORLD, Placed, Sense
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.strategy.outcome import Alternative


def authorisations_part(case: Case, alternatives: Iterable[Alternative] = ()) -> AuthorisationsPart | None:
    """Return what the company holds; None where the policy knows no paths."""
    if not case.policy.paths:
        return None
    compared = tuple(alternatives)
    needed = {destination for one in compared if one.is_chosen for destination in one.nveu_destinations}
    held = [
        row
        for row in case.holdings
        if not (compared and row.is_new and row.destination and row.destination not in needed)
    ]
    return AuthorisationsPart(
        mode=AUTO if compared else case.policy.choice(AUTHORISATIONS, LISTED),
        held=tuple(
            HoldingPart(
                key=row.key,
                type=row.type.value,
                destination=row.destination,
                valid_from=row.first_day,
                valid_until=row.last_day,
                new=row.is_new,
            )
            for row in held
        ),
        alternatives=tuple(
            AlternativePart(
                name=one.name,
                status=one.status,
                objective=plain_or_none(one.objective),
                objective_exact=exact_or_none(one.objective),
                best_bound=plain_or_none(one.best_bound),
                best_bound_exact=exact_or_none(one.best_bound),
                chosen=one.is_chosen,
                nveu_destinations=one.nveu_destinations,
                tests_in_breach=one.tests_in_breach,
            )
            for one in compared
        ),
    )


def breach_part(
    case: Case, limits: tuple[Limit, ...], cures: Iterable[Cure] = (), *, is_earliest_proven: bool = True
) -> BreachPart:
    """Return the settings of the policy that the installed fleet breaks, and how they come to be kept.

    `limits` are those of the case as the policy writes them, not those of a cure.
    """
    by_group = {cure.group: cure for cure in cures}
    return BreachPart(
        mode=case.plan.policy.breach.value,
        earliest_proven=is_earliest_proven,
        cures=tuple(_cure_part(case, group, by_group.get(group.group)) for group in breached_groups(case, limits)),
    )


def _cure_part(case: Case, group: BreachedGroup, cure: Cure | None) -> CurePart:
    amount = _cure_amount(group)
    first = group.limits[0]
    complies = cure.complies_in if cure is not None else None
    horizon = case.plan.horizon
    sentence = f"the installed fleet breaks {group.group} ({first.setting}) by {quantity(group.start)} {first.unit}"
    if amount is not None:
        where = "at home" if first.sense is Sense.AT_LEAST else "elsewhere, and nothing there,"
        sentence += f"; {quantity(ceil(amount))} {first.unit} more {where} would cure it"
    else:
        sentence += "; nothing that is added elsewhere cures it"
    if cure is not None:
        after = f"; kept from {horizon.labels[complies]} on" if complies is not None else "; not cured within the plan"
        sentence += after
    return CurePart(
        group=group.group,
        unit=first.unit,
        start=plain(group.start),
        start_exact=format_exact(group.start),
        cure_amount=plain_or_none(amount),
        cure_amount_exact=exact_or_none(amount),
        tests_in_breach=cure.tests_in_breach if cure is not None else None,
        complies_in=horizon.labels[complies] if complies is not None else None,
        complies_on=horizon.first_day(complies) if complies is not None else None,
        sentence=sentence,
    )


def _cure_amount(group: BreachedGroup) -> Fraction | None:
    """Return how much more compute makes up for a breach: V / share of a largest share, V / (1 - share) of a least one."""
    limit = group.limits[0]
    shares = [
        Fraction(weight)
        for variable, weight in limit.allowance.terms
        if isinstance(variable, Placed) and variable.place == WORLD
    ]
    if not shares:
        return None
    divisor = shares[0] if limit.sense is Sense.AT_MOST else 1 - shares[0]
    return Fraction(group.start) / divisor if divisor else None
