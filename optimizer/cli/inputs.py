"""From what was typed to a case: plan, policy, changed settings, placement. Imports no solver."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from optimizer.cli.typed import in_typed_words
from optimizer.errors import InputError

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement
    from optimizer.schema.plan import Plan

POLICY_PREFIX = "policy."


NO_MODULES = (
    "the placement has no modules of halls, so none are taken to stand: halls.csv beside a placement.csv, or `halls` in a "
    "JSON, says which do"
)


def open_plan(path: Path, policy: str | None = None, settings: Sequence[str] | None = None) -> Plan:
    """Return the plan with the policy and the values typed on the command line in place of its own.

    With another policy the plan's own settings of its policy are dropped; those typed with `--set policy.` stay. Raises
    InputError for whatever is wrong with the plan, BadParameter for a `--set` that does not say KEY=VALUE.
    """
    from optimizer.files.overrides import under_policy
    from optimizer.files.read_plan import read_plan

    check_settings(settings, policy)
    try:
        plan = read_plan(path, tuple(settings or ()))
    except InputError as error:
        raise in_typed_words(error, settings or ()) from None
    if policy is None:
        return plan
    return under_policy(plan, policy, settings or ())


def open_case(path: Path, policy: str | None = None, settings: Sequence[str] | None = None) -> Case:
    """Return the plan under its policy; raises as `open_plan` does, and InputError for a policy that does not fit."""
    from optimizer.rules.case import make_case

    return make_case(open_plan(path, policy, settings))


def open_placement(path: Path | None, plan: Plan) -> Placement | None:
    """Return the placement in a file, None where no file was named."""
    if path is None:
        return None
    from optimizer.files.read_placement import read_placement

    placement = read_placement(path, plan)
    at_halls = {plan.site_index[hall.site] for hall in plan.halls}
    if not placement.modules and any(site in at_halls for site, _ in placement.standing_units):
        typer.echo(NO_MODULES, err=True)
    return placement


def check_settings(settings: Sequence[str] | None, policy: str | None) -> None:
    """Raise BadParameter for a `--set` that does not say KEY=VALUE, or that names a policy beside `--policy`."""
    for setting in settings or ():
        _check_setting(setting, policy)


def _check_setting(setting: str, policy: str | None) -> None:
    key, equals, _ = setting.partition("=")
    if not equals or not key.strip():
        msg = f"{setting!r} is not KEY=VALUE, such as policy.home_share=45/100"
        raise typer.BadParameter(msg, param_hint="'--set'")
    if policy is not None and key.strip() == f"{POLICY_PREFIX}name":
        msg = "policy.name is what --policy says; give one of the two"
        raise typer.BadParameter(msg, param_hint="'--set'")
