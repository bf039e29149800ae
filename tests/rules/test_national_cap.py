"""National cap: what may be added in one Tier 2 country over the pack's years, by everyone together."""

from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.policies.policy import Policy
from optimizer.rules.case import Case, make_case
from optimizer.rules.registry import compile_limits
from tests.builders import Row, broken, case, chip, limit_keys, limits_of, placing, plan, site
from tests.policies.packs import setting, write_pack
from tests.rules.golden_text import assert_golden

RULE = "national_cap[MY,2025Q1]"
SHARES_LIFTED = {"home_share": "0%", "outside_tier1_share": "100%", "destination_share": "100%"}


def fleet(accelerator: Row | None = None, **parts: object) -> Case:
    """Return a US company with a site in Malaysia and a million chips; only the national cap restricts it."""
    policy = {**SHARES_LIFTED, **parts.pop("policy", {})}  # type: ignore[dict-item]
    defaults: dict[str, object] = {
        "sites": [site("kl", "MY")],
        "accelerators": [accelerator or chip()],
        "delivered": {(accelerator or chip())["accelerator"]: [10**6]},
    }
    return case(policy=policy, **{**defaults, **parts})


def external(**levels: int) -> list[Row]:
    return [{"country": "MY", "period": "2025Q1", **levels}]


def test_the_limit_reads_as_in_the_golden_text() -> None:
    company = fleet(
        start="2024Q4",
        periods=2,
        policy={"national_cap": 1000},
        installed=[{"country": "MY", "accelerator": "chip", "units": 40, "placed_on": "2025-02-03"}],
        external_use=external(units=300),
    )

    assert_golden(company, "national_cap", "national_cap")


def test_exactly_50_000_chips_are_legal_and_one_more_is_not() -> None:
    company = fleet()

    assert broken(company, placing(company, kl=50_000)) == {}
    assert broken(company, placing(company, kl=50_001)) == {RULE: 1}


@pytest.mark.parametrize(
    ("key", "tpp", "block", "most_blocks"),
    [("H100", 15832, 1, 49_898), ("GB300", 60000, 72, 182), ("GB200", 40000, 72, 274), ("H100", 15832, 8, 6237)],
)
def test_the_published_cap_of_790_million_tpp_admits_the_known_numbers(
    key: str, tpp: int, block: int, most_blocks: int
) -> None:
    accelerator = chip(key, tpp=tpp, block=block, power_kw=1)
    company = fleet(accelerator, policy={"national_cap_unit": "tpp"}, sites=[site("kl", "MY", power_mw=10**6)])

    assert broken(company, placing(company, kl=most_blocks * block)) == {}
    over = broken(company, placing(company, kl=(most_blocks + 1) * block))
    assert over == {RULE: (most_blocks + 1) * block * tpp - 790_000_000}


def test_a_cap_in_h100_equivalents_counts_compute_over_15832() -> None:
    # A chip of half an H100: 100,000 of them are 50,000 equivalents.
    company = fleet(chip(tpp=7916), policy={"national_cap_unit": "h100_equivalents"})

    assert broken(company, placing(company, kl=100_000)) == {}
    assert broken(company, placing(company, kl=100_001)) == {RULE: pytest.approx(0.5, abs=0)}


def test_a_number_the_planner_writes_counts_in_the_unit_chosen() -> None:
    company = fleet(policy={"national_cap_unit": "tpp", "national_cap": 5000})

    assert broken(company, placing(company, kl=5)) == {}
    assert broken(company, placing(company, kl=6)) == {RULE: 1000}


def test_one_country_can_have_a_cap_of_its_own() -> None:
    company = fleet(
        sites=[site("kl", "MY"), site("delhi", "IN")],
        limits={"national_cap[MY]": {"setting": "10"}, "national_cap[*]": {"setting": "20"}},
    )

    assert broken(company, placing(company, kl=10, delhi=20)) == {}
    assert broken(company, placing(company, kl=11, delhi=21)) == {RULE: 1, "national_cap[IN,2025Q1]": 1}


def test_a_cap_in_chips_takes_what_others_use_from_units() -> None:
    company = fleet(external_use=external(units=49_990, tpp=10**12))

    assert broken(company, placing(company, kl=10)) == {}
    assert broken(company, placing(company, kl=11)) == {RULE: 1}


@pytest.mark.parametrize("unit", ["tpp", "h100_equivalents"])
def test_a_cap_in_compute_takes_what_others_use_from_tpp(unit: str) -> None:
    cap = {"tpp": 15832 * 10, "h100_equivalents": 10}[unit]
    policy = {"national_cap_unit": unit, "national_cap": cap}
    company = fleet(chip(tpp=15832), policy=policy, external_use=external(tpp=15832 * 7, units=1))

    assert broken(company, placing(company, kl=3)) == {}
    assert set(broken(company, placing(company, kl=4))) == {RULE}


@pytest.mark.parametrize(("unit", "given"), [("chips", "tpp"), ("tpp", "units"), ("h100_equivalents", "units")])
def test_others_use_in_a_unit_the_cap_cannot_count_is_refused(unit: str, given: str) -> None:
    company = fleet(policy={"national_cap_unit": unit}, external_use=external(**{given: 5}))

    with pytest.raises(InputError, match="external use of MY is not given in it"):
        limits_of(company, "national_cap")


