"""What others already use of a national cap, in the measure that the cap counts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.errors import InputError, Problem
from optimizer.rules.measures import CHIPS, H100_EQUIVALENTS, UNIT_NAMES, h100_tpp

if TYPE_CHECKING:
    from optimizer.rules.limit import Exact
    from optimizer.schema.plan import ExternalUse


def level_of_others(use: ExternalUse, measure: str, period: int, setting: str | None = None) -> Exact:
    """Return the level of a row in a period.

    Raises InputError where the row is not given in a unit that the cap can count; `setting` is what else could be changed.
    """
    levels = use.units if measure == CHIPS else use.tpp
    if levels is None:
        column = "units" if measure == CHIPS else "tpp"
        message = f"the national cap counts {UNIT_NAMES[measure]}, and external use of {use.country} is not given in it"
        hint = f"add the column {column}" + (f", or change {setting}" if setting else "")
        raise InputError([Problem(message, file="external_use.csv", column=column, hint=hint)])
    return Fraction(levels[period], h100_tpp()) if measure == H100_EQUIVALENTS else levels[period]
