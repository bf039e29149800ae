"""Conflicts by hand: who contradicts whom, in which periods, and what was proven of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.explain.budget import Budget
from optimizer.explain.conflict import Conflict, find_conflict, find_conflicts
from optimizer.explain.feasibility import Answer, Feasibility
from optimizer.explain.setting import settings_of
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from tests.builders import document, site
from tests.explain.small_plans import EXACT, KILOWATT_CHIP, asking, contract, japanese

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.solve.session import Session

# Ten chips of 1 kW have to stand, and two sites of four kW are all there is.
EIGHT_OF_TEN = document(
    sites=[site("ohio", "US", power_mw="0.004"), site("texas", "US", power_mw="0.004")],
    accelerators=[KILOWATT_CHIP],
    delivered=10,
    economics={"must_place": "by_end"},
)


def conflicts_of(session: Session, plan: dict[str, Any], *, is_narrow: bool = False) -> tuple[Conflict, ...]:
    case = make_case(plan_from_dict(plan))
    return find_conflicts(case, settings_of(case, compile_limits(case)), asking(session), is_narrow=is_narrow)


def members(conflict: Conflict) -> dict[str, tuple[str, ...]]:
    return {member.atom.name: member.periods for member in conflict.members}


def test_all_power_of_a_country_is_one_member(session: Session) -> None:
    (conflict,) = conflicts_of(session, EIGHT_OF_TEN)

    assert members(conflict) == {"must_place[chip]": ("2025Q1",), "site_power in US": ("2025Q1",)}
    assert conflict.groups == {"must_place[chip]", "site_power[ohio]", "site_power[texas]"}
    assert conflict.is_minimal


def test_single_sites_are_members_where_that_is_asked(session: Session) -> None:
    """More power at either site would do, so both are needed."""
    (conflict,) = conflicts_of(session, EIGHT_OF_TEN, is_narrow=True)

    assert set(members(conflict)) == {"must_place[chip]", "site_power[ohio]", "site_power[texas]"}
    assert conflict.is_minimal


def test_a_site_that_is_not_needed_is_left_out_when_narrowed(session: Session) -> None:
    """The contract asks for five at ohio, which holds four; texas is of the same country and has nothing to do with it."""
    plan = {**EIGHT_OF_TEN, "economics": {"residual": "none"}, "commitments": [contract("lease", "ohio", 5)]}

    (wide,) = conflicts_of(session, plan)
    (narrow,) = conflicts_of(session, plan, is_narrow=True)

    assert set(members(wide)) == {"commitment[lease]", "site_power in US"}
    assert set(members(narrow)) == {"commitment[lease]", "site_power[ohio]"}


def test_members_are_narrowed_to_the_period_in_which_they_are_needed(session: Session) -> None:
    """20 of 100 chips from the third quarter on are more than 7%; in the fourth, 300 are there and 20 are fewer."""
    plan = japanese({"chip": [100, 0, 0, 200]}, "MY", periods=4)  # type: ignore[arg-type]
    plan["commitments"] = [contract("lease", "in-my", 20, **{"from": "2025Q3"})]

    (conflict,) = conflicts_of(session, plan)

    assert members(conflict) == {
        "commitment[lease]": ("2025Q3",),
        "destination_share[MY]": ("2025Q3",),
        "deliveries": ("2025Q3",),
    }


def test_conflicts_have_no_setting_in_common(session: Session) -> None:
    """Two contracts, each for more than its site holds."""
    sites = [site("ohio", "US", power_mw="0.004"), site("oslo", "NO", power_mw="0.004")]
    rows = [contract("one", "ohio", 5), contract("two", "oslo", 5)]
    plan = document(sites=sites, accelerators=[KILOWATT_CHIP], delivered=20, commitments=rows, policy="physical-only")

    found = conflicts_of(session, plan)

    assert sorted(sorted(members(conflict)) for conflict in found) == [
        ["commitment[one]", "site_power in US"],
        ["commitment[two]", "site_power in NO"],
    ]


def test_a_plan_that_exists_has_no_conflict(session: Session) -> None:
    assert conflicts_of(session, {**EIGHT_OF_TEN, "economics": {"residual": "none"}}) == ()


class OnlyTheWhole(Feasibility):
    """Knows of all limits together alone that they leave no plan; the clock cuts short everything else."""

    def ask(self, case: Case, limits: Iterable[Limit]) -> Answer:
        is_whole = {limit.key for limit in limits} == {limit.key for limit in compile_limits(case)}
        return Answer(exists=False if is_whole else None)


def test_what_was_cut_short_stays_in_and_the_conflict_is_not_called_minimal(session: Session) -> None:
    case = make_case(plan_from_dict(EIGHT_OF_TEN))
    settings = settings_of(case, compile_limits(case))

    conflict = find_conflict(case, settings, OnlyTheWhole(EXACT, Budget(session)))

    assert conflict is not None
    assert conflict.groups == {setting.group for setting in settings}
    assert not conflict.is_minimal


def test_without_time_there_is_no_conflict_to_speak_of(session: Session) -> None:
    case = make_case(plan_from_dict(EIGHT_OF_TEN))
    feasibility = Feasibility(EXACT, Budget(session, seconds=0.0))

    assert find_conflicts(case, settings_of(case, compile_limits(case)), feasibility) == ()


def closing(delivered: tuple[int, int]) -> dict[str, Any]:
    """Return Ohio, which closes after the first of two quarters, and a contract for a chip there in the second."""
    plan = document(sites=[site("ohio", "US", closes_after="2025Q1")], delivered={"chip": list(delivered)}, periods=2)
    return {**plan, "commitments": [contract("lease", "ohio", 1, **{"from": "2025Q2"})]}


def test_a_closing_left_out_is_one_of_a_site_that_stays(session: Session) -> None:
    """The chip arrives when Ohio has closed: stock could not merely stay there, it has to be placed."""
    (conflict,) = conflicts_of(session, closing((0, 1)))

    assert members(conflict) == {"commitment[lease]": ("2025Q2",), "closings[ohio]": ("2025Q2",)}
    assert conflict.is_minimal


def test_a_closing_is_not_blamed_where_nothing_would_stand_at_a_site_that_stays(session: Session) -> None:
    """Only one chip comes for a contract of two."""
    plan = closing((1, 0))
    plan["commitments"][0]["min_units"] = 2
    conflicts = conflicts_of(session, plan)

    assert members(conflicts[0]) == {"commitment[lease]": ("2025Q2",), "deliveries": ("2025Q2",)}
    assert conflicts[0].is_minimal