def test_use_by_others_carries_forward_and_counts_for_the_territory_too() -> None:
    rows = [
        {"country": "MY", "period": "2025Q1", "units": 100},
        {"country": "MY", "period": "2025Q3", "units": 900},
    ]
    company = fleet(policy={"national_cap": 1000}, periods=3, external_use=rows)

    assert broken(company, placing(company, kl=(100, 100, 100))) == {}
    assert broken(company, placing(company, kl=(900, 900, 900))) == {"national_cap[MY,2025Q3]": 800}


@pytest.mark.parametrize(
    ("placed_on", "counts"), [("2024-12-31", False), ("2025-01-01", True), ("2025-03-01", True), (None, False)]
)
def test_installed_chips_count_from_the_packs_first_day(placed_on: str | None, counts: bool) -> None:
    row: Row = {"country": "MY", "accelerator": "chip", "units": 4}
    company = fleet(installed=[row if placed_on is None else {**row, "placed_on": placed_on}])

    assert broken(company, placing(company, kl=50_000)) == ({RULE: 4} if counts else {})


def test_chips_of_the_plan_added_before_the_packs_first_day_do_not_count() -> None:
    company = fleet(start="2024Q4", periods=2)

    assert limit_keys(company, "national_cap") == [RULE]
    assert broken(company, placing(company, kl=(7, 50_007))) == {}
    assert broken(company, placing(company, kl=(7, 50_008))) == {RULE: 1}


def test_the_announced_reading_exempts_a_validated_tier_1_company_alone() -> None:
    exempt = {"policy": {"validated_exempt_from_national_cap": True}}

    assert limit_keys(fleet(**exempt), "national_cap") == []
    assert limit_keys(fleet(headquarters="JP", **exempt), "national_cap") == []
    assert limit_keys(fleet(headquarters="IN", **exempt), "national_cap") == [RULE]
    assert limit_keys(fleet(headquarters="MY"), "national_cap") == [RULE]


def test_both_settings_of_both_readings_say_in_a_sentence_what_ran() -> None:
    readings = {
        (exempt, unit): fleet(
            policy={"validated_exempt_from_national_cap": exempt, "national_cap_unit": unit}
        ).policy.describe_reading()
        for exempt in (False, True)
        for unit in ("chips", "h100_equivalents")
    }

    assert len(set(readings.values())) == 4
    for (exempt, unit), sentence in readings.items():
        assert f"50000 {unit} per Tier 2 country" in sentence
        assert f"validated company exempt: {str(exempt).lower()}" in sentence


@pytest.mark.parametrize(
    ("own", "cap"), [({}, 790_000_000), ({"national_cap": 1234}, 1234), ({"national_cap_in_tpp": 80_000}, 80_000)]
)
def test_a_cap_in_tpp_is_read_out_as_it_is_enforced(own: dict[str, int], cap: int) -> None:
    company = fleet(policy={"national_cap_unit": "tpp", **own})

    assert f"national cap of {cap} tpp per Tier 2 country" in company.policy.describe_reading()
    assert {limit.allowance.constant for limit in compile_limits(company) if limit.rule == "national_cap"} == {cap}


def test_a_country_without_a_site_is_held_to_its_cap_by_what_stands_there() -> None:
    company = fleet(
        policy={"national_cap": 3},
        installed=[{"country": "PL", "accelerator": "chip", "units": 5, "placed_on": "2025-02-01"}],
    )

    assert broken(company) == {"national_cap[PL,2025Q1]": 2}


@pytest.mark.parametrize("country", ["GB", "PR", "CN", "HK"])
def test_there_is_no_cap_outside_tier_2(country: str) -> None:
    assert limit_keys(fleet(sites=[site("x", country)]), "national_cap") == []


def test_a_pack_without_a_unit_counts_chips(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, rules='kind = "national_cap"\ncap = "cap"\ntiers = [2]\ncitation = "own"')
    company = make_case(plan(sites=[site("kl", "MY")], delivered=20, policy={"name": str(pack)}))

    assert isinstance(company.policy, Policy)
    assert broken(company, placing(company, kl=11)) == {RULE: 1}


def test_rules_that_name_countries_give_each_its_own_cap(tmp_path: Path) -> None:
    settings = (
        setting("cap", "count", "9")
        + setting("small", "count", "3")
        + setting("large", "count", "5")
        + setting("here", "countries", '["MY"]')
        + setting("there", "countries", '["IN", "QA"]')
    )
    rule = 'kind = "national_cap"\nkey = "{0}"\ncap = "{0}"\ncountries = "{1}"\ntiers = [2]\ncitation = "own"'
    pack = write_pack(
        tmp_path, settings=settings, rules=rule.format("small", "here") + "\n\n" + rule.format("large", "there")
    )
    sites = [site("kl", "MY"), site("mumbai", "IN"), site("rio", "BR")]
    company = make_case(plan(sites=sites, delivered=100, policy="physical-only"), policy=str(pack))

    assert limit_keys(company, "small") == ["small[MY,2025Q1]"]
    assert limit_keys(company, "large") == ["large[IN,2025Q1]"]
    assert broken(company, placing(company, kl=4, mumbai=6, rio=60)) == {"small[MY,2025Q1]": 1, "large[IN,2025Q1]": 1}
