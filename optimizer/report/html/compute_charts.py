"""Compute by tier over time, and the three shares of each period beside the limits in force then."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.report.html.palette import BROKEN, LIMIT, NEUTRAL, tier_colour
from optimizer.report.html.svg import inline_svg
from optimizer.report.share_lines import TIER_2, tier_name
from optimizer.report.wording import compact, share_beside, share_text
from optimizer.rules.limit import Sense

if TYPE_CHECKING:
    import altair as alt

    from optimizer.report.pages import Document
    from optimizer.report.rows import LimitRow, PeriodRow

WIDTH, HEIGHT = 430, 190
LIMIT_THICKNESS = 2.5
AXIS_TEXT = (
    "datum.value >= 1e9 ? format(datum.value / 1e9, ',.3~f') + ' bn' : "
    "datum.value >= 1e6 ? format(datum.value / 1e6, ',.3~f') + ' m' : format(datum.value, ',')"
)
PER_CENT = 100
MOST_LABELS = 16
"""Bars that are wide enough for the code of a country."""
LABEL_ABOVE_AXIS = 9

Bar = dict[str, float | int | str]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart under its heading."""

    title: str
    svg: str
    has_limit: bool = False
    """Whether a limit is drawn in it."""


@dataclass(frozen=True, slots=True)
class _Share:
    """The share of one period: its exact value, of which place, and the limit on it then."""

    row: PeriodRow
    exact: str | None
    place: str
    limit: LimitRow | None


def compute_charts(document: Document) -> tuple[Figure, ...]:
    """Return the charts over time; none where nothing stands in any period."""
    if not document.periods:
        return ()
    kinds = {rule.name: rule.kind for rule in document.policy.rules}
    limits = {(kinds.get(row.rule), row.scope, row.period): row for row in document.limits}
    home = document.plan.home

    def limit(kind: str, scope: str, row: PeriodRow) -> LimitRow | None:
        return limits.get((kind, scope, row.period))

    periods = document.periods
    return (
        _by_tier(document),
        _share_figure(
            f"Share at home ({home})",
            "home",
            [_Share(row, row.home_share_exact, "", limit("home_share", home, row)) for row in periods],
        ),
        _share_figure(
            f"Share outside {tier_name(document.policy, 1)}",
            "outside",
            [_Share(row, row.outside_tier1_share_exact, "", limit("outside_tier1_share", "", row)) for row in periods],
        ),
        _share_figure(
            f"Largest share of one country in {tier_name(document.policy, TIER_2)}",
            "largest",
            [
                _Share(row, row.largest_tier2_share_exact, place, limit("destination_share", place, row))
                for row in periods
                for place in (row.largest_tier2_country or "",)
            ],
        ),
    )


def _by_tier(document: Document) -> Figure:
    tpp: dict[tuple[str, int], Fraction] = {}
    for row in document.countries:
        key = (row.period, row.tier)
        tpp[key] = tpp.get(key, Fraction(0)) + Fraction(row.tpp)
    bars: list[Bar] = [
        {
            "period": period,
            "tier": tier,
            "colour": tier_colour(tier),
            "tpp": float(amount),
            "text": f"{period}, {document.policy.tier_names.get(str(tier), f'Tier {tier}')}: {compact(float(amount))} TPP",
        }
        for (period, tier), amount in sorted(tpp.items())
        if amount
    ]
    import altair as alt  # noqa: PLC0415

    chart = _bars(bars, document.plan.periods).encode(
        y=alt.Y("tpp:Q", axis=alt.Axis(labelExpr=AXIS_TEXT, tickCount=5), stack="zero"),
        color=alt.Color("colour:N", scale=None, legend=None),
        order=alt.Order("tier:Q"),
    )
    title = "Compute by tier (TPP, installed stock included)"
    return Figure(title, inline_svg(chart.properties(width=WIDTH, height=HEIGHT), "tiers", title))


def _share_figure(title: str, name: str, shares: list[_Share]) -> Figure:
    import altair as alt  # noqa: PLC0415

    periods = tuple(share.row.period for share in shares)
    is_labelled = len(periods) <= MOST_LABELS
    bars = [_share_bar(share, is_labelled=is_labelled) for share in shares if share.exact is not None]
    ticks = [_limit_tick(share.row.period, share.limit) for share in shares if share.limit]
    percent = alt.Y("percent:Q", axis=alt.Axis(labelExpr="format(datum.value, ',') + '%'", tickCount=5))
    bar_chart = _bars(bars, periods).encode(y=percent)
    chart = alt.layer(
        bar_chart.encode(color=alt.Color("colour:N", scale=None, legend=None)),
        alt.Chart(alt.InlineData(values=ticks))
        .mark_tick(color=LIMIT, opacity=1, thickness=LIMIT_THICKNESS, size=WIDTH / len(periods))
        .encode(x=_period_axis(periods), y=percent, description="text:N"),
        bar_chart.mark_text(aria=False).encode(y=alt.value(HEIGHT - LABEL_ABOVE_AXIS), text="place:N"),
    )
    text = f"{title}: {_setting_text(shares)}"
    return Figure(text, inline_svg(chart.properties(width=WIDTH, height=HEIGHT), name, text), has_limit=bool(ticks))


def _bars(rows: list[Bar], periods: tuple[str, ...]) -> alt.Chart:
    import altair as alt  # noqa: PLC0415

    chart: alt.Chart = alt.Chart(alt.InlineData(values=rows)).mark_bar()
    return chart.encode(x=_period_axis(periods), description="text:N")


def _period_axis(periods: tuple[str, ...]) -> alt.X:
    import altair as alt  # noqa: PLC0415

    scale = alt.Scale(domain=list(periods), paddingInner=0.25, paddingOuter=0.125)
    axis = alt.Axis(labelAngle=0, labelOverlap="parity", labelFlush=False)
    return alt.X("period:O", sort=None, scale=scale, axis=axis)


def _share_bar(share: _Share, *, is_labelled: bool) -> Bar:
    exact = Fraction(share.exact or 0)
    text = share_text(float(exact))
    if share.limit:
        text = share_beside(exact, Fraction(share.limit.setting))
    place = f" {share.place}" if share.place else ""
    is_broken = share.limit is not None and share.limit.slack < 0
    return {
        "period": share.row.period,
        "percent": PER_CENT * float(exact),
        "colour": BROKEN if is_broken else NEUTRAL,
        "place": share.place if is_labelled else "",
        "text": f"{share.row.period}:{place} {text}" + (" (limit broken)" if is_broken else ""),
    }


def _limit_tick(period: str, limit: LimitRow) -> Bar:
    setting = Fraction(limit.setting)
    return {
        "period": period,
        "percent": PER_CENT * float(setting),
        "text": f"{period}: {_side(limit)} {share_text(float(setting))}",
    }


def _setting_text(shares: list[_Share]) -> str:
    """Return the limits drawn in, each once, in the order in which they are in force."""
    texts = dict.fromkeys(
        f"{_side(share.limit)} {share_text(float(Fraction(share.limit.setting)))}" for share in shares if share.limit
    )
    return ", then ".join(texts) or "no limit"


def _side(limit: LimitRow) -> str:
    return "at least" if limit.sense is Sense.AT_LEAST else "at most"
