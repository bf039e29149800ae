"""The data dictionary, continued: tables that belong to the format and are refused until they mean something."""

from __future__ import annotations

from optimizer.files.kinds import Column, Kind, Table

WORKLOADS = Table(
    "workloads",
    "Compute that has to be served, or may be.",
    (
        Column("workload", Kind.KEY, "Short name.", required=True),
        Column("period", Kind.PERIOD, "Period; empty: every period."),
        Column("demand_tpp", Kind.INTEGER, "Compute asked for.", "TPP", minimum=0),
        Column("must_serve", Kind.BOOLEAN, "Whether all of it has to be served."),
        Column("value_usd_per_tpp_hour", Kind.DECIMAL, "Value of serving it.", "USD/TPP/hour"),
        Column("latitude", Kind.DECIMAL, "Latitude of its users.", "degrees", minimum=-90, maximum=90),
        Column("longitude", Kind.DECIMAL, "Longitude of its users.", "degrees", minimum=-180, maximum=180),
        Column("max_latency_ms", Kind.DECIMAL, "Longest latency.", "ms", minimum=0),
        Column("countries", Kind.TEXT, "Countries it may be served from, separated by ;"),
        Column("kind", Kind.CHOICE, "What it is.", choices=("training", "fine_tuning", "inference")),
        Column("controlled_weights", Kind.BOOLEAN, "Whether it holds controlled model weights."),
    ),
    supported=False,
)
SERVICE = Table(
    "service",
    "Which site may serve which workload, and what it is worth there.",
    (
        Column("workload", Kind.KEY, "Workload.", required=True),
        Column("site", Kind.SITE, "Site.", required=True),
        Column("value_usd_per_tpp", Kind.DECIMAL, "Money per TPP for the period.", "USD/TPP"),
        Column("latency_ms", Kind.DECIMAL, "Latency.", "ms", minimum=0),
    ),
    supported=False,
)
