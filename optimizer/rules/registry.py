"""Every rule, in reading order, and the one table of limits that a case compiles to."""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from optimizer.errors import InputError, Problem
from optimizer.policies.load import load_policy, policy_names
from optimizer.policies.policy import DELIVERED, STANDING
from optimizer.policies.setting import SettingType
from optimizer.rules import (
    allowed_accelerators,
    changes,
    closed_destination,
    closed_parent,
    closings,
    commitments,
    country_allocation,
    deliveries,
    demand,
    destination_share,
    exclusions,
    frozen,
    home_share,
    installed_base,
    legal_path,
    licence_quantity,
    max_latency,
    max_modules,
    max_units,
    min_modules,
    min_units,
    must_place,
    must_serve,
    national_cap,
    no_service,
    opening_limits,
    openings,
    outside_tier1_share,
    residency,
    resource,
    site_compute,
    site_power,
    training_location,
    volume_ratio,
    weights_location,
    yearly_allowance,
)
from optimizer.rules.fields import NEEDS
from optimizer.rules.measures import CONTROLLED_TPP, UNIT_NAMES
from optimizer.rules.tested import BOTH, CLOSING, CONTINUOUSLY, INSTALLATION, OPENING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from optimizer.policies.policy import Policy
    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit

POLICY_RULES: Mapping[str, Callable[[Case, RuleSpec], Iterator[Limit]]] = {
    "home_share": home_share.limits,
    "outside_tier1_share": outside_tier1_share.limits,
    "destination_share": destination_share.limits,
    "national_cap": national_cap.limits,
    "country_allocation": country_allocation.limits,
    "installed_base": installed_base.limits,
    "yearly_allowance": yearly_allowance.limits,
    "licence_quantity": licence_quantity.limits,
    "volume_ratio": volume_ratio.limits,
    "legal_path": legal_path.limits,
    "closed_destination": closed_destination.limits,
    "closed_parent": closed_parent.limits,
    "training_location": training_location.limits,
    "weights_location": weights_location.limits,
}
"""Kinds of rule a policy pack may use."""

TABLED = frozenset({"country_allocation", "installed_base", "yearly_allowance"})
"""Kinds whose cap may change over time."""

CHOICES: Mapping[str, frozenset[str]] = {
    "cap_unit": frozenset(UNIT_NAMES) - {CONTROLLED_TPP},
    "denominator": frozenset({STANDING, DELIVERED}),
    "counted_from": frozenset({"transfer", INSTALLATION}),
    "test_stock": frozenset({OPENING, CLOSING, BOTH}),
    "test_times": frozenset({CONTINUOUSLY, "on_reporting_dates"}),
}
"""The choices that have a meaning, by the field of a rule that names the setting."""

PLAN_RULES: Mapping[str, Callable[[Case], Iterator[Limit]]] = {
    "must_place": must_place.limits,
    "commitment": commitments.limits,
    "min_units": min_units.limits,
    "must_serve": must_serve.limits,
    "residency": residency.limits,
    "max_latency": max_latency.limits,
    "frozen": frozen.limits,
    "changes": changes.limits,
    "min_modules": min_modules.limits,
    "opening_limit": opening_limits.limits,
    "exclusion": exclusions.limits,
    "resource": resource.limits,
    "deliveries": deliveries.limits,
    "site_power": site_power.limits,
    "max_units": max_units.limits,
    "max_modules": max_modules.limits,
    "openings": openings.limits,
    "closings": closings.limits,
    "allowed_accelerators": allowed_accelerators.limits,
    "site_compute": site_compute.limits,
    "demand": demand.limits,
    "no_service": no_service.limits,
}
"""Rules that come from the plan itself; they always apply. Contract first, then physical."""

SETTABLE = frozenset(
    {
        "home_share",
        "outside_tier1_share",
        "destination_share",
        "national_cap",
        "country_allocation",
        "installed_base",
        "yearly_allowance",
        "site_power",
        "max_units",
        "min_units",
        "max_modules",
        "min_modules",
        "opening_limit",
        "resource",
    }
)
"""Kinds of rule whose number plan.toml's [limits] can replace; the number of any other stands in a table of its own."""


def compile_policy_limits(case: Case) -> tuple[Limit, ...]:
    """Return the limits of the policy alone, in the order of its rules, then scopes, then periods.

    Raises InputError when the pack names a kind of rule that does not exist, or leaves out what a rule needs.
    """
    return tuple(_as_enforced(case, _policy_limits_as_written(case)))


def limits_as_written(case: Case) -> tuple[Limit, ...]:
    """Return the limits of a case before the plan makes any soft or leaves any out, with its own numbers.

    Raises InputError as `compile_policy_limits` does.
    """
    own = [limit for compile_rule in PLAN_RULES.values() for limit in compile_rule(case)]
    return (*_policy_limits_as_written(case), *own)


def _policy_limits_as_written(case: Case) -> list[Limit]:
    problems = policy_problems(case.policy)
    if problems:
        raise InputError(problems)
    limits: list[Limit] = []
    for spec in case.policy.rules:
        limits.extend(sorted(POLICY_RULES[spec.kind](case, spec), key=lambda limit: (limit.scope, limit.period)))
    return limits


def compile_limits(case: Case) -> tuple[Limit, ...]:
    """Return every limit of a case: policy, then contract, then physical.

    Raises InputError as `compile_policy_limits` does, and for a group in plan.toml's [limits] that the case does not have
    or whose number cannot be changed there. A group of a rule that only other packs have is left alone.
    """
    written = limits_as_written(case)
    limits = tuple(_as_enforced(case, written))
    problems = [
        *_setting_problems(case, written),
        *_problems_of_bought_units(case, limits),
        *_problems_of_closings(case),
    ]
    if problems:
        raise InputError(problems)
    return limits


