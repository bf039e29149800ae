"""The chip accounting by facility as a script reads it: rows, totals per date, and whose plan and policy they are of.

`optimizer.report.facilities` makes it. A new key raises the minor part of `FACILITY_SCHEMA_VERSION`, a changed meaning the
major part.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003  pydantic reads annotations when it runs
from typing import Final, Literal

from optimizer.report.rows import Number, Part
from optimizer.schema.plan import Ownership  # noqa: TC001  pydantic reads annotations when it runs

FACILITY_SCHEMA_VERSION: Final = "1.0"


class FacilityRow(Part):
    """Units of one accelerator at one facility, by whose they are, around one reporting date."""

    date: date
    facility: str
    """The site's key; `installed in CC` for stock that the plan gives by country alone."""
    name: str | None
    country: str
    """ISO 3166 alpha-2 code as the plan writes it."""
    destination: str
    """The destination the country counts as."""
    tier: int
    """The destination's tier on the date itself, by the policy's table."""
    operator_headquarters: str | None
    """ISO 3166 alpha-2 code; null for stock without a site: not known."""
    tenure: str | None
    """`owned`, `leased` or `colocation`, as the plan says."""
    accelerator: str
    eccn: str | None
    controlled: bool | None
    """Whether it meets ECCN 3A090.a; null where neither its classification nor its TPP says."""
    ownership: Ownership
    """Units of the plan are owned."""
    units_at_opening: int
    """Installed and placed at the close of the period before the date."""
    units_at_close: int
    """Installed and placed at the close of the period that contains the date."""
    tpp_at_opening: int
    tpp_at_close: int
    power_mw: Number | None
    """Facility power of the units at close, PUE included; null for stock without a site."""


class FacilityTotal(Part):
    """All facilities on one date, of the chips that count in shares (`share_ownership`).

    Shares are taken of the controlled part where the policy counts controlled TPP, else of all.

    The controlled part is null where it is not known of some chip whether it is controlled.
    """

    date: date
    counted_tpp_at_opening: int
    counted_tpp_at_close: int
    counted_controlled_tpp_at_opening: int | None
    counted_controlled_tpp_at_close: int | None


class FacilityDocument(Part):
    """The chip accounting of a plan."""

    schema_version: Literal["1.0"]
    kind: Literal["facilities"]
    legal_status: str
    """Of the policy, whose tiers and reporting dates these are."""
    policy: str
    policy_version: str
    plan: str
    company: str
    headquarters: str
    stock: Literal["installed fleet", "placement"]
    """Whether units of the plan are counted beside what is installed."""
    dates: tuple[date, ...]
    dates_citation: str
    """Where the days of the accounting are written."""
    totals: tuple[FacilityTotal, ...]
    rows: tuple[FacilityRow, ...]
    command: str | None
    """The command that gives this answer again."""
