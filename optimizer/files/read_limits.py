"""The `[limits]` table of `plan.toml`: the planner's own number, change, price, kind of one group of limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from optimizer.files.cell_numbers import SHARE_HINT, exact
from optimizer.files.cells import is_key
from optimizer.files.context import Context
from optimizer.files.keys import LIMIT
from optimizer.files.problems import Place, Problems
from optimizer.files.raw import RawRow, filled
from optimizer.files.records import Record, read_section
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.plan import LimitSetting
from optimizer.schema.quantities import parse_decimal, parse_share

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from optimizer.schema.calendar import Horizon


def read_limit_settings(
    groups: Mapping[str, object], file: str | None, horizon: Horizon | None, problems: Problems
) -> dict[str, LimitSetting]:
    """Return what the plan says of limits, by group; whatever cannot be read is a problem."""
    return {group: _read(group, value, file, horizon, problems) for group, value in groups.items()}


def _read(group: str, value: object, file: str | None, horizon: Horizon | None, problems: Problems) -> LimitSetting:
    place = Place(file, path=f'{LIMIT.name}."{group}"')
    if not isinstance(value, Mapping) or not all(map(is_key, value)):
        problems.add("expected a table of keys", Place(file), f'{LIMIT.name}."{group}"', value)
        return LimitSetting()
    section = read_section(RawRow(place, filled(value)), LIMIT, Context(horizon), problems)
    kind = section.text("kind")
    change = _number(section, "change", lambda written: limit_change(group, written), problems)
    first = section.whole("change_from")
    if first is not None and not section.gives("change"):
        problems.add("there is no change to begin then", place, "change_from", first, "give `change` too")
    return LimitSetting(
        setting=_number(section, "setting", lambda written: limit_number(group, written), problems),
        kind=LimitKind(kind) if kind else None,
        change=change,
        change_from=first,
        price_cap=section.number("price_cap"),
        is_buyable=section.flag("buyable"),
        is_enforced=section.values.get("enforced") is not False,
    )


def _number(section: Record, name: str, parse: Callable[[object], Fraction], problems: Problems) -> Fraction | None:
    written = section.values.get(name)
    if written is None:
        return None
    try:
        return parse(written)
    except ValueError as error:
        hint = SHARE_HINT if "share" in str(error) else None
        problems.add(str(error), section.place, name, written, hint)
        return None


def limit_change(group: str, value: object) -> Fraction:
    """Return what is added to the setting of a limit, signed: `+1%` or `-1/100` for limits on shares, `-72`, `1.3`.

    Raises ValueError as `limit_number` does.
    """
    text = value.strip() if isinstance(value, str) else ""
    if text.startswith("-"):
        return -limit_number(group, text[1:])
    if text.startswith("+"):
        return limit_number(group, text[1:])
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        return -limit_number(group, -value)
    return limit_number(group, value)


def limit_number(group: str, value: object) -> Fraction:
    """Return the setting of a limit: an exact share for limits on shares, any exact number for the others.

    Raises ValueError where it is neither, and for a bare decimal between 0 and 1, which could be meant as either.
    """
    text = value.strip() if isinstance(value, str) else ""
    if isinstance(value, list | tuple | Mapping):
        msg = "expected a single value"
        raise ValueError(msg)
    if isinstance(value, bool):
        msg = "expected a share or a number"
        raise ValueError(msg)
    if "share" in group.partition("[")[0] or text.endswith("%"):
        return parse_share(value)
    if "/" in text:
        above, _, below = text.partition("/")
        return parse_decimal(above) / (parse_decimal(below) or parse_share(text))
    number = parse_decimal(exact(value))
    if not isinstance(value, str) and 0 < number < 1:
        msg = "a share must be exact; a number below 1 stands in quotes"
        raise ValueError(msg)
    return number
