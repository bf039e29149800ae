"""The choices of authorisations that `authorisations = "auto"` compares, each a case of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.entry.holdings import NONE_MODE, NVEU_MODE, UVEU_MODE
from optimizer.policies.load import with_authorisations
from optimizer.schema.plan import AuthorisationType

if TYPE_CHECKING:
    from optimizer.rules.case import Case


def alternative_cases(case: Case) -> dict[str, Case]:
    """Return the case under each choice of authorisations that its headquarters permits, least first.

    A choice is permitted where some path that needs its status is open to the headquarters in some period.
    """
    kinds = {NONE_MODE: None, NVEU_MODE: AuthorisationType.NVEU, UVEU_MODE: AuthorisationType.UVEU}
    return {
        name: replace(case, policy=with_authorisations(case.policy, name))
        for name, kind in kinds.items()
        if kind is None or _may_hold(case, kind)
    }


def _may_hold(case: Case, kind: AuthorisationType) -> bool:
    owners = [spec.owner for spec in case.policy.paths if spec.needs == kind]
    periods = range(case.first_in_force, case.num_periods)
    return any(case.headquarters_within(owner, period) for owner in owners for period in periods)
