"""Openings: nothing stands at a site before it may open."""

import pytest

from optimizer.rules.case import Case
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.verify.check import verify
from tests.builders import broken, case, limit_keys, placing, site
from tests.rules.golden_text import assert_golden


def fleet(opens_from: str, **parts: object) -> Case:
    return case(sites=[site("ohio", "US", opens_from=opens_from)], delivered=5, periods=3, **parts)


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(fleet("2025Q3"), "openings", "openings")


@pytest.mark.parametrize("opens_from", ["2025Q3", "2025-07-01"])
def test_a_site_may_be_used_from_the_period_it_opens_in(opens_from: str) -> None:
    company = fleet(opens_from)
    early = Placement({(0, 0): (0, 5, 5)}, {0: 1})

    assert broken(company, placing(company, ohio=(0, 0, 5))) == {}
    verdict = verify(company, compile_limits(company), early)
    assert [(reading.limit.key, reading.slack) for reading in verdict.broken] == [("openings[ohio,2025Q2]", -5)]
    assert verdict.faults == ("ohio opens in 2025Q2, before its opens_from",)


def test_a_site_that_opens_at_once_needs_no_limit() -> None:
    assert limit_keys(fleet("2025Q1"), "openings") == []


def test_a_site_that_opens_after_the_horizon_stays_empty() -> None:
    company = fleet("2026Q1")

    assert limit_keys(company, "openings") == ["openings[ohio,2025Q3]"]
    installed = fleet("2026Q1", installed=[{"site": "ohio", "accelerator": "chip", "units": 1}])
    assert broken(installed, Placement({(0, 0): (0, 0, 2)})) == {"openings[ohio,2025Q3]": 2}
