"""From an explanation to the parts of a document; every sentence comes from `optimizer.report.explain_words`."""

from __future__ import annotations

import shlex
from fractions import Fraction
from math import isinf
from typing import TYPE_CHECKING, TypedDict

from optimizer.explain.amounts import relative_change
from optimizer.explain.value import Label
from optimizer.report import explain_words as words
from optimizer.report.cost_compose import cost_part
from optimizer.report.exact_numbers import exact_or_none, plain, plain_or_none
from optimizer.report.explain_parts import (
    ChangePart,
    ConditionPart,
    ConfirmationPart,
    ConflictMemberPart,
    ConflictPart,
    ExplanationPart,
    MovePart,
    PermittedPart,
    PolicyCostPart,
    RepairPart,
    ValuePart,
)
from optimizer.report.placements import opening_rows, placement_rows
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from optimizer.explain.change import Change
    from optimizer.explain.conditions import Condition
    from optimizer.explain.confirm import Confirmation
    from optimizer.explain.conflict import Conflict, Member
    from optimizer.explain.explanation import Explanation
    from optimizer.explain.repair import PolicyChange, Repair
    from optimizer.explain.table_change import TableChange
    from optimizer.explain.value import Move, Value
    from optimizer.strategy.outcome import Outcome


KEPT_OPTIONS = frozenset({"--policy", "--set", "--breach", "--last", "--freeze-through", "--change-price"})
"""Options that say what the plan is."""
FLAGS = frozenset({"-q", "--quiet", "--confirm", "--narrow"})
"""Options without a value."""


class ExplainedParts(TypedDict):
    """The keys of a result document that explain it."""

    values: tuple[ValuePart, ...]
    policy_cost: PolicyCostPart | None
    conflict: ConflictPart | None
    other_conflicts: tuple[ConflictPart, ...]
    repairs: tuple[RepairPart, ...]
    conditions: tuple[ConditionPart, ...]
    confirmation: ConfirmationPart | None
    explanation: ExplanationPart | None


def explained_parts(outcome: Outcome, explanation: Explanation | None, command: str | None) -> ExplainedParts:
    """Return the parts of an explanation, empty ones where nothing was explained."""
    if explanation is None:
        return {
            "values": (),
            "policy_cost": None,
            "conflict": None,
            "other_conflicts": (),
            "repairs": (),
            "conditions": (),
            "confirmation": None,
            "explanation": None,
        }
    currency = outcome.case.plan.economics.currency
    resolution = resolution_of(outcome)
    values = sorted(explanation.values, key=lambda value: -value.weight)
    conflicts = tuple(map(conflict_part, explanation.conflicts))
    return {
        "values": tuple(_value_part(value, currency, resolution) for value in values),
        "policy_cost": cost_part(explanation.cost, currency, resolution) if explanation.cost else None,
        "conflict": conflicts[0] if conflicts else None,
        "other_conflicts": conflicts[1:],
        "repairs": tuple(_repair_part(repair, command) for repair in explanation.repairs),
        "conditions": tuple(map(_condition_part, explanation.conditions)),
        "confirmation": _confirmation_part(explanation.confirmation) if explanation.confirmation else None,
        "explanation": ExplanationPart(
            seconds=round(explanation.seconds, 3),
            solves=explanation.num_solves,
            complete=explanation.is_complete,
            held_fixed=words.held_fixed(outcome),
            left_out=explanation.left_out,
        ),
    }


def resolution_of(outcome: Outcome) -> Fraction | None:
    """Return the gap of a run in money."""
    if outcome.best_bound is None or outcome.objective is None:
        return None
    return outcome.best_bound - outcome.objective


def _value_part(value: Value, currency: str, resolution: Fraction | None) -> ValuePart:
    setting = value.setting
    confirmed = [move for move in value.moves if move.label is Label.CONFIRMED and move.change.amount is not None]
    ends = [Fraction(setting.number), *(setting.number + (move.change.amount or 0) for move in confirmed)]
    return ValuePart(
        group=setting.group,
        rule=setting.limit.rule,
        scope=setting.limit.scope,
        kind=setting.kind,
        setting=setting.limit.setting,
        unit="share" if setting.is_share else setting.limit.unit,
        step=plain(setting.step),
        step_exact=format_exact(setting.step),
        step_text=words.step_words(setting),
        listed=value.listed,
        binding_periods=value.reading.binding_periods,
        screened=value.screened,
        loosened=_move_part(value.loosened, currency, resolution),
        tightened=_move_part(value.tightened, currency, resolution),
        range_lower=format_exact(min(ends)) if confirmed else None,
        range_upper=format_exact(max(ends)) if confirmed else None,
        sentence=words.value_sentence(value, currency, resolution),
        citation=setting.limit.citation,
    )


def _move_part(move: Move | None, currency: str, resolution: Fraction | None) -> MovePart | None:
    if move is None:
        return None
    amount, setting = move.change.amount or Fraction(0), move.change.setting
    steps = abs(amount) / setting.step
    lower = None if move.is_infeasible else move.lower
    return MovePart(
        label=move.label,
        steps=move.steps,
        change=plain(amount),
        change_exact=format_exact(amount),
        change_text=words.signed_words(move.change),
        lower=plain_or_none(lower),
        lower_exact=exact_or_none(lower),
        upper=plain_or_none(move.upper),
        upper_exact=exact_or_none(move.upper),
        lower_per_step=None if lower is None else plain(lower / steps),
        upper_per_step=None if move.upper is None else plain(move.upper / steps),
        infeasible=move.is_infeasible,
        sites_opened=move.opened,
        sites_closed=move.closed,
        sentence=words.move_sentence(move, currency, resolution),
    )


