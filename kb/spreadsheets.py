"""Tables for spreadsheets: rows under typed columns, written row by row as CSV or as an Excel workbook."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

import xlsxwriter

from kb.words import gettext

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

R = TypeVar("R")
Cell = str | int | float | date | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What Excel can hold: longer texts and more rows make a file that it calls damaged, and it knows no day before 1900.
LONGEST_TEXT = 32_767
MOST_ROWS = 1_048_575
LONGEST_LINK = 2_000
MOST_LINKS = 20_000
FIRST_YEAR = 1900
LONGEST_TAB = 31
# On paper: Arial is at hand, or one of its measure, wherever the file is opened; points, letters, inches.
TYPEFACE, SIZE = "Arial", 10
LINE_HEIGHT, AROUND, TALLEST = 13.5, 3.75, 405.0
MOST_LINES = 8
HEADING_HEIGHT = 2 * LINE_HEIGHT + AROUND
# How many letters of width one page takes across before its print becomes too small to read.
PAGE_LETTERS = 190
SIDES, TOP, BOTTOM = 0.4, 0.5, 0.6
# How many letters of usual words stand in the width of one.
FILLED = 1.05


class Kind(StrEnum):
    """What a column holds, which decides how its cells are written."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    LINK = "link"


WIDTHS = {Kind.TEXT: 30, Kind.NUMBER: 11, Kind.DATE: 17, Kind.TIME: 20, Kind.LINK: 34}


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: its heading, what a row has in it, and how wide it stands, in letters; no width is the kind's own."""

    name: str
    value: Callable[[R], Cell]
    kind: Kind = Kind.TEXT
    width: int = 0


@dataclass(frozen=True)
class Sheet(Generic[R]):
    """One table: the name of its tab, its columns, and its rows, which are asked for once and one after the other.

    Of its columns the first `printed` come on paper, else all. One that is read whole shows every line of its cells;
    others show the first few, and the rest in the cell itself.
    """

    title: str
    columns: Sequence[Column[R]]
    rows: Iterable[R]
    printed: int = 0
    is_read_whole: bool = False

    def cells(self) -> Iterator[list[Cell]]:
        """Each row as what its columns make of it."""
        values = [column.value for column in self.columns]
        for row in self.rows:
            yield [value(row) for value in values]


def harmless(text: str) -> str:
    """The text as a spreadsheet never runs it: one that begins like a formula gets an apostrophe in front.

    So does one that begins with an apostrophe and then like a formula: else nobody could tell whose apostrophe it is.
    """
    return f"'{text}" if _begins_like_a_formula(text) else text


