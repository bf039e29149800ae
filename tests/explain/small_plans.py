"""Plans whose explanations can be worked out by hand, and the objects that explain them.

A chip is worth 1,095 USD (half a quarter at 1 USD an hour), so what a change is worth is a count of chips times 1,095.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from optimizer.explain.budget import Budget
from optimizer.explain.feasibility import Feasibility
from optimizer.explain.setting import settings_of
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.search import search
from tests.builders import chip, document, plan, site

if TYPE_CHECKING:
    from optimizer.explain.setting import Setting
    from optimizer.rules.case import Case
    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

HOURS = 1095
EXACT = SearchOptions(relative_gap=0.0)
KILOWATT_CHIP = chip(power_kw=1)
"""A site of 0.004 MW holds four."""


def case_of(**parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return the case of a plan document (see `tests.builders.document`)."""
    return make_case(plan(**parts))


def setting_of(case: Case, group: str) -> Setting:
    """Return one setting of a case."""
    return next(one for one in settings_of(case, compile_limits(case)) if one.group == group)


def solved(session: Session, case: Case, *, bound: int | None = None) -> Outcome:
    """Return the optimum of a case; `bound` claims less than was proven, as a search that was stopped does."""
    outcome = search(case, compile_limits(case), EXACT, session)
    return outcome if bound is None else replace(outcome, best_bound=Fraction(bound))


def asking(session: Session) -> Feasibility:
    """Return what asks whether plans exist."""
    return Feasibility(EXACT, Budget(session))


def contract(key: str, target: str, units: int, **columns: object) -> dict[str, Any]:
    """Return a row of commitments.csv: at least so many units at a site."""
    return {"key": key, "site": target, "min_units": units} | columns


def japanese(delivered: int = 100, *countries: str, **parts: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a Japanese company's plan: any number of chips at home, and a site in each of some Tier 2 countries.

    At most 7% may stand in any one of these and 25% in all.
    """
    sites = parts.pop("sites", [site("tokyo", "JP"), *(site(f"in-{code.lower()}", code) for code in countries)])
    return document(sites=sites, headquarters="JP", delivered=delivered, **parts)
