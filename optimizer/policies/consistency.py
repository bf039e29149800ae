"""Whether the parts of a pack fit together: what is named exists, is of the right type, and is named once.

Every problem says where it stands as its author would find it: `rules[destination_share].share`.
"""

from __future__ import annotations

from collections import Counter
from string import Formatter
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import find_country, suggest_country, tier_table
from optimizer.errors import InputError, Problem
from optimizer.files.problems import did_you_mean
from optimizer.policies.names import CLOSED_DESTINATION, DELIVERED, HOLDING_COUNTRY
from optimizer.policies.setting import SettingType
from optimizer.policies.specs import CLOSED, HOLD, NONE, PATH_SETTINGS, SETTING_FIELDS, PathSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.policies.policy import Policy
    from optimizer.policies.specs import RuleSpec

BOUNDS = ("bound", "exempt_bound", "owner", "operator")
"""Fields of a rule or a path that may name countries of headquarters."""
MOST_LISTED = 12
"""Names that a hint repeats."""


def consistency_problems(policy: Policy, unread: frozenset[str] = frozenset()) -> tuple[Problem, ...]:
    """Return what does not fit together. `unread` are settings and paths that the file has and that cannot be read."""
    found = (
        *_missing_settings(policy, unread),
        *_conditions(policy, unread),
        *_afters(policy),
        *_denominators(policy, unread),
        *_counted_paths(policy),
        *_unknown_paths(policy, unread),
        *_names(policy),
        *_dates(policy),
        *_reading(policy, unread),
        *_tier_table(policy),
        *_countries(policy),
    )
    return tuple(dict.fromkeys(found))


def place_of(spec: RuleSpec | PathSpec) -> str:
    """Return where a rule or a path stands, as its author would find it."""
    return f"paths[{spec.key}]" if isinstance(spec, PathSpec) else f"rules[{spec.name}]"


def setting_types(spec: RuleSpec | PathSpec) -> dict[str, tuple[SettingType, ...]]:
    """Return the fields of a rule or a path that name settings, with the types these may be of."""
    return PATH_SETTINGS if isinstance(spec, PathSpec) else SETTING_FIELDS


def known_names(names: Iterable[str], what: str) -> str:
    """Return a hint that lists what may be named."""
    listed = list(names)
    rest = len(listed) - MOST_LISTED
    text = ", ".join(listed[:MOST_LISTED]) + (f" and {rest} more" if rest > 0 else "")
    return f"{what}: {text}" if listed else f"{what}: none"


def _missing_settings(policy: Policy, unread: frozenset[str]) -> Iterator[Problem]:
    for spec in policy.specs:
        for field, wanted in setting_types(spec).items():
            name = getattr(spec, field)
            where = f"{place_of(spec)}.{field.rstrip('_')}"
            if name and name not in policy.settings:
                if name not in unread:
                    yield _no_setting(policy, name, where, unread)
            elif name and (own := policy.settings[name].type) not in wanted:
                yield Problem(
                    f"needs a setting of type {' or '.join(wanted)}",
                    column=where,
                    value=name,
                    hint=f"{name} is of type {own}",
                )


def _no_setting(policy: Policy, name: str, where: str, unread: frozenset[str]) -> Problem:
    known = (*policy.settings, *sorted(unread))
    hint = did_you_mean(name, known) or known_names(known, "the pack's settings")
    return Problem("the pack has no setting of that name", column=where, value=name, hint=hint)


def _conditions(policy: Policy, unread: frozenset[str]) -> Iterator[Problem]:
    for path in policy.paths:
        for name, value in path.where.items():
            setting = policy.settings.get(name)
            where = f"{place_of(path)}.where.{name}"
            if setting is None:
                if name not in unread:
                    yield _no_setting(policy, name, where, unread)
            elif setting.choices and value not in setting.choices:
                hint = f"one of {', '.join(setting.choices)}"
                yield Problem(f"none of the choices of {name}", column=where, value=value, hint=hint)


def _afters(policy: Policy) -> Iterator[Problem]:
    for spec in policy.specs:
        after = policy.settings.get(spec.after or "")
        odd = sorted(set(after.choices) - {HOLD, NONE, CLOSED}) if after else []
        if odd:
            message, hint = f"no meaning for the choice {', '.join(odd)}", f"one of {HOLD}, {NONE}, {CLOSED}"
            yield Problem(message, column=f"settings.{spec.after}.choices", hint=hint)


