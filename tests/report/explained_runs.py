"""Two runs with everything that explains them: a plan that exists, and one that does not.

Both are of a Japanese company with 100 chips worth 1,095 each at home. In the first each is worth twice as much in
Malaysia, where 7% may stand: 107 x 1,095 = 117,165. In the second a contract asks for 20 there.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from optimizer.explain.budget import Budget
from optimizer.explain.confirm import Confirmation
from optimizer.explain.explanation import Explanation, explain_conflict, explain_values
from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.report.compose import compose
from optimizer.solve.session import Session
from tests.builders import site
from tests.explain.small_plans import EXACT, contract, japanese

if TYPE_CHECKING:
    from optimizer.report.document import ResultDocument
    from optimizer.strategy.outcome import Outcome

COMMAND = "placement explain fleet.json --narrow --format json --set 'name=two words' -q --out a.json"
POSSIBLE = japanese(sites=[site("kl", "MY", value_multiplier=2), site("tokyo", "JP")])
IMPOSSIBLE: dict[str, Any] = {**japanese(100, "MY"), "commitments": [contract("lease", "in-my", 20)]}


@cache
def possible() -> tuple[Outcome, Explanation]:
    """Return the plan that exists, its values, the policy's cost, and a second solver that agrees."""
    with Session() as session:
        outcome = place_fleet(plan_from_dict(POSSIBLE), options=EXACT, session=session)
        found = explain_values(outcome, EXACT, Budget(session), baseline="unrestricted")
        second = place_fleet(plan_from_dict(POSSIBLE), options=replace(EXACT, backend="scip"), session=session)
        return outcome, replace(found, confirmation=Confirmation(second, agrees=True))


@cache
def impossible() -> tuple[Outcome, Explanation]:
    """Return the plan that does not exist, its conflict and its repairs."""
    with Session() as session:
        outcome = place_fleet(plan_from_dict(IMPOSSIBLE), options=EXACT, session=session)
        return outcome, explain_conflict(outcome, EXACT, Budget(session))


def possible_document() -> ResultDocument:
    """Return the document of the plan that exists."""
    outcome, explanation = possible()
    return compose(outcome, explanation=explanation, command=COMMAND)


def impossible_document() -> ResultDocument:
    """Return the document of the plan that does not."""
    outcome, explanation = impossible()
    return compose(outcome, explanation=explanation, command=COMMAND)
