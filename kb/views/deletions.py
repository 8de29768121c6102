"""Deleting any record: what hangs on it first, then the deed with its reason; the list of deletions; undoing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from kb import auth, downloads, records, web
from kb.columns import people as columns
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.forms.links import ReasonForm
from kb.paging import paged
from kb.permissions import Capability
from kb.records import KIND_IN_ADDRESS
from kb.removal import deleting, hanging
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("deletions", __name__)
KINDS = {word: kind for kind, word in KIND_IN_ADDRESS.items()}
ANY = ",".join(f'"{word}"' for word in KINDS)


@bp.route(f"/delete/<any({ANY}):kinds>/<ref>", methods=["GET", "POST"])
@auth.requires(Capability.READ_UPDATES)
def confirm(kinds: str, ref: str) -> ResponseReturnValue:
    """Show what hangs on a record, and delete it once somebody has said why."""
    session, person = web.session(), web.person()
    record = records.get_any(session, f"{KINDS[kinds]}:{ref}", person=person)
    deleting.require_deleting(record, person)
    form = ReasonForm()
    if request.method == "POST" and form.validate():
        try:
            deletion = deleting.delete(session, record, reason=form.reason.data or "", by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(_told(record.title, len(deletion.parts) - 1))
            return redirect(url_for("deletions.index"), code=303)
    found = hanging.what_hangs_on(session, record, person=person)
    return web.page(
        "deletions/confirm.html",
        record=record,
        hanging=found,
        hindrance=deleting.hindrance(session, record, found.parts, by=person),
        form=form,
        status=422 if form.errors or form.form_errors else 200,
    )


@bp.get("/deletions")
@auth.requires(Capability.READ_UPDATES)
def index() -> ResponseReturnValue:
    """What was deleted, when, by whom and why."""
    session, person = web.session(), web.person()
    paging = paged(deleting.count(session, person=person))
    if downloads.are_wanted():
        return downloads.send("deletions", columns.of_deletions())
    found = deleting.list_deletions(session, person=person, offset=paging.offset, limit=paging.limit)
    return web.page("deletions/index.html", deletions=found, paging=paging)


@bp.post("/deletions/<int:deletion_id>/undo")
@auth.requires(Capability.READ_UPDATES)
def undo(deletion_id: int) -> ResponseReturnValue:
    """Bring back what one deletion took out of sight."""
    deletion = deleting.undo(web.session(), deletion_id, by=web.person())
    web.commit()
    web.say(gettext("“%(title)s” is back, with all that went with it.", title=deletion.record.title))
    return redirect(web.url_of(deletion.record), code=303)


def _told(title: str, parts: int) -> str:
    if not parts:
        return gettext("“%(title)s” is deleted. It can be undone here.", title=title)
    return ngettext(
        "“%(title)s” is deleted, with one record that hung on it. It can be undone here.",
        "“%(title)s” is deleted, with %(num)s records that hung on it. It can be undone here.",
        parts,
        title=title,
    )
