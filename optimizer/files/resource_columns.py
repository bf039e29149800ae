"""The data dictionary, continued: resources that sites share, and what uses them."""

from __future__ import annotations

from optimizer.files.kinds import Column, Kind, Table

RESOURCES = Table(
    "resources",
    "Shared resources: capital, carbon, water, grid, staff. Rows of one resource differ in period and limit alone.",
    (
        Column("resource", Kind.KEY, "Short name.", required=True),
        Column("period", Kind.PERIOD, "Period of the limit; empty: every period without a row of its own."),
        Column("limit", Kind.DECIMAL, "Most that may be used.", "unit of the resource", required=True, minimum=0),
        Column("unit", Kind.TEXT, "Unit of the limit, for reports; empty: the resource's name."),
        Column(
            "counts",
            Kind.CHOICE,
            "What counts: all that stands (the default), what is added in the period, or all that was added by then.",
            choices=("standing", "added", "cumulative"),
        ),
        Column("kind", Kind.CHOICE, "Who stands behind it (contract).", choices=("contract", "physical")),
        Column("reference", Kind.TEXT, "Label: contract, order or permit."),
        Column("note", Kind.TEXT, "Label: free text."),
    ),
    ("resource", "period"),
)
RESOURCE_USE = Table(
    "resource_use",
    "What units, openings and modules use of a resource. Rows add up; empty filters match everything.",
    (
        Column("resource", Kind.KEY, "Resource.", required=True),
        Column("site", Kind.SITE, "Only at this site."),
        Column("country", Kind.COUNTRY, "Only in this country.", "ISO 3166 alpha-2"),
        Column("region", Kind.TEXT, "Only at sites of this region."),
        Column("accelerator", Kind.ACCELERATOR, "Only units of this accelerator."),
        Column("hall", Kind.KEY, "Only modules of this hall."),
        Column("per_unit", Kind.RATE, "Use of one unit.", "unit of the resource", minimum=0),
        Column("per_opening", Kind.RATE, "Use of one opening.", "unit of the resource", minimum=0),
        Column("per_module", Kind.RATE, "Use of one module of a hall.", "unit of the resource", minimum=0),
        Column("per_mw", Kind.RATE, "Use of one facility MW drawn.", "unit of the resource/MW", minimum=0),
        Column(
            "per_mwh",
            Kind.RATE,
            "Use of one MWh drawn in a period, of additions by `first_period_share`.",
            "unit of the resource/MWh",
            minimum=0,
        ),
        Column("rate_of_price", Kind.RATE, "Part of a unit's `price_usd` that it uses.", minimum=0),
        Column("reference", Kind.TEXT, "Label: contract, order or permit."),
        Column("note", Kind.TEXT, "Label: free text."),
    ),
)
