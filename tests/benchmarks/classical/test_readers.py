"""The published formats, read from small files written by hand; what is wrong with one is said in a sentence."""

from __future__ import annotations

import gzip
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from benchmarks.classical import facility, knapsack, transport
from benchmarks.classical.data import VARIABLE, data_folder, has_data, published
from benchmarks.classical.families import find_instances
from optimizer.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

ORLIB = """ 2 3
 5 7500.
 6 0.5
 2
 10.25 4
 6
 8 1
 2
 5
 7
"""
HOLMBERG = "2 3\n5 6\n100.000000 200\n2 3 4\n1 2\n3 4\n5 6.5\n"
MKNAP = "2\n 2 1 7.5\n 5 2.5\n 3 4\n 7\n\n 3 2 0\n 1 2 3\n 1 1 1\n 2 2 2\n 2 4\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a transportation problem of two warehouses and two stores."""
    (tmp_path / "warehouses.csv").write_text("id,supply\nw0,3.0\nw1,2.0\n", encoding="utf-8")
    (tmp_path / "stores.csv").write_text("id,demand\na,4.0\nb,1\n", encoding="utf-8")
    (tmp_path / "routes.csv").write_text(
        "warehouse_id,store_id,variable_cost,fixed_cost,capacity\nw0,a,1.5,10,3\nw1,a,2,20,2\nw1,b,0,5,1\n",
        encoding="utf-8",
    )
    return tmp_path


def fractions(*numbers: object) -> tuple[Fraction, ...]:
    return tuple(Fraction(str(number)) for number in numbers)


def write(folder: Path, text: str, name: str = "one.txt") -> Path:
    file = folder / name
    if name.endswith(".gz"):
        file.write_bytes(gzip.compress(text.encode()))
    else:
        file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["one.txt", "one.txt.gz"])
def test_or_library_lists_a_demand_and_then_its_costs_by_site(tmp_path: Path, name: str) -> None:
    problem = facility.read_orlib(write(tmp_path, ORLIB, name), "one")

    assert problem.capacities == fractions(5, 6)
    assert problem.opening_costs == fractions(7500, "0.5")
    assert problem.demands == fractions(2, 6, 2)
    assert problem.costs == (fractions("10.25", 4), fractions(8, 1), fractions(5, 7))


def test_the_word_capacity_stands_for_the_number_in_the_name(tmp_path: Path) -> None:
    file = write(tmp_path, "2 1\n capacity 10\n capacity 20\n 3\n 1 2\n")

    assert facility.read_orlib(file, "capa_8000").capacities == fractions(8000, 8000)
    with pytest.raises(InputError, match="site 1 is left to the instance's name, and 'capa' ends in no number"):
        facility.read_orlib(file, "capa")


def test_holmberg_lists_capacities_costs_and_demands_each_in_a_row(tmp_path: Path) -> None:
    problem = facility.read_holmberg(write(tmp_path, HOLMBERG), "p1")

    assert (problem.num_sites, problem.num_customers) == (2, 3)
    assert problem.opening_costs == fractions(100, 200)
    assert problem.costs[2] == fractions(5, "6.5")


def test_a_knapsack_is_found_by_the_number_in_its_name(tmp_path: Path) -> None:
    file = write(tmp_path, MKNAP)

    first, second = knapsack.read_orlib(file, "mknap_1"), knapsack.read_orlib(file, "mknap_2")

    assert first.profits == fractions(5, "2.5")
    assert (first.weights, first.capacities) == ((fractions(3, 4),), fractions(7))
    assert first.printed_best == Fraction("7.5")
    assert second.weights == (fractions(1, 1, 1), fractions(2, 2, 2))
    with pytest.raises(InputError, match="holds problems 1 to 2, and 'mknap_3' names none of them"):
        knapsack.read_orlib(file, "mknap_3")


def test_a_knapsack_file_that_ends_inside_an_earlier_problem_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, MKNAP[:12])

    with pytest.raises(InputError, match="ends before the end of problem 1"):
        knapsack.read_orlib(file, "mknap_2")


