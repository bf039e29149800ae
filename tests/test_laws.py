"""Laws that every optimum obeys, whatever the plan: checked on random plans."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.files.read_plan import plan_from_dict, read_plan
from optimizer.files.write_document import write_document
from optimizer.pipeline import place_fleet
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Status
from tests.oracle.random_plans import priceable_groups, random_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

Plan = dict[str, Any]
SEEDS = st.integers(min_value=0, max_value=5_000)
EXAMPLES = settings(max_examples=15)
SHARES = [Fraction(1), Fraction(7, 10), Fraction(57, 100), Fraction(1, 2), Fraction(1, 3), Fraction(29, 100)]
SHARES += [Fraction(1, 4), Fraction(7, 100), Fraction(1, 100)]


def place(session: Session, plan: Plan) -> Outcome:
    """Return a plan's outcome, solved to the end; nothing may be left open on plans this small."""
    options = SearchOptions(relative_gap=0.0, time_limit_seconds=20.0)
    outcome = place_fleet(plan_from_dict(plan), options=options, session=session)
    assert outcome.status in {Status.OPTIMAL, Status.INFEASIBLE}
    return outcome


def value(session: Session, plan: Plan) -> Fraction | None:
    """Return the exact optimum, None where no plan exists."""
    return place(session, plan).objective


def is_no_better(one: Fraction | None, other: Fraction | None) -> bool:
    """Return whether one optimum is at most another; no plan at all is the worst."""
    return one is None or (other is not None and one <= other)


def with_policy(plan: Plan, **changes: object) -> Plan:
    return plan | {"policy": {**plan["policy"], "name": "three-tier-2025-01", **changes}}


def changed(plan: Plan, table: str, **columns: Callable[[str], object]) -> Plan:
    """Return a plan with some columns of a table changed: each by a function of its value."""
    rows = [
        {name: columns[name](cell) if name in columns and cell is not None else cell for name, cell in row.items()}
        for row in plan.get(table, [])
    ]
    return plan | ({table: rows} if rows else {})


@pytest.mark.slow
@EXAMPLES
@given(seed=SEEDS, rule=st.sampled_from(["outside_tier1_share", "destination_share"]))
def test_optimum_never_improves_when_a_share_tightens(session: Session, seed: int, rule: str) -> None:
    plan = random_plan(seed)
    values = [value(session, with_policy(plan, **{rule: str(share)})) for share in SHARES[::2]]

    for looser, tighter in pairwise(values):
        assert is_no_better(tighter, looser)


@pytest.mark.slow
@EXAMPLES
@given(seed=SEEDS)
def test_optimum_never_improves_when_more_must_stand_at_home(session: Session, seed: int) -> None:
    plan = random_plan(seed)
    values = [value(session, with_policy(plan, home_share=share)) for share in ("0", "1/4", "57/100", "1")]

    for looser, tighter in pairwise(values):
        assert is_no_better(tighter, looser)


@pytest.mark.slow
@EXAMPLES
@given(seed=SEEDS)
def test_optimum_never_improves_when_a_cap_drops(session: Session, seed: int) -> None:
    plan = {name: rows for name, rows in random_plan(seed).items() if name != "external_use"}
    values = [value(session, with_policy(plan, national_cap=cap, national_cap_unit="chips")) for cap in (50, 8, 3, 0)]

    for looser, tighter in pairwise(values):
        assert is_no_better(tighter, looser)


@pytest.mark.slow
@EXAMPLES
@given(seed=SEEDS)
def test_optimum_never_falls_when_there_is_more_power_or_less_policy(session: Session, seed: int) -> None:
    plan = random_plan(seed)
    as_it_is = value(session, plan)

    def double(megawatts: object) -> str:
        return str(2 * Decimal(str(megawatts)))

    more = changed(changed(plan, "sites", power_mw=double), "power", power_mw=double)
    without = plan | {"policy": {"name": "physical-only"}}

    assert is_no_better(as_it_is, value(session, more))
    assert is_no_better(as_it_is, value(session, without))


PRICES = ["0", "0.003", "2", "1500.5", "400000", "1000000000"]
"""From nothing to more than any of the plans is worth, for a TPP as for a MW."""


