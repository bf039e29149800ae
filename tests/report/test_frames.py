from __future__ import annotations

import csv
import subprocess
import sys
from fractions import Fraction
from io import StringIO

from optimizer.report.compose import compose
from optimizer.report.csv_tables import TABLES, table_columns, write_csv
from optimizer.report.frames import to_frames
from optimizer.strategy.outcome import Status
from tests.report.small_fleet import no_placement, small_result


def test_frames_hold_every_table_of_the_document() -> None:
    document = small_result()
    frames = to_frames(document)

    assert list(frames) == [
        *("sites", "placements", "openings", "moves", "retired", "periods", "countries", "limits", "groups"),
        *("served", "workloads", "entries", "paths", "goals", "changes", "opening_changes", "halls", "resources"),
    ]
    assert {name: len(frame) for name, frame in frames.items()} == {
        name: len(getattr(document, name)) for name in frames
    }


def test_frames_give_the_fleet_at_a_glance() -> None:
    placements = to_frames(small_result())["placements"]

    standing = placements[placements["period"] == "2025Q2"].groupby("country")["units_standing"].sum()

    assert standing.to_dict() == {"MY": 80, "US": 100}


def test_exact_twins_stay_exact_in_frames() -> None:
    limits = to_frames(small_result())["limits"].set_index("key")

    assert Fraction(str(limits.loc["destination_share[MY,2025Q1]", "allowance_exact"])) == 77_000


def test_empty_tables_keep_their_columns() -> None:
    document = compose(no_placement(Status.INFEASIBLE))

    assert list(to_frames(document)["limits"].columns) == list(table_columns(document, "limits"))
    assert write_csv(document, "openings") == "site,country,destination,period\n"


def test_csv_tables_unfold_what_is_by_accelerator() -> None:
    rows = list(csv.DictReader(StringIO(write_csv(small_result(), "countries"))))

    malaysia = next(row for row in rows if (row["country"], row["period"]) == ("MY", "2025Q2"))
    assert malaysia["headroom_units[X1]"] == "0"
    assert malaysia["headroom_stopped_by[X1]"] == "destination_share[MY,2025Q2]"
    assert malaysia["closed"] == "false"


def test_csv_tables_read_back_to_the_documents_figures() -> None:
    document = small_result()

    for name in TABLES:
        rows = list(csv.DictReader(StringIO(write_csv(document, name))))
        assert len(rows) == len(getattr(document, name))
        assert all(tuple(row) == table_columns(document, name) for row in rows)


def test_reports_load_neither_a_solver_nor_pandas() -> None:
    modules = ("bundle", "compose", "frames", "json_schema", "registry")
    program = f"""
import sys
for name in {modules}:
    __import__(f"optimizer.report.{{name}}")
print([name for name in ("ortools", "pandas", "optimizer.solve") if name in sys.modules])
"""

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert printed == "[]\n"
