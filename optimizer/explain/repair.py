"""Repairs: least changes that make a plan exist, in three families, each with the verified plan that it permits.

Within a family the fewest settings come first (`optimizer.explain.hitting`), then the least relative change
(`optimizer.explain.amounts`). Every plan is searched under the limits that the changed plan itself compiles to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from optimizer.entry.holdings import NVEU_MODE, UVEU_MODE
from optimizer.explain.amounts import Amounts, least_amounts
from optimizer.explain.change import Change, changed_case, set_options
from optimizer.explain.earlier import earlier_deliveries
from optimizer.explain.family import AUTHORISED_RULES, Family, family_of, family_settings
from optimizer.explain.hitting import fewest_sets
from optimizer.explain.licence import licences_to_seek
from optimizer.explain.setting import movable_settings
from optimizer.policies.policy import AUTHORISATIONS
from optimizer.rules.alternatives import alternative_cases
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.strategy.search import search

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from optimizer.explain.feasibility import Feasibility
    from optimizer.explain.setting import Setting
    from optimizer.explain.table_change import ChangedTable, TableChange
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.strategy.outcome import Outcome

MOST_REPAIRS = 3
"""Different repairs that are worked out in each family."""
ENOUGH = 2
"""Repairs within one family from which on none that needs several is looked for."""
MOST_SETS = 6
"""Sets of settings whose amounts are compared for them."""


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A setting of the pack itself that a repair changes: an authorisation sought, an exemption claimed."""

    name: str
    today: str
    suggested: str


@dataclass(frozen=True)
class Repair:
    """Changes, and the plan they permit."""

    family: Family
    changes: tuple[Change, ...]
    policy_changes: tuple[PolicyChange, ...]
    is_least: bool
    outcome: Outcome
    set_options: tuple[str, ...]
    table_changes: tuple[TableChange, ...] = ()


def find_repairs(case: Case, limits: Sequence[Limit], feasibility: Feasibility) -> Iterator[Repair]:
    """Yield repairs of a case that has no plan, by family, fewest settings first, then least relative change."""
    settings = movable_settings(case, limits)
    num_found = 0
    for family in Family:
        if family is Family.GOVERNMENT:
            yield from _authorisations(case, feasibility)
            yield from _of_tables(family, licences_to_seek(case, feasibility), feasibility)
        members = family_settings(settings, family)
        is_wanted = family is not Family.SEVERAL or num_found < ENOUGH
        if members and is_wanted and not feasibility.budget.is_over():
            for repair in _of_family(case, tuple(limits), family, members, feasibility):
                num_found += 1
                yield repair
        if family is Family.CHANGE:
            for repair in _of_tables(family, earlier_deliveries(case, feasibility), feasibility):
                num_found += 1
                yield repair


def _of_tables(family: Family, found: Iterable[ChangedTable], feasibility: Feasibility) -> Iterator[Repair]:
    """Yield the repairs that changed rows of the plan's tables are."""
    for one in islice(found, MOST_REPAIRS):
        outcome = _plan_of(one.case, feasibility)
        if outcome is not None:
            yield Repair(family, (), (), one.is_least, outcome, (one.change.set_option,), (one.change,))


def _of_family(
    case: Case, limits: tuple[Limit, ...], family: Family, members: Sequence[Setting], feasibility: Feasibility
) -> Iterator[Repair]:
    groups = {setting.group for setting in members}
    fixed = tuple(limit for limit in limits if limit.group not in groups)

    def contradicts(some: Sequence[Setting]) -> bool | None:
        answer = feasibility.ask(case, (*fixed, *(limit for setting in some for limit in setting.limits)))
        return None if answer.exists is None else not answer.exists

    every = fewest_sets(members, contradicts)
    if family is Family.SEVERAL:  # what one family can do alone was said already
        every = (chosen for chosen in every if len({family_of(setting) for setting in chosen}) > 1)
    sets = list(islice(every, MOST_SETS))
    found = [amounts for chosen in sets if (amounts := least_amounts(case, limits, chosen, feasibility)) is not None]
    found.sort(key=lambda amounts: (len(amounts.changes), _is_law(amounts), amounts.relative_change))
    for amounts in found[:MOST_REPAIRS]:
        repaired = _repaired(case, family, amounts, feasibility)
        if repaired is not None:
            yield repaired


def _is_law(amounts: Amounts) -> bool:
    """Return whether some change is one of law: what an authorisation can give comes first."""
    return any(change.setting.limit.rule not in AUTHORISED_RULES for change in amounts.changes)


def _repaired(case: Case, family: Family, amounts: Amounts, feasibility: Feasibility) -> Repair | None:
    outcome = _plan_of(changed_case(case, amounts.changes), feasibility)
    if outcome is None:
        return None
    options = tuple(option for change in amounts.changes for option in set_options(case, change))
    is_least = amounts.is_least and not any(_is_dated_already(case, change) for change in amounts.changes)
    return Repair(family, amounts.changes, (), is_least, outcome, options)


def _is_dated_already(case: Case, change: Change) -> bool:
    """Return whether the plan changes the setting from a period on: one date then has to do for both changes."""
    limit = change.setting.limit
    return case.limit_setting(limit.rule, limit.scope).change_from is not None


def _plan_of(case: Case, feasibility: Feasibility) -> Outcome | None:
    """Return the best plan of a repaired case, started from the one that showed it to be possible."""
    limits = compile_limits(case)
    start = feasibility.ask(case, limits).placement
    if start is None:
        return None
    budget = feasibility.budget
    budget.num_solves += 1
    options = replace(feasibility.options, time_limit_seconds=budget.part(feasibility.options.time_limit_seconds))
    outcome = search(case, limits, options, budget.session, feasibility.on_progress, start=start)
    return outcome if outcome.placement is not None else None


def _authorisations(case: Case, feasibility: Feasibility) -> Iterator[Repair]:
    """Yield what an authorisation that the company may seek, or an exemption of the announced reading, would permit."""
    for change, other in _authorised_cases(case):
        if feasibility.budget.is_over():
            return
        outcome = _plan_of(other, feasibility)
        if outcome is not None:
            options = (f"policy.{change.name}={change.suggested}",)
            yield Repair(Family.GOVERNMENT, (), (change,), is_least=True, outcome=outcome, set_options=options)


def _authorised_cases(case: Case) -> Iterator[tuple[PolicyChange, Case]]:
    if AUTHORISATIONS in case.policy.settings:
        today = case.policy.choice(AUTHORISATIONS, "")
        for name in alternative_cases(case):
            if name in {NVEU_MODE, UVEU_MODE} and name != today:
                yield PolicyChange(AUTHORISATIONS, today, name), _with_setting(case, AUTHORISATIONS, name)
    for flag in sorted({spec.exempt_flag for spec in case.policy.rules if spec.exempt_flag}):
        if not case.policy.flag(flag):
            yield PolicyChange(flag, "false", "true"), _with_setting(case, flag, True)


def _with_setting(case: Case, name: str, value: object) -> Case:
    """Return the case of the plan with one more setting of its policy replaced."""
    policy = case.plan.policy
    return make_case(replace(case.plan, policy=replace(policy, overrides={**policy.overrides, name: value})))