def test_a_transportation_problem_is_three_tables(folder: Path) -> None:
    problem = transport.read_tables(folder / "routes.csv", "tiny")

    assert (problem.supplies, problem.demands) == ((3, 2), (4, 1))
    assert problem.routes[1] == transport.Route(1, 0, Fraction(2), Fraction(20), 2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (ORLIB.rsplit(maxsplit=1)[0], "one.txt: word 14: ends before customer 3, cost 2 of 2"),
        (ORLIB + "9", "goes on for 1 more words than its first line announces"),
        (ORLIB.replace("10.25", "ten"), r"customer 1, cost 1 of 2 has to be a number \(got 'ten'\)"),
        (ORLIB.replace("2 3", "2.5 3", 1), "the number of sites has to be a whole number of at least 1"),
        (ORLIB.replace(" 5 ", " x ", 1), r"the capacity of site 1 has to be a number \(got 'x'\)"),
        ("", "ends before the number of sites"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        facility.read_orlib(write(tmp_path, text), "one")


@pytest.mark.parametrize(
    ("table", "old", "new", "sentence"),
    [
        ("routes.csv", "w1,b", "w9,b", "routes.csv, row 4: is not a row of this table: 'w9' is not in list"),
        ("routes.csv", "fixed_cost", "charge", "routes.csv: has no column 'fixed_cost'"),
        ("stores.csv", "b,1", "b,1.5", "stores.csv, row 3: is not a row of this table: expected a whole number"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_its_row(
    folder: Path, table: str, old: str, new: str, sentence: str
) -> None:
    file = folder / table
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(InputError, match=sentence):
        transport.read_tables(folder / "routes.csv", "tiny")


def test_a_missing_or_broken_file_is_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.txt.gz"
    broken.write_bytes(b"not packed")

    for file in (tmp_path / "absent.txt", broken):
        with pytest.raises(InputError, match="cannot be read"):
            facility.read_orlib(file, "one")


OPTIMA = "instance,file,problem,sense,value,lower_bound,upper_bound,proven,source,note\n"


def optima(folder: Path, *lines: str) -> None:
    (folder / "some").mkdir()
    (folder / "some" / "optima.csv").write_text(OPTIMA + "\n".join(lines), encoding="utf-8")


def test_a_rounded_optimum_may_be_off_by_a_unit_of_its_last_digit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    optima(tmp_path, "a,f.txt,CFLP,min,1014100.0,,,yes,s,rounded to 7 digits", "b,g.txt,MKP,max,932615.8,,,no,s,")

    rounded, exact = published("some")

    assert (rounded.tolerance, exact.tolerance) == fractions(100, "0.001")
    assert (rounded.is_minimum, rounded.is_proven) == (True, True)
    assert (exact.is_minimum, exact.is_proven) == (False, False)
    assert rounded.file == tmp_path / "some" / "f.txt"


def test_an_optimum_that_is_no_number_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    optima(tmp_path, "a,f.txt,CFLP,min,much,,,yes,s,")

    with pytest.raises(InputError, match="row 2: is not a published optimum"):
        published("some")


def test_data_that_are_not_there_are_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/nowhere")

    assert not has_data()
    with pytest.raises(InputError, match=VARIABLE):
        data_folder()


def test_unknown_families_and_instances_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    (tmp_path / "mkp").mkdir()
    (tmp_path / "mkp" / "optima.csv").write_text(OPTIMA + "m_1,m.txt,MKP,max,5,,,yes,s,\n", encoding="utf-8")

    assert [instance.name for instance in find_instances(["mkp"])] == ["m_1"]
    with pytest.raises(InputError, match="there are sscflp, cflp, uflp, mkp, transport"):
        find_instances(["travelling salesman"])
    with pytest.raises(InputError, match="such as m_1"):
        find_instances(["mkp"], ["m_9"])
