"""The documents a script reads: the result of a solve and the verdict of an audit, versioned and published as JSON Schema.

`docs/output.md` explains them. A new key raises the minor part of `SCHEMA_VERSION`, a changed meaning the major part.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003  pydantic reads annotations when it runs
from typing import Final, Literal

from optimizer.report.change_parts import ChangeRow, LastPlanPart, OpeningChangeRow
from optimizer.report.explain_parts import (
    BoughtPart,
    ConditionPart,
    ConfirmationPart,
    ConflictPart,
    ExplanationPart,
    PolicyCostPart,
    RepairPart,
    ValuePart,
)
from optimizer.report.policy_parts import PolicyPart
from optimizer.report.rows import (
    CountryRow,
    EntryRow,
    ExactText,
    GoalRow,
    GroupRow,
    HallRow,
    LimitRow,
    MoveRow,
    Number,
    OpeningRow,
    Part,
    PathRow,
    PeriodRow,
    PlacementRow,
    ResourceRow,
    RetiredRow,
    SiteRow,
)
from optimizer.report.workload_rows import ServedRow, WorkloadRow
from optimizer.schema.limit_kind import LimitKind
from optimizer.strategy.outcome import Status

SCHEMA_VERSION: Final = "1.4"


class AlteredLimitPart(Part):
    """A group of limits that the plan changes, does not enforce, or makes soft (`[limits]` of plan.toml)."""

    group: str
    """Such as `destination_share[MY]`; `destination_share[*]`: every group of the rule that is not named itself."""
    kind: LimitKind
    """`policy`: it is the law, or the pack, that the plan departs from."""
    setting: str | None
    """The plan's own number."""
    change: str | None
    """What the plan adds to the number."""
    change_from: str | None
    """First period of the change; null: all of them."""
    price_cap: str | None
    """Money for each unit past it in each period, before discounting; null: it must hold."""
    enforced: bool
    words: str


class PlanPart(Part):
    """The plan that was read."""

    name: str
    company: str
    headquarters: str
    home: str
    """The destination whose share is reported as `home_share`."""
    periods: tuple[str, ...]
    first_period: str
    last_period: str
    must_place: str
    residual: str
    sites: int
    accelerators: tuple[str, ...]
    input_sha256: dict[str, str]
    site_notes: dict[str, dict[str, str]]
    """Pass-through columns of sites.csv, by site."""
    altered_limits: tuple[AlteredLimitPart, ...]
    """What the plan changes of the limits, does not enforce or makes soft; empty where they are as written elsewhere."""


class AssumptionPart(Part):
    """A default or an estimate that the plan rests on."""

    subject: str
    value: str
    source: str


class VerificationPart(Part):
    """The exact verdict on the placement."""

    passed: bool
    verdict: Literal["within limits", "within limits plus bought excess", "failed"]
    limits_checked: int
    broken: tuple[str, ...]
    """Keys of the limits that the placement breaks."""
    bought: tuple[str, ...]
    """Keys of the soft limits that it goes past; they are charged, not broken."""
    faults: tuple[str, ...]
    """What is wrong with the placement itself."""
    method: str


class HoldingPart(Part):
    """An authorisation the company holds, or would apply for, under the policy."""

    key: str
    type: str
    destination: str | None
    """null: worldwide."""
    valid_from: date | None
    """null: since before the plan."""
    valid_until: date | None
    """null: without end."""
    new: bool
    """Not listed by the plan: it would be applied for on the first day of the plan."""


class AlternativePart(Part):
    """What the plan is worth under one choice of authorisations."""

    name: str
    status: Status
    objective: Number | None
    objective_exact: ExactText | None
    best_bound: Number | None
    best_bound_exact: ExactText | None
    chosen: bool
    nveu_destinations: tuple[str, ...]
    """Where units enter under NVEU; elsewhere it need not be sought."""
    tests_in_breach: int


