"""The kinds of extra columns, each in a module of its own: what exists of it, and the rows that tie it to the rest.

A kind is a variable of `optimizer.rules.limit` that is neither stock nor an opening nor a total. Its module yields its
columns (`extras`) and adds its rows (`add_rows`); everything else in the program treats all kinds alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from optimizer.model import bound_lots, changes, entries, halls, presence, service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.model.columns import Columns, Extra
    from optimizer.model.formulation import RowBuilder
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit, Variable


class Feature(Protocol):
    """A module that knows one kind of extra column."""

    def extras(self, case: Case, limits: Iterable[Limit], columns: Columns) -> Iterator[tuple[Variable, Extra]]:
        """Yield the variables that exist, with their columns still to be numbered."""

    def add_rows(self, case: Case, columns: Columns, rows: RowBuilder) -> None:
        """Add the rows that hold whatever the limits are."""


FEATURES: tuple[Feature, ...] = (changes, entries, bound_lots, halls, presence, service)
"""In the order of their columns."""


def add_extras(case: Case, limits: Iterable[Limit], columns: Columns) -> Columns:
    """Return the columns with those of every kind of extra."""
    limits = tuple(limits)
    for feature in FEATURES:
        columns = columns.with_extras(feature.extras(case, limits, columns))
    return columns
