"""What a running sweep shows on stderr: a line for each finished point, and meanwhile how far the others are."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

import typer

from optimizer.cli.progress import ProgressLine

if TYPE_CHECKING:
    from optimizer.explain.sweep import PointNews
    from optimizer.strategy.search import SearchProgress

MOST_SHOWN = 4
"""Points under way that the live line has room for."""


class SweepProgress(ProgressLine):
    """Shows what is finished and what is under way. Pass `finish` as `on_point` and `see_point` as `on_progress`."""

    def __init__(self, *, is_on: bool) -> None:
        super().__init__(is_on=is_on)
        self._shows_points = is_on
        self._since = time.monotonic()
        self._under_way: dict[str, SearchProgress] = {}
        self._finished = self._kept = 0
        self._points: int | None = None

    def see_point(self, value: str, moment: SearchProgress) -> None:
        """Take note of a moment of one point's search."""
        self._under_way[value] = moment

    def finish(self, news: PointNews) -> None:
        """Say that a point is finished."""
        self._under_way.pop(news.point.value, None)
        self._finished, self._points = news.finished, news.points
        if not self._shows_points:
            return
        if news.was_kept:
            self._kept += 1
            return
        self._tell_kept()
        typer.echo(f"{news.point.value} (point {news.finished} of {news.points}): {_in_words(news)}", err=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the line away."""
        super().__exit__(kind, error, trace)
        self._tell_kept()

    def _tell_kept(self) -> None:
        if self._kept:
            points = "1 point is" if self._kept == 1 else f"{self._kept} points are"
            typer.echo(f"{points} already there", err=True)
            self._kept = 0

    def text(self) -> str:
        """Return what is under way as one line."""
        seconds = f"{time.monotonic() - self._since:,.0f} s"
        shown = [f"{value} {_moment(seen)}" for value, seen in list(self._under_way.items())[:MOST_SHOWN]]
        if self._finished == self._points:
            return f"checking each placement at the other points  {seconds}"
        return f"{'; '.join(shown) or 'building the models'}  ({self._finished} finished)  {seconds}"


def _moment(seen: SearchProgress) -> str:
    return f"{seen.stage}, gap {seen.gap:.3%}" if seen.gap is not None else f"{seen.stage}, no gap yet"


def _in_words(news: PointNews) -> str:
    answer = news.answer
    if answer.status is None:
        return answer.failure or "failed"
    stopped = f", stopped by {answer.stopped_by}" if answer.stopped_by else ""
    return f"{answer.status.value.replace('_', ' ')}{stopped}, {answer.seconds:,.1f} s"
