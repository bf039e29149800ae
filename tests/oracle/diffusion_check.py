"""A second opinion on a result under the diffusion rule: `diffusion_problems(plan_document, result)`.

Recomputes every limit from the placements and from the paths that the result states in `entries`. Site by site the
entries of a destination need only be possible: some split of each site's additions over paths open there adds up to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from tests.oracle.diffusion_caps import ShareTest, allocation_room, lpp_room, nveu_room, share_tests
from tests.oracle.diffusion_facts import AFTER_EVERY_PLAN, BEFORE_EVERY_PLAN, Company, Span, as_day, read_company
from tests.oracle.diffusion_paths import debited, listed_path, open_paths
from tests.oracle.diffusion_weights import misplaced_service
from tests.oracle.independent_checker import broken_plan_limits, objective_problems
from tests.oracle.standing import Standing, read_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.oracle.plan_facts import Row

SIMPLE_PATHS = {
    "aia",
    "uveu",
    "nveu",
    "licence",
    "licence_tier1_owner",
    "licence_in_tier1",
    "licence_in_tier1_uncapped",
    "lpp",
}


@dataclass(frozen=True)
class Entry:
    """Units of one accelerator that enter a destination by a path in a period."""

    period: int
    destination: str
    path: str
    accelerator: str
    units: int


@dataclass(frozen=True)
class Account:
    """A placement of a company with the paths that its units entered by."""

    company: Company
    standing: Standing
    entries: tuple[Entry, ...]

    def entered(self, period: int, paths: set[str], where: str | None = None, since: int = 0) -> int:
        """Return the TPP that entered by some paths from one period to another, into one destination or all."""
        return sum(
            entry.units * self.company.tpp[entry.accelerator]
            for entry in self.entries
            if since <= entry.period <= period and entry.path in paths and where in {None, entry.destination}
        )

    def placed(self, where: str, period: int) -> int:
        """Return the controlled TPP of the plan that stands in a destination; before the plan there is none."""
        return sum(
            self.standing.placed(site, key, period) * tpp
            for site in self.company.plan.sites
            for key, tpp in self.company.tpp.items()
            if self.company.destination(site) == where
        )

    def added(self, site: str, accelerator: str, period: int) -> int:
        """Return the units that a site adds."""
        return self.standing.added(site, accelerator, period)


def diffusion_problems(plan_document: Row, result: Row) -> list[str]:
    """Return every way in which a result breaks its plan or the rule, in words; empty when all is good."""
    chosen = [row["name"] for row in result.get("authorisations", {}).get("alternatives") or [] if row.get("chosen")]
    is_auto = plan_document["policy"].get("authorisations") == "auto"
    if is_auto and len(chosen) != 1:
        return [f"`auto` has chosen {chosen}"]
    company = read_company(plan_document, chosen[0] if is_auto else None)
    try:
        standing, problems = read_result(company.plan, result)
        account = Account(company, standing, tuple(_read_entries(company, result)))
    except (KeyError, TypeError, ValueError) as error:
        return [f"the result cannot be read: {error!r}"]
    problems += broken_plan_limits(standing)
    if not any("not allowed" in problem for problem in problems):
        problems += objective_problems(standing, result)
    problems += _stated_entries(company, result)
    problems += _stated_holding(company, result)
    return problems + legal_problems(account)


def legal_problems(account: Account) -> list[str]:
    """Return every limit of the rule that a placement with its entries breaks."""
    judges: tuple[Callable[[Account], Iterator[str]], ...] = (
        *(_closures, _paths, _quantities, _licences, _shares),
        misplaced_service,
    )
    return [problem for judge in judges for problem in judge(account)]


def _read_entries(company: Company, result: Row) -> Iterator[Entry]:
    for row in result.get("entries") or []:
        path, units = _path_of(company, str(row["path"])), int(row["units_added"])
        period, accelerator = company.plan.index[str(row["period"])], str(row["accelerator"])
        if accelerator not in company.tpp:
            msg = f"unknown accelerator {accelerator}"
            raise ValueError(msg)
        yield Entry(period, str(row["destination"]), path, accelerator, units)


def _path_of(company: Company, written: str) -> str:
    """Return the oracle's name of a path; each listed licence is one, `listed_licence/REFERENCE`."""
    listed = {f"listed_licence/{licence.name}": listed_path(licence) for licence in company.licences}
    if written not in {*SIMPLE_PATHS, *listed}:
        msg = f"unknown path {written}"
        raise ValueError(msg)
    return listed.get(written, written)


