"""The data dictionary: every table and column of a plan. Reading, writing and the documentation follow it.

A column or table with `supported=False` belongs to the format but has no meaning yet; a plan that uses it is refused.
"""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.files.facility_columns import EXCLUSIONS, HALLS, OPENING_LIMITS
from optimizer.files.kinds import LABELS, Column, Kind, Table
from optimizer.files.resource_columns import RESOURCE_USE, RESOURCES
from optimizer.files.workload_columns import SERVICE, WORKLOADS

if TYPE_CHECKING:
    from collections.abc import Mapping

LOT = Column("lot", Kind.TEXT, "Label: the lot or order line.")
USD_PER_MWH = "USD/MWh"

SITES = Table(
    "sites",
    "Candidate sites.",
    (
        Column("site", Kind.KEY, "Short name of the site, used by every other table.", required=True),
        Column("country", Kind.COUNTRY, "Country it stands in.", "ISO 3166 alpha-2", required=True),
        Column("power_mw", Kind.DECIMAL, "Facility power free for new units.", "MW", required=True, minimum=0),
        Column("name", Kind.TEXT, "Name for reports."),
        Column("region", Kind.TEXT, "Group of sites that commitments may name."),
        Column("latitude", Kind.DECIMAL, "Latitude.", "degrees", minimum=-90, maximum=90),
        Column("longitude", Kind.DECIMAL, "Longitude.", "degrees", minimum=-180, maximum=180),
        Column("pue", Kind.DECIMAL, "Facility power over IT power.", minimum=1, default=Fraction(1)),
        Column("energy_price_usd_per_mwh", Kind.DECIMAL, "Price of energy.", USD_PER_MWH, default=Fraction(0)),
        Column(
            "opening_cost_usd", Kind.DECIMAL, "Paid once, when the site opens.", "USD", minimum=0, default=Fraction(0)
        ),
        Column("opening_cost_schedule", Kind.TEXT, "Payments of the opening cost over time.", supported=False),
        Column(
            "fixed_cost_usd_per_period",
            Kind.DECIMAL,
            "Paid in every period from the opening on.",
            "USD/period",
            minimum=0,
            default=Fraction(0),
        ),
        Column("opens_from", Kind.PERIOD_OR_DATE, "First period in which the site may be open."),
        Column(
            "closes_after",
            Kind.LAST_PERIOD_OR_DATE,
            "Last period in which the site may be open; a date inside a period means the one before. Empty: it stays.",
        ),
        Column(
            "authorised_from",
            Kind.PERIOD_OR_DATE,
            "When a validated-end-user authorisation covers it; empty: the policy's notice is counted.",
        ),
        Column("max_units", Kind.INTEGER, "Most units that may stand, all accelerators.", "units", minimum=0),
        Column("min_units_if_open", Kind.INTEGER, "Fewest units in every period open.", "units", minimum=0),
        Column("value_multiplier", Kind.DECIMAL, "Factor on the value of compute.", minimum=0, default=Fraction(1)),
        Column("carbon_kg_per_mwh", Kind.DECIMAL, "Carbon intensity of its energy.", "kg/MWh", minimum=0),
        Column("allowed_accelerators", Kind.ACCELERATOR_LIST, "Accelerators that may stand there; empty: all."),
        Column("tenure", Kind.CHOICE, "How the company has it; a label.", choices=("owned", "leased", "colocation")),
        Column(
            "operator_headquarters",
            Kind.COUNTRY,
            "Country of its operator's ultimate parent; empty: the company's own.",
            "ISO 3166 alpha-2",
        ),
        Column("power_includes_installed", Kind.BOOLEAN, "Whether `power_mw` includes what installed units draw."),
        *LABELS,
        LOT,
    ),
    ("site",),
)
POWER = Table(
    "power",
    "Power and price of a site in single periods; periods without a row keep the site's own figures.",
    (
        Column("site", Kind.SITE, "Site.", required=True),
        Column("period", Kind.PERIOD, "The one period the row replaces.", required=True),
        Column("power_mw", Kind.DECIMAL, "Facility power in that period.", "MW", required=True, minimum=0),
        Column("energy_price_usd_per_mwh", Kind.DECIMAL, "Price of energy in that period.", USD_PER_MWH),
        *LABELS,
    ),
    ("site", "period"),
)
ACCELERATORS = Table(
    "accelerators",
    "Accelerators the company takes delivery of.",
    (
        Column("accelerator", Kind.KEY, "Name; a name of the catalogue brings its figures.", required=True),
        Column("tpp", Kind.INTEGER, "Total processing performance of one unit.", "TPP", above=0),
        Column("power_kw", Kind.DECIMAL, "IT power of one unit at server or rack level.", "kW", minimum=0),
        Column("block", Kind.INTEGER, "Units bought together.", "units", above=0),
        Column("value_usd_per_hour", Kind.DECIMAL, "Value of one unit in use.", "USD/hour"),
        Column("utilisation", Kind.RATE, "Part of the hours in use.", minimum=0, maximum=1, default=Fraction(1)),
        Column(
            "annual_value_decline", Kind.RATE, "Yearly fall of the value.", minimum=0, maximum=1, default=Fraction(0)
        ),
        Column("life_years", Kind.DECIMAL, "Years a unit earns.", "years", above=0, default=Fraction(5)),
        Column("price_usd", Kind.DECIMAL, "Purchase price, base of tariffs.", "USD/unit", minimum=0),
        Column("eccn", Kind.TEXT, "Export control classification."),
        Column(
            "relocation_cost_usd_per_unit",
            Kind.DECIMAL,
            "Cost of moving one unit; empty: `[changes]`.",
            "USD/unit",
            minimum=0,
        ),
        Column(
            "relocation_lead_periods", Kind.INTEGER, "Periods on the way; empty: `[changes]`.", "periods", minimum=0
        ),
        *LABELS,
    ),
    ("accelerator",),
)
DELIVERIES = Table(
    "deliveries",
    "Units delivered; several rows of one accelerator and period differ in lot, destination, program or reference.",
    (
        Column("accelerator", Kind.ACCELERATOR, "Accelerator.", required=True),
        Column("period", Kind.PERIOD, "Period of delivery.", required=True),
        Column("units", Kind.INTEGER, "Units delivered.", "units", required=True, minimum=0),
        LOT,
        Column("destination", Kind.KEY, "Site or country the units may stand in only; empty: anywhere."),
        *LABELS,
        Column("status", Kind.CHOICE, "How sure it is.", supported=False, choices=("committed", "forecast")),
    ),
    ("accelerator", "period", "lot", "destination", "program", "reference"),
)
INSTALLED = Table(
    "installed",
    "Units that stand before the plan begins.",
    (
        Column("country", Kind.COUNTRY, "Country they stand in, where no site of the plan.", "ISO 3166 alpha-2"),
        Column("site", Kind.SITE, "Site they stand at."),
        Column("accelerator", Kind.ACCELERATOR, "Accelerator of the plan or of the catalogue.", required=True),
        Column("units", Kind.INTEGER, "Units standing.", "units", required=True, minimum=0),
        Column("placed_on", Kind.DATE, "Day they were placed; empty: before every policy."),
        Column("path", Kind.KEY, "Legal path they entered by, as the policy calls it, or none; empty: inferred."),
        Column("ownership", Kind.CHOICE, "Who owns them (owned).", choices=("owned", "leased_in", "leased_out")),
        Column("retires_on", Kind.DATE, "Day they leave; they count to the end of its period. Empty: they stay."),
        *LABELS,
    ),
)
COMMITMENTS = Table(
    "commitments",
    "Promises of units in a scope; each row is one limit.",
    (
        Column("key", Kind.KEY, "Name of the commitment.", required=True),
        Column("site", Kind.SITE, "Scope: one site."),
        Column("country", Kind.COUNTRY, "Scope: one country.", "ISO 3166 alpha-2"),
        Column("region", Kind.TEXT, "Scope: the sites of one region."),
        Column("min_units", Kind.INTEGER, "Fewest units standing.", "units", minimum=0),
        Column("max_units", Kind.INTEGER, "Most units standing.", "units", minimum=0),
        Column("accelerator", Kind.ACCELERATOR, "Only this accelerator counts; empty: all."),
        Column("from", Kind.PERIOD, "First period; empty: the first of the plan."),
        Column("until", Kind.PERIOD, "Last period; empty: the last of the plan."),
        Column("only_if_used", Kind.BOOLEAN, "The minimum binds only while a site of the scope is open."),
        Column("kind", Kind.CHOICE, "Who stands behind it.", choices=("contract", "physical")),
        *LABELS,
    ),
    ("key",),
)
AUTHORISATIONS = Table(
    "authorisations",
    "Export authorisations the company holds.",
    (
        Column("type", Kind.CHOICE, "Kind of authorisation.", required=True, choices=("UVEU", "NVEU", "licence")),
        Column("country", Kind.COUNTRY, "Destination; empty for a UVEU, which is worldwide.", "ISO 3166 alpha-2"),
        Column("accelerator", Kind.ACCELERATOR, "Licence: only this accelerator; empty: all."),
        Column("tpp", Kind.INTEGER, "Licence: compute it permits.", "TPP", minimum=0),
        Column("units", Kind.INTEGER, "Licence: units it permits.", "units", minimum=0),
        Column("valid_from", Kind.DATE, "First day; empty: held before the plan begins."),
        Column("valid_until", Kind.DATE, "Last day; empty: as the policy says for a licence, else without end."),
        *LABELS,
    ),
)
VALUES = Table(
    "values",
    "Present value of one unit by site and accelerator; replaces the economics. A pair without a row is not allowed.",
    (
        Column("site", Kind.SITE, "Site.", required=True),
        Column("accelerator", Kind.ACCELERATOR, "Accelerator.", required=True),
        Column("value_usd_per_unit", Kind.DECIMAL, "Present value of one unit added.", "USD/unit", required=True),
        Column("period", Kind.PERIOD, "Period of addition; empty: every period without a row of its own."),
        *LABELS,
    ),
    ("site", "accelerator", "period"),
)
UNIT_COSTS = Table(
    "unit_costs",
    "Costs of each unit added: tariffs, freight, tax. Empty filters match everything.",
    (
        Column("name", Kind.TEXT, "Name of the cost.", required=True),
        Column("usd_per_unit", Kind.DECIMAL, "Amount for each unit.", "USD/unit"),
        Column("rate_of_price", Kind.RATE, "Part of the unit's `price_usd`."),
        Column("site", Kind.SITE, "Only at this site."),
        Column("country", Kind.COUNTRY, "Only in this country.", "ISO 3166 alpha-2"),
        Column("accelerator", Kind.ACCELERATOR, "Only for this accelerator."),
        Column("period", Kind.PERIOD, "Only for units added in this period."),
        *LABELS,
    ),
    ("name", "site", "country", "accelerator", "period"),
)
EXTERNAL_USE = Table(
    "external_use",
    "What others already use of a shared national cap: a cumulative level, carried forward to later periods.",
    (
        Column("country", Kind.COUNTRY, "Country of the cap.", "ISO 3166 alpha-2", required=True),
        Column("period", Kind.PERIOD_OR_EARLIER, "Period from which the level holds.", required=True),
        Column("tpp", Kind.INTEGER, "Level of compute.", "TPP", minimum=0),
        Column("units", Kind.INTEGER, "Level of units.", "units", minimum=0),
        *LABELS,
    ),
    ("country", "period"),
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            SITES,
            POWER,
            ACCELERATORS,
            DELIVERIES,
            INSTALLED,
            COMMITMENTS,
            AUTHORISATIONS,
            VALUES,
            UNIT_COSTS,
            WORKLOADS,
            SERVICE,
            HALLS,
            OPENING_LIMITS,
            EXCLUSIONS,
            RESOURCES,
            RESOURCE_USE,
            EXTERNAL_USE,
        )
    }
)
"""Every table by name, in the order in which they are read."""
