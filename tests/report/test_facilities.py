"""The chip accounting of Supplement No. 10 to part 748, paragraph 10 (90 FR 4544), worked out by hand.

Unless a test says otherwise: a US company from 2025Q1 to 2026Q1 under the rule as published. `big` has 10,000 TPP, 2 kW and
is controlled; `small` has 1,000 TPP and is not.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from optimizer.errors import InputError
from optimizer.report import as_json
from optimizer.report.facilities import accounting_dates, compose_facilities, facilities_csv
from optimizer.report.facility_document import FacilityDocument, FacilityRow
from optimizer.rules.ledger import Ledger
from optimizer.rules.limit import WORLD, Placed
from optimizer.rules.measures import CONTROLLED_TPP
from optimizer.rules.shares import total_compute
from optimizer.schema.plan import Ownership
from tests.builders import case, chip, placing, site
from tests.report.golden_files import recorded
from tests.report.small_fleet import small_case, small_placement

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement

FIRST, SECOND, THIRD = date(2025, 2, 1), date(2025, 8, 1), date(2026, 2, 1)
CHIPS = [chip("big", tpp=10_000, power_kw=2), chip("small")]


def company(**parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    policy = {"name": "ai-diffusion-2025", **parts.pop("policy", {})}
    defaults: dict[str, Any] = {
        "sites": [
            site("johor", "MY", pue="1.5", name="Johor 1", operator_headquarters="SG", tenure="colocation"),
            site("ohio", "US"),
        ],
        "accelerators": CHIPS,
        "delivered": {"big": [1000]},
        "periods": 5,
    }
    return case(policy=policy, **{**defaults, **parts})


def rows_on(day: date, document: FacilityDocument) -> dict[tuple[str, str, str], FacilityRow]:
    return {(row.facility, row.accelerator, row.ownership.value): row for row in document.rows if row.date == day}


def mixed_fleet(**policy: object) -> tuple[Case, Placement]:
    """Return a fleet with every kind of ownership, and a placement that grows."""
    fleet = company(
        policy=policy,
        installed=[
            {"country": "US", "accelerator": "big", "units": 100},
            {"country": "US", "accelerator": "small", "units": 7},
            {"country": "DE", "accelerator": "big", "units": 20, "ownership": "leased_in"},
            {"site": "johor", "accelerator": "big", "units": 5, "ownership": "leased_out"},
        ],
    )
    return fleet, placing(fleet, johor={"big": (0, 1, 2, 4, 4)}, ohio={"big": (0, 0, 30, 30, 90), "small": 3})


def test_a_date_has_the_stock_before_its_period_and_that_of_its_period() -> None:
    # 1 August 2025 lies in 2025Q3: 1 unit stands at the close of 2025Q2 and 2 at the close of 2025Q3, beside 5 installed.
    fleet, placement = mixed_fleet()

    found = rows_on(SECOND, compose_facilities(fleet, placement))
    johor = found["johor", "big", "owned"]

    assert (johor.units_at_opening, johor.units_at_close) == (1, 2)
    assert (johor.tpp_at_opening, johor.tpp_at_close) == (10_000, 20_000)
    assert found["johor", "big", "leased_out"].units_at_opening == 5


def test_before_the_first_period_only_the_installed_fleet_stands() -> None:
    fleet, placement = mixed_fleet()

    found = rows_on(FIRST, compose_facilities(fleet, placement))

    assert ("johor", "big", "owned") not in found  # nothing stands before or in 2025Q1
    assert (found["ohio", "small", "owned"].units_at_opening, found["ohio", "small", "owned"].units_at_close) == (0, 3)


def test_a_row_says_whose_facility_it_is_and_what_it_draws() -> None:
    # 4 units x 2 kW x PUE 1.5 = 12 kW at the close of 2026Q1.
    fleet, placement = mixed_fleet()

    row = rows_on(THIRD, compose_facilities(fleet, placement))["johor", "big", "owned"]

    assert (row.name, row.country, row.destination, row.tier) == ("Johor 1", "MY", "MY", 2)
    assert (row.operator_headquarters, row.tenure) == ("SG", "colocation")
    assert row.power_mw == 0.012
    assert row.controlled is True


def test_without_an_operator_the_company_operates_its_sites() -> None:
    fleet, placement = mixed_fleet()

    row = rows_on(THIRD, compose_facilities(fleet, placement))["ohio", "small", "owned"]

    assert (row.operator_headquarters, row.tenure, row.controlled) == ("US", None, False)


def test_stock_given_by_country_is_no_facility_of_which_operator_and_power_are_known() -> None:
    fleet = company(installed=[{"country": "PR", "accelerator": "big", "units": 9}])

    (row,) = rows_on(FIRST, compose_facilities(fleet, None)).values()

    assert (row.facility, row.name, row.country, row.destination, row.tier) == ("installed in PR", None, "PR", "US", 1)
    assert (row.operator_headquarters, row.power_mw) == (None, None)
    assert (row.units_at_opening, row.units_at_close) == (9, 9)


def test_rows_of_one_facility_and_chip_are_added_up_by_whose_they_are() -> None:
    rows = [{"country": "US", "accelerator": "big", "units": units, "placed_on": "2024-05-01"} for units in (3, 4)]
    leased = {"country": "US", "accelerator": "big", "units": 2, "ownership": "leased_in"}

    found = rows_on(FIRST, compose_facilities(company(installed=[*rows, leased]), None))

    assert {key[2]: row.units_at_close for key, row in found.items()} == {"owned": 7, "leased_in": 2}


@pytest.mark.parametrize("day", [FIRST, SECOND, THIRD])
def test_controlled_owned_tpp_is_what_the_shares_are_taken_of(day: date) -> None:
    """Paragraph 6 takes its shares of the TPP of 3A090.a chips "owned by the entity and all its subsidiary and parent
    entities": leased-out chips count, leased-in ones do not."""
    fleet, placement = mixed_fleet()
    period = {FIRST: 0, SECOND: 2, THIRD: 4}[day]
    ledger = Ledger(fleet, placement)
    document = compose_facilities(fleet, placement)

    counted = [
        row
        for row in document.rows
        if row.date == day and row.controlled and row.ownership in {Ownership.OWNED, Ownership.LEASED_OUT}
    ]
    close = sum(row.tpp_at_close for row in counted)
    opening = sum(row.tpp_at_opening for row in counted)

    placed = ledger.value(Placed(CONTROLLED_TPP, WORLD, period))
    assert close == fleet.stock.installed(CONTROLLED_TPP) + placed
    spec = next(spec for spec in fleet.policy.rules if spec.kind == "home_share")
    assert close == total_compute(fleet, spec, period).evaluate(ledger.value)
    assert opening == total_compute(fleet, spec, period - 1).evaluate(ledger.value)
    (total,) = (one for one in document.totals if one.date == day)
    assert (total.counted_controlled_tpp_at_opening, total.counted_controlled_tpp_at_close) == (opening, close)


