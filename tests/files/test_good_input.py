"""What a good plan means, and the liberties its author has."""

from __future__ import annotations

import csv
import io
import random
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError
from optimizer.files.document import read_document
from optimizer.files.read_plan import plan_from_dict, read_plan
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.plan import ExternalUse, LimitSetting, MustPlace, Plan, Residual
from optimizer.schema.resource import Counting
from tests.files.good_plan import GOOD, VALUES, write_files

if TYPE_CHECKING:
    from pathlib import Path

MINIMAL: dict[str, object] = {
    "company": {"headquarters": "US"},
    "horizon": {"start": "2025", "periods": 2, "length": "year"},
    "sites": [{"site": "ohio", "country": "US", "power_mw": 12.5}],
    "accelerators": [{"accelerator": "GB300", "value_usd_per_hour": 2.5}],
    "deliveries": [{"accelerator": "GB300", "period": 2025, "units": 72}],
}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return read_plan(write_files(tmp_path, GOOD))


def _assumed(plan: Plan, subject: str) -> list[str]:
    return [f"{line.value} ({line.source})" for line in plan.assumptions if line.subject == subject]


def test_settings(plan: Plan) -> None:
    assert (plan.name, plan.company.name, plan.company.headquarters) == ("small", "Example", "US")
    assert plan.horizon.labels == ("2025Q1", "2025Q2", "2025Q3", "2025Q4")
    assert plan.horizon.annual_discount_rate == Fraction(8, 100)
    assert (plan.economics.must_place, plan.economics.residual) == (MustPlace.BY_END, Residual.LIFE)
    assert plan.policy.overrides == {"home_share": "50/100"}
    assert plan.limit_settings == {"destination_share[MY]": LimitSetting(Fraction(5, 100), LimitKind.POLICY)}
    assert set(plan.input_sha256) == set(GOOD)


def test_sites(plan: Plan) -> None:
    kl, ohio = plan.sites
    assert list(ohio.power_mw) == [Fraction(241, 2), 150, Fraction(241, 2), Fraction(241, 2)]
    assert list(kl.energy_price_usd_per_mwh) == [0, 0, Fraction(143, 2), 0]
    assert (kl.pue, ohio.pue) == (Fraction(6, 5), Fraction(23, 20))
    assert (kl.opens_from, kl.max_units, kl.min_units_if_open) == (2, 1000, 72)
    assert kl.allowed_accelerators == frozenset({"big", "small"})
    assert (ohio.name, ohio.region, ohio.longitude) == ("Columbus, Ohio", "east", Fraction(-83))
    assert (dict(kl.notes), dict(ohio.notes)) == ({"note": "leased land"}, {})


def test_accelerators_and_what_stands(plan: Plan) -> None:
    assert [accelerator.key for accelerator in plan.accelerators] == ["A100", "big", "small"]
    assert plan.accelerators[1].delivered_units == (720, 720, 0, 0)
    assert plan.accelerators[0].delivered_units == (0, 0, 0, 0)
    assert [(row.country, row.site, row.units, row.placed_on) for row in plan.installed] == [
        ("MY", None, 100, date(2023, 5, 1)),
        ("US", "ohio", 16, None),
    ]


def test_contracts_and_costs(plan: Plan) -> None:
    cap, east, floor = plan.commitments
    assert (cap.scope, cap.target, cap.max_units, cap.first, cap.last) == ("country", "MY", 900, 0, 2)
    assert (east.scope, east.target, east.min_units, east.only_if_used) == ("region", "east", 8, True)
    assert (floor.accelerator, floor.first, floor.last, floor.kind) == ("small", 1, 3, LimitKind.CONTRACT)
    assert [(cost.name, cost.usd_per_unit, cost.rate_of_price, cost.period) for cost in plan.unit_costs] == [
        ("freight", 100, None, None),
        ("tariff", None, Fraction(1, 4), 1),
    ]
    assert plan.external_use == (ExternalUse("MY", (1000, 1000, 5000, 5000), (0, 0, 20, 20)),)


