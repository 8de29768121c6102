"""How long files take, at 1,000 and 10,000 rows: reading, proposing and bringing in (budget 30 s), and out again.

Seconds and the most memory that the reading process took, for each format. The rows are actions of a plan with owners,
dates and long texts. Run: python benchmarks/files.py [--rows 10000] [--only csv]
"""

from __future__ import annotations

import argparse
import csv
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import xlsxwriter
from docx import Document

from kb import migrate
from kb.assembly import open_database
from kb.config import Settings
from kb.db import Database
from kb.importing import bringing, service, work
from kb.models.history import Channel
from kb.models.organisation import Organisation, Post
from kb.models.plan import Plan
from kb.permissions import SYSTEM

SIZES = (1_000, 10_000)
POSTS = 200
HEADINGS = ("Action", "What it is", "Owner", "Timescale as stated", "Starts", "Due", "Measure of success")
FIRST = date(2027, 1, 4)
MOST_SECONDS = 30
# A Word document of ten thousand rows is no plan that anybody writes, and python-docx takes minutes to make one.
MOST_DOCX = 1_000
Rows = Iterator[tuple[str, ...]]


def rows(number: int) -> Rows:
    """Actions that all differ."""
    for at in range(number):
        day = FIRST + timedelta(days=at % 900)
        words = f"Train team {at} in crisis care so that people are seen within {at % 24 + 1} hours. " * 3
        yield (
            f"Train crisis team {at}",
            words,
            f"Lead {at % POSTS}",
            "By the end of the year",
            day.isoformat(),
            (day + timedelta(days=200)).isoformat(),
            f"{at % 100} per cent of staff trained",
        )


def write_csv(path: Path, number: int) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([HEADINGS, *rows(number)])


def write_xlsx(path: Path, number: int) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Actions")
        for place, cells in enumerate([HEADINGS, *rows(number)]):
            sheet.write_row(place, 0, cells)


def write_docx(path: Path, number: int) -> None:
    document = Document()
    table = document.add_table(number + 1, len(HEADINGS))
    for line, cells in zip(table.rows, [HEADINGS, *rows(number)], strict=True):
        for cell, text in zip(line.cells, cells, strict=True):
            cell.text = text
    document.save(str(path))


FORMATS: dict[str, Callable[[Path, int], None]] = {"csv": write_csv, "xlsx": write_xlsx, "docx": write_docx}


def fresh(folder: Path) -> tuple[Database, Settings]:
    """A database with a plan and the posts that the rows name."""
    settings = Settings(data_dir=folder, secret_key="a secret of a benchmark, long enough")
    database = open_database(settings)
    migrate.upgrade(database)
    with database.writing(Channel.SEED) as session:
        body = Organisation(ref="body", title="Body", abbreviation="B")
        session.add_all([Plan(ref="plan", title="Plan", nation="wales"), body])
        session.flush()
        session.add_all(Post(ref=f"lead-{n}", title=f"Lead {n}", organisation_id=body.id) for n in range(POSTS))
    return database, settings


def measure(name: str, number: int) -> None:
    """Bring one file in, from the reading to the last row that is written, and print what each step took."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, f"actions.{name}")
        FORMATS[name](path, number)
        database, settings = fresh(Path(place, "data"))
        began = perf_counter()
        with database.writing(Channel.IMPORT) as session:
            plan = session.query(Plan).one()
            import_id = bringing.bring(session, path, path.name, kind="actions", plan=plan, by=SYSTEM).id
        read = perf_counter()
        work.run(database, settings, import_id)
        proposed = perf_counter()
        with database.writing(Channel.IMPORT) as session:
            service.accept(session, service.get(session, import_id, by=SYSTEM), by=SYSTEM)
        work.run(database, settings, import_id)
        written = perf_counter()
        with database.reading() as session:
            counts = service.counts(session, [import_id])[import_id]
        database.engine.dispose()
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:5} {number:6,} rows: read {read - began:5.1f} s, proposed {proposed - read:5.1f} s, "
        f"written {written - proposed:5.1f} s, in all {written - began:5.1f} s (budget {MOST_SECONDS}); "
        f"reader {child:.0f} MB, service {own:.0f} MB; {counts.created:,} new, {counts.refused:,} refused",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help="only this many rows")
    parser.add_argument("--only", choices=FORMATS, help="only this format")
    chosen = parser.parse_args()
    for name in [chosen.only] if chosen.only else FORMATS:
        for number in [chosen.rows] if chosen.rows else SIZES:
            if name != "docx" or number <= MOST_DOCX:
                measure(name, number)


if __name__ == "__main__":
    main()