def test_totals_by_hand() -> None:
    # 1 August 2025, controlled: 105 owned and leased out; 1 placed before, 32 after. Of all: 7 small installed, 3 placed.
    fleet, placement = mixed_fleet()

    total = compose_facilities(fleet, placement, dates=[SECOND]).totals[0]

    assert (total.counted_controlled_tpp_at_opening, total.counted_controlled_tpp_at_close) == (1_060_000, 1_370_000)
    assert (total.counted_tpp_at_opening, total.counted_tpp_at_close) == (1_070_000, 1_380_000)


def test_where_operated_chips_count_the_leased_in_ones_do() -> None:
    # 100 owned and 20 leased in; the 5 leased out do not count.
    fleet, _ = mixed_fleet(share_ownership="operated")

    total = compose_facilities(fleet, None, dates=[FIRST]).totals[0]

    assert total.counted_controlled_tpp_at_close == 1_200_000
    assert total.counted_controlled_tpp_at_close == fleet.stock.installed(CONTROLLED_TPP)


def test_the_tier_is_that_of_the_day_itself() -> None:
    """Cambodia left Country Group D:5 on 7 November 2025 (the tier table's citation)."""
    fleet = company(installed=[{"country": "KH", "accelerator": "big", "units": 1}])

    document = compose_facilities(fleet, None, dates=[date(2025, 11, 7), date(2025, 11, 6)])

    assert [(row.date.day, row.tier) for row in document.rows] == [(6, 3), (7, 2)]


# --- Dates --------------------------------------------------------------------------------------------------------------


def test_dates_are_every_1_february_and_1_august_of_the_plan() -> None:
    assert accounting_dates(company()) == (FIRST, SECOND, THIRD)


