"""What a comparison says of runs: proven differences, what stands at the end, what binds, which sites differ.

The small fleet (`small_fleet`) is worth V under the three tiers; under no policy of limits the runs here are made up by
hand, so that every figure is known.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import jsonschema
import pytest

from optimizer.report import as_json
from optimizer.report.comparison import PackRun, compose_comparison, value_difference
from optimizer.report.comparison_document import ComparisonDocument
from optimizer.report.compose import compose
from optimizer.schema.placement import Placement
from optimizer.schema.plan import LimitSetting
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Status
from tests.builders import case, site
from tests.report.golden_files import recorded
from tests.report.small_fleet import (
    BOUND_ABOVE,
    JOHOR,
    VERSIONS,
    impossible_case,
    no_placement,
    small_case,
    small_outcome,
    small_plan,
    small_result,
)

if TYPE_CHECKING:
    from optimizer.report.comparison_document import PackPart
    from optimizer.report.document import ResultDocument
    from optimizer.strategy.outcome import Outcome


def worth(objective: str | None, bound: str | None, *, earliest_proven: bool = True) -> ResultDocument:
    """Return a document of which only value and bound matter."""
    document = small_result()
    breach = document.breach.model_copy(update={"earliest_proven": earliest_proven})
    return document.model_copy(update={"objective_exact": objective, "best_bound_exact": bound, "breach": breach})


def run(label: str, outcome: Outcome | None = None, **parts: object) -> PackRun:
    document = compose(outcome, versions=VERSIONS) if outcome else None
    chosen = outcome.case if outcome else small_case()
    return PackRun(label, chosen, is_own=False, document=document, **parts)  # type: ignore[arg-type]


def compared(*runs: PackRun) -> ComparisonDocument:
    return compose_comparison(runs, SearchOptions())


def no_limits() -> Outcome:
    """Return the small fleet with everything in Malaysia and nothing in Ohio, under a policy without limits."""
    return small_outcome(small_case(policy="physical-only"), Placement({(JOHOR, 0): (100, 200)}, {JOHOR: 0}))


def pack(runs: tuple[PackRun, ...], number: int) -> PackPart:
    return compared(*runs).packs[number]


# --- Differences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "at_least", "at_most", "verdict"),
    [
        (("100", "110"), ("150", "155"), 40, 55, "more"),
        (("100", "110"), ("60", "90"), -50, -10, "less"),
        (("100", "110"), ("105", "120"), -5, 20, "not_distinguishable"),
        (("100", "110"), ("110", "120"), 0, 20, "not_distinguishable"),
        (("100", "100"), ("100", "100"), 0, 0, "equal"),
        (("1/3", "1/3"), ("2/3", "5/6"), Fraction(1, 3), Fraction(1, 2), "more"),
        (("100", None), ("60", "90"), None, -10, "less"),
        (("100", "110"), ("150", None), 40, None, "more"),
        (("100", "110"), ("90", None), -20, None, None),
        ((None, None), ("60", "90"), None, None, None),
    ],
)
def test_a_difference_lies_between_incumbent_less_bound_and_bound_less_incumbent(
    first: tuple[str | None, str | None],
    second: tuple[str | None, str | None],
    at_least: Fraction | None,
    at_most: Fraction | None,
    verdict: str | None,
) -> None:
    found = value_difference(worth(*second), worth(*first))

    assert (found.at_least, found.at_most, found.verdict) == (at_least, at_most, verdict)


def test_a_cure_that_may_not_be_the_earliest_proves_no_difference() -> None:
    found = value_difference(worth("150", "155", earliest_proven=False), worth("100", "110"))

    assert (found.at_least, found.at_most, found.verdict) == (None, None, None)


def test_every_pack_is_compared_with_the_first_and_the_first_with_none() -> None:
    runs = (run("tiers", small_outcome()), run("free", no_limits()), run("tiers again", small_outcome()))

    first, _, again = compared(*runs).packs

    assert (first.difference, first.difference_at_least, first.difference_at_most) == (None, None, None)
    assert again.difference == "not_distinguishable"
    assert (again.difference_at_least, again.difference_at_most) == (-BOUND_ABOVE, BOUND_ABOVE)
    assert again.difference_at_most_exact == str(BOUND_ABOVE)


# --- One pack -----------------------------------------------------------------------------------------------------------


def test_a_pack_has_the_figures_of_its_document_in_the_last_period() -> None:
    # 1,100 of 1,180 units stand in the US, 80 in Malaysia; 20 of 200 are stranded.
    found = pack((run("tiers", small_outcome()),), 0)

    assert (found.delivered_units, found.placed_units, found.unplaced_units) == (200, 180, 20)
    assert (found.home, found.home_share_exact) == ("US", "55/59")
    assert (found.outside_tier1, found.outside_tier1_share_exact) == ("outside Tier 1", "4/59")
    assert (found.largest_tier2_country, found.largest_tier2_share_exact) == ("MY", "4/59")
    assert found.objective_exact == small_result().objective_exact


def test_limits_that_bind_are_those_of_the_policy_with_their_setting() -> None:
    (binding,) = pack((run("tiers", small_outcome()),), 0).binding_limits

    assert (binding.group, binding.setting, binding.periods) == ("destination_share[MY]", "7/100", ("2025Q1", "2025Q2"))


def test_settings_that_were_replaced_are_named() -> None:
    changed = small_outcome(small_case(home_share="45%", validated_exempt_from_national_cap="true"))

    found = pack((run("tiers", changed, left_out=("authorisations",)),), 0)

    assert found.settings == {"home_share": "9/20", "validated_exempt_from_national_cap": "true"}
    assert found.settings_left_out == ("authorisations",)


def test_limits_that_the_plan_changes_are_named() -> None:
    lifted = replace(small_plan(), limit_settings={"home_share[US]": LimitSetting(is_enforced=False)})

    found = compared(
        run("tiers", small_outcome(small_case(lifted))), run("free", small_outcome(small_case(lifted, "unrestricted")))
    )

    assert [one.altered_limits for one in found.packs] == [("home_share[US] (a policy limit): not enforced",), ()]


def test_a_policy_that_names_its_tiers_says_what_it_takes_the_share_of() -> None:
    fleet = case(sites=[site("ohio", "US")], delivered=1, policy="licensing-2026-07")

    (found,) = compared(PackRun("licensing", fleet, is_own=False)).packs

    assert found.outside_tier1 == 'outside "no licence needed"'


def test_without_a_plan_the_reasons_say_which_limits_are_impossible() -> None:
    outcome = replace(small_outcome(), status=Status.INFEASIBLE, placement=None, verification=None, best_bound=None)
    fleet = impossible_case()
    impossible = replace(outcome, case=fleet, limits=small_outcome(fleet).limits, backend="arithmetic")

    found = pack((run("free", no_limits()), run("tiers", impossible)), 1)

    assert found.status == "infeasible"
    assert ["commitment[big" in found.reasons[0], "commitment[cold" in found.reasons[1]] == [True, True]
    assert (found.objective, found.placed_units, found.home_share, found.difference) == (None, None, None, None)


def test_without_a_single_impossible_limit_the_reason_is_who_proved_it() -> None:
    found = pack((run("tiers", no_placement(Status.INFEASIBLE)),), 0)

    assert found.reasons == ("proven by highs on the whole model; no single limit is impossible by itself",)


def test_a_run_that_failed_and_one_that_was_not_run_are_told_apart() -> None:
    failed, waiting = compared(run("a", failure="solver error: lost"), run("b")).packs

    assert (failed.status, failed.reasons) == ("failed", ("solver error: lost",))
    assert (waiting.status, waiting.reasons, waiting.legal_status) == ("not_run", (), failed.legal_status)


# --- Tables ---------------------------------------------------------------------------------------------------------------


def test_destinations_are_compared_by_what_stands_at_the_end() -> None:
    found = compared(run("tiers", small_outcome()), run("free", no_limits()), run("waiting")).destinations

    by_place = {(row.country, row.policy): (row.tpp_installed, row.tpp_placed, row.tpp) for row in found}
    assert by_place["MY", "tiers"] == (0, 80_000, 80_000)
    assert by_place["MY", "free"] == (0, 200_000, 200_000)
    assert by_place["US", "tiers"] == (1_000_000, 100_000, 1_100_000)
    assert {row.policy for row in found} == {"tiers", "free"}
    assert [row.country for row in found] == sorted(row.country for row in found)


def test_sites_open_under_one_policy_alone_are_marked() -> None:
    found = compared(run("tiers", small_outcome()), run("free", no_limits()), run("waiting")).sites

    assert [(row.site, row.opened, row.differs) for row in found] == [
        ("johor", {"tiers": "2025Q1", "free": "2025Q1"}, False),
        ("ohio", {"tiers": "2025Q1", "free": None}, True),
    ]


def test_a_site_of_the_only_plan_differs_from_none() -> None:
    found = compared(run("tiers", small_outcome()), run("stuck", no_placement(Status.UNKNOWN))).sites

    assert {row.differs for row in found} == {False}


def test_json_keeps_its_schema_and_is_as_recorded() -> None:
    document = compose_comparison(
        (run("tiers", small_outcome()), run("free", no_limits()), run("stuck", no_placement(Status.UNKNOWN))),
        SearchOptions(0.1),
        command="placement compare small",
    )

    text = as_json.render(document)

    assert ComparisonDocument.model_validate_json(text) == document
    jsonschema.validate(document.model_dump(mode="json"), ComparisonDocument.model_json_schema(mode="serialization"))
    assert text == recorded("comparison.json", text)
