"""The data dictionary, continued: what the compute is for."""

from __future__ import annotations

from fractions import Fraction

from optimizer.files.kinds import LABELS, Column, Kind, Table

WORKLOADS = Table(
    "workloads",
    "Compute that has to be served, or may be. Rows of one workload differ only in period, demand, value and must_serve.",
    (
        Column("workload", Kind.KEY, "Short name.", required=True),
        Column("period", Kind.PERIOD, "Period; empty: every period without a row of its own."),
        Column("demand_tpp", Kind.INTEGER, "Most compute that it uses.", "TPP", required=True, minimum=0),
        Column("must_serve", Kind.BOOLEAN, "Whether all of its demand has to be served."),
        Column("value_usd_per_tpp_hour", Kind.RATE, "Value of serving one TPP.", "USD/TPP/hour", default=Fraction(0)),
        Column("latitude", Kind.DECIMAL, "Latitude of its users.", "degrees", minimum=-90, maximum=90),
        Column("longitude", Kind.DECIMAL, "Longitude of its users.", "degrees", minimum=-180, maximum=180),
        Column(
            "max_latency_ms", Kind.DECIMAL, "Longest round trip between its users' region and a site.", "ms", minimum=0
        ),
        Column("countries", Kind.COUNTRY_LIST, "Countries it may be served from; empty: all."),
        Column(
            "kind",
            Kind.CHOICE,
            "What it is (inference).",
            choices=("training", "fine_tuning", "inference"),
        ),
        Column("controlled_weights", Kind.BOOLEAN, "Whether its model's weights are controlled (ECCN 4E091)."),
        *LABELS,
    ),
    ("workload", "period"),
)
SERVICE = Table(
    "service",
    "Which site may serve which workload, and what it is worth there. With this table a pair without a row cannot.",
    (
        Column("workload", Kind.WORKLOAD, "Workload.", required=True),
        Column("site", Kind.SITE, "Site.", required=True),
        Column(
            "value_usd_per_tpp",
            Kind.RATE,
            "Money for each TPP served there in a period; negative: a cost.",
            "USD/TPP/period",
            default=Fraction(0),
        ),
        Column("latency_ms", Kind.DECIMAL, "Round trip; empty: estimated from the coordinates.", "ms", minimum=0),
        *LABELS,
    ),
    ("workload", "site"),
)
