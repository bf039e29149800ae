"""The settings of a plan: company, horizon, policy, economics, and the planner's own numbers for limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.files.assumptions import Assumptions
from optimizer.files.cells import is_key
from optimizer.files.context import Context
from optimizer.files.keys import (
    CHANGES,
    COLUMN_DEFAULTS,
    COMPANY,
    DEFAULT_CURRENCY,
    DEFAULT_POLICY,
    ECONOMICS,
    GOALS,
    HORIZON,
    LAST,
    LIMIT,
    POLICY,
    TOP,
)
from optimizer.files.problems import Place, Problems
from optimizer.files.raw import RawPlan, RawRow, filled
from optimizer.files.read_goals import read_goals
from optimizer.files.read_last_plan import LastSettings
from optimizer.files.read_limits import read_limit_settings
from optimizer.files.records import Record, read_section
from optimizer.schema.calendar import Horizon, PeriodLength, parse_period
from optimizer.schema.plan import Breach, Changes, Company, Economics, MustPlace, PolicyChoice, Residual
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.files.kinds import Table
    from optimizer.schema.goals import Goals
    from optimizer.schema.plan import LimitSetting

DEFAULT_COMPANY = "the company"
MUST_PLACE = {
    "no": MustPlace.NO,
    "false": MustPlace.NO,
    "by_end": MustPlace.BY_END,
    "true": MustPlace.BY_END,
    "each_period": MustPlace.EACH_PERIOD,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What `plan.toml` says. Parts that could not be read are None, and then there is a problem."""

    name: str
    company: Company | None
    horizon: Horizon | None
    economics: Economics
    policy: PolicyChoice
    limit_settings: Mapping[str, LimitSetting]
    goals: Goals
    changes: Changes
    last: LastSettings | None = None


def read_settings(raw: RawPlan, problems: Problems) -> tuple[Settings, Assumptions]:
    """Return the settings, and the assumptions begun with the plan's own column defaults."""
    sections = _SectionReader(raw, problems)
    top = filled({key: value for key, value in raw.settings.items() if key in TOP.column_names})
    name = read_section(RawRow(raw.place, top), TOP, Context(), problems).text("name") or raw.name
    company = sections.read(COMPANY)
    headquarters = company.text("headquarters")
    horizon_section = sections.read(HORIZON)
    economics = sections.read(ECONOMICS, without=("defaults",))
    assumptions = Assumptions(_column_defaults(sections, economics, problems))
    horizon = _horizon(horizon_section, problems, assumptions)
    changes = _changes(sections.read(CHANGES), assumptions)
    settings = Settings(
        name=name,
        company=Company(company.text("name") or DEFAULT_COMPANY, headquarters) if headquarters else None,
        horizon=horizon,
        economics=_economics(economics, assumptions),
        policy=_policy(sections.read(POLICY), economics.text("holding_country"), raw, problems, assumptions),
        limit_settings=read_limit_settings(
            sections.cells(LIMIT.name, raw.settings.get(LIMIT.name)), raw.place.file, horizon, problems
        ),
        goals=read_goals(sections.read(GOALS), problems),
        changes=changes,
        last=_last(sections, horizon, problems),
    )
    return settings, assumptions


@dataclass(frozen=True, slots=True)
class _SectionReader:
    raw: RawPlan
    problems: Problems

    def cells(self, path: str, value: object) -> dict[str, object]:
        """Return the keys of a section; anything but a section is a problem."""
        place = Place(self.raw.place.file)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.problems.add("expected a table of keys", place, path, value)
            return {}
        if not all(map(is_key, value)):
            self.problems.add("a key must be text", place, path)
            return {}
        return filled(value)

    def read(self, table: Table, *, without: tuple[str, ...] = ()) -> Record:
        """Return the values of a section at the top of the settings."""
        cells = self.cells(table.name, self.raw.settings.get(table.name))
        kept = {key: cell for key, cell in cells.items() if key not in without}
        return self.read_cells(table.name, kept, table)

    def read_cells(self, path: str, cells: Mapping[str, object], table: Table) -> Record:
        """Return the values of a section anywhere."""
        return read_section(RawRow(Place(self.raw.place.file, path=path), cells), table, Context(), self.problems)


