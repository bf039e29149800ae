"""One plan under several policies, as a script reads it.

`optimizer.report.comparison` makes it from the documents of the runs. A new key raises the minor part of
`COMPARISON_SCHEMA_VERSION`, a changed meaning the major part.
"""

from __future__ import annotations

from typing import Final, Literal

from optimizer.report.rows import ExactText, Number, Part

COMPARISON_SCHEMA_VERSION: Final = "1.1"

PackStatus = Literal["optimal", "within_gap", "feasible", "infeasible", "unknown", "failed", "not_run"]
Verdict = Literal["more", "less", "equal", "not_distinguishable"]


class BindingPart(Part):
    """A setting of the policy that one block more would break, in some periods."""

    group: str
    """The setting's limits, such as `destination_share[MY]`."""
    setting: str
    """The number somebody wrote, as they wrote it."""
    periods: tuple[str, ...]
    """Those in which it binds."""
    percent_used: float | None
    """Where it is tightest."""
    citation: str


class PackPart(Part):
    """The plan under one policy. Shares and units are of the plan's last period; without a placement they are null."""

    policy: str
    """What this comparison calls it: the pack's name, or where two have the same what was typed."""
    legal_status: str
    name: str
    version: str
    sha256: str
    title: str
    reading: str
    """The reading of the law that ran, in one sentence."""
    own: bool
    """Whether it is the plan's own policy, run with the plan's own settings of it."""
    settings: dict[str, str]
    """Settings that the plan or the command line replaced."""
    settings_left_out: tuple[str, ...]
    """Settings given on the command line that this pack does not have."""
    altered_limits: tuple[str, ...]
    """Limits that the plan changes, does not enforce or makes soft under this policy, in words."""
    status: PackStatus
    """As in a result; `failed`: the solver or the exact check did; `not_run`: Ctrl-C came first."""
    reasons: tuple[str, ...]
    """Why there is no plan: limits that are impossible by themselves, or what failed."""
    stopped_by: str | None
    """`time limit` or `interruption`; null where the search ended by itself."""
    objective: Number | None
    """Net present value of the placement. The best possible lies between it and `best_bound`."""
    objective_exact: ExactText | None
    best_bound: Number | None
    """Proven: no placement under this policy is worth more."""
    best_bound_exact: ExactText | None
    gap: float | None
    difference: Verdict | None
    """Whether the plan can be worth more or less than under the first policy; null where nothing is proven, and for the
    first. `not_distinguishable`: at these gaps it may be either."""
    difference_at_least: Number | None
    """Proven: objective less the first policy's best bound."""
    difference_at_least_exact: ExactText | None
    difference_at_most: Number | None
    """Proven: best bound less the first policy's objective."""
    difference_at_most_exact: ExactText | None
    delivered_units: int | None
    placed_units: int | None
    unplaced_units: int | None
    home: str
    """The destination whose share is `home_share`."""
    home_share: Number | None
    home_share_exact: ExactText | None
    outside_tier1: str
    """What that share is of in this policy's own words: `outside Tier 1`, or `outside "no licence needed"`."""
    outside_tier1_share: Number | None
    outside_tier1_share_exact: ExactText | None
    largest_tier2_country: str | None
    largest_tier2_share: Number | None
    largest_tier2_share_exact: ExactText | None
    authorisations: str | None
    """What the company was taken to hold, or under `auto` what was chosen; null where the policy has no paths."""
    tests_in_breach: int | None
    """Where the installed fleet breaks limits and a cure was asked for: tested stocks of the plan still in breach."""
    binding_limits: tuple[BindingPart, ...]
    """Of the policy alone."""
    seconds: float | None


class DestinationPart(Part):
    """What stands in one destination at the end of the plan under one policy, installed and placed."""

    country: str
    name: str
    policy: str
    tier: int
    tier_name: str
    tpp_installed: Number
    tpp_placed: Number
    tpp: Number
    share: Number | None
    share_exact: ExactText | None


class SitePart(Part):
    """A site that the plan opens under at least one policy."""

    site: str
    country: str
    destination: str
    opened: dict[str, str | None]
    """By policy with a placement: the first period in which it is open; null where it is not."""
    differs: bool
    """Whether it is open under one policy and not under another."""


class ComparisonDocument(Part):
    """One plan under several policies; differences are to the first."""

    schema_version: Literal["1.1"]
    kind: Literal["comparison"]
    plan: str
    company: str
    headquarters: str
    currency: str
    periods: tuple[str, ...]
    last_period: str
    input_sha256: dict[str, str]
    interrupted: bool
    """Whether Ctrl-C ended the comparison early: one policy then has its best plan so far, later ones are `not_run`."""
    solver: str
    gap_asked: float
    time_limit_seconds: float | None
    """For each policy."""
    threads: int
    seed: int
    packs: tuple[PackPart, ...]
    destinations: tuple[DestinationPart, ...]
    sites: tuple[SitePart, ...]
    command: str | None
    """The command that gives this answer again."""
