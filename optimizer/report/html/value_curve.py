"""The curve of a sweep as a picture: the plan's value, how much more is not ruled out, where the sites in use change."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.report.html.compute_charts import AXIS_TEXT, HEIGHT, WIDTH, Figure
from optimizer.report.html.palette import BROKEN, LIMIT, MUTED, NEUTRAL
from optimizer.report.html.svg import inline_svg
from optimizer.report.wording import money

if TYPE_CHECKING:
    from optimizer.report.sweep_document import SiteChangePart, SweepDocument, SweepPointPart

LINE, DOT, DASHES = 2, 45, [4, 3]
PER_CENT = 100
MOST_NAMES = 6

Row = dict[str, float | int | str]


def value_curve(document: SweepDocument) -> Figure | None:
    """Return the picture; None where no point has a plan."""
    points = [point for point in document.points if point.objective is not None]
    if not points:
        return None
    import altair as alt  # noqa: PLC0415

    is_number = all(point.value_exact is not None for point in document.points)
    scale = PER_CENT if all(point.value.endswith("%") for point in document.points) else 1
    text = "format(datum.value, ',.6~f') + '%'" if scale == PER_CENT else "format(datum.value, ',.6~f')"
    x = (
        alt.X("x:Q", scale=alt.Scale(zero=False), axis=alt.Axis(labelExpr=text, tickCount=8))
        if is_number
        else alt.X("x:O", sort=None, axis=alt.Axis(labelAngle=0))
    )
    places: dict[str, float | str] = {
        point.value: float(scale * Fraction(point.value_exact or 0)) if is_number else point.value
        for point in document.points
    }
    rows = [_row(point, places[point.value], document) for point in points]
    y = alt.Y("worth:Q", scale=alt.Scale(zero=False), axis=alt.Axis(labelExpr=AXIS_TEXT, tickCount=5))
    base = alt.Chart(alt.InlineData(values=rows))
    layers = [
        base.mark_area(color=NEUTRAL, opacity=0.45, aria=False).encode(x=x, y=y, y2="most:Q"),
        base.mark_line(color=LIMIT, strokeWidth=LINE, aria=False).encode(x=x, y=y),
        base.mark_point(color=LIMIT, filled=True, opacity=1, size=DOT).encode(x=x, y=y, description="text:N"),
    ]
    changes = [_change(one, places[one.by]) for one in document.site_changes]
    if changes:
        lines = alt.Chart(alt.InlineData(values=changes)).mark_rule(color=MUTED, strokeDash=DASHES)
        layers.append(lines.encode(x=x, description="text:N"))
    barred: list[Row] = [
        {"x": places[point.value], "text": f"{point.value}: no plan exists"}
        for point in document.points
        if point.status == "infeasible"
    ]
    if barred:
        crosses = alt.Chart(alt.InlineData(values=barred)).mark_point(
            color=BROKEN, shape="cross", filled=True, size=DOT
        )
        layers.append(crosses.encode(x=x, y=alt.value(HEIGHT), description="text:N"))
    title = f"Value ({document.currency}) as {document.key} moves"
    chart = alt.layer(*layers).properties(width=2 * WIDTH, height=HEIGHT)
    return Figure(title, inline_svg(chart, "curve", title))


def _row(point: SweepPointPart, place: float | str, document: SweepDocument) -> Row:
    worth = float(point.objective or 0)
    most = worth if point.best_bound is None else float(point.best_bound)
    end = "no bound proven" if point.best_bound is None else f"at most {money(most, document.currency)}"
    text = f"{point.value}: {money(worth, document.currency)}, {end}"
    return {"x": place, "worth": worth, "most": most, "text": f"{text} (today)" if point.today else text}


def _change(change: SiteChangePart, place: float | str) -> Row:
    parts = [
        f"{word} {_some(names)}" for word, names in (("opens", change.opened), ("empties", change.closed)) if names
    ]
    return {"x": place, "text": f"from {change.after} to {change.by}: {'; '.join(parts)}"}


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
