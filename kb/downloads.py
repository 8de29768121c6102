"""Any list as a file: its own address with `format=csv` or `format=xlsx`, narrowed as the page is and never cut.

Pages that are read as documents have `format=docx` too.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from os import SEEK_END
from typing import IO, TYPE_CHECKING, Any, TypeVar

from flask import Response, request, send_file

from kb import history, spreadsheets, web
from kb.db import now
from kb.exporting import paper
from kb.paging import number, url_with
from kb.planning import plans
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext, spoken_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kb.exporting.lines import Line, Table

R = TypeVar("R")
CSV, EXCEL, WORD = "csv", "xlsx", "docx"
CSV_TYPE = "text/csv; charset=utf-8"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BATCH = 5_000
MOST_IN_MEMORY = 1 << 20
# In the address, but no filter.
NO_FILTERS = frozenset({"format", "page", "table", "print", "as", "with"})


def are_wanted() -> bool:
    """Whether the address asks for a file and not for the page."""
    return request.args.get("format") in (CSV, EXCEL)


def document_is_wanted() -> bool:
    """Whether the address asks for a document to go on writing in, of a page that has one."""
    return request.args.get("format") == WORD


def are_on_paper() -> bool:
    """Whether the address asks for the page as it is laid out for paper."""
    return request.args.get("print") == "1"


def everything(fetch: Callable[[int, int], Sequence[R]]) -> Iterator[R]:
    """Every row of a list, asked for by offset and limit in batches, of which one is in memory at a time."""
    offset = 0
    while batch := fetch(offset, BATCH):
        yield from batch
        if len(batch) < BATCH:
            return
        offset += BATCH


def page_of(record: Callable[[R], web.Named | None]) -> Column[R]:
    """The column with the address of each row's page."""

    def address(row: R) -> str:
        named = record(row)
        return web.url_of(named) if named is not None else ""

    return Column(gettext("Page"), address, Kind.LINK)


def send(name: str, *sheets: Sheet[Any], filters: Sequence[str] = ()) -> Response:
    """The file that the address asks for; `filters` says in words what narrows the list, else the address does.

    A workbook holds every sheet; CSV can hold one, which `table` names by its place, or the first.
    """
    base = web.settings().base_url
    made = [replace(sheet, columns=spreadsheets.absolute(sheet.columns, base)) for sheet in sheets]
    is_demonstration, file_name = _marked(name)
    # Written whole before it is sent: what goes wrong is answered with a page, and no reader is too slow for us.
    file = tempfile.SpooledTemporaryFile(MOST_IN_MEMORY)  # noqa: SIM115 (the answer reads it and closes it)
    try:
        if request.args.get("format") == CSV:
            place = number("table", 1)
            spreadsheets.write_csv(file, made[place - 1 if 1 <= place <= len(made) else 0])
            return _sent(file, CSV_TYPE, f"{file_name}.csv")
        spreadsheets.write_workbook(file, made, _about(made[0].title, filters, is_demonstration=is_demonstration))
        return _sent(file, EXCEL_TYPE, f"{file_name}.xlsx")
    except BaseException:
        file.close()
        raise


def send_document(
    name: str, title: str, parts: Sequence[Line | Table], *, about: str, plan: str = "", is_brief: bool = False
) -> Response:
    """The document for Word that the address asks for; `about` is the `kind:ref` of what it was made of."""
    settings = web.settings()
    is_demonstration, file_name = _marked(name)
    front = paper.Front(
        title=title,
        about=about,
        plan=plan,
        organisation=settings.organisation_name,
        address=f"{settings.base_url}{url_with(format=None, table=None)}",
        taken_at=web.local_time(now()),
        version=history.last_number(web.session()),
        is_demonstration=is_demonstration,
    )
    file = tempfile.SpooledTemporaryFile(MOST_IN_MEMORY)  # noqa: SIM115 (the answer reads it and closes it)
    try:
        paper.write(file, front, parts, is_landscape=not is_brief)
        file.seek(0, SEEK_END)
        return _sent(file, WORD_TYPE, f"{file_name}.docx")
    except BaseException:
        file.close()
        raise


def _marked(name: str) -> tuple[bool, str]:
    """Whether what is shown is a demonstration, and the name of a file that says so."""
    is_demonstration = plans.has_demonstration(web.session(), person=web.person())
    return is_demonstration, "-".join((name, *(["demonstration"] if is_demonstration else []), web.today().isoformat()))


def _sent(file: IO[bytes], kind: str, name: str) -> Response:
    size = file.tell()
    file.seek(0)
    response = send_file(file, kind, as_attachment=True, download_name=name, conditional=False)
    response.content_length = size
    return response


def _about(title: str, filters: Sequence[str], *, is_demonstration: bool) -> list[tuple[str, str]]:
    """What a workbook says of itself on its first sheet."""
    settings = web.settings()
    given = filters or [f"{name}: {value}" for name, value in _filters() if value]
    lines = [
        (gettext("List"), title),
        (gettext("Taken from"), " – ".join(filter(None, ("Golden Thread", settings.organisation_name)))),
        (gettext("Taken on"), spoken_time(now(), settings.timezone)),
        (gettext("Filters"), "; ".join(given) or gettext("None: the whole list")),
        (gettext("The same list"), f"{settings.base_url}{url_with(format=None, table=None)}"),
        (gettext("Holds"), gettext("What whoever took it may see. Others may see more or less.")),
    ]
    if is_demonstration:
        words = gettext("Demonstration: dates, updates and readings in it were made up to show how the service works.")
        lines.insert(1, (gettext("Demonstration"), words))
    return lines


def _filters() -> list[tuple[str, str]]:
    return [pair for pair in request.args.items(multi=True) if pair[0] not in NO_FILTERS]
