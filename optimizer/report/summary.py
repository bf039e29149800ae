"""The ten lines that come first: what was asked, what it is worth, what stands, what limits it, how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.explain.value import Label, Listed
from optimizer.report.altered_limits import altered_words
from optimizer.report.binding_tables import COUNTED
from optimizer.report.bought import bought_text
from optimizer.report.changes import changes_text
from optimizer.report.goals import goal_lines, value_after_goals
from optimizer.report.path_tables import authority_lines
from optimizer.report.resources import resource_lines
from optimizer.report.share_lines import next_to_fill, share_line
from optimizer.report.wording import compact, gap_text, money, period_runs
from optimizer.report.workload_tables import workload_lines
from optimizer.schema.limit_kind import LimitKind
from optimizer.strategy.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.report.document import BrokenLimitPart, PlanPart, ResultDocument, VerificationPart
    from optimizer.report.explain_parts import BoughtPart, ValuePart
    from optimizer.report.policy_parts import PolicyPart
    from optimizer.report.rows import GroupRow

Line = tuple[str, str]
"""A label and a sentence."""

LEVERS_NOT_COMPUTED = "marginal values: not computed (`placement limits PLAN`)"
LEVERS_CUT_SHORT = "marginal values: not worked out in the time given (`--explain-time`)"
MOST_LEVERS = 3
MOST_WAYS = 6
WITHOUT_NUMBER = frozenset({"exclusion", "max_latency", "residency"})
"""Rules of contracts that hold or do not: no repair moves them, and the planner may leave them out."""
COST_NOT_COMPUTED = "not computed (`placement limits PLAN --policy-cost unrestricted`)"


def summary(document: ResultDocument) -> tuple[Line, ...]:
    """Return the lines of a result; without a placement they say why there is none."""
    head = (policy_line(document.policy), reading_line(document.policy, document.plan), *authority_lines(document))
    if document.verification is None:
        return (*head, *_no_placement(document))
    return (
        *head,
        ("Value", _value(document)),
        *goal_lines(document),
        ("Placed", _placed(document)),
        *workload_lines(document),
        *bought_lines(document.bought, document.plan, document.currency),
        *resource_lines(document.resources, document.plan.periods),
        ("Shares", share_line(document.periods, document.groups, document.policy, document.plan)),
        ("Next to fill", next_to_fill(document.groups, document.countries, document.plan)),
        ("Levers", _levers(document)),
        ("Policy cost", document.policy_cost.sentence if document.policy_cost else COST_NOT_COMPUTED),
        ("Changes", changes_text(document)),
        ("Verification", verification_text(document.verification)),
        *_confirmation(document),
    )


def _confirmation(document: ResultDocument) -> tuple[Line, ...]:
    return (("Confirmed", document.confirmation.sentence),) if document.confirmation else ()


def policy_line(policy: PolicyPart) -> Line:
    """Return the policy with its legal status, always with the words `not legal advice`."""
    status = policy.legal_status
    if "not legal advice" not in status.lower():
        status = f"{status.rstrip('. ')}. Not legal advice."
    return "Policy", f"{policy.name} (version {policy.version}). {status}"


def reading_line(policy: PolicyPart, plan: PlanPart) -> Line:
    """Return the reading that ran, which settings are not the pack's own, and what the plan changes of the limits."""
    text = policy.reading
    changed = [f"{name} = {setting_text(part.value)}" for name, part in policy.settings.items() if part.overridden]
    if changed:
        text += f". Set by the plan: {', '.join(changed)}"
    altered = altered_words(plan.altered_limits)
    if altered:
        text += f". Not as the law or the tables have it, changed by the plan: {'. '.join(altered)}"
    return "Reading", text


def bought_lines(bought: Sequence[BoughtPart], plan: PlanPart, currency: str) -> Iterator[Line]:
    """Yield the line on what is bought past soft limits, if anything is."""
    if bought:
        yield "Bought", bought_text(bought, plan.periods, currency)