def test_shared_resources_and_what_uses_them(plan: Plan) -> None:
    capex, water = plan.resources
    assert list(capex.limits) == [1_500_000, 1_500_000, Fraction("800000.5"), 1_500_000]
    assert (capex.unit, capex.counts, capex.kind) == ("USD", Counting.ADDED, LimitKind.CONTRACT)
    assert (water.unit, water.counts, water.kind) == ("Ml", Counting.STANDING, LimitKind.PHYSICAL)
    # In a fixed order: by resource, then by their filters.
    hall, malaysia, ohio, asia = plan.resource_use
    assert (hall.hall, hall.per_module, hall.per_unit) == ("kl-b", Fraction(1500), Fraction(0))
    assert (malaysia.country, malaysia.accelerator, malaysia.per_unit) == ("MY", "big", Fraction("100.5"))
    assert (malaysia.rate_of_price, ohio.site, ohio.per_opening) == (Fraction(1, 10), "ohio", Fraction(25000))
    assert (asia.resource, asia.region, asia.per_mw, asia.per_mwh) == (
        "water",
        "asia",
        Fraction(1, 5),
        Fraction(1, 2000),
    )


def test_halls_and_limits_on_openings(plan: Plan) -> None:
    kl, north = plan.halls
    assert (kl.key, kl.site, kl.power_mw, kl.modules) == ("kl-b", "kl", Fraction("12.5"), 4)
    # A module available in the middle of a quarter is there from the next one on.
    assert (kl.cost_usd, kl.available_from, kl.min_modules_if_open) == (Fraction(30_000_000), 2, 1)
    assert (north.cost_usd, north.available_from, north.min_modules_if_open) == (Fraction(0), 0, None)
    asia, pace = plan.opening_limits
    assert (asia.region, asia.first, asia.last, asia.max_sites, asia.kind) == ("asia", 1, 3, 1, LimitKind.PHYSICAL)
    assert (pace.region, pace.last, pace.min_openings, pace.max_openings) == (None, 2, 0, 1)
    assert [(row.site, row.other_site, row.reference) for row in plan.exclusions] == [("kl", "ohio", "Grid 4")]


def test_values_replace_the_economics(tmp_path: Path) -> None:
    accelerators = GOOD["accelerators.csv"].replace("3.5", "").replace("8,2,", "8,,")
    plan = read_plan(write_files(tmp_path, {**GOOD, "values.csv": VALUES, "accelerators.csv": accelerators}))
    assert plan.values_usd_per_unit is not None
    assert {pair: list(values) for pair, values in plan.values_usd_per_unit.items()} == {
        ("kl", "big"): [60000] * 4,
        ("ohio", "big"): [50000, Fraction(80001, 2), 50000, 50000],
        ("ohio", "small"): [-10, None, None, None],
    }
    assert _assumed(plan, "sites.csv energy_price_usd_per_mwh") == []
    assert _assumed(plan, "unit_costs.csv") != []


def test_the_order_of_rows_never_matters(tmp_path: Path) -> None:
    document = read_document(write_files(tmp_path, {**GOOD, "values.csv": VALUES}))
    expected = plan_from_dict(document)
    for seed in range(5):
        shuffled = dict(document)
        for name, rows in document.items():
            if isinstance(rows, list):
                shuffled[name] = random.Random(seed).sample(rows, len(rows))
        assert plan_from_dict(shuffled) == expected


def test_defaults_are_summed_up_by_column(plan: Plan) -> None:
    assert _assumed(plan, "sites.csv pue") == ["1.2 for 1 of 2 rows (plan.toml economics.defaults.pue)"]
    assert _assumed(plan, "sites.csv opening_cost_usd") == ["0 for 2 of 2 rows (default)"]
    assert _assumed(plan, "accelerators.csv life_years") == ["5 for 1 of 2 rows (default)"]
    price = "default: no energy price given: energy costs nothing in this plan"
    assert _assumed(plan, "sites.csv energy_price_usd_per_mwh") == [f"0 for 2 of 2 rows ({price})"]
    assert _assumed(plan, "plan.toml economics.residual") == ["life (default)"]
    assert _assumed(plan, "plan.toml economics.must_place") == []


