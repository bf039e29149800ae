"""The answer to `why SITE` as a document, and its sentences."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from optimizer.report.exact_numbers import exact_or_none, plain, plain_or_none
from optimizer.report.explain_compose import conflict_part, resolution_of
from optimizer.report.explain_parts import ConflictPart  # noqa: TC001  pydantic reads annotations when it runs
from optimizer.report.intervals import interval_text
from optimizer.report.rows import ExactText, Number, Part
from optimizer.report.wording import money
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from optimizer.explain.why import Reason
    from optimizer.rules.limit import Limit


class BlockingPart(Part):
    """A limit that one block more at the site would break in the plan as it is."""

    key: str
    group: str
    setting: str
    citation: str


class WhyDocument(Part):
    """Why one site is used or not. Money is what the plan loses by the question's answer being the other one."""

    schema_version: Literal["1.4"]
    kind: Literal["why"]
    site: str
    country: str
    accelerator: str | None
    period: str | None
    """By when it should stand there; null: by the end of the plan."""
    used: bool
    currency: str
    objective: Number
    objective_exact: ExactText
    money_resolution: Number | None
    impossible: bool
    """Not used: no plan uses it. Used: no plan is left without it, it is irreplaceable."""
    cost_lower: Number | None
    """What forcing it open (or, of a used site, doing without it) costs, at least; null where it is impossible."""
    cost_lower_exact: ExactText | None
    cost_upper: Number | None
    cost_upper_exact: ExactText | None
    sites_instead: tuple[str, ...]
    """Sites used in the other plan and not in this one."""
    in_the_way: tuple[BlockingPart, ...]
    conflict: ConflictPart | None
    """What rules it out, or holds it in."""
    energy_price_today: Number | None
    """The highest of any period, per MWh."""
    energy_price: Number | None
    """A price, the same in every period, at which the site is proven to be used; null where none was found."""
    energy_price_exact: ExactText | None
    value_multiplier_today: Number
    value_multiplier: Number | None
    """A multiplier at which the site is proven to be used; null where none was found."""
    value_multiplier_exact: ExactText | None
    sentences: tuple[str, ...]


def compose_why(reason: Reason, *, sites_instead: tuple[str, ...]) -> WhyDocument:
    """Return the document of an answer."""
    case, question = reason.outcome.case, reason.question
    site = case.plan.sites[question.site]
    lower = None if reason.is_impossible else reason.lower
    objective = reason.outcome.objective or Fraction(0)
    return WhyDocument(
        schema_version="1.4",
        kind="why",
        site=site.key,
        country=site.country,
        accelerator=None if question.sku is None else case.plan.accelerators[question.sku].key,
        period=None if question.period is None else case.plan.horizon.labels[question.period],
        used=reason.is_used,
        currency=case.plan.economics.currency,
        objective=plain(objective),
        objective_exact=format_exact(objective),
        money_resolution=plain_or_none(resolution_of(reason.outcome)),
        impossible=reason.is_impossible,
        cost_lower=plain_or_none(lower),
        cost_lower_exact=exact_or_none(lower),
        cost_upper=plain_or_none(reason.upper),
        cost_upper_exact=exact_or_none(reason.upper),
        sites_instead=sites_instead,
        in_the_way=tuple(map(_blocking_part, reason.in_the_way)),
        conflict=conflict_part(reason.conflict) if reason.conflict else None,
        energy_price_today=plain(max(site.energy_price_usd_per_mwh)),
        energy_price=plain_or_none(reason.energy_price),
        energy_price_exact=exact_or_none(reason.energy_price),
        value_multiplier_today=plain(site.value_multiplier),
        value_multiplier=plain_or_none(reason.value_multiplier),
        value_multiplier_exact=exact_or_none(reason.value_multiplier),
        sentences=tuple(_sentences(reason, sites_instead)),
    )


def _blocking_part(limit: Limit) -> BlockingPart:
    return BlockingPart(key=limit.key, group=limit.group, setting=limit.setting, citation=limit.citation)


def _sentences(reason: Reason, sites_instead: tuple[str, ...]) -> list[str]:
    case = reason.outcome.case
    site, currency = case.plan.sites[reason.question.site], case.plan.economics.currency
    what = _asked(reason)
    if reason.is_used:
        if reason.is_impossible:
            return [f"{what} is used and irreplaceable: without it no plan exists."]
        instead = f" {', '.join(sites_instead)} would be used instead." if sites_instead else ""
        return [f"{what} is used. Doing without it costs {_cost(reason, currency)}.{instead}"]
    if reason.is_impossible:
        return [f"{what} is not used, and no plan can use it."]
    found = [f"{what} is not used. Forcing it into use costs {_cost(reason, currency)}."]
    if reason.in_the_way:
        keys = ", ".join(limit.key for limit in reason.in_the_way[:6])
        found.append(f"One block more there would break {keys} in the plan as it is.")
    today = max(site.energy_price_usd_per_mwh)
    if reason.energy_price is not None and reason.energy_price < today:
        found.append(
            f"At an energy price of {float(reason.energy_price):,.2f} per MWh in every period ({float(today):,.2f} today) "
            "it would be used."
        )
    elif reason.energy_price is None:
        found.append("No energy price, not even a free one, was found at which it would be used.")
    if reason.value_multiplier is not None:
        found.append(
            f"At a value multiplier of {float(reason.value_multiplier):,.4f} ({float(site.value_multiplier):,.4f} today) "
            "it would be used."
        )
    return found


def _cost(reason: Reason, currency: str) -> str:
    resolution = resolution_of(reason.outcome)
    if reason.lower <= 0 and resolution:
        most = "an unknown amount" if reason.upper is None else f"at most {money(reason.upper, currency)}"
        return f"{most}, which the gap hides (money resolution {money(resolution, currency)})"
    return interval_text(reason.lower, reason.upper, currency, resolution)


def _asked(reason: Reason) -> str:
    case, question = reason.outcome.case, reason.question
    site = case.plan.sites[question.site].key
    what = site if question.sku is None else f"{case.plan.accelerators[question.sku].key} at {site}"
    return what if question.period is None else f"{what} by {case.plan.horizon.labels[question.period]}"
