"""Files of numbers separated by white space, read word by word; what is wrong is said in a sentence with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from optimizer.errors import InputError, Problem
from optimizer.schema.quantities import parse_decimal

if TYPE_CHECKING:
    from fractions import Fraction


class Words:
    """The words of a file, taken from the front. Numbers are exact."""

    def __init__(self, text: str, name: str) -> None:
        self._words = text.split()
        self._name = name
        self._taken = 0

    def count(self, what: str, *, least: int = 1) -> int:
        """Take a whole number of at least `least`."""
        number = self.number(what)
        if number.denominator != 1 or number < least:
            self.refuse(f"{what} has to be a whole number of at least {least}")
        return int(number)

    def number(self, what: str) -> Fraction:
        """Take a number."""
        word = self.word(what)
        try:
            return parse_decimal(word)
        except ValueError:
            self.refuse(f"{what} has to be a number", word)

    def numbers(self, how_many: int, what: str) -> tuple[Fraction, ...]:
        """Take several numbers."""
        return tuple(self.number(f"{what} {place} of {how_many}") for place in range(1, how_many + 1))

    def skip(self, how_many: int, what: str) -> None:
        """Leave words out, unread."""
        if self._taken + how_many > len(self._words):
            self._taken = len(self._words)
            self.refuse(f"ends before {what}")
        self._taken += how_many

    def word(self, what: str) -> str:
        """Take a word."""
        if self._taken == len(self._words):
            self.refuse(f"ends before {what}")
        self._taken += 1
        return self._words[self._taken - 1]

    def end(self) -> None:
        """Refuse words that are left over."""
        left = len(self._words) - self._taken
        if left:
            self.refuse(f"goes on for {left} more words than its first line announces", self._words[self._taken])

    def refuse(self, message: str, value: str | None = None) -> NoReturn:
        """Raise InputError about the word taken last."""
        raise InputError([Problem(f"word {self._taken}: {message}", file=self._name, value=value)])
