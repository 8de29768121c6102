"""Hostile and broken files: each is refused in a sentence or read, in time and in little memory, and leaves nothing."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

import kb.importing.reading as reading_package
from kb.errors import Unreadable
from kb.importing.grid import Book
from kb.importing.reading import child, read
from kb.importing.reading.container import PIECE, checked
from kb.importing.reading.limits import MOST_MEMORY, MOST_SECONDS
from tests.kb.importing.hostile import READ, REFUSED, File
from tests.kb.importing.raw import OFFICE, RELS, document, word_cell, word_table, zipped


def reading(folder: Path, file: File) -> Book:
    name, made = file
    path = folder / "upload"
    path.write_bytes(made())
    return read(path, name)


def test_there_are_enough_of_them() -> None:
    assert len(REFUSED) + len(READ) >= 60


@pytest.mark.parametrize("what", REFUSED)
def test_a_hostile_file_is_refused_in_a_sentence(what: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unreadable) as refused:
        reading(tmp_path, REFUSED[what])
    message = str(refused.value)
    assert message[0].isupper() or message[0] == "“"
    assert message.endswith((".", "”"))
    assert len(message) > 30
    assert caplog.records == []
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


@pytest.mark.parametrize("what", READ)
def test_what_only_looks_like_harm_is_read(what: str, tmp_path: Path) -> None:
    book = reading(tmp_path, READ[what])
    assert [[cell.text for cell in row.cells] for row in book.tables[0].rows] == [["x"]]


def test_no_process_and_no_file_is_left_of_one_that_takes_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_package, "MOST_SECONDS", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Unreadable, match="took longer than 0 seconds"):
        reading(tmp_path, ("a.csv", lambda: b"a,b\n"))
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_the_child_knows_nothing_of_our_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_SECRET_KEY", "a secret")
    assert set(reading_package._surroundings()) <= {"PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "PYTHONPATH"}


def test_the_child_may_use_no_more_memory_and_time_than_it_says() -> None:
    script = (
        "import resource as r; from kb.importing.reading.child import limit; limit();"
        "print(*[r.getrlimit(one)[1] for one in (r.RLIMIT_AS, r.RLIMIT_CPU)])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(MOST_MEMORY), str(MOST_SECONDS)]


def test_what_takes_too_much_memory_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def grow(*_: object) -> Book:
        raise MemoryError

    monkeypatch.setattr(child, "book_of", grow)
    assert b"too much memory" in child.answer(BytesIO(), ".csv", "list")


def test_a_reader_that_breaks_down_is_logged_and_the_file_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_package, "CHILD", "kb.importing.reading.no_such_module")
    with pytest.raises(Unreadable, match="could not be read"):
        reading(tmp_path, ("a.csv", lambda: b"a,b\n"))
    assert "no_such_module" in caplog.text


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="could not be opened"):
        read(tmp_path / "gone", "a.csv")


def test_a_part_that_unpacks_to_just_what_it_says_is_checked_to_its_last_byte() -> None:
    """Sizes around those of the pieces, in which the last bytes wait inside of the machine that unpacks."""
    for size in (0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE):
        with checked(BytesIO(zipped({"a.bin": b"\1" * size}))) as archive:
            assert archive.namelist() == ["a.bin"]


def test_a_declaration_between_two_pieces_is_found() -> None:
    for before in range(PIECE - 12, PIECE + 1):
        part = b"<a>" + b" " * (before - 3) + b"<!DOCTYPE a>"
        with pytest.raises(Unreadable, match="declares entities"):
            checked(BytesIO(zipped({"a.xml": part}, zipfile.ZIP_STORED)))


def test_nothing_is_fetched_that_a_file_refers_to(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        kinds = ("image", "attachedTemplate", "styles", "hyperlink", "externalLink", "oleObject")
        listed = "".join(
            f'<Relationship Id="r{kind}" Type="{OFFICE}/{kind}" TargetMode="External" Target="{address}"/>'
            for kind in kinds
        )
        cell = word_table(word_cell("x"))
        entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]>'
        others = {"word/_rels/document.xml.rels": RELS.format(listed)}
        assert reading(tmp_path, ("a.docx", lambda: document(cell, **others))).tables
        with pytest.raises(Unreadable):
            reading(tmp_path, ("a.docx", lambda: document(cell, entity)))
        with pytest.raises(BlockingIOError):
            server.accept()
