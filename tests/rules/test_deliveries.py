"""Deliveries: no more units are placed than have been delivered, each where its lot may go."""

from optimizer.pipeline import place_fleet
from optimizer.rules.case import Case
from optimizer.rules.registry import compile_limits
from optimizer.verify.check import verify
from tests.builders import broken, case, chip, limits_of, placing, site
from tests.rules.golden_text import assert_golden, describe


def fleet() -> Case:
    return case(
        sites=[site("ohio", "US"), site("texas", "US")],
        periods=3,
        delivered={"chip": [4, 0, 6]},
        policy="physical-only",
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(fleet(), "deliveries", "deliveries")


def test_sites_share_what_is_delivered_by_each_period() -> None:
    company = fleet()

    assert broken(company, placing(company, ohio=(1, 1, 4), texas=(3, 3, 6))) == {}
    assert broken(company, placing(company, ohio=(1, 2, 4), texas=(3, 3, 6))) == {"deliveries[chip,2025Q2]": 1}
    assert broken(company, placing(company, ohio=(1, 1, 5), texas=(3, 3, 6))) == {"deliveries[chip,2025Q3]": 1}


def test_deliveries_of_one_accelerator_do_not_help_another() -> None:
    company = case(sites=[site("ohio", "US")], accelerators=[chip("a"), chip("b")], delivered={"a": [9], "b": [1]})

    assert broken(company, placing(company, ohio={"a": 9, "b": 1})) == {}
    assert broken(company, placing(company, ohio={"a": 8, "b": 2})) == {"deliveries[b,2025Q1]": 1}


def test_an_accelerator_that_is_only_installed_cannot_be_placed() -> None:
    company = case(
        sites=[site("ohio", "US")],
        delivered=5,
        installed=[{"country": "US", "accelerator": "A100", "units": 8}],
    )

    verdict = verify(company, compile_limits(company), placing(company, ohio={"A100": 8}))

    assert verdict.faults == ("A100 at ohio is not delivered by this plan",)


def bound(*rows: tuple[str | None, int, str], **parts: object) -> Case:
    """Return a company with lots of (destination, units, period) and sites in Ohio, Kuala Lumpur, Johor and Oslo."""
    lots = [
        {"accelerator": "chip", "period": period, "units": units, "lot": str(number)}
        | ({"destination": place} if place else {})
        for number, (place, units, period) in enumerate(rows)
    ]
    sites = [site("ohio", "US"), site("kl", "MY"), site("johor", "MY"), site("oslo", "NO")]
    return case(**{"sites": sites, "periods": 2, "deliveries": lots, "policy": "physical-only", **parts})


def test_what_is_free_is_shared_by_what_stands_beyond_the_bound_lots() -> None:
    company = bound(("kl", 3, "2025Q1"), ("MY", 2, "2025Q1"), ("ohio", 1, "2025Q2"), (None, 4, "2025Q2"))
    _, second = limits_of(company, "deliveries")

    assert describe(company.plan, second).splitlines()[1:3] == [
        "    usage     (chip placed in ohio by 2025Q2 beyond what is bound to it) + (chip standing at oslo in 2025Q2)"
        " + (chip placed in MY by 2025Q2 beyond what is bound to it)",
        "    at most   4",
    ]
    assert (second.setting, second.number) == ("4 units by 2025Q2, beside 6 bound to a place", 4)


def test_a_lot_bound_to_a_site_stands_nowhere_else() -> None:
    company = bound(("kl", 3, "2025Q1"), (None, 1, "2025Q1"))

    assert broken(company, placing(company, kl=4)) == {}
    assert broken(company, placing(company, kl=3, ohio=1)) == {}
    assert broken(company, placing(company, kl=2, ohio=2)) == {
        "deliveries[chip,2025Q1]": 1,
        "deliveries[chip,2025Q2]": 1,
    }


def test_a_site_lot_lies_inside_what_is_bound_to_its_country() -> None:
    company = bound(("kl", 3, "2025Q1"), ("MY", 2, "2025Q1"), (None, 1, "2025Q1"))

    assert broken(company, placing(company, kl=3, johor=3)) == {}
    assert broken(company, placing(company, kl=6)) == {}
    assert broken(company, placing(company, kl=4, johor=1, ohio=1)) == {}
    assert set(broken(company, placing(company, kl=2, johor=4))) == {
        "deliveries[chip,2025Q1]",
        "deliveries[chip,2025Q2]",
    }


def test_a_unit_that_took_a_free_lot_keeps_it_when_its_own_arrives_later() -> None:
    company = bound((None, 1, "2025Q1"), ("kl", 1, "2025Q2"))

    assert broken(company, placing(company, kl=(1, 2))) == {}
    assert broken(company, placing(company, kl=(1, 1), ohio=(0, 1))) == {"deliveries[chip,2025Q2]": 1}


def test_must_place_asks_for_bound_lots_too_and_the_optimum_places_them_where_they_belong() -> None:
    company = bound(
        ("kl", 3, "2025Q1"), (None, 2, "2025Q1"), economics={"must_place": "by_end"}, policy="physical-only"
    )
    outcome = place_fleet(company.plan)

    assert outcome.placement is not None
    assert outcome.placement.units(company.plan.site_index["kl"], 0, 1) >= 3


def test_free_lots_can_be_bought_past_at_a_price() -> None:
    company = bound(("kl", 3, "2025Q1"), (None, 1, "2025Q1"), limits={"deliveries[chip]": {"price_cap": 1}})

    verdict = verify(company, compile_limits(company), placing(company, ohio=3))

    assert verdict.passed
    assert [reading.excess for reading in verdict.bought] == [2, 2]
