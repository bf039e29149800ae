"""A plan on disk, or as a dictionary, to a Plan. This is the reading in order.

    files -> raw text with places -> settings -> tables, one concern at a time -> Plan

Every problem of every file is collected on the way and raised together at the end.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.files.columns import ACCELERATORS, DELIVERIES, INSTALLED, SITES, TABLES, VALUES
from optimizer.files.context import Context
from optimizer.files.document import read_raw
from optimizer.files.overrides import apply_overrides
from optimizer.files.problems import Place, Problems, name_of, refuse
from optimizer.files.raw import RawPlan, raw_plan_of
from optimizer.files.read_accelerators import from_catalogue, in_key_order, read_accelerators
from optimizer.files.read_authorisations import read_authorisations
from optimizer.files.read_commitments import read_commitments
from optimizer.files.read_external_use import read_external_use
from optimizer.files.read_goals import check_goals
from optimizer.files.read_halls import read_halls
from optimizer.files.read_installed import only_installed, read_installed
from optimizer.files.read_last_plan import read_last_plan
from optimizer.files.read_openings import read_exclusions, read_opening_limits
from optimizer.files.read_resources import read_resource_use, read_resources
from optimizer.files.read_settings import Settings, read_settings
from optimizer.files.read_sites import read_sites
from optimizer.files.read_values import read_unit_costs, read_values
from optimizer.files.read_workloads import read_workloads
from optimizer.files.records import read_records
from optimizer.files.workload_columns import WORKLOADS
from optimizer.schema.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.files.assumptions import Assumptions
    from optimizer.schema.calendar import Horizon
    from optimizer.schema.last_plan import LastPlan
    from optimizer.schema.plan import Accelerator, Company, Site

NEEDED = (SITES, ACCELERATORS, DELIVERIES)
"""Tables without which there is nothing to place; a plan that only lists an installed fleet may leave them out."""


def read_plan(path: str | Path, overrides: Sequence[str] = ()) -> Plan:
    """Return the plan in a directory or a JSON file, after changes such as `policy.home_share=45/100`.

    Raises InputError with every problem in all files.
    """
    problems = Problems()
    raw = read_raw(Path(path), problems)
    if overrides:
        problems.raise_any()
        raw = raw.with_document(apply_overrides(raw.document(), overrides))
    return interpret(raw, problems)


def plan_from_dict(document: Mapping[str, object], *, base: str | Path = ".", name: str = "plan") -> Plan:
    """Return the plan in a dictionary of the form of a JSON plan; relative paths in it start from `base`.

    Raises InputError with every problem.
    """
    problems = Problems()
    return interpret(raw_plan_of(document, file=None, base=Path(base), name=name, problems=problems), problems)


def interpret(raw: RawPlan, problems: Problems) -> Plan:
    """Return the plan that raw settings and tables mean; InputError with every problem found so far and here."""
    settings, assumptions = read_settings(raw, problems)
    _check_needed(raw, problems, assumptions)
    extra = only_installed(raw.tables, problems)
    listed = _names(raw, ACCELERATORS.name, "accelerator")
    context = Context(
        horizon=settings.horizon,
        sites=_names(raw, SITES.name, "site"),
        accelerators=None if listed is None else listed | extra,
        regions=_names(raw, SITES.name, "region"),
        workloads=_names(raw, WORKLOADS.name, "workload"),
    )
    is_valued = VALUES.name in raw.tables
    sites = read_sites(raw.tables, context, assumptions, problems, is_valued=is_valued)
    accelerators = read_accelerators(raw.tables, sites, context, assumptions, problems, is_valued=is_valued)
    _add_installed_only(accelerators, extra, context, assumptions)
    installed = read_installed(raw.tables, sites, context, problems)
    commitments = read_commitments(raw.tables, context, problems)
    authorisations = read_authorisations(raw.tables, context, problems)
    values = read_values(raw.tables, context, problems)
    unit_costs = read_unit_costs(raw.tables, accelerators, context, assumptions, problems)
    external_use = read_external_use(raw.tables, context, problems)
    workloads, service = read_workloads(raw.tables, sites, context, assumptions, problems)
    check_goals(settings.goals, raw.tables, problems)
    halls = read_halls(raw.tables, context, assumptions, problems)
    opening_limits = read_opening_limits(raw.tables, context, problems)
    exclusions = read_exclusions(raw.tables, context, problems)
    resources = read_resources(raw.tables, context, problems)
    hall_keys = frozenset(hall.key for hall in halls)
    resource_use = read_resource_use(raw.tables, resources, hall_keys, accelerators, context, assumptions, problems)
    if values is not None and settings.changes.is_any:
        hint = "values.csv says what a unit is worth where it is added, not where it goes"
        problems.add("cannot stand beside values.csv", raw.place, "changes", hint=hint)
    _refuse_unsupported(raw, context, problems)
    last = _last_plan(settings, raw, sites, accelerators, assumptions, problems)
    company, horizon = _readable(settings, problems)
    num_rows = {name: len(table.rows) for name, table in raw.tables.items()}
    return Plan(
        name=settings.name,
        company=company,
        horizon=horizon,
        economics=settings.economics,
        policy=settings.policy,
        sites=sites,
        accelerators=tuple(in_key_order(accelerators)),
        installed=installed,
        commitments=commitments,
        authorisations=authorisations,
        unit_costs=unit_costs,
        external_use=external_use,
        halls=halls,
        opening_limits=opening_limits,
        exclusions=exclusions,
        resources=resources,
        resource_use=resource_use,
        values_usd_per_unit=values,
        workloads=workloads,
        service=service,
        limit_settings=settings.limit_settings,
        goals=settings.goals,
        last=last,
        changes=settings.changes,
        assumptions=assumptions.summary(TABLES, num_rows),
        input_sha256={**raw.input_sha256, **(last.input_sha256 if last else {})},
    )


def _last_plan(
    settings: Settings,
    raw: RawPlan,
    sites: Iterable[Site],
    accelerators: Mapping[str, Accelerator],
    assumptions: Assumptions,
    problems: Problems,
) -> LastPlan | None:
    if settings.last is None or settings.horizon is None:
        return None
    keys = [site.key for site in sites]
    return read_last_plan(settings.last, raw.base, settings.horizon, keys, accelerators, assumptions, problems)


def _check_needed(raw: RawPlan, problems: Problems, assumptions: Assumptions) -> None:
    """Refuse a plan without the tables it needs, and tables that are there and empty."""
    installed = raw.tables.get(INSTALLED.name)
    lists_fleet = installed is not None and bool(installed.rows)
    blamed = {problem.file for problem in problems.found}
    for table in (*NEEDED, VALUES):
        found = raw.tables.get(table.name)
        place = raw.place_of(table.name)
        if found is None and table is not VALUES:
            if not lists_fleet:
                problems.add("is missing", place)
            else:
                assumptions.note(f"{table.name}.csv", "none", "default: the plan only lists an installed fleet")
        elif found is not None and not found.rows and found.place.file not in blamed:
            problems.add("has no rows", place)


def _names(raw: RawPlan, table: str, column: str) -> frozenset[str] | None:
    """Return the names a table defines; None where it could not be read, so that nothing is blamed for its absence."""
    found = raw.tables.get(table)
    if found is None:
        return frozenset() if INSTALLED.name in raw.tables else None
    return frozenset(name_of(row.cells[column]) for row in found.rows if column in row.cells) if found.rows else None


def _add_installed_only(
    accelerators: dict[str, Accelerator], extra: Iterable[str], context: Context, assumptions: Assumptions
) -> None:
    num_periods = context.horizon.num_periods if context.horizon else 0
    for key in sorted(extra):
        accelerator = from_catalogue(key, num_periods, assumptions)
        if accelerator is not None:
            accelerators[key] = accelerator


def _refuse_unsupported(raw: RawPlan, context: Context, problems: Problems) -> None:
    for name, table in raw.tables.items():
        if not TABLES[name].supported:
            read_records(table, TABLES[name], context, problems)


def _readable(settings: Settings, problems: Problems) -> tuple[Company, Horizon]:
    """Return the settings a plan cannot do without; where they are missing, that is among the problems."""
    problems.raise_any()
    if settings.company is None or settings.horizon is None:
        refuse("company and horizon must be given", Place(None))
    return settings.company, settings.horizon
