"""Plans that cannot be: what contradicts what, and what would be enough, as each instance's `expected.json` states it.

`conflicts` lists the contradictions, each a list of members, each a list of groups of limits that are kept or dropped
together. They are proved by solving: together they leave no plan, without any one of them a plan exists.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.files.read_plan import read_plan
from optimizer.pipeline import place_fleet
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.schema.limit_kind import LimitKind
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from optimizer.solve.session import Session

Member = tuple[str, ...]
"""Groups that stand or fall together: a setting, all deliveries, the power of one country."""

FOLDER = Path(__file__).parents[1] / "instances"
EXPECTED_FILE = "expected.json"
ANY_PLAN_GAP, SECONDS = 10.0, 60.0
"""Only whether a plan exists is asked."""


@dataclass(frozen=True)
class Expected:
    """What an instance's `expected.json` says."""

    name: str
    conflicts: tuple[tuple[Member, ...], ...]
    families: Mapping[str, bool]
    """Whether dropping everything of a family makes a plan exist: yours to change, yours to buy, needs government."""
    ways_out: tuple[Mapping[str, object], ...]
    feasible_in_parts: tuple[str, ...] = ()
    """Changes that let blocks be divided, where whole blocks are the reason."""
    cure: Mapping[str, object] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return FOLDER / self.name

    @cached_property
    def kinds(self) -> dict[str, LimitKind]:
        """Return every group of the plan with its kind."""
        return {limit.group: limit.kind for limit in compile_limits(make_case(read_plan(self.path)))}


def read_expected(name: str) -> Expected:
    said = json.loads((FOLDER / name / EXPECTED_FILE).read_text(encoding="utf-8"))
    return Expected(
        name,
        tuple(tuple(tuple(member) for member in conflict) for conflict in said["conflicts"]),
        said["families"],
        tuple(said["ways_out"]),
        tuple(said.get("feasible_in_parts", ())),
        said.get("cure", {}),
    )


INSTANCES = tuple(read_expected(file.parent.name) for file in sorted(FOLDER.glob(f"*/{EXPECTED_FILE}")))
EVERY = [pytest.param(instance, id=instance.name) for instance in INSTANCES]
SINGLE = [pytest.param(instance, id=instance.name) for instance in INSTANCES if len(instance.conflicts) == 1]
IN_PARTS = [pytest.param(instance, id=instance.name) for instance in INSTANCES if instance.feasible_in_parts]
CURED = [pytest.param(instance, id=instance.name) for instance in INSTANCES if instance.cure]
SEVERAL = [pytest.param(instance, id=instance.name) for instance in INSTANCES if len(instance.conflicts) > 1]
WAYS_OUT = [
    pytest.param(instance, way, id=f"{instance.name}: {way['change']}")
    for instance in INSTANCES
    for way in instance.ways_out
]


def has_plan(session: Session, instance: Expected, changes: Iterable[str] = ()) -> bool:
    options = SearchOptions(relative_gap=ANY_PLAN_GAP, time_limit_seconds=SECONDS)
    outcome = place_fleet(read_plan(instance.path, tuple(changes)), options=options, session=session)
    assert outcome.placement is not None or outcome.status is Status.INFEASIBLE, outcome.status
    return outcome.placement is not None


def has_plan_without(session: Session, instance: Expected, groups: Collection[str]) -> bool:
    return has_plan(session, instance, (f'limits."{group}".enforced=false' for group in sorted(groups)))


def has_plan_with_only(session: Session, instance: Expected, members: Iterable[Member]) -> bool:
    kept = {group for member in members for group in member}
    return has_plan_without(session, instance, instance.kinds.keys() - kept)


def names_of_infeasible_instances() -> frozenset[str]:
    """Return the instances whose record says that no plan exists."""
    records = FOLDER.glob("*/recorded.json")
    return frozenset(
        file.parent.name
        for file in records
        if json.loads(file.read_text(encoding="utf-8"))["status"] == Status.INFEASIBLE
    )


def test_there_are_six_reasons_and_every_infeasible_instance_states_its_own() -> None:
    reasons = {instance.conflicts for instance in INSTANCES}

    assert {instance.name for instance in INSTANCES} == names_of_infeasible_instances()
    assert len(reasons) >= 6


