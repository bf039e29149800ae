"""What the company is authorised to do: the rows of authorisations.csv, or a status it would apply for.

`authorisations` of the policy chooses: what is listed, no validated-end-user status, NVEU wherever it may be sought, or
UVEU. A status that is not listed is new: it begins `decision_days` after the first day of the plan. Licences are always
those listed. Without that setting in the pack, what is listed is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of
from optimizer.policies.policy import AUTHORISATIONS, AUTO, LISTED
from optimizer.schema.plan import AuthorisationType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.policies.policy import Policy
    from optimizer.schema.plan import Authorisation, Plan

UVEU_MODE, NVEU_MODE, NONE_MODE = "uveu", "nveu", "none"


@dataclass(frozen=True, slots=True)
class Holding:
    """One authorisation in force from `first_day` to `last_day` inclusive; None: no end on that side."""

    key: str
    type: AuthorisationType
    destination: str | None
    """None: worldwide."""
    first_day: date | None
    last_day: date | None
    is_new: bool = False
    """Not listed by the plan: the company would apply for it."""
    row: Authorisation | None = None

    def covers(self, first: date, last: date) -> bool:
        """Return whether it is valid on every day from first to last."""
        return (self.first_day or date.min) <= first and last <= (self.last_day or date.max)

    def touches(self, first: date, last: date) -> bool:
        """Return whether it is valid on any day from first to last."""
        return (self.first_day or date.min) <= last and first <= (self.last_day or date.max)


def holdings_of(plan: Plan, policy: Policy, destinations: Iterable[str]) -> tuple[Holding, ...]:
    """Return what the company holds under the policy's `authorisations`; `destinations` are those with sites, sorted.

    `auto` has to be decided before (optimizer.strategy.alternatives); here it stands for what is listed.
    """
    mode = policy.choice(AUTHORISATIONS, LISTED)
    listed = tuple(_listed(plan, policy))
    licences = tuple(row for row in listed if row.type is AuthorisationType.LICENCE)
    if mode == NONE_MODE:
        return licences
    if mode == NVEU_MODE:
        return (*_nveus(plan, policy, listed, destinations), *licences)
    if mode == UVEU_MODE:
        return (*_uveus(plan, policy, listed), *licences)
    return listed


def listed_holdings(plan: Plan, policy: Policy) -> tuple[Holding, ...]:
    """Return what authorisations.csv lists, whatever the policy's `authorisations` say: the company's history."""
    return tuple(_listed(plan, policy))


def is_auto(policy: Policy) -> bool:
    """Return whether the search is to choose what the company holds."""
    return policy.choice(AUTHORISATIONS, LISTED) == AUTO


def _listed(plan: Plan, policy: Policy) -> Iterator[Holding]:
    for row in plan.authorisations:
        place = destination_of(row.country) if row.country is not None else None
        yield Holding(row.key, row.type, place, row.valid_from, _last_day(row, policy), row=row)


def _last_day(row: Authorisation, policy: Policy) -> date | None:
    """Return the last day of a row; a licence that names none runs as long as its path says."""
    if row.valid_until is not None or row.valid_from is None or row.type is not AuthorisationType.LICENCE:
        return row.valid_until
    years = next((spec.validity_years for spec in policy.paths if spec.needs == row.type and spec.validity_years), None)
    return None if years is None else _years_after(row.valid_from, policy.count(years)) - timedelta(days=1)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


def _uveus(plan: Plan, policy: Policy, listed: tuple[Holding, ...]) -> tuple[Holding, ...]:
    rows = tuple(row for row in listed if row.type is AuthorisationType.UVEU)
    return rows or (_new(plan, policy, AuthorisationType.UVEU, None),)


def _nveus(plan: Plan, policy: Policy, listed: tuple[Holding, ...], destinations: Iterable[str]) -> Iterator[Holding]:
    rows = [row for row in listed if row.type is AuthorisationType.NVEU]
    yield from rows
    held = {row.destination for row in rows}
    named = {
        destination_of(code)
        for spec in policy.paths
        if spec.needs is AuthorisationType.NVEU
        for code in policy.listed(spec.countries)
    }
    for place in destinations:
        if place not in held and (not named or place in named):
            yield _new(plan, policy, AuthorisationType.NVEU, place)


def _new(plan: Plan, policy: Policy, kind: AuthorisationType, place: str | None) -> Holding:
    days = next((spec.decision_days for spec in policy.paths if spec.needs == kind and spec.decision_days), None)
    first = plan.horizon.first_day(0) + timedelta(days=policy.count(days) if days else 0)
    return Holding(f"new {kind}{f' {place}' if place else ''}", kind, place, first, None, is_new=True)
