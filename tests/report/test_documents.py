from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction

import pytest
from pydantic import ValidationError

from optimizer.analysis.headroom import headroom
from optimizer.report.compose import compose, compose_audit
from optimizer.report.judged import Judged
from optimizer.report.registry import render
from optimizer.report.room import rooms
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.schema.plan import Commitment, Company, Installed, Residual
from optimizer.strategy.outcome import Status
from optimizer.verify.check import verify
from tests.report.small_fleet import (
    BOUND_ABOVE,
    COMMAND,
    JOHOR,
    MOSCOW,
    OHIO,
    impossible_case,
    no_placement,
    small_audit,
    small_audit_document,
    small_case,
    small_outcome,
    small_placement,
    small_plan,
    small_result,
)


def numbers_with_twins(node: object) -> list[tuple[float, str]]:
    """Return every number that has an exact twin beside it, anywhere in a JSON document."""
    found: list[tuple[float, str]] = []
    if isinstance(node, list):
        for item in node:
            found += numbers_with_twins(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            twin = node.get(f"{key}_exact")
            if isinstance(value, dict) and isinstance(twin, dict):
                assert value.keys() == twin.keys()
                found += [(value[name], twin[name]) for name in value]
            elif twin is not None:
                found.append((value, twin))
            found += numbers_with_twins(value)
    return found


def test_every_exact_twin_reads_back_to_the_number_beside_it() -> None:
    pairs = numbers_with_twins(json.loads(render(small_result(), "json")))

    assert len(pairs) > 60
    for number, twin in pairs:
        assert float(Fraction(twin)) == number


def test_exact_twins_are_what_the_exact_check_computed() -> None:
    outcome = small_outcome()
    document = compose(outcome)

    assert outcome.verification is not None
    assert Fraction(document.objective_exact or "") == outcome.objective
    assert Fraction(document.best_bound_exact or "") == outcome.best_bound
    readings = {reading.limit.key: reading for reading in outcome.verification.readings}
    assert {row.key for row in document.limits} == readings.keys()
    for row in document.limits:
        reading = readings[row.key]
        assert Fraction(row.usage_exact) == reading.usage
        assert Fraction(row.allowance_exact) == reading.allowance
        assert Fraction(row.slack_exact) == reading.slack
    terms = {name: Fraction(text) for name, text in document.objective_terms_exact.items()}
    assert terms == outcome.verification.objective_terms
    assert sum(terms.values()) == outcome.objective


def test_money_resolution_is_what_the_bound_lies_above_the_value() -> None:
    document = small_result()

    assert document.money_resolution == BOUND_ABOVE
    assert document.gap == pytest.approx(BOUND_ABOVE / (document.objective or math.nan))


def test_a_share_is_counted_with_the_installed_stock() -> None:
    """80 of 1,180 units stand in Malaysia, 100 + 1,000 at home."""
    last = small_result().periods[-1]

    assert last.home_share_exact == "55/59"
    assert last.outside_tier1_share_exact == "4/59"
    assert (last.largest_tier2_country, last.largest_tier2_share_exact) == ("MY", "4/59")


def test_shares_of_everything_delivered_count_unplaced_stock_at_home_and_say_what_it_allows() -> None:
    """20 units wait in the US: 80 of 1,200, and 7% of the 20,000 TPP that wait is 1,400."""
    document = small_result(small_case(share_denominator="delivered"))

    assert document.periods[-1].home_share_exact == "14/15"
    assert document.periods[-1].largest_tier2_share_exact == "1/15"
    shares = {row.key: row for row in document.limits if row.rule == "destination_share"}
    assert shares["destination_share[MY,2025Q1]"].allowance_from_unplaced == 0
    assert shares["destination_share[MY,2025Q2]"].allowance_from_unplaced == 1400
    assert all(row.allowance_from_unplaced is None for row in small_result().limits)


def test_periods_add_up_deliveries_power_and_carbon() -> None:
    """Units added draw half a quarter's power: 35 kW + 15 kW in 2025Q1, then 75 kW and 65 kW; 2,190 hours."""
    first, second = small_result().periods

    assert (first.delivered_units, first.placed_units, first.unplaced_units) == (100, 100, 0)
    assert (second.delivered_units, second.placed_units, second.unplaced_units) == (200, 180, 20)
    assert (second.mw_available, second.mw_used, second.mw_free) == (10.1, 0.18, 9.92)
    assert first.carbon_tonnes == pytest.approx(2190 * (0.035 * 0.6 + 0.015 * 0.4))
    assert second.carbon_tonnes == pytest.approx(2190 * (0.075 * 0.6 + 0.065 * 0.4))


def test_carbon_is_null_when_a_site_in_use_gives_no_intensity() -> None:
    plan = small_plan()
    sites = (*plan.sites[:OHIO], replace(plan.sites[OHIO], carbon_kg_per_mwh=None))

    document = small_result(small_case(replace(plan, sites=sites)))

    assert {row.carbon_tonnes for row in document.periods} == {None}


def test_power_of_closed_countries_is_not_called_available() -> None:
    lawful, physical = small_result(), small_result(small_case(policy="physical-only"))

    assert physical.periods[0].mw_available == lawful.periods[0].mw_available + small_plan().sites[MOSCOW].power_mw[0]


def test_countries_give_stock_allowance_and_room() -> None:
    """From 2025Q1 on nothing fits: 2025Q2 is full. Without its 10 last units 10 would fit from 2025Q2 on."""
    rows = {(row.country, row.period): row for row in small_result().countries}

    malaysia = rows["MY", "2025Q2"]
    assert (malaysia.tier, malaysia.units_installed, malaysia.units_placed, malaysia.tpp) == (2, 0, 80, 80_000)
    assert (malaysia.allowance_exact, malaysia.tightest_limit) == ("82600", "destination_share[MY,2025Q2]")
    assert malaysia.headroom_units == {"X1": 0}
    assert malaysia.headroom_stopped_by == {"X1": "destination_share[MY,2025Q2]"}
    assert not malaysia.closed
    russia = rows["RU", "2025Q1"]
    assert russia.closed
    assert (russia.tier, russia.headroom_tpp, russia.allowance) == (3, 0, None)
    assert rows["US", "2025Q2"].headroom_tpp is None
    assert rows["US", "2025Q2"].units == 1100


def test_room_is_what_the_headroom_analysis_says_everywhere() -> None:
    """The report asks for every destination at once; each answer must be that of the analysis, stop included."""
    installed = (Installed("X1", 1000, "US"), Installed("X1", 5, "CN"), Installed("X1", 9, "BR"))
    for case in (
        small_case(replace(small_plan(), installed=installed)),
        small_case(replace(small_plan(), installed=installed), share_denominator="delivered", national_cap=100),
        small_case(replace(small_plan(), installed=installed), national_cap=75, national_cap_unit="h100_equivalents"),
        small_case(replace(small_plan(), company=Company("Other", "CN"))),
        small_case(policy="unrestricted"),
    ):
        placement = Placement({(JOHOR, 0): (10, 60), (OHIO, 0): (30, 100)}, {JOHOR: 0, OHIO: 0})
        found = rooms(Judged(case, placement, verify(case, compile_limits(case), placement)))

        expected = {
            (row.place, row.period, row.accelerator): (row.units, row.stopped_by.key if row.stopped_by else None)
            for row in headroom(case, placement)
        }
        assert {
            (place, case.plan.horizon.labels[period], key): (one.units, one.stopped_by.key if one.stopped_by else None)
            for (place, period), room in found.items()
            for key, one in room.by_accelerator.items()
        } == expected


def test_placements_and_openings_leave_out_what_stood_before() -> None:
    document = small_result()

    assert [(row.site, row.period, row.units_added, row.units_standing) for row in document.placements] == [
        ("johor", "2025Q1", 70, 70),
        ("johor", "2025Q2", 10, 80),
        ("ohio", "2025Q1", 30, 30),
        ("ohio", "2025Q2", 70, 100),
    ]
    assert [(row.site, row.country, row.period) for row in document.openings] == [
        ("johor", "MY", "2025Q1"),
        ("ohio", "US", "2025Q1"),
    ]


def test_sites_give_their_place_and_what_stands_there_at_the_end() -> None:
    plan = small_plan()
    johor = replace(plan.sites[JOHOR], name="Johor", latitude=Fraction("1.5"), longitude=Fraction(104))
    located = small_case(replace(plan, sites=(johor, *plan.sites[MOSCOW:])))

    rows = {row.site: row for row in small_result(located).sites}

    johor_row = rows["johor"]
    assert (johor_row.name, johor_row.latitude, johor_row.longitude, johor_row.tier) == ("Johor", 1.5, 104, 2)
    assert (johor_row.units_placed, johor_row.tpp_placed) == (80, 80_000)
    assert (rows["moscow"].units_placed, rows["moscow"].latitude, rows["moscow"].tier) == (0, None, 3)
    assert {row.units_placed for row in compose(no_placement(Status.INFEASIBLE)).sites} == {None}


def test_site_kept_open_by_installed_stock_is_not_an_opening() -> None:
    plan = replace(small_plan(), installed=(Installed("X1", 1000, "US", site="ohio"),))

    assert [row.site for row in small_result(small_case(plan)).openings] == ["johor"]


def test_groups_say_where_they_are_tightest_and_when_they_bind() -> None:
    groups = {row.group: row for row in small_result().groups}

    malaysia = groups["destination_share[MY]"]
    assert (malaysia.tightest_period, malaysia.binding_periods) == ("2025Q2", ("2025Q1", "2025Q2"))
    assert malaysia.percent_used == pytest.approx(100 * 80_000 / 82_600)
    assert groups["closed_destination[RU]"].binding == "closed"
    assert groups["home_share[US]"].binding_periods == ()
    kinds = [row.kind for row in small_result().groups]
    assert kinds == sorted(kinds, key=["policy", "contract", "physical"].index)


def test_broken_limits_are_listed_by_period_and_the_document_fails() -> None:
    document = small_audit_document(Placement({(JOHOR, 0): (70, 90)}, {JOHOR: 0}))

    assert not document.passed
    assert document.verification.broken == ("destination_share[MY,2025Q2]",)
    broken = {row.group: row.broken_periods for row in document.groups if row.broken_periods}
    assert broken == {"destination_share[MY]": ("2025Q2",)}


def test_audit_without_a_placement_judges_the_fleet_by_the_policy_alone() -> None:
    document = small_audit_document()

    assert document.judged == "installed fleet"
    assert {row.kind for row in document.limits} == {"policy"}
    assert document.passed


def test_policy_names_every_setting_with_its_citation_and_what_was_changed() -> None:
    policy = small_result(small_case(destination_share="1/10")).policy

    assert policy.settings["destination_share"].value == "1/10"
    assert policy.settings["destination_share"].overridden
    assert not policy.settings["home_share"].overridden
    assert all(setting.citation for setting in policy.settings.values())
    assert policy.settings["validated_exempt_from_national_cap"].value is False
    assert policy.settings["national_cap"].value == 50_000


def test_rules_say_whether_they_bind_the_company() -> None:
    """A Tier 1 company from elsewhere is not bound by the home share of the United States."""
    german = replace(small_plan(), company=Company("Beispiel", "DE"))
    document = small_result(small_case(german))

    binds = {rule.kind: rule.binds_company for rule in document.policy.rules}
    assert binds["destination_share"]
    assert not binds["home_share"]
    assert document.plan.home == "DE"


def test_pass_through_columns_of_sites_come_through() -> None:
    assert small_result().plan.site_notes == {"johor": {"program": "alpha|beta", "x_owner": "[ops]"}}


def test_impossible_limits_are_listed_with_both_numbers() -> None:
    case = impossible_case()
    outcome = replace(no_placement(Status.INFEASIBLE), case=case, limits=compile_limits(case))

    found = {part.key: (part.asks, part.reachable, part.unit) for part in compose(outcome).broken_limits}

    assert found == {
        "commitment[big,2025Q2]": (150, 100, "units"),
        "commitment[cold,2025Q1]": (10, 0, "units"),
        "commitment[cold,2025Q2]": (10, 0, "units"),
    }


def test_installed_stock_alone_can_break_a_share_that_no_addition_mends() -> None:
    """5,000 units in Malaysia, 1,000 in the US and 200 to come: at best 5,000 of 6,200, far over 7%."""
    plan = replace(small_plan(), installed=(Installed("X1", 1000, "US"), Installed("X1", 5000, "MY")), commitments=())
    case = small_case(plan)
    outcome = replace(no_placement(Status.INFEASIBLE), case=case, limits=compile_limits(case))

    found = {part.group: part for part in compose(outcome).broken_limits}

    assert {"home_share[US]", "outside_tier1_share", "destination_share[MY]"} == found.keys()
    assert "is exceeded by at least" in found["destination_share[MY]"].sentence


def test_a_plan_that_is_possible_has_no_impossible_limits() -> None:
    outcome = replace(small_outcome(), status=Status.INFEASIBLE)

    assert compose(outcome).broken_limits == ()


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.UNKNOWN])
def test_without_a_placement_tables_are_empty_and_figures_null(status: Status) -> None:
    document = compose(no_placement(status, stopped_by="time limit"), command=COMMAND)

    assert document.verification is None
    assert document.objective is document.best_bound is document.gap is document.money_resolution is None
    tables = (document.placements, document.openings, document.limits, document.countries, document.periods)
    assert not any(tables)


