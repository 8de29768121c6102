"""Parts of an import: which column of the file holds what, and mending one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from kb import auth, web
from kb.columns import imports as columns
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.forms.imports import row_form
from kb.importing import bringing, service
from kb.importing.kinds import KINDS, headings
from kb.importing.proposals import Mendable
from kb.importing.twins import list_twins
from kb.models.importing import ImportState, Outcome
from kb.permissions import Capability
from kb.views.import_words import likely, shown
from kb.views.imports import NUMBER, bp, filter_in, go_on, may_decide
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from kb.importing.fields import Field
    from kb.importing.grid import Table
    from kb.models.importing import Import

# So many columns are offered at once; a form takes little more.
MOST_COLUMNS = 1_000
LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class HeadedColumn:
    """One column of a table: its place, its heading, what stands first under it, and the field that it is read as."""

    name: str
    heading: str
    example: str
    field: str


@dataclass(frozen=True, slots=True)
class HeadedTable:
    """One table of a file with its columns."""

    name: str
    section: str
    rows: int
    columns: list[HeadedColumn]


@bp.route(f"/{NUMBER}/columns", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def columns_of(import_id: int) -> ResponseReturnValue:
    """Say which column holds what; every row is proposed anew under that."""
    session, person = web.session(), web.person()
    incoming = service.get(session, import_id, by=person)
    refused = ""
    if request.method == "POST":
        try:
            bringing.reassign(session, incoming, _chosen(incoming), by=person)
        except Invalid as error:
            refused = str(error)
        else:
            return go_on(incoming)
    elif not _is_open(incoming):
        return redirect(url_for(".detail", import_id=import_id), code=303)
    return web.page(
        "imports/columns.html",
        status=422 if refused else 200,
        incoming=incoming,
        tables_read=_tables(incoming),
        fields=[one for one in KINDS[incoming.kind].fields() if not one.is_told],
        refused=refused,
    )


@bp.route(f"/{NUMBER}/rows/<int(max=2147483647):row_id>", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def row(import_id: int, row_id: int) -> ResponseReturnValue:
    """Mend one row, or say which record it means; once the import is decided, what the row said and did."""
    session, person = web.session(), web.person()
    incoming = service.get(session, import_id, by=person)
    found = service.get_row(session, incoming, row_id)
    kind, where = KINDS[incoming.kind], filter_in(request.args)
    is_open = _is_open(incoming)
    may_mend = service.mendable(session, incoming, found, by=person, today=web.today()) if is_open else Mendable(())
    twins = list_twins(session, incoming, [found])[row_id]
    form = row_form(found, may_mend.fields, twins)
    if request.method == "POST" and form.validate():
        words = form.words()
        said = [one for one in may_mend.fields if words.get(one.key, "") != found.values.get(one.key, "")]
        try:
            found = service.edit_row(
                session, incoming, row_id, words, form.match.data or "", by=person, today=web.today()
            )
        except Invalid as error:
            add_error(form, error)
        else:
            written = service.mendable(session, incoming, found, by=person, today=web.today())
            web.commit()
            web.say(_told(found.outcome, [one.label for one in said if one not in written.fields]))
            if found.outcome != Outcome.REFUSE:
                return redirect(url_for(".detail", import_id=import_id, **where, _anchor=f"row-{row_id}"), code=303)
            return redirect(url_for(".row", import_id=import_id, row_id=row_id, **where), code=303)
    status = 422 if form.errors else 200
    if status == 200:
        form.tell(found.problems)
    return web.page(
        "imports/row.html",
        status=status,
        incoming=incoming,
        kind=kind,
        one=shown(found, kind, twins),
        form=form if is_open else None,
        standing=likely(kind, may_mend.standing),
        word=columns.word_of(found),
        back=url_for(".detail", import_id=import_id, **where, _anchor=f"row-{row_id}"),
    )


def _is_open(incoming: Import) -> bool:
    return incoming.state == ImportState.READY and may_decide(incoming)


def _told(outcome: str, unused: Sequence[str]) -> str:
    """What the row would do now, and which of the fields that were mended it does not write."""
    match outcome:
        case Outcome.CREATE:
            words = gettext("The row is saved. It would add something new.")
        case Outcome.CHANGE:
            words = gettext("The row is saved. It would change what is here.")
        case Outcome.SAME:
            words = gettext("The row is saved. It says what is here already.")
        case _:
            words = gettext("The row is saved, and still refused.")
    if unused:
        told = gettext("Not used, since the source is here already: %(fields)s.", fields=", ".join(unused))
        return f"{words} {told}"
    return words


def _chosen(incoming: Import) -> dict[str, dict[str, str]]:
    """The fields that were chosen, by table and column; what the form did not offer stays as it was."""
    found = {place: dict(fields) for place, fields in incoming.columns.items()}
    for name, field in request.form.items():
        table, _, column = name.partition("-")
        if table.startswith("t") and table[1:].isdecimal() and column.isdecimal():
            found.setdefault(table[1:], {})[column] = field
    return {place: fields for place, fields in found.items() if any(fields.values())}


def _tables(incoming: Import) -> list[HeadedTable]:
    """The tables of the file with the fields that their columns are read as, or were chosen to be."""
    chosen = _chosen(incoming) if request.method == "POST" else incoming.columns
    found: list[HeadedTable] = []
    known, left = KINDS[incoming.kind].fields(), MOST_COLUMNS
    for place, table in enumerate(bringing.book_of(incoming).tables):
        headed = _headed(str(place), table, chosen.get(str(place), {}), known)
        left -= len(headed.columns)
        if left < 0:
            break
        found.append(headed)
    return found


def _headed(place: str, table: Table, fields: Mapping[str, str], known: Sequence[Field]) -> HeadedTable:
    """The columns of a table with their headings, and the first that stands below each."""
    header = headings.heading_row(table, known)
    cells = header.cells if header else ()
    below = [row.cells for row in table.rows if header and row.number > header.number][:LOOKED_AT]
    made = [
        HeadedColumn(
            f"t{place}-{at}",
            cell.text.strip(),
            next((row[at].text.strip() for row in below if at < len(row) and row[at]), ""),
            fields.get(str(at), ""),
        )
        for at, cell in enumerate(cells)
        if cell or fields.get(str(at))
    ]
    return HeadedTable(table.name, table.section, len(table.rows), made)
