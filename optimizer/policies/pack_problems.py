"""What is wrong with a pack, in the words its author uses: every key that is missing, unknown or does not fit.

Where some keys cannot be read, what can be is checked all the same, so that one reading finds everything.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.errors import Problem
from optimizer.files.problems import did_you_mean, shown
from optimizer.policies.consistency import consistency_problems, known_names
from optimizer.policies.policy import MISFIT, AfterLastDate, Policy
from optimizer.policies.readable import readable_part
from optimizer.policies.setting import Setting, SettingType
from optimizer.policies.specs import PATH_SETTINGS, SETTING_FIELDS, Bound, PathSpec, RuleSpec
from optimizer.schema.plan import AuthorisationType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from tomllib import TOMLDecodeError

    from pydantic import BaseModel, ValidationError

Location = tuple[str | int, ...]

PAGE = "docs/writing-a-policy.md"
OWN_KEYS = frozenset({"sha256", "overridden"})
"""Fields of a policy that no file has."""
CHOICES: Mapping[str, tuple[str, ...]] = {
    "type": tuple(kind.value for kind in SettingType),
    "after": tuple(choice.value for choice in AfterLastDate),
    "needs": tuple(kind.value for kind in AuthorisationType),
    "held": tuple(kind.value for kind in AuthorisationType),
    "notice_of": ("cumulative", "addition"),
}
"""Keys that hold one of a few words."""
MISSING: Mapping[str, str] = {
    "name": "say what reports call the pack",
    "title": "say in one line what the pack is",
    "key": "say what rules and installed.csv call the path",
    "citation": 'say where it is written, or that it is an assumption: citation = "..."',
    "after": 'say what holds after the last date: after = "hold", "none" or "closed"',
    "type": f"one of {', '.join(SettingType)}",
    "value": "the number, date or choice itself",
    "tier_table": 'name a tier table: tier_table = "ai-diffusion-2025"',
    "tiers": "say to which destinations it leads: tiers = [2]",
    "settings": "write [settings], with a table for each number",
    "kind": f"say what kind of rule it is; {PAGE} lists them",
    "legal_status": "say in a sentence whether this is law; every report prints it first",
    "as_of": "say on which day the pack was written: as_of = 2026-01-31",
    "effective_from": "say from which day it holds: effective_from = 2026-01-01",
}
"""What to do about a key that is not there."""
EXPECTED: Mapping[str, str] = {
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "date_type": "expected a date like 2026-01-31",
    "date_parsing": "expected a date like 2026-01-31",
    "date_from_datetime_parsing": "expected a date like 2026-01-31",
    "date_from_datetime_inexact": "expected a date like 2026-01-31",
    "tuple_type": "expected a list",
    "dict_type": "expected a table",
    "model_type": "expected a table",
    "model_attributes_type": "expected a table",
}
"""What was expected, by the type of the error."""
WRITTEN: Mapping[str, str] = {
    "rules": "head each rule with [[rules]], in two brackets",
    "paths": "head each path with [[paths]], in two brackets",
    "tiers": "write it as a list: tiers = [2]",
    "countries": "write it as a list",
    "bound": "write it as bound = { tiers = [1] }",
    "exempt_bound": "write it as exempt_bound = { tiers = [1] }",
    "owner": "write it as owner = { tiers = [1] }",
    "operator": "write it as operator = { tiers = [1] }",
    "choices": 'write it as a list: choices = ["...", "..."]',
    "where": 'write it as where = { SETTING = "..." }',
    "settings": "write [settings], with a table for each number",
}
"""How a key is written whose value has the wrong shape."""
NAMING_KEYS = {
    "rules": frozenset(field.rstrip("_") for field in SETTING_FIELDS),
    "paths": frozenset(field.rstrip("_") for field in PATH_SETTINGS),
}
"""Keys of rules and paths that hold the name of a setting."""


def pack_problems(error: ValidationError, raw: Mapping[str, Any], file: str) -> list[Problem]:
    """Return each problem of a pack with where it stands and what to do; `raw` is the file as TOML has it."""
    found: list[Problem] = []
    for item in error.errors():
        if item["type"] == MISFIT:
            return [replace(problem, file=file) for problem in item["ctx"]["problems"]]
        found.extend(_problems(dict(item), raw))
    readable = readable_part(raw)
    found.extend(consistency_problems(readable.policy, readable.unread))
    return [replace(problem, file=file) for problem in dict.fromkeys(found)]


def syntax_problem(error: TOMLDecodeError, text: str, file: str) -> Problem:
    """Return what is wrong with a text that is no TOML: the message has line and column, the hint shows the line."""
    number = re.search(r"at line (\d+)", str(error))
    lines = text.splitlines()
    index = int(number[1]) - 1 if number else len(lines)
    if index >= len(lines):
        return Problem(f"not valid TOML: {error}", file=file, hint=f"see {PAGE}")
    hint = f'line {index + 1} reads {shown(lines[index].strip())!r}; texts and shares stand in quotes: "7/100"'
    return Problem(f"not valid TOML: {error}", file=file, hint=hint)


def _problems(item: dict[str, Any], raw: Mapping[str, Any]) -> Iterator[Problem]:
    location: Location = item["loc"]
    key = str(location[-1]) if location else ""
    column = _column(location, raw) or None
    match item["type"]:
        case "missing":
            yield Problem("required, and missing", column=column, hint=MISSING.get(key))
        case "extra_forbidden":
            known = _known_keys(location)
            yield Problem(
                "unknown key", column=column, hint=did_you_mean(key, known) or known_names(known, "known here")
            )
        case "string_too_short":
            yield Problem("must not be empty", column=column, hint=MISSING.get(key))
        case "enum" | "literal_error":
            choices = CHOICES.get(key, ())
            message = f"expected one of {', '.join(choices)}"
            hint = did_you_mean(str(item["input"]), choices)
            yield Problem(message, column=column, value=shown(item["input"]), hint=hint or f"see {PAGE}")
        case "string_type" if _names_a_setting(location):
            hint = "the number itself stands under [settings], with its citation"
            yield Problem("expected the name of a setting", column=column, value=_shown(item["input"]), hint=hint)
        case kind:
            message = EXPECTED.get(kind, str(item["msg"]).removeprefix("Value error, "))
            hint = _hint(location, raw, kind)
            yield Problem(message, column=column, value=_shown(item.get("input")), hint=hint)


def _hint(location: Location, raw: Mapping[str, Any], kind: str) -> str:
    """Return how a value is written that does not fit."""
    match location:
        case ("settings", str() as name) if kind in {"model_type", "model_attributes_type", "dict_type"}:
            return f'write it as {name} = {{ type = "...", value = ..., citation = "..." }}'
        case ("settings", str() as name, "value", *_):
            return _hint_for_value(raw["settings"][name])
        case (*_, str() as key) if kind.startswith("date"):
            return f"without quotes: {key} = 2026-01-31"
        case (*_, str() as key) | (*_, str() as key, int()):
            return WRITTEN.get(key, "put it in quotes" if kind == "string_type" else f"see {PAGE}")
        case _:
            return f"see {PAGE}"


def _hint_for_value(setting: Mapping[str, Any]) -> str:
    hints = {
        SettingType.SHARE: 'write it as "7/100" or "7%", in quotes',
        SettingType.COUNT: "without quotes, separators or a unit: 790000000",
        SettingType.FLAG: "true or false, without quotes",
        SettingType.COUNTRIES: 'write it as a list: ["AE", "SA"]',
        SettingType.NAMES: 'write it as a list: ["...", "..."]',
        SettingType.DATE: "without quotes: 2026-01-31",
        SettingType.DAYS_OF_YEAR: 'write it as a list: ["02-01", "08-01"]',
        SettingType.SCHEDULE: "write it as { 2026Q1 = 633000000, 2026Q2 = 949500000 }",
    }
    kind = SettingType(setting["type"])
    if kind is SettingType.CHOICE:
        choices = [str(choice) for choice in setting.get("choices", ())]
        return did_you_mean(str(setting.get("value")), choices) or known_names(choices, "choices")
    return hints.get(kind, "put it in quotes")


def _names_a_setting(location: Location) -> bool:
    return len(location) > 1 and location[-1] in NAMING_KEYS.get(str(location[0]), ())


def _shown(value: object) -> str | None:
    return None if value is None or isinstance(value, dict | list) else shown(value)


def _column(location: Location, raw: Mapping[str, Any]) -> str:
    """Return a place as its author would find it: rules and paths by their names, not by their numbers."""
    parts: list[str] = []
    here: Any = raw
    for part in location:
        here = _inside(here, part)
        if isinstance(part, int):
            name = (here.get("key") or here.get("kind")) if isinstance(here, dict) else None
            parts[-1] += f"[{name or part}]"
        else:
            parts.append(part)
    return ".".join(parts)


def _inside(here: Any, part: str | int) -> Any:  # noqa: ANN401  whatever TOML holds
    try:
        return here[part]
    except (KeyError, IndexError, TypeError):
        return None


def _known_keys(location: Location) -> list[str]:
    return [field.alias or name for name, field in _model_at(location).model_fields.items() if name not in OWN_KEYS]


def _model_at(location: Location) -> type[BaseModel]:
    match location:
        case ("settings", _, _, *_):
            return Setting
        case ("rules" | "paths", _, "bound" | "exempt_bound" | "owner" | "operator", _):
            return Bound
        case ("rules", _, _, *_):
            return RuleSpec
        case ("paths", _, _, *_):
            return PathSpec
        case _:
            return Policy
