"""Each bad input gives one InputError that says where and what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError
from optimizer.files import disk
from optimizer.files.document import read_document
from optimizer.files.read_plan import plan_from_dict, read_plan
from tests.files.good_plan import GOOD, VALUES, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.errors import Problem


@dataclass(frozen=True)
class Bad:
    """`old` becomes `new` in `file`; the problem is expected at row and column, with `says` in its text."""

    file: str
    old: str
    new: str
    row: int | None
    column: str | None
    says: str


def _bad(*cases: tuple[str, str, str, int | None, str | None, str]) -> list[Bad]:
    return [Bad(*case) for case in cases]


SETTINGS = _bad(
    (
        "plan.toml",
        "[company]",
        '[goals]\nthen = ["fewest"]\nwithin = "1%"\n[company]',
        None,
        "goals.then",
        "fewest_sites",
    ),
    ("plan.toml", "[company]", '[goals]\nthen = ["fewest_sites"]\n[company]', None, "goals.within", "0.1%"),
    ("plan.toml", "[company]", '[goals]\nwithin = "1%"\n[company]', None, "goals.within", "without a goal"),
    ("plan.toml", "[company]", "[goals]\nthen = []\nwithin = 0.01\n[company]", None, "goals.within", "in quotes"),
    (
        "plan.toml",
        "[company]",
        '[goals]\nthen = "fewest_sites;fewest_sites"\nwithin = "1%"\n[company]',
        None,
        "goals.then",
        "named twice",
    ),
    ("plan.toml", 'headquarters = "US"', "", None, "company.headquarters", "required"),
    ("plan.toml", 'headquarters = "US"', 'headquarters = "Germany"', None, "company.headquarters", "'DE'"),
    ("plan.toml", 'headquarters = "US"', 'headquarters = "XX"', None, "company.headquarters", "MY"),
    ("plan.toml", 'headquarters = "US"', 'headquarters = ["US"]', None, "company.headquarters", "single value"),
    ("plan.toml", "[company]", "[compani]", None, "compani", "did you mean 'company'?"),
    (
        "plan.toml",
        '[company]\nname = "Example"\nheadquarters = "US"',
        "company = 5",
        None,
        "company",
        "expected a table of keys",
    ),
    ("plan.toml", 'name = "small"', 'title = "small"', None, "title", "unknown key"),
    ("plan.toml", 'name = "small"', "sites = []", None, "sites", "sites.csv"),
    ("plan.toml", 'start = "2025Q1"', 'begin = "2025Q1"', None, "horizon.begin", "unknown key"),
    ("plan.toml", 'start = "2025Q1"', 'start = "2025-01"', None, "horizon.start", "expected a quarter like 2025Q1"),
    ("plan.toml", 'start = "2025Q1"', 'start = "0001Q1"', None, "horizon.start", "between 1900 and 2200"),
    ("plan.toml", "periods = 4", "periods = 0", None, "horizon.periods", "between 1 and 400"),
    ("plan.toml", "periods = 4", "periods = 401", None, "horizon.periods", "between 1 and 400"),
    ("plan.toml", "periods = 4", "periods = 4.5", None, "horizon.periods", "whole number"),
    ("plan.toml", "periods = 4", "periods = true", None, "horizon.periods", "expected a"),
    ("plan.toml", '"quarter"', '"quarters"', None, "horizon.length", "did you mean 'quarter'?"),
    ("plan.toml", '"8%"', '"108%"', None, "horizon.annual_discount_rate", "between 0 and 1"),
    ("plan.toml", '"8%"', "-0.01", None, "horizon.annual_discount_rate", "between 0 and 1"),
    ("plan.toml", '"8%"', "nan", None, "horizon.annual_discount_rate", "finite"),
    ("plan.toml", '"8%"', '"1/0"', None, "horizon.annual_discount_rate", "expected a number"),
    ("plan.toml", '"by_end"', '"always"', None, "economics.must_place", "each_period"),
    ("plan.toml", '"1/2"', "0.5", None, "economics.first_period_share", "in quotes"),
    ("plan.toml", '"1/2"', '"3/2"', None, "economics.first_period_share", "between 0 and 1"),
    ("plan.toml", "must_place", "must_palce", None, "economics.must_palce", "did you mean 'must_place'?"),
    ("plan.toml", "pue = 1.2", "pue = 0.9", None, "economics.defaults.pue", "at least 1"),
    ("plan.toml", "pue = 1.2", "power = 2", None, "economics.defaults.power", "unknown key"),
    ("plan.toml", '"1/2"', '"1/2"\npue = 1.1', None, "economics.defaults.pue", "given twice"),
    ("plan.toml", '"three-tier-2025-01"', '"missing.toml"', None, "policy.name", "no such policy file"),
    ("plan.toml", '"5%"', "0.05", None, 'limits."destination_share[MY]".setting', "in quotes"),
    ("plan.toml", '"5%"', '"a lot"', None, 'limits."destination_share[MY]".setting', "expected a"),
    ("plan.toml", '"5%"', "[5]", None, 'limits."destination_share[MY]".setting', "single value"),
    (
        "plan.toml",
        '"5%"',
        '"5%"\nprice_cap = -3',
        None,
        'limits."destination_share[MY]".price_cap',
        "must not be negative",
    ),
    ("plan.toml", '"5%"', '"5%"\nchange = "much"', None, 'limits."destination_share[MY]".change', "expected a"),
    (
        "plan.toml",
        '"5%"',
        '"5%"\nchange_from = "2025Q2"',
        None,
        'limits."destination_share[MY]".change_from',
        "no change",
    ),
    ("plan.toml", '"5%"', '"5%"\nbuyable = 7', None, 'limits."destination_share[MY]".buyable', "true or false"),
    ("plan.toml", "periods = 4", "periods = four", None, None, "line"),
    ("plan.toml", "periods = 4", "periods = 4\nperiods = 5", None, None, "not valid TOML"),
)
SITES = _bad(
    ("sites.csv", "ohio,US,120.5", "ohio,US,-1", 2, "power_mw", "must not be negative"),
    ("sites.csv", "ohio,US,120.5", "ohio,US,", 2, "power_mw", "required"),
    ("sites.csv", "ohio,US,120.5", "ohio,US,1e400", 2, "power_mw", "out of range"),
    ("sites.csv", "ohio,US,120.5", "ohio,US,NaN", 2, "power_mw", "finite"),
    ("sites.csv", "ohio,US,120.5", "ohio,US,inf", 2, "power_mw", "finite"),
    ("sites.csv", "ohio,US,120.5", 'ohio,US,"1,200.5"', 2, "power_mw", "write 1200.5, without thousands"),
    ("sites.csv", "ohio,US,120.5", "ohio,US,120 MW", 2, "power_mw", "write 120: the unit"),
    ("sites.csv", "ohio,US,120.5", 'ohio,US,"120,5"', 2, "power_mw", "write 120.5, with a decimal point"),
    ("sites.csv", "ohio,US,120.5", "ohio,US,1_000", 2, "power_mw", "without thousands"),
    ("sites.csv", "ohio,US", "ohio,UK", 2, "country", "'GB'"),
    ("sites.csv", "ohio,US", "ohio,us", 2, "country", "'US'"),
    ("sites.csv", "ohio,US", ",US", 2, "site", "required"),
    ("sites.csv", "ohio,US", "a[1],US", 2, "site", "a name holds"),
    ("sites.csv", "kl,MY,50", "ohio,MY,50", 3, "site", "duplicate site"),
    ("sites.csv", "power_mw,name", "power_kw,name", 1, "power_mw", "required column is missing"),
    ("sites.csv", "latitude", "lattitude", 1, "lattitude", "did you mean 'latitude'?"),
    ("sites.csv", "latitude,longitude", "latitude,latitude", 1, "latitude", "duplicate column"),
    ("sites.csv", "39.9,-83", "139.9,-83", 2, "latitude", "between -90 and 90"),
    ("sites.csv", "39.9,-83", "39.9,-183", 2, "longitude", "between -180 and 180"),
    ("sites.csv", "1.15", "0.99", 2, "pue", "at least 1"),
    ("sites.csv", "2025-04-02", "2025-13-02", 3, "opens_from", "month"),
    ("sites.csv", "2025-04-02", "April", 3, "opens_from", "or write a date"),
    ("sites.csv", "1000,72", "71,72", 3, "min_units_if_open", "exceeds max_units"),
    ("sites.csv", "1000,72", "99.5,72", 3, "max_units", "whole number"),
    ("sites.csv", "big;small", "big;smal", 3, "allowed_accelerators", "did you mean 'small'?"),
    ("sites.csv", "big;small", ";", 3, "allowed_accelerators", "names no accelerator"),
    ("sites.csv", "leased land", "leased, land", 3, None, "15 cells where the header has 14"),
    ("sites.csv", ",leased land", "", 3, None, "13 cells"),
    ("sites.csv", '"Columbus, Ohio"', '"Columbus, Ohio', 2, None, "not valid CSV"),
    ("sites.csv", "latitude", "tenure", 2, "tenure", "expected one of owned, leased, colocation"),
    ("sites.csv", "2026Q1", "2025Q2", 3, "closes_after", "closes before it opens"),
    ("sites.csv", "2026Q1", "2024Q4", 3, "closes_after", "first period"),
    ("sites.csv", "2026Q1", "soon", 3, "closes_after", "or write a date"),
    ("sites.csv", "latitude", "authorised_from", 2, "authorised_from", "expected a quarter like 2025Q1"),
    ("sites.csv", "latitude", "opening_cost_schedule", 2, "opening_cost_schedule", "not supported yet"),
    ("sites.csv", "latitude", "operator_headquarters", 2, "operator_headquarters", "ISO 3166"),
    ("power.csv", "ohio,2025Q2", "ohoi,2025Q2", 2, "site", "did you mean 'ohio'?"),
    ("power.csv", "ohio,2025Q2", "ohio,2026Q1", 2, "period", "from 2025Q1 to 2025Q4"),
    ("power.csv", "kl,2025Q3", "ohio,2025Q2", 3, "site", "duplicate site, period"),
    ("power.csv", "150", "-150", 2, "power_mw", "negative"),
)
CHIPS = _bad(
    ("accelerators.csv", "small,15832", "big,15832", 3, "accelerator", "duplicate accelerator"),
    ("accelerators.csv", "big,40000", "big,0", 2, "tpp", "positive"),
    ("accelerators.csv", "big,40000", "big,", 2, "tpp", "catalogue does not know"),
    ("accelerators.csv", "big,40000", "big,40000.5", 2, "tpp", "whole number"),
    ("accelerators.csv", "1.9,72", "-1.9,72", 2, "power_kw", "negative"),
    ("accelerators.csv", "1.9,72", "1.9,0", 2, "block", "positive"),
    ("accelerators.csv", "3.5,0.8", "3.5,1.2", 2, "utilisation", "between 0 and 1"),
    ("accelerators.csv", "3.5,0.8", ",0.8", 2, "value_usd_per_hour", "must be given"),
    ("accelerators.csv", "0.8,5", "0.8,0", 2, "life_years", "positive"),
    ("accelerators.csv", "5,30000", "5,$30000", 2, "price_usd", "write 30000"),
    ("accelerators.csv", "5,30000", "5,", 3, "rate_of_price", "needs the price of big"),
    ("deliveries.csv", "big,2025Q1,720", "bgi,2025Q1,720", 2, "accelerator", "did you mean 'big'?"),
    ("deliveries.csv", "big,2025Q1,720", "big,2025Q1,7.5", 2, "units", "whole number"),
    ("deliveries.csv", "big,2025Q1,720", "big,2025Q1,-72", 2, "units", "negative"),
    ("deliveries.csv", "big,2025Q1,720", "big,2024Q4,720", 2, "period", "outside the horizon"),
    ("deliveries.csv", "big,2025Q2,720,B,MY", "big,2025Q1,720,A,", 3, "accelerator", "duplicate"),
    ("deliveries.csv", "80,,ohio", "80,,ohoi", 4, "destination", "did you mean 'ohio'?"),
    ("deliveries.csv", "80,,ohio", "80,,JP", 4, "destination", "no site of the plan lies in this country"),
    ("plan.toml", "retirement = false", 'retirement = "often"', None, "changes.retirement", "true or false"),
    ("plan.toml", "relocation = false", "relocations = false", None, "changes.relocations", "did you mean"),
    ("plan.toml", '"1200.5"', "-1", None, "changes.relocation_cost_usd_per_unit", "negative"),
    ("plan.toml", "periods = 1", "periods = 1.5", None, "changes.relocation_lead_periods", "whole number"),
    ("deliveries.csv", "lot", "status", 2, "status", "not supported yet"),
    ("installed.csv", "MY,,A100", ",,A100", 2, "country", "give a site or a country"),
    ("installed.csv", "MY,,A100", "MY,kl,A100", 2, "country", "not both"),
    ("installed.csv", "MY,,A100", "MY,,A1000000", 2, "accelerator", "no such accelerator"),
    ("installed.csv", "2023-05-01", "1 May 2023", 2, "placed_on", "expected a date"),
    ("installed.csv", "2023-05-01", "2026-01-01", 2, "placed_on", "after the end"),
    ("installed.csv", "2025-06-30", "mid 2025", 3, "retires_on", "expected a date"),
    ("installed.csv", "2023-05-01,", "2023-05-01,2023-04-30", 2, "retires_on", "before placed_on"),
    ("installed.csv", "placed_on", "ownership", 2, "ownership", "expected one of owned, leased_in, leased_out"),
)
CONTRACTS = _bad(
    ("commitments.csv", "cap,,MY", "floor,,MY", 3, "key", "duplicate key"),
    ("commitments.csv", "cap,,MY,,,900", "cap,,MY,,,", 3, "min_units", "min_units, max_units or both"),
    ("commitments.csv", "cap,,MY,,,900", "cap,,MY,,901,900", 3, "min_units", "exceeds max_units"),
    ("commitments.csv", "cap,,MY", "cap,kl,MY", 3, "site", "exactly one of site, country and region"),
    ("commitments.csv", "cap,,MY", "cap,,", 3, "site", "exactly one of site, country and region"),
    ("commitments.csv", ",east,8", ",eats,8", 4, "region", "did you mean 'east'?"),
    ("commitments.csv", "small,2025Q2,", "small,2025Q2,2025Q1", 2, "until", "ends before it begins"),
    ("commitments.csv", "true", "maybe", 4, "only_if_used", "true or false"),
    ("unit_costs.csv", "freight,100,", "freight,100,5%", 2, "rate_of_price", "exactly one"),
    ("unit_costs.csv", "freight,100,", "freight,,", 2, "usd_per_unit", "exactly one"),
    ("unit_costs.csv", "25%,,MY", "25%,kl,MY", 3, "country", "not both"),
    ("external_use.csv", "MY,2025Q3,5000,20", "MY,2025Q3,500,20", 3, "tpp", "cannot fall"),
    ("external_use.csv", "MY,2025Q3,5000,20", "MY,2025Q3,,", 3, "tpp", "tpp, units or both"),
    ("external_use.csv", "MY,2025Q3,5000,20", "MY,2026Q3,5000,20", 3, "period", "outside"),
    ("external_use.csv", "MY,2025Q3,5000,20", "MY,2024Q4,5000,20", 3, "country", "duplicate country, period"),
)


CAMPUS = _bad(
    ("halls.csv", "ohio,north", "ohoi,north", 3, "site", "did you mean 'ohio'?"),
    ("halls.csv", "ohio,north", "ohio,kl-b", 3, "hall", "duplicate hall"),
    ("halls.csv", "12.5,4", "0,4", 2, "power_mw", "positive"),
    ("halls.csv", "12.5,4", "12.5,-1", 2, "modules", "negative"),
    ("halls.csv", "12.5,4", "12.5,", 2, "modules", "required"),
    ("halls.csv", "1,Permit", "5,Permit", 2, "min_modules_if_open", "exceeds modules, which is 4"),
    ("halls.csv", "2025-05-01", "May", 2, "available_from", "or write a date"),
    ("opening_limits.csv", "asia,,asia", "pace,,asia", 3, "key", "duplicate key"),
    ("opening_limits.csv", "0,1,,,", ",,,,", 2, "max_openings", "give one of min_openings"),
    ("opening_limits.csv", "0,1,,,", "2,1,,,", 2, "min_openings", "exceeds max_openings, which is 1"),
    ("opening_limits.csv", "asia,,asia", "asia,MY,asia", 3, "region", "a country or a region, not both"),
    ("opening_limits.csv", "asia,,asia", "asia,,aisa", 3, "region", "did you mean 'asia'?"),
    ("opening_limits.csv", "2025Q2,,,,1,1", "2025Q2,2025Q1,,,1,1", 3, "until", "ends before it begins"),
    ("opening_limits.csv", "physical", "legal", 3, "kind", "expected one of contract, physical"),
    ("exclusions.csv", "ohio,kl", "ohoi,kl", 2, "site", "did you mean 'ohio'?"),
    ("exclusions.csv", "ohio,kl", "ohio,ohio", 2, "other_site", "does not exclude itself"),
    ("exclusions.csv", "Grid 4\n", "Grid 4\nkl,ohio,\n", 3, "other_site", "the other way round"),
    ("resource_use.csv", "kl-b,1500", "kl-c,1500", 4, "hall", "did you mean 'kl-b'?"),
    ("resource_use.csv", "capex,,,,,,,,,,kl-b,1500", "capex,,,,,9,,,,,kl-b,1500", 4, "per_unit", "modules alone"),
    ("resource_use.csv", "100.5,,,,10%,,", "100.5,,,,10%,,9", 2, "per_module", "a module is of no accelerator"),
)
RESOURCES = _bad(
    ("resources.csv", "capex,,1500000", "capex,,", 2, "limit", "required"),
    ("resources.csv", "capex,,1500000", "capex,,-1", 2, "limit", "negative"),
    ("resources.csv", "capex,2025Q3", "capex,2026Q3", 3, "period", "outside the horizon"),
    ("resources.csv", "capex,2025Q3", "capex,", 3, "resource", "duplicate resource"),
    ("resources.csv", "800000.5,,,", "800000.5,EUR,,", 3, "unit", "another says USD"),
    ("resources.csv", "800000.5,,,", "800000.5,,standing,", 3, "counts", "another says added"),
    ("resources.csv", "USD,added", "USD,once", 2, "counts", "expected one of standing, added, cumulative"),
    ("resources.csv", "physical", "policy", 4, "kind", "expected one of contract, physical"),
    ("resources.csv", "water,,30", "watt,,30", 4, "resource", "nothing uses it"),
    ("resource_use.csv", "water,,,asia", "wate,,,asia", 5, "resource", "did you mean 'water'?"),
    ("resource_use.csv", "water,,,asia", "water,,,aisa", 5, "region", "did you mean 'asia'?"),
    ("resource_use.csv", "0.2,1/2000", "-0.2,1/2000", 5, "per_mw", "negative"),
    ("resource_use.csv", "0.2,1/2000", ",", 5, "per_unit", "give one of"),
    ("resource_use.csv", "100.5,,,,10%", "100.5,9,,,10%", 2, "per_opening", "an opening is of no accelerator"),
    ("resource_use.csv", "water,,,asia,,,,0.2,1/2000,", "water,,,asia,small,,,,,1", 5, "rate_of_price", "of small"),
)


def _problems_of(plan: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        read_plan(plan)
    return caught.value.problems


@pytest.mark.parametrize(
    "bad",
    [*SETTINGS, *SITES, *CHIPS, *CONTRACTS, *CAMPUS, *RESOURCES],
    ids=lambda bad: f"{bad.file}-{bad.column}-{bad.old!r}-{bad.new!r}",
)
def test_one_change_gives_one_problem_at_its_place(bad: Bad, tmp_path: Path) -> None:
    assert bad.old in GOOD[bad.file]
    problems = _problems_of(write_files(tmp_path, {**GOOD, bad.file: GOOD[bad.file].replace(bad.old, bad.new, 1)}))
    found = [problem for problem in problems if bad.says in str(problem)]
    assert found, [str(problem) for problem in problems]
    where = {(problem.row, problem.column) for problem in found}
    assert (bad.row, bad.column) in where
    assert found[0].file in {bad.file, "unit_costs.csv"}


def test_least_carbon_names_every_site_that_does_not_say_what_it_emits(tmp_path: Path) -> None:
    settings = GOOD["plan.toml"].replace("[company]", '[goals]\nthen = ["least_carbon"]\nwithin = "1%"\n\n[company]')
    problems = _problems_of(write_files(tmp_path, {**GOOD, "plan.toml": settings}))

    found = [(problem.file, problem.row, problem.column) for problem in problems if "least_carbon" in problem.message]
    assert found == [("sites.csv", 2, "carbon_kg_per_mwh"), ("sites.csv", 3, "carbon_kg_per_mwh")]


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("plan.toml", None, "plan.toml: is missing"),
        ("sites.csv", None, "sites.csv: is missing"),
        ("sites.csv", b"", "sites.csv, row 1: has no header row"),
        ("sites.csv", b"site,country,power_mw\n", "sites.csv: has no rows"),
        ("accelerators.csv", b"accelerator\n", "accelerators.csv: has no rows"),
        ("deliveries.csv", b"accelerator,period,units\n,,\n", "deliveries.csv: has no rows"),
        ("values.csv", b"site,accelerator,value_usd_per_unit\n", "values.csv: has no rows"),
        ("sites.csv", "site,country,power_mw\nZürich,CH,5\n".encode("latin-1"), "is not UTF-8 text (line 2)"),
        ("sites.csv", "site,country,power_mw\nohio,US,5\n".encode("utf-16"), "is UTF-16"),
        ("sites.csv", b"site,country,power_mw\noh\0io,US,5\n", "NUL bytes"),
        ("sites.csv", b"site;country;power_mw\nohio;US;5\n", "separated by commas"),
        ("sites.csv", b"site,country,power_mw,\nohio,US,5,what\n", "under an empty column name"),
        ("plan.toml", b"\xff", "is not UTF-8 text"),
        ("plan.toml", b"company = " + b"[" * 100_000, "nested too deeply"),
        ("site.csv", b"site\n", "did you mean 'sites.csv'?"),
        ("Sites.csv", b"site\n", "did you mean 'sites.csv'?"),
        ("values.xlsx", b"", "save it as values.csv"),
        ("authorisations.csv", b"type,country\nUVEU,AE\n", "column country: a UVEU is worldwide"),
        ("authorisations.csv", b"type,country\nNVEU,\n", "column country: an NVEU is for one country"),
        ("authorisations.csv", b"type,country\nGVEU,AE\n", "column type: expected one of UVEU, NVEU, licence"),
        ("authorisations.csv", b"type,country\nlicence,AE\n", "column tpp: a licence has a quantity"),
        ("authorisations.csv", b"type,country,tpp,units\nlicence,AE,5,5\n", "column tpp: give tpp or units, not both"),
        ("authorisations.csv", b"type,country,units\nNVEU,AE,5\n", "column units: an NVEU has none"),
        ("authorisations.csv", b"type,valid_from,valid_until\nUVEU,2026-01-01,2025-01-01\n", "lies before valid_from"),
        ("workloads.csv", b"workload\nw\n", "required column is missing"),
        ("service.csv", b"workload,site\nw,ohio\n", "service.csv: says who serves workloads, and there are none"),
        ("resource_use.csv", None, "resources.csv, row 2, column resource: nothing uses it"),
    ],
)
def test_a_bad_file_is_named(file: str, content: bytes | None, says: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {name: text for name, text in GOOD.items() if name != file}
    if says.endswith("sites.csv: is missing"):
        del files["installed.csv"]
    if content is not None:
        files[file] = content
    assert any(says in str(problem) for problem in _problems_of(write_files(tmp_path, files)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"company": {}', "line 1, column 15"),
        ("[]", "a plan is a JSON object"),
        ('{"horizon": {"periods": NaN}}', "NaN is not a number"),
        ('{"horizon": {"periods": -Infinity}}', "-Infinity is not a number"),
        ('{"name": "a", "name": "b"}', "duplicate key 'name'"),
        ('{"sites": {"site": "ohio"}}', "expected a list of rows"),
        ('{"sites": ["ohio"]}', "expected a row"),
        ('{"sites": [{"site": "ohio", "country": "US", "power_mw": 1e400}]}', "sites[0].power_mw: number out of range"),
        ('{"sites": [{"site": "ohio", "country": "US", "power_mw": 1e99999999999999999999}]}', "expected a number"),
        ('{"sites": [{"site": "ohio", "country": "US", "power_mv": 1}]}', "did you mean 'power_mw'?"),
        ('{"sites": [{"site": "ohio", "country": "US", "power_mw": {}}]}', "expected a single value"),
        ('{"sites": [{"site": "\\ud800", "country": "US", "power_mw": 1}]}', "not text"),
        ('{"\\ud800": 1}', "a key must be text"),
        ('{"horizon": {"periods": ' + "9" * 5000 + "}}", "not valid JSON"),
        ('{"horizon": {"periods": ' + "9" * 3000 + "}}", "number out of range"),
        ("[" * 100_000, "nested too deeply"),
        ('{"site": []}', "did you mean 'sites'?"),
    ],
)
def test_bad_json_is_named(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    assert any(says in str(problem) for problem in _problems_of(path))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere", "no such plan"),
        ("n" * 300, "cannot be read"),
        ("no\0where", "a plan is a directory"),
        ("plan.xlsx", "not supported yet"),
        ("plan.txt", "is not a plan"),
    ],
)
def test_bad_path_is_named(name: str, says: str, tmp_path: Path) -> None:
    if "." in name:
        (tmp_path / name).touch()
    assert says in str(_problems_of(tmp_path / name)[0])


def test_a_folder_in_place_of_a_table_is_named(tmp_path: Path) -> None:
    plan = write_files(tmp_path, GOOD)
    (plan / "values.csv").mkdir()
    assert any("values.csv: is not a file" in str(problem) for problem in _problems_of(plan))


def test_a_file_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "LARGEST_FILE", 300)
    assert any("is too large" in str(problem) for problem in _problems_of(write_files(tmp_path, GOOD)))


def test_every_problem_of_every_file_is_listed_in_order(tmp_path: Path) -> None:
    changes = {
        "plan.toml": ('headquarters = "US"', ""),
        "commitments.csv": (",,900", ",,"),
        "sites.csv": ("US,120.5", "UK,-1"),
        "deliveries.csv": ("big,2025Q1", "bgi,2025Q1"),
        "accelerators.csv": ("big,40000", "big,0"),
    }
    files = {**GOOD, **{name: GOOD[name].replace(*change, 1) for name, change in changes.items()}}
    problems = _problems_of(write_files(tmp_path, files))
    assert [(problem.file, problem.row, problem.column) for problem in problems] == [
        ("plan.toml", None, "company.headquarters"),
        ("sites.csv", 2, "country"),
        ("sites.csv", 2, "power_mw"),
        ("accelerators.csv", 2, "tpp"),
        ("deliveries.csv", 2, "accelerator"),
        ("commitments.csv", 3, "min_units"),
    ]


def test_an_unreadable_table_is_not_blamed_on_those_that_refer_to_it(tmp_path: Path) -> None:
    problems = _problems_of(write_files(tmp_path, {**GOOD, "sites.csv": b"\xff\xfe"}))
    assert {problem.file for problem in problems} <= {"sites.csv", "commitments.csv"}
    assert len([problem for problem in problems if problem.file == "sites.csv"]) == 1


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), object(), b"1", {1}, [1], 10**5000],
    ids=["nan", "inf", "object", "bytes", "set", "list", "long"],
)
def test_python_values_that_are_no_numbers_are_refused(value: object) -> None:
    site = {"site": "ohio", "country": "US", "power_mw": value}
    with pytest.raises(InputError) as caught:
        plan_from_dict({"sites": [site]})
    assert any(problem.column == "sites[0].power_mw" for problem in caught.value.problems)


def test_a_float_is_no_share() -> None:
    with pytest.raises(InputError, match="a share must be exact"):
        plan_from_dict(
            {"economics": {"first_period_share": 0.5}, "limits": {"destination_share[MY]": {"setting": 0.1}}}
        )


def test_values_refer_to_known_sites(tmp_path: Path) -> None:
    plan = write_files(
        tmp_path, {**GOOD, "values.csv": VALUES.replace("kl,big", "kl,bg").replace("ohio,small", "x,small")}
    )
    assert [(problem.file, problem.row, problem.column) for problem in _problems_of(plan)] == [
        ("values.csv", 4, "site"),
        ("values.csv", 5, "accelerator"),
    ]


def test_raw_reading_refuses_what_is_not_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not UTF-8"):
        read_document(write_files(tmp_path, {**GOOD, "power.csv": b"\xe9"}))


@pytest.mark.parametrize("table", ["sites", "accelerators", "deliveries", "installed", "commitments"])
def test_a_name_of_five_thousand_digits_is_refused(table: str) -> None:
    columns = ("site", "accelerator", "key", "country")
    with pytest.raises(InputError, match="out of range"):
        plan_from_dict({table: [dict.fromkeys(columns, 10**5000)]})
