"""The settings of a random company's plan: scaled so that a few units exhaust an allowance, readings A1 to A6 varied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tests.oracle.diffusion_law import NVEU_INSTALLED_BASE
from tests.oracle.law import D5_AND_MACAU, TIER_1, destination

if TYPE_CHECKING:
    from datetime import date
    from random import Random

Row = dict[str, Any]
TIER_2 = ["MY", "AE", "IN", "SG", "BR", "PL"]


def tier_of(country: str) -> int:
    """Return the tier of a country that is drawn; Cambodia counts as closed."""
    where = destination(country)
    return 1 if where in TIER_1 else 3 if where in D5_AND_MACAU or where == "KH" else 2


class Drawn(Protocol):
    """What of a plan is drawn before its settings."""

    theme: str
    holding: str
    first_day: date
    last_days: tuple[date, date]
    doc: Row
    tpp: dict[str, int]

    def chance(self, probability: float) -> bool: ...


class PolicyDraw:
    """Draws the settings of one plan."""

    def __init__(self, rng: Random, plan: Drawn) -> None:
        self.rng, self.plan, self.chance = rng, plan, plan.chance
        self.unit = rng.choice([tpp for tpp in plan.tpp.values() if tpp])
        self.policy: Row = {"authorisations": plan.holding}

    def settings(self) -> Row:
        """Return the settings."""
        self._allowances()
        self._nveu_table()
        self._shares()
        self._readings()
        self._lead_times()
        self._countries()
        return self.policy

    def _allowances(self) -> None:
        theme = self.plan.theme
        if self.chance(0.8 if theme == "licences" else 0.2):
            self.policy["licences"] = "listed"
        if self.chance(0.9):
            units = self.rng.choice([0, 1, 2, 3, 4] if theme == "any" else [0, 0, 0, 1, 2])
            self.policy["lpp_tpp_per_year"] = max(0, units * self.unit - self.chance(0.3))
        if self.chance(0.9):
            units = self.rng.choice([0, 0, 1] if theme == "shares" else [0, 1, 2, 3, 5])
            self.policy["country_allocation"] = max(0, units * self.unit - self.chance(0.3))

    def _nveu_table(self) -> None:
        """Scale the table down to a few units, rising; now and then only some of its quarters."""
        if not self.chance(0.85):
            return
        base, step = self.rng.choice([0, 1, 2]), self.rng.choice([0, 1, 1, 2]) * (self.plan.theme != "after 2027")
        quarters, first = list(NVEU_INSTALLED_BASE), self.plan.first_day
        near = quarters.index(f"{first.year}Q{(first.month + 2) // 3}")
        table = {label: max(0, base + step * (number - near)) * self.unit for number, label in enumerate(quarters)}
        if self.chance(0.2):
            table = {label: table[label] for label in quarters[near : near + 2]}
        as_text = ";".join(f"{label}={figure}" for label, figure in table.items())
        self.policy["nveu_installed_base"] = as_text if self.chance(0.3) else table

    def _shares(self) -> None:
        for name, values in {
            "home_share": ["29%", "57%", "70%", "30%", "85%"],
            "outside_tier1_share": ["29%", "40%", "1/3", "15%", "10%"],
            "destination_share": ["15%", "29%", "1/3", "10%", "4%"],
            "reporting_date_stock": ["opening", "closing"],
            "share_test_times": ["on_reporting_dates"],
            "share_counts": ["uveu_only"],
        }.items():
            if self.chance(0.5 if name.endswith("_share") else 0.35):
                self.policy[name] = self.rng.choice(values)
        if self.chance(0.15):
            self.policy["reporting_dates"] = self.rng.choice([["05-01", "11-01"], "03-31"])
        drawn = self.rng.choices(["", "installation", "delivered"], [55, 30, 15])[0]
        if drawn == "installation":
            self.policy["counted_from"] = drawn
        elif drawn:
            self.policy["share_denominator"] = drawn

    def _readings(self) -> None:
        choices: dict[str, list[Any]] = {
            "tier1_without_uveu": ["presumed_approved"],
            "tier2_headquarters_in_tier1": ["require_nveu", "require_nveu", "presumed_approved"],
            "share_ownership": ["operated"],
            "nveu_after": ["none", "closed"],
            "country_allocation_after": ["none", "closed"],
            "assurances_increase": ["1/2"],
            "closed_from": ["2025-05-15"],
        }
        is_late = self.plan.theme == "after 2027"
        for name, values in choices.items():
            if self.chance(0.65 if name.endswith("_after") and is_late else 0.3):
                self.policy[name] = self.rng.choice(values)
        if self.chance(0.1):
            self.policy["country_allocation_until"] = self.plan.last_days[0].isoformat()

    def _lead_times(self) -> None:
        often = 0.9 if self.plan.theme == "shares" else 0.65
        if self.chance(often):
            self.policy["decision_days"] = self.rng.choice([0, 0, 10, 91])
        if self.chance(often):
            self.policy["new_site_notice_days"] = self.rng.choice([0, 0, 0, 60, 92])
            self.policy["nveu_new_site_notice_days"] = self.rng.choice([0, 0, 0, 60, 92])

    def _countries(self) -> None:
        tier_2 = sorted({row["country"] for row in self.plan.doc["sites"] if row["country"] in TIER_2})
        if not tier_2:
            return
        if self.chance(0.2):
            self.policy["government_assurances"] = self.rng.choice([tier_2, ";".join(tier_2), tier_2[:1]])
        is_listed = any(row["type"] == "NVEU" for row in self.plan.doc.get("authorisations", []))
        if self.plan.holding in {"nveu", "auto"} and not is_listed and self.chance(0.5):
            self.policy["nveu_countries"] = self.rng.choice([tier_2[:1], [*tier_2, "US"]])
