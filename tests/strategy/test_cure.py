"""A fleet in breach: as few tests in breach as possible, never worse than before, then the largest value."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.audit import audit
from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.rules.breach import breached_groups
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.solve.session import Session
from optimizer.strategy.cure import search_cure
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Outcome, Status
from tests.builders import chip, document, site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit

Row = dict[str, Any]
SEVEN = Fraction(7, 100)


def solve(session: Session, plan: Row) -> Outcome:
    options = SearchOptions(relative_gap=0.0, time_limit_seconds=30.0)
    return place_fleet(plan_from_dict(plan), options=options, session=session)


def stock(**units: int) -> list[Row]:
    return [{"country": code, "accelerator": "chip", "units": count} for code, count in units.items()]


def growing(breach: str, *, periods: int = 4, **parts: Any) -> Row:  # noqa: ANN401  whatever `document` takes
    """A company with 930 chips in Britain and 80 in Malaysia, 7.92%: over 7% by 9.3 chips, cured by 133 more elsewhere."""
    installed = parts.pop("installed", stock(GB=930, MY=80))
    delivered = parts.pop("delivered", {"chip": [60] * periods})
    sites = parts.pop("sites", [site("london", "GB"), site("kl", "MY", value_multiplier=3)])
    policy = {"name": "three-tier-2025-01", "breach": breach}
    return document(
        sites=sites,
        headquarters="GB",
        periods=periods,
        delivered=delivered,
        policy=policy,
        installed=installed,
        **parts,
    )


def test_strict_refuses_a_fleet_that_no_delivery_brings_back_in_time(session: Session) -> None:
    assert solve(session, growing("strict")).status is Status.INFEASIBLE


def test_cure_complies_in_the_first_period_in_which_enough_is_delivered(session: Session) -> None:
    """60 chips a quarter make the 133 in the third: 2025Q3."""
    outcome = solve(session, growing("cure"))

    (cure,) = outcome.cures
    assert (cure.group, cure.start, cure.unit) == ("destination_share[MY]", Fraction(9300), "TPP")
    assert (cure.tests_in_breach, cure.complies_in) == (2, 2)
    assert outcome.is_earliest_proven
    assert outcome.status is Status.OPTIMAL


def test_a_breach_that_is_cured_at_once_needs_no_cure(session: Session) -> None:
    """150 chips in the first quarter are more than the 133 it takes: strict and cure agree."""
    plans = [growing(mode, delivered={"chip": [150, 0, 0, 0]}) for mode in ("strict", "cure")]
    strict, cure = (solve(session, plan) for plan in plans)

    assert strict.objective == cure.objective
    assert cure.cures[0].tests_in_breach == 0


def test_a_breach_that_deliveries_never_end_stays_without_getting_worse(session: Session) -> None:
    outcome = solve(session, growing("cure", delivered={"chip": [10, 10, 10, 10]}))

    (cure,) = outcome.cures
    assert (cure.tests_in_breach, cure.complies_in) == (4, None)
    assert outcome.placement is not None
    kl = outcome.case.plan.site_index["kl"]
    assert not outcome.placement.units(kl, 0, 3) or outcome.placement.units(kl, 0, 3) * 93 <= 7 * 40


def test_without_a_breach_cure_changes_nothing(session: Session) -> None:
    strict, cure = (solve(session, growing(mode, installed=stock(GB=930, MY=10))) for mode in ("strict", "cure"))

    assert (strict.objective, cure.cures) == (cure.objective, ())


def test_a_cap_that_nothing_cures_makes_a_cure_that_never_ends(session: Session) -> None:
    """60,000 chips placed in Malaysia since 2025 are over 50,000; what is placed elsewhere does not help."""
    installed = [
        {"country": "MY", "accelerator": "chip", "units": 60_000, "placed_on": "2025-01-01"},
        {"country": "GB", "accelerator": "chip", "units": 2_000_000},
    ]

    outcome = solve(session, growing("cure", installed=installed))

    assert [(cure.group, cure.complies_in) for cure in outcome.cures] == [("national_cap[MY]", None)]
    assert outcome.objective is not None


def test_audit_judges_a_cure_by_the_limits_of_a_cure(session: Session) -> None:
    plan = growing("cure")
    outcome = solve(session, plan)
    strict = {**plan, "policy": {"name": "three-tier-2025-01"}}

    assert outcome.placement is not None
    assert audit(make_case(plan_from_dict(plan)), outcome.placement).verification.passed
    assert not audit(make_case(plan_from_dict(strict)), outcome.placement).verification.passed


def best_cure(plan: Row) -> tuple[int, Fraction] | None:
    """Return the fewest tests in breach and the largest value, by listing every placement of a plan of `random_fleet`."""
    periods, delivered = plan["horizon"]["periods"], _cumulative(plan)
    countries = [row["country"] for row in plan["sites"]]
    worth = [Fraction(str(row.get("value_multiplier", 1))) for row in plan["sites"]]
    installed = {row["country"]: row["units"] for row in plan["installed"]}
    best: tuple[int, Fraction] | None = None
    rows = [list(_rows(delivered)) for _ in countries]
    for chosen in product(*rows):
        if any(sum(row[t] for row in chosen) > delivered[t] for t in range(periods)):
            continue
        judged = [_violations(code, countries, chosen, installed, periods) for code in countries if code != "GB"]
        if any(_rises(path) for path in judged):
            continue
        count = sum(sum(1 for violation in path[1:] if violation > 0) for path in judged)
        value = sum(
            (weight * Fraction(_earned(row, periods)) for weight, row in zip(worth, chosen, strict=True)), Fraction(0)
        )
        if best is None or (-count, value) > (-best[0], best[1]):
            best = (count, value)
    return best


def _cumulative(plan: Row) -> list[int]:
    by_period = {row["period"]: row["units"] for row in plan["deliveries"]}
    total, row = 0, []
    for number in range(plan["horizon"]["periods"]):
        total += by_period.get(f"2025Q{number + 1}", 0)
        row.append(total)
    return row


def _rows(delivered: list[int]) -> Iterator[tuple[int, ...]]:
    """Yield every stock of whole blocks of 10 that only grows."""
    for counts in product(*(range(0, units + 1, 10) for units in delivered)):
        if all(earlier <= later for earlier, later in pairwise(counts)):
            yield counts


def _violations(
    code: str, countries: list[str], chosen: tuple[tuple[int, ...], ...], installed: dict[str, int], periods: int
) -> list[Fraction]:
    """Return by how much a country is over 7% before the plan and in each period, never less than 0."""
    path = []
    for period in range(-1, periods):
        placed = [row[period] if period >= 0 else 0 for row in chosen]
        there = installed.get(code, 0) + sum(
            units for where, units in zip(countries, placed, strict=True) if where == code
        )
        total = sum(installed.values()) + sum(placed)
        path.append(max(Fraction(0), there - SEVEN * total))
    return path


def _rises(path: list[Fraction]) -> bool:
    return any(later > earlier for earlier, later in pairwise(path))


def _earned(row: tuple[int, ...], periods: int) -> Fraction:
    """Return chip-quarters of 2,190 USD, the quarter of addition by half."""
    earned = Fraction(0)
    for period, units in enumerate(row):
        added = units - (row[period - 1] if period else 0)
        earned += added * (Fraction(1, 2) + periods - 1 - period)
    return earned * 2190


def random_fleet(seed: int) -> Row:
    """Return a company with one or two Tier 2 countries at or over 7%, blocks of 10 and three quarters."""
    rng = Random(seed)
    foreign = rng.choice([["MY"], ["MY"], ["MY", "IN"]])
    installed = stock(GB=rng.choice([800, 930, 1000])) + stock(
        **{code: rng.choice([60, 76, 80, 84]) for code in foreign}
    )
    sites = [site("london", "GB", value_multiplier=rng.choice([0, 1, 2]))]
    sites += [site(code.lower(), code, value_multiplier=rng.choice([1, 2, 3])) for code in foreign]
    most = 4 if len(foreign) == 1 else 2
    return growing(
        "cure",
        periods=3,
        installed=installed,
        sites=sites,
        accelerators=[chip(block=10)],
        delivered={"chip": [10 * rng.randint(0, most) for _ in range(3)]},
    )


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 120, 30))
def test_cure_equals_listing_every_placement(session: Session, first: int) -> None:
    for seed in range(first, first + 30):
        plan = random_fleet(seed)

        outcome = solve(session, plan)

        expected = best_cure(plan)
        if expected is None:
            assert outcome.status is Status.INFEASIBLE, seed
            continue
        found = sum(cure.tests_in_breach for cure in outcome.cures)
        assert (found, outcome.objective) == expected, seed


class Script:
    """Stands in for the search: which numbers of tests in breach have a plan, and after how many searches it is stopped."""

    def __init__(self, possible: Callable[[int, int], bool], stop_after: int | None = None) -> None:
        self.possible, self.stop_after = possible, stop_after
        self.asked: list[tuple[int, int]] = []
        self.counts = (0, 0)

    def cure_limits(self, _case: Case, limits: tuple[Limit, ...], groups: Any, in_breach: dict[str, int]) -> Any:  # noqa: ANN401
        self.counts = tuple(in_breach[group.group] for group in groups)  # type: ignore[assignment]
        return limits

    def search(self, one: Case, limits: tuple[Limit, ...], *_rest: object) -> Outcome:
        self.asked.append(self.counts)
        found = Placement() if self.possible(*self.counts) else None
        stopped = self.stop_after is not None and len(self.asked) >= self.stop_after
        status = Status.FEASIBLE if found is not None else Status.UNKNOWN if stopped else Status.INFEASIBLE
        return Outcome(
            case=one,
            limits=limits,
            status=status,
            placement=found,
            verification=None,
            best_bound=None,
            backend="script",
            strategy="script",
            stopped_by="time limit" if stopped else None,
        )


def run_script(monkeypatch: pytest.MonkeyPatch, script: Script) -> Outcome:
    """Search a cure for Malaysia and India, both over 7% and tested four times, with a script in place of the search."""
    monkeypatch.setattr("optimizer.strategy.cure.search", script.search)
    monkeypatch.setattr("optimizer.strategy.cure.cure_limits", script.cure_limits)
    plan = growing("cure", installed=stock(GB=930, MY=80, IN=80), sites=[site("london", "GB"), site("kl", "MY")])
    one = make_case(plan_from_dict(plan))
    limits = compile_limits(one)
    with Session() as unused:
        return search_cure(one, limits, breached_groups(one, limits), SearchOptions(), unused)


def test_settings_that_cannot_be_cured_together_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each alone could be kept after one test; together they need five: all combinations of four are asked first."""
    script = Script(lambda first, second: first >= 1 and second >= 1 and first + second >= 5)

    outcome = run_script(monkeypatch, script)

    assert outcome.is_earliest_proven
    assert {(1, 3), (2, 2), (3, 1)} <= set(script.asked)
    assert {counts for counts in script.asked[-4:] if sum(counts) == 5} == {(1, 4), (2, 3), (3, 2), (4, 1)}


def test_a_cure_that_does_not_exist_at_all_is_infeasible(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run_script(monkeypatch, Script(lambda _first, _second: False))

    assert outcome.status is Status.INFEASIBLE
    assert [cure.complies_in for cure in outcome.cures] == [None, None]


@pytest.mark.parametrize(("stop_after", "status"), [(1, Status.UNKNOWN), (2, Status.FEASIBLE)])
def test_a_search_that_is_stopped_keeps_the_best_plan_and_says_that_an_earlier_cure_may_exist(
    monkeypatch: pytest.MonkeyPatch, stop_after: int, status: Status
) -> None:
    script = Script(lambda first, second: stop_after > 1 and first == second == 4, stop_after)

    outcome = run_script(monkeypatch, script)

    assert (outcome.status, outcome.stopped_by, outcome.best_bound) == (status, "time limit", None)
    assert not outcome.is_earliest_proven


def test_combinations_are_given_up_after_so_many_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.strategy.cure.MOST_TRIALS", 2)

    outcome = run_script(monkeypatch, Script(lambda first, second: first + second >= 7))

    assert not outcome.is_earliest_proven
