"""Points of a sweep take over each other's placements: each is judged exactly by the limits of the other points.

A placement moves where it is worth more than the point's own, or as much as its own and the neighbour before stands on it:
so sites change along a curve only where that gains something. Nothing is solved, bounds stay those that each point's own
search proved, and the answer does not depend on the order in which points were solved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.explain.sweep_answer import judged_by
from optimizer.strategy.outcome import Status, status_of
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from optimizer.explain.sweep_answer import Answer
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement

CONTRADICTED = "a placement found at {value} keeps every limit here, where the solver proved that there is none"


@dataclass(frozen=True)
class Solved:
    """A point with its own answer; None where it was not run."""

    value: str
    case: Case
    answer: Answer | None
    taken_from: str | None = None
    """The value whose search found the placement, where it is another's."""


@dataclass(frozen=True)
class _Offer:
    value: str
    placement: Placement


def exchanged(points: Sequence[Solved], gap_asked: float) -> tuple[Solved, ...]:
    """Return the points, in order, each with the best placement that any of their searches found for it."""
    offers = tuple(_distinct(points))
    found: list[Solved] = []
    for point in points:
        before = found[-1] if found else None
        found.append(_best(point, offers, before, gap_asked))
    return tuple(found)


def _distinct(points: Sequence[Solved]) -> Iterator[_Offer]:
    seen = set()
    for point in points:
        if point.answer is None or point.answer.placement is None:
            continue
        placement = point.answer.placement
        key = tuple(
            frozenset(part.items())
            for part in (
                placement.standing_units,
                placement.opened,
                placement.entered_units,
                placement.served_tpp,
                placement.modules,
                placement.aged_units,
                placement.moves,
            )
        )
        if key not in seen:
            seen.add(key)
            yield _Offer(point.value, placement)


def _best(point: Solved, offers: Sequence[_Offer], before: Solved | None, gap_asked: float) -> Solved:
    answer = point.answer
    if answer is None or answer.status is None:
        return point
    judge = judged_by(point.case, answer)
    if judge is None:
        return point
    if answer.status is Status.INFEASIBLE:
        return _checked(point, answer, offers, *judge)
    best, chosen = answer.objective, None
    for most, offer in _promising(answer, offers, judge[0]):
        if best is not None and most <= best:
            break
        worth = _worth(*judge, offer.placement)
        if worth is not None and (best is None or worth > best):
            best, chosen = worth, offer
    if chosen is not None:
        status = status_of(best, answer.best_bound, gap_asked)
        better = replace(answer, status=status, objective=best, placement=chosen.placement)
        point = replace(point, answer=better, taken_from=chosen.value)
    return _as_before(point, before, *judge)


def _promising(answer: Answer, offers: Sequence[_Offer], case: Case) -> Iterator[tuple[Fraction, _Offer]]:
    """Yield placements with what they are worth before any limit is read, the best first.

    None is worth more than the proven bound.
    """
    found = [(worth, offer) for offer in offers if (worth := _worth(case, (), offer.placement)) is not None]
    for worth, offer in sorted(found, key=lambda pair: -pair[0]):
        if answer.best_bound is None or worth <= answer.best_bound:
            yield worth, offer


def _worth(case: Case, limits: tuple[Limit, ...], placement: Placement) -> Fraction | None:
    """Return the exact value of a placement; None where it breaks a limit or does not fit the plan."""
    verdict = verify(case, limits, placement)
    return verdict.objective if verdict.passed else None


def _as_before(point: Solved, before: Solved | None, case: Case, limits: tuple[Limit, ...]) -> Solved:
    """Return the point with the placement of the point before it, where that is worth as much."""
    if before is None or before.answer is None or before.answer.placement is None or point.answer is None:
        return point
    placement = before.answer.placement
    if placement == point.answer.placement or _worth(case, limits, placement) != point.answer.objective:
        return point
    origin = before.taken_from or before.value
    return replace(point, answer=replace(point.answer, placement=placement), taken_from=origin)


def _checked(point: Solved, answer: Answer, offers: Sequence[_Offer], case: Case, limits: tuple[Limit, ...]) -> Solved:
    """Return an infeasible point; as failed where another's placement shows that it is not."""
    for offer in offers:
        if _worth(case, limits, offer.placement) is not None:
            failure = CONTRADICTED.format(value=offer.value)
            return replace(point, answer=type(answer)(failure=failure, seconds=answer.seconds))
    return point