def test_the_catalogue_fills_in_and_is_cited() -> None:
    plan = plan_from_dict(MINIMAL)
    (rack,) = plan.accelerators
    assert (rack.block, rack.tpp > 0, rack.delivered_units) == (72, True, (72, 0))
    for column in ("tpp", "power_kw", "block"):
        assert "confidence" in _assumed(plan, f"accelerators.csv {column} of GB300")[0]


@pytest.mark.parametrize(("power_kw", "is_remarked"), [("0.7", True), ("1.124", True), ("1.125", False), ("2", False)])
def test_power_of_a_bare_chip_is_remarked_on(power_kw: str, is_remarked: bool) -> None:
    row = {"accelerator": "H100", "value_usd_per_hour": 2, "power_kw": power_kw}
    deliveries = [{"accelerator": "H100", "period": "2025", "units": 8}]
    plan = plan_from_dict({**MINIMAL, "accelerators": [row], "deliveries": deliveries})
    assert any("% of the catalogue's 1.25 kW" in line.value for line in plan.assumptions) is is_remarked


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("2025Q2", 1),
        ("2025-Q2", 1),
        ("2025-04-01", 1),
        ("2025-04-02", 2),
        ("2025-06-30", 2),
        ("2024-12-31", 0),
        ("2019Q1", 0),
        ("2025-12-31", 4),
        ("2030Q1", 4),
        (" 2025q3 ", 2),
    ],
)
def test_opens_from_is_a_period_or_a_date(written: str, period: int, tmp_path: Path) -> None:
    sites = GOOD["sites.csv"].replace("2025-04-02", written)
    assert read_plan(write_files(tmp_path, {**GOOD, "sites.csv": sites})).sites[0].opens_from == period


def _crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def _quoted(text: str) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r").writerows(csv.reader(text.splitlines()))
    return stream.getvalue().encode()


@pytest.mark.parametrize(
    "rewrite",
    [
        _crlf,
        _quoted,
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace("\n", ",,\n").encode(),
        lambda text: text.replace("\n", "\n\n").encode(),
        lambda text: text.replace(",", " , ").replace('"Columbus ,  Ohio" ,', '"Columbus, Ohio",').encode(),
    ],
    ids=["crlf", "quoted-cr", "bom", "no-last-newline", "empty-last-columns", "blank-rows", "spaces"],
)
def test_spreadsheet_habits_are_fine(rewrite: object, plan: Plan, tmp_path: Path) -> None:
    assert callable(rewrite)
    files = {name: rewrite(text) if name.endswith(".csv") else text for name, text in GOOD.items()}
    folder = tmp_path / "again"
    folder.mkdir()
    again = read_plan(write_files(folder, files))
    assert (again.sites, again.accelerators, again.installed) == (plan.sites, plan.accelerators, plan.installed)
    assert (again.commitments, again.unit_costs, again.assumptions) == (
        plan.commitments,
        plan.unit_costs,
        plan.assumptions,
    )


def test_other_files_and_empty_unsupported_columns_are_fine(tmp_path: Path) -> None:
    others = dict.fromkeys(("README.md", "plan.solution.json", "expected.json", ".hidden.csv", "my-policy.toml"), "x")
    sites = GOOD["sites.csv"].replace("name", "x_owner,opening_cost_schedule,name", 1)
    sites = sites.replace('120.5,"', '120.5,us,,"').replace("50,Kuala", "50,them,,Kuala")
    files = {**GOOD, **others, "sites.csv": sites}
    assert read_plan(write_files(tmp_path, files)).sites[0].notes == {"x_owner": "them", "note": "leased land"}


def test_plan_toml_itself_names_its_folder(plan: Plan, tmp_path: Path) -> None:
    assert read_plan(tmp_path / "plan" / "plan.toml") == plan


