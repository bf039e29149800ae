"""The search by prices: the same optimum as any other way, and on generated plans a verified placement near its bound."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from benchmarks.families.generate import generate
from benchmarks.families.kinds import KINDS
from benchmarks.families.sizes import free_size
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.strategy.decomposed.search import price_and_round
from optimizer.strategy.decomposed.separate import separate
from optimizer.strategy.decomposed.whole_counts import WholeCounts
from optimizer.strategy.options import SearchOptions, SearchProgress
from optimizer.strategy.outcome import Status
from optimizer.strategy.run import Run
from optimizer.strategy.search import search
from optimizer.verify.check import verify
from tests.agreement import place
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from optimizer.solve.session import Session
    from optimizer.strategy.decomposed.openings import Decided

MODEST = free_size(160, 4, 6)


@pytest.mark.parametrize("seed", range(25))
def test_prices_lead_to_the_same_optimum(session: Session, seed: int) -> None:
    document = random_plan(seed)
    plain, priced = place(session, document), place(session, document, strategy="prices")

    assert (priced.status, priced.objective) == (plain.status, plain.objective)


@pytest.mark.parametrize("kind", ["base", "many-small", "tight", "rising", "falling"])
def test_prices_alone_come_near_on_a_generated_plan(session: Session, kind: str) -> None:
    case = make_case(plan_from_dict(generate(KINDS[kind], MODEST, 7)))
    limits = compile_limits(case)
    seen: list[SearchProgress] = []
    run = Run(case, limits, SearchOptions(relative_gap=5e-3), session, seen.append)
    parts = separate(case, limits)
    assert parts is not None

    price_and_round(run, parts)

    assert run.verification is not None
    assert run.verification.passed
    bounds = [moment.best_bound for moment in seen if moment.best_bound is not None]
    values = [moment.incumbent for moment in seen if moment.incumbent is not None]
    assert bounds == sorted(bounds, reverse=True)
    assert values == sorted(values)
    assert values[0] > 0.9 * bounds[-1]
    assert values[-1] > 0.985 * bounds[-1]


@pytest.mark.slow
def test_two_searches_say_the_same_and_one_begun_from_the_answer_loses_nothing(session: Session) -> None:
    """A proof runs beside neighbourhoods; which of the two is quicker must not matter."""
    case = make_case(plan_from_dict(generate(KINDS["tight"], free_size(64, 2, 8), 1)))
    limits = compile_limits(case)
    options = SearchOptions(relative_gap=2e-3)
    first, second = search(case, limits, options, session), search(case, limits, options, session)

    assert "relaxed blocks" in [stage.name for stage in first.stages]
    assert (first.placement, first.best_bound) == (second.placement, second.best_bound)

    again = search(case, limits, options, session, start=first.placement)
    assert again.objective is not None
    assert first.objective is not None
    assert again.objective >= first.objective


def test_counts_of_a_few_sites_made_whole_anew_win_back_what_rounding_lost(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(plan_from_dict(generate(KINDS["large-racks"], free_size(30, 3, 6), 1)))
    limits = compile_limits(case)
    lost = []

    def complete(counts: WholeCounts, decided: Decided) -> None:
        if counts._run.offered is None:
            counts._complete_near(decided)
        before = counts.lost
        counts._polish()
        lost.append((before, counts.lost))

    monkeypatch.setattr(WholeCounts, "complete", complete)
    search(case, limits, SearchOptions(time_limit_seconds=30.0), session)

    assert all(after <= before for before, after in lost)
    assert any(after < before for before, after in lost)


def test_a_search_begun_from_an_illegal_answer_takes_its_openings(session: Session) -> None:
    document = generate(KINDS["base"], MODEST, 3)
    case = make_case(plan_from_dict(document))
    options = SearchOptions(relative_gap=5e-3)
    before = search(case, compile_limits(case), options, session)
    assert before.placement is not None

    other = make_case(plan_from_dict(document), policy_overrides={"home_share": "0.6"})
    limits = compile_limits(other)
    assert not verify(other, limits, before.placement).passed
    after = search(other, limits, options, session, start=before.placement)

    assert after.status is Status.WITHIN_GAP
    assert after.verification is not None
    assert after.verification.passed
    assert after.strategy == "prices"


def test_prices_of_an_answer_prove_the_same_plan_again_without_a_search(session: Session) -> None:
    case = make_case(plan_from_dict(generate(KINDS["base"], MODEST, 3)))
    limits, options = compile_limits(case), SearchOptions(relative_gap=5e-3)
    first = search(case, limits, options, session)
    assert first.prices
    assert set(first.prices) <= {limit.key for limit in limits}
    again = search(case, limits, options, session, start=first.placement, prices=first.prices)

    assert again.status is Status.WITHIN_GAP
    assert again.objective is not None
    assert first.objective is not None
    assert again.objective >= first.objective
    assert {stage.name for stage in again.stages} <= {"openings held"}
    assert again.prices == first.prices


def test_a_setting_moved_a_little_needs_no_prices_of_every_choice(session: Session) -> None:
    document = generate(KINDS["base"], MODEST, 3)
    case = make_case(plan_from_dict(document))
    options = SearchOptions(relative_gap=5e-3)
    first = search(case, compile_limits(case), options, session)
    other = make_case(plan_from_dict(document), policy_overrides={"destination_share": "0.06"})
    limits = compile_limits(other)
    again = search(other, limits, options, session, start=first.placement, prices=first.prices)
    fresh = search(other, limits, options, session)

    assert again.status is fresh.status is Status.WITHIN_GAP
    assert again.objective is not None
    assert fresh.objective is not None
    assert again.best_bound is not None
    assert fresh.best_bound is not None
    assert again.best_bound >= fresh.objective
    assert fresh.best_bound >= again.objective
    assert len(again.stages) < len(fresh.stages)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_prices_are_given_the_bound_holds(session: Session, seed: int) -> None:
    """Prices come from a file that anybody may have edited: they may be useless, never wrong."""
    document = random_plan(seed)
    plain = place(session, document)
    case = make_case(plan_from_dict(document))
    limits, chance = compile_limits(case), Random(seed)
    prices = {limit.key: 10 ** chance.uniform(-9, 12) for limit in limits if chance.random() < 0.7}
    start = plain.placement or Placement()
    options = SearchOptions(strategy="prices", relative_gap=0.0)
    priced = search(case, limits, options, session, start=start, prices={**prices, "of no limit": 1.0})

    assert (priced.status, priced.objective) == (plain.status, plain.objective)


def test_a_plan_that_does_not_come_apart_is_left_to_other_ways() -> None:
    document = generate(KINDS["base"], MODEST, 1)
    document["opening_limits"] = [{"key": "few", "max_sites": 20}]
    case = make_case(plan_from_dict(document))

    assert separate(case, compile_limits(case)) is None
