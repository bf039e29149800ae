"""`authorisations = "auto"`: which status to hold, what each is worth, and where NVEU is needed at all."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.rules.alternatives import alternative_cases
from optimizer.strategy.alternatives import search_alternatives
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Outcome, Status
from tests.builders import case, chip, document, site

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.rules.case import Case
    from optimizer.solve.session import Session

Row = dict[str, Any]
SMALL = {"lpp_tpp_per_year": 20_000, "country_allocation": 100_000, "decision_days": 0, "new_site_notice_days": 0}
"""LPP of 2 chips of 10,000 TPP a year, 10 chips licensed to a country, no waiting."""
CHIP = chip(tpp=10_000)


def company(
    mode: str,
    *,
    headquarters: str = "US",
    home: int = 0,
    delivered: int = 60,
    sites: list[Row] | None = None,
    **more: object,
) -> Row:
    """A company with `home` chips installed in the US, whose chips earn most in Malaysia and India."""
    stock = [{"country": "US", "accelerator": "chip", "units": home}] if home else []
    return document(
        sites=sites or [site("kl", "MY"), site("mumbai", "IN"), site("home", "US", value_multiplier=0)],
        accelerators=[CHIP],
        delivered=delivered,
        headquarters=headquarters,
        start="2026Q1",
        policy={"name": "ai-diffusion-2025", **SMALL, **more, "authorisations": mode},
        installed=stock,
    )


def solve(session: Session, plan: Row, **options: Any) -> Outcome:  # noqa: ANN401  options of a search
    options = {"relative_gap": 0.0, "time_limit_seconds": 30.0, **options}
    return place_fleet(plan_from_dict(plan), options=SearchOptions(**options), session=session)


def chosen(outcome: Outcome) -> str:
    return next(one.name for one in outcome.alternatives if one.is_chosen)


def test_a_large_fleet_at_home_makes_uveu_worth_most(session: Session) -> None:
    """1,000 chips at home permit 75 in Malaysia and in India each; otherwise 22 fit (twice 10 licensed, 2 by LPP), and
    twice 5 more under NVEU if its table held 5 chips."""
    outcome = solve(session, company("auto", home=1_000, nveu_installed_base={"2026Q1": 50_000}))

    assert chosen(outcome) == "uveu"
    assert [one.objective for one in outcome.alternatives] == [22 * 1095, 32 * 1095, 60 * 1095]
    assert outcome.objective == 60 * 1095


def test_a_small_fleet_keeps_out_of_the_shares(session: Session) -> None:
    """With 20 chips at home UVEU would permit one in each country; NVEU's table permits all."""
    outcome = solve(session, company("auto", home=20))

    assert chosen(outcome) == "nveu"
    nveu = next(one for one in outcome.alternatives if one.is_chosen)
    assert nveu.nveu_destinations
    assert set(nveu.nveu_destinations) <= {"IN", "MY"}


def test_nveu_is_given_up_where_the_same_units_fit_other_paths(session: Session) -> None:
    """Twelve chips fit one country's licences and LPP; no status at all is as good, and is chosen."""
    outcome = solve(session, company("auto", delivered=12))

    assert chosen(outcome) == "none"
    assert next(one for one in outcome.alternatives if one.name == "nveu").nveu_destinations == ()


def test_a_tie_goes_to_the_fewest_authorisations(session: Session) -> None:
    outcome = solve(session, company("auto", home=1_000, delivered=1))

    assert chosen(outcome) == "none"
    assert len({one.objective for one in outcome.alternatives}) == 1


@pytest.mark.parametrize(
    ("headquarters", "names"),
    [("US", ["none", "nveu", "uveu"]), ("JP", ["none", "nveu", "uveu"]), ("AE", ["none", "nveu"]), ("CN", ["none"])],
)
def test_only_what_the_headquarters_may_hold_is_compared(headquarters: str, names: list[str]) -> None:
    policy = {"name": "ai-diffusion-2025", "authorisations": "auto"}
    held = case(sites=[site("kl", "MY")], headquarters=headquarters, start="2026Q1", policy=policy)

    assert list(alternative_cases(held)) == names


def test_auto_is_never_worse_than_any_fixed_choice_and_its_bound_covers_them_all(session: Session) -> None:
    for home in (0, 20, 200, 1_000):
        auto = solve(session, company("auto", home=home))
        fixed = [solve(session, company(mode, home=home)) for mode in ("none", "nveu", "uveu")]

        assert auto.objective == max(one.objective for one in fixed if one.objective is not None)
        assert auto.best_bound is not None
        assert all(auto.best_bound >= (one.objective or Fraction(0)) for one in fixed)


def test_a_listed_status_keeps_its_dates_and_another_begins_after_the_decision(session: Session) -> None:
    plan = company("auto", home=1_000, decision_days=30)
    listed = {**plan, "authorisations": [{"type": "UVEU", "valid_from": "2025-06-01"}]}

    new, old = solve(session, plan), solve(session, listed)

    uveu = [next(one for one in outcome.alternatives if one.name == "uveu") for outcome in (new, old)]
    assert (uveu[0].objective or 0) < (uveu[1].objective or 0)


def test_nothing_to_choose_from_is_infeasible(session: Session) -> None:
    plan = company("auto", delivered=60, sites=[site("beijing", "CN")])
    plan["economics"]["must_place"] = "by_end"

    outcome = solve(session, plan)

    assert outcome.status is Status.INFEASIBLE
    assert [one.status for one in outcome.alternatives] == [Status.INFEASIBLE] * 3
    assert not any(one.is_chosen for one in outcome.alternatives)


def unfinished(stopped_by: str | None, *, interrupted: bool = False) -> Callable[[Case, SearchOptions, str], Outcome]:
    """Return a search that finds nothing, and how it was stopped."""

    def place(one: Case, options: SearchOptions, name: str) -> Outcome:
        searched.append((name, options.time_limit_seconds))
        return Outcome(
            case=one,
            limits=(),
            status=Status.UNKNOWN,
            placement=None,
            verification=None,
            best_bound=Fraction(9),
            backend="script",
            strategy="script",
            interrupted=interrupted,
            stopped_by=stopped_by,
        )

    searched: list[tuple[str, float | None]] = []
    place.searched = searched  # type: ignore[attr-defined]
    return place


def choosing() -> Case:
    policy = {"name": "ai-diffusion-2025", "authorisations": "auto"}
    return case(sites=[site("kl", "MY")], start="2026Q1", policy=policy)


def test_ctrl_c_ends_the_whole_comparison_and_leaves_its_bound_unknown() -> None:
    place = unfinished("interruption", interrupted=True)

    outcome = search_alternatives(choosing(), SearchOptions(), place)

    assert [name for name, _ in place.searched] == ["none"]  # type: ignore[attr-defined]
    assert (outcome.interrupted, outcome.stopped_by, outcome.best_bound) == (True, "interruption", None)
    assert outcome.status is Status.UNKNOWN


def test_the_time_limit_is_shared_by_all_choices() -> None:
    place = unfinished("time limit")

    outcome = search_alternatives(choosing(), SearchOptions(time_limit_seconds=30.0), place)

    given = [seconds or 0.0 for _, seconds in place.searched]  # type: ignore[attr-defined]
    assert [round(seconds) for seconds in given] == [10, 15, 30]
    assert (outcome.stopped_by, outcome.best_bound) == ("time limit", Fraction(9))
