"""What is said of a move by the value and the bound that its search ended with."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.explain import gains
from optimizer.explain.budget import Budget
from optimizer.explain.gains import Gains
from optimizer.explain.value import Label
from optimizer.strategy.outcome import Status
from tests.builders import site
from tests.explain.small_plans import EXACT, HOURS, KILOWATT_CHIP, case_of, solved

if TYPE_CHECKING:
    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

VALUE, BOUND = 10 * HOURS, 11 * HOURS


@pytest.mark.parametrize(
    ("bound", "least", "label"),
    [
        (7 * HOURS, 3 * HOURS, Label.CONFIRMED),
        (9 * HOURS + 500, HOURS - 500, Label.NOT_DISTINGUISHABLE),
    ],
    ids=["more than the gap", "less than the gap"],
)
def test_a_loss_without_a_placement_is_proven_where_it_is_more_than_the_gap(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    bound: int,
    least: int,
    label: Label,
) -> None:
    """10 x 1,095 are reached and 11 x 1,095 not ruled out. The tightened plan, if it exists, is worth at most the bound."""
    outcome = solved(session, case_of(sites=[site("a", "US")], accelerators=[KILOWATT_CHIP], delivered=10), bound=BOUND)

    def stopped(*_: Any, **__: Any) -> Outcome:  # noqa: ANN401  whatever `search` takes
        return replace(outcome, status=Status.UNKNOWN, placement=None, verification=None, best_bound=Fraction(bound))

    monkeypatch.setattr(gains, "search", stopped)
    gain = Gains(outcome, EXACT, Budget(session)).of(outcome.limits, is_loosened=False)

    assert outcome.objective == VALUE
    assert gain.lower == least
    assert gain.upper is None
    assert gain.label is label
    assert not gain.is_told
