"""`placement report` and `--format html`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from optimizer.cli.options import DocumentFormat, Format
from optimizer.report.bundle import write_bundle
from optimizer.report.registry import FORMATS, render
from tests.cli.conftest import Call, environment
from tests.report.small_fleet import small_audit_document, small_result

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_bundle(small_result(), tmp_path / "run")


def test_a_kept_run_gets_its_page_back(call: Call, run: Path) -> None:
    page = (run / "report.html").read_text(encoding="utf-8")
    (run / "report.html").write_text("old", encoding="utf-8")

    answer = call("report", run)

    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == f"wrote {run / 'report.html'}\n"
    assert (run / "report.html").read_text(encoding="utf-8") == page == render(small_result(), "html")
    write_bundle(small_result(), run)  # the run can still be replaced: the page is part of it


def test_a_result_in_a_file_gets_a_page_beside_it(call: Call, tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(render(small_result(), "json"), encoding="utf-8")

    assert call("report", tmp_path / "result.json").exit_code == 0

    assert (tmp_path / "report.html").read_text(encoding="utf-8") == render(small_result(), "html")


def test_out_names_another_file_or_stdout(call: Call, run: Path, tmp_path: Path) -> None:
    page = render(small_result(), "html")

    assert call("report", run, "--out", tmp_path / "new" / "page.html").exit_code == 0
    assert (tmp_path / "new" / "page.html").read_text(encoding="utf-8") == page
    answer = call("report", run, "--out", "-")
    assert (answer.stdout, answer.stderr) == (page, "")


def test_an_audit_gets_a_page_too(call: Call, tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_text(render(small_audit_document(), "json"), encoding="utf-8")

    assert call("report", tmp_path / "audit.json", "--out", "-").stdout == render(small_audit_document(), "html")


@pytest.mark.parametrize("name", ["nothing", "empty", "broken.json"])
def test_what_is_no_run_is_exit_code_two_without_a_traceback(call: Call, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")

    answer = call("report", tmp_path / name)

    assert answer.exit_code == 2
    assert "hint: the JSON of `placement solve`" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_solve_writes_the_page_as_a_format_and_into_a_kept_run(call: Call, tiny_plan: Path, tmp_path: Path) -> None:
    answer = call("solve", tiny_plan, "--quiet", "--format", "html", "--out", tmp_path / "kept")

    assert answer.exit_code == 0
    assert answer.stdout.startswith("<!DOCTYPE html>")
    assert (tmp_path / "kept" / "report.html").read_text(encoding="utf-8") == answer.stdout


def test_audit_writes_the_page_as_a_format(call: Call, tiny_plan: Path) -> None:
    assert call("audit", tiny_plan, "--format", "html").stdout.startswith("<!DOCTYPE html>")


def test_formats_of_the_command_line_are_those_of_the_registry() -> None:
    assert [one.value for one in DocumentFormat] == list(FORMATS)
    assert {one.value for one in Format} == set(FORMATS) - {"html"}


def test_a_list_has_no_page(call: Call) -> None:
    answer = call("catalogue", "--format", "html")

    assert answer.exit_code == 2
    assert "markdown" in answer.stderr


def test_a_report_loads_no_solver_and_a_table_no_charts(run: Path, tiny_plan: Path) -> None:
    def loaded(*arguments: object) -> str:
        code = (
            "import sys\nfrom typer.testing import CliRunner\nfrom optimizer.cli.app import app\n"
            f"assert CliRunner().invoke(app, {[str(one) for one in arguments]}).exit_code == 0\n"
            "print([name for name in ('ortools', 'pandas', 'altair', 'vl_convert', 'jinja2') if name in sys.modules])"
        )
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True
        ).stdout

    assert loaded("report", run) == "['altair', 'vl_convert', 'jinja2']\n"
    assert loaded("audit", tiny_plan) == "[]\n"
