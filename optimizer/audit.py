"""Judge a placement, or the installed fleet alone, against a policy: no model, no solver, only exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.analysis.assignment import with_paths
from optimizer.analysis.binding import GroupReading, group_readings
from optimizer.analysis.service import with_service
from optimizer.entry.holdings import is_auto
from optimizer.rules.alternatives import alternative_cases
from optimizer.rules.breach import Cure, breached_groups, cure_limits, cures_of
from optimizer.rules.ledger import Ledger
from optimizer.rules.registry import compile_limits, compile_policy_limits
from optimizer.schema.placement import Placement
from optimizer.schema.plan import Breach
from optimizer.verify.check import Verification, verify
from optimizer.verify.entries import misfit_entries
from optimizer.verify.service import misfit_service
from optimizer.verify.structure import misfit_faults

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


@dataclass(frozen=True)
class Audit:
    """The verdict on a placement, or on the installed fleet alone."""

    case: Case
    limits: tuple[Limit, ...]
    placement: Placement
    is_fleet_alone: bool
    """No placement was given; one that was given and places nothing is still a placement."""
    verification: Verification
    groups: tuple[GroupReading, ...]
    cures: tuple[Cure, ...] = ()
    """When the limits that the installed fleet breaks come to be kept; empty unless a cure is judged."""


def audit(case: Case, placement: Placement | None = None) -> Audit:
    """Return the exact verdict on a placement against every limit of a case.

    Without a placement the installed fleet alone is judged, against the policy's limits only: what is planned or promised
    for later says nothing about what stands today. Deliveries still to come are left out of every total, too. Units whose
    path a placement does not say are assigned to paths one after the other (`optimizer.analysis.assignment`); where it
    does not say who serves what, workloads are served as well as the stock allows (`optimizer.analysis.service`).
    """
    if not is_auto(case.policy):
        return _audit(case, placement)
    # What the search would choose is not known here: any choice under which every limit is kept will do.
    audits = [_audit(one, placement) for one in alternative_cases(case).values()]
    return min(audits, key=lambda one: len(one.verification.broken) + len(one.verification.faults))


def _audit(case: Case, placement: Placement | None) -> Audit:
    is_fleet_alone = placement is None
    if is_fleet_alone:
        case = _without_deliveries(case)
    limits = compile_policy_limits(case) if is_fleet_alone else compile_limits(case)
    judged = placement or Placement()
    if not judged.entered_units or any(misfit_entries(case, judged)):  # none given, or those of another policy
        judged = with_paths(case, limits, judged)
    if not is_fleet_alone and (not judged.served_tpp or any(misfit_service(case, judged))):
        judged = with_service(case, limits, judged)
    cures: tuple[Cure, ...] = ()
    if placement is not None and case.plan.policy.breach is Breach.CURE and not any(misfit_faults(case, judged)):
        groups = breached_groups(case, limits)
        cures = cures_of(groups, Ledger(case, judged).value)
        limits = cure_limits(case, limits, groups, {cure.group: cure.tests_in_breach for cure in cures})
    verification = verify(case, limits, judged)
    return Audit(case, limits, judged, is_fleet_alone, verification, group_readings(case, verification.readings), cures)


def _without_deliveries(case: Case) -> Case:
    idle = tuple(replace(accelerator, delivered_units=(), bound=()) for accelerator in case.plan.accelerators)
    return replace(case, plan=replace(case.plan, accelerators=idle))
