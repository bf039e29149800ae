"""A pack in words: what a setting, a path and a rule say, for `policy show` and `policy diff`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.policies.policy import Policy
    from optimizer.policies.setting import Setting
    from optimizer.policies.specs import Bound, PathSpec, RuleSpec

WEAK = frozenset({"C", "D", "uncertain", "assumption"})
"""Confidences that are marked: one source or an open reading, unverified, not settled, or the planner's own."""
ANYONE = "anyone"
CONDITIONS = {
    "from_": "from {}",
    "until": "until {}",
    "after": "then {}",
    "decision_days": "decided {} days after the application",
    "new_site_days": "{} days after notice of a new site",
    "validity_years": "for {} year(s) where no last day is given",
    "chip_tpp_below": "chips below {} TPP",
    "chip_bandwidth_below": "chips below {} GB/s of memory bandwidth",
    "notice_tpp": "notice at {} TPP",
    "names": "companies named {}",
}
"""What a path asks for, by the field that names the setting, in the order of reading."""
PER_CENT = 100


def is_weak(confidence: str) -> bool:
    """Return whether a confidence is one that is marked."""
    return confidence.strip().rstrip("+-") in WEAK


def mark_of(confidence: str) -> str:
    """Return the mark of a confidence: `UNCERTAIN`, `ASSUMPTION`, `CONFIDENCE C`; empty where it is good enough."""
    if not is_weak(confidence):
        return ""
    word = confidence.strip()
    return f"CONFIDENCE {word}" if len(word.rstrip("+-")) == 1 else word.upper()


def schedule_of(setting: Setting) -> dict[str, int] | None:
    """Return the rows of a schedule by their labels as written; None where the setting is no schedule."""
    from optimizer.policies.schedule import schedule_rows
    from optimizer.policies.setting import SettingType
    from optimizer.schema.quantities import parse_integer

    if setting.type is not SettingType.SCHEDULE:
        return None
    return {label: parse_integer(figure) for label, figure in schedule_rows(setting.value).items()}


def value_text(setting: Setting) -> str:
    """Return a setting's value in one line, whole numbers with separators."""
    from optimizer.policies.setting import as_written

    value = setting.parse(setting.value)
    rows = schedule_of(setting)
    if rows is not None:
        return "; ".join(f"{label} {figure:,}" for label, figure in rows.items())
    if isinstance(value, Fraction):
        percent = f" ({value * PER_CENT}%)" if (value * PER_CENT).denominator == 1 else ""
        return f"{value}{percent}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, tuple):
        return ", ".join(value) or "(none)"
    return as_written(value) or "(empty)"


def short_text(setting: Setting) -> str:
    """Return a setting's value in a few words: of a schedule, how many rows it has."""
    rows = schedule_of(setting)
    return value_text(setting) if rows is None else f"a table of {len(rows)} rows"


def rests_on(pack: Policy, spec: RuleSpec | PathSpec) -> str:
    """Return the settings a rule or a path reads that are marked, with their confidence."""
    names = dict.fromkeys(spec.setting_names())
    weak = {name: pack.settings[name].confidence for name in names if is_weak(pack.settings[name].confidence)}
    return ", ".join(f"{name} ({confidence})" for name, confidence in weak.items())


def tiers_text(tiers: tuple[int, ...]) -> str:
    """Return `Tier 1, Tier 2`."""
    return ", ".join(f"Tier {tier}" for tier in tiers)


def whom(bound: Bound | None) -> str:
    """Return whose headquarters a bound means."""
    return f"headquarters in {bound.describe()}" if bound else ANYONE


def tier_text(tier: int, names: Mapping[int, str]) -> str:
    """Return what a tier is called in a tier table: `Tier 1`, `Tier 2 (licence needed)`."""
    number, name = f"Tier {tier}", names.get(tier, "")
    return number if name in {"", number} else f"{number} ({name})"


def path_facts(pack: Policy, path: PathSpec, *, values: bool = True) -> dict[str, str]:
    """Return what a path says: whom it is open to, where, and what it asks for; settings with or without their values."""
    return {
        "title": path.title or path.key,
        "destinations": tiers_text(path.tiers) + _only(pack, path, values=values),
        "owner": whom(path.owner),
        "operator": whom(path.operator),
        "needs": path.needs.value if path.needs else "nothing",
        "conditions": "; ".join(_conditions(pack, path, values=values)) or "none",
    }


def _only(pack: Policy, path: PathSpec | RuleSpec, *, values: bool) -> str:
    if path.countries is None:
        return ""
    if values and not pack.listed(path.countries):
        return f", every country [{path.countries} is empty]"
    return ", only {} [{}]".format(short_text(pack.settings[path.countries]) if values else "those of", path.countries)


def _conditions(pack: Policy, path: PathSpec, *, values: bool) -> Iterator[str]:
    yield from (f"while {name} = {value}" for name, value in path.where.items())
    for field, words in CONDITIONS.items():
        name = getattr(path, field)
        if name:
            value = short_text(pack.settings[name]) if values else "..."
            kind = f", {path.notice_of}" if field == "notice_tpp" else ""
            yield f"{words.format(value)}{kind} [{name}]"


def rule_facts(pack: Policy, rule: RuleSpec, *, values: bool = True) -> dict[str, str]:
    """Return what a rule says: whom it binds, where, by which paths and settings, these with or without their values."""
    return {
        "kind": rule.kind,
        "binds": _bound_by(rule),
        "destinations": f"at home in {rule.home}"
        if rule.home
        else (tiers_text(rule.tiers) or "all") + _only(pack, rule, values=values),
        "counts": "; ".join(_counted(rule)),
        "settings": "; ".join(_settings(pack, rule, values=values)) or "none",
    }


def _bound_by(rule: RuleSpec) -> str:
    text = whom(rule.bound) if rule.bound else "everyone"
    if rule.held:
        text += f", while it holds {rule.held.value}"
    if rule.exempt_flag:
        exempt = whom(rule.exempt_bound) if rule.exempt_bound else "everyone"
        text += f"; not {exempt} where {rule.exempt_flag} is true"
    if rule.operator:
        text += f"; not at sites whose owner or operator has its parent in {rule.operator.describe()}"
    return text


def _counted(rule: RuleSpec) -> Iterator[str]:
    from optimizer.rules.measures import TPP

    if rule.measure != TPP:
        yield rule.measure
    if rule.paths:
        yield f"what enters by {', '.join(rule.paths)}"
    if rule.debit_paths:
        yield f"what enters by {', '.join(rule.debit_paths)}, charged to the headquarters' country"
    for value, paths in rule.counted_paths.items():
        yield f"only what enters by {', '.join(paths)} where {rule.counted_paths_by} = {value}"


def _settings(pack: Policy, rule: RuleSpec, *, values: bool) -> Iterator[str]:
    from optimizer.policies.specs import SETTING_FIELDS

    for field in SETTING_FIELDS:
        name = getattr(rule, field)
        if name:
            key = field.rstrip("_")
            title = name if key == name else f"{key}: {name}"
            yield f"{title} = {short_text(pack.settings[name])}" if values else title