def test_a_policy_path_starts_from_the_plan(tmp_path: Path) -> None:
    settings = GOOD["plan.toml"].replace("three-tier-2025-01", "own.toml")
    folder = write_files(tmp_path, {**GOOD, "plan.toml": settings, "own.toml": ""})
    assert read_plan(folder).policy.name == str((folder / "own.toml").resolve())


def test_python_numbers_are_taken_as_written() -> None:
    sites = [{"site": "ohio", "country": "US", "power_mw": 0.1, "pue": Decimal("1.10"), "max_units": 8.0}]
    plan = plan_from_dict({**MINIMAL, "sites": sites})
    assert (plan.sites[0].power_mw[0], plan.sites[0].pue, plan.sites[0].max_units) == (
        Fraction(1, 10),
        Fraction(11, 10),
        8,
    )


def test_lists_may_be_written_as_lists() -> None:
    sites = [{"site": "ohio", "country": "US", "power_mw": 1, "allowed_accelerators": ["GB300"]}]
    assert plan_from_dict({**MINIMAL, "sites": sites}).sites[0].allowed_accelerators == frozenset({"GB300"})


@pytest.mark.parametrize(
    ("economics", "must_place"),
    [({"must_place": True}, "by_end"), ({"must_place": False}, "no"), ({"must_place": "each_period"}, "each_period")],
)
def test_must_place_words(economics: dict[str, object], must_place: str) -> None:
    assert plan_from_dict({**MINIMAL, "economics": economics}).economics.must_place == must_place


def test_the_holding_country_is_a_policy_setting() -> None:
    plan = plan_from_dict({**MINIMAL, "economics": {"holding_country": "US"}})
    assert plan.policy.overrides == {"holding_country": "US"}
    with pytest.raises(InputError, match=r"differs from economics\.holding_country"):
        plan_from_dict({**MINIMAL, "economics": {"holding_country": "US"}, "policy": {"holding_country": "SG"}})


@pytest.mark.parametrize(
    ("group", "written", "setting"),
    [
        ("destination_share[*]", "7/100", Fraction(7, 100)),
        ("national_cap[MY]", 50_000, Fraction(50_000)),
        ("site_power[ohio]", Decimal("12.5"), Fraction(25, 2)),
        ("site_power[ohio]", "0.5", Fraction(1, 2)),
    ],
)
def test_limit_settings(group: str, written: object, setting: Fraction) -> None:
    plan = plan_from_dict({**MINIMAL, "limits": {group: {"setting": written}}})
    assert plan.limit_settings[group].setting == setting


def test_a_default_value_serves_every_accelerator() -> None:
    bare = {**MINIMAL, "accelerators": [{"accelerator": "GB300"}]}
    plan = plan_from_dict({**bare, "economics": {"value_usd_per_hour": "1.25"}})
    assert plan.accelerators[0].value_usd_per_hour == Fraction(5, 4)
    assert "1.25 for 1 of 1 rows" in _assumed(plan, "accelerators.csv value_usd_per_hour")[0]


def test_an_installed_fleet_alone_can_be_read() -> None:
    fleet = {key: MINIMAL[key] for key in ("company", "horizon")}
    plan = plan_from_dict({**fleet, "installed": [{"country": "MY", "accelerator": "A100", "units": 5}]})
    assert (plan.sites, plan.installed[0].units, len(plan.accelerators)) == ((), 5, 1)
    assert _assumed(plan, "deliveries.csv") == ["none (default: the plan only lists an installed fleet)"]


def test_one_chip_under_two_names_is_refused() -> None:
    installed = [{"country": "MY", "accelerator": "gb-300", "units": 5}]
    with pytest.raises(InputError, match=r"accelerators\.csv calls it 'GB300'"):
        plan_from_dict({**MINIMAL, "installed": installed})


def test_a_rate_takes_the_price_of_the_catalogue() -> None:
    plan = plan_from_dict({**MINIMAL, "unit_costs": [{"name": "tariff", "rate_of_price": "10%"}]})
    assert plan.accelerators[0].price_usd is not None
    assert len(_assumed(plan, "accelerators.csv price_usd of GB300")) == 1
