"""Site compute: a site serves with no more than the compute that stands there."""

from optimizer.rules.case import Case
from tests.builders import broken, case, chip, placing, serving, site, workload
from tests.rules.golden_text import assert_golden


def company() -> Case:
    return case(
        sites=[site("ohio", "US"), site("texas", "US")],
        accelerators=[chip(tpp=1000, block=2), chip("old", tpp=300)],
        delivered={"chip": [4, 4], "old": [0, 0]},
        installed=[
            {"site": "ohio", "accelerator": "old", "units": 3},
            {"site": "ohio", "accelerator": "old", "units": 5, "ownership": "leased_out"},
            {"country": "US", "accelerator": "old", "units": 7},
        ],
        workloads=[workload("chat", 9000), workload("search", 9000)],
        periods=2,
        policy="physical-only",
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(company(), "site_compute", "site_compute")


def test_what_stands_and_what_is_installed_serves_and_leased_out_stock_does_not() -> None:
    built = company()
    placed = placing(built, ohio={"chip": (2, 4)}, texas={"chip": (0, 2)})

    # Ohio: 2,000 and then 4,000 TPP placed, 3 x 300 installed and used.
    at_the_limit = {("ohio", "chat"): (2000, 4000), ("ohio", "search"): (900, 900), ("texas", "chat"): (0, 2000)}
    assert broken(built, serving(built, placed, at_the_limit)) == {}
    past_it = {**at_the_limit, ("ohio", "search"): (900, 907), ("texas", "search"): (1, 0)}
    assert broken(built, serving(built, placed, past_it)) == {
        "site_compute[ohio,2025Q2]": 7,
        "site_compute[texas,2025Q1]": 1,
    }
