"""Gates: which sites share one, and which are free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.entry.gates import gates_of
from optimizer.entry.paths import PathCalendar
from tests.builders import case, chip, site
from tests.rules.diffusion import ONLY_LISTED, UVEU, company, licence
from tests.rules.licensing import ASSUMED, enforced

if TYPE_CHECKING:
    from optimizer.rules.case import Case


def sites_by_gate(built: Case) -> dict[str, list[str]]:
    return {gate.key: [built.plan.sites[number].key for number in gate.sites] for gate in built.gates}


def test_the_sites_of_a_destination_share_a_gate_territories_with_their_parent() -> None:
    built = company(site("kl", "MY"), site("ohio", "US"), site("penang", "MY"), site("ponce", "PR"))

    assert sites_by_gate(built) == {"MY": ["kl", "penang"], "US": ["ohio", "ponce"]}
    assert {place: len(gates) for place, gates in built.gates_by_destination.items()} == {"MY": 1, "US": 1}


def test_sites_at_which_other_paths_are_open_have_gates_of_their_own_named_by_the_first_site() -> None:
    new, covered = site("penang", "MY"), site("johor", "MY", authorised_from="2026-01-01")
    later = site("kl", "MY", authorised_from="2026-04-01")
    built = company(new, covered, later, authorisations=[UVEU], periods=2, policy={"share_counts": "uveu_only"})

    assert sites_by_gate(built) == {"MY:johor": ["johor"], "MY:kl": ["kl"], "MY:penang": ["penang"]}


def test_a_site_where_stock_stands_is_apart_from_new_ones_as_long_as_that_matters() -> None:
    def gates(*held: dict[str, Any]) -> dict[str, list[str]]:
        stock = [{"site": "kl", "accelerator": "chip", "units": 1}]
        return sites_by_gate(
            company(site("kl", "MY"), site("penang", "MY"), installed=stock, authorisations=list(held))
        )

    assert gates() == {"MY": ["kl", "penang"]}
    assert gates(UVEU) == {"MY:kl": ["kl"], "MY:penang": ["penang"]}


def test_operators_of_different_countries_have_gates_of_their_own_unless_the_gate_is_free() -> None:
    # What enters Tier 1 is charged to the country of the operator; through a free gate nothing is charged to anybody.
    charged = [site("a", "NO", operator_headquarters="AE"), site("b", "NO", operator_headquarters="SA")]
    free = [site("c", "DE", operator_headquarters="GB"), site("d", "DE"), site("e", "DE", operator_headquarters="JP")]
    built = company(*charged, *free)

    assert sites_by_gate(built) == {"DE": ["c", "d", "e"], "NO:a": ["a"], "NO:b": ["b"]}
    assert [gate.operator_headquarters for gate in built.gates if gate.destination == "NO"] == ["AE", "SA"]


def test_operators_of_one_country_share_a_gate_territories_included() -> None:
    operators = [site("a", "NO", operator_headquarters="FR"), site("b", "NO", operator_headquarters="RE")]

    assert len(company(*operators, headquarters="AE").gates) == 1


@pytest.mark.parametrize(
    ("country", "settings", "free_path"),
    [
        ("NO", {}, "aia"),
        ("MY", {}, None),  # licences and LPP are limited
        ("MY", {"tier1_without_uveu": "presumed_approved"}, "licence_tier1_owner"),
        ("CN", {}, None),
    ],
)
def test_a_gate_is_free_where_a_path_that_nothing_limits_is_open_all_along(
    country: str, settings: dict[str, str], free_path: str | None
) -> None:
    (gate,) = company(site("here", country), periods=2, policy=settings).gates

    assert gate.free_path == free_path
    assert free_path is None or list(gate.open_periods) == [free_path]


def test_uveu_is_free_while_all_chips_count_in_the_shares_and_not_where_only_its_own_do() -> None:
    def free_path(**settings: str) -> str | None:
        built = company(site("kl", "MY", authorised_from="2026-01-01"), authorisations=[UVEU], policy=settings)
        return built.gates[0].free_path

    assert free_path() == "uveu"
    assert free_path(share_counts="uveu_only") is None


def test_a_path_that_opens_later_makes_no_gate_free() -> None:
    built = company(site("kl", "MY", authorised_from="2026-04-01"), authorisations=[UVEU], periods=2)

    assert built.gates[0].free_path is None


def test_a_path_open_from_compliance_on_makes_a_gate_free_though_the_plan_begins_before() -> None:
    built = company(site("oslo", "NO"), start="2025Q1", periods=2)

    assert built.gates[0].free_path == "aia"
    assert built.gates[0].open_periods["aia"] == (False, True)


@pytest.mark.parametrize(
    ("controlled", "free_path"),
    [((True, True), None), ((False, True), "china_case_by_case"), ((False, False), "china_case_by_case")],
)
def test_a_path_that_refuses_a_chip_makes_no_gate_free_if_that_chip_needs_one(
    controlled: tuple[bool, bool], free_path: str | None
) -> None:
    # A GB300 is above what may be reviewed for China, an H200 below; here no rule limits what is.
    chips = (chip("GB300", tpp=60_000), chip("H200", tpp=15_832))
    built = enforced(site("tianjin", "CN"), chips=chips, policy=ASSUMED)
    calendar = PathCalendar(built.plan, built.policy, built.tiers, built.holdings, built.accelerators)

    (gate,) = gates_of(
        calendar, limited=frozenset(), first_in_force=0, existing_sites=frozenset(), controlled=controlled
    )
    assert gate.free_path == free_path


def test_the_latest_period_in_which_a_path_was_open_is_known() -> None:
    rows = [licence("MY", units=5, valid_from="2026-04-01", valid_until="2026-09-30")]
    built = company(site("kl", "MY"), authorisations=rows, periods=5, policy=ONLY_LISTED)
    (gate,) = built.gates

    assert [gate.last_open("listed_licence/L1", period) for period in range(5)] == [None, 1, 2, 2, 2]
    assert gate.last_open("aia", 4) is None


def test_packs_without_paths_have_no_gates() -> None:
    assert case(sites=[site("kl", "MY")]).gates == ()