@pytest.mark.parametrize("instance", EVERY)
def test_page_of_the_instance_names_every_setting_of_its_conflicts(instance: Expected) -> None:
    page = (instance.path / "README.md").read_text(encoding="utf-8")

    rules = {group.partition("[")[0] for conflict in instance.conflicts for member in conflict for group in member}
    assert {rule for rule in rules if f"`{rule}" not in page} == set()


@pytest.mark.parametrize("instance", EVERY)
def test_no_plan_exists(session: Session, instance: Expected) -> None:
    assert not has_plan(session, instance)


@pytest.mark.parametrize("instance", EVERY)
def test_members_are_groups_of_the_plan_and_of_one_conflict_only(instance: Expected) -> None:
    groups = [group for conflict in instance.conflicts for member in conflict for group in member]

    assert set(groups) <= instance.kinds.keys()
    assert len(groups) == len(set(groups))


@pytest.mark.parametrize("instance", EVERY)
def test_each_conflict_alone_leaves_no_plan(session: Session, instance: Expected) -> None:
    for conflict in instance.conflicts:
        assert not has_plan_with_only(session, instance, conflict)


@pytest.mark.parametrize("instance", EVERY)
def test_each_conflict_is_minimal(session: Session, instance: Expected) -> None:
    for conflict in instance.conflicts:
        for dropped in conflict:
            rest = [member for member in conflict if member != dropped]
            assert has_plan_with_only(session, instance, rest), dropped


@pytest.mark.parametrize("instance", SINGLE)
def test_a_single_conflict_is_the_only_one(session: Session, instance: Expected) -> None:
    """The whole plan without any one member exists: every other contradiction would hold all members, and be this one."""
    (conflict,) = instance.conflicts
    for dropped in conflict:
        assert has_plan_without(session, instance, dropped), dropped


@pytest.mark.parametrize("instance", SEVERAL)
def test_several_conflicts_need_a_member_of_each_dropped(session: Session, instance: Expected) -> None:
    for dropped in product(*instance.conflicts):
        assert has_plan_without(session, instance, {group for member in dropped for group in member}), dropped


@pytest.mark.parametrize("instance", EVERY)
def test_families_of_changes_make_a_plan_exist_or_not(session: Session, instance: Expected) -> None:
    plan = read_plan(instance.path)
    buyable = {key for key, own in plan.limit_settings.items() if own.is_buyable}
    bought = {group for group in instance.kinds if {group, f"{group.partition('[')[0]}[*]"} & buyable}
    dropped = {
        "change": {
            group
            for group, kind in instance.kinds.items()
            if kind is LimitKind.CONTRACT or group.startswith("deliveries[")
        },
        "buy": bought,
        "government": {group for group, kind in instance.kinds.items() if kind is LimitKind.POLICY},
    }

    found = {family: has_plan_without(session, instance, groups) for family, groups in dropped.items()}

    assert found == instance.families


@pytest.mark.parametrize(("instance", "way"), WAYS_OUT)
def test_way_out_is_enough_and_one_step_less_is_not(
    session: Session, instance: Expected, way: Mapping[str, tuple[str, ...]]
) -> None:
    assert has_plan(session, instance, way["enough"])
    if way["not_enough"] is not None:
        assert not has_plan(session, instance, way["not_enough"])


@pytest.mark.parametrize("instance", IN_PARTS)
def test_only_whole_blocks_are_the_reason(session: Session, instance: Expected) -> None:
    """A plan in parts of the real blocks exists, so the linear relaxation has one too."""
    assert has_plan(session, instance, instance.feasible_in_parts)


@pytest.mark.parametrize("instance", CURED)
def test_cure_complies_then_and_is_worth_what_is_said(session: Session, instance: Expected) -> None:
    plan = read_plan(instance.path, ("policy.breach=cure",))

    outcome = place_fleet(plan, options=SearchOptions(relative_gap=0.0, time_limit_seconds=SECONDS), session=session)

    assert outcome.status is Status.OPTIMAL
    assert outcome.objective is not None
    assert outcome.is_earliest_proven
    (cure,) = outcome.cures
    assert instance.cure == {
        "group": cure.group,
        "tests_in_breach": cure.tests_in_breach,
        "complies_in": None if cure.complies_in is None else plan.horizon.labels[cure.complies_in],
        "value_in_millions": f"{float(outcome.objective) / 1e6:.2f}",
    }
