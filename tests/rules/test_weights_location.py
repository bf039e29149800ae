"""Weights location: controlled model weights are kept only where a policy lets them be."""

import pytest

from optimizer.rules.case import Case
from tests.builders import broken, limit_keys, placing, serving, site, workload
from tests.rules.diffusion import UVEU, company
from tests.rules.golden_text import assert_golden

RULE = "weights_location"


def server(**columns: object) -> Case:
    return company(
        site("ohio", "US"),
        site("kl", "MY", **columns),
        workloads=[workload("chat", 50_000, controlled_weights=True)],
        authorisations=[UVEU],
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(server(operator_headquarters="MY"), RULE, RULE)


def test_controlled_weights_stay_out_of_a_site_that_others_operate() -> None:
    built = server(operator_headquarters="MY", tenure="colocation")
    placed = placing(built, ohio=5)

    assert f"{RULE}[chat,2026Q1]" not in broken(built, serving(built, placed, {("ohio", "chat"): 5}))
    assert broken(built, serving(built, placed, {("kl", "chat"): 4}))[f"{RULE}[chat,2026Q1]"] == 4


@pytest.mark.parametrize(
    "columns",
    [{}, {"operator_headquarters": "JP"}, {"operator_headquarters": "MY", "tenure": "owned"}],
    ids=["the company operates it", "a Tier 1 parent operates it", "the company owns it"],
)
def test_a_tier_1_parent_of_owner_or_operator_lifts_it(columns: dict[str, object]) -> None:
    assert limit_keys(server(**columns), RULE) == []


def test_in_tier_3_no_operator_lifts_it_and_open_weights_are_free() -> None:
    closed = company(
        site("ohio", "US"),
        site("macau", "MO"),
        workloads=[workload("chat", 9, controlled_weights=True), workload("open", 9)],
        authorisations=[UVEU],
    )

    assert limit_keys(closed, "weights_outside_tier3") == ["weights_outside_tier3[chat,2026Q1]"]