def _horizon(section: Record, problems: Problems, assumptions: Assumptions) -> Horizon | None:
    length = PeriodLength(section.text("length") or PeriodLength.QUARTER)
    rate = section.number("annual_discount_rate")
    if rate is None:
        rate = Fraction(0)
        assumptions.note("plan.toml horizon.annual_discount_rate", "0")
    start, num_periods = section.text("start"), section.whole("periods")
    if start is None or "length" in section.unread:
        return None
    try:
        start_index = parse_period(start, length)
    except ValueError as error:
        problems.add(str(error), section.place, "start", start)
        return None
    return None if num_periods is None else Horizon(start_index, num_periods, length, rate)


def _economics(section: Record, assumptions: Assumptions) -> Economics:
    def choice(name: str, default: str) -> str:
        value = section.text(name)
        if value is None:
            assumptions.note(f"plan.toml economics.{name}", default)
        return value or default

    def number(name: str) -> Fraction:
        column = ECONOMICS.column(name)
        value = section.number(name)
        if value is None:
            value = column.default if column and column.default is not None else Fraction(0)
            assumptions.note(f"plan.toml economics.{name}", format_exact(value))
        return value

    return Economics(
        currency=choice("currency", DEFAULT_CURRENCY),
        must_place=MUST_PLACE[choice("must_place", "no")],
        residual=Residual(choice("residual", "life")),
        first_period_share=number("first_period_share"),
        site_life_years=number("site_life_years"),
    )


def _changes(section: Record, assumptions: Assumptions) -> Changes:
    found = Changes(
        retirement=section.flag("retirement"),
        relocation=section.flag("relocation"),
        relocation_cost_usd_per_unit=section.number("relocation_cost_usd_per_unit") or Fraction(0),
        relocation_lead_periods=section.whole("relocation_lead_periods") or 0,
    )
    if found.relocation:
        for name in ("relocation_cost_usd_per_unit", "relocation_lead_periods"):
            if not section.gives(name):
                assumptions.note(f"plan.toml changes.{name}", "0")
    return found


def _column_defaults(sections: _SectionReader, economics: Record, problems: Problems) -> dict[str, Fraction]:
    section = sections.raw.settings.get(ECONOMICS.name)
    written = section.get("defaults") if isinstance(section, Mapping) else None
    cells = sections.cells(COLUMN_DEFAULTS.name, written)
    nested = sections.read_cells(COLUMN_DEFAULTS.name, cells, COLUMN_DEFAULTS)
    found = {}
    for name in COLUMN_DEFAULTS.column_names:
        if nested.gives(name) and economics.gives(name):
            hint = "keep one of economics and economics.defaults"
            problems.add("given twice", nested.place, name, cells[name], hint)
        value = nested.number(name)
        value = economics.number(name) if value is None else value
        if value is not None:
            found[name] = value
    return found


def _last(sections: _SectionReader, horizon: Horizon | None, problems: Problems) -> LastSettings | None:
    """Return what is said of the last plan; None where nothing is."""
    cells = sections.cells(LAST.name, sections.raw.settings.get(LAST.name))
    if not cells:
        return None
    place = Place(sections.raw.place.file, path=LAST.name)
    section = read_section(RawRow(place, cells), LAST, Context(horizon), problems)
    plan = section.text("plan")
    price = section.number("change_price_usd_per_unit") or Fraction(0)
    return None if plan is None else LastSettings(place, plan, section.whole("freeze_through"), price)


def _policy(
    section: Record, holding_country: str | None, raw: RawPlan, problems: Problems, assumptions: Assumptions
) -> PolicyChoice:
    name = section.text("name")
    overrides = {key: value for key, value in section.values.items() if key not in POLICY.column_names}
    breach = Breach(section.text("breach") or Breach.STRICT)
    if name is None:
        name = DEFAULT_POLICY
        assumptions.note("plan.toml policy.name", name)
    elif name.endswith(".toml"):
        path = _resolved(raw.base / name)
        if path is None:
            problems.add("no such policy file", section.place, "name", name, "paths start from the plan's folder")
        name = str(path)
    if holding_country is not None and overrides.setdefault("holding_country", holding_country) != holding_country:
        problems.add("differs from economics.holding_country", section.place, "holding_country")
    return PolicyChoice(name, overrides, breach)


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve() if path.is_file() else None
    except (OSError, ValueError):
        return None
