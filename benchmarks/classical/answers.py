"""What a returned result document says, read as far as pricing needs it: units, openings, service.

Only the document a user gets is read, never the program's own objects, so that a wrong report would be seen too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.classical.plans import number_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Counts = dict[tuple[int, int], int]


@dataclass(frozen=True)
class Answer:
    """The placement of a plan of one period, by numbers of sites and of accelerators or workloads."""

    units: Counts
    """Units standing by (site, accelerator)."""
    opened: frozenset[int]
    served: Counts
    """TPP by (site, workload)."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a placement is no solution of the original problem."""

    reason: str


def answer_of(result: Mapping[str, Any]) -> Answer:
    """Return what the JSON result of `placement solve` places, opens and serves. Raises KeyError for another document."""
    return Answer(
        units=_sums(result["placements"], "accelerator", "units_standing"),
        opened=frozenset(number_in(row["site"]) for row in result["openings"]),
        served=_sums(result.get("served", ()), "workload", "served_tpp"),
    )


def _sums(rows: Iterable[Mapping[str, Any]], of: str, amount: str) -> Counts:
    found: Counts = {}
    for row in rows:
        pair = number_in(row["site"]), number_in(row[of])
        found[pair] = found.get(pair, 0) + int(row[amount])
    return {pair: count for pair, count in found.items() if count}
