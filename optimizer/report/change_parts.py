"""The parts of a document that compare it with the last plan: which plan, which units, which openings.

A field's docstring is its description in the published JSON Schema. Units are those added since this plan begins: what the
last plan had standing before then is installed by now. Both plans are compared in the periods that both have.
"""

from __future__ import annotations

from typing import Literal

from optimizer.report.rows import ExactText, Number, Part

OpeningChange = Literal["earlier", "later", "new", "dropped"]


class LastPlanPart(Part):
    """The last plan, what of it is held, and how much of it is changed."""

    name: str
    """What its file is called."""
    sha256: str
    first_period: str
    """The first period that both plans have."""
    last_period: str
    frozen_through: str | None
    """The last period whose stock stays as it was planned; null: none is held."""
    change_price: Number
    """Money for each unit that does not come where and when it was planned, before discounting."""
    change_price_exact: ExactText
    units_planned: int
    """Units that the last plan adds in those periods."""
    units_changed: int | None
    """Of these, units that are not added at their site in their period; null without a placement."""
    units_new: int | None
    """Units added where and when the last plan adds none."""
    cost: Number | None
    """What the changes cost, discounted: the term `changes` of the objective."""
    cost_exact: ExactText | None


class ChangeRow(Part):
    """Units of one accelerator at one site in one period, where they differ from the last plan."""

    site: str
    accelerator: str
    period: str
    units_before: int
    """Units that the last plan has standing."""
    units_after: int
    """Units that stand now."""
    difference: int
    added_before: int
    """Units that the last plan adds in this period."""
    added_after: int
    """Units that are added in this period now."""


class OpeningChangeRow(Part):
    """A site that opens in another period than in the last plan, in only one of them."""

    site: str
    change: OpeningChange
    period_before: str | None
    """null: the last plan does not open it."""
    period_after: str | None
    """null: it does not open now."""
