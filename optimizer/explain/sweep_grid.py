"""The values of a sweep, from `KEY=FROM:TO:STEP` or `KEY=a,b,c`: exact, in the order written, each as `--set` takes it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import NoReturn

from optimizer.errors import InputError, Problem
from optimizer.files.overrides import parse_change
from optimizer.schema.quantities import format_exact, parse_decimal, parse_integer

OPTION = "--vary"
MOST_POINTS = 1_001
"""From 0 to 100% in tenths of a percentage point."""
FEWEST_POINTS = 2
SHARES, NUMBERS = ("30%:70%:2%", "30%,40%,50%"), ("100:200:10", "100,150,200")
"""What a range and a list may look like."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A setting, by the key that `--set` takes, and the values it is given one after the other."""

    key: str
    parts: tuple[str, ...]
    """The key taken apart: two spellings of one key have the same parts."""
    text: str
    """The values as they were asked for."""
    values: tuple[str, ...]

    @property
    def numbers(self) -> tuple[Fraction | None, ...]:
        """Return each value as an exact number; None where it is none."""
        return tuple(map(_number_or_none, self.values))


def parse_grid(text: str) -> Grid:
    """Return the values of `KEY=FROM:TO:STEP`, TO included where a step falls on it, or of `KEY=a,b,c`.

    Numbers are exact: `30%`, `1/3`, `0.5`, `12`. Where a part is written as a percentage, so are the values. Raises
    InputError that says what to write.
    """
    change = parse_change(text)
    words = change.value
    values = _range(change.path, words) if ":" in words else _list(change.path, words)
    return Grid(change.path.strip(), change.parts, words, values)


def _list(key: str, words: str) -> tuple[str, ...]:
    values = tuple(part.strip() for part in words.split(","))
    if not all(values):
        _refuse(key, words, "a value is missing")
    if len(values) < FEWEST_POINTS:
        _refuse(key, words, "one value makes no curve")
    if twice := next((value for value in values if values.count(value) > 1), None):
        _refuse(key, words, f"{twice} stands there twice")
    _check_number(key, words, len(values))
    return values


def _range(key: str, words: str) -> tuple[str, ...]:
    texts = [part.strip() for part in words.split(":")]
    if len(texts) != len(("from", "to", "step")):
        _refuse(key, words, "a range has three parts, FROM:TO:STEP")
    numbers = [_number_or_none(part) for part in texts]
    first, last, step = (_known(key, words, *pair) for pair in zip(numbers, texts, strict=True))
    is_percent = any(part.endswith("%") for part in texts)
    if is_percent and any(abs(_known(key, words, number, "")) > 1 for number in _bare(numbers, texts)):
        meant = ":".join(part if part.endswith("%") else f"{part}%" for part in texts)
        _refuse(key, words, "percentages and plain numbers are mixed", meant)
    if not step:
        _refuse(key, words, "the step is zero")
    if (last - first) * step < 0:
        turned = _written(-step, is_percent=is_percent)
        _refuse(key, words, "the step leads away from TO", f"{texts[0]}:{texts[1]}:{turned}")
    count = floor((last - first) / step) + 1
    _check_number(key, words, count)
    if count < FEWEST_POINTS:
        _refuse(key, words, "the step is longer than the range: one value makes no curve")
    return tuple(_written(first + number * step, is_percent=is_percent) for number in range(count))


def _bare(numbers: list[Fraction | None], texts: list[str]) -> list[Fraction | None]:
    return [number for number, text in zip(numbers, texts, strict=True) if not text.endswith("%")]


def _written(value: Fraction, *, is_percent: bool) -> str:
    """Return a value as plan files write it; a percentage without an end stays a fraction."""
    percentage = format_exact(value * 100)
    return f"{percentage}%" if is_percent and "/" not in percentage else format_exact(value)


def _known(key: str, words: str, number: Fraction | None, text: str) -> Fraction:
    if number is None:
        _refuse(key, words, f"{text!r} is not a number" if text else "a part of the range is missing")
    return number


def _number_or_none(text: str) -> Fraction | None:
    try:
        if text.endswith("%"):
            return parse_decimal(text[:-1]) / 100
        numerator, slash, denominator = text.partition("/")
        return Fraction(parse_integer(numerator), parse_integer(denominator)) if slash else parse_decimal(text)
    except (ValueError, ZeroDivisionError):
        return None


def _check_number(key: str, words: str, count: int) -> None:
    if count > MOST_POINTS:
        _refuse(key, words, f"{count:,} points are too many, the most is {MOST_POINTS:,}: take a longer step")


def _refuse(key: str, words: str, message: str, meant: str | None = None) -> NoReturn:
    span, some = SHARES if "share" in key or "%" in words else NUMBERS
    hint = f"write {key}={meant}" if meant else f"write {key}={span}, or a list such as {key}={some}"
    raise InputError([Problem(message, file=OPTION, value=words, hint=hint)])
