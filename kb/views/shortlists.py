"""A person's shortlist: sources and actions marked while reading; and one that somebody shared by its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from actions import documents as action_documents
from actions import service as actions
from graph import service as graph
from kb import auth, downloads, labels, shortlists, web
from kb.catalogue import sources
from kb.columns import documents
from kb.columns import shortlists as columns
from kb.errors import Invalid
from kb.forms.base import tidy
from kb.paging import number
from kb.permissions import Capability
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.shortlists import Listed

bp = Blueprint("shortlists", __name__)
# The field with the note on an entry is called so and as its record.
NOTE = "note-"


@bp.get("/shortlist")
@auth.requires_sign_in
def own() -> Response:
    """The person's own shortlist."""
    return _show(shortlists.own(web.session(), person=web.person()), is_own=True)


@bp.get("/shortlists/<key>")
@auth.requires(Capability.READ)
def shared(key: str) -> Response:
    """A shortlist that somebody shared, as far as the reader may see it."""
    return _show(shortlists.shared(web.session(), key, person=web.person()), is_own=False)


def _show(found: Listed, *, is_own: bool, refused: str = "", typed: dict[str, str] | None = None) -> Response:
    session, person = web.session(), web.person()
    is_file = downloads.are_wanted()
    seen = sources.list_by_ids(session, found.notes, person=person, is_whole=is_file)
    planned = actions.list_by_ids(session, found.notes, person, web.today())
    of_sources = [seen[id] for id in found.notes if id in seen]
    of_actions = [planned[id] for id in found.notes if id in planned]
    if is_file:
        return downloads.send("shortlist", *columns.sheets(of_sources, of_actions, found.notes))
    ids = [source.id for source in of_sources]
    if downloads.document_is_wanted():
        if number("table", 1) > 1 or not of_sources:
            return action_documents.matrix([of_actions], [gettext("what somebody put on a shortlist")])
        chosen_by = gettext("Sources that somebody put on a shortlist.")
        return documents.mapping_of_sources("shortlist", ids, chosen_by=chosen_by, notes=found.notes)
    may_know = person.may(Capability.READ_UPDATES)
    return web.page(
        "shortlists/detail.html",
        shortlist=found,
        is_own=is_own,
        owner_name=found.owner_name if may_know and not is_own else "",
        sources=of_sources,
        actions=of_actions,
        responses=sources.responses_by_source(session, ids, person=person) if ids else {},
        strips=graph.strips(session, ids, person) if ids else {},
        labels=labels,
        name_of=shortlists.name_of,
        note=NOTE,
        typed=typed or {},
        refused=refused,
        longest_note=shortlists.LONGEST_NOTE,
        address=_address(found.share_key) if found.share_key else "",
        status=422 if refused else 200,
    )


def _address(key: str) -> str:
    return f"{web.settings().base_url}{url_for('shortlists.shared', key=key)}"


@bp.post("/shortlist/add")
@auth.requires_sign_in
def add() -> ResponseReturnValue:
    """Put what was ticked on the shortlist, and lead back to where the person read."""
    names = request.form.getlist("item")
    try:
        new = shortlists.add(web.session(), names, by=web.person(), notes=_notes())
    except Invalid as error:
        web.say(str(error))
        return _back()
    web.commit()
    if not new:
        web.say(gettext("It is on your shortlist already.") if len(names) == 1 else gettext("All are there already."))
        return _back()
    undo = [("item", shortlists.name_of(record)) for record in new]
    if len(new) == 1:
        told = gettext("“%(title)s” is on your shortlist now.", title=new[0].title)
    else:
        told = gettext("%(number)s entries are on your shortlist now.", number=len(new))
    web.say(told, undo=(url_for(".remove"), [*undo, ("next", _next())]))
    return _back()


@bp.post("/shortlist/remove")
@auth.requires_sign_in
def remove() -> ResponseReturnValue:
    """Take entries off; undoing it brings their notes back."""
    gone = shortlists.remove(web.session(), request.form.getlist("item"), by=web.person())
    web.commit()
    undo = [("next", _next())]
    for item in gone:
        name = shortlists.name_of(item.record)
        undo += [("item", name), *([(NOTE + name, item.note)] if item.note else [])]
    if gone:
        told = gettext("“%(title)s” is off your shortlist.", title=gone[0].record.title)
        many = ngettext("%(num)s entry is off your shortlist.", "%(num)s entries are off your shortlist.", len(gone))
        web.say(told if len(gone) == 1 else many, undo=(url_for(".add"), undo))
    else:
        web.say(gettext("It was not on your shortlist."))
    return _back()


@bp.post("/shortlist/notes")
@auth.requires_sign_in
def write_notes() -> ResponseReturnValue:
    """Save the notes; one that is too long is kept on the page."""
    session, person, notes = web.session(), web.person(), _notes()
    try:
        changed = shortlists.write_notes(session, notes, by=person)
    except Invalid as error:
        session.rollback()
        return _show(shortlists.own(session, person=person), is_own=True, refused=str(error), typed=notes)
    web.commit()
    web.say(
        ngettext("%(num)s note is saved.", "%(num)s notes are saved.", changed)
        if changed
        else gettext("No note has changed.")
    )
    return redirect(url_for(".own"), code=303)


@bp.route("/shortlist/clear", methods=["GET", "POST"])
@auth.requires_sign_in
def clear() -> ResponseReturnValue:
    """Empty the shortlist, after saying what goes."""
    session, person = web.session(), web.person()
    if request.method == "POST":
        gone = shortlists.clear(session, by=person)
        web.commit()
        web.say(ngettext("%(num)s entry is off your shortlist.", "%(num)s entries are off your shortlist.", gone))
        return redirect(url_for(".own"), code=303)
    found = shortlists.own(session, person=person)
    return web.page("shortlists/clear.html", shortlist=found, written=sum(1 for note in found.notes.values() if note))


@bp.post("/shortlist/share")
@auth.requires_sign_in
def share() -> ResponseReturnValue:
    """Give the list an address that others may open."""
    try:
        shortlists.share(web.session(), by=web.person())
    except Invalid as error:
        web.say(str(error))
    else:
        web.commit()
        web.say(gettext("Your shortlist has an address now. Whoever you give it to may read it."))
    return redirect(url_for(".own", _anchor="share"), code=303)


@bp.post("/shortlist/stop-sharing")
@auth.requires_sign_in
def stop_sharing() -> ResponseReturnValue:
    """Take the address away."""
    shortlists.stop_sharing(web.session(), by=web.person())
    web.commit()
    web.say(gettext("Your shortlist is yours alone again. The old address leads nowhere."))
    return redirect(url_for(".own", _anchor="share"), code=303)


def _notes() -> dict[str, str]:
    """The notes that were sent, by the names of their entries."""
    sent = request.form.items()
    return {name.removeprefix(NOTE): tidy(text) for name, text in sent if name.startswith(NOTE)}


def _next() -> str:
    return auth.safe_next(request.form.get("next")) or url_for(".own")


def _back() -> ResponseReturnValue:
    return redirect(_next(), code=303)
