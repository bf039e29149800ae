"""Numbers and dates of the Framework for Artificial Intelligence Diffusion, typed out from the published text.

Source: Framework for Artificial Intelligence Diffusion, 90 FR 4544 (15 January 2025),
https://www.federalregister.gov/documents/2025/01/15/2025-00636/framework-for-artificial-intelligence-diffusion.
The tiers are those of `law.py`. Where the text leaves a question open, the reading taken by default is named here.
Shares nothing with the tool.
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

NAME = "ai-diffusion-2025"
COMPLIANCE_FROM = date(2025, 5, 15)
"""General compliance date: a period any day of which is on or after it is bound."""

CONTROLLED_ECCNS = ("3A090.a", "4A090.a")
SURELY_CONTROLLED_TPP = 4_800
"""ECCN 3A090.a, first test: from here on a chip is controlled whatever its performance density."""
SURELY_FREE_TPP = 1_600
"""Below this no test of 3A090.a can be met; between the two only the classification tells."""

NVEU_INSTALLED_BASE = MappingProxyType(
    {
        "2025Q1": 633_000_000,
        "2025Q2": 949_500_000,
        "2025Q3": 1_266_000_000,
        "2025Q4": 1_582_500_000,
        "2026Q1": 1_899_000_000,
        "2026Q2": 2_690_250_000,
        "2026Q3": 3_481_500_000,
        "2026Q4": 4_272_750_000,
        "2027Q1": 5_064_000_000,
        "2027Q2": 5_064_000_000,
        "2027Q3": 5_064_000_000,
        "2027Q4": 5_064_000_000,
    }
)
"""15 CFR 748.15(a)(2)(iii)(B), Table 1: TPP that may stand in one country in a quarter."""

DEFAULTS = MappingProxyType(
    {
        "authorisations": "listed",
        "licences": "presumed",
        "licence_validity_years": 1,  # 15 CFR 750.7(g)
        "decision_days": 30,  # 15 CFR 748.15: complete applications are decided within 30 days
        "new_site_notice_days": 180,  # 15 CFR 748.15(a)(2)(ii)(A), of UVEU
        "nveu_new_site_notice_days": 0,  # 15 CFR 748.15(a)(2)(iii) writes none
        "home_share": "1/2",  # paragraph 6, as the next two
        "outside_tier1_share": "1/4",
        "destination_share": "7/100",
        "reporting_dates": ["02-01", "08-01"],  # paragraph 10
        "reporting_date_stock": "both",
        "share_test_times": "continuously",
        "share_ownership": "owned",
        "share_counts": "all_paths",
        "counted_from": "transfer",
        "share_denominator": "standing",
        "holding_country": "US",
        "nveu_installed_base": {},
        "nveu_until": "2027-12-31",
        "nveu_after": "hold",
        "nveu_countries": [],
        "country_allocation": 790_000_000,  # 15 CFR 742.6(b)(10)(iii)(B)(1), for the period from 2025 to 2027
        "country_allocation_from": "2025-01-01",
        "country_allocation_until": "2027-12-31",
        "country_allocation_after": "hold",
        "government_assurances": [],
        "assurances_increase": "1/1",  # (C): up to 100%
        "tier1_without_uveu": "inside_allocation",
        "tier2_headquarters_in_tier1": "debit_headquarters",
        "lpp_tpp_per_year": 26_900_000,  # 15 CFR 740.29
        "closed_from": "2025-01-01",  # Tier 3 needed a licence before this rule as well (88 FR 73458, October 2023)
    }
)
"""Every setting of the pack that changes a verdict, with the reading that a plan gets when it says nothing."""

HOLDINGS = MappingProxyType({1: ("none", "nveu", "uveu"), 2: ("none", "nveu"), 3: ("none",)})
"""What a company may hold, by the tier of its headquarters: 15 CFR 748.15(b)(2)."""


def is_controlled(tpp: int, eccn: str | None) -> bool:
    """Return whether a chip meets 3A090.a or 4A090.a; ValueError where only a classification could tell."""
    if eccn:
        return eccn.startswith(CONTROLLED_ECCNS)
    if SURELY_FREE_TPP <= tpp < SURELY_CONTROLLED_TPP:
        msg = f"{tpp} TPP without an ECCN may be controlled or not"
        raise ValueError(msg)
    return tpp >= SURELY_CONTROLLED_TPP