class AuthorisationsPart(Part):
    """What the company is authorised to do."""

    mode: str
    """The policy's setting `authorisations`; `auto` where the search chose."""
    held: tuple[HoldingPart, ...]
    alternatives: tuple[AlternativePart, ...]
    """Each choice that was compared under `auto`, with its value and proven bound."""


class CurePart(Part):
    """A setting that the installed fleet breaks by itself."""

    group: str
    unit: str
    start: Number
    """By how much the installed fleet breaks it."""
    start_exact: ExactText
    cure_amount: Number | None
    """How much more compute cures it with nothing added where it is broken: outside the place (for a least share at home,
    at home); null where no addition does."""
    cure_amount_exact: ExactText | None
    tests_in_breach: int | None
    """Tested stocks of the plan on which it is still broken; null without a placement."""
    complies_in: str | None
    """The period from which on it is kept; null where that is not reached."""
    complies_on: date | None
    """The first day of that period."""
    sentence: str


class BreachPart(Part):
    """A fleet already in breach at the start of the plan."""

    mode: str
    """`strict`: every limit holds from the start; `cure`: in compliance as early as possible, never worse than before."""
    earliest_proven: bool
    """Whether no plan is in breach on fewer tested stocks; false where a search for that was cut short."""
    cures: tuple[CurePart, ...]


class NoticePart(Part):
    """A notice or certification that the plan makes due."""

    path: str
    subject: str
    """The destination or site it is about, or `world`."""
    period: str
    day: date
    """By when it is due, or from when."""
    text: str
    citation: str


class BrokenLimitPart(Part):
    """A limit that nothing can meet whatever the rest of the plan does: a contradiction of two numbers."""

    key: str
    group: str
    asks: Number
    asks_exact: ExactText
    reachable: Number
    """The most (or, of a limit that caps, the least) that any placement can reach."""
    reachable_exact: ExactText
    unit: str
    sentence: str
    citation: str


class StagePart(Part):
    """One solve of the search."""

    name: str
    backend: str
    seconds: float
    nodes: int
    objective: float | None
    best_bound: float | None


class SolverPart(Part):
    """How the answer was found."""

    backend: str
    strategy: str
    stages: tuple[StagePart, ...]
    seconds: float
    gap_asked: float | None
    time_limit_seconds: float | None
    threads: int | None
    seed: int | None
    stopped_by: str | None
    """`time limit` or `interruption`; null where the search ended by itself."""
    versions: dict[str, str | None]
    """Of this package, of the solver library and of Python; null where one is not installed."""


