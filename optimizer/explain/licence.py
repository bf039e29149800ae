"""A licence to seek: for one destination that has none in authorisations.csv, the fewest units with which a plan exists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.explain.setting import thousands
from optimizer.explain.table_change import ChangedTable, TableChange, has_plan, least_steps
from optimizer.rules.case import make_case
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.plan import Authorisation, AuthorisationType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.explain.feasibility import Feasibility
    from optimizer.rules.case import Case

LABEL = "authorisation"


def licences_to_seek(case: Case, feasibility: Feasibility) -> Iterator[ChangedTable]:
    """Yield a licence for each destination with which alone a plan exists, where the policy has licences."""
    if not any(spec.needs is AuthorisationType.LICENCE for spec in case.policy.paths):
        return
    licensed = {row.country for row in case.plan.authorisations if row.type is AuthorisationType.LICENCE}
    places = [place for place in case.sites_by_destination if _countries(case, place).isdisjoint(licensed)]
    most = sum(row[-1] for row in case.plan.delivered_units)
    if not places or not most or feasibility.budget.is_over():
        return
    if has_plan(_with_licences(case, places, most), feasibility) is not True:
        return
    blocks = [one.block for one in case.plan.accelerators if sum(one.delivered_units)]
    step = min(blocks)
    for place in places:
        found = None if feasibility.budget.is_over() else _least(case, place, step, most, feasibility)
        if found is not None:
            yield found


def _least(case: Case, place: str, step: int, most: int, feasibility: Feasibility) -> ChangedTable | None:
    steps = least_steps(
        -(-most // step), lambda steps: has_plan(_with_licences(case, [place], steps * step), feasibility)
    )
    if steps is None:
        return None
    units = steps[0] * step
    return ChangedTable(_change(place, units), _with_licences(case, [place], units), steps[1])


def _countries(case: Case, place: str) -> set[str]:
    return {place, *(case.plan.sites[site].country for site in case.sites_by_destination[place])}


def _with_licences(case: Case, places: Iterable[str], units: int) -> Case:
    """Return the case of the plan with one more licence for each of some destinations, named as a new row would be."""
    new = [Authorisation(f"licence {place}", AuthorisationType.LICENCE, place, units=units) for place in places]
    return make_case(replace(case.plan, authorisations=(*case.plan.authorisations, *new)))


def _change(place: str, units: int) -> TableChange:
    count = f"{thousands(units)} unit{'' if units == 1 else 's'}"
    return TableChange(
        row=f"authorisations[licence,{place}]",
        kind=LimitKind.POLICY,
        label=LABEL,
        today="none",
        suggested=f"a licence for {count}",
        change=f"+{count}",
        sentence=f"a licence for {count} in {place}",
        citation="authorisations.csv",
        set_option=f"authorisations[+licence,{place}].units={units}",
    )