def as_typed(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith("'") and _begins_like_a_formula(text) else text


def _begins_like_a_formula(text: str) -> bool:
    return text.lstrip(" '").startswith(FORMULA_STARTS)


# CSV


def write_csv(file: IO[bytes], sheet: Sheet[Any]) -> None:
    """Write the sheet as CSV: RFC 4180, UTF-8 with the mark that Excel needs, dates as 2026-09-30."""
    text = TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(column.name for column in sheet.columns)
    writer.writerows(map(_plain, cells) for cells in sheet.cells())
    text.detach()  # the file stays open


def _plain(cell: Cell) -> str:
    """A cell in CSV: numbers stay numbers, whatever they begin with."""
    if isinstance(cell, str):
        return harmless(cell)
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(int(cell)) if float(cell).is_integer() else repr(cell)


# Excel


def write_workbook(file: IO[bytes], sheets: Sequence[Sheet[Any]], about: Sequence[tuple[str, str]]) -> None:
    """Write a workbook: first a sheet that says what this is, then each table, of which the first lies open."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    marked = gettext("Demonstration")
    note = marked if marked in {name for name, _ in about} else ""
    with xlsxwriter.Workbook(file, options) as book:
        looks = _Looks(book)
        front = book.add_worksheet(gettext("About"))
        _write_about(front, about, looks)
        tabs: set[str] = {gettext("About").lower()}
        for place, sheet in enumerate(sheets):
            worksheet = book.add_worksheet(_tab(sheet.title, tabs))
            _write_sheet(worksheet, sheet, looks, note)
            if place == 0:
                worksheet.activate()


class _Looks:
    """How cells of each kind look; Excel wants them made once for the workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        def made(**values: object) -> Format:
            return book.add_format({"valign": "top", "font_name": TYPEFACE, "font_size": SIZE, **values})

        self.heading = made(bold=True, bottom=1, text_wrap=True, bg_color="#f0f4f5")
        self.name = made(bold=True)
        self.text = made(text_wrap=True)
        self.run = made()
        # Excel keeps such a text as a text also after somebody has edited it.
        self.quoted = made(text_wrap=True, quote_prefix=True)
        self.day = made(num_format="d mmmm yyyy", align="left")
        self.time = made(num_format="d mmmm yyyy hh:mm", align="left")
        self.number = made()
        self.link = made(font_color="#005eb8", underline=1)


def _write_about(worksheet: Worksheet, about: Sequence[tuple[str, str]], looks: _Looks) -> None:
    worksheet.set_column(0, 0, 18)
    worksheet.set_column(1, 1, 100)
    worksheet.fit_to_pages(1, 1)
    for place, (name, text) in enumerate(about):
        worksheet.write_string(place, 0, name, looks.name)
        _write_text(worksheet, place, 1, text, looks)


def _write_sheet(worksheet: Worksheet, sheet: Sheet[Any], looks: _Looks, note: str) -> None:
    widths = [column.width or WIDTHS[column.kind] for column in sheet.columns]
    for place, width in enumerate(widths):
        worksheet.set_column(place, place, width)
    worksheet.set_row(0, HEADING_HEIGHT)
    worksheet.freeze_panes(1, 1)
    printed = sheet.printed or len(widths)
    _lay_out(worksheet, " – ".join(filter(None, (sheet.title, note))), sum(widths[:printed]))
    for place, column in enumerate(sheet.columns):
        worksheet.write_string(0, place, column.name, looks.heading)
    kinds = [column.kind for column in sheet.columns]
    written, links = 0, 0
    for cells in sheet.cells():
        written += 1
        if written == MOST_ROWS:
            worksheet.write_string(written, 0, gettext("Excel holds no more rows. The CSV file has all."), looks.text)
            break
        wrapped = ((cell, width) for cell, kind, width in zip(cells, kinds, widths, strict=True) if kind != Kind.LINK)
        lines = max((_lines(cell, width) for cell, width in wrapped), default=1)
        shown = lines if sheet.is_read_whole else min(lines, MOST_LINES)
        worksheet.set_row(written, min(shown * LINE_HEIGHT + AROUND, TALLEST))
        links += _write_row(worksheet, written, cells, kinds, looks, links_left=MOST_LINKS - links)
    worksheet.autofilter(0, 0, written, max(len(sheet.columns) - 1, 0))
    if sheet.printed:
        worksheet.print_area(0, 0, written, sheet.printed - 1)


def _write_row(
    worksheet: Worksheet, row: int, cells: Sequence[Cell], kinds: Sequence[Kind], looks: _Looks, *, links_left: int
) -> int:
    """Write the cells of a row; how many of them became links."""
    links = 0
    for place, cell in enumerate(cells):
        if isinstance(cell, str):
            if kinds[place] == Kind.LINK and links < links_left and 0 < len(cell) <= LONGEST_LINK:
                links += 1
                worksheet.write_url(row, place, cell, looks.link, cell)
            elif cell:
                _write_text(worksheet, row, place, cell, looks)
        elif cell is not None:
            _write_value(worksheet, row, place, cell, looks)
    return links


def _lay_out(worksheet: Worksheet, title: str, width: int) -> None:
    """On A4 across: the headings on each page, its number below, and as many pages wide as can be read."""
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.hide_gridlines(0)  # they are printed
    worksheet.set_margins(SIDES, SIDES, TOP, BOTTOM)
    worksheet.repeat_rows(0)
    pages = -(-width // PAGE_LETTERS)
    worksheet.fit_to_pages(pages, 0)
    if pages > 1:
        worksheet.repeat_columns(0)
        worksheet.print_across()  # the parts of a row one after the other
    name, page = (text.replace("&", "&&") for text in (title, gettext("Page")))
    worksheet.set_footer(f"&L{name}&R{page} &P {gettext('of')} &N")


def _lines(cell: Cell, width: int) -> int:
    """How many lines the words of a cell take in a column of so many letters."""
    if not isinstance(cell, str) or not cell:
        return 1
    across = width * FILLED
    return sum(max(1, math.ceil(len(line) / across)) for line in cell[:LONGEST_TEXT].split("\n"))


def _write_text(worksheet: Worksheet, row: int, place: int, text: str, looks: _Looks) -> None:
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1] + "…"
    look = looks.text if harmless(text) is text else looks.quoted
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter takes such a text for its own markup and would write it as it is; in two runs it writes neither so.
        worksheet.write_rich_string(row, place, text[:1], looks.run, text[1:], look)
    else:
        worksheet.write_string(row, place, text, look)


def _write_value(worksheet: Worksheet, row: int, place: int, value: float | date, looks: _Looks) -> None:
    if not isinstance(value, date):
        worksheet.write_number(row, place, value, looks.number)
    elif value.year < FIRST_YEAR:
        worksheet.write_string(row, place, _plain(value), looks.text)
    else:
        worksheet.write_datetime(row, place, value, looks.time if isinstance(value, datetime) else looks.day)


def _tab(title: str, taken: set[str]) -> str:
    """A name that Excel allows for a tab and that no other tab of the workbook has; it is added to those taken."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", title).strip(" '")[:LONGEST_TAB].strip(" '") or "-"
    name, number = plain, 1
    while name.lower() in taken:
        number += 1
        ending = f" {number}"
        name = plain[: LONGEST_TAB - len(ending)] + ending
    taken.add(name.lower())
    return name


def absolute(columns: Sequence[Column[R]], base_url: str) -> list[Column[R]]:
    """The columns with links that begin with the address of the service where they lead into it."""

    def made(column: Column[R]) -> Column[R]:
        if column.kind is not Kind.LINK:
            return column

        def value(row: R) -> Cell:
            address = column.value(row)
            return f"{base_url}{address}" if isinstance(address, str) and address.startswith("/") else address

        return replace(column, value=value)

    return [made(column) for column in columns]