@pytest.mark.slow
@EXAMPLES
@given(seed=SEEDS, number=st.integers(min_value=0, max_value=99))
def test_a_limit_for_sale_is_worth_less_the_dearer_it_is_from_not_enforced_to_hard(
    session: Session, seed: int, number: int
) -> None:
    plan = random_plan(seed)
    # Deliveries without an end are a program of its own size, and no limit of the law.
    groups = sorted(group for group in priceable_groups(plan) if not group.startswith("deliveries"))
    group = groups[number % len(groups)]

    def sold_at(price: str) -> Fraction | None:
        return value(session, plan | {"limits": {group: {"price_cap": price}}})

    values = [sold_at(price) for price in PRICES]

    for cheaper, dearer in pairwise(values):
        assert is_no_better(dearer, cheaper)
    assert values[0] == value(session, plan | {"limits": {group: {"enforced": False}}})
    hard = value(session, plan)
    if hard is not None:
        assert values[-1] == hard
    elif values[-1] is not None:
        assert values[-1] < 0  # it has to be bought, however dear


@pytest.mark.slow
@EXAMPLES
@given(seed=SEEDS)
def test_names_of_sites_and_accelerators_do_not_matter(session: Session, seed: int) -> None:
    # The new names sort the other way round, so every number in the plan changes.
    plan = random_plan(seed)
    sites = sorted(row["site"] for row in plan["sites"])
    chips = sorted(row["accelerator"] for row in plan["accelerators"])
    new = {name: f"n{len(sites) - number}" for number, name in enumerate(sites)}
    new |= {name: f"c{len(chips) - number}" for number, name in enumerate(chips)}

    def renamed(cell: str) -> str:
        return ";".join(new.get(part, part) for part in cell.split(";"))

    columns = {"site": renamed, "accelerator": renamed, "allowed_accelerators": renamed}
    other = plan
    for table in plan:
        if isinstance(plan[table], list):
            other = changed(other, table, **columns)

    assert value(session, plan) == value(session, other)


@pytest.mark.slow
@EXAMPLES
@given(seed=SEEDS)
def test_doubling_every_quantity_doubles_the_worth(session: Session, seed: int) -> None:
    plan = random_plan(seed)

    def double(cell: object) -> str:
        return str(2 * Decimal(str(cell)))

    other = changed(
        plan,
        "sites",
        power_mw=double,
        max_units=double,
        min_units_if_open=double,
        opening_cost_usd=double,
        fixed_cost_usd_per_period=double,
    )
    for table, columns in {
        "power": ["power_mw"],
        "accelerators": ["block"],
        "deliveries": ["units"],
        "installed": ["units"],
        "commitments": ["min_units", "max_units"],
        "external_use": ["units", "tpp"],
    }.items():
        other = changed(other, table, **dict.fromkeys(columns, double))
    cap = plan["policy"].get("national_cap")
    if cap is not None:
        other = with_policy(other, national_cap=2 * cap)
    elif plan["policy"]["name"] == "three-tier-2025-01":
        is_tpp = plan["policy"].get("national_cap_unit") == "tpp"
        other = with_policy(other, national_cap=2 * (790_000_000 if is_tpp else 50_000))

    once, twice = value(session, plan), value(session, other)

    assert twice == (None if once is None else 2 * once)


@pytest.mark.slow
@EXAMPLES
@given(seed=SEEDS, gap=st.sampled_from([0.0, 0.001, 0.05, 0.5]), backend=st.sampled_from(["highs", "scip"]))
def test_bound_is_never_below_the_value_and_the_gap_is_kept(
    session: Session, seed: int, gap: float, backend: str
) -> None:
    options = SearchOptions(
        relative_gap=gap, time_limit_seconds=20.0, backend=backend, strategy="relaxed-then-complete", seed=seed
    )

    outcome = place_fleet(plan_from_dict(random_plan(seed)), options=options, session=session)

    if outcome.status is Status.INFEASIBLE:
        assert outcome.best_bound is None
        return
    assert outcome.objective is not None
    assert outcome.best_bound is not None
    assert outcome.best_bound >= outcome.objective
    assert outcome.gap is not None
    assert outcome.gap <= max(Fraction(gap), Fraction(1, 10**6))
    assert outcome.verification is not None
    assert outcome.verification.passed


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(900, 915))
def test_plan_written_to_a_directory_or_a_file_gives_the_same_answer(
    session: Session, seed: int, tmp_path: Path
) -> None:
    plan = random_plan(seed)
    write_document(plan, tmp_path / "directory")
    write_document(plan, tmp_path / "plan.json")
    (tmp_path / "again.json").write_text(json.dumps(plan), encoding="utf-8")
    options = SearchOptions(relative_gap=0.0, time_limit_seconds=20.0)

    straight = place(session, plan)

    for path in (tmp_path / "directory", tmp_path / "plan.json", tmp_path / "again.json"):
        read = place_fleet(read_plan(path), options=options, session=session)
        assert (read.status, read.objective, read.placement) == (
            straight.status,
            straight.objective,
            straight.placement,
        )
