"""A sweep for people: legal status, what the curve does in sentences, and a row for each point, as text or Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.cli.compare_tables import interval_text
from optimizer.cli.listing import Listing, render
from optimizer.cli.options import Format
from optimizer.cli.policy_show import paragraph
from optimizer.report.wording import NOTHING, SYMBOLS, gap_text, money

if TYPE_CHECKING:
    from optimizer.report.sweep_document import SiteChangePart, StretchPart, SweepDocument, SweepPointPart

BAR_WIDTH = 16
EIGHTHS = " ▏▎▍▌▋▊▉█"
MOST_CHANGES = 12
MOST_NAMES = 6
"""Sites named in one cell; the JSON has all."""


def for_people(document: SweepDocument, output_format: Format) -> str:
    """Return the sweep as text or as Markdown."""
    span = " to ".join(dict.fromkeys((document.periods[0], document.last_period)))
    title = f"{document.plan}: {document.company} ({document.headquarters}), {span}, as {document.key} moves"
    policy = f"{document.policy} (version {document.policy_version})"
    status = document.legal_status
    if "not legal advice" not in status.lower():
        status = f"{status.rstrip('. ')}. Not legal advice."
    changed = [f"Set: {'; '.join(document.settings)}."] if document.settings else []
    facts = [status, f"Reading: {document.reading}.", *changed]
    sentences = list(summary(document))
    if output_format is Format.MARKDOWN:
        head = [f"# {title}\n", f"- **{policy}**: {' '.join(facts)}\n", "".join(f"- {one}\n" for one in sentences)]
    else:
        head = [f"{title}\n", paragraph(policy, *facts), paragraph("The curve", *sentences)]
    return "\n".join([*head, render(_table(document), output_format)])


# --- Sentences ------------------------------------------------------------------------------------------------------------


def summary(document: SweepDocument) -> Iterator[str]:
    """Yield what the curve does, in sentences."""
    yield _today(document)
    for stretch in document.stretches:
        yield _stretch(stretch, document)
    yield from _steepest(document)
    yield _sites(document.site_changes)
    if document.interrupted:
        missing = [point.value for point in document.points if point.status == "not_run"]
        yield f"Interrupted: this is what was finished. Not run: {_names(missing)}."


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
    low, high = _read(stretch.difference_at_least_exact), _read(stretch.difference_at_most_exact)
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
        return _read(point.difference_at_least_exact)
    return _read(point.difference_at_most_exact) if point.difference == "less" else None


def _sites(changes: Sequence[SiteChangePart]) -> str:
    if not changes:
        return "The sites in use are the same at neighbouring points throughout."
    texts = [f"{change.after} to {change.by} ({_moves(change.opened, change.closed)})" for change in changes]
    more = f"; and {len(texts) - MOST_CHANGES} more" if len(texts) > MOST_CHANGES else ""
    return f"The sites in use change from {'; '.join(texts[:MOST_CHANGES])}{more}."


def _moves(opened: Sequence[str], closed: Sequence[str]) -> str:
    parts = [*([f"+ {_names(opened)}"] if opened else []), *([f"− {_names(closed)}"] if closed else [])]
    return " ".join(parts)


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


# --- The table ------------------------------------------------------------------------------------------------------------


def _table(document: SweepDocument) -> Listing:
    found = [point.objective for point in document.points if point.objective is not None]
    low, high = (min(found), max(found)) if found else (0, 0)
    texts = _worths(found, document.currency)
    rows = [_row(point, document, texts, (low, high)) for point in document.points]
    bar = "lowest to highest" if high > low else ""
    columns = (document.key, "", "status", "value", bar, "gap", "beside the point before", "sites", "changes", "placed")
    shown = [number for number, name in enumerate(columns) if name or any(row[number] for row in rows)]
    return Listing(
        "",
        tuple(columns[number] for number in shown),
        [tuple(row[number] for number in shown) for row in rows],
        tuple(_notes(document)),
    )


def _worths(found: Sequence[float], currency: str) -> dict[float, str]:
    """Return the text of each value: short, or in full where short texts would not tell different values apart."""
    short = {worth: money(worth, currency) for worth in found}
    if len(set(short.values())) == len(short):
        return short
    symbol = SYMBOLS.get(currency)
    return {
        worth: f"{'-' if worth < 0 else ''}{symbol}{abs(worth):,.0f}" if symbol else f"{worth:,.0f} {currency}"
        for worth in found
    }


def _row(
    point: SweepPointPart, document: SweepDocument, texts: dict[float, str], span: tuple[float, float]
) -> tuple[str | int, ...]:
    worth, (low, high) = point.objective, span
    return (
        point.value,
        "today" if point.today else "",
        _status(point),
        NOTHING if worth is None else texts[worth],
        "" if worth is None or high <= low else _bar((worth - low) / (high - low)),
        NOTHING if worth is None else gap_text(point.gap),
        _difference(point, document.currency),
        NOTHING if point.sites is None else len(point.sites),
        _moves(point.opened or (), point.closed or ()),
        NOTHING if point.placed_units is None else point.placed_units,
    )


def _status(point: SweepPointPart) -> str:
    words = point.status.replace("_", " ")
    return f"{words} (stopped by {point.stopped_by})" if point.stopped_by else words


def _bar(part: float) -> str:
    """Return a bar in eighths of a character; the lowest value keeps the thinnest one."""
    whole, rest = divmod(max(1, round(part * BAR_WIDTH * 8)), 8)
    return EIGHTHS[8] * whole + (EIGHTHS[rest] if rest else "")


def _difference(point: SweepPointPart, currency: str) -> str:
    least, most = _read(point.difference_at_least_exact), _read(point.difference_at_most_exact)
    if least is None and most is None:
        return NOTHING
    if point.difference == "not_distinguishable":
        return f"too near to tell: {money(least or 0, currency)} to {money(most or 0, currency)}"
    return interval_text(point.difference, least, most, currency)


def _read(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _notes(document: SweepDocument) -> Iterator[str]:
    yield (
        "Each point is searched by itself; the best possible lies above its value by the gap at most. A difference follows "
        "from value and bound of both points."
    )
    if any(point.placement_from for point in document.points):
        yield "Where a point stands on a plan that another point's search found, it was checked exactly here."
    for point in document.points:
        if point.reasons and point.status == "failed":
            yield f"{point.value}: {'; '.join(point.reasons)}."
    reasons: dict[str, list[str]] = {}
    for point in document.points:
        for reason in point.reasons if point.status == "infeasible" else ():
            reasons.setdefault(reason, []).append(point.value)
    for reason, values in list(reasons.items())[:MOST_CHANGES]:
        yield f"No plan at {_names(values)}: {reason}."
