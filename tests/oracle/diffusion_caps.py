"""How much each quantity limit of the rule leaves to the plan, in TPP, and which stock each share is tested on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.oracle import law
from tests.oracle.plan_facts import absolute_period, carried_forward

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracle.diffusion_facts import Company


def allocation_room(company: Company, country: str, period: int) -> Fraction | None:
    """Return what is left of a country's allocation to the entries of the plan; None where it limits nothing.

    15 CFR 742.6(b)(10)(iii)(B)-(C): cumulative TPP licensed to a Tier 2 destination since 2025, shared by all buyers.
    """
    ended = company.days(period)[1] > company.day("country_allocation_until")
    lifted = ended and company.settings["country_allocation_after"] == "none"
    if not company.in_force(period) or lifted or company.tier(country, period) != 2:
        return None
    cap = Fraction(int(company.settings["country_allocation"]))
    if country in company.countries("government_assurances"):
        cap *= 1 + company.shares("assurances_increase")
    own = 0
    for row in company.stock:
        licensed = row.path in {"licence", "listed_licence"} and row.destination == country
        if licensed and row.placed_on is not None and row.placed_on >= company.day("country_allocation_from"):
            own += row.tpp
    if own > cap:
        return cap - own
    per_year = company.plan.periods_per_year
    now = absolute_period(company.plan.labels[period], per_year)
    for code, rows in company.plan.external_use.items():
        if law.destination(code) == country:
            cap -= carried_forward(rows, "tpp", now, per_year)
    # What others leave less than the company has is no breach of the company's: it gets no more.
    return max(Fraction(0), cap - own)


def nveu_room(company: Company, country: str, period: int) -> int | None:
    """Return what is left of the NVEU table in one country; None where it limits nothing.

    15 CFR 748.15(a)(2)(iii)(B), Table 1: installed base of one company in one country; the strictest day counts.
    """
    first, last = company.days(period)
    ended = last > company.day("nveu_until")
    if not company.in_force(period) or (ended and company.settings["nveu_after"] == "none"):
        return None
    table = company.settings["nveu_installed_base"]
    begins = {label: date(int(label[:4]), 3 * int(label[5]) - 2, 1) for label in table}
    running = [label for label in table if begins[label] <= last]
    current = max((label for label in running if begins[label] <= first), default=min(table))
    cap = min(table[label] for label in running if begins[label] > first or label == current)
    return int(cap) - sum(row.tpp for row in company.stock if row.path == "nveu" and row.destination == country)


def lpp_room(company: Company, year: int) -> int:
    """Return what is left of the parent's LPP allowance in a calendar year: 15 CFR 740.29."""
    received = (row.tpp for row in company.stock if row.path == "lpp" and row.placed_on and row.placed_on.year == year)
    return int(company.settings["lpp_tpp_per_year"]) - sum(received)


@dataclass(frozen=True)
class ShareTest:
    """One share of Supplement No. 10 to part 748, paragraph 6, tested on the stock at the close of a period."""

    name: str
    places: frozenset[str]
    share: Fraction
    stock_of: int
    """The period whose additions are the last to count; -1: the installed fleet alone."""
    is_least: bool = False

    @property
    def by_path(self) -> bool:
        """Whether the reading `uveu_only` applies: to the limits outside Tier 1, not to the home share."""
        return not self.is_least


def share_tests(company: Company) -> Iterator[ShareTest]:
    """Yield every test of a share that falls into the plan."""
    for period in range(company.plan.num_periods):
        if not company.in_force(period) or not company.has_uveu(period) or company.owner_tier(period) != 1:
            continue
        reported = _stocks_reported(company, period)
        if law.destination(company.plan.headquarters) == "US":
            for stock_of in reported:
                label = company.plan.labels[period]
                yield ShareTest(f"home share {label}", frozenset({"US"}), company.shares("home_share"), stock_of, True)
        only_dates = company.settings["share_test_times"] == "on_reporting_dates"
        for stock_of in reported if only_dates else [_counted(company, period)]:
            yield from _outside_tier_1(company, period, stock_of)


def _outside_tier_1(company: Company, period: int, stock_of: int) -> Iterator[ShareTest]:
    label = company.plan.labels[period]
    outside = frozenset(where for where in company.destinations() if company.tier(where, period) != 1)
    yield ShareTest(f"share outside Tier 1 {label}", outside, company.shares("outside_tier1_share"), stock_of)
    for where in sorted(outside):
        share = company.shares("destination_share")
        yield ShareTest(f"destination share {where} {label}", frozenset({where}), share, stock_of)


def _stocks_reported(company: Company, period: int) -> list[int]:
    """Return the stocks tested for the reporting dates inside a period (paragraph 10), none without such a date."""
    first, last = company.days(period)
    written = company.settings["reporting_dates"]
    days = written.split(";") if isinstance(written, str) else written
    dates = [date.fromisoformat(f"{first.year}-{day}") for day in days]
    if not any(first <= day <= last and company.in_force_on(day) for day in dates):
        return []
    which, found = company.settings["reporting_date_stock"], []
    if which in {"opening", "both"} and company.in_force(period - 1):
        found.append(_counted(company, period - 1))
    if which in {"closing", "both"}:
        found.append(_counted(company, period))
    return found


def _counted(company: Company, period: int) -> int:
    """Return the last period whose additions count in a test of a period's stock."""
    delay = 1 if company.settings["counted_from"] == "installation" else 0
    return max(-1, period - delay)
