"""What is legal in a pack and still looks like a slip: a setting nothing reads, a path nobody can use, a date too late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from optimizer.errors import Problem

if TYPE_CHECKING:
    from optimizer.policies.policy import Policy
    from optimizer.policies.specs import Bound, PathSpec, RuleSpec

LEGAL_PATH = "legal_path"
CLOSED_TIER = 3
"""The tier of destinations under embargo, in every tier table."""


def pack_warnings(policy: Policy, today: date) -> tuple[Problem, ...]:
    """Return what looks like a slip in a pack that can be used as it is."""
    found = (
        *_unread_settings(policy),
        *_unread_fields(policy),
        *_unasked_paths(policy),
        *_unusable_paths(policy),
        *_empty_tiers(policy),
        *_open_destinations(policy),
        *_late_days(policy, today),
        *_confidences(policy),
    )
    return tuple(dict.fromkeys(found))


def _unread_settings(policy: Policy) -> Iterator[Problem]:
    from optimizer.policies.names import READ_BY_NAME

    read = {name for spec in policy.specs for name in spec.setting_names()}
    for name in policy.settings:
        if name not in read | READ_BY_NAME:
            hint = "name it in the rule it belongs to, or take it out"
            yield Problem("no rule and no path reads it", column=f"settings.{name}", hint=hint)


def _unread_fields(policy: Policy) -> Iterator[Problem]:
    from optimizer.rules.fields import READ_BY_ALL, READ_FIELDS

    for rule in policy.rules:
        read = READ_FIELDS.get(rule.kind, frozenset()) | READ_BY_ALL
        for field in sorted(rule.model_fields_set - read):
            hint = f"it reads {', '.join(sorted(name.rstrip('_') for name in read - READ_BY_ALL)) or 'no field'}"
            message = f"a rule of kind {rule.kind} does not read it"
            yield Problem(message, column=f"rules[{rule.name}].{field.rstrip('_')}", hint=hint)


def _unasked_paths(policy: Policy) -> Iterator[Problem]:
    asked = [rule for rule in policy.rules if rule.kind == LEGAL_PATH]
    if policy.paths and not asked:
        message = (
            f"no rule of kind {LEGAL_PATH} asks for a path: chips need none, and what counts by path counts nothing"
        )
        yield Problem(message, column="paths", hint=f'add a rule: kind = "{LEGAL_PATH}"')
    for rule in () if policy.paths else asked:
        message = "the pack has no path: every destination is closed to controlled chips"
        yield Problem(message, column=f"rules[{rule.name}]", hint="add [[paths]]")
    tiers = {path.key: frozenset(path.tiers) for path in policy.paths}
    for rule in policy.rules:
        for key in rule.paths if rule.tiers else ():
            if not tiers[key] & frozenset(rule.tiers):
                message = f"the path {key} leads to none of the rule's destinations"
                yield Problem(
                    message, column=f"rules[{rule.name}].paths", hint=f"the rule's tiers are {list(rule.tiers)}"
                )


def _unusable_paths(policy: Policy) -> Iterator[Problem]:
    destinations = _by_tier(policy)
    for path in policy.paths:
        for field, why in _obstacles(policy, path, destinations):
            yield Problem(f"nobody can use this path: {why}", column=f"paths[{path.key}].{field}")


def _obstacles(policy: Policy, path: PathSpec, destinations: Mapping[int, frozenset[str]]) -> Iterator[tuple[str, str]]:
    from optimizer.catalogue.countries import destination_of

    reached = frozenset[str]().union(*(destinations.get(tier, frozenset()) for tier in path.tiers))
    only = {destination_of(code) for code in policy.listed(path.countries)}
    if not reached:
        yield "tiers", f"no destination is of {_tiers(path.tiers)}"
    elif only and not reached & only:
        yield "countries", f"none of {', '.join(sorted(only))} is of {_tiers(path.tiers)}"
    for field in ("owner", "operator"):
        bound: Bound | None = getattr(path, field)
        if bound is not None and not bound.countries and not any(destinations.get(tier) for tier in bound.tiers):
            yield field, "no headquarters lies within it"
    if path.names and not policy.listed(path.names):
        yield "names", f"{path.names} lists no company"
    first, last = policy.day(path.from_), policy.day(path.until)
    if first and last and last < first:
        yield "until", f"it ends on {last}, before it begins on {first}"


def _tiers(tiers: tuple[int, ...]) -> str:
    return " or ".join(f"Tier {tier}" for tier in tiers) or "no tier"


def _by_tier(policy: Policy) -> dict[int, frozenset[str]]:
    """Return the destinations that are of each tier on some day from the pack's first on."""
    from optimizer.catalogue.countries import tier_table

    table = tier_table(policy.tier_table)
    first = max(
        [version.first_day for version in table.versions if version.first_day <= policy.effective_from] or [date.min]
    )
    found: dict[int, set[str]] = {}
    for version in table.versions:
        if version.first_day >= first:
            for code, tier_on in version.tiers.items():
                found.setdefault(tier_on.tier, set()).add(code)
    return {tier: frozenset(codes) for tier, codes in found.items()}


