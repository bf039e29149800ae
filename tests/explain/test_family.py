"""Families: who can change a setting."""

from __future__ import annotations

import pytest

from optimizer.explain.family import Family, family_of, family_settings
from optimizer.explain.setting import settings_of
from optimizer.rules.registry import compile_limits
from tests.builders import site
from tests.explain.small_plans import case_of, contract, setting_of

FLEET = case_of(
    sites=[site("kl", "MY"), site("moscow", "RU"), site("ohio", "US")],
    delivered=10,
    commitments=[contract("lease", "ohio", 5)],
    economics={"must_place": "by_end"},
    limits={"site_power[kl]": {"buyable": True}},
)


@pytest.mark.parametrize(
    ("group", "family"),
    [
        ("must_place[chip]", Family.CHANGE),
        ("commitment[lease]", Family.CHANGE),
        ("site_power[kl]", Family.BUY),
        ("site_power[ohio]", None),
        ("deliveries[chip]", None),
        ("destination_share[MY]", Family.GOVERNMENT),
        ("closed_destination[RU]", Family.GOVERNMENT),
    ],
)
def test_contracts_are_ones_own_what_is_buyable_is_bought_and_the_law_is_a_governments(
    group: str, family: Family | None
) -> None:
    assert family_of(setting_of(FLEET, group)) is family


def test_several_families_together_are_all_that_anybody_can_change() -> None:
    settings = settings_of(FLEET, compile_limits(FLEET))

    together = {one.group for one in family_settings(settings, Family.SEVERAL)}

    assert "site_power[kl]" in together
    assert together.isdisjoint({"site_power[ohio]", "deliveries[chip]"})


def test_every_group_of_a_rule_can_be_marked_buyable_at_once() -> None:
    built = case_of(sites=[site("ohio", "US"), site("kl", "MY")], limits={"site_power[*]": {"buyable": True}})

    assert family_of(setting_of(built, "site_power[ohio]")) is Family.BUY


def test_deliveries_relabelled_as_a_contract_are_ones_own_to_change() -> None:
    built = case_of(sites=[site("ohio", "US")], delivered=10, limits={"deliveries[chip]": {"kind": "contract"}})

    assert family_of(setting_of(built, "deliveries[chip]")) is Family.CHANGE