def setting_text(value: bool | int | str) -> str:
    """Return the value of a setting as a policy writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def verification_text(verification: VerificationPart) -> str:
    """Return the verdict in a sentence."""
    checked = f"{verification.limits_checked:,} limits checked exactly"
    if verification.passed and verification.bought:
        past = len(verification.bought)
        noun = "limit" if past == 1 else "limits"
        return f"passed, {verification.verdict}: {checked}, none broken, {past:,} soft {noun} bought past"
    if verification.passed:
        return f"passed: {checked}, none broken"
    parts = []
    if verification.broken:
        parts.append(f"{len(verification.broken):,} broken")
    if verification.faults:
        parts.append("; ".join(verification.faults))
    return f"FAILED: {checked}, {'; '.join(parts)}"


def _value(document: ResultDocument) -> str:
    if document.goals:
        return value_after_goals(document)
    amount = money(document.objective or 0, document.currency)
    if document.money_resolution is None or document.best_bound is None:
        return f"{amount} net present value; {_stopped(document)}no bound was proven"
    if document.money_resolution == 0:
        return f"{amount} net present value, proven to be the best possible (gap 0%)"
    word = {Status.OPTIMAL: "optimal", Status.WITHIN_GAP: "within the gap asked"}.get(document.status, "not finished")
    more = f"the best possible is at most {money(document.money_resolution, document.currency)} more"
    return (
        f"{amount} net present value, {_stopped(document)}{word}: {more} (gap {gap_text(document.gap)}), "
        "and no smaller sum means anything"
    )


def _stopped(document: ResultDocument) -> str:
    return f"stopped by the {document.solver.stopped_by}, " if document.solver.stopped_by else ""


def _placed(document: ResultDocument) -> str:
    last = document.periods[-1]
    placed = f"{last.placed_units:,} of {last.delivered_units:,} units delivered by {last.period}"
    gone = last.delivered_units - last.placed_units - last.unplaced_units
    if gone > 0:
        placed = f"{placed} stand, {gone:,} have left"
    stranded = [row for row in document.periods if row.unplaced_units]
    if not stranded:
        return f"{placed}; nothing unplaced in any period"
    left = (
        f"{last.unplaced_units:,} unplaced ({compact(last.unplaced_tpp)} TPP)" if last.unplaced_units else "all placed"
    )
    return f"{placed}, {left}; first stranded stock in {stranded[0].period} ({stranded[0].unplaced_units:,} units)"


def _levers(document: ResultDocument) -> str:
    """Return what is worth most, proven first; without values the limits that bind longest."""
    valuable = [value for value in document.values if value.listed in {Listed.BINDING_VALUABLE, Listed.SLACK_VALUABLE}]
    best = [sentence for value in valuable[:MOST_LEVERS] if (sentence := _lever(value))]
    if best:
        return "; ".join(best)
    if document.explanation is not None and not document.explanation.complete:
        return f"{LEVERS_CUT_SHORT}; {_binding_longest(document.groups, document.plan)}"
    if document.values:
        return "no limit is worth money at this gap"
    return f"{LEVERS_NOT_COMPUTED}; {_binding_longest(document.groups, document.plan)}"


def _lever(value: ValuePart) -> str | None:
    """Return the more telling direction of a value: what loosening is worth, if anything, else what tightening costs."""
    proven = [move for move in (value.loosened, value.tightened) if move and move.label is Label.CONFIRMED]
    telling = [move for move in proven if move.infeasible or move.upper != 0]
    return telling[0].sentence if telling else None


def _binding_longest(groups: tuple[GroupRow, ...], plan: PlanPart) -> str:
    longest = []
    for kind in LimitKind:
        binding = [one for one in groups if one.kind is kind and one.binding_periods and one.rule not in COUNTED]
        if binding:
            group = max(binding, key=lambda one: len(one.binding_periods))
            longest.append(f"{group.group} ({period_runs(group.binding_periods, plan.periods)})")
    return f"binding longest: {'; '.join(longest)}" if longest else "no limit binds"


def _no_placement(document: ResultDocument) -> tuple[Line, ...]:
    if document.status is Status.INFEASIBLE:
        by = document.solver.backend
        proof = "arithmetic alone" if by == "arithmetic" else f"{by} on the whole model"
        lines: tuple[Line, ...] = (("Status", f"infeasible: no plan meets every limit, proven by {proof}"),)
        return (*lines, *_why_not(document), *_confirmation(document))
    reason = document.solver.stopped_by or "the search"
    bound = "nothing is proven about the best possible"
    if document.best_bound is not None:
        bound = f"no plan is worth more than {money(document.best_bound, document.currency)}"
    return (("Status", f"unknown: stopped by the {reason} before any plan was found; {bound}"),)


def _why_not(document: ResultDocument) -> Iterator[Line]:
    """Yield what is impossible by arithmetic, what contradicts what, and the ways out."""
    yield from (("Impossible", sentence) for sentence in _impossible(document))
    yield from (("By arithmetic", condition.sentence) for condition in document.conditions)
    conflicts = [one for one in (document.conflict, *document.other_conflicts) if one is not None]
    yield from (("Conflict", conflict.sentence) for conflict in conflicts)
    if not conflicts and not document.broken_limits:
        yield "Conflict", "which limits contradict each other was not worked out (`placement explain PLAN`)"
    yield from (("Way out", repair.sentence) for repair in document.repairs[:MOST_WAYS])
    if conflicts and not document.repairs:
        yield "Way out", _no_way_out(document)


def _no_way_out(document: ResultDocument) -> str:
    if document.explanation is not None and not document.explanation.complete:
        return "none found in the time given (`--explain-time`)"
    if document.breach.mode == "cure" and document.breach.cures:
        return "not looked for: the plan is a cure of a fleet in breach"
    text = "none: no contract, no limit marked `buyable` and no rule of the policy can be changed so that a plan exists"
    conflicts = [one for one in (document.conflict, *document.other_conflicts) if one is not None]
    members = [member for one in conflicts for member in one.members if member.rule in WITHOUT_NUMBER]
    if not members:
        return text
    names = ", ".join(group for member in members for group in member.groups)
    return f"{text}. Has no number to change and can only be left out (`enforced = false` in [limits]): {names}"


def _impossible(document: ResultDocument) -> Iterator[str]:
    """Yield one sentence per setting: the first of its limits that is impossible."""
    by_group: dict[str, list[BrokenLimitPart]] = {}
    for part in document.broken_limits:
        by_group.setdefault(part.group, []).append(part)
    for parts in by_group.values():
        others = len(parts) - 1
        more = f" (and so in {others} more period{'s' * (others > 1)})" if others else ""
        yield parts[0].sentence + more
