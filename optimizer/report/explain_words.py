"""Explanations in sentences: one wording for text, Markdown, JSON and HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.explain.family import AUTHORISED_RULES, Family, family_of
from optimizer.explain.setting import Setting, thousands
from optimizer.explain.value import Label
from optimizer.report.intervals import interval_text
from optimizer.report.wording import money, money_above
from optimizer.rules.frozen import FROZEN
from optimizer.rules.limit import Sense

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from optimizer.explain.change import Change
    from optimizer.explain.conflict import Member
    from optimizer.explain.policy_cost import PolicyCost
    from optimizer.explain.repair import PolicyChange, Repair
    from optimizer.explain.value import Move, Value
    from optimizer.strategy.outcome import Outcome

POWER, DELIVERIES, MUST_PLACE, COMMITMENT = "site_power", "deliveries", "must_place", "commitment"
MUST_SERVE, RESIDENCY, MAX_LATENCY, NO_SERVICE = "must_serve", "residency", "max_latency", "no_service"
SITE_COMPUTE = "site_compute"
RESOURCE, MAX_MODULES, MIN_MODULES = "resource", "max_modules", "min_modules"
MOST_NAMED = 6


def change_words(change: Change) -> str:
    """Return a change for people: `10 MW more at ohio`, `destination_share[MY] at 8% instead of 7%`."""
    setting, amount = change.setting, change.amount
    rule, scope = setting.limit.rule, setting.limit.scope
    if amount is None:
        return f"{setting.group} lifted ({setting.limit.setting} today)"
    size, sign = setting.words(amount), "more" if amount > 0 else "less"
    if rule == POWER:
        text = f"{size} {sign} at {scope}"
    elif rule == DELIVERIES:
        text = f"{size} of {scope} {sign} delivered"
    elif rule == MUST_PLACE:
        text = f"{size} of {scope} left to wait" if amount < 0 else f"{size} of {scope} more that have to stand"
    elif rule in {RESOURCE, MAX_MODULES}:
        text = f"{size} {sign} {'of' if rule == RESOURCE else 'in the hall'} {scope}"
    elif len(set(setting.numbers)) == 1:
        old, new = setting.number_words(setting.number), setting.number_words(setting.number + amount)
        text = f"{setting.group} at {new} instead of {old}"
    else:
        text = f"{setting.group} {size} {sign}"
    if change.first_period is not None:
        text += f" from {setting.case.plan.horizon.labels[change.first_period]} on"
    return text


def step_words(setting: Setting) -> str:
    """Return one step for people."""
    return setting.words(setting.step)


def move_sentence(move: Move, currency: str, resolution: Fraction | None) -> str:
    """Return what a move is worth or costs, in a sentence."""
    what = sentence_case(change_words(move.change))
    if move.is_infeasible:
        return f"{what}: no plan is left"
    verb = "is worth" if move.is_loosened else "costs"
    if move.label is Label.NOT_DISTINGUISHABLE:
        least = money(resolution or 0, currency)
        most = "an unknown amount" if move.upper is None else f"at most {money(move.upper, currency)}"
        return f"{what} {verb} {most}; the gap hides more ({least})"
    if move.upper == 0:
        return f"{what} {'is worth' if move.is_loosened else 'costs'} nothing"
    text = f"{what} {verb} {interval_text(move.lower, move.upper, currency, resolution)}"
    if move.opened or move.closed:
        text += f" ({_sites_moved(move)})"
    return text


def _sites_moved(move: Move) -> str:
    parts = [f"{word} {_some(keys)}" for word, keys in (("opens", move.opened), ("empties", move.closed)) if keys]
    return ", ".join(parts)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"


def value_sentence(value: Value, currency: str, resolution: Fraction | None) -> str:
    """Return a setting's value in a sentence or two; what was only screened says so."""
    sentences = [move_sentence(move, currency, resolution) for move in value.moves]
    if not sentences and value.screened:
        amount = money_above(value.screened, currency, float(resolution or 0))
        sentences = [f"About {amount} for {step_words(value.setting)} by its dual; not confirmed by solving"]
    return ". ".join(sentences or ["Seems to be worth nothing"]) + "."


