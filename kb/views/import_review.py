"""The review of a file that was brought in, and what is decided about it as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from kb import auth, downloads, web
from kb.columns import imports as columns
from kb.errors import Invalid
from kb.importing import service, undoing, work
from kb.importing.kinds import KINDS
from kb.importing.twins import list_twins
from kb.importing.undoing import Overtaken
from kb.models.importing import ImportState, Outcome
from kb.paging import paged
from kb.permissions import Capability
from kb.views.import_words import shown
from kb.views.imports import LOOK_AGAIN_SECONDS, NUMBER, bp, filter_in, go_on, may_decide
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.importing.service import Counts
    from kb.models.importing import Import


@bp.get(f"/{NUMBER}")
@auth.requires(Capability.EDIT_SHARED)
def detail(import_id: int) -> ResponseReturnValue:
    """The review: what each row would do, or did."""
    return review(service.get(web.session(), import_id, by=web.person()))


@bp.post(f"/{NUMBER}/leave-out")
@auth.requires(Capability.EDIT_SHARED)
def leave_out(import_id: int) -> ResponseReturnValue:
    """Leave the ticked rows out, or take them in again."""
    session, person = web.session(), web.person()
    incoming = service.get(session, import_id, by=person)
    is_skipped = request.form.get("deed") != "take-in"
    ids = [int(id) for id in request.form.getlist("row") if id.isascii() and id.isdecimal() and len(id) <= 9]
    try:
        number = service.leave_out(session, incoming, ids, is_skipped=is_skipped, by=person, today=web.today())
    except Invalid as error:
        return review(incoming, refused=str(error))
    web.commit()
    web.say(_told(number, is_skipped=is_skipped))
    return redirect(url_for(".detail", import_id=import_id, **filter_in(request.form)), code=303)


@bp.post(f"/{NUMBER}/accept")
@auth.requires(Capability.EDIT_SHARED)
def accept(import_id: int) -> ResponseReturnValue:
    """Bring in all rows that are not left out."""
    incoming = service.get(web.session(), import_id, by=web.person())
    try:
        service.accept(web.session(), incoming, by=web.person())
    except Invalid as error:
        return review(incoming, refused=str(error))
    return go_on(incoming)


@bp.post(f"/{NUMBER}/discard")
@auth.requires(Capability.EDIT_SHARED)
def discard(import_id: int) -> ResponseReturnValue:
    """Put a file aside without bringing in any of it."""
    incoming = service.get(web.session(), import_id, by=web.person())
    try:
        service.discard(web.session(), incoming, by=web.person())
    except Invalid as error:
        return review(incoming, refused=str(error))
    web.commit()
    web.say(gettext("“%(file)s” is put aside. Nothing of it was brought in.", file=incoming.file_name))
    return redirect(url_for(".index"), code=303)


@bp.route(f"/{NUMBER}/undo", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def undo(import_id: int) -> ResponseReturnValue:
    """Take back all that an import wrote, after saying what that is."""
    session, person = web.session(), web.person()
    incoming = service.get(session, import_id, by=person)
    if request.method != "POST":
        return _undo_page(incoming)
    try:
        number = undoing.undo(session, incoming, by=person, today=web.today())
    except Overtaken as error:
        return _undo_page(incoming, refused=str(error), overtaken=error)
    except Invalid as error:
        session.rollback()
        return _undo_page(service.get(session, import_id, by=person), refused=str(error))
    web.commit()
    web.say(
        ngettext(
            "The import is undone: %(num)s record that it added or changed is as before.",
            "The import is undone: %(num)s records that it added or changed are as before.",
            number,
        )
    )
    return redirect(url_for(".detail", import_id=import_id), code=303)


def review(incoming: Import, *, refused: str = "") -> ResponseReturnValue:
    """The page of one import in the state that it is in."""
    session, kind = web.session(), KINDS[incoming.kind]
    if incoming.state in work.WAITING:
        return _waiting(incoming)
    counts = service.counts(session, [incoming.id]).get(incoming.id, columns.NO_ROWS)
    wanted = request.args.get("show", "")
    wanted = wanted if wanted in columns.OUTCOMES else ""
    if downloads.are_wanted():
        return downloads.send(f"import-{incoming.id}", columns.of_rows(incoming, wanted))
    paging = paged(numbers(counts)[wanted])
    rows = service.list_rows(session, incoming, wanted, offset=paging.offset, limit=paging.limit)
    twins = list_twins(session, incoming, rows)
    return web.page(
        "imports/detail.html",
        status=422 if refused else 200,
        incoming=incoming,
        kind=kind,
        counts=counts,
        numbers=numbers(counts),
        word_of=columns.word_of,
        wanted=wanted,
        rows=[shown(row, kind, twins[row.id]) for row in rows],
        paging=paging,
        columns=_columns(incoming),
        may_decide=may_decide(incoming),
        refused=refused,
        here=filter_in(request.args),
    )


def numbers(counts: Counts) -> dict[str, int]:
    """How many rows each filter of the review shows."""
    return {
        "": counts.rows,
        Outcome.CREATE: counts.created,
        Outcome.CHANGE: counts.changed,
        Outcome.REFUSE: counts.refused,
        Outcome.SAME: counts.left_alone,
    }


def _waiting(incoming: Import) -> Response:
    """How far the work has come; the page looks again by itself, which needs no script."""
    total = incoming.total
    if incoming.state == ImportState.ACCEPTING:
        counts = service.counts(web.session(), [incoming.id]).get(incoming.id, columns.NO_ROWS)
        total = max(counts.created + counts.changed, incoming.done)
    response = web.page("imports/waiting.html", incoming=incoming, kind=KINDS[incoming.kind], total=total)
    response.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return response


def _undo_page(incoming: Import, *, refused: str = "", overtaken: Overtaken | None = None) -> Response:
    """What undoing takes back; once it was refused why, and which records stand in the way."""
    return web.page(
        "imports/undo.html",
        status=422 if refused else 200,
        incoming=incoming,
        counts=service.counts(web.session(), [incoming.id]).get(incoming.id, columns.NO_ROWS),
        refused=refused,
        overtaken=overtaken,
    )


def _columns(incoming: Import) -> list[str]:
    """The fields that the file's columns were read as, each once, in the order of the kind; not those told alone."""
    found = {field for fields in incoming.columns.values() for field in fields.values()}
    return [one.label for one in KINDS[incoming.kind].fields() if one.key in found and not one.is_told]


def _told(number: int, *, is_skipped: bool) -> str:
    if not number:
        return gettext("No row changed. Tick the rows first.")
    if is_skipped:
        return ngettext("%(num)s row is left out.", "%(num)s rows are left out.", number)
    return ngettext("%(num)s row is taken in again.", "%(num)s rows are taken in again.", number)
