"""In what order settings are solved again, how far each time, and what ends it. The answers are written here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from optimizer.explain import rounds
from optimizer.explain.budget import Budget
from optimizer.explain.gains import Gain, Gains
from optimizer.explain.marginals import Marginals
from optimizer.explain.rounds import Rounds
from optimizer.explain.value import Label
from optimizer.strategy.options import Effort
from tests.builders import site
from tests.explain.small_plans import EXACT, KILOWATT_CHIP, case_of, solved

if TYPE_CHECKING:
    import pytest

    from optimizer.explain.value import Value
    from optimizer.rules.limit import Limit
    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

SITES = ("a", "b", "c")
CONFIRMED, HIDDEN = Label.CONFIRMED, Label.NOT_DISTINGUISHABLE
Script = dict[tuple[str, bool, Effort], tuple[Label, bool]]
"""By site, whether it is loosened, and effort: the label and whether it is told."""


@dataclass
class Written:
    """Stands in for Gains: says what is written for a move of one site's power."""

    outcome: Outcome
    budget: Budget
    script: Script
    resolution: Fraction = Fraction(0)
    asked: list[tuple[str, bool, Effort]] = field(default_factory=list)
    before: list[Gain | None] = field(default_factory=list)

    def of(self, limits: tuple[Limit, ...], *, is_loosened: bool, effort: Effort, before: Gain | None) -> Gain:
        (moved,) = {one.scope for one, was in zip(limits, self.outcome.limits, strict=True) if one != was}
        self.asked.append((moved, is_loosened, effort))
        self.before.append(before)
        label, is_told = self.script.get((moved, is_loosened, effort), (CONFIRMED, True))
        return Gain(
            label, Fraction(label is CONFIRMED), Fraction(2) if label is CONFIRMED else None, self.outcome, is_told
        )


def work_out(session: Session, script: Script, *, budget: Budget | None = None) -> tuple[Written, list[Value]]:
    sites = [site(key, "US", power_mw="0.005") for key in SITES]
    outcome = solved(session, case_of(sites=sites, accelerators=[KILOWATT_CHIP], delivered=20, policy="physical-only"))
    values = [one for one in Marginals(outcome, EXACT, Budget(session)).find(0) if one.setting.limit.scope in SITES]
    values.sort(key=lambda value: value.setting.group)
    written = Written(outcome, budget or Budget(session), script)
    found = Rounds(cast("Gains", written), values)
    found.work_out(range(len(values)))
    return written, found.values


def test_every_setting_is_loosened_then_tightened_near_the_plan_and_no_further_once_told(session: Session) -> None:
    written, values = work_out(session, {})

    assert written.asked == [
        *((key, True, Effort.NEAR) for key in SITES),
        *((key, False, Effort.NEAR) for key in SITES),
    ]
    assert all(value.is_confirmed and len(value.moves) == 2 for value in values)


def test_batches_are_tightened_before_the_next_is_loosened(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "TOGETHER", 2)

    written, _ = work_out(session, {})

    assert [(key, is_loosened) for key, is_loosened, _ in written.asked] == [
        ("a", True), ("b", True), ("a", False), ("b", False), ("c", True), ("c", False),
    ]  # fmt: skip


def test_what_no_direction_has_shown_is_gone_on_with_before_any_interval_is_narrowed(session: Session) -> None:
    """`a` has a wide interval; of `c` nothing is known until it is tightened further."""
    script: Script = {
        ("a", True, Effort.NEAR): (CONFIRMED, False),
        ("c", True, Effort.NEAR): (HIDDEN, False),
        ("c", False, Effort.NEAR): (HIDDEN, False),
        ("c", True, Effort.FURTHER): (HIDDEN, False),
    }

    written, values = work_out(session, script)

    assert written.asked[6:] == [("c", False, Effort.FURTHER), ("c", True, Effort.FURTHER), ("a", True, Effort.FURTHER)]
    assert all(before is not None for before in written.before[6:])
    assert all(value.is_confirmed for value in values)


def test_only_what_nothing_else_tells_is_searched_to_the_end(session: Session) -> None:
    """`b` is hidden whatever is done; `a` keeps a wide interval, which is no reason to go so far."""
    script: Script = {("b", is_loosened, effort): (HIDDEN, False) for is_loosened in (True, False) for effort in Effort}
    script |= {("a", True, effort): (CONFIRMED, False) for effort in Effort}

    written, values = work_out(session, script)

    rest = [effort is Effort.REST for _, _, effort in written.asked]
    assert rest == sorted(rest)
    assert {key for key, _, effort in written.asked if effort is Effort.REST} == {"b"}
    assert [value.is_confirmed for value in values] == [True, False, True]


