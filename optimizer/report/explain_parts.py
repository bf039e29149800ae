"""The parts of a result that explain it: marginal values, policy cost, conflict, repairs, a second solver's word.

A field's docstring is its description in the published JSON Schema. Money is in the document's currency. Intervals are
proven: their ends come from verified placements and proven bounds.
"""

from __future__ import annotations

from optimizer.explain.value import Label, Listed  # noqa: TC001  pydantic reads annotations when it runs
from optimizer.report.rows import ExactText, Number, OpeningRow, Part, PlacementRow
from optimizer.schema.limit_kind import LimitKind  # noqa: TC001  pydantic reads annotations when it runs
from optimizer.strategy.outcome import Status  # noqa: TC001


class MovePart(Part):
    """What one setting is worth moved in one direction, over all its periods at once."""

    label: Label
    steps: int
    """How many steps the move makes: the smallest number tried whose value stands out of the gap."""
    change: Number
    """What is added to the number, in its own unit (a share as a fraction)."""
    change_exact: ExactText
    change_text: str
    """The same for people: `+5 percentage points`."""
    lower: Number | None
    """Gain of a loosening or loss of a tightening, at least; null where nothing was proven."""
    lower_exact: ExactText | None
    upper: Number | None
    """The same, at most; null: without end (a tightening that leaves no plan)."""
    upper_exact: ExactText | None
    lower_per_step: Number | None
    upper_per_step: Number | None
    infeasible: bool
    """Whether the move leaves no plan at all."""
    sites_opened: tuple[str, ...]
    """Sites that the moved plan uses and this one does not."""
    sites_closed: tuple[str, ...]
    sentence: str


class ValuePart(Part):
    """The marginal value of one setting: loosened and tightened by a step, by solving again."""

    group: str
    rule: str
    scope: str
    kind: LimitKind
    setting: str
    unit: str
    step: Number
    step_exact: ExactText
    step_text: str
    """One step for people: `1 percentage point`, `1 MW`."""
    listed: Listed
    binding_periods: tuple[str, ...]
    screened: Number | None
    """Money per step by a dual of the program with openings fixed, or with a shut site opened; a guide, not proven."""
    loosened: MovePart | None
    tightened: MovePart | None
    range_lower: ExactText | None
    """The setting from which on the value was seen to hold, in its own unit."""
    range_upper: ExactText | None
    sentence: str
    citation: str


class CostPart(Part):
    """What some rules of the policy cost together: the plan without them less the plan with them, as an interval."""

    rules: tuple[str, ...]
    lower: Number | None
    lower_exact: ExactText | None
    upper: Number | None
    upper_exact: ExactText | None


class CountryCostPart(Part):
    """Compute in one destination at the end, with the policy and without it."""

    country: str
    name: str
    tpp_with: Number
    tpp_without: Number


class LiftedPart(Part):
    """What lifting every limit of the policy on one destination is worth, the rest of the policy kept."""

    country: str
    name: str
    groups: tuple[str, ...]
    """The limits that are lifted."""
    label: Label
    lower: Number | None
    """At least; null where it was only screened."""
    lower_exact: ExactText | None
    upper: Number | None
    upper_exact: ExactText | None
    screened: Number | None
    """By a linear program with blocks and openings relaxed; a guide, not proven."""


class PolicyCostPart(Part):
    """What the policy costs against a baseline."""

    baseline: str
    """The pack without which nothing more is lifted."""
    total: CostPart
    by_rule: tuple[CostPart, ...]
    """Each rule lifted alone."""
    interaction_lower: Number | None
    """The total less the sum of the rules lifted singly, at least: single costs do not add up."""
    interaction_upper: Number | None
    countries: tuple[CountryCostPart, ...]
    by_country: tuple[LiftedPart, ...]
    """Each destination in which a limit of the policy binds or that it closes, all its limits lifted; most first."""
    sentence: str


class ConflictMemberPart(Part):
    """One member of a conflict: a setting, or several that stand or fall together, such as all power of one country."""

    name: str
    groups: tuple[str, ...]
    """Its settings."""
    rule: str
    kind: LimitKind
    settings: tuple[str, ...]
    """Their numbers today, in the same order."""
    periods: tuple[str, ...]
    """The periods in which it is needed for the contradiction."""
    sentence: str
    citation: str


class ConflictPart(Part):
    """Settings that cannot hold together; without any one of them a plan exists where `proven_minimal`."""

    members: tuple[ConflictMemberPart, ...]
    proven_minimal: bool
    """False where a solve was stopped: what it left in was not proven to be needed."""
    seconds: float
    solves: int
    sentence: str


class ConditionPart(Part):
    """A necessary condition that fails by arithmetic alone, with its two numbers."""

    groups: tuple[str, ...]
    needed: Number
    needed_exact: ExactText
    available: Number
    available_exact: ExactText
    unit: str
    sentence: str


class ChangePart(Part):
    """One setting, or one row of a table of the plan, that a repair changes."""

    group: str
    kind: LimitKind
    today: str
    suggested: str
    change: str
    today_exact: ExactText | None
    suggested_exact: ExactText | None
    change_exact: ExactText | None
    unit: str
    from_period: str | None
    """From when on the change is needed; null: from the start."""
    relative_change: Number | None
    """|new - old| / |old|; null where there is no old number."""
    citation: str


class PermittedPart(Part):
    """The plan that a repair permits, verified against every limit as changed."""

    status: Status
    objective: Number
    objective_exact: ExactText
    best_bound: Number | None
    best_bound_exact: ExactText | None
    gap: float | None
    verified: bool
    """Whether it passed the exact check of every limit as changed."""
    units_placed: int
    placements: tuple[PlacementRow, ...]
    openings: tuple[OpeningRow, ...]


class RepairPart(Part):
    """A least change that makes a plan exist."""

    family: str
    """`yours to change`, `yours to buy` or `needs government`."""
    label: str
    """What it takes: `contract`, `delivery date`, `power to buy`, `authorisation`, `change of law`."""
    changes: tuple[ChangePart, ...]
    set_options: tuple[str, ...]
    """What to write for it: `--set` options of the command line, and so keys of the plan."""
    least: bool
    """Whether one resolution step less in any of its changes was shown to leave no plan."""
    plan: PermittedPart
    command: str
    """The command that solves the repaired plan."""
    sentence: str


class ConfirmationPart(Part):
    """What a second solver says of the verdict."""

    backend: str
    status: Status
    objective: Number | None
    objective_exact: ExactText | None
    best_bound: Number | None
    best_bound_exact: ExactText | None
    agrees: bool | None
    """null where it was stopped before it could say."""
    seconds: float
    sentence: str


class BoughtPart(Part):
    """How much was bought past one soft limit."""

    group: str
    key: str
    kind: LimitKind
    period: str
    excess: Number
    excess_exact: ExactText
    unit: str
    price: Number
    """For each unit and period, before discounting."""
    price_exact: ExactText
    cost: Number
    """Discounted; 0 for the stock before the plan, which no plan can change."""
    cost_exact: ExactText
    note: str | None
    """Of a policy limit: that no price makes this legal."""


class ExplanationPart(Part):
    """How much was explained, and at what cost."""

    seconds: float
    """Time of all explanations together."""
    solves: int
    complete: bool
    """False where the time budget ended before everything asked for was worked out."""
    held_fixed: tuple[str, ...]
    """What the search had chosen and the explanation keeps: the authorisations under `auto`, the course of a cure."""
    left_out: tuple[str, ...]
    """Settings that were screened as valuable and not confirmed in time."""
