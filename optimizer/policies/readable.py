"""What can be read of a pack that is wrong somewhere, so that all of it is checked and not only up to the first mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from optimizer.policies.policy import PARTS, Policy
from optimizer.policies.setting import Setting, SettingType
from optimizer.policies.specs import HOLD, PathSpec, RuleSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Part = TypeVar("Part", bound=BaseModel)

STAND_IN = "?"
HEAD: Mapping[str, Any] = {
    "name": STAND_IN,
    "title": STAND_IN,
    "legal_status": STAND_IN,
    "as_of": date.min,
    "effective_from": date.min,
    "after": HOLD,
    "tier_table": "",
    "settings": {},
}
"""What stands in for a heading that cannot be read; chosen so that no check says anything of it."""
CITED: Mapping[str, Any] = {"citation": STAND_IN}
UNSCOPED: Mapping[str, Any] = {"citation": STAND_IN, "tiers": ()}


@dataclass(frozen=True, slots=True)
class ReadablePart:
    """The parts of a pack that can be read. `unread` are the settings and paths that stand in the file and cannot be."""

    policy: Policy
    unread: frozenset[str]


def readable_part(raw: Mapping[str, Any]) -> ReadablePart:
    """Return as much of a pack as can be read: keys that are unknown or do not fit are passed over."""
    settings = {name: _read(Setting, body, CITED) for name, body in _table(raw.get("settings")).items()}
    rules = [_read(RuleSpec, body, CITED) for body in _rows(raw.get("rules"))]
    bodies = list(_rows(raw.get("paths")))
    paths = [_read(PathSpec, body, UNSCOPED) for body in bodies]
    unread = {name for name, setting in settings.items() if setting is None}
    unread |= {str(body.get("key")) for body, path in zip(bodies, paths, strict=True) if path is None}
    heading = {key: value for key, value in raw.items() if key not in {"settings", "rules", "paths"}}
    head = _read(Policy, {**heading, "settings": {}}, HEAD) or Policy.model_construct(**HEAD)
    policy = head.model_copy(
        update={
            "settings": {name: setting for name, setting in settings.items() if setting is not None},
            "rules": tuple(rule for rule in rules if rule is not None),
            "paths": tuple(path for path in paths if path is not None),
        }
    )
    return ReadablePart(policy, frozenset(unread))


def with_stand_ins(policy: Policy) -> Policy:
    """Return a pack with a setting of no meaning for each that its rules and paths name and that it does not have."""
    named = {name for spec in policy.specs for name in spec.setting_names()}
    blank = Setting(type=SettingType.TEXT, value="", citation=STAND_IN)
    missing = dict.fromkeys(sorted(named - set(policy.settings)), blank)
    return policy.model_copy(update={"settings": {**policy.settings, **missing}})


def _read(model: type[Part], body: Mapping[str, Any], stand_ins: Mapping[str, Any]) -> Part | None:
    """Return a part without the keys that are wrong; None where it is none without them."""
    try:
        return model.model_validate(body, context=PARTS)
    except ValidationError as error:
        wrong = {item["loc"][0] for item in error.errors() if item["loc"]}
    try:
        kept = {key: value for key, value in body.items() if key not in wrong}
        return model.model_validate({**stand_ins, **kept}, context=PARTS)
    except ValidationError:
        return None


def _table(value: object) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(value, dict):
        return {}
    return {name: body if isinstance(body, dict) else {} for name, body in value.items()}


def _rows(value: object) -> Iterable[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
