"""The value of a plan as one setting moves, as a script reads it.

`optimizer.report.sweep` makes it. A new key raises the minor part of `SWEEP_SCHEMA_VERSION`, a changed meaning the major
part.
"""

from __future__ import annotations

from typing import Final, Literal

from optimizer.report.comparison_document import PackStatus, Verdict
from optimizer.report.rows import ExactText, Number, Part

SWEEP_SCHEMA_VERSION: Final = "1.0"

Trend = Literal["rises", "falls", "flat", "single", "not_known", "no_plan", "not_answered"]


class SweepPointPart(Part):
    """The plan with the setting at one value; differences and sites are beside the point before it."""

    value: str
    """As `--set` takes it."""
    value_exact: ExactText | None
    """The number that it is; null where it is none."""
    today: bool
    """Whether this is the plan as it stands, without the setting changed."""
    status: PackStatus
    """As in a result; `failed`: the solver or the exact check did; `not_run`: Ctrl-C came first."""
    reasons: tuple[str, ...]
    """Why there is no plan: limits that are impossible by themselves, or what failed."""
    stopped_by: str | None
    objective: Number | None
    """Net present value of the placement. The best possible lies between it and `best_bound`."""
    objective_exact: ExactText | None
    best_bound: Number | None
    """Proven by this point's own search: no placement at this value is worth more."""
    best_bound_exact: ExactText | None
    gap: float | None
    difference: Verdict | None
    """Whether the plan can be worth more or less than at the point before; null where nothing is proven.
    `not_distinguishable`: at these gaps it may be either."""
    difference_at_least: Number | None
    """Proven: objective less the best bound of the point before."""
    difference_at_least_exact: ExactText | None
    difference_at_most: Number | None
    """Proven: best bound less the objective of the point before."""
    difference_at_most_exact: ExactText | None
    sites: tuple[str, ...] | None
    """Sites at which units of the plan stand at the end; null without a placement."""
    opened: tuple[str, ...] | None
    """Those that the point before does not use; null where one of the two has no placement."""
    closed: tuple[str, ...] | None
    """Those that only the point before uses."""
    placed_units: int | None
    """Units standing at the end of the plan."""
    placement_from: str | None
    """The value whose search found this placement, where it is another's: it was checked exactly at this one."""
    seconds: float | None


class SiteChangePart(Part):
    """Two neighbouring values between which the set of sites in use changes."""

    after: str
    by: str
    opened: tuple[str, ...]
    closed: tuple[str, ...]


class StretchPart(Part):
    """A run of neighbouring values along which the best value does one thing."""

    first: str
    last: str
    """The last point of one stretch is the first of the next where both have a plan."""
    trend: Trend
    """`rises`, `falls`: proven from first to last; `flat`: no difference can be told at these gaps; `single`: a point with
    a plan between points without; `not_known`: a bound is missing; `no_plan`: proven; `not_answered`: not run, failed, or
    stopped with nothing found."""
    difference_at_least: Number | None
    """Proven: objective of the last less the best bound of the first."""
    difference_at_least_exact: ExactText | None
    difference_at_most: Number | None
    """Proven: best bound of the last less the objective of the first."""
    difference_at_most_exact: ExactText | None


class SweepDocument(Part):
    """The value curve of a plan over one setting."""

    schema_version: Literal["1.0"]
    kind: Literal["sweep"]
    plan: str
    company: str
    headquarters: str
    currency: str
    periods: tuple[str, ...]
    last_period: str
    policy: str
    """Of the first point; other points have another only where the setting is `policy.name`."""
    policy_version: str
    policy_sha256: str
    legal_status: str
    reading: str
    """The reading of the law that ran at the first point, in one sentence."""
    settings: tuple[str, ...]
    """Further changes to the plan, as `--set` takes them."""
    key: str
    """The setting that moves, as `--set` takes it."""
    values: str
    """Its values as they were asked for."""
    input_sha256: dict[str, str]
    interrupted: bool
    """Whether Ctrl-C ended the sweep early: points that were not finished are `not_run`."""
    solver: str
    gap_asked: float
    time_limit_seconds: float | None
    """For each point."""
    threads: int
    seed: int
    points: tuple[SweepPointPart, ...]
    """In the order asked for."""
    stretches: tuple[StretchPart, ...]
    site_changes: tuple[SiteChangePart, ...]
    command: str | None
    """The command that gives this answer again."""