def _as_enforced(case: Case, limits: Iterable[Limit]) -> Iterator[Limit]:
    """Yield the limits that the plan enforces, soft where it sets a price for breaking them."""
    for limit in limits:
        own = case.limit_setting(limit.rule, limit.scope)
        if own.is_enforced:
            yield limit if own.price_cap is None else replace(limit, price=own.price_cap)


def policy_problems(policy: Policy) -> tuple[Problem, ...]:
    """Return what is wrong with a pack's rules: kinds that do not exist, and what a kind needs or cannot take."""
    return tuple(problem for spec in policy.rules for problem in _spec_problems(policy, spec))


def _spec_problems(policy: Policy, spec: RuleSpec) -> Iterator[Problem]:
    where = f"rules[{spec.name}]"
    if spec.kind not in POLICY_RULES:
        near = difflib.get_close_matches(spec.kind, POLICY_RULES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(POLICY_RULES)}"
        yield Problem(f"no rule of kind {spec.kind!r}", file=policy.name, column=where, hint=hint)
        return
    for field in NEEDS[spec.kind]:
        if not getattr(spec, field):
            yield Problem(f"a rule of kind {spec.kind} needs {field}", file=policy.name, column=where)
    if spec.measure not in UNIT_NAMES:
        hint = f"one of {', '.join(UNIT_NAMES)}"
        yield Problem("no such measure", file=policy.name, column=f"{where}.measure", value=spec.measure, hint=hint)
    if spec.cap and spec.kind not in TABLED and policy.settings[spec.cap].type is SettingType.SCHEDULE:
        message = f"a rule of kind {spec.kind} takes one figure, not a schedule"
        yield Problem(message, file=policy.name, column=f"{where}.cap", value=spec.cap)
    for field, known in CHOICES.items():
        name = getattr(spec, field)
        unknown = sorted(set(policy.settings[name].choices) - known) if name else []
        if unknown:
            message, hint = f"no meaning for the choice {', '.join(unknown)}", f"one of {', '.join(sorted(known))}"
            yield Problem(message, file=policy.name, column=f"settings.{name}", hint=hint)


def takes_shares_of_deliveries(case: Case, limits: Iterable[Limit]) -> bool:
    """Return whether a rule among some limits takes shares of everything delivered, placed or not."""
    listed = {limit.rule for limit in limits}
    return any(case.policy.counts_delivered(spec) for spec in case.policy.rules if spec.name in listed)


def _problems_of_bought_units(case: Case, limits: tuple[Limit, ...]) -> Iterator[Problem]:
    """Yield each price for units past deliveries, and each change of these, where shares are of everything delivered."""
    if not takes_shares_of_deliveries(case, limits):
        return
    refused = {
        "price_cap": ("bought past", '`share_denominator = "standing"` takes shares of what stands'),
        "change": ("added to", 'write them in deliveries.csv, or `share_denominator = "standing"`'),
    }
    for name, own in case.plan.limit_settings.items():
        for key, (how, hint) in refused.items():
            if name.partition("[")[0] == "deliveries" and getattr(own, key) is not None:
                message = f"units {how} deliveries would have no place in shares of what is delivered"
                yield Problem(message, file="plan.toml", column=f"limits.{name}.{key}", hint=hint)


def _problems_of_closings(case: Case) -> Iterator[Problem]:
    """Yield each wish to leave out that a site closes: money and deliveries rest on it, too."""
    for name, own in case.plan.limit_settings.items():
        if name.partition("[")[0] == "closings" and not own.is_enforced:
            hint = "leave out closes_after in sites.csv"
            yield Problem("cannot be left out", file="plan.toml", column=f"limits.{name}.enforced", hint=hint)


@lru_cache(maxsize=1)
def _names_of_policy_rules() -> frozenset[str]:
    """Return what limits of a policy may be listed under: kinds of rule, and the keys that shipped packs give them."""
    packs = map(load_policy, policy_names())
    return frozenset({*POLICY_RULES, *(spec.name for pack in packs for spec in pack.rules)})


def _setting_problems(case: Case, limits: tuple[Limit, ...]) -> Iterator[Problem]:
    citations = {limit.group: limit.citation for limit in limits} | {f"{limit.rule}[*]": "" for limit in limits}
    with_number = {name for limit in limits if limit.number is not None for name in (limit.group, f"{limit.rule}[*]")}
    kinds = {spec.name: spec.kind for spec in case.policy.rules}
    listed = {limit.rule for limit in limits}
    for name, own in case.plan.limit_settings.items():
        rule = name.partition("[")[0]
        if rule not in listed and (rule in kinds or rule in _names_of_policy_rules()):
            continue  # it does not bind this company, or only other packs have it
        if rule not in listed and rule in PLAN_RULES and not own.is_enforced:
            continue  # left out, and there is none
        if name not in citations:
            message, hint = "no limits of that name in this plan", "`placement audit PLAN` lists them"
        elif own.setting is not None and kinds.get(rule, rule) not in SETTABLE:
            message, hint = "has no number to replace", f"its number comes from {citations[name] or 'the tables'}"
        elif own.setting is not None and own.setting < 0:
            message, hint = "cannot be negative", ""
        elif (own.change is not None or own.price_cap is not None) and name not in with_number:
            message, hint = "has no number to change or to exceed", "`enforced = false` leaves it out"
        else:
            continue
        yield Problem(message, file="plan.toml", column=f"limits.{name}", hint=hint or None)
