"""The shipped packs: each number cited, each rule's numbers as the law has them."""

from __future__ import annotations

import tomllib
from datetime import date
from fractions import Fraction
from importlib import resources

import pytest

from optimizer.catalogue.countries import CONFIDENCES
from optimizer.policies.load import DEFAULT_POLICY, load_policy, policy_names
from optimizer.policies.policy import (
    AUTHORISATIONS,
    HOLDING_COUNTRY,
    LISTED_AS,
    OWNERSHIP,
    TF32_BITS,
    AfterLastDate,
    Policy,
)
from optimizer.policies.specs import Bound
from optimizer.rules.registry import compile_policy_limits
from tests.builders import case, site

PACKS = policy_names()


@pytest.fixture(params=PACKS)
def pack(request: pytest.FixtureRequest) -> Policy:
    return load_policy(request.param)


def test_the_packs_of_this_version_are_shipped_and_the_default_is_the_three_tier_framework() -> None:
    assert {"three-tier-2025-01", "unrestricted", "physical-only"} <= set(PACKS)
    assert DEFAULT_POLICY == "three-tier-2025-01"


def test_every_number_has_a_citation_a_date_and_a_confidence(pack: Policy) -> None:
    for setting in pack.settings.values():
        assert setting.citation.strip()
        assert setting.description.strip()
        assert (setting.as_of or pack.as_of) <= pack.as_of
        assert setting.confidence in {*CONFIDENCES, "assumption"}


def test_every_rule_has_a_citation_and_no_number_of_its_own(pack: Policy) -> None:
    text = resources.files("optimizer.policies").joinpath(f"{pack.name}.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    for spec in (*read.get("rules", []), *read.get("paths", [])):
        assert spec["citation"].strip()
        assert not any(isinstance(value, int | float) for value in spec.values())


def test_a_pack_that_limits_anything_says_where_its_own_dates_are_written(pack: Policy) -> None:
    assert pack.dates_citation.strip() or pack.name in {"physical-only", "unrestricted"}


def test_every_pack_says_that_it_is_no_legal_advice_and_what_holds_after_it(pack: Policy) -> None:
    assert "not legal advice" in pack.legal_status
    assert pack.after in AfterLastDate
    assert len(pack.sha256) == 64


READ_BY_NAME = {AUTHORISATIONS, HOLDING_COUNTRY, LISTED_AS, OWNERSHIP, TF32_BITS}
"""Settings that the code looks up by name."""
READ_LATER = {"transfer_notice_days"}
"""The lead time of moves between countries, which no plan makes yet; its description says so."""


def test_every_setting_is_read_by_a_rule_or_a_path_or_is_known_by_name(pack: Policy) -> None:
    read = {name for spec in pack.specs for name in spec.setting_names()}

    assert set(pack.settings) - read <= READ_BY_NAME | READ_LATER


def test_every_pack_is_named_as_its_file_and_compiles(pack: Policy) -> None:
    company = case(sites=[site("kl", "MY"), site("beijing", "CN")], policy=pack.name)

    assert compile_policy_limits(company) == compile_policy_limits(
        case(sites=[site("kl", "MY"), site("beijing", "CN")], policy=pack.name)
    )
    assert company.policy == pack


def test_the_three_tier_framework_holds_the_announced_numbers() -> None:
    policy = load_policy()

    assert policy.share("home_share") == Fraction(1, 2)
    assert policy.share("outside_tier1_share") == Fraction(1, 4)
    assert policy.share("destination_share") == Fraction(7, 100)
    assert policy.count("national_cap") == 50_000
    assert policy.count("national_cap_in_tpp") == 790_000_000
    assert (policy.effective_from, policy.effective_until) == (date(2025, 1, 1), date(2027, 12, 31))
    assert policy.flag("validated_exempt_from_national_cap") is False
    assert policy.text("validated_exempt_from_national_cap") == "false"
    assert policy.text("destination_share") == "7/100"
    assert policy.value("national_cap_unit") == "chips"


def test_shares_bind_as_the_law_says_and_the_cap_binds_everyone() -> None:
    bounds = {rule.name: rule.bound for rule in load_policy().rules}

    assert bounds == {
        "home_share": Bound(countries=("US",)),
        "outside_tier1_share": Bound(tiers=(1,)),
        "destination_share": Bound(tiers=(1,)),
        "training_location": Bound(tiers=(1,)),
        "weights_location": Bound(tiers=(1,)),
        "national_cap": None,
        "closed_destination": None,
        "closed_parent": Bound(tiers=(3,)),
    }
    assert Bound(tiers=(1,), countries=("AE",)).describe() == "Tier 1 or AE"


def test_a_flag_that_a_rule_does_not_name_is_off() -> None:
    assert load_policy().flag(None) is False
