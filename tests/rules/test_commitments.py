"""Commitments: promised minima and maxima of units at a site, in a country or in a region."""

from optimizer.rules.case import Case
from optimizer.schema.placement import Placement
from tests.builders import Row, broken, case, chip, limit_keys, limits_of, placing, site
from tests.rules.golden_text import assert_golden

SITES = [
    site("kl", "MY", region="asia"),
    site("ohio", "US", region="america"),
    site("ponce", "PR", region="america"),
]


def fleet(*promises: Row, **parts: object) -> Case:
    return case(
        sites=SITES,
        accelerators=[chip("a"), chip("b")],
        delivered={"a": [50, 0], "b": [50, 0]},
        periods=2,
        policy="physical-only",
        commitments=list(promises),
        **parts,
    )


def promise(**columns: object) -> Row:
    return {"key": "deal", **columns}


def test_the_limit_reads_as_in_the_golden_text() -> None:
    company = fleet(
        promise(site="kl", min_units=8, max_units=16, accelerator="a", reference="Contract 7, clause 2"),
        {"key": "east", "region": "america", "min_units": 4, "only_if_used": True, "from": "2025Q2"},
    )

    assert_golden(company, "commitment", "commitments")


def test_a_promise_for_a_site_is_kept_at_equality_and_broken_by_one() -> None:
    company = fleet(promise(site="kl", min_units=8, max_units=16))

    assert broken(company, placing(company, kl=8)) == {}
    assert broken(company, placing(company, kl=16)) == {}
    assert broken(company, placing(company, kl=(7, 8))) == {"commitment[deal,min,2025Q1]": 1}
    assert broken(company, placing(company, kl=(16, 17))) == {"commitment[deal,max,2025Q2]": 1}


def test_a_promise_for_a_country_counts_sites_and_stock_of_that_country_as_written() -> None:
    installed = [
        {"country": "US", "accelerator": "a", "units": 3},
        {"country": "PR", "accelerator": "a", "units": 40},
    ]
    company = fleet(promise(country="US", min_units=8), installed=installed)

    assert broken(company, placing(company, ohio=5)) == {}
    assert broken(company, placing(company, ohio=4, ponce=30)) == {
        "commitment[deal,2025Q1]": 1,
        "commitment[deal,2025Q2]": 1,
    }


def test_a_promise_for_a_region_counts_its_sites_together_with_what_stands_at_them() -> None:
    installed = [{"site": "ohio", "accelerator": "a", "units": 3}, {"country": "US", "accelerator": "a", "units": 40}]
    company = fleet(promise(region="america", max_units=10), installed=installed)

    assert broken(company, placing(company, ohio=5, ponce=2)) == {}
    assert broken(company, placing(company, ohio=5, ponce=(2, 3))) == {"commitment[deal,2025Q2]": 1}


def test_a_promise_of_one_accelerator_is_not_kept_by_another() -> None:
    company = fleet(promise(site="kl", min_units=2, accelerator="a", until="2025Q1"))

    assert broken(company, placing(company, kl={"a": 2})) == {}
    assert broken(company, placing(company, kl={"a": 1, "b": 9})) == {"commitment[deal,2025Q1]": 1}


def test_a_promise_holds_in_its_term_alone() -> None:
    company = fleet(promise(site="kl", min_units=5, **{"from": "2025Q2"}))

    assert limit_keys(company, "commitment") == ["commitment[deal,2025Q2]"]
    assert broken(company, placing(company, kl=(0, 5))) == {}


def test_a_minimum_if_used_binds_once_the_site_is_open() -> None:
    company = fleet(promise(site="kl", min_units=6, only_if_used=True))

    assert broken(company) == {}
    assert broken(company, placing(company, kl=(0, 6))) == {}
    assert broken(company, placing(company, kl=(0, 5))) == {"commitment[deal,2025Q2]": 1}


def test_a_minimum_if_used_binds_once_any_site_of_the_region_is_open_and_counts_them_all() -> None:
    company = fleet(promise(region="america", min_units=6, max_units=20, only_if_used=True))

    assert broken(company, placing(company, ohio=4, ponce=2)) == {}
    assert broken(company, placing(company, ohio=5)) == {
        "commitment[deal,ohio,2025Q1]": 1,
        "commitment[deal,ohio,2025Q2]": 1,
    }
    # An opened site is a used one, whether anything stands there or not.
    assert set(broken(company, Placement({}, {2: 1}))) == {"commitment[deal,ponce,2025Q2]"}


def test_installed_stock_makes_a_site_a_used_one() -> None:
    company = fleet(
        promise(country="MY", min_units=6, only_if_used=True),
        installed=[{"site": "kl", "accelerator": "a", "units": 4}],
    )

    assert broken(company, placing(company, kl=2)) == {}
    assert set(broken(company)) == {"commitment[deal,kl,2025Q1]", "commitment[deal,kl,2025Q2]"}


def test_a_promise_for_a_country_without_sites_rests_on_what_stands_there() -> None:
    company = fleet(promise(country="PL", min_units=1))

    assert set(broken(company)) == {"commitment[deal,2025Q1]", "commitment[deal,2025Q2]"}


def test_a_promise_can_be_physical_and_the_plan_can_relabel_it() -> None:
    row = promise(site="kl", max_units=9, kind="physical")

    assert limits_of(fleet(row), "commitment")[0].kind == "physical"
    relabelled = fleet(row, limits={"commitment[deal]": {"kind": "contract"}})
    assert limits_of(relabelled, "commitment")[0].kind == "contract"
