"""A second solver's word on a verdict: it must agree on `optimal` and on `infeasible`.

The second search starts from nothing the first one found. Two verdicts agree when they are of one kind and the proven
intervals of the best value overlap; a search that was stopped before it could say leaves the verdict unconfirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.errors import SolverError
from optimizer.solve.registry import BACKENDS
from optimizer.strategy.outcome import OPTIMAL_GAP, Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.strategy.options import SearchOptions

SURE = frozenset({Status.OPTIMAL, Status.WITHIN_GAP})


@dataclass(frozen=True)
class Confirmation:
    """What the second solver says. `agrees` None: it was stopped first."""

    outcome: Outcome
    agrees: bool | None


class DisagreementError(SolverError):
    """Two solvers contradict each other; carries both outcomes."""

    def __init__(self, first: Outcome, second: Outcome) -> None:
        self.first, self.second = first, second
        super().__init__(f"two solvers disagree: {_verdict(first)}; {_verdict(second)}")


def other_backend(backend: str) -> str:
    """Return the backend that confirms another's verdict."""
    return next(name for name in BACKENDS if name != backend)


def confirm(first: Outcome, options: SearchOptions, place: Callable[[SearchOptions], Outcome]) -> Confirmation:
    """Return what a second solver says of a verdict; `place` searches the plan again under other options.

    Raises DisagreementError where the two contradict each other.
    """
    second = place(replace(options, backend=other_backend(options.backend)))
    agrees = _agrees(first, second)
    if agrees is False:
        raise DisagreementError(first, second)
    return Confirmation(second, agrees)


def _agrees(first: Outcome, second: Outcome) -> bool | None:
    if Status.INFEASIBLE in {first.status, second.status}:
        if first.status is second.status:
            return True
        return False if first.placement is not None or second.placement is not None else None
    if _is_above(first, second) or _is_above(second, first):
        return False
    if first.status is Status.OPTIMAL:
        return True if second.status is Status.OPTIMAL else None
    return True if first.status in SURE and second.status in SURE else None


def _is_above(one: Outcome, other: Outcome) -> bool:
    """Return whether a verified value lies above what the other proved to be the most, by more than rounding."""
    if one.objective is None or other.best_bound is None:
        return False
    margin = max(Fraction(1), OPTIMAL_GAP * abs(one.objective))
    return one.objective - other.best_bound > margin


def _verdict(outcome: Outcome) -> str:
    if outcome.objective is None:
        return f"{outcome.backend} says {outcome.status.value}"
    bound = "no bound" if outcome.best_bound is None else f"at most {float(outcome.best_bound):,.2f}"
    return f"{outcome.backend} says {outcome.status.value}, a verified {float(outcome.objective):,.2f} and {bound}"
