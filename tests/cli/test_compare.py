"""`placement compare`: one plan under several policies, what goes to which of them, and how it ends.

The plan: a US company with 930 chips at home; 100 more arrive, worth 2,000 USD each in Malaysia and 1,000 in Ohio.

    three tiers    7% of the 1,030 that stand is 72.1: 72 in Malaysia and 28 in Ohio, 172,000 USD
    unrestricted   all 100 in Malaysia, 200,000 USD
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import jsonschema
import pytest

from optimizer import pipeline
from optimizer.errors import SolverError
from optimizer.files.read_plan import read_plan
from optimizer.report.comparison_document import ComparisonDocument, PackPart
from optimizer.strategy.outcome import Outcome, Status
from tests.cli.big_plan import write_big_plan
from tests.cli.processes import running
from tests.explain.curve_plan import write_plan

if TYPE_CHECKING:
    from tests.cli.conftest import Call

PACKS = Path(pipeline.__file__).parent / "policies"
TIERS, FREE = "three-tier-2025-01", "unrestricted"
Compared = Callable[..., dict[str, Any]]


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    return write_plan(tmp_path / "fleet.json")


@pytest.fixture
def compared(call: Call) -> Compared:
    """Return what compares, checks the exit code, and reads the JSON."""

    def run(plan: Path, *arguments: object, exit_code: int = 0) -> dict[str, Any]:
        answer = call("compare", plan, *arguments, "--quiet", "--format", "json")
        assert answer.exit_code == exit_code, answer.output
        assert answer.stderr == "" or exit_code
        found: dict[str, Any] = json.loads(answer.stdout)
        jsonschema.validate(found, ComparisonDocument.model_json_schema(mode="serialization"))
        return found

    return run


def values(found: dict[str, Any]) -> dict[str, Any]:
    return {pack["policy"]: pack["objective"] for pack in found["packs"]}


def both() -> tuple[str, ...]:
    return ("--policy", TIERS, "--policy", FREE)


# --- What is compared -------------------------------------------------------------------------------------------------


def test_each_policy_has_its_own_best_plan_and_the_difference_is_proven(fleet: Path, compared: Compared) -> None:
    found = compared(fleet, *both())

    first, second = found["packs"]
    assert values(found) == {TIERS: 172_000, FREE: 200_000}
    assert Fraction(second["difference_at_least_exact"]) <= 28_000 <= Fraction(second["difference_at_most_exact"])
    assert (first["difference"], second["difference"]) == (None, "more")
    assert [part["group"] for part in first["binding_limits"]] == ["destination_share[MY]"]
    assert found["sites"][1] == {
        "site": "ohio",
        "country": "US",
        "destination": "US",
        "opened": {TIERS: "2025Q1", FREE: None},
        "differs": True,
    }


def test_figures_are_those_of_solve_under_each_policy(call: Call, fleet: Path, compared: Compared) -> None:
    packs = compared(fleet, *both(), "--policy", "licensing-2026-07")["packs"]

    for pack in packs:
        alone = json.loads(call("solve", fleet, "--policy", pack["policy"], "--format", "json").stdout)
        last = alone["periods"][-1]
        assert pack["status"] == alone["status"]
        assert pack["objective_exact"] == alone["objective_exact"]
        assert pack["best_bound_exact"] == alone["best_bound_exact"]
        assert pack["legal_status"] == alone["policy"]["legal_status"]
        assert all(pack[name] == last[name] for name in ("placed_units", "home_share_exact", "largest_tier2_country"))


def test_one_policy_alone_is_compared_with_the_plans_own(fleet: Path, compared: Compared) -> None:
    found = compared(fleet, "--policy", FREE)

    assert [(pack["policy"], pack["own"]) for pack in found["packs"]] == [(TIERS, True), (FREE, False)]


def test_the_plans_own_policy_has_the_plans_settings_and_no_other_pack_does(tmp_path: Path, compared: Compared) -> None:
    # 1% of 1,030 is 10.3: 10 in Malaysia, 90 in Ohio. The copy has the pack's own 7%.
    plan = write_plan(tmp_path / "fleet.json", policy={"destination_share": "1/100"})
    copy = shutil.copy(PACKS / f"{TIERS}.toml", tmp_path / "copy.toml")

    found = compared(plan, "--policy", TIERS, "--policy", copy)

    assert values(found) == {TIERS: 110_000, str(copy): 172_000}
    assert [pack["settings"] for pack in found["packs"]] == [{"destination_share": "1/100"}, {}]


def test_the_plans_own_policy_is_known_by_its_file_too(tmp_path: Path, compared: Compared) -> None:
    pack = tmp_path / "ours.toml"
    text = (PACKS / f"{TIERS}.toml").read_text(encoding="utf-8")
    pack.write_text(text.replace(f'name = "{TIERS}"', 'name = "ours"'), encoding="utf-8")
    plan = write_plan(tmp_path / "fleet.json", policy={"name": "ours.toml", "destination_share": "1/100"})

    found = compared(plan, "--policy", FREE, "--policy", tmp_path / "." / "ours.toml")

    assert [(one["policy"], one["own"], one["objective"]) for one in found["packs"]] == [
        (FREE, False, 200_000),
        ("ours", True, 110_000),
    ]


# --- --set ------------------------------------------------------------------------------------------------------------


def test_a_change_of_the_plan_is_for_every_policy(fleet: Path, compared: Compared) -> None:
    found = compared(fleet, *both(), "--set", "sites[johor].max_units=50")

    assert values(found) == {TIERS: 150_000, FREE: 150_000}
    assert found["packs"][1]["difference"] in {"equal", "not_distinguishable"}


def test_a_setting_goes_to_the_packs_that_have_it_and_the_others_say_so(fleet: Path, compared: Compared) -> None:
    found = compared(fleet, *both(), "--set", "policy.destination_share=1%")

    assert values(found) == {TIERS: 110_000, FREE: 200_000}
    assert [pack["settings_left_out"] for pack in found["packs"]] == [[], ["destination_share"]]


def test_a_typed_setting_goes_before_the_plans_own(tmp_path: Path, compared: Compared) -> None:
    plan = write_plan(tmp_path / "fleet.json", policy={"destination_share": "1/100"})

    assert values(compared(plan, *both(), "--set", "policy.destination_share=7%"))[TIERS] == 172_000


def test_breach_is_the_plans_and_no_setting_of_a_pack(tmp_path: Path, compared: Compared) -> None:
    # 100 of 1,000 stand in Malaysia, 30 more than 7%, so there is no strict plan. In a cure these 30 may not grow: 7% of
    # the 1,100 that stand at last is 77, so 7 more in Malaysia and 93 in Ohio.
    rows = [
        {"country": "US", "accelerator": "chip", "units": 900},
        {"country": "MY", "accelerator": "chip", "units": 100},
    ]
    plan = write_plan(tmp_path / "fleet.json", installed=rows)

    strict = compared(plan, *both())
    cure = compared(plan, *both(), "--set", "policy.breach=cure")

    assert [pack["status"] for pack in strict["packs"]] == ["infeasible", "optimal"]
    assert values(cure) == {TIERS: 107_000, FREE: 200_000}
    assert [pack["tests_in_breach"] for pack in cure["packs"]] == [1, None]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("policy.home_shar=1/2", "did you mean 'home_share'?"),
        ("policy.home_share=7", f"under {TIERS}: a share lies between 0 and 1"),
        ("policy.name=unrestricted", "policy.name is what --policy says"),
        ("policy.home_share", "is not KEY=VALUE"),
        ("sites[jahor].max_units=1", "did you mean 'johor'?"),
    ],
)
def test_a_setting_that_fits_nothing_is_refused_before_anything_is_solved(
    call: Call, fleet: Path, monkeypatch: pytest.MonkeyPatch, setting: str, words: str
) -> None:
    monkeypatch.setattr(pipeline, "place_fleet", lambda *_, **__: pytest.fail("it was solved"))

    answer = call("compare", fleet, *both(), "--set", setting)

    assert answer.exit_code == 2
    assert words in " ".join(answer.stderr.split())


@pytest.mark.parametrize("names", [(TIERS,), (FREE, FREE), (FREE, TIERS, TIERS)])
def test_a_pack_is_not_compared_with_itself(call: Call, fleet: Path, names: tuple[str, ...]) -> None:
    answer = call("compare", fleet, *(part for name in names for part in ("--policy", name)))

    assert answer.exit_code == 2
    assert "compared with itself" in answer.stderr


def test_every_pack_that_cannot_be_read_is_named(call: Call, fleet: Path) -> None:
    answer = call("compare", fleet, "--policy", "unrestrcted", "--policy", "gone.toml")

    assert answer.exit_code == 2
    assert answer.stderr.startswith("2 problems")
    assert "did you mean unrestricted?" in answer.stderr


def test_a_plan_that_does_not_fit_one_of_the_packs_is_refused_naming_it(call: Call, tmp_path: Path) -> None:
    # The rule as published counts controlled chips; 3,000 TPP alone do not say whether this is one.
    chips = [{"accelerator": "chip", "tpp": 3000, "power_kw": 0, "block": 1}]
    plan = write_plan(tmp_path / "fleet.json", accelerators=chips)

    answer = call("compare", plan, *both(), "--policy", "ai-diffusion-2025")

    assert answer.exit_code == 2
    assert "under ai-diffusion-2025: the policy counts chips of ECCN 3A090.a" in answer.stderr


def test_at_least_one_policy_is_named(call: Call, fleet: Path) -> None:
    assert call("compare", fleet).exit_code == 2


# --- How it ends ------------------------------------------------------------------------------------------------------


def test_no_plan_under_one_policy_is_a_result(fleet: Path, compared: Compared) -> None:
    # All 100 must stand, and Ohio holds 20: 80 in Malaysia is more than the 72 of the three tiers.
    asked = ("--set", "sites[ohio].max_units=20", "--set", "economics.must_place=by_end")

    found = compared(fleet, *both(), *asked)
    turned = compared(fleet, "--policy", FREE, "--policy", TIERS, *asked)

    assert [pack["status"] for pack in found["packs"]] == ["infeasible", "optimal"]
    assert found["packs"][0]["reasons"]
    assert [pack["difference"] for pack in found["packs"]] == [None, None]
    assert values(turned) == {FREE: 200_000, TIERS: None}


def test_no_plan_under_any_policy_is_exit_code_1_with_its_report(fleet: Path, compared: Compared) -> None:
    asked = ("--set", "sites[*].max_units=20", "--set", "economics.must_place=by_end")

    found = compared(fleet, *both(), *asked, exit_code=1)

    assert [pack["status"] for pack in found["packs"]] == ["infeasible", "infeasible"]


def outcome_of(fleet: Path, **changes: object) -> Outcome:
    return replace(pipeline.place_fleet(read_plan(fleet)), **changes)  # type: ignore[arg-type]


def in_turn(monkeypatch: pytest.MonkeyPatch, *answers: Outcome | BaseException) -> None:
    """Have `place_fleet` give these answers one after the other."""
    left = iter(answers)

    def place(*_: object, **__: object) -> Outcome:
        answer = next(left)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(pipeline, "place_fleet", place)


def test_nothing_found_anywhere_in_time_is_exit_code_4(
    fleet: Path, compared: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = outcome_of(fleet, status=Status.UNKNOWN, placement=None, verification=None, stopped_by="time limit")
    in_turn(monkeypatch, nothing, nothing)

    found = compared(fleet, *both(), exit_code=4)

    assert [pack["stopped_by"] for pack in found["packs"]] == ["time limit", "time limit"]


def test_a_solver_that_fails_under_one_policy_is_exit_code_3_and_the_others_are_reported(
    fleet: Path, compared: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_turn(monkeypatch, SolverError("the process\nwas lost"), outcome_of(fleet))

    found = compared(fleet, *both(), exit_code=3)

    assert [pack["status"] for pack in found["packs"]] == ["failed", "optimal"]
    assert found["packs"][0]["reasons"] == ["solver error: the process was lost"]


def test_a_placement_that_fails_the_exact_check_is_none(
    fleet: Path, compared: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = outcome_of(fleet)
    assert good.verification is not None
    in_turn(monkeypatch, replace(good, verification=replace(good.verification, faults=("shrinks",))), good)

    found = compared(fleet, *both(), exit_code=3)

    assert (found["packs"][0]["status"], found["packs"][0]["objective"]) == ("failed", None)


def test_an_interrupted_solve_is_reported_and_what_was_to_follow_is_not_run(
    call: Call, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = outcome_of(fleet, interrupted=True, stopped_by="interruption", status=Status.FEASIBLE)
    in_turn(monkeypatch, outcome_of(fleet), stopped)

    answer = call("compare", fleet, *both(), "--policy", "physical-only")

    assert answer.exit_code == 0
    assert "Interrupted: this is what there was. Not run: physical-only." in " ".join(answer.stdout.split())
    assert "feasible (stopped by interruption)" in answer.stdout
    assert answer.stderr.endswith("interrupted: this is what there was\n")


def test_ctrl_c_before_a_solve_begins_keeps_what_was_finished(
    fleet: Path, compared: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_turn(monkeypatch, outcome_of(fleet), KeyboardInterrupt())

    found = compared(fleet, *both())

    assert found["interrupted"] is True
    assert [pack["status"] for pack in found["packs"]] == ["optimal", "not_run"]


def test_a_second_ctrl_c_gives_up(call: Call, fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(*_: object, session: Any, **__: object) -> NoReturn:  # noqa: ANN401  whatever carries the mark
        session.interrupted = True
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "place_fleet", twice)

    answer = call("compare", fleet, *both())

    assert (answer.exit_code, answer.stdout) == (130, "")


@pytest.mark.slow
def test_ctrl_c_in_a_real_process_reports_the_best_plan_so_far(tmp_path: Path) -> None:
    plan = write_big_plan(tmp_path / "big.json")
    options = ("--gap", "0", "--format", "json")
    with running(tmp_path / "stderr.txt", "compare", plan, *both(), *options) as comparison:
        comparison.wait_for("%")  # a gap is known: there is a plan, and a bound
        comparison.process.send_signal(signal.SIGINT)
        found = json.loads(comparison.end())

    assert comparison.process.returncode == 0
    assert found["interrupted"] is True
    assert [pack["status"] for pack in found["packs"]] == ["feasible", "not_run"]
    assert f"{TIERS}: " in comparison.stderr


# --- Written out ------------------------------------------------------------------------------------------------------


def test_people_read_legal_status_first_and_then_the_policies_side_by_side(call: Call, fleet: Path) -> None:
    answer = call("compare", fleet, *both())
    text = answer.stdout

    assert answer.exit_code == 0
    assert text.lower().index("not legal advice") < text.index("Side by side")
    assert "$28,000 more" in text
    assert "destination_share[MY]  7/100: 2025Q1" in text
    assert "ohio" in text[text.index("Sites open under one policy") :]
    assert "\x1b" not in text


def test_there_is_a_line_per_policy_on_stderr_unless_quiet(call: Call, fleet: Path) -> None:
    lines = call("compare", fleet, *both()).stderr.splitlines()

    assert [line.partition(",")[0] for line in lines] == [f"{TIERS} (1 of 2): optimal", f"{FREE} (2 of 2): optimal"]
    assert call("compare", fleet, *both(), "--quiet").stderr == ""


def test_markdown_has_a_table_for_each_part(call: Call, fleet: Path) -> None:
    text = call("compare", fleet, *both(), "--format", "markdown").stdout

    assert text.startswith("# fleet: Test (US), 2025Q1, under 2 policies\n")
    assert f"| destination | name | {TIERS} | {FREE} |" in text
    assert "| MY | Malaysia | 72,000 | 100,000 |" in text


def test_csv_has_one_row_per_policy_and_every_field(call: Call, fleet: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(call("compare", fleet, *both(), "--format", "csv").stdout)))

    assert list(rows[0]) == list(PackPart.model_fields)
    assert [(row["policy"], row["objective"], row["own"]) for row in rows] == [
        (TIERS, "172000", "true"),
        (FREE, "200000", "false"),
    ]
    assert [row["binding_limits"] for row in rows] == ["destination_share[MY]", ""]


def test_the_answer_goes_to_a_file_where_one_is_named(call: Call, fleet: Path, tmp_path: Path) -> None:
    answer = call("compare", fleet, *both(), "--format", "json", "--out", tmp_path / "new" / "compared.json")

    assert answer.stdout == ""
    found = json.loads((tmp_path / "new" / "compared.json").read_text(encoding="utf-8"))
    assert found["command"].startswith("placement compare ")


def test_a_directory_in_the_place_of_the_file_is_refused_before_anything_is_solved(
    call: Call, fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "place_fleet", lambda *_, **__: pytest.fail("it was solved"))

    assert call("compare", fleet, *both(), "--out", tmp_path).exit_code == 2


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_options_of_the_search_reach_it(fleet: Path, compared: Compared, solver: str) -> None:
    found = compared(
        fleet, *both(), "--solver", solver, "--gap", "1%", "--time-limit", "30", "--threads", "1", "--seed", "7"
    )

    asked = {key: found[key] for key in ("solver", "gap_asked", "time_limit_seconds", "threads", "seed")}
    assert asked == {"solver": solver, "gap_asked": 0.01, "time_limit_seconds": 30, "threads": 1, "seed": 7}
    assert values(found) == {TIERS: 172_000, FREE: 200_000}


def test_what_a_company_would_hold_is_said_where_the_policy_asks(tmp_path: Path, compared: Compared) -> None:
    chips = [{"accelerator": "chip", "tpp": 10_000, "power_kw": 0, "block": 1}]
    plan = write_plan(tmp_path / "fleet.json", accelerators=chips, start="2026Q1")
    plan.write_text(plan.read_text(encoding="utf-8").replace("2025Q1", "2026Q1"), encoding="utf-8")

    found = compared(plan, *both(), "--policy", "ai-diffusion-2025", "--set", "policy.authorisations=auto")

    assert [pack["authorisations"] for pack in found["packs"]] == [None, None, "auto: none"]
    assert values(found)["ai-diffusion-2025"] == 200_000  # under the country allocation of 790 million TPP
