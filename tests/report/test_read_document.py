from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError
from optimizer.report.bundle import write_bundle
from optimizer.report.read_document import read_document
from optimizer.report.registry import render
from tests.report.small_fleet import small_audit_document, small_result

if TYPE_CHECKING:
    from pathlib import Path


def test_a_kept_run_and_its_json_read_back_to_the_document(tmp_path: Path) -> None:
    run = write_bundle(small_result(), tmp_path / "run")

    assert read_document(run) == read_document(run / "summary.json") == small_result()


def test_an_audit_reads_back_as_an_audit(tmp_path: Path) -> None:
    file = tmp_path / "audit.json"
    file.write_text(render(small_audit_document(), "json"), encoding="utf-8")

    assert read_document(file) == small_audit_document()


def changed(**keys: object) -> str:
    return json.dumps({**json.loads(render(small_result(), "json")), **keys})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "is not valid JSON"),
        ("[" * 100_000, "is not valid JSON"),
        ("[]", "is neither a result nor an audit"),
        ('{"kind": ["solve"]}', "is neither a result nor an audit"),
        ('{"kind": "comparison"}', "is neither a result nor an audit"),
        (
            changed(schema_version="1.0"),
            r"has schema_version 1\.0; this version reads \d+\.\d+\n  hint: solve the plan again",
        ),
        (changed(gap="wide", surprise=1), "(?s)column gap.*column surprise.*changed by hand"),
    ],
)
def test_what_is_no_document_is_refused_in_words(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "result.json"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match=complaint):
        read_document(file)


def test_a_missing_file_and_a_directory_without_a_result_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no such file or directory\n  hint: the JSON of `placement solve`"):
        read_document(tmp_path / "nothing")
    with pytest.raises(InputError, match=r"the directory holds no summary\.json"):
        read_document(tmp_path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_bytes(b"\xff\xfe{\x00}\x00")

    with pytest.raises(InputError, match="is UTF-16, not UTF-8 text"):
        read_document(file)
