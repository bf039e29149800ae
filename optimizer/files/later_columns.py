"""The data dictionary, continued: tables that belong to the format and are refused until they mean something."""

from __future__ import annotations

from optimizer.files.kinds import Column, Kind, Table

RESOURCES = Table(
    "resources",
    "Shared resources: capital, carbon, water, grid, staff.",
    (
        Column("resource", Kind.KEY, "Short name.", required=True),
        Column("period", Kind.PERIOD, "Period; empty: every period."),
        Column("limit", Kind.DECIMAL, "Most that may be used."),
        Column("unit", Kind.TEXT, "Unit of the limit."),
    ),
    supported=False,
)
RESOURCE_USE = Table(
    "resource_use",
    "What a unit or an opening uses of a resource.",
    (
        Column("resource", Kind.KEY, "Resource.", required=True),
        Column("site", Kind.SITE, "Only at this site."),
        Column("accelerator", Kind.ACCELERATOR, "Only this accelerator."),
        Column("per_unit", Kind.DECIMAL, "Use of one unit."),
        Column("per_opening", Kind.DECIMAL, "Use of one opening."),
    ),
    supported=False,
)
