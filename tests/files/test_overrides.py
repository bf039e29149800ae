"""Changes from the command line."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError
from optimizer.files.document import read_document
from optimizer.files.overrides import apply_overrides
from optimizer.files.read_plan import read_plan
from tests.files.good_plan import GOOD, write_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path, GOOD)


def test_changes_reach_the_plan(folder: Path) -> None:
    plan = read_plan(
        folder,
        [
            "policy.home_share=45/100",
            "policy.validated_exempt_from_national_cap=true",
            "sites[ohio].power_mw=200",
            "power[ohio,2025Q2].power_mw=90.5",
            "economics.must_place=no",
            "economics.pue=1.3",
            "horizon.periods=8",
            'limits."destination_share[MY]".setting=6%',
            "limits.destination_share[*].setting=8/100",
            "name=changed = yes",
            "sites[kl].x_tag=new",
            "deliveries[*].units=144",
            "sites[kl].max_units=",
        ],
    )
    assert plan.policy.overrides == {"home_share": "45/100", "validated_exempt_from_national_cap": True}
    assert list(plan.sites[1].power_mw[:3]) == [200, Fraction(181, 2), 200]
    assert (plan.sites[0].pue, plan.sites[0].max_units, plan.sites[0].notes["x_tag"]) == (Fraction(13, 10), None, "new")
    assert (plan.economics.must_place, plan.horizon.num_periods, plan.name) == ("no", 8, "changed = yes")
    assert {group: limit.setting for group, limit in plan.limit_settings.items()} == {
        "destination_share[MY]": Fraction(6, 100),
        "destination_share[*]": Fraction(8, 100),
    }
    assert plan.accelerators[1].delivered_units[:2] == (144, 144)
    assert set(plan.input_sha256) == set(GOOD)


def test_the_document_itself_stays_as_it_is(folder: Path) -> None:
    document = read_document(folder)
    changed = apply_overrides(document, ["sites[ohio].power_mw=1", "economics.defaults.pue=2", "company.name=x"])
    assert document == read_document(folder)
    assert changed != document


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("horizon.periods", "path=value"),
        ("=5", "path=value"),
        ("a..b=5", "path=value"),
        ("horizon.period=5", "did you mean 'periods'?"),
        ("horizn.periods=5", "did you mean 'horizon'?"),
        ("horizon=5", "names a section"),
        ("horizon.periods.x=5", "unknown key"),
        ("economics.defaults.pu=5", "did you mean 'pue'?"),
        ("sites[ohoi].power_mw=5", "did you mean 'ohio'?"),
        ("sites[ohio].power=5", "did you mean 'power_mw'?"),
        ("sites.power_mw=5", "table[key].column"),
        ("sites[ohio]=5", "table[key].column"),
        ("site[ohio].power_mw=5", "did you mean 'sites'?"),
        ("values[ohio].value_usd_per_unit=5", "no row of values"),
        ("limits.setting=5", "limits.GROUP.setting"),
        ("limits.x[MY].seting=5", "did you mean 'setting'?"),
    ],
)
def test_a_path_that_leads_nowhere(change: str, says: str, folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        apply_overrides(read_document(folder), [change])
    assert says in str(caught.value)


def test_a_bad_value_is_blamed_on_its_place(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_plan(folder, ["sites[kl].power_mw=-1", "horizon.periods=many"])
    places = [(problem.file, problem.row, problem.column) for problem in caught.value.problems]
    assert places == [("plan.toml", None, "horizon.periods"), ("sites.csv", 3, "power_mw")]