def test_no_interval_is_narrowed_late(session: Session) -> None:
    """Nine tenths of the time are gone when all is told in some direction."""
    budget = Budget(session, seconds=1000.0)
    budget.started -= 900

    written, _ = work_out(session, {("a", True, Effort.NEAR): (CONFIRMED, False)}, budget=budget)

    assert {effort for _, _, effort in written.asked} == {Effort.NEAR}


def test_a_larger_move_takes_the_place_of_one_that_is_hidden_only_where_it_is_told(session: Session) -> None:
    """With a resolution, what is hidden both ways is tightened by more steps; `b` is told then, `c` never is."""
    sites = [site(key, "US", power_mw="5") for key in SITES]
    outcome = solved(
        session, case_of(sites=sites, accelerators=[KILOWATT_CHIP], delivered=20_000, policy="physical-only")
    )
    values = [one for one in Marginals(outcome, EXACT, Budget(session)).find(0) if one.setting.limit.scope in SITES]
    seen: list[tuple[str, Fraction]] = []

    def of(limits: tuple[Limit, ...], **_: Any) -> Gain:  # noqa: ANN401  whatever `of` takes
        one, was = next((one, was) for one, was in zip(limits, outcome.limits, strict=True) if one != was)
        by = Fraction(one.number or 0) - Fraction(was.number or 0)
        seen.append((one.scope, by))
        is_seen = one.scope == "a" or (one.scope == "b" and by <= -2)
        return Gain(CONFIRMED if is_seen else HIDDEN, Fraction(is_seen), Fraction(2), outcome, is_told=True)

    gains = SimpleNamespace(outcome=outcome, budget=Budget(session), of=of, resolution=Fraction(1))
    found = Rounds(cast("Gains", gains), [replace(value, least_steps=1) for value in values])
    found.work_out(range(len(values)))

    by_site = {value.setting.limit.scope: value for value in found.values}
    assert ("b", Fraction(-5)) in seen
    assert ("a", Fraction(-5)) not in seen
    assert by_site["b"].tightened is not None
    assert by_site["b"].tightened.steps == 5
    assert by_site["c"].tightened is not None
    assert by_site["c"].tightened.steps == 1


def test_what_cannot_be_tightened_is_loosened_by_more(session: Session) -> None:
    """No power is written at `c`: it can only be given some. One step is hidden, five are told."""
    sites = [site("a", "US", power_mw="5"), site("c", "US", power_mw="0")]
    outcome = solved(
        session, case_of(sites=sites, accelerators=[KILOWATT_CHIP], delivered=20_000, policy="physical-only")
    )
    (value,) = [one for one in Marginals(outcome, EXACT, Budget(session)).find(0) if one.setting.limit.scope == "c"]

    def of(limits: tuple[Limit, ...], **_: Any) -> Gain:  # noqa: ANN401  whatever `of` takes
        is_seen = any(one.scope == "c" and one.number == 5 for one in limits)
        return Gain(CONFIRMED if is_seen else HIDDEN, Fraction(is_seen), Fraction(2), outcome, is_told=True)

    gains = SimpleNamespace(outcome=outcome, budget=Budget(session), of=of, resolution=Fraction(1))
    found = Rounds(cast("Gains", gains), [replace(value, screened=100.0)])
    found.work_out([0])

    assert found.values[0].tightened is None
    assert found.values[0].loosened is not None
    assert (found.values[0].loosened.steps, found.values[0].is_confirmed) == (5, True)


def test_an_end_that_is_missing_comes_before_ends_that_are_far_apart(session: Session) -> None:
    """Nothing is proven above what `c` loses tightened, so it is gone on with before `a`, whose interval is wide."""
    script: Script = {
        ("a", True, Effort.NEAR): (CONFIRMED, False),
        ("c", False, Effort.NEAR): (HIDDEN, False),
    }

    written, _ = work_out(session, script)

    assert written.asked[6:] == [("c", False, Effort.FURTHER), ("a", True, Effort.FURTHER)]


def test_what_is_hidden_among_the_first_is_gone_on_with_before_the_next_are_begun(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "TOGETHER", 2)
    script: Script = {("a", is_loosened, Effort.NEAR): (HIDDEN, False) for is_loosened in (True, False)}

    written, _ = work_out(session, script)

    assert [asked for asked in written.asked if asked[0] != "b"] == [
        ("a", True, Effort.NEAR),
        ("a", False, Effort.NEAR),
        ("a", False, Effort.FURTHER),
        ("c", True, Effort.NEAR),
        ("c", False, Effort.NEAR),
        ("a", True, Effort.FURTHER),
    ]
