"""One cell to one exact value. A cell that cannot be read raises CellError; the caller knows where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import find_country, suggest_country
from optimizer.files.cell_numbers import read_decimal, read_integer, read_rate, read_share
from optimizer.files.cell_periods import read_date, read_last_period_or_date, read_period, read_period_or_date
from optimizer.files.context import CellError, Context
from optimizer.files.kinds import Column, Kind
from optimizer.files.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_INTEGER_BITS = 4096
"""Beyond it Python refuses to print an integer; no quantity comes near it."""
LONGEST_KEY = 200
LONGEST_TEXT = 10_000
SURROGATES = range(0xD800, 0xE000)
"""Halves of characters, which JSON can smuggle in and no file can hold."""
NOT_IN_KEYS = ";[]"
"""Characters that lists in cells and the names of limits need for themselves."""
LISTS = frozenset({Kind.ACCELERATOR_LIST, Kind.CHOICE_LIST, Kind.COUNTRY_LIST})
TRUE_WORDS = frozenset({"true", "yes", "1"})
FALSE_WORDS = frozenset({"false", "no", "0"})


def is_empty(value: object) -> bool:
    """Return whether a cell holds nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def parse_cell(value: object, column: Column, context: Context) -> object:
    """Return the value of a cell that is not empty.

    Raises CellError when the cell does not hold what the column needs.
    """
    is_list = isinstance(value, list | tuple)
    if column.kind is Kind.RAW:
        return value
    if isinstance(value, Mapping | bytes | set) or (is_list and column.kind not in LISTS):
        msg = "expected a single value"
        raise CellError(msg)
    if isinstance(value, int) and value.bit_length() > LONGEST_INTEGER_BITS:
        msg = "number out of range"
        raise CellError(msg)
    return _PARSERS[column.kind](value if is_list or not isinstance(value, str) else value.strip(), column, context)


def is_text(text: str) -> bool:
    """Return whether a file can hold the text."""
    return "\0" not in text and (text.isascii() or not any(ord(letter) in SURROGATES for letter in text))


def is_key(value: object) -> bool:
    """Return whether a value can be the name of a section, a key or a column."""
    return isinstance(value, str) and is_text(value)


def _text(value: object, _column: Column, _context: Context) -> str:
    if isinstance(value, bool | float):
        msg = "expected text"
        raise CellError(msg, "put it in quotes")
    text = str(value)
    if not is_text(text):
        msg = "holds characters that are not text"
        raise CellError(msg)
    if len(text) > LONGEST_TEXT:
        msg = f"a text of {len(text)} characters is too long"
        raise CellError(msg)
    return text


def _key(value: object, column: Column, context: Context) -> str:
    text = _text(value, column, context)
    if len(text) > LONGEST_KEY:
        msg = f"a name of {len(text)} characters is too long"
        raise CellError(msg)
    if not text.isprintable() or any(letter in text for letter in NOT_IN_KEYS):
        msg = f"a name holds neither line breaks nor any of {' '.join(NOT_IN_KEYS)}"
        raise CellError(msg)
    return text


def _country(value: object, column: Column, context: Context) -> str:
    text = _text(value, column, context)
    if find_country(text) is None:
        meant = suggest_country(text)
        msg = "not an ISO 3166 alpha-2 country code"
        raise CellError(msg, f"did you mean {meant!r}?" if meant else "use two capital letters, such as MY")
    return text


def _site(value: object, column: Column, context: Context) -> str:
    return _known(_text(value, column, context), "site", context.sites, context)


def _accelerator(value: object, column: Column, context: Context) -> str:
    return _known(_text(value, column, context), "accelerator", context.accelerators, context)


def _workload(value: object, column: Column, context: Context) -> str:
    return _known(_text(value, column, context), "workload", context.workloads, context)


def _known(text: str, noun: str, names: frozenset[str] | None, context: Context) -> str:
    if names is not None and text not in names:
        msg = f"no such {noun} in {noun}s.csv"
        raise CellError(msg, context.near_name(noun, text))
    return text


def _accelerator_list(value: object, column: Column, context: Context) -> frozenset[str]:
    return frozenset(_accelerator(name, column, context) for name in _names(value, "accelerator"))


def _country_list(value: object, column: Column, context: Context) -> frozenset[str]:
    return frozenset(_country(name, column, context) for name in _names(value, "country"))


def _names(value: object, noun: str) -> list[object]:
    """Return the names in a list, of which there is at least one."""
    names = _parts(value)
    if not names:
        msg = f"names no {noun}"
        raise CellError(msg, "leave it empty to allow all")
    return names


def _parts(value: object) -> list[object]:
    parts: Iterable[object] = value if isinstance(value, list | tuple) else str(value).split(";")
    return [part.strip() if isinstance(part, str) else part for part in parts if not is_empty(part)]


def _boolean(value: object, _column: Column, _context: Context) -> bool:
    text = str(value).casefold()
    if text not in TRUE_WORDS | FALSE_WORDS:
        msg = "expected true or false"
        raise CellError(msg)
    return text in TRUE_WORDS


def _choice(value: object, column: Column, _context: Context) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if text not in column.choices:
        msg = f"expected one of {', '.join(column.choices)}"
        raise CellError(msg, did_you_mean(text, column.choices))
    return text


def _choice_list(value: object, column: Column, context: Context) -> tuple[str, ...]:
    chosen = tuple(_choice(part, column, context) for part in _parts(value))
    for number, name in enumerate(chosen):
        if name in chosen[:number]:
            msg = f"{name} is named twice"
            raise CellError(msg)
    return chosen


def _raw(value: object, _column: Column, _context: Context) -> object:
    return value


Parser = Callable[[object, Column, Context], object]
_PARSERS: Mapping[Kind, Parser] = MappingProxyType(
    {
        Kind.KEY: _key,
        Kind.TEXT: _text,
        Kind.COUNTRY: _country,
        Kind.SITE: _site,
        Kind.ACCELERATOR: _accelerator,
        Kind.ACCELERATOR_LIST: _accelerator_list,
        Kind.WORKLOAD: _workload,
        Kind.COUNTRY_LIST: _country_list,
        Kind.PERIOD: read_period,
        Kind.PERIOD_OR_EARLIER: read_period,
        Kind.PERIOD_OR_DATE: read_period_or_date,
        Kind.LAST_PERIOD_OR_DATE: read_last_period_or_date,
        Kind.DATE: read_date,
        Kind.DECIMAL: read_decimal,
        Kind.INTEGER: read_integer,
        Kind.RATE: read_rate,
        Kind.SHARE: read_share,
        Kind.BOOLEAN: _boolean,
        Kind.CHOICE: _choice,
        Kind.CHOICE_LIST: _choice_list,
        Kind.RAW: _raw,
    }
)
"""How each kind of value is read."""
