"""A sweep for people: legal status, what the curve does in sentences, and a row for each point, as text or Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from optimizer.cli.compare_tables import interval_text
from optimizer.cli.listing import Listing, render
from optimizer.cli.options import Format
from optimizer.cli.policy_show import paragraph
from optimizer.cli.sweep_sentences import moves, names, read_exact, summary
from optimizer.report import sweep_html
from optimizer.report.wording import NOTHING, SYMBOLS, gap_text, money

if TYPE_CHECKING:
    from optimizer.report.sweep_document import SweepDocument, SweepPointPart

BAR_WIDTH = 16
EIGHTHS = " ▏▎▍▌▋▊▉█"
MOST_REASONS = 12


def for_people(document: SweepDocument, output_format: Format) -> str:
    """Return the sweep as text or as Markdown."""
    title, facts = _title(document), _facts(document)
    policy = f"{document.policy} (version {document.policy_version})"
    sentences = list(summary(document))
    if output_format is Format.MARKDOWN:
        head = [f"# {title}\n", f"- **{policy}**: {' '.join(facts)}\n", "".join(f"- {one}\n" for one in sentences)]
    else:
        head = [f"{title}\n", paragraph(policy, *facts), paragraph("The curve", *sentences)]
    return "\n".join([*head, render(_table(document), output_format)])


def as_page(document: SweepDocument) -> str:
    """Return the sweep as an HTML page with a picture of the curve."""
    sentences = list(summary(document))
    return sweep_html.render(document, title=_title(document), facts=" ".join(_facts(document)), sentences=sentences)


def _title(document: SweepDocument) -> str:
    span = " to ".join(dict.fromkeys((document.periods[0], document.last_period)))
    return f"{document.plan}: {document.company} ({document.headquarters}), {span}, as {document.key} moves"


def _facts(document: SweepDocument) -> list[str]:
    status = document.legal_status
    if "not legal advice" not in status.lower():
        status = f"{status.rstrip('. ')}. Not legal advice."
    changed = [f"Set: {'; '.join(document.settings)}."] if document.settings else []
    return [status, f"Reading: {document.reading}.", *changed]


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
        moves(point.opened or (), point.closed or ()),
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
    least, most = read_exact(point.difference_at_least_exact), read_exact(point.difference_at_most_exact)
    if least is None and most is None:
        return NOTHING
    if point.difference == "not_distinguishable":
        return f"too near to tell: {money(least or 0, currency)} to {money(most or 0, currency)}"
    return interval_text(point.difference, least, most, currency)


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
    for reason, values in list(reasons.items())[:MOST_REASONS]:
        yield f"No plan at {names(values)}: {reason}."