def _stated_entries(company: Company, result: Row) -> Iterator[str]:
    """Yield where the rows of `entries` contradict themselves."""
    standing: dict[tuple[str, ...], int] = {}
    for row in sorted(result.get("entries") or [], key=lambda row: company.plan.index[str(row["period"])]):
        key = tuple(str(row[column]) for column in ("destination", "gate", "path", "accelerator"))
        standing[key] = standing.get(key, 0) + int(row["units_added"])
        where = f"entries {' '.join(key)} {row['period']}"
        if int(row["units_added"]) < 0:
            yield f"{where}: units leave their path"
        if int(row["units_standing"]) != standing[key]:
            yield f"{where}: {row['units_standing']} units_standing, {standing[key]} have entered"
        if int(row["tpp_standing"]) != standing[key] * company.tpp[str(row["accelerator"])]:
            yield f"{where}: {row['tpp_standing']} tpp_standing"


def _stated_holding(company: Company, result: Row) -> Iterator[str]:
    for row in result.get("authorisations", {}).get("held") or []:
        if row["type"] in {"UVEU", "NVEU"}:
            days = (row.get("valid_from"), row.get("valid_until"))
            stated = Span(as_day(days[0], BEFORE_EVERY_PLAN), as_day(days[1], AFTER_EVERY_PLAN))
            ours = company.uveu if row["type"] == "UVEU" else company.nveu.get(str(row["destination"]))
            if stated != ours:
                yield f"{row['type']} {row.get('destination')} is held from {days[0]} to {days[1]}, not {ours}"


def _closures(account: Account) -> Iterator[str]:
    company = account.company
    for period, when in enumerate(company.plan.labels):
        for site in company.plan.sites.values():
            added = sum(account.added(site.key, key, period) for key in company.tpp)
            if added and company.is_closed(site.country, period):
                yield f"{site.key}: {added} units added in {when} in {site.country}, closed (Tier 3)"
            if added and company.is_closed(company.plan.headquarters, period):
                yield f"{site.key}: {added} units added in {when} by a company headquartered in Tier 3"


def _paths(account: Account) -> Iterator[str]:
    """Yield controlled additions without a path, and paths used where they are not open."""
    company = account.company
    for period, when in enumerate(company.plan.labels):
        if not company.in_force(period):
            continue
        for where in sorted({company.destination(site) for site in company.plan.sites}):
            for key, tpp in company.tpp.items():
                entries = [row for row in account.entries if (row.period, row.accelerator) == (period, key)]
                entries = [row for row in entries if row.destination == where]
                if entries and not tpp:
                    yield f"{key} needs no path, {where} {when} states one"
                elif tpp:
                    yield from (
                        f"{key} in {where} {when}: {words}"
                        for words in _uncovered(account, entries, key, period, where)
                    )


def _uncovered(account: Account, entries: list[Entry], key: str, period: int, where: str) -> Iterator[str]:
    """Yield every group of sites that adds more units than enter by paths open at any of them (Hall's condition)."""
    company = account.company
    added = {
        site: account.added(site, key, period) for site in company.plan.sites if company.destination(site) == where
    }
    if (stated := sum(entry.units for entry in entries)) != sum(added.values()):
        yield f"{sum(added.values())} units are added, {stated} enter"
        return
    open_at = {site: set(open_paths(company, site, key, period)) for site in added}
    for size in range(1, len(added) + 1):
        for group in combinations(added, size):
            usable = set().union(*(open_at[site] for site in group))
            enter = sum(entry.units for entry in entries if entry.path in usable)
            if (needed := sum(added[site] for site in group)) > enter:
                yield f"{needed} units are added at {', '.join(group)}, {enter} enter by {sorted(usable)}"


