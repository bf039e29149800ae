"""Which legal paths are open for a controlled chip at a site in a period, from the text of the rule.

Paths go by these names: aia, uveu, nveu, licence (within the country allocation), licence_tier1_owner, licence_in_tier1,
licence_in_tier1_uncapped, lpp, and one `listed_licence/NAME` for each row of listed licences.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.oracle import law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracle.diffusion_facts import Company, Licence, Span


def listed_path(licence: Licence) -> str:
    """Return the name of the path that one listed licence opens."""
    return f"listed_licence/{licence.name}"


def open_paths(company: Company, site: str, accelerator: str, period: int) -> list[str]:
    """Return the paths open at a site for a controlled accelerator in a period in which the rule is in force."""
    owner, operator = company.owner_tier(period), company.tier(company.operators[site], period)
    where = company.tier(company.destination(site), period)
    if 3 in {owner, operator, where}:  # 742.6(b)(10)(iii), 748.15(b)(2), 740.29: nothing for Tier 3, by place or parent
        return []
    found = []
    if owner == operator == where == 1:
        found.append("aia")  # 740.27: located and headquartered in Tier 1
    if owner == operator == 1 and _covers(company, company.uveu, site, period, "new_site_notice_days"):
        found.append("uveu")  # 748.15(b)(2)(i); an operator must itself hold UVEU
    if _nveu_may_be_used(company, site, period):
        found.append("nveu")
    found += _presumed_licences(company, period, where, {owner, operator})
    found += [listed_path(licence) for licence in _valid_licences(company, site, accelerator, period)]
    return [*found, "lpp"]  # 740.29: any destination but Tier 3


def _covers(company: Company, authorisation: Span | None, site: str, period: int, notice_days: str) -> bool:
    """Return whether an authorisation is valid all period long and a site's notice has run out when it begins."""
    first, last = company.days(period)
    if authorisation is None or not authorisation.covers(first, last):
        return False
    if site in company.covered_from:
        return first >= company.covered_from[site]
    if company.plan.sites[site].has_installed:
        return True  # an existing location
    notice = timedelta(days=int(company.settings[notice_days]))
    given = max(company.plan.first_days[0], authorisation.first)
    return first >= given + notice


def _nveu_may_be_used(company: Company, site: str, period: int) -> bool:
    ended = company.days(period)[1] > company.day("nveu_until")
    if ended and company.settings["nveu_after"] == "closed":
        return False
    return _covers(company, company.nveu.get(company.destination(site)), site, period, "nveu_new_site_notice_days")


def _presumed_licences(company: Company, period: int, where: int, parents: set[int]) -> Iterator[str]:
    """Yield the licences that the review policy presumes to be approved: 742.6(b)(10)(iii)."""
    settings = company.settings
    if settings["licences"] != "presumed":
        return
    ended = company.days(period)[1] > company.day("country_allocation_until")
    is_granted = not (ended and settings["country_allocation_after"] == "closed")
    if where == 2:
        if is_granted:
            yield "licence"
        if parents == {1} and settings["tier1_without_uveu"] == "presumed_approved":
            yield "licence_tier1_owner"
        return
    if settings["tier2_headquarters_in_tier1"] == "debit_headquarters" and is_granted:
        yield "licence_in_tier1"
    if settings["tier2_headquarters_in_tier1"] == "presumed_approved":
        yield "licence_in_tier1_uncapped"


def _valid_licences(company: Company, site: str, accelerator: str, period: int) -> Iterator[Licence]:
    for licence in company.licences:
        fits = licence.destination == company.destination(site) and licence.accelerator in {None, accelerator}
        if fits and licence.span.covers(*company.days(period)):
            yield licence


def debited(company: Company, site: str, period: int) -> str | None:
    """Return whose allocation a licence in Tier 1 is charged to: the Tier 2 parent's, the owner's before the operator's."""
    for parent in (company.plan.headquarters, company.operators[site]):
        if company.tier(parent, period) == 2:
            return law.destination(parent)
    return None
