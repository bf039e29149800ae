"""The page of a sweep: its picture and what the curve does in sentences, without scripts and without a single request."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from optimizer.report.html.value_curve import value_curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.report.sweep_document import SweepDocument

FOLDER = "optimizer.report.html"


def render(document: SweepDocument, *, title: str, facts: str, sentences: Sequence[str]) -> str:
    """Return the page; the same document gives the same page."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  only those who ask for a page pay

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return environment.from_string(_read("curve.html.jinja")).render(
        title=title,
        policy=f"{document.policy} (version {document.policy_version})",
        facts=facts,
        figure=value_curve(document),
        sentences=sentences,
        command=document.command,
        style=_read("style.css"),
    )


def _read(name: str) -> str:
    return files(FOLDER).joinpath(name).read_text(encoding="utf-8")