def conflict_part(conflict: Conflict) -> ConflictPart:
    """Return a conflict with its members."""
    return ConflictPart(
        members=tuple(map(_member_part, conflict.members)),
        proven_minimal=conflict.is_minimal,
        seconds=round(conflict.seconds, 3),
        solves=conflict.num_solves,
        sentence=words.conflict_sentence(conflict.members, is_minimal=conflict.is_minimal),
    )


def _member_part(member: Member) -> ConflictMemberPart:
    settings = member.atom.settings
    limit = settings[0].limit
    return ConflictMemberPart(
        name=member.atom.name,
        groups=tuple(setting.group for setting in settings),
        rule=limit.rule,
        kind=limit.kind,
        settings=tuple(words.today_words(setting) for setting in settings),
        periods=member.periods,
        sentence=words.member_sentence(member),
        citation=limit.citation,
    )


def _condition_part(condition: Condition) -> ConditionPart:
    return ConditionPart(
        groups=condition.groups,
        needed=plain(condition.needed),
        needed_exact=format_exact(condition.needed),
        available=plain(condition.available),
        available_exact=format_exact(condition.available),
        unit=condition.unit,
        sentence=condition.sentence,
    )


def _repair_part(repair: Repair, command: str | None) -> RepairPart:
    outcome = repair.outcome
    case, placement, objective = outcome.case, outcome.placement, outcome.objective or Fraction(0)
    sets = " ".join(f"--set {shlex.quote(option)}" for option in repair.set_options)
    standing = placement.standing_units.values() if placement else ()
    return RepairPart(
        family=repair.family,
        label=words.repair_label(repair),
        changes=(
            *map(_change_part, repair.changes),
            *map(_policy_change_part, repair.policy_changes),
            *map(_table_change_part, repair.table_changes),
        ),
        set_options=repair.set_options,
        least=repair.is_least,
        plan=PermittedPart(
            status=outcome.status,
            objective=plain(objective),
            objective_exact=format_exact(objective),
            best_bound=plain_or_none(outcome.best_bound),
            best_bound_exact=exact_or_none(outcome.best_bound),
            gap=float(outcome.gap) if outcome.gap is not None else None,
            verified=outcome.verification is not None and outcome.verification.passed,
            units_placed=sum(row[-1] for row in standing),
            placements=placement_rows(case, placement) if placement else (),
            openings=opening_rows(case, placement) if placement else (),
        ),
        command=f"{solve_command(command, case.plan.name)} {sets}",
        sentence=words.repair_sentence(repair, case.plan.economics.currency),
    )


def solve_command(command: str | None, plan: str) -> str:
    """Return the `solve` of the plan that another command was given, with its policy and its changes, nothing else."""
    words = shlex.split(command)[2:] if command is not None else [plan]
    kept, position = [], 0
    while position < len(words):
        word = words[position]
        name = word.partition("=")[0]
        width = 1 if not word.startswith("-") or "=" in word or name in FLAGS else 2
        if not word.startswith("-") or name in KEPT_OPTIONS:
            kept += words[position : position + width]
        position += width
    return shlex.join(["placement", "solve", *kept])


def _change_part(change: Change) -> ChangePart:
    setting, amount = change.setting, change.amount
    relative = relative_change(change)
    is_one = setting.has_number and len(set(setting.numbers)) == 1
    labels = setting.case.plan.horizon.labels
    return ChangePart(
        group=change.group,
        kind=setting.kind,
        today=words.today_words(setting),
        suggested=words.suggested_words(change),
        change=words.signed_words(change),
        today_exact=format_exact(setting.number) if is_one else None,
        suggested_exact=format_exact(setting.number + amount) if is_one and amount is not None else None,
        change_exact=exact_or_none(amount),
        unit="share" if setting.is_share else setting.limit.unit,
        from_period=None if change.first_period is None else labels[change.first_period],
        relative_change=None if isinf(relative) else relative,
        citation=setting.limit.citation,
    )


def _policy_change_part(change: PolicyChange) -> ChangePart:
    words_of_change = words.policy_change_words(change)
    name = f"policy.{change.name}"
    return _worded_part(
        name, LimitKind.POLICY, change.today, change.suggested, words_of_change, citation="the policy's settings"
    )


def _table_change_part(change: TableChange) -> ChangePart:
    return _worded_part(
        change.row, change.kind, change.today, change.suggested, change.change, citation=change.citation
    )


def _worded_part(name: str, kind: LimitKind, today: str, suggested: str, change: str, *, citation: str) -> ChangePart:
    """Return a change that is no number of a limit."""
    return ChangePart(
        group=name,
        kind=kind,
        today=today,
        suggested=suggested,
        change=change,
        today_exact=None,
        suggested_exact=None,
        change_exact=None,
        unit="",
        from_period=None,
        relative_change=None,
        citation=citation,
    )


def _confirmation_part(confirmation: Confirmation) -> ConfirmationPart:
    second = confirmation.outcome
    sentence = {
        True: f"{second.backend} agrees: {second.status.value.replace('_', ' ')}",
        None: f"not confirmed: {second.backend} was stopped before it could say ({second.status.value})",
        False: f"{second.backend} disagrees: {second.status.value}",
    }[confirmation.agrees]
    return ConfirmationPart(
        backend=second.backend,
        status=second.status,
        objective=plain_or_none(second.objective),
        objective_exact=exact_or_none(second.objective),
        best_bound=plain_or_none(second.best_bound),
        best_bound_exact=exact_or_none(second.best_bound),
        agrees=confirmation.agrees,
        seconds=round(second.seconds, 3),
        sentence=sentence,
    )
