"""Limits in words, and the comparison with the texts in `golden/`.

`UPDATE_GOLDEN=1 pytest tests/rules` writes the texts anew; read the difference before keeping it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.rules.limit import (
    WORLD,
    Entered,
    Exact,
    Expression,
    Limit,
    Modules,
    Moved,
    Opened,
    Placed,
    Present,
    Sense,
    Served,
    Standing,
    Unbound,
    Variable,
    Vintage,
)
from optimizer.rules.measures import UNIT_NAMES
from tests.builders import limits_of

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.schema.plan import Plan

GOLDEN = Path(__file__).parent / "golden"
SIDE = {Sense.AT_MOST: "at most", Sense.AT_LEAST: "at least"}


def assert_golden(case: Case, rule: str, file: str) -> None:
    """Compare the limits that a rule makes for a case with the golden text of that name."""
    text = "\n".join(describe(case.plan, limit) for limit in limits_of(case, rule))
    path = GOLDEN / f"{file}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def describe(plan: Plan, limit: Limit) -> str:
    """Return a limit as a lawyer would read it."""
    lines = {
        "usage": _expression(plan, limit.usage),
        SIDE[limit.sense]: _expression(plan, limit.allowance),
        "unit": limit.unit,
        "kind": limit.kind.value,
        "setting": limit.setting,
        "citation": limit.citation,
    }
    return f"{limit.key}\n" + "".join(f"    {name:<10}{words}\n" for name, words in lines.items())


def _expression(plan: Plan, expression: Expression) -> str:
    parts = [_term(plan, variable, coefficient) for variable, coefficient in expression.terms]
    if expression.constant or not parts:
        parts.append(f"+ {expression.constant}")
    return " ".join(parts).removeprefix("+ ")


def _term(plan: Plan, variable: Variable, coefficient: Exact) -> str:
    factor = "" if abs(coefficient) == 1 else f"{abs(coefficient)} x "
    return f"{'-' if coefficient < 0 else '+'} {factor}{_name(plan, variable)}"


def _name(plan: Plan, variable: Variable) -> str:  # noqa: PLR0911  one return a kind of variable
    period = plan.horizon.labels[variable.period]
    match variable:
        case Standing(site, accelerator, _):
            return f"({plan.accelerators[accelerator].key} standing at {plan.sites[site].key} in {period})"
        case Opened(site, _):
            return f"({plan.sites[site].key} open in {period})"
        case Placed(measure, place, _):
            where = "worldwide" if place == WORLD else f"in {place}"
            return f"({UNIT_NAMES[measure]} placed {where} in {period})"
        case Served(site, workload, _):
            return f"(TPP at {plan.sites[site].key} that serves {plan.workloads[workload].key} in {period})"
        case Modules(hall, _):
            return f"(modules of {hall} in {period})"
        case Present(sites, _):
            return f"(any of {', '.join(plan.sites[site].key for site in sites)} open in {period})"
        case _:
            return f"({_counted(plan, variable)})"


def _counted(plan: Plan, variable: Entered | Unbound | Vintage | Moved) -> str:
    period, chip = plan.horizon.labels[variable.period], plan.accelerators[variable.accelerator].key
    match variable:
        case Entered(gate, _, path, _):
            return f"{chip} entered through {gate} by {path} by {period}"
        case Unbound(country, site, _, _):
            return f"{chip} placed in {country or plan.sites[site].key} by {period} beyond what is bound to it"
        case Vintage(site, _, bought, when):
            where = plan.sites[site].key
            of_age = f"{chip} of {plan.horizon.labels[bought]} standing at {where} in {period}"
            return f"{chip} placed at {where} in {period}" if bought == when else of_age
        case Moved(kind, site, _, bought, _):
            return (
                f"{chip} of {plan.horizon.labels[bought]}, {kind.replace('_', ' ')}, {plan.sites[site].key} in {period}"
            )
