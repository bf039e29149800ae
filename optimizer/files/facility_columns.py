"""The data dictionary, continued: halls, how many sites open, and sites that exclude each other."""

from __future__ import annotations

from fractions import Fraction

from optimizer.files.kinds import Column, Kind, Table

REFERENCE = Column("reference", Kind.TEXT, "Label: contract, order or permit.")
NOTE = Column("note", Kind.TEXT, "Label: free text.")

HALLS = Table(
    "halls",
    "Power that a site can add in whole modules, beside its `power_mw`.",
    (
        Column("site", Kind.SITE, "Site it belongs to.", required=True),
        Column("hall", Kind.KEY, "Short name, unique over the plan.", required=True),
        Column("power_mw", Kind.DECIMAL, "Facility power of one module.", "MW", required=True, above=0),
        Column("modules", Kind.INTEGER, "Most modules that may stand.", "modules", required=True, minimum=0),
        Column(
            "cost_usd",
            Kind.DECIMAL,
            "Paid for each module, when it is added.",
            "USD/module",
            minimum=0,
            default=Fraction(0),
        ),
        Column("available_from", Kind.PERIOD_OR_DATE, "First period in which a module may stand."),
        Column(
            "min_modules_if_open",
            Kind.INTEGER,
            "Fewest modules while the site is open, from `available_from` on.",
            "modules",
            minimum=0,
        ),
        REFERENCE,
        NOTE,
    ),
    ("hall",),
)
OPENING_LIMITS = Table(
    "opening_limits",
    "How many sites open in each period, or are open. Sites that installed stock keeps open are open, but do not open.",
    (
        Column("key", Kind.KEY, "Name of the limit.", required=True),
        Column("country", Kind.COUNTRY, "Only sites of this country.", "ISO 3166 alpha-2"),
        Column("region", Kind.TEXT, "Only sites of this region."),
        Column("from", Kind.PERIOD, "First period; empty: the first of the plan."),
        Column("until", Kind.PERIOD, "Last period; empty: the last of the plan."),
        Column("min_openings", Kind.INTEGER, "Fewest sites that open in each period.", "openings", minimum=0),
        Column("max_openings", Kind.INTEGER, "Most sites that open in each period.", "openings", minimum=0),
        Column("max_sites", Kind.INTEGER, "Most sites open.", "sites", minimum=0),
        Column("max_countries", Kind.INTEGER, "Most destinations with an open site.", "countries", minimum=0),
        Column("kind", Kind.CHOICE, "Who stands behind it (contract).", choices=("contract", "physical")),
        REFERENCE,
        NOTE,
    ),
    ("key",),
)
EXCLUSIONS = Table(
    "exclusions",
    "Pairs of sites of which at most one is open.",
    (
        Column("site", Kind.SITE, "One site.", required=True),
        Column("other_site", Kind.SITE, "The other.", required=True),
        REFERENCE,
        NOTE,
    ),
    ("site", "other_site"),
)
