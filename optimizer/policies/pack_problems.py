"""What is wrong with a pack, in the words its author uses: every key that is missing, unknown or does not fit."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from optimizer.errors import Problem
from optimizer.policies.policy import Policy
from optimizer.policies.setting import Setting
from optimizer.policies.specs import Bound, PathSpec, RuleSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel, ValidationError

LONGEST_VALUE = 80


def pack_problems(error: ValidationError, raw: Mapping[str, Any], file: str) -> list[Problem]:
    """Return each problem of a pack with where it stands and what to do."""
    return [problem for item in error.errors() for problem in _problems(dict(item), raw, file)]


def _problems(item: dict[str, Any], raw: Mapping[str, Any], file: str) -> Iterator[Problem]:
    location: tuple[str | int, ...] = item["loc"]
    column = _column(location, raw) or None
    for message in str(item["msg"]).removeprefix("Value error, ").split("\n"):
        match item["type"]:
            case "missing":
                yield Problem("required, and missing", file=file, column=column, hint=_hint_for_missing(location))
            case "extra_forbidden":
                known = _known_keys(location)
                near = difflib.get_close_matches(str(location[-1]), known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
                yield Problem("unknown key", file=file, column=column, hint=hint)
            case "string_too_short":
                hint = "say where the number is written, or that it is an assumption"
                yield Problem("must not be empty", file=file, column=column, hint=hint)
            case _:
                value = item.get("input")
                shown = None if isinstance(value, dict | list | None.__class__) else str(value)[:LONGEST_VALUE]
                yield Problem(message, file=file, column=column, value=shown)


def _column(location: tuple[str | int, ...], raw: Mapping[str, Any]) -> str:
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


def _model_at(location: tuple[str | int, ...]) -> type[BaseModel]:
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


def _known_keys(location: tuple[str | int, ...]) -> list[str]:
    fields = _model_at(location).model_fields
    own = {"sha256", "overridden"}
    return [field.alias or name for name, field in fields.items() if name not in own]


def _hint_for_missing(location: tuple[str | int, ...]) -> str | None:
    hints = {
        "citation": 'say where it is written: citation = "..."',
        "after": 'say what holds after the last date: after = "hold", "none" or "closed"',
        "type": "share, count, flag, choice, country, countries, names, text, date, days_of_year or schedule",
        "tier_table": 'name a tier table: tier_table = "ai-diffusion-2025"',
        "settings": "write [settings], with a table for each number",
    }
    return hints.get(str(location[-1])) if location else None
