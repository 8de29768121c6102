"""Makes rows of text of the values of a sheet and of what was found out about it beforehand."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from kb.errors import Unreadable
from kb.importing.grid import Book, Cell
from kb.importing.reading.gathering import EMPTY, Gathering, check_cells, check_extent, leads_to_the_web, place, some
from kb.importing.reading.limits import LARGEST_AREA
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Place = tuple[int, int]
# Programs show this many digits; those after them are only how the machine keeps 0.1.
DIGITS = 15
LONGEST_ERROR = 30
# Beyond these a number is shorter with an exponent.
LEAST, MOST = 1e-15, 1e21
LONG_NUMBER = re.compile(r"-?\d{16,40}")
LINK_FORMULA = re.compile(r'^\s*(?:of:)?=?\s*(?:_xlfn\.)?HYPERLINK\(\s*"([^"]*)"', re.IGNORECASE)
LONG_TIME = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:\.\d+)?S")


@dataclass
class Survey:
    """What a sheet holds besides values, by row and column counted from 1; the parser does not tell these."""

    name: str
    rows: int = 0
    columns: int = 0
    cells: int = 0
    hidden_rows: int = 0
    hidden_columns: int = 0
    errors: dict[Place, str] = field(default_factory=dict)
    without_result: list[Place] = field(default_factory=list)
    exact: dict[Place, str] = field(default_factory=dict)
    links: dict[Place, list[tuple[str, str]]] = field(default_factory=dict)
    other_links: list[str] = field(default_factory=list)
    merged: list[tuple[Place, Place]] = field(default_factory=list)

    def found(self, row: int, column: int, times: int = 1) -> None:
        """There is something in this cell."""
        if row > self.rows:
            self.rows = row
        if column > self.columns:
            self.columns = column
        self.cells += times

    def link(self, row: int, column: int, address: str, words: str = "") -> None:
        """A link on this cell, or on words of it: kept if it leads to the web, else only noted."""
        if leads_to_the_web(address):
            self.links.setdefault((row, column), []).append((words, address))
        elif address:
            self.other_links.append(address)

    def check(self) -> None:
        """Refuse what the parser could not hold."""
        check_extent(self.name, rows=self.rows, columns=self.columns)
        check_cells(self.cells)
        covered = sum(
            (min(end[0], self.rows) - begin[0] + 1) * (min(end[1], self.columns) - begin[1] + 1)
            for begin, end in self.merged
            if begin[0] <= self.rows and begin[1] <= self.columns
        )
        if max(self.rows * self.columns, covered) > LARGEST_AREA:
            raise Unreadable(
                gettext(
                    "“%(sheet)s” has filled cells far apart, down to %(cell)s. Delete what is empty between them.",
                    sheet=self.name,
                    cell=place(self.rows, self.columns),
                )
            )


def book(file: BinaryIO, surveys: dict[str, Survey]) -> Book:
    """The workbook: each sheet that was surveyed, with its values."""
    gathering = Gathering(is_sheets=True)
    check_cells(sum(survey.cells for survey in surveys.values()))
    for survey in surveys.values():
        survey.check()
    file.seek(0)
    try:
        with CalamineWorkbook.from_filelike(file) as workbook:
            for about in workbook.sheets_metadata:
                surveyed = surveys.get(about.name)
                if surveyed and surveyed.cells:
                    _note(surveyed, gathering, is_hidden=about.visible != SheetVisibleEnum.Visible)
                    gathering.begin(about.name)
                    _add(workbook.get_sheet_by_name(about.name), surveyed, gathering)
    except CalamineError as error:
        raise Unreadable(
            gettext(
                "This workbook is damaged. Open it in Excel or LibreOffice, which may mend it, "
                "save it again under another name and choose that file."
            )
        ) from error
    return gathering.book()


def _add(sheet: CalamineSheet, survey: Survey, gathering: Gathering) -> None:
    check_extent(sheet.name, rows=sheet.total_height, columns=sheet.total_width)
    rows = dict(_rows(sheet))
    _put(survey, rows)
    for begin, end in survey.merged:
        _continue(rows, begin, (min(end[0], survey.rows), min(end[1], survey.columns)))
    for number in range(1, max(rows, default=0) + 1):
        gathering.add(number, rows.get(number, ()))


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[Cell]]]:
    """The values by row, counted from 1. The parser tells the empty rows above them, but not the columns before."""
    before = [EMPTY] * (sheet.start[1] if sheet.start else 0)
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = [Cell(text) if (text := as_text(value)) else EMPTY for value in values]
        yield number, before + cells


def _put(survey: Survey, rows: dict[int, list[Cell]]) -> None:
    """What the parser leaves out or rounds, and the links."""
    for (row, column), text in (*survey.errors.items(), *survey.exact.items()):
        cells = rows.setdefault(row, [])
        cells.extend([EMPTY] * (column - len(cells)))
        cells[column - 1] = Cell(text)
    for (row, column), links in survey.links.items():
        cells = rows.get(row, [])
        if column <= len(cells) and cells[column - 1].text:
            text = cells[column - 1].text
            cells[column - 1] = Cell(text, tuple((words or text, address) for words, address in links))


def _continue(rows: dict[int, list[Cell]], begin: Place, end: Place) -> None:
    """Fill a merged area with what stands in its first cell."""
    first_row, first_column = begin
    cells = rows.get(first_row, [])
    origin = cells[first_column - 1] if first_column <= len(cells) else EMPTY
    if not origin.text:
        return
    continued = Cell(origin.text, origin.links, is_continued=True)
    for row in range(first_row, end[0] + 1):
        cells = rows.setdefault(row, [])
        cells.extend([EMPTY] * (end[1] - len(cells)))
        for column in range(first_column, end[1] + 1):
            if (row, column) != begin and not cells[column - 1].text:
                cells[column - 1] = continued


def link_in_formula(formula: str) -> str:
    """The address that a formula of a cell links to, if it is written out in it."""
    found = LINK_FORMULA.match(formula)
    return found[1] if found else ""


def as_text(value: Any) -> str:
    """A value as people write it, without what only machines see."""
    return _HOW[type(value)](value)


def _string(value: str) -> str:
    if value.startswith("PT") and (long_time := LONG_TIME.fullmatch(value)):
        return f"{int(long_time[1]):02}:{long_time[2]}"
    return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if value == int(value) and abs(value) < 10**DIGITS:
        return str(int(value))
    short = f"{value:.{DIGITS}g}"
    return f"{Decimal(short):f}" if LEAST <= abs(value) < MOST else short


def _moment(value: datetime) -> str:
    if value.microsecond >= 500_000 and value.year < MAXYEAR:
        value += timedelta(seconds=1)
    value = value.replace(microsecond=0)
    return _day(value) if value.time() == time() else f"{_day(value)} {_clock(value.time())}"


def _day(value: date) -> str:
    return value.isoformat()[:10]


def _clock(value: time) -> str:
    return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"


def _span(value: timedelta) -> str:
    minutes = round(value.total_seconds() / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


_HOW: dict[type, Callable[[Any], str]] = {
    str: _string,
    bool: lambda value: "Yes" if value else "No",
    int: str,
    float: _number,
    datetime: _moment,
    date: _day,
    time: _clock,
    timedelta: _span,
}


def _note(survey: Survey, gathering: Gathering, *, is_hidden: bool) -> None:
    name = survey.name
    if is_hidden:
        gathering.note(gettext("The hidden sheet “%(sheet)s” was read too.", sheet=name))
    if survey.hidden_rows:
        gathering.note(
            ngettext(
                "“%(sheet)s”: one hidden row was read too.",
                "“%(sheet)s”: %(num)s hidden rows were read too.",
                survey.hidden_rows,
                sheet=name,
            )
        )
    if survey.hidden_columns:
        gathering.note(
            ngettext(
                "“%(sheet)s”: one hidden column was read too.",
                "“%(sheet)s”: %(num)s hidden columns were read too.",
                survey.hidden_columns,
                sheet=name,
            )
        )
    if survey.errors:
        gathering.note(
            gettext(
                "“%(sheet)s” shows an error instead of a value in %(cells)s. Mend them in the workbook.",
                sheet=name,
                cells=some([f"{place(*where)} ({text})" for where, text in survey.errors.items()]),
            )
        )
    if survey.without_result:
        gathering.note(
            gettext(
                "“%(sheet)s” has formulas whose results are not in the file, in %(cells)s; they are read as empty. "
                "Open the workbook in Excel or LibreOffice and save it again.",
                sheet=name,
                cells=some([place(*where) for where in survey.without_result]),
            )
        )
    gathering.note_links(survey.other_links)