def test_a_pack_without_reporting_dates_has_those_of_the_published_rule() -> None:
    fleet = company(policy={"name": "unrestricted"})

    assert accounting_dates(fleet) == (FIRST, SECOND, THIRD)
    assert "paragraph 10" in compose_facilities(fleet, None).dates_citation


def test_a_changed_setting_changes_the_dates() -> None:
    fleet = company(policy={"reporting_dates": ["11-01", "04-15"]}, start="2027Q3", periods=4)

    assert accounting_dates(fleet) == (date(2027, 11, 1), date(2028, 4, 15))


def test_a_plan_between_two_dates_has_none() -> None:
    document = compose_facilities(company(start="2025Q2", periods=1), None)

    assert (document.dates, document.rows, document.totals) == ((), (), ())


def test_in_a_monthly_plan_the_close_before_is_that_of_january() -> None:
    fleet = company(start="2025-01", periods=2, length="month")

    row = rows_on(FIRST, compose_facilities(fleet, placing(fleet, ohio={"big": (4, 6)})))["ohio", "big", "owned"]

    assert (row.units_at_opening, row.units_at_close) == (4, 6)


def test_chosen_dates_come_in_order_and_each_once() -> None:
    document = compose_facilities(company(), None, dates=[SECOND, FIRST, SECOND])

    assert document.dates == (FIRST, SECOND)


def test_a_date_outside_the_plan_is_refused_with_the_span_of_the_plan() -> None:
    with pytest.raises(InputError, match=r"outside the plan.*2026-04-01.*\n.*2025-01-01 to 2026-03-31") as refused:
        compose_facilities(company(), None, dates=[date(2024, 12, 31), date(2026, 4, 1), date(2026, 3, 31)])

    assert len(refused.value.problems) == 2


# --- Chips of which nothing says whether they are controlled --------------------------------------------------------


def test_an_unclassified_chip_is_asked_about_where_the_policy_counts_controlled_ones() -> None:
    fleet = company(
        accelerators=[chip(tpp=3000)], delivered=1, installed=[{"country": "US", "accelerator": "chip", "units": 1}]
    )

    with pytest.raises(InputError, match="eccn"):
        compose_facilities(fleet, None)


def test_an_unclassified_chip_is_left_open_under_a_policy_that_counts_all() -> None:
    fleet = company(
        policy={"name": "three-tier-2025-01"},
        accelerators=[chip(tpp=3000)],
        delivered=1,
        installed=[{"country": "US", "accelerator": "chip", "units": 2}],
    )

    document = compose_facilities(fleet, None, dates=[FIRST])

    assert document.rows[0].controlled is None
    assert document.totals[0].counted_tpp_at_close == 6000
    assert document.totals[0].counted_controlled_tpp_at_close is None
    assert facilities_csv(document.rows).splitlines()[1].split(",")[10] == ""


# --- Written out ----------------------------------------------------------------------------------------------------------


def test_csv_says_yes_and_no_and_leaves_empty_what_does_not_apply() -> None:
    fleet, placement = mixed_fleet()

    header, *lines = facilities_csv(compose_facilities(fleet, placement, dates=[FIRST]).rows).splitlines()

    assert header.split(",") == list(FacilityRow.model_fields)
    assert lines == [
        "2025-02-01,johor,Johor 1,MY,MY,2,SG,colocation,big,,yes,leased_out,5,5,50000,50000,0.015",
        "2025-02-01,ohio,,US,US,1,US,,small,,no,owned,0,3,0,3000,0",
        "2025-02-01,installed in DE,,DE,DE,1,,,big,,yes,leased_in,20,20,200000,200000,",
        "2025-02-01,installed in US,,US,US,1,,,big,,yes,owned,100,100,1000000,1000000,",
        "2025-02-01,installed in US,,US,US,1,,,small,,no,owned,7,7,7000,7000,",
    ]


def test_json_keeps_its_schema() -> None:
    fleet, placement = mixed_fleet()
    document = compose_facilities(fleet, placement, command="placement facilities fleet")

    text = as_json.render(document)

    assert FacilityDocument.model_validate_json(text) == document
    jsonschema.validate(document.model_dump(mode="json"), FacilityDocument.model_json_schema(mode="serialization"))


def test_the_small_fleet_is_accounted_for_as_recorded() -> None:
    text = facilities_csv(compose_facilities(small_case(), small_placement()).rows)

    assert text == recorded("facilities.csv", text)
