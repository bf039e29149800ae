"""Files that a command writes are complete or absent."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from optimizer.cli.options import DocumentFormat
from optimizer.cli.output import put, put_document, write_atomically
from optimizer.report.registry import render
from tests.report.small_fleet import small_result


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "new" / "answer.txt"

    write_atomically(file, "first, and longer\n")
    write_atomically(file, "second\n")

    assert file.read_text(encoding="utf-8") == "second\n"
    assert [entry.name for entry in file.parent.iterdir()] == ["answer.txt"]


def test_a_file_that_fails_halfway_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "answer.txt"
    write_atomically(file, "first\n")
    monkeypatch.setattr(Path, "replace", fail)

    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, "second\n")

    assert file.read_text(encoding="utf-8") == "first\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["answer.txt"]


def test_stdout_takes_every_character_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)

    put("Türkiye ×\n")

    assert stream.buffer.getvalue() == "Türkiye ×\n".encode()


def test_a_stdout_without_bytes_is_written_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)

    put("text\n")

    assert stream.getvalue() == "text\n"


def test_a_terminal_gets_its_width_and_colours_and_a_file_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    document = small_result()

    put_document(document, DocumentFormat.TABLE)
    put_document(document, DocumentFormat.TABLE, tmp_path / "report.txt")

    assert stream.getvalue() == render(document, "table", width=90, colour=True)
    assert (tmp_path / "report.txt").read_text(encoding="utf-8") == render(document, "table")
