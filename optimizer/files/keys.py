"""The data dictionary, continued: the sections and keys of `plan.toml`."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.files.columns import ACCELERATORS, SITES
from optimizer.files.kinds import Column, Kind, Table
from optimizer.schema.goals import Goal

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_POLICY = "three-tier-2025-01"
DEFAULT_CURRENCY = "USD"
LONGEST_HORIZON = 400
"""Periods; a century of quarters."""

DEFAULTED_SITE_COLUMNS = (
    "pue",
    "energy_price_usd_per_mwh",
    "value_multiplier",
    "opening_cost_usd",
    "fixed_cost_usd_per_period",
)
DEFAULTED_ACCELERATOR_COLUMNS = ("utilisation", "annual_value_decline", "life_years", "value_usd_per_hour")

TOP = Table(
    "",
    "What the plan is called.",
    (
        Column("name", Kind.TEXT, "Name of the plan; the file's name where it is not given."),
        Column("description", Kind.TEXT, "Free text."),
    ),
)
COMPANY = Table(
    "company",
    "The ultimate parent.",
    (
        Column("name", Kind.TEXT, "Name of the company."),
        Column("headquarters", Kind.COUNTRY, "Country of the ultimate parent.", "ISO 3166 alpha-2", required=True),
    ),
)
HORIZON = Table(
    "horizon",
    "The periods of the plan.",
    (
        Column("start", Kind.TEXT, "First period: 2025Q1, 2025-01 or 2025.", required=True),
        Column("periods", Kind.INTEGER, "How many.", "periods", required=True, minimum=1, maximum=LONGEST_HORIZON),
        Column("length", Kind.CHOICE, "How long one is (quarter).", choices=("quarter", "month", "year")),
        Column("annual_discount_rate", Kind.RATE, "Discount rate a year.", minimum=0, maximum=1, default=Fraction(0)),
    ),
)
POLICY = Table(
    "policy",
    "The policy pack, and the settings of it that this plan replaces.",
    (
        Column("name", Kind.TEXT, f"Name of a pack, or path of a .toml file ({DEFAULT_POLICY})."),
        Column(
            "breach",
            Kind.CHOICE,
            "Where the installed fleet breaks a limit: no plan, or a cure as early as possible (strict).",
            choices=("strict", "cure"),
        ),
    ),
    open_ended=True,
)
COLUMN_DEFAULTS = Table(
    "economics.defaults",
    "Figures for rows that give none.",
    tuple(column for column in SITES.columns if column.name in DEFAULTED_SITE_COLUMNS)
    + tuple(column for column in ACCELERATORS.columns if column.name in DEFAULTED_ACCELERATOR_COLUMNS),
)
ECONOMICS = Table(
    "economics",
    "How money is counted; the keys of `economics.defaults` may stand here too.",
    (
        Column("currency", Kind.TEXT, f"Currency of every money column ({DEFAULT_CURRENCY})."),
        Column(
            "must_place",
            Kind.CHOICE,
            "Whether delivered units have to stand: never, by the end, or in each period (no).",
            choices=("no", "by_end", "each_period", "true", "false"),
        ),
        Column("residual", Kind.CHOICE, "What units earn after the plan (life).", choices=("life", "none")),
        Column("first_period_share", Kind.SHARE, "Part of its first period that a unit earns.", default=Fraction(1, 2)),
        Column("site_life_years", Kind.DECIMAL, "Life of an opening.", "years", above=0, default=Fraction(15)),
        Column("holding_country", Kind.COUNTRY, "Country in which unplaced units are held.", "ISO 3166 alpha-2"),
        *COLUMN_DEFAULTS.columns,
    ),
)
LIMIT = Table(
    "limits",
    "The planner's own number for one group of limits.",
    (
        Column("setting", Kind.RAW, "The allowance: a share such as 7/100, or a number."),
        Column("kind", Kind.CHOICE, "Who stands behind it.", choices=("policy", "contract", "physical")),
        Column("change", Kind.RAW, "What is added to its number, here or elsewhere: +1%, -72, 1.3."),
        Column("change_from", Kind.PERIOD, "First period of the change (all)."),
        Column(
            "price_cap",
            Kind.DECIMAL,
            "Money for each unit by which it may be broken in each period (it must hold).",
            minimum=0,
        ),
        Column("buyable", Kind.BOOLEAN, "Whether more of it may be proposed as a way out (false)."),
        Column("enforced", Kind.BOOLEAN, "Whether it holds at all (true)."),
    ),
)
GOALS = Table(
    "goals",
    "What counts after the value.",
    (
        Column(
            "then",
            Kind.CHOICE_LIST,
            "Goals in the order in which they count.",
            choices=tuple(goal.value for goal in Goal),
        ),
        Column("within", Kind.SHARE, "Part of the best value found that all goals together may give up."),
    ),
)
LAST = Table(
    "last",
    "The last plan: what of it stays, and what a change costs.",
    (
        Column("plan", Kind.TEXT, "Its result: JSON of solve, placement.csv, or a directory of a run.", required=True),
        Column("freeze_through", Kind.PERIOD, "Last period whose stock stays as it was planned (none)."),
        Column(
            "change_price_usd_per_unit",
            Kind.DECIMAL,
            "Money for each unit that does not come where and when it was planned (0).",
            "USD/unit",
            minimum=0,
        ),
    ),
)
CHANGES = Table(
    "changes",
    "What may happen to units once they stand; without it they stay.",
    (
        Column("retirement", Kind.BOOLEAN, "Whether units may be retired before the end (false)."),
        Column("relocation", Kind.BOOLEAN, "Whether units may be moved to another site (false)."),
        Column(
            "relocation_cost_usd_per_unit",
            Kind.DECIMAL,
            "Cost of moving one unit, paid when it departs.",
            "USD/unit",
            minimum=0,
            default=Fraction(0),
        ),
        Column(
            "relocation_lead_periods",
            Kind.INTEGER,
            "Periods in which a unit that moves stands nowhere.",
            "periods",
            minimum=0,
            maximum=LONGEST_HORIZON,
            default=Fraction(0),
        ),
    ),
)
SECTIONS: Mapping[str, Table] = MappingProxyType(
    {section.name: section for section in (COMPANY, HORIZON, POLICY, ECONOMICS, CHANGES, LIMIT, GOALS, LAST)}
)
"""Every section of `plan.toml` by name, without the keys at its top."""
