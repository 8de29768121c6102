"""Files that were spoilt by chance: whatever was done to one, it is read or refused in a sentence, within the limits.

Of each kind of file so many are made: bytes changed, cut short, pieces swapped, and, so that the spoilt ones get past
the checks of the container, elements and attributes changed in the XML inside. Starting Python for each would take
most of the time, so a server forks a process for each file, which sets itself the limits that the real one has; every
twentieth file goes through the real thing. Control: a server that lets the errors of the XML parser through.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path

import docx
import xlsxwriter
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from kb.errors import Unreadable
from kb.importing.reading import read
from tests.kb.importing.raw import ods, ods_cell, zipped
from tests.trials.files_server import OVER_TIME
from tests.trials.ground import Outcome, Trial

Mutation = Callable[[bytes, random.Random], bytes]
Ask = Callable[[Path, str], tuple[str, bool]]
EVERY = 20
NASTY = (
    "", "0", "-1", "99999999999999999999", "1e309", "NaN", "A1:XFD1048576", "XFD1048577", "\u202e", "x" * 40_000,
    "&#0;", "&x;", "]]>", "<!--", "true", "🏴", "1048576", "../../../etc/passwd", "http://127.0.0.1:9/", "_x0000_",
    "rId1", "%s",
)  # fmt: skip
TEXT_PIECES = (
    b'"',
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\r",
    b"\n",
    b";" * 300,
    b"'=",
    b"\x80",
    b"\xc3",
    b'""',
    b"\t|",
)
TAG = re.compile(rb"<[^<>]+>")
ATTRIBUTE = re.compile(rb'="[^"<>]*"')
TEXT = re.compile(rb">[^<>]+<")


def run(trials: int) -> Outcome:
    return _run(trials, [])


def control() -> Outcome:
    return _run(EVERY - 1, ["broken"])


def _run(trials: int, arguments: list[str]) -> Outcome:
    outcome = Outcome(wrong=Counter({"other exceptions": 0, OVER_TIME: 0, "over memory": 0, "without a sentence": 0}))
    with tempfile.TemporaryDirectory() as folder, _server(arguments) as ask:
        for ending, honest in _honest_files().items():
            chance = random.Random(ending)
            path = Path(folder) / f"spoilt{ending}"
            path.write_bytes(honest)
            assert ask(path, ending)[0] == "read"
            for number in range(trials):
                path.write_bytes(_spoilt(honest, ending, chance))
                how = _really_read if number % EVERY == EVERY - 1 else ask
                _judge(outcome, *how(path, ending))
                outcome.trials += 1
    return outcome


def _judge(outcome: Outcome, told: str, took_too_much: bool) -> None:
    outcome.wrong["over memory"] += took_too_much
    if told == "read":
        outcome.told["read"] += 1
    elif told.startswith("refused: "):
        outcome.told["refused"] += 1
        outcome.wrong["without a sentence"] += len(told) < 40
    elif told == OVER_TIME:
        outcome.wrong[OVER_TIME] += 1
    else:
        outcome.wrong["other exceptions"] += 1
        outcome.told[told[:60]] += 1


@contextmanager
def _server(arguments: list[str]) -> Iterator[Ask]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.trials.files_server", *arguments],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        to, answers = process.stdin, process.stdout

        def ask(path: Path, ending: str) -> tuple[str, bool]:
            to.write(json.dumps([str(path), ending]) + "\n")
            to.flush()
            line = answers.readline()
            if not line:
                raise RuntimeError("The server that reads files has ended")
            told, took_too_much = json.loads(line)
            return told, took_too_much

        yield ask
        to.close()


def _really_read(path: Path, ending: str) -> tuple[str, bool]:
    try:
        read(path, f"spoilt{ending}")
    except Unreadable as error:
        return f"refused: {error}", False
    except Exception as error:
        return f"{type(error).__name__}: {error}", False
    return "read", False


# What is done to a file


def _spoilt(honest: bytes, ending: str, chance: random.Random) -> bytes:
    if ending == ".csv":
        ways: tuple[Mutation, ...] = (_flip, _cut, _swap, _insert)
        data = honest
        for _ in range(chance.randrange(1, 4)):
            data = chance.choice(ways)(data, chance)
        return data
    if chance.random() < 0.25:
        return chance.choice((_flip, _cut, _swap))(honest, chance)
    return _spoilt_inside(honest, chance)


def _spoilt_inside(honest: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(BytesIO(honest)) as archive:
        parts: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    told = [name for name in parts if name.endswith((".xml", ".rels"))]
    for _ in range(chance.randrange(1, 4)):
        name = max(chance.sample(told, min(2, len(told))), key=lambda one: len(parts[one]))
        part = parts[name]
        assert isinstance(part, bytes)
        parts[name] = chance.choice((_element, _attribute, _text, _flip, _cut, _swap, _nest))(part, chance)
    if chance.random() < 0.1:
        del parts[chance.choice(list(parts))]
    return zipped(parts)


def _flip(data: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(chance.randrange(1, 8)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(1, len(data))]


def _swap(data: bytes, chance: random.Random) -> bytes:
    one, two, three = sorted(chance.randrange(len(data)) for _ in range(3))
    return data[:one] + data[two:three] + data[one:two] + data[three:] or data


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + chance.choice(TEXT_PIECES) * chance.choice((1, 1, 1, 50)) + data[at:]


def _element(part: bytes, chance: random.Random) -> bytes:
    """Leave a tag out, or write it twice."""
    found = list(TAG.finditer(part))
    if not found:
        return part
    tag = chance.choice(found)
    return part[: tag.start()] + chance.choice((b"", tag[0] * 2)) + part[tag.end() :]


def _attribute(part: bytes, chance: random.Random) -> bytes:
    return _replaced(part, ATTRIBUTE, b'="', b'"', chance)


def _text(part: bytes, chance: random.Random) -> bytes:
    return _replaced(part, TEXT, b">", b"<", chance)


def _replaced(part: bytes, what: re.Pattern[bytes], before: bytes, after: bytes, chance: random.Random) -> bytes:
    found = list(what.finditer(part))
    if not found:
        return part
    one = chance.choice(found)
    return part[: one.start()] + before + chance.choice(NASTY).encode() + after + part[one.end() :]


def _nest(part: bytes, chance: random.Random) -> bytes:
    """Put whole elements into themselves."""
    found = list(TAG.finditer(part))
    if len(found) < 3:
        return part
    begin, end = sorted(chance.sample(found, 2), key=lambda tag: tag.start())
    inner = part[begin.start() : end.end()]
    return part[: begin.end()] + inner * chance.choice((1, 30)) + part[begin.end() :]


# What they are made of


def _honest_files() -> dict[str, bytes]:
    rows = [f'{n};"Plan, {n} ""of"" care";2026-09-{n:02};caf\u00e9\n' for n in range(1, 30)]
    return {
        ".xlsx": _workbook(),
        ".docx": _document(),
        ".csv": "".join(rows).encode("utf-8-sig"),
        ".ods": _open_sheet(),
    }


def _workbook() -> bytes:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        day = book.add_format({"num_format": "d mmm yyyy"})
        sheet = book.add_worksheet("One")
        for row in range(30):
            sheet.write_row(row, 0, [f"Plan {row}", row, row / 8, row % 2 == 0])
            sheet.write_datetime(row, 4, datetime(2026, 9, 1 + row), day)  # noqa: DTZ001
        sheet.merge_range("F1:G9", "merged")
        sheet.write_url("F12", "https://example.org/", None, "Link")
        sheet.write_formula("F13", "=1/0", None, "#DIV/0!")
        sheet.set_row(3, None, None, {"hidden": True})
        book.add_worksheet("Two").write("A1", "x")
    return file.getvalue()


def _document() -> bytes:
    made, file = docx.Document(), BytesIO()
    made.add_heading("Wales", 1)
    table = made.add_table(8, 3)
    for row in table.rows:
        for cell in row.cells:
            cell.text = "- some words\nof a cell"
            cell.add_paragraph("listed", style="List Bullet")
    table.cell(1, 0).merge(table.cell(2, 1))
    table.cell(4, 1).add_table(2, 2)
    address = made.part.relate_to("https://example.org/", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), address)
    link.append(table.cell(5, 0).paragraphs[0].runs[0]._r)
    table.cell(5, 0).paragraphs[0]._p.append(link)
    made.save(file)
    return file.getvalue()


def _open_sheet() -> bytes:
    cell = "<table:table-cell office:value-type="
    day = f'{cell}"date" office:date-value="2026-09-30"><text:p>30.9.</text:p></table:table-cell>'
    number = f'{cell}"float" office:value="0.5"><text:p>0.5</text:p></table:table-cell>'
    merged = ods_cell("w", 'table:number-columns-spanned="2" table:number-rows-spanned="2"')
    rows = [f"<table:table-row>{ods_cell(f'Plan {n}')}{day}{number}{merged}</table:table-row>" for n in range(20)]
    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    sheets = [f'<table:table table:name="{name}">{"".join(rows)}{empty}</table:table>' for name in ("One", "Two")]
    return ods("".join(sheets))


TRIAL = Trial("files", 2_000, run, control, "other exceptions")