def _quantities(account: Account) -> Iterator[str]:
    company = account.company
    charged = [_charged(company, period) for period in range(company.plan.num_periods)]
    parents = {parent for by_place in charged for listed in by_place.values() for parent in listed}
    for period, when in enumerate(company.plan.labels):
        if not company.in_force(period):
            continue
        for where in sorted({*company.destinations(), *parents}):
            licensed = _licensed(account, where, period)
            if (left := allocation_room(company, where, period)) is not None and licensed > left:
                yield f"country allocation {where} {when}: {licensed} TPP, {float(left)} left"
            nveu = account.entered(period, {"nveu"}, where)
            if (base := nveu_room(company, where, period)) is not None and nveu > base:
                yield f"NVEU installed base {where} {when}: {nveu} TPP, {base} left"
        year = company.days(period)[0].year
        since = min(k for k in range(company.plan.num_periods) if company.days(k)[0].year == year)
        received = account.entered(period, {"lpp"}, since=since)
        if received > lpp_room(company, year):
            yield f"LPP {when}: {received} TPP in {year}, {lpp_room(company, year)} left"


def _licensed(account: Account, where: str, period: int) -> int:
    """Return the TPP of the plan that counts toward a country's allocation."""
    company = account.company
    listed = {listed_path(licence) for licence in company.licences}
    amount = account.entered(period, {"licence", *listed}, where)
    for earlier in range(period + 1):
        if not company.in_force(earlier) and company.days(earlier)[0] >= company.day("country_allocation_from"):
            amount += account.placed(where, earlier) - account.placed(where, earlier - 1)
        for place, parents in _charged(company, earlier).items() if company.in_force(earlier) else ():
            entered = account.entered(earlier, {"licence_in_tier1"}, place, since=earlier)
            if where in parents and len(parents) > 1 and entered:
                msg = f"licences in {place} are charged to one of {sorted(parents)}: entries do not say to which"
                raise ValueError(msg)
            amount += entered if where in parents else 0
    return amount


def _charged(company: Company, period: int) -> dict[str, set[str]]:
    """Return the countries whose allocations licences in each Tier 1 destination may be charged to."""
    found: dict[str, set[str]] = {}
    for site in company.plan.sites:
        parent = debited(company, site, period)
        if parent is not None and company.tier(company.destination(site), period) == 1:
            found.setdefault(company.destination(site), set()).add(parent)
    return found


def _licences(account: Account) -> Iterator[str]:
    for licence in account.company.licences:
        entries = [entry for entry in account.entries if entry.path == listed_path(licence)]
        used = sum(
            entry.units * (1 if licence.counts_units else account.company.tpp[entry.accelerator]) for entry in entries
        )
        if used > licence.quantity:
            yield f"licence {licence.name}: {used} of {licence.quantity} {'units' if licence.counts_units else 'TPP'}"


def _shares(account: Account) -> Iterator[str]:
    for test in share_tests(account.company):
        inside, total = _compute(account, test)
        if inside < test.share * total if test.is_least else inside > test.share * total:
            yield f"{test.name}: {inside} of {total} TPP, the limit is {test.share}"


def _compute(account: Account, test: ShareTest) -> tuple[int, int]:
    """Return the TPP that a share limits and the TPP it is taken of."""
    company, settings, period = account.company, account.company.settings, test.stock_of
    places = {company.destination(site) for site in company.plan.sites}
    standing = sum(account.placed(where, period) for where in places)
    inside = sum(account.placed(where, period) for where in places & test.places)
    total = standing
    if settings["share_denominator"] == "delivered":
        accelerators = company.plan.accelerators.items()
        total = sum(company.tpp[key] * acc.delivered[period] for key, acc in accelerators) if period >= 0 else 0
        inside += total - standing if settings["holding_country"] in test.places else 0
    stock = [row for row in company.stock if row.destination in test.places]
    if test.by_path and settings["share_counts"] == "uveu_only":
        inside = sum(account.entered(period, {"uveu"}, where) for where in test.places)
        stock = [row for row in stock if row.path == "uveu"]
    return inside + sum(row.tpp for row in stock), total + sum(row.tpp for row in company.stock)
