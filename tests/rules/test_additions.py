"""What counts as added: relocation out frees nothing, a move within a destination adds nothing, one from abroad does."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import Case, make_case
from optimizer.rules.registry import compile_limits
from optimizer.verify.check import verify
from tests.builders import broken, document, site
from tests.changing_plans import changing

LIFTED = {"home_share": "0%", "outside_tier1_share": "100%", "destination_share": "100%"}
CHANGES = {"relocation": True, "retirement": True}


def fleet(*sites: dict[str, Any], policy: Any = None, lead: int = 0, **parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    places = sites or (site("kl", "MY"), site("johor", "MY"), site("ohio", "US"))
    written = {**LIFTED, "national_cap": 50} if policy is None else policy
    plan = document(sites=places, policy=written, **{"periods": 3, "delivered": 100, **parts})
    return make_case(plan_from_dict(plan | {"changes": {**CHANGES, "relocation_lead_periods": lead}}))


def test_relocation_out_frees_nothing_of_a_national_cap() -> None:
    company = fleet()
    out = {("kl", "ohio", 0, 1, 1): 40}

    kept = changing(company, {("kl", 0): (40, 0, 0), ("ohio", 0): (0, 40, 40), ("kl", 2): (0, 0, 10)}, out)
    past = changing(company, {("kl", 0): (40, 0, 0), ("ohio", 0): (0, 40, 40), ("kl", 2): (0, 0, 11)}, out)

    assert broken(company, kept) == {}
    assert broken(company, past) == {"national_cap[MY,2025Q3]": 1}


def test_retirement_frees_nothing_of_a_national_cap_nor_of_deliveries() -> None:
    company = fleet(delivered=50)

    kept = changing(company, {("kl", 0): (40, 0, 0), ("johor", 1): (0, 10, 10)})
    past = changing(company, {("kl", 0): (40, 0, 0), ("johor", 1): (0, 11, 11)})

    assert broken(company, kept) == {}
    assert broken(company, past) == {
        "national_cap[MY,2025Q2]": 1,
        "national_cap[MY,2025Q3]": 1,
        "deliveries[chip,2025Q2]": 1,
        "deliveries[chip,2025Q3]": 1,
    }


def test_a_move_within_a_destination_is_not_added_again_and_one_from_abroad_is() -> None:
    company = fleet()

    within = changing(company, {("kl", 0): (50, 0, 0), ("johor", 0): (0, 50, 50)}, {("kl", "johor", 0, 1, 1): 50})
    abroad = changing(company, {("ohio", 0): (51, 0, 0), ("johor", 0): (0, 51, 51)}, {("ohio", "johor", 0, 1, 1): 51})

    assert broken(company, within) == {}
    assert broken(company, abroad) == {"national_cap[MY,2025Q2]": 1, "national_cap[MY,2025Q3]": 1}


def test_going_out_and_coming_back_counts_twice() -> None:
    company = fleet(periods=3)
    ages = {("kl", 0): (26, 0, 26), ("ohio", 0): (0, 26, 0)}
    there_and_back = {("kl", "ohio", 0, 1, 1): 26, ("ohio", "kl", 0, 2, 2): 26}

    assert broken(company, changing(company, ages, there_and_back)) == {"national_cap[MY,2025Q3]": 2}


def test_nothing_comes_into_a_closed_destination_but_stock_there_may_move_within_it() -> None:
    company = fleet(site("kp", "KH"), site("sr", "KH"), site("ohio", "US"), policy=LIFTED, start="2024Q4")

    within = changing(company, {("kp", 0): (5, 0, 0), ("sr", 0): (0, 5, 5)}, {("kp", "sr", 0, 1, 1): 5})
    abroad = changing(company, {("ohio", 0): (5, 0, 0), ("sr", 0): (0, 5, 5)}, {("ohio", "sr", 0, 1, 1): 5})

    assert broken(company, within) == {}
    assert broken(company, abroad) == {"closed_destination[KH,2025Q1]": 5}


def test_what_comes_from_abroad_needs_a_legal_path_and_what_moves_within_does_not() -> None:
    company = fleet(
        site("kl", "MY"),
        site("johor", "MY"),
        site("ohio", "US"),
        start="2024Q4",
        policy={"name": "ai-diffusion-2025"},
        accelerators=[{"accelerator": "chip", "tpp": 10_000, "power_kw": 0, "block": 1, "value_usd_per_hour": 1}],
        delivered=5,
    )

    within = changing(company, {("kl", 0): (5, 0, 0), ("johor", 0): (0, 5, 5)}, {("kl", "johor", 0, 1, 1): 5})
    abroad = changing(company, {("ohio", 0): (5, 5, 0), ("johor", 0): (0, 0, 5)}, {("ohio", "johor", 0, 2, 2): 5})

    assert not any(key.startswith("legal_path") for key in broken(company, within))
    assert broken(company, abroad)["legal_path[MY,chip,2025Q2]"] == 5


def test_shares_count_what_stands_and_a_unit_on_its_way_stands_nowhere() -> None:
    company = fleet(policy={**LIFTED, "home_share": "1/2"}, lead=1)
    moving = {("ohio", "kl", 0, 1, 2): 4}

    found = broken(company, changing(company, {("ohio", 0): (8, 4, 4), ("kl", 0): (0, 0, 4)}, moving))
    short = broken(
        company, changing(company, {("ohio", 0): (8, 3, 3), ("kl", 0): (0, 0, 5)}, {("ohio", "kl", 0, 1, 2): 5})
    )

    assert {key for key in found if key.startswith("home")} == set()
    assert short["home_share[US,2025Q3]"] == 1000


@pytest.mark.parametrize("mode", ["by_end", "each_period"])
def test_must_place_asks_that_units_were_placed_not_that_they_stay(mode: str) -> None:
    company = fleet(delivered=10, economics={"must_place": mode})

    assert broken(company, changing(company, {("ohio", 0): (10, 0, 0)})) == {}


def test_a_site_holds_nothing_before_it_may_open_in_any_period() -> None:
    company = fleet(site("ohio", "US", opens_from="2025Q3"), site("texas", "US"), policy="physical-only")

    verdict = verify(company, compile_limits(company), changing(company, {("ohio", 0): (3, 0, 0)}))

    assert [reading.limit.key for reading in verdict.broken] == ["openings[ohio,2025Q1]"]
    assert verdict.faults == ("ohio opens in 2025Q1, before its opens_from",)


def test_an_accelerator_that_is_not_allowed_is_not_allowed_in_any_period() -> None:
    company = fleet(
        site("ohio", "US", allowed_accelerators="other"),
        policy="physical-only",
        accelerators=[
            {"accelerator": key, "tpp": 1, "power_kw": 0, "block": 1, "value_usd_per_hour": 1}
            for key in ("chip", "other")
        ],
    )

    assert broken(company, changing(company, {("ohio", 0): (3, 0, 0)})) == {"allowed_accelerators[ohio,2025Q1]": 3}
