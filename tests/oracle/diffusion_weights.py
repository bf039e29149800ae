"""Where controlled models may be trained and their weights kept, from paragraphs 7 and 8 of Supplement No. 10 to part 748.

They bind who holds a validated-end-user authorisation, universal or national. Training of a controlled model: Tier 1
only. Weights: Tier 1; elsewhere, except in Macau and Country Group D:5, in facilities owned or operated by somebody whose
ultimate parent is headquartered in Tier 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle.plan_facts import flag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracle.diffusion_check import Account
    from tests.oracle.diffusion_facts import Company


def is_barred(company: Company, workload: str, site: str, period: int) -> bool:
    """Return whether the law keeps a workload out of a site in a period."""
    rows = [row for row in company.plan.workloads if row["workload"] == workload]
    if not any(flag(row.get("controlled_weights", False)) for row in rows) or not _holds_any(company, period):
        return False
    tier = company.tier(company.plan.sites[site].country, period)
    if tier == 1:
        return False
    is_training = any(row.get("kind") == "training" for row in rows)
    return is_training or tier == 3 or 1 not in _parents(company, site, period)


def _holds_any(company: Company, period: int) -> bool:
    spans = [*company.nveu.values(), *([company.uveu] if company.uveu else [])]
    return company.in_force(period) and any(span.touches(*company.days(period)) for span in spans)


def _parents(company: Company, site: str, period: int) -> set[int]:
    """Return the tiers of the ultimate parents of a site's operator and, where that is known, its owner."""
    parents = {company.operators[site]}
    if company.plan.site_rows[site].get("tenure") == "owned":
        parents.add(company.plan.headquarters)
    return {company.tier(parent, period) for parent in parents}


def misplaced_service(account: Account) -> Iterator[str]:
    """Yield every site that serves a workload which the law keeps out of it."""
    for (site, workload, period), tpp in account.standing.served.items():
        if tpp and is_barred(account.company, workload, site, period):
            yield f"{workload} is served at {site} in {account.company.plan.labels[period]}, against the law"
