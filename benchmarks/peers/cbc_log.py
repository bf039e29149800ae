"""Reads CBC's log: what it knew when.

Its numbered lines are about the negative that it minimises, its summary about what PuLP maximises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchmarks.peers.trace import INFINITE

if TYPE_CHECKING:
    from benchmarks.peers.trace import Trace

NUMBER = r"([-+.\de]+)"
SECONDS = re.compile(rf"(?:\({NUMBER} seconds\)|- {NUMBER} seconds)")
SOLUTION = re.compile(rf"(?:Integer solution of|best objective|nodes, .* on tree,) {NUMBER}")
POSSIBLE = re.compile(rf"best possible {NUMBER}")
RELAXATION = re.compile(rf"Continuous objective value is {NUMBER} ")
BOUND = re.compile(rf"^Upper bound: +{NUMBER}", re.MULTILINE)
OPTIMAL = re.compile(rf"Result - Optimal solution found\s+Objective value: +{NUMBER}")
NODES = re.compile(r"Enumerated nodes: +(\d+)")
SIX_DIGITS = 5e-6
"""The relaxation is printed with six digits: a bound must not be rounded to the wrong side."""
VERSION = re.compile(r"Version: (\S+)")


def follow(log: str, built: float, trace: Trace) -> float | None:
    """Note what CBC's log tells; return its last bound.

    The summary names a bound where the search was cut short; without one the optimum is the bound.
    """
    bound: float | None = None
    for line in log.splitlines():
        at, relaxation = SECONDS.search(line), RELAXATION.search(line)
        value, possible = (SOLUTION.search(line), POSSIBLE.search(line)) if line.startswith("Cbc") else (None, None)
        if relaxation:
            bound = float(relaxation[1]) + SIX_DIGITS * abs(float(relaxation[1]))
        elif possible and abs(float(possible[1])) < INFINITE:
            bound = -float(possible[1])
        if at and (relaxation or value):
            trace.see(-float(value[1]) if value else None, bound, built + float(at[1] or at[2]))
    last = BOUND.search(log) or OPTIMAL.search(log)
    return float(last[1]) if last else bound


def nodes_of(log: str) -> int | None:
    """Return the nodes of the search."""
    nodes = NODES.search(log)
    return int(nodes[1]) if nodes else None


def version_of(log: str) -> str:
    """Return CBC's version."""
    found = VERSION.search(log)
    return found[1] if found else "?"