class ResultDocument(Part):
    """The answer of one solve. Without a placement its tables are empty and `verification` is null."""

    schema_version: Literal["1.4"]
    kind: Literal["solve"]
    status: Status
    objective: Number | None
    """Net present value of the placement."""
    objective_exact: ExactText | None
    best_bound: Number | None
    """Proven: no placement of this plan is worth more."""
    best_bound_exact: ExactText | None
    gap: float | None
    """|best_bound - objective| / |objective|; 0 where they are equal, null where it is not known."""
    money_resolution: Number | None
    """The gap in money of the search for the value: smaller differences mean nothing."""
    best_value: Number | None
    """Value found before the goals gave up some of it; null where there were no goals."""
    best_value_exact: ExactText | None
    value_floor: Number | None
    """The least value that the goals might leave; null where there were none."""
    value_floor_exact: ExactText | None
    currency: str
    objective_terms: dict[str, Number]
    objective_terms_exact: dict[str, ExactText]
    policy: PolicyPart
    plan: PlanPart
    sites: tuple[SiteRow, ...]
    placements: tuple[PlacementRow, ...]
    openings: tuple[OpeningRow, ...]
    moves: tuple[MoveRow, ...]
    """Units that go from site to site."""
    retired: tuple[RetiredRow, ...]
    """Units that leave the plan, be it with a site that closes."""
    periods: tuple[PeriodRow, ...]
    countries: tuple[CountryRow, ...]
    limits: tuple[LimitRow, ...]
    groups: tuple[GroupRow, ...]
    served: tuple[ServedRow, ...]
    workloads: tuple[WorkloadRow, ...]
    entries: tuple[EntryRow, ...]
    paths: tuple[PathRow, ...]
    halls: tuple[HallRow, ...]
    resources: tuple[ResourceRow, ...]
    authorisations: AuthorisationsPart | None
    """null where the policy asks for none."""
    breach: BreachPart
    notices: tuple[NoticePart, ...]
    goals: tuple[GoalRow, ...]
    """What the secondary goals reached; empty where the plan has none."""
    last_plan: LastPlanPart | None
    """The last plan, and how much of it is changed; null where none was given."""
    changes: tuple[ChangeRow, ...]
    """Where what stands differs from the last plan."""
    opening_changes: tuple[OpeningChangeRow, ...]
    """Where openings differ from the last plan."""
    values: tuple[ValuePart, ...]
    """Marginal values per setting, largest first; empty where none were computed."""
    policy_cost: PolicyCostPart | None
    """What the policy costs against a named baseline; null where it was not computed."""
    conflict: ConflictPart | None
    """A minimal contradiction of an infeasible plan; null where none was computed."""
    other_conflicts: tuple[ConflictPart, ...]
    """Further contradictions that share no setting with the first."""
    repairs: tuple[RepairPart, ...]
    """Ways out of an infeasible plan; empty where none were computed, or none exist."""
    conditions: tuple[ConditionPart, ...]
    """Necessary conditions of an infeasible plan that fail by arithmetic alone."""
    broken_limits: tuple[BrokenLimitPart, ...]
    """Limits of an infeasible plan that are impossible by arithmetic alone."""
    bought: tuple[BoughtPart, ...]
    """What the placement buys past soft limits."""
    confirmation: ConfirmationPart | None
    """What a second solver says of the verdict; null where none was asked."""
    explanation: ExplanationPart | None
    """How much was explained; null where nothing was asked for."""
    assumptions: tuple[AssumptionPart, ...]
    verification: VerificationPart | None
    solver: SolverPart
    command: str | None
    """The command that gives this answer again."""


class AuditDocument(Part):
    """The exact verdict on a placement, or on the installed fleet alone, under a policy; no solver took part."""

    schema_version: Literal["1.4"]
    kind: Literal["audit"]
    title: str
    passed: bool
    judged: Literal["installed fleet", "placement"]
    policy: PolicyPart
    plan: PlanPart
    sites: tuple[SiteRow, ...]
    placements: tuple[PlacementRow, ...]
    openings: tuple[OpeningRow, ...]
    moves: tuple[MoveRow, ...]
    """Units that go from site to site."""
    retired: tuple[RetiredRow, ...]
    """Units that leave the plan, be it with a site that closes."""
    periods: tuple[PeriodRow, ...]
    countries: tuple[CountryRow, ...]
    limits: tuple[LimitRow, ...]
    groups: tuple[GroupRow, ...]
    served: tuple[ServedRow, ...]
    workloads: tuple[WorkloadRow, ...]
    entries: tuple[EntryRow, ...]
    paths: tuple[PathRow, ...]
    halls: tuple[HallRow, ...]
    resources: tuple[ResourceRow, ...]
    authorisations: AuthorisationsPart | None
    breach: BreachPart
    notices: tuple[NoticePart, ...]
    last_plan: LastPlanPart | None
    """The last plan, and how much of it is changed; null where none was given."""
    changes: tuple[ChangeRow, ...]
    """Where what stands differs from the last plan."""
    opening_changes: tuple[OpeningChangeRow, ...]
    """Where openings differ from the last plan."""
    currency: str
    bought: tuple[BoughtPart, ...]
    """What stands past soft limits, and what the plan is charged for it."""
    assumptions: tuple[AssumptionPart, ...]
    verification: VerificationPart
    versions: dict[str, str | None]
    command: str | None
