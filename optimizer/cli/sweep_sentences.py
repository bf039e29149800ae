"""What the curve of a sweep does, in sentences: where it rises, is flat, changes sites, has no plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.report.wording import money

if TYPE_CHECKING:
    from optimizer.report.sweep_document import SiteChangePart, StretchPart, SweepDocument, SweepPointPart

MOST_CHANGES = 12
MOST_NAMES = 6
"""Sites named in one place; the JSON has all."""


def summary(document: SweepDocument) -> Iterator[str]:
    """Yield what the curve does, in sentences."""
    yield _today(document)
    for stretch in document.stretches:
        yield _stretch(stretch, document)
    yield from _steepest(document)
    if any(point.opened is not None for point in document.points):
        yield _sites(document.site_changes)
    if document.interrupted:
        missing = [point.value for point in document.points if point.status == "not_run"]
        yield f"Interrupted: this is what was finished. Not run: {names(missing)}."


def _today(document: SweepDocument) -> str:
    for point in document.points:
        if point.today:
            worth = "there is no plan" if point.status == "infeasible" else "not answered"
            if point.objective is not None:
                worth = money(point.objective, document.currency)
            return f"Today it is {point.value}: {worth}."
    return "The plan as it stands is not among these values."


def _stretch(stretch: StretchPart, document: SweepDocument) -> str:
    where = stretch.first if stretch.first == stretch.last else f"{stretch.first} to {stretch.last}"
    low, high = read_exact(stretch.difference_at_least_exact), read_exact(stretch.difference_at_most_exact)
    currency = document.currency
    match stretch.trend:
        case "rises" | "falls":
            near, far = (low, high) if stretch.trend == "rises" else (high, low)
            return f"{where}: the value {stretch.trend} by {_amount(near, far, currency)}."
        case "flat":
            return f"{where}: flat; {_flat(stretch, document)}."
        case "single":
            return f"{where}: a plan exists, none at the values beside it that were answered."
        case "not_known":
            return f"{where}: plans exist, but nothing is proven of their differences."
        case "no_plan":
            return f"{where}: no plan exists, proven."
        case "not_answered":
            return f"{where}: not answered."


def _amount(near: Fraction | None, far: Fraction | None, currency: str) -> str:
    """Return `$10 m to $12 m, proven`: at least and, where that is proven, at most."""
    least = money(abs(near) if near else 0, currency)
    if far is None:
        return f"at least {least}, proven"
    most = money(abs(far), currency)
    return f"{least}, proven" if least == most else f"{least} to {most}, proven"


def _flat(stretch: StretchPart, document: SweepDocument) -> str:
    values = [point.value for point in document.points]
    inside = document.points[values.index(stretch.first) : values.index(stretch.last) + 1]
    found = [point.objective for point in inside if point.objective is not None]
    low, high = money(min(found), document.currency), money(max(found), document.currency)
    if min(found) == max(found):
        return f"the plan is worth {low} throughout"
    worth = f"about {low}" if low == high else f"{low} to {high}"
    return f"plans worth {worth}, too near each other to be told apart at these gaps"


def _steepest(document: SweepDocument) -> Iterator[str]:
    """Yield between which neighbours the value is proven to move most, where several steps are proven to move it."""
    steps = [
        (Fraction(abs(sure)), document.points[number - 1].value, point.value)
        for number, point in enumerate(document.points)
        if (sure := _sure(point)) is not None
    ]
    if len(steps) > 1:
        most = max(step[0] for step in steps)
        before, value = next((before, value) for step, before, value in steps if step == most)
        yield f"The steepest step is {before} to {value}: at least {money(most, document.currency)}."


def _sure(point: SweepPointPart) -> Fraction | None:
    if point.difference == "more":
        return read_exact(point.difference_at_least_exact)
    return read_exact(point.difference_at_most_exact) if point.difference == "less" else None


def _sites(changes: Sequence[SiteChangePart]) -> str:
    if not changes:
        return "The sites in use are the same at neighbouring points throughout."
    texts = [f"{change.after} to {change.by} ({moves(change.opened, change.closed)})" for change in changes]
    more = f"; and {len(texts) - MOST_CHANGES} more" if len(texts) > MOST_CHANGES else ""
    return f"The sites in use change from {'; '.join(texts[:MOST_CHANGES])}{more}."


def moves(opened: Sequence[str], closed: Sequence[str]) -> str:
    """Return `+ johor − dublin`."""
    parts = [*([f"+ {names(opened)}"] if opened else []), *([f"− {names(closed)}"] if closed else [])]
    return " ".join(parts)


def names(some: Sequence[str]) -> str:
    """Return a list of names, cut short where it is long."""
    more = f" and {len(some) - MOST_NAMES} more" if len(some) > MOST_NAMES else ""
    return ", ".join(some[:MOST_NAMES]) + more


def read_exact(text: str | None) -> Fraction | None:
    """Return an exact twin as a number."""
    return None if text is None else Fraction(text)
