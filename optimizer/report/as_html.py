"""A report as one HTML page: words, a map, charts and tables, without scripts and without a single request."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from optimizer.report.binding_tables import KIND_TITLES
from optimizer.report.changes import change_tables, changes_text
from optimizer.report.document import ResultDocument
from optimizer.report.explain_tables import explain_tables
from optimizer.report.html.compute_charts import compute_charts
from optimizer.report.html.footer import footer_tables
from optimizer.report.html.levers import lever_lists, policy_cost
from optimizer.report.html.limit_bars import limit_tables
from optimizer.report.html.palette import tier_colour
from optimizer.report.html.site_map import site_map
from optimizer.report.html.ways_out import ways_out
from optimizer.report.pages import page
from optimizer.report.tables import money_table
from optimizer.report.wording import money

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

    from optimizer.report.pages import Document

FOLDER = "optimizer.report.html"
TEMPLATE_FILE = "report.html.jinja"
STYLE_FILE = "style.css"
MOST_NAMES = 100


def render(document: Document) -> str:
    """Return the document as a page that opens anywhere; the same document gives the same page."""
    shown = page(document)
    if isinstance(document, ResultDocument):
        own = _of_result(document)
    else:
        own = {"out": None, "levers": (), "cost": None, "resolution": None, "money": None, "confirmation": None}
    changes = [table for table in change_tables(document) if table.rows]
    own_titles = {*KIND_TITLES.values(), *([own["money"].title] if own["money"] else [])}
    own_titles |= {table.title for table in changes}
    if isinstance(document, ResultDocument):
        own_titles |= {table.title for table in explain_tables(document)}
    has_placement = any(row.tpp_placed is not None for row in document.sites)
    return _template().render(
        page=shown,
        plan=document.plan,
        tier_names=document.policy.tier_names,
        command=document.command,
        is_result=isinstance(document, ResultDocument),
        has_placement=has_placement,
        map=site_map(document),
        charts=compute_charts(document),
        chart_tiers=sorted({row.tier for row in document.countries if row.tpp}),
        changes=changes,
        changed=changes_text(document) if document.last_plan and has_placement else None,
        limits=limit_tables(document),
        tables=[table for table in shown.tables if table.title not in own_titles],
        footer_tables=footer_tables(document),
        style=_read(STYLE_FILE),
        **own,
    )


def _of_result(document: ResultDocument) -> dict[str, Any]:
    """Return what only a result has."""
    resolution = document.money_resolution
    return {
        "out": ways_out(document),
        "levers": lever_lists(document),
        "cost": policy_cost(document),
        "resolution": money(resolution, document.currency) if resolution else None,
        "money": money_table(document),
        "confirmation": document.confirmation.sentence if document.confirmation else None,
    }


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  only those who ask for a page pay

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters.update(prose=_prose, named=_named, tier_colour=tier_colour)
    return environment.from_string(_read(TEMPLATE_FILE))


def _prose(text: str) -> Markup:
    """Return a sentence with what stands in backquotes as code; everything else in it is text, never markup."""
    from markupsafe import Markup, escape  # noqa: PLC0415

    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _named(names: tuple[str, ...]) -> str:
    """Return names as a list, as many as people can read."""
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _read(name: str) -> str:
    return files(FOLDER).joinpath(name).read_text(encoding="utf-8")