def test_no_infinity_or_nan_enters_a_document() -> None:
    stage = replace(small_outcome().stages[0], objective=math.inf, best_bound=math.nan)
    outcome = replace(small_outcome(), stages=(stage,), parameters={"time_limit_seconds": math.inf})

    document = compose(outcome)

    assert document.solver.stages[0].objective is document.solver.stages[0].best_bound is None
    assert document.solver.time_limit_seconds is None
    assert "NaN" not in render(document, "json")
    assert "Infinity" not in render(document, "json")
    with pytest.raises(ValidationError):
        type(document.solver)(**{**document.solver.model_dump(), "seconds": math.nan})


def test_a_worthless_fleet_has_no_gap_but_a_bound() -> None:
    """The objective is 0 and the bound is not: a relative gap means nothing there."""
    outcome = replace(small_outcome(), best_bound=Fraction(7))
    assert outcome.verification is not None
    worthless = replace(outcome, verification=replace(outcome.verification, objective_terms={}))

    document = compose(worthless)

    assert (document.objective, document.gap, document.money_resolution) == (0, None, 7)
    assert "gap not known" in " ".join(render(document, "table").split())


def test_fleet_without_any_compute_has_no_shares() -> None:
    plan = replace(small_plan(), installed=(), commitments=())

    document = small_result(small_case(plan), Placement())

    assert document.periods[0].home_share is None
    assert "US (home) –" in render(document, "table", width=200)


