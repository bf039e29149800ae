"""Whether any of some sites is open, in the program: no less than the opening of each of them."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from optimizer.model.columns import ABSENT, Columns, Extra
from optimizer.rules.limit import Present, variables_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.model.formulation import RowBuilder
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


def extras(_case: Case, limits: Iterable[Limit], columns: Columns) -> Iterator[tuple[Present, Extra]]:
    """Yield the presences that limits speak of and some opening can bring about, sorted."""
    for variable in sorted(variables_named(limits, Present)):
        if (columns.openings[list(variable.sites), variable.period] != ABSENT).any():
            yield variable, Extra(1.0)


def add_rows(_case: Case, columns: Columns, rows: RowBuilder) -> None:
    """Add the rows present[c,t] >= open[s,t]."""
    for variable in columns.extras:
        if isinstance(variable, Present):
            for site in variable.sites:
                opening = int(columns.openings[site, variable.period])
                if opening != ABSENT:
                    rows.add("present where open", [(columns.column(variable), 1.0), (opening, -1.0)], 0.0, inf)
