"""A sweep: the known curve, the same as independent searches, whatever the jobs, kept and gone on with."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

import optimizer
from optimizer import pipeline
from optimizer.errors import InputError, SolverError
from optimizer.explain import sweep as module
from optimizer.explain.sweep import PointNews, Sweep, sweep
from optimizer.explain.sweep_grid import parse_grid
from optimizer.explain.sweep_points import read_points
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Status
from tests.explain.curve_plan import CURVE, IN_JOHOR, KEY, VARY, lease, worth, write_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    return write_plan(tmp_path / "fleet.json")


def objectives(found: Sweep) -> tuple[Any, ...]:
    return tuple(one.answer.objective if one.answer else None for one in found.points)


def counting(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list that grows by each plan that is searched."""
    searched: list[object] = []
    place: Callable[..., Outcome] = pipeline.place_fleet

    def count(plan: object, **options: object) -> Outcome:
        searched.append(plan)
        return place(plan, **options)

    monkeypatch.setattr(module, "place_fleet", count)
    return searched


# --- The curve --------------------------------------------------------------------------------------------------------


def test_the_curve_is_the_one_worked_out_by_hand(fleet: Path) -> None:
    found = sweep(fleet, VARY, options=SearchOptions(relative_gap=0.0))

    assert objectives(found) == CURVE
    placed = [one.answer.placement for one in found.points if one.answer]
    assert [placement.units(0, 0, 0) for placement in placed if placement] == list(IN_JOHOR)
    assert all(one.answer and one.answer.best_bound is not None for one in found.points)
    assert not found.is_interrupted


@pytest.mark.parametrize(
    "vary",
    [
        VARY,
        'limits."destination_share[MY]".setting=0:1/10:1/50',
        'limits."destination_share[MY]".change=-2%:2%:2%',
        "sites[ohio].max_units=0:60:20",
        "values[johor].value_usd_per_unit=500:2500:1000",
        "policy.name=unrestricted,three-tier-2025-01",
    ],
)
def test_each_point_is_what_an_independent_search_of_the_same_change_finds(
    fleet: Path, vary: str, session: Session
) -> None:
    found = sweep(fleet, vary)

    for one in found.points:
        plan = optimizer.read_plan(fleet, [f"{found.grid.key}={one.point.value}"])
        alone = optimizer.place_fleet(plan, options=SearchOptions(threads=1), session=session)
        assert one.answer is not None
        assert (one.answer.objective, one.answer.best_bound) == (alone.objective, alone.best_bound)
        assert one.answer.status is alone.status


def test_the_curve_is_the_same_for_one_job_and_for_two(fleet: Path) -> None:
    alone, together = (sweep(fleet, VARY, jobs=jobs) for jobs in (1, 2))

    for one, other in zip(alone.points, together.points, strict=True):
        assert one.answer is not None
        assert other.answer is not None
        assert one.answer.placement == other.answer.placement
        assert (one.answer.objective, one.answer.best_bound) == (other.answer.objective, other.answer.best_bound)


def test_no_plan_at_some_values_is_an_answer(tmp_path: Path) -> None:
    found = sweep(write_plan(tmp_path / "fleet.json", commitments=lease(50)), VARY)

    statuses = [one.answer.status for one in found.points if one.answer]
    assert statuses == [Status.INFEASIBLE] * 3 + [Status.OPTIMAL] * 4
    assert objectives(found) == (None, None, None, *CURVE[3:])


def test_the_plan_as_it_stands_is_marked_whichever_way_its_value_is_written(fleet: Path) -> None:
    for vary in (
        f"{KEY}=5%,7%,9%",
        f"{KEY}=0.05,0.07,0.09",
        f"{KEY}=1/20,7/100,9/100",
        'limits."destination_share[MY]".setting=5%,7%,9%',
        'limits."destination_share[MY]".change=-1%,0,1%',
        "sites[ohio].power_mw=900,1000.0,1100",
        "policy.name=unrestricted,three-tier-2025-01,physical-only",
    ):
        assert [point.is_today for point in read_points(fleet, parse_grid(vary), None, ())] == [False, True, False], (
            vary
        )
    assert not any(point.is_today for point in read_points(fleet, parse_grid(VARY), None, ()))


