"""A result read back into what stands where and what is open, with the inconsistencies of its own rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.oracle.plan_facts import PlanFacts, Row, SiteFacts, exact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Standing:
    """What a result says stands where: units of the plan by (site, accelerator), and first open periods."""

    plan: PlanFacts
    units: Mapping[tuple[str, str], tuple[int, ...]]
    opened: Mapping[str, int]
    served: Mapping[tuple[str, str, int], int] = field(default_factory=dict)
    """TPP by (site, workload, period)."""

    def placed(self, site: str, accelerator: str, period: int) -> int:
        """Return the plan's units standing; before the horizon there are none."""
        return self.units.get((site, accelerator), (0,) * self.plan.num_periods)[period] if period >= 0 else 0

    def added(self, site: str, accelerator: str, period: int) -> int:
        """Return the plan's units added in a period."""
        return self.placed(site, accelerator, period) - self.placed(site, accelerator, period - 1)

    def is_open(self, site: SiteFacts, period: int) -> bool:
        """Return whether a site is open: installed stock, an opening, or units standing."""
        opened = self.opened.get(site.key)
        in_use = any(self.placed(site.key, key, period) for key in self.plan.accelerators)
        return site.has_installed or in_use or (opened is not None and opened <= period)


def read_result(plan: PlanFacts, result: Row) -> tuple[Standing, list[str]]:
    """Return the placement of a result, and what is inconsistent in its rows."""
    problems: list[str] = []
    units: dict[tuple[str, str], list[int]] = {}
    stated: dict[tuple[str, str, int], int] = {}
    for row in result.get("placements") or []:
        site, accelerator, period = str(row["site"]), str(row["accelerator"]), plan.index[str(row["period"])]
        if row["country"] != plan.sites[site].country:
            problems.append(f"{site} lies in {plan.sites[site].country}, the result says {row['country']}")
        if accelerator not in plan.accelerators:
            msg = f"unknown accelerator {accelerator}"
            raise ValueError(msg)
        if (site, accelerator, period) in stated:
            problems.append(f"{site} {accelerator} {row['period']} is listed twice")
        if exact(row["units_standing"]).denominator != 1 or exact(row["units_added"]).denominator != 1:
            msg = f"{site} {accelerator} {row['period']}: fractional units"
            raise ValueError(msg)
        stated[site, accelerator, period] = int(row["units_added"])
        units.setdefault((site, accelerator), [0] * plan.num_periods)[period] = int(row["units_standing"])
    opened = _openings(plan, result, problems)
    rows = {pair: tuple(row) for pair, row in units.items()}
    standing = Standing(plan, rows, opened, _served(plan, result, problems))
    for (site, accelerator, period), added in stated.items():
        if added != standing.added(site, accelerator, period):
            problems.append(f"{site} {accelerator} {plan.labels[period]}: units_added {added} is not the rise in stock")
    return standing, problems


def _openings(plan: PlanFacts, result: Row, problems: list[str]) -> dict[str, int]:
    opened: dict[str, int] = {}
    for row in result.get("openings") or []:
        site, period = str(row["site"]), plan.index[str(row["period"])]
        if site not in plan.sites:
            msg = f"unknown site {site}"
            raise ValueError(msg)
        if site in opened:
            problems.append(f"{site} is opened twice")
        opened[site] = period
    return opened


def _served(plan: PlanFacts, result: Row, problems: list[str]) -> dict[tuple[str, str, int], int]:
    served: dict[tuple[str, str, int], int] = {}
    for row in result.get("served") or []:
        where = (str(row["site"]), str(row["workload"]), plan.index[str(row["period"])])
        if where[0] not in plan.sites or where[1] not in {one["workload"] for one in plan.workloads}:
            msg = f"unknown site or workload in {where}"
            raise ValueError(msg)
        if where in served:
            problems.append(f"{where} is served twice")
        if exact(row["served_tpp"]).denominator != 1:
            msg = f"{where}: a part of one TPP"
            raise ValueError(msg)
        served[where] = int(row["served_tpp"])
    return served


def in_scope(plan: PlanFacts, row: Row) -> Callable[[str | None, str], bool]:
    """Return the test whether a place (site key or None, country) lies in a commitment's scope."""

    def inside(site: str | None, country: str) -> bool:
        if row.get("site") is not None:
            return bool(site == row["site"])
        if row.get("region") is not None:
            return site is not None and plan.sites[site].region == row["region"]
        return bool(country == row["country"])

    return inside


def place(plan: PlanFacts, installed: Row) -> tuple[str | None, str]:
    """Return (site or None, country) of an installed row."""
    site = installed.get("site")
    return (site, plan.sites[site].country) if site else (None, str(installed["country"]))
