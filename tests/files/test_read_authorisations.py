"""`authorisations.csv`, and the columns of other tables that the legal paths read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.errors import InputError
from optimizer.files.read_plan import plan_from_dict, read_plan
from optimizer.schema.plan import Authorisation, AuthorisationType, Breach, Ownership
from tests.builders import document, plan, site
from tests.files.good_plan import GOOD, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.builders import Row

TABLE = """\
type,country,accelerator,tpp,units,valid_from,valid_until,reference,program,note
UVEU,,,,,,,letter of 3 March,cloud,held for long
NVEU,PR,,,,2025-06-01,2027-05-31,,,
licence,MY,big,,720,2025-07-01,,D1234567,,
licence,IN,,800000,,,2026-06-30,,,
"""


def read(*rows: Row, **parts: Any) -> tuple[Authorisation, ...]:  # noqa: ANN401  whatever `document` takes
    return plan(sites=[site("kl", "MY")], authorisations=rows, **parts).authorisations


def keys(*rows: Row) -> list[str]:
    return [row.key for row in read(*rows)]


def problems(*rows: Row) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(*rows)
    return [str(problem) for problem in caught.value.problems]


def test_each_row_is_read_with_its_quantity_and_days(tmp_path: Path) -> None:
    found = read_plan(write_files(tmp_path, {**GOOD, "authorisations.csv": TABLE})).authorisations

    assert found == (
        Authorisation(
            "NVEU PR", AuthorisationType.NVEU, "PR", valid_from=date(2025, 6, 1), valid_until=date(2027, 5, 31)
        ),
        Authorisation("letter of 3 March", AuthorisationType.UVEU, reference="letter of 3 March"),
        Authorisation("licence IN", AuthorisationType.LICENCE, "IN", tpp=800_000, valid_until=date(2026, 6, 30)),
        Authorisation(
            "D1234567",
            AuthorisationType.LICENCE,
            "MY",
            accelerator="big",
            units=720,
            valid_from=date(2025, 7, 1),
            reference="D1234567",
        ),
    )


def test_the_order_of_the_rows_in_the_file_does_not_matter() -> None:
    rows: list[Row] = [{"type": "licence", "country": "MY", "units": units} for units in (5, 7)]
    rows += [{"type": "UVEU"}, {"type": "NVEU", "country": "IN"}]

    assert read(*rows) == read(*reversed(rows))


def test_a_plan_without_the_table_holds_nothing() -> None:
    assert read() == ()


def test_a_row_is_called_by_its_reference_or_by_what_it_is() -> None:
    assert keys({"type": "UVEU"}) == ["UVEU"]
    assert keys({"type": "NVEU", "country": "MY"}) == ["NVEU MY"]
    assert keys({"type": "licence", "country": "MY", "units": 1}) == ["licence MY"]
    assert keys({"type": "licence", "country": "MY", "units": 1, "accelerator": "chip"}) == ["licence MY chip"]
    assert keys({"type": "licence", "country": "MY", "units": 1, "reference": "D1"}) == ["D1"]


def test_rows_of_one_name_are_numbered() -> None:
    rows = [{"type": "licence", "country": "MY", "units": units} for units in (5, 6, 7)]

    assert keys(*rows) == ["licence MY 1", "licence MY 2", "licence MY 3"]


def test_a_number_that_another_row_is_called_by_is_left_out() -> None:
    references = ["D1", "D1 1", "D1"]
    rows = [{"type": "licence", "country": "MY", "units": 5, "reference": name} for name in references]

    assert sorted(keys(*rows)) == ["D1 1", "D1 2", "D1 3"]


@pytest.mark.parametrize("reference", ["D1;D2", "D1,D2", "D1[D2]", "D1\tD2"])
def test_a_name_has_no_sign_that_separates_in_a_key_or_a_cell(reference: str) -> None:
    (key,) = keys({"type": "licence", "country": "MY", "units": 1, "reference": reference})

    assert not set(";[],\t") & set(key)
    assert key.startswith("D1-D2")


def test_two_references_that_read_alike_without_those_signs_stay_apart() -> None:
    rows = [{"type": "licence", "country": "MY", "units": 1, "reference": text} for text in ("D1;2", "D1,2")]

    assert keys(*rows) == ["D1-2 1", "D1-2 2"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"type": "UVEU", "country": "MY"}, "column authorisations[0].country: a UVEU is worldwide (got 'MY')"),
        ({"type": "NVEU"}, "column authorisations[0].country: an NVEU is for one country"),
        ({"type": "licence", "units": 5}, "column authorisations[0].country: a licence is for one country"),
        ({"type": "licence", "country": "MY"}, "column authorisations[0].tpp: a licence has a quantity"),
        (
            {"type": "licence", "country": "MY", "tpp": 5, "units": 5},
            "column authorisations[0].tpp: give tpp or units, not both",
        ),
        ({"type": "UVEU", "units": 5}, "column authorisations[0].units: a UVEU has none"),
        ({"type": "UVEU", "tpp": 5}, "column authorisations[0].tpp: a UVEU has none"),
        ({"type": "NVEU", "country": "MY", "accelerator": "chip"}, "accelerator: an NVEU has none"),
        ({"type": "VEU"}, "column authorisations[0].type: expected one of UVEU, NVEU, licence"),
        ({"type": "licence", "country": "Malaysia", "units": 5}, "did you mean 'MY'?"),
        ({"type": "licence", "country": "MY", "units": -5}, "authorisations[0].units"),
        ({"type": "licence", "country": "MY", "units": 5, "accelerator": "chop"}, "did you mean 'chip'?"),
        ({"type": "UVEU", "valid_from": "2026-13-01"}, "authorisations[0].valid_from"),
        ({"type": "UVEU", "valid_from": "2026-01-02", "valid_until": "2026-01-01"}, "lies before valid_from"),
        ({"type": "UVEU", "until": "2026-01-01"}, "authorisations[0].until"),
        ({"country": "MY"}, "authorisations[0].type"),
    ],
)
def test_each_mistake_is_one_problem_that_says_where(row: Row, says: str) -> None:
    (problem,) = problems(row)

    assert says in problem


def test_all_mistakes_are_listed_at_once() -> None:
    assert len(problems({"type": "NVEU"}, {"type": "licence", "country": "MY"}, {"type": "UVEU", "country": "IN"})) == 3


@pytest.mark.parametrize("row", [{"type": "UVEU", "valid_from": "2026-01-01", "valid_until": "2026-01-01"}])
def test_an_authorisation_of_one_day_is_one(row: Row) -> None:
    assert read(row)[0].valid_from == read(row)[0].valid_until


def test_a_licence_may_permit_nothing() -> None:
    assert read({"type": "licence", "country": "MY", "units": 0})[0].units == 0


# --- Columns of other tables ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("2025Q1", 0),
        ("2025Q2", 1),
        ("2025-04-01", 1),
        ("2025-04-02", 2),
        ("2024-06-01", 0),
        ("2026-06-01", 4),
        ("", None),
    ],
)
def test_a_site_may_say_from_when_an_authorisation_covers_it(written: str, period: int | None) -> None:
    built = plan(sites=[site("kl", "MY", authorised_from=written)], periods=4)

    assert built.sites[0].authorised_from == period


def test_a_site_may_say_who_operates_it_and_how_it_is_held() -> None:
    (given, bare) = plan(sites=[site("a", "MY", operator_headquarters="AE", tenure="leased"), site("b", "MY")]).sites

    assert (given.operator_headquarters, given.tenure) == ("AE", "leased")
    assert (bare.operator_headquarters, bare.tenure) == (None, None)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"operator_headquarters": "Dubai"}, "operator_headquarters"),
        ({"tenure": "rented"}, "expected one of owned, leased, colocation"),
    ],
)
def test_what_a_site_cannot_say_is_refused(columns: Row, says: str) -> None:
    with pytest.raises(InputError, match=says):
        plan(sites=[site("kl", "MY", **columns)])


def test_an_installed_row_may_say_whose_it_is_and_how_it_came() -> None:
    stock: Row = {"country": "MY", "accelerator": "chip", "units": 5}
    written = [stock, {**stock, "ownership": "leased_in"}, {**stock, "path": "lpp", "placed_on": "2025-02-01"}]
    rows = plan(sites=[site("kl", "MY")], installed=written).installed

    assert {(row.ownership, row.path) for row in rows} == {
        (Ownership.OWNED, None),
        (Ownership.LEASED_IN, None),
        (Ownership.OWNED, "lpp"),
    }


def test_whose_an_installed_row_is_has_to_be_known() -> None:
    stock: Row = {"country": "MY", "accelerator": "chip", "units": 5, "ownership": "rented"}

    with pytest.raises(InputError, match="expected one of owned, leased_in, leased_out"):
        plan(sites=[site("kl", "MY")], installed=[stock])


@pytest.mark.parametrize(
    ("written", "breach"), [(None, Breach.STRICT), ("strict", Breach.STRICT), ("cure", Breach.CURE)]
)
def test_a_plan_says_what_to_do_about_a_fleet_in_breach(written: str | None, breach: Breach) -> None:
    policy = {"breach": written} if written else {}

    assert plan(sites=[site("kl", "MY")], policy=policy).policy.breach is breach


def test_any_other_answer_is_refused() -> None:
    with pytest.raises(InputError, match="expected one of strict, cure"):
        plan(sites=[site("kl", "MY")], policy={"breach": "ignore"})


SETTINGS = {
    "a choice": ("share_counts", "uveu_only"),
    "a table": ("nveu_installed_base", {"2026Q1": 5, "2026Q2": 6}),
    "a table as text": ("nveu_installed_base", "2026Q1=5;2026Q2=6"),
    "a date": ("nveu_until", "2028-12-31"),
    "days of the year": ("reporting_dates", ["03-31", "09-30"]),
    "countries": ("government_assurances", ["AE", "SA"]),
    "countries as text": ("government_assurances", "AE;SA"),
}


@pytest.mark.parametrize("kind", list(SETTINGS))
def test_settings_of_every_type_pass_from_the_plan_to_the_policy(kind: str) -> None:
    name, value = SETTINGS[kind]
    written = document(sites=[site("kl", "MY")], policy={"name": "ai-diffusion-2025", name: value})

    assert plan_from_dict(written).policy.overrides == {name: value}