def test_further_changes_and_another_policy_hold_at_every_point(fleet: Path) -> None:
    few = sweep(fleet, f"{KEY}=0%,10%", settings=["sites[ohio].max_units=10"])
    free = sweep(fleet, "sites[johor].max_units=0,60", policy="unrestricted", settings=["sites[ohio].max_units=10"])

    assert objectives(few) == (10_000, 200_000)
    assert objectives(free) == (10_000, 130_000)


# --- What is wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        ("policy.hom_share=30%,40%", "has no setting of that name"),
        ("site[ohio].power_mw=1,2", "unknown section or table"),
        ("sites[ohoi].power_mw=1,2", "did you mean 'ohio'"),
        ("sites[ohio].power=1,2", "unknown column"),
        ('limits."destination_share[ZZ]".setting=1%,2%', "destination_share"),
        ("policy.home_share=90%:110%:10%", "policy.home_share at 110%: a share lies between 0 and 1"),
        ("sites[ohio].power_mw=-1,1", "sites[ohio].power_mw at -1: must not be negative"),
    ],
)
def test_a_key_or_a_value_that_does_not_fit_is_an_error_before_anything_is_solved(
    fleet: Path, vary: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = counting(monkeypatch)

    with pytest.raises(InputError) as caught:
        sweep(fleet, vary)

    assert words in str(caught.value)
    assert searched == []


def test_a_key_that_is_set_as_well_is_refused(fleet: Path) -> None:
    with pytest.raises(InputError, match="the key is changed by another option as well"):
        sweep(fleet, VARY, settings=["policy . destination_share=5%".replace(" ", "")])
    with pytest.raises(InputError, match=r"policy.name is what --policy says"):
        sweep(fleet, "policy.name=unrestricted,physical-only", policy="unrestricted")


def test_a_solver_that_fails_at_one_point_fails_there_alone(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = pipeline.place_fleet

    def fail_once(plan: optimizer.Plan, **options: object) -> Outcome:
        if plan.policy.overrides["destination_share"] == "4%":
            msg = "the process\nwas lost"
            raise SolverError(msg)
        return place(plan, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "place_fleet", fail_once)
    found = sweep(fleet, VARY)

    failed = found.points[2].answer
    assert failed is not None
    assert (failed.status, failed.failure) == (None, "solver error: the process was lost")
    assert objectives(found) == (*CURVE[:2], None, *CURVE[3:])


def test_an_error_of_this_program_is_raised(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "place_fleet", fail)

    with pytest.raises(ZeroDivisionError):
        sweep(fleet, VARY, jobs=2)


# --- Kept, and gone on with -------------------------------------------------------------------------------------------


def test_a_finished_point_is_not_searched_again(fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sweep(fleet, VARY, directory=tmp_path / "kept")
    files = sorted((tmp_path / "kept" / "points").iterdir())
    files[3].unlink()
    searched, news = counting(monkeypatch), list[PointNews]()

    again = sweep(fleet, VARY, directory=tmp_path / "kept", on_point=news.append)

    assert len(files) == len(CURVE)
    assert len(searched) == 1
    assert [one.was_kept for one in news] == [True] * 6 + [False]
    assert [one.finished for one in news] == list(range(1, 8))
    assert objectives(again) == objectives(first) == CURVE


def test_further_values_of_the_same_setting_may_be_added(
    fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep(fleet, VARY, directory=tmp_path / "kept")
    searched = counting(monkeypatch)

    finer = sweep(fleet, f"{KEY}=0%:12%:1%", directory=tmp_path / "kept")

    assert len(searched) == 6
    assert objectives(finer) == tuple(worth(Fraction(percent, 100)) for percent in range(13))


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"objective": "161000"', '"objective": "162000"'),
        lambda text: text.replace("61\n", "62\n"),
        lambda text: text.replace('"johor"', '"utopia"'),
        lambda text: text.replace('"placement": {', '"placement": [{').replace("}\n}", "}]\n}"),
        lambda text: text.replace('"value": "6%"', '"value": "8%"'),
        lambda _: "",
    ],
    ids=["cut", "worth more", "one more", "no such site", "no mapping", "another value", "empty"],
)
def test_a_file_that_does_not_pass_the_exact_check_is_as_good_as_absent(
    fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[str], str]
) -> None:
    sweep(fleet, VARY, directory=tmp_path / "kept")
    (file,) = (tmp_path / "kept" / "points").glob("6%-*.json")
    good = file.read_text(encoding="utf-8")
    assert damage(good) != good
    file.write_text(damage(good), encoding="utf-8")
    searched = counting(monkeypatch)

    assert objectives(sweep(fleet, VARY, directory=tmp_path / "kept")) == CURVE
    assert len(searched) == 1


def test_another_plan_policy_key_or_option_is_refused_with_what_differs(fleet: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    sweep(fleet, VARY, directory=kept)

    for words, arguments in {
        "options.gap 0.001, this one 0.05": {"options": SearchOptions(relative_gap=0.05)},
        "options.seed 0, this one 7": {"options": SearchOptions(seed=7)},
        "options.solver 'highs', this one 'scip'": {"options": SearchOptions(backend="scip")},
        "options.time_limit_seconds None, this one 9": {"options": SearchOptions(time_limit_seconds=9)},
        "policy None, this one 'three-tier-2025-01'": {"policy": "three-tier-2025-01"},
        "settings [], this one ['sites[ohio].max_units=9']": {"settings": ["sites[ohio].max_units=9"]},
    }.items():
        with pytest.raises(InputError) as caught:
            sweep(fleet, VARY, directory=kept, **arguments)  # type: ignore[arg-type]
        assert words in str(caught.value)
        assert "choose a new directory" in str(caught.value)
    with pytest.raises(InputError, match="that sweep has key"):
        sweep(fleet, "policy.home_share=30%,40%", directory=kept)

    write_plan(fleet, delivered=101)
    with pytest.raises(InputError, match=r"the plan's file fleet.json differs"):
        sweep(fleet, VARY, directory=kept)


def test_another_version_of_the_program_or_a_changed_pack_is_refused(fleet: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    sweep(fleet, VARY, directory=kept)
    manifest = json.loads((kept / "sweep.json").read_text(encoding="utf-8"))
    changed = {**manifest, "versions": {**manifest["versions"], "ortools": "8.0"}}
    (kept / "sweep.json").write_text(json.dumps(changed), encoding="utf-8")

    with pytest.raises(InputError, match=r"versions.ortools '8.0', this one"):
        sweep(fleet, VARY, directory=kept)

    (kept / "sweep.json").write_text(json.dumps(manifest), encoding="utf-8")
    (file,) = (kept / "points").glob("6%-*.json")
    record = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**record, "policy_sha256": "0" * 64}), encoding="utf-8")
    with pytest.raises(InputError, match="the policy pack differs from that of 6% there"):
        sweep(fleet, VARY, directory=kept)


