"""Every rule, in reading order, and the one table of limits that a case compiles to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.errors import InputError, Problem
from optimizer.rules import (
    allowed_accelerators,
    closed_destination,
    closed_parent,
    commitments,
    deliveries,
    destination_share,
    home_share,
    max_units,
    min_units,
    must_place,
    national_cap,
    openings,
    outside_tier1_share,
    site_power,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from optimizer.policies.policy import RuleSpec
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit

POLICY_RULES: Mapping[str, Callable[[Case, RuleSpec], Iterator[Limit]]] = {
    "home_share": home_share.limits,
    "outside_tier1_share": outside_tier1_share.limits,
    "destination_share": destination_share.limits,
    "national_cap": national_cap.limits,
    "closed_destination": closed_destination.limits,
    "closed_parent": closed_parent.limits,
}
"""Kinds of rule a policy pack may use."""

PLAN_RULES: Mapping[str, Callable[[Case], Iterator[Limit]]] = {
    "must_place": must_place.limits,
    "commitment": commitments.limits,
    "min_units": min_units.limits,
    "deliveries": deliveries.limits,
    "site_power": site_power.limits,
    "max_units": max_units.limits,
    "openings": openings.limits,
    "allowed_accelerators": allowed_accelerators.limits,
}
"""Rules that come from the plan itself; they always apply. Contract first, then physical."""


def compile_policy_limits(case: Case) -> tuple[Limit, ...]:
    """Return the limits of the policy alone, in the order of its rules, then scopes, then periods.

    Raises InputError when the pack names a kind of rule that does not exist.
    """
    limits: list[Limit] = []
    for spec in case.policy.rules:
        if spec.kind not in POLICY_RULES:
            known = ", ".join(POLICY_RULES)
            raise InputError([Problem(f"no rule of kind {spec.kind!r}", file=case.policy.name, hint=f"one of {known}")])
        limits.extend(sorted(POLICY_RULES[spec.kind](case, spec), key=lambda limit: (limit.scope, limit.period)))
    return tuple(limits)


def compile_limits(case: Case) -> tuple[Limit, ...]:
    """Return every limit of a case: policy, then contract, then physical.

    Raises InputError when plan.toml's [limits] names a group that the case does not have.
    """
    own = [limit for compile_rule in PLAN_RULES.values() for limit in compile_rule(case)]
    limits = (*compile_policy_limits(case), *own)
    _check_settings(case, limits)
    return limits


def _check_settings(case: Case, limits: tuple[Limit, ...]) -> None:
    groups = {limit.group for limit in limits} | {f"{limit.rule}[*]" for limit in limits}
    missing = [name for name in case.plan.limit_settings if name not in groups]
    if missing:
        raise InputError(
            [
                Problem(
                    "no limits of that name in this plan",
                    file="plan.toml",
                    column=f"limits.{name}",
                    hint="`placement limits-list PLAN` names them",
                )
                for name in missing
            ]
        )
