"""What a result says of legal paths, authorisations, breach, notices and uncertain tiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.audit import audit
from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.report.compose import compose, compose_audit
from optimizer.report.registry import render
from optimizer.rules.case import make_case
from optimizer.strategy.options import SearchOptions
from tests.builders import case, chip, document, placing, site

if TYPE_CHECKING:
    from optimizer.report.document import AuditDocument, ResultDocument

Row = dict[str, Any]
CHIP = chip(tpp=10_000)
SMALL = {
    "name": "ai-diffusion-2025",
    "lpp_tpp_per_year": 20_000,
    "lpp_notice_tpp": 15_000,
    "aia_certification_tpp": 60_000,
    "country_allocation": 100_000,
}
"""LPP of 2 chips a year, 10 licensed to a country."""


def company(**parts: Any) -> Row:  # noqa: ANN401  whatever `document` takes
    policy = {**SMALL, **parts.pop("policy", {})}
    parts = {
        "sites": [site("kl", "MY"), site("home", "US", max_units=5, value_multiplier=2)],
        "accelerators": [CHIP, chip("small", tpp=1_000, eccn="none")],
        "delivered": {"chip": [30, 10], "small": [7, 0]},
        "start": "2026Q4",
        "periods": 2,
        **parts,
    }
    return document(policy=policy, **parts)


def solved(plan: Row) -> ResultDocument:
    return compose(place_fleet(plan_from_dict(plan), options=SearchOptions(relative_gap=0.0)))


def test_entries_say_by_which_path_each_controlled_unit_came_and_leave_the_others_out() -> None:
    """Malaysia takes ten licensed, and two by LPP in 2026 and again in 2027; five go home by AIA; small chips need none."""
    result = solved(company())

    standing = {(row.path, row.period): row.units_standing for row in result.entries}
    assert standing == {
        ("aia", "2026Q4"): 5,
        ("aia", "2027Q1"): 5,
        ("licence", "2026Q4"): 10,
        ("licence", "2027Q1"): 10,
        ("lpp", "2026Q4"): 2,
        ("lpp", "2027Q1"): 4,
    }
    assert {row.accelerator for row in result.entries} == {"chip"}
    assert sum(row.units_added for row in result.entries if row.path == "lpp") == 4
    assert sum(row.tpp_standing for row in result.entries if row.period == "2027Q1") == 190_000


def test_paths_say_what_each_carried_and_what_it_still_takes() -> None:
    result = solved(company(delivered={"chip": [9, 0]}))

    rows = {(row.destination, row.path): row for row in result.paths if row.period == "2027Q1"}
    licence, lpp, aia = rows["MY", "licence"], rows["MY", "lpp"], rows["US", "aia"]
    assert licence.tpp_entered + lpp.tpp_entered == 40_000
    assert licence.headroom_tpp == 100_000 - licence.tpp_entered
    assert (licence.limit, licence.allowance) == ("country_allocation[MY,2027Q1]", 100_000)
    assert lpp.limit == "lpp_allowance[2027,2027Q1]"
    assert (aia.tpp_entered, aia.headroom_tpp, aia.limit) == (50_000, None, None)
    assert all(row.open for row in rows.values())


def test_headroom_of_uveu_is_that_of_the_shares_and_counts_that_the_total_grows() -> None:
    """930 at home, none in Malaysia: 7/93 of 930 is 70 chips, 700,000 TPP, as 7% of 1,000."""
    stock = [{"country": "US", "accelerator": "chip", "units": 930}]
    plan = company(delivered={"chip": [1, 0]}, installed=stock, authorisations=[{"type": "UVEU"}])
    plan["sites"] = [site("kl", "MY", authorised_from="2025-01-01", max_units=0)]

    row = next(row for row in solved(plan).paths if (row.path, row.period) == ("uveu", "2026Q4"))

    assert (row.headroom_tpp, row.limit) == (700_000, "destination_share[MY,2026Q4]")


def test_installed_stock_stands_under_the_path_it_came_by() -> None:
    stock = [
        {"country": "MY", "accelerator": "chip", "units": 3, "placed_on": "2025-07-01"},
        {"country": "MY", "accelerator": "chip", "units": 4, "placed_on": "2025-07-01", "path": "nveu"},
        {"country": "MY", "accelerator": "chip", "units": 5},
    ]

    rows = {row.path: row for row in solved(company(installed=stock)).paths if row.destination == "MY"}

    assert rows["licence"].tpp_installed == 30_000
    assert (rows["nveu"].tpp_installed, rows["nveu"].open) == (40_000, False)
    assert rows["nveu"].limit == "nveu_installed_base[MY,2027Q1]"


def test_notices_name_thresholds_and_new_locations() -> None:
    """AIA reaches 50,000 of 60,000 TPP: none due. Two chips by LPP are 20,000 TPP, over 15,000: one notice a year."""
    result = solved(company())

    assert [(row.path, row.period, row.subject) for row in result.notices] == [
        ("lpp", "2026Q4", "MY"),
        ("lpp", "2027Q1", "MY"),
    ]


def test_the_aia_certification_is_due_in_the_period_that_reaches_the_threshold() -> None:
    result = solved(company(sites=[site("home", "US")], delivered={"chip": [5, 1]}))

    (notice,) = result.notices
    assert (notice.path, notice.subject, notice.period, str(notice.day)) == ("aia", "world", "2027Q1", "2027-01-01")
    assert "60,000 TPP in all" in notice.text


def test_a_new_location_of_a_validated_end_user_needs_notice_180_days_before() -> None:
    stock = [{"country": "US", "accelerator": "chip", "units": 930}]
    plan = company(periods=4, delivered={"chip": [10, 0, 0, 0]}, installed=stock, authorisations=[{"type": "UVEU"}])
    plan["policy"] |= {"lpp_tpp_per_year": 0, "licences": "listed"}
    plan["sites"] = [site("kl", "MY")]

    (notice,) = solved(plan).notices

    assert (notice.path, notice.subject, notice.period, str(notice.day)) == ("uveu", "kl", "2027Q2", "2026-10-03")


def test_authorisations_say_what_is_held_and_what_is_new() -> None:
    listed = solved(company(authorisations=[{"type": "NVEU", "country": "MY", "valid_from": "2025-09-01"}]))
    new = solved(company(policy={"authorisations": "uveu"}))

    assert listed.authorisations is not None
    assert new.authorisations is not None
    assert [(row.type, row.destination, str(row.valid_from), row.new) for row in listed.authorisations.held] == [
        ("NVEU", "MY", "2025-09-01", False)
    ]
    assert [(row.type, str(row.valid_from), row.new) for row in new.authorisations.held] == [
        ("UVEU", "2026-10-31", True)
    ]
    assert (listed.authorisations.mode, new.authorisations.mode) == ("listed", "uveu")
    assert listed.authorisations.alternatives == ()


def test_auto_lists_each_alternative_with_value_and_bound() -> None:
    result = solved(company(policy={"authorisations": "auto"}))

    assert result.authorisations is not None
    assert result.authorisations.mode == "auto"
    names = {one.name: one for one in result.authorisations.alternatives}
    assert list(names) == ["none", "nveu", "uveu"]
    chosen = next(one for one in names.values() if one.chosen)
    assert chosen.objective == result.objective == max(one.objective or 0 for one in names.values())
    assert "What each authorisation is worth" in render(result, "table")
    assert "authorisations" not in (result.policy.reading.partition("Set by the plan")[2])


@pytest.mark.parametrize("policy", ["three-tier-2025-01", "unrestricted"])
def test_a_policy_without_paths_asks_for_no_authorisation(policy: str) -> None:
    result = solved(document(sites=[site("kl", "MY")], delivered=5, policy=policy, authorisations=[{"type": "UVEU"}]))

    assert (result.authorisations, result.entries, result.paths) == (None, (), ())
    assert any(item.subject == "authorisations.csv" for item in result.assumptions)


def audited(**parts: Any) -> AuditDocument:  # noqa: ANN401  whatever `document` takes
    return compose_audit(audit(make_case(plan_from_dict(document(**parts)))))


def test_a_breach_at_home_is_cured_by_more_at_home() -> None:
    """40 of 100 chips at home: 10 short of a half, cured by 20 more there: 60 of 120."""
    stock = [{"country": code, "accelerator": "chip", "units": units} for code, units in (("US", 40), ("GB", 60))]

    breach = audited(sites=[site("home", "US")], installed=stock).breach

    (cure,) = breach.cures
    assert (cure.group, cure.start, cure.cure_amount, breach.mode) == ("home_share[US]", 10_000, 20_000, "strict")
    assert "20,000 TPP more at home would cure it" in cure.sentence


def test_a_breach_of_a_cap_is_cured_by_nothing_elsewhere() -> None:
    stock = [{"country": "MY", "accelerator": "chip", "units": 60_000, "placed_on": "2025-01-01"}]

    (cure,) = audited(headquarters="AE", sites=[site("kl", "MY")], installed=stock).breach.cures

    assert (cure.group, cure.cure_amount) == ("national_cap[MY]", None)
    assert "nothing that is added elsewhere cures it" in cure.sentence


def test_paths_taken_for_installed_stock_and_uncertain_tiers_are_assumptions() -> None:
    stock = [{"country": "ET", "accelerator": "chip", "units": 1, "placed_on": "2025-07-01"}]

    assumptions = {item.subject: item for item in solved(company(installed=stock)).assumptions}

    assert assumptions["installed.csv path"].value == "licence for 1 of 1 rows"
    assert assumptions["tier of ET"].value == "2"
    assert assumptions["tier of ET"].source.startswith("uncertain: ")


def test_what_is_uncertain_of_a_policy_stands_in_every_report() -> None:
    text = render(
        solved(company(policy={"name": "licensing-2026-07"}) | {"policy": {"name": "licensing-2026-07"}}), "table"
    )

    assert "Uncertain" in text
    assert "secondary sources" in text
    assert 'outside "no licence needed"' in text


def test_a_placement_of_another_policy_is_assigned_to_this_ones_paths() -> None:
    """Entries of the published rule mean nothing to the licences of 2026; the audit says what it finds there."""
    published, later = company(), company() | {"policy": {"name": "licensing-2026-07"}}
    outcome = place_fleet(plan_from_dict(published), options=SearchOptions(relative_gap=0.0))
    assert outcome.placement is not None

    verdict = audit(make_case(plan_from_dict(later)), outcome.placement)

    assert verdict.verification.passed
    assert verdict.placement.entered_units == {}


def test_units_without_room_on_any_path_are_without_a_path() -> None:
    over = case(sites=[site("kl", "MY")], accelerators=[CHIP], delivered=20, start="2026Q1", policy=SMALL)

    verdict = audit(over, placing(over, kl=13))

    assert [reading.limit.key for reading in verdict.verification.broken] == ["legal_path[MY,chip,2026Q1]"]
    assert audit(over, placing(over, kl=12)).verification.passed


def test_room_of_a_licence_in_units_is_that_of_the_largest_chip_it_permits() -> None:
    """Four units left of five; the larger chip has 20,000 TPP."""
    chips = [CHIP, chip("large", tpp=20_000)]
    plan = document(
        sites=[site("hanoi", "VN")],
        accelerators=chips,
        delivered={"chip": [1], "large": [0, 1]},
        periods=2,
        start="2026Q4",
        policy="licensing-2026-07",
        authorisations=[{"type": "licence", "country": "VN", "units": 5, "reference": "V1"}],
    )

    row = next(row for row in solved(plan).paths if row.period == "2026Q4")

    assert (row.path, row.limit) == ("listed_licence/V1", "licence_quantity[V1,2026Q4]")
    assert (row.headroom_tpp, row.usage, row.allowance) == (80_000, 1, 5)


def test_the_summary_names_what_is_held_and_since_when() -> None:
    rows = [
        {"type": "NVEU", "country": code, "valid_from": "2025-09-01"}
        for code in ("AE", "BR", "IN", "MX", "MY", "PL", "SG")
    ]
    rows[0]["valid_until"] = "2026-12-31"

    text = " ".join(render(solved(company(authorisations=rows)), "table").split())

    assert "NVEU AE (from 2025-09-01 until 2026-12-31), NVEU BR (from 2025-09-01)" in text
    assert "1 more (authorisations: listed)" in text


def test_a_cure_stands_in_summary_and_tables() -> None:
    stock = [{"country": code, "accelerator": "chip", "units": units} for code, units in (("US", 930), ("MY", 80))]
    plan = document(
        sites=[site("home", "US")],
        delivered={"chip": [60, 60, 60]},
        periods=3,
        installed=stock,
        policy={"breach": "cure"},
    )

    text = " ".join(render(solved(plan), "markdown").split())

    assert "cure: the installed fleet breaks destination\\_share\\[MY\\] (7/100) by 9,300 TPP" in text
    assert "kept from 2025Q3 on" in text
    assert "Limits the installed fleet breaks" in text