def test_a_directory_of_something_else_is_left_alone(fleet: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("Dear", encoding="utf-8")

    with pytest.raises(InputError, match="is not empty and holds no sweep"):
        sweep(fleet, VARY, directory=mine)
    (mine / "sweep.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match=r"sweep.json is not that of a sweep"):
        sweep(fleet, VARY, directory=mine)
    with pytest.raises(InputError, match="a file of that name is in the way"):
        sweep(fleet, VARY, directory=fleet)

    assert sorted(entry.name for entry in mine.iterdir()) == ["letter.txt", "sweep.json"]


def test_a_failed_or_interrupted_point_is_not_kept(
    fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Outcome:
        msg = "lost"
        raise SolverError(msg)

    with monkeypatch.context() as patch:
        patch.setattr(module, "place_fleet", fail)
        sweep(fleet, VARY, directory=tmp_path / "kept")

    assert list((tmp_path / "kept" / "points").iterdir()) == []
    assert objectives(sweep(fleet, VARY, directory=tmp_path / "kept")) == CURVE


# --- Ctrl-C -----------------------------------------------------------------------------------------------------------


def test_ctrl_c_ends_with_the_points_that_are_finished(fleet: Path, tmp_path: Path) -> None:
    def press(news: PointNews) -> None:
        if news.finished == 2:
            raise KeyboardInterrupt

    found = sweep(fleet, f"{KEY}=0%:12%:0.1%", jobs=1, directory=tmp_path / "kept", on_point=press)

    finished = [one for one in found.points if one.answer is not None]
    assert found.is_interrupted
    assert 2 <= len(finished) < len(found.points)
    assert [one.answer.objective for one in finished if one.answer] == [
        worth(one.point.number or Fraction(0)) for one in finished
    ]
    assert len(list((tmp_path / "kept" / "points").iterdir())) == len(finished)