def _denominators(policy: Policy, unread: frozenset[str]) -> Iterator[Problem]:
    if HOLDING_COUNTRY in policy.settings or HOLDING_COUNTRY in unread:
        return
    for rule in policy.rules:
        denominator = policy.settings.get(rule.denominator or "")
        if denominator and DELIVERED in denominator.choices:
            yield Problem(
                f"the choice {DELIVERED} needs a setting {HOLDING_COUNTRY}",
                column=f"settings.{rule.denominator}",
                hint=f'{HOLDING_COUNTRY} = {{ type = "country", value = "US", citation = "..." }}',
            )


def _counted_paths(policy: Policy) -> Iterator[Problem]:
    for rule in policy.rules:
        where = f"{place_of(rule)}.counted_paths"
        if rule.counted_paths and not rule.counted_paths_by:
            hint = "counted_paths_by names the setting whose value chooses among them"
            yield Problem("needs counted_paths_by", column=where, hint=hint)
        chooser = policy.settings.get(rule.counted_paths_by or "")
        for value in rule.counted_paths if chooser else ():
            if chooser and value not in chooser.choices:
                hint = f"one of {', '.join(chooser.choices)}"
                yield Problem(f"none of the choices of {rule.counted_paths_by}", column=where, value=value, hint=hint)


def _unknown_paths(policy: Policy, unread: frozenset[str]) -> Iterator[Problem]:
    keys = [path.key for path in policy.paths]
    for rule in policy.rules:
        counted = tuple(path for listed in rule.counted_paths.values() for path in listed)
        for field, named in (("paths", rule.paths), ("debit_paths", rule.debit_paths), ("counted_paths", counted)):
            for path in named:
                if path not in keys and path not in unread:
                    hint = did_you_mean(path, keys) or known_names(keys, "the pack's paths")
                    where = f"{place_of(rule)}.{field}"
                    yield Problem("the pack has no path of that key", column=where, value=path, hint=hint)


def _names(policy: Policy) -> Iterator[Problem]:
    for name, count in Counter(rule.name for rule in policy.rules).items():
        if count > 1:
            hint = 'give one a key of its own: key = "..."'
            yield Problem(f"{count} rules have this name", column=f"rules[{name}]", hint=hint)
    for key, count in Counter(path.key for path in policy.paths).items():
        if count > 1:
            yield Problem(f"{count} paths have this key", column=f"paths[{key}]", hint="keys are unique")
    if policy.after == CLOSED and CLOSED_DESTINATION not in {rule.kind for rule in policy.rules}:
        message = f'"{CLOSED}" needs a rule of kind {CLOSED_DESTINATION}'
        yield Problem(message, column="after", hint="it says which destinations close")


def _dates(policy: Policy) -> Iterator[Problem]:
    until = policy.effective_until
    if until is not None and until < policy.effective_from:
        hint = f"effective_from is {policy.effective_from}"
        yield Problem("lies before effective_from", column="effective_until", value=str(until), hint=hint)


def _reading(policy: Policy, unread: frozenset[str]) -> Iterator[Problem]:
    hint = "braces hold the name of a setting, and nothing else: {destination_share}"
    misused = Problem("its braces cannot be filled in", column="reading", value=policy.reading, hint=hint)
    try:
        fields = list(Formatter().parse(policy.reading))
    except ValueError:
        yield misused
        return
    for _, name, form, conversion in fields:
        if name is None or name in policy.settings or name in unread:
            if form or conversion:
                yield misused
        elif name and not set(name) & set(".["):
            yield _no_setting(policy, name, "reading", unread)
        else:
            yield misused


def _tier_table(policy: Policy) -> Iterator[Problem]:
    try:
        if policy.tier_table:
            tier_table(policy.tier_table)
    except InputError as error:
        for problem in error.problems:
            yield Problem(problem.message, column="tier_table", value=problem.value, hint=problem.hint)


def _countries(policy: Policy) -> Iterator[Problem]:
    for name, setting in policy.settings.items():
        if setting.type in {SettingType.COUNTRY, SettingType.COUNTRIES}:
            value = policy.value(name)
            codes = value if isinstance(value, tuple) else (str(value),)
            yield from _unknown_codes(codes, f"settings.{name}.value")
    for spec in policy.specs:
        for field in BOUNDS:
            bound = getattr(spec, field, None)
            yield from _unknown_codes(bound.countries if bound else (), f"{place_of(spec)}.{field}")
        home = getattr(spec, "home", None)
        yield from _unknown_codes((home,) if home else (), f"{place_of(spec)}.home")


def _unknown_codes(codes: Iterable[str], where: str) -> Iterator[Problem]:
    for code in codes:
        if find_country(code) is None:
            meant = suggest_country(code)
            hint = f"did you mean {meant!r}?" if meant else "use two capital letters, such as MY"
            yield Problem("expected an ISO 3166 alpha-2 country code", column=where, value=code, hint=hint)
