"""What a plan has placed of its deliveries by a period, wherever that stands now: what deliveries and caps count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Exact, Standing

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Variable

Terms = tuple[tuple["Variable", Exact], ...]


def placed_by(case: Case, site: int, sku: int, period: int) -> Terms:  # noqa: ARG001  sites that close ask the case
    """Return, as a sum of variables, the units of deliveries that have been placed at a site by a period."""
    return ((Standing(site, sku, period), 1),)