def member_sentence(member: Member) -> str:
    """Return one side of a conflict in words."""
    settings = member.atom.settings
    limit, setting = settings[0].limit, settings[0]
    rule, scope = limit.rule, limit.scope
    if rule == POWER:
        parts = [f"{one.limit.scope} {today_words(one)}" for one in settings]
        where = member.atom.name.partition(" in ")[2]
        return f"the power of {where} ({_some(parts)})" if where else f"the power at {parts[0]}"
    if rule == DELIVERIES:
        return f"what is delivered ({_some([one.limit.scope for one in settings])})"
    if rule == SITE_COMPUTE:
        return "sites serve workloads with what stands there"
    if len(settings) > 1:
        return f"{member.atom.name} ({_some([one.limit.scope for one in settings])})"
    side = "at least" if limit.sense is Sense.AT_LEAST else "at most"
    alone = {
        MUST_PLACE: f"what is delivered of {scope} has to stand ({words_of_number(setting)})",
        COMMITMENT: f"the contract {scope} ({limit.setting})",
        MUST_SERVE: f"{scope} has to be served ({words_of_number(setting)})",
        RESIDENCY: f"{scope} is served {limit.setting}",
        MAX_LATENCY: f"{scope} is served from within {limit.setting}",
        NO_SERVICE: f"{scope} is served only where service.csv lists it",
        FROZEN: f"{setting.group} ({side} {today_words(setting)}, as last planned)",
        MAX_MODULES: f"the hall {scope} has {limit.setting}",
        MIN_MODULES: f"the hall {scope} ({limit.setting})",
        RESOURCE: f"the resource {scope} ({today_words(setting)})",
    }
    plain = f"{side} {words_of_number(setting)}" if setting.has_number else limit.setting
    return alone.get(rule, f"{setting.group} ({plain})")


def words_of_number(setting: Setting) -> str:
    """Return the number of a setting, the largest where it differs between periods."""
    return setting.number_words(setting.number) if setting.has_number else setting.limit.setting


def conflict_sentence(members: Sequence[Member], *, is_minimal: bool) -> str:
    """Return a conflict in a sentence."""
    listed = "; ".join(member_sentence(member) for member in members)
    if len(members) == 1:
        return f"This cannot be met by any plan: {listed}"
    ending = "leave any one out and a plan exists for the rest" if is_minimal else "not all may be needed"
    return f"These cannot hold together: {listed}. {ending[0].upper()}{ending[1:]}"


def repair_label(repair: Repair) -> str:
    """Return what a repair takes."""
    if repair.policy_changes:
        return "authorisation"
    if repair.table_changes:
        return repair.table_changes[0].label
    if repair.family is Family.CHANGE:
        return "contract"
    if repair.family is Family.BUY:
        is_power = all(change.setting.limit.rule == POWER for change in repair.changes)
        return "power to buy" if is_power else "to buy"
    if repair.family is Family.SEVERAL:
        names = dict.fromkeys(family.value for one in repair.changes if (family := family_of(one.setting)) is not None)
        return " and ".join(names)
    is_authorised = all(change.setting.limit.rule in AUTHORISED_RULES for change in repair.changes)
    return "authorisation" if is_authorised else "change of law"


def repair_sentence(repair: Repair, currency: str) -> str:
    """Return a repair and what it permits in a sentence."""
    parts = [change_words(change) for change in repair.changes]
    parts += [policy_change_words(change) for change in repair.policy_changes]
    parts += [change.sentence for change in repair.table_changes]
    value = repair.outcome.objective
    permits = f": permits a plan worth {money(value, currency)}" if value is not None else ""
    joined = " and ".join(parts)
    return f"{sentence_case(joined)} ({repair_label(repair)}){permits}"


def sentence_case(text: str) -> str:
    """Return a text with a capital to begin with, unless it begins with the name of a setting."""
    return text if "[" in text.partition(" ")[0] or "_" in text.partition(" ")[0] else text[0].upper() + text[1:]


def policy_change_words(change: PolicyChange) -> str:
    """Return a changed setting of the pack in words."""
    return f"{change.name} = {change.suggested} instead of {change.today}"


def cost_sentence(cost: PolicyCost, currency: str, resolution: Fraction | None) -> str:
    """Return what the policy costs in a sentence."""
    return f"{interval_text(cost.total.lower, cost.total.upper, currency, resolution)} against {cost.baseline}"


def held_fixed(outcome: Outcome) -> tuple[str, ...]:
    """Return what the search chose among several and an explanation keeps as chosen."""
    chosen = [f"authorisations = {one.name}" for one in outcome.alternatives if one.is_chosen]
    return (*chosen, *(["the course of the cure"] if outcome.cures else []))


def today_words(setting: Setting) -> str:
    """Return the number of a setting today; `by period` where it differs between periods."""
    if not setting.has_number:
        return setting.limit.setting
    if len(set(setting.numbers)) == 1:
        return setting.number_words(setting.number)
    return f"{thousands(min(setting.numbers))} to {thousands(max(setting.numbers))} {setting.limit.unit}"


def suggested_words(change: Change) -> str:
    """Return the number of a setting after a change."""
    setting, amount = change.setting, change.amount
    if amount is None:
        return "lifted"
    if len(set(setting.numbers)) == 1:
        return setting.number_words(setting.number + amount)
    return f"{signed_words(change)} in each period"


def signed_words(change: Change) -> str:
    """Return the amount of a change with its sign."""
    if change.amount is None:
        return "lifted"
    sign = "+" if change.amount > 0 else "−"
    return f"{sign}{change.setting.words(change.amount)}"