def test_residual_term_is_shown_by_its_name() -> None:
    plan = small_plan()
    living = replace(plan, economics=replace(plan.economics, residual=Residual.LIFE))

    assert "residual" in small_result(small_case(living)).objective_terms


def test_audit_of_a_placement_that_places_nothing_is_no_audit_of_the_fleet() -> None:
    assert small_audit_document().judged == "installed fleet"
    assert small_audit_document(Placement()).judged == "placement"


def test_audit_document_of_a_placement_agrees_with_the_result_of_the_same_placement() -> None:
    audited = compose_audit(small_audit(small_placement()))
    solved = small_result()

    assert audited.limits == solved.limits
    assert audited.countries == solved.countries
    assert audited.periods == solved.periods


def test_caps_that_installed_stock_breaks_are_impossible_and_conditional_minima_are_not() -> None:
    """5 units stand at johor already: a maximum of 3 is broken whatever is placed. Ohio can stay unused."""
    plan = replace(
        small_plan(),
        installed=(
            Installed("X1", 1000, "US"),
            Installed("X1", 5, "MY", site="johor"),
            Installed("X1", 1, "US", site="ohio"),
        ),
        commitments=(
            Commitment("most", "site", "johor", None, 3, None, 0, 0),
            Commitment("used", "site", "ohio", 150, None, None, 1, 1, only_if_used=True),
        ),
    )
    case = small_case(plan)
    outcome = replace(no_placement(Status.INFEASIBLE), case=case, limits=compile_limits(case))

    found = {part.key: part.sentence for part in compose(outcome).broken_limits}

    assert (
        found["commitment[most,2025Q1]"]
        == "commitment[most,2025Q1] allows at most 3 units; at least 5 count against it"
    )