def _empty_tiers(policy: Policy) -> Iterator[Problem]:
    destinations = _by_tier(policy)
    for rule in policy.rules:
        fields = ("bound", "exempt_bound", "operator")
        bounds = [(f"{field}.tiers", bound.tiers) for field in fields if (bound := getattr(rule, field))]
        for field, tiers in [("tiers", rule.tiers), *bounds]:
            for tier in tiers:
                if not destinations.get(tier):
                    hint = f"the tiers of {policy.tier_table} are {', '.join(map(str, sorted(destinations)))}"
                    yield Problem(
                        "no country is of this tier", column=f"rules[{rule.name}].{field}", value=str(tier), hint=hint
                    )


def _open_destinations(policy: Policy) -> Iterator[Problem]:
    if not any(_closes(rule) for rule in policy.rules) and _by_tier(policy).get(CLOSED_TIER):
        hint = f'add a rule: kind = "closed_destination", tiers = [{CLOSED_TIER}]'
        yield Problem(
            f"nothing closes Tier {CLOSED_TIER}: chips may be placed in embargoed countries", column="rules", hint=hint
        )


def _closes(rule: RuleSpec) -> bool:
    return rule.kind == LEGAL_PATH or (
        rule.kind == "closed_destination" and CLOSED_TIER in rule.tiers and rule.countries is None
    )


def _late_days(policy: Policy, today: date) -> Iterator[Problem]:
    if policy.as_of > today:
        yield Problem("lies in the future", column="as_of", value=str(policy.as_of), hint=f"today is {today}")
    until = policy.effective_until
    if until is not None and policy.as_of > until:
        hint = f"effective_until is {until}"
        yield Problem("the pack had ended when it was written", column="as_of", value=str(policy.as_of), hint=hint)
    for name, setting in policy.settings.items():
        if setting.as_of is not None and setting.as_of > policy.as_of:
            hint = f"the pack is as of {policy.as_of}"
            yield Problem(
                "is newer than the pack", column=f"settings.{name}.as_of", value=str(setting.as_of), hint=hint
            )


def _confidences(policy: Policy) -> Iterator[Problem]:
    from optimizer.catalogue.countries import CONFIDENCES

    known = (*CONFIDENCES, "D", "assumption")
    for name, setting in policy.settings.items():
        where = f"settings.{name}.confidence"
        hint = f"one of {', '.join(known)}"
        if "confidence" not in setting.model_fields_set:
            yield Problem("not given: how sure the number is, nobody can see", column=where, hint=hint)
        elif setting.confidence not in known:
            yield Problem("no such confidence", column=where, value=setting.confidence, hint=hint)
