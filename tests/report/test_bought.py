"""What is bought past soft limits, in rows, tables and words, beside what the plan changes of the limits."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import jsonschema

from optimizer.audit import audit
from optimizer.report.compose import compose_audit
from optimizer.report.json_schema import audit_schema, result_schema
from optimizer.report.pages import page
from optimizer.report.registry import render
from optimizer.report.summary import summary
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.placement import Placement
from optimizer.schema.plan import LimitSetting
from tests.report.small_fleet import JOHOR, OHIO, small_case, small_plan, small_result

if TYPE_CHECKING:
    from optimizer.report.document import ResultDocument
    from optimizer.rules.case import Case

SHARE, POWER, DELIVERIES = "destination_share[MY]", "site_power[ohio]", "deliveries[X1]"
# 90 and 100 units of 1,000 TPP in Johor: 7% of 1,090 and of 1,200 thousand are 76.3 and 84. Ohio draws 0 and 0.1 MW.
PLACED = Placement({(JOHOR, 0): (90, 100), (OHIO, 0): (0, 100)}, {JOHOR: 0, OHIO: 1})


def company(**limits: LimitSetting) -> Case:
    return small_case(replace(small_plan(), limit_settings=limits))


def soft(price: str, group: str = SHARE) -> Case:
    return company(**{group: LimitSetting(price_cap=Fraction(price))})


def line(document: ResultDocument, label: str) -> str:
    return next((text for name, text in summary(document) if name == label), "")


def test_rows_hold_what_is_past_the_limit_and_what_it_costs() -> None:
    document = small_result(soft("0.5"), PLACED)

    first, second = document.bought
    assert (first.group, first.key, first.period) == (SHARE, "destination_share[MY,2025Q1]", "2025Q1")
    assert [row.excess_exact for row in document.bought] == ["13700", "16000"]
    assert first.cost_exact == "6850"
    factor = small_plan().horizon.discount_factor(1)
    assert Fraction(second.cost_exact) == factor * 8000
    assert (first.unit, first.price_exact, first.kind) == ("TPP", "0.5", LimitKind.POLICY)
    assert Fraction(document.objective_terms_exact["bought"]) == -6850 - factor * 8000


def test_verdict_passes_and_names_the_excess() -> None:
    document = small_result(soft("0.5"), PLACED)

    assert document.verification is not None
    assert document.verification.passed
    assert document.verification.verdict == "within limits plus bought excess"
    assert document.verification.bought == ("destination_share[MY,2025Q1]", "destination_share[MY,2025Q2]")
    assert document.verification.broken == ()
    assert line(document, "Verification").startswith("passed, within limits plus bought excess: ")
    assert line(document, "Verification").endswith("none broken, 2 soft limits bought past")


def test_without_excess_nothing_is_said_of_buying() -> None:
    document = small_result(soft("0.5"))

    assert document.bought == ()
    assert document.verification is not None
    assert document.verification.verdict == "within limits"
    assert "bought" not in document.objective_terms
    assert line(document, "Bought") == ""
    assert "Bought past limits" not in render(document, "table")


def test_excess_over_a_policy_limit_is_said_not_to_be_legal_and_over_others_is_not() -> None:
    law, own = (
        small_result(soft("0.5"), PLACED),
        small_result(soft("0.5", POWER), Placement({(OHIO, 0): (0, 110)}, {OHIO: 1})),
    )

    assert all(row.note is not None and row.note.startswith("not legal: a what-if") for row in law.bought)
    assert line(law, "Bought").endswith("for $14,662 (not legal: a what-if)")
    assert "not legal: a what-if" in render(law, "table").partition("Bought past limits")[2]
    assert [row.note for row in own.bought] == [None]
    assert line(own, "Bought") == "site_power[ohio]: up to 0.01 MW past it in 2025Q2 for $0.01"
    assert "what-if" not in render(own, "table")


def test_table_says_how_much_at_what_price_when_and_for_how_much() -> None:
    table = next(
        table for table in page(small_result(soft("0.001"), PLACED)).tables if table.title == "Bought past limits"
    )

    assert table.rows == ((SHARE, "16,000", "TPP", "0.001", "2025Q1 to 2025Q2", "$29.32", "no: a what-if"),)


def test_limit_that_is_bought_past_binds_and_is_not_broken() -> None:
    document = small_result(soft("0.5"), PLACED)

    group = next(group for group in document.groups if group.group == SHARE)
    assert (group.binding, group.price_cap) == ("binding", 0.5)
    assert (group.broken_periods, group.bought_periods) == ((), ("2025Q1", "2025Q2"))
    assert {row.price_cap for row in document.limits if row.group != SHARE} == {None}


def test_room_past_a_soft_limit_is_for_sale_so_that_limit_stops_nothing() -> None:
    hard, sold = (small_result(case, PLACED) for case in (small_case(), soft("0.5")))

    stops = [{row.headroom_stopped_by["X1"] for row in one.countries if row.country == "MY"} for one in (hard, sold)]
    assert stops == [
        {"destination_share[MY,2025Q1]", "destination_share[MY,2025Q2]"},
        {"outside_tier1_share[2025Q1]", "outside_tier1_share[2025Q2]"},
    ]


def test_units_bought_past_deliveries_leave_nothing_unplaced() -> None:
    document = small_result(
        soft("100", DELIVERIES), Placement({(JOHOR, 0): (70, 80), (OHIO, 0): (100, 100)}, {JOHOR: 0, OHIO: 0})
    )

    assert [row.unplaced_units for row in document.periods] == [0, 20]
    assert [row.excess for row in document.bought] == [70]


def test_audit_passes_and_reports_the_excess() -> None:
    judged = audit(soft("0.5"), PLACED)
    document = compose_audit(judged, versions={})

    assert document.passed
    assert [row.excess_exact for row in document.bought] == ["13700", "16000"]
    text = render(document, "table")
    assert "Bought past limits" in text
    assert "bought  destination_share[MY]" in text
    assert "passed, within limits plus bought excess" in text
    assert "FAIL" not in text


def test_reading_says_what_the_plan_changes_does_not_enforce_or_makes_soft() -> None:
    document = small_result(
        company(
            **{
                POWER: LimitSetting(change=Fraction(1, 2), change_from=1),
                "home_share[US]": LimitSetting(is_enforced=False),
                SHARE: LimitSetting(setting=Fraction(8, 100), change=Fraction(-1, 100), price_cap=Fraction(5, 2)),
            }
        )
    )

    reading = line(document, "Reading")
    assert reading.endswith(
        "Not as the law or the tables have it, changed by the plan: "
        "home_share[US] (a policy limit): not enforced. "
        "destination_share[MY] (a policy limit): set to 8%; changed by -1%; "
        "soft, 2.5 USD for each TPP past it in each period. "
        "site_power[ohio]: changed by +0.5 from 2025Q2"
    )
    assert "limit not enforced by the plan" in line(document, "Shares")
    assumed = {one.subject: (one.value, one.source) for one in document.assumptions}
    assert assumed["limits.home_share[US]"] == (
        "not enforced",
        "plan.toml [limits]: a what-if, not three-tier-2025-01 as it is written",
    )
    assert assumed["limits.site_power[ohio]"] == ("changed by +0.5 from 2025Q2", "plan.toml [limits]")
    assert [part.enforced for part in document.plan.altered_limits] == [True, False, True]


def test_audit_says_it_too() -> None:
    text = render(
        compose_audit(audit(company(**{"home_share[*]": LimitSetting(is_enforced=False)})), versions={}), "table"
    )

    assert "home_share[*] (a policy limit): not enforced" in " ".join(text.split())


def test_what_has_no_effect_here_is_not_said_to_change_anything() -> None:
    document = small_result(
        company(
            **{
                "installed_base[MY]": LimitSetting(setting=Fraction(1)),
                POWER: LimitSetting(is_buyable=True),
                "site_power[*]": LimitSetting(is_enforced=False),
                "site_power[johor]": LimitSetting(),
                "site_power[moscow]": LimitSetting(),
            }
        )
    )

    assert document.plan.altered_limits == ()
    assert "changed by the plan" not in line(document, "Reading")


def test_written_documents_follow_the_published_schema() -> None:
    result, verdict = small_result(soft("0.5"), PLACED), compose_audit(audit(soft("0.5"), PLACED), versions={})

    for document, schema in ((result, result_schema()), (verdict, audit_schema())):
        jsonschema.validate(json.loads(render(document, "json")), schema)
