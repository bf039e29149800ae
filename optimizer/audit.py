"""Judge a placement, or the installed fleet alone, against a policy: no model, no solver, only exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.analysis.binding import GroupReading, group_readings
from optimizer.rules.registry import compile_limits, compile_policy_limits
from optimizer.schema.placement import Placement
from optimizer.verify.check import Verification, verify

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


def audit(case: Case, placement: Placement | None = None) -> Audit:
    """Return the exact verdict on a placement against every limit of a case.

    Without a placement the installed fleet alone is judged, against the policy's limits only: what is planned or promised
    for later says nothing about what stands today. Deliveries still to come are left out of every total, too.
    """
    is_fleet_alone = placement is None
    if is_fleet_alone:
        case = _without_deliveries(case)
    limits = compile_policy_limits(case) if is_fleet_alone else compile_limits(case)
    judged = placement or Placement()
    verification = verify(case, limits, judged)
    return Audit(case, limits, judged, is_fleet_alone, verification, group_readings(case, verification.readings))


def _without_deliveries(case: Case) -> Case:
    idle = tuple(replace(accelerator, delivered_units=()) for accelerator in case.plan.accelerators)
    return replace(case, plan=replace(case.plan, accelerators=idle))
