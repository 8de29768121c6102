"""Joining two records, and confirming or retiring a link whose ground has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request

from kb import auth, history, link_choices, links, web
from kb.errors import Invalid
from kb.forms.links import LinkForm, ReasonForm
from kb.models.link import LinkState, LinkType
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.link_choices import Way
    from kb.models.link import Link
    from kb.models.record import Record

bp = Blueprint("links", __name__, url_prefix="/links")
# The name of the button that looks for records and saves nothing.
FIND = "find"


@bp.route("/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new() -> ResponseReturnValue:
    """Join the record that the address names (`from=kind:ref`) to another."""
    session, person = web.session(), web.person()
    record = link_choices.record_named(session, request.args.get("from", ""), person=person)
    ways = link_choices.ways_from(record.kind, may_edit=links.may_edit(record, person))
    if not ways:
        raise Invalid("from", gettext("A record of this kind has no links of its own. Link what stands beside it."))
    asked = request.args.get("way", "")
    form = LinkForm.offering(record, ways, asked if asked in {way.value for way in ways} else "")
    way = next((way for way in ways if way.value == form.way.data), None)
    other = _other(form, record, way)
    if request.method == "POST" and FIND not in request.form and _is_whole(form, way, other) and way and other:
        try:
            link_choices.join(session, record, way, other, reason=form.reason.data or "", by=person)
        except Invalid as error:
            form.refuse("chosen" if form.chosen.choices else "words", str(error))
        else:
            web.commit()
            web.say(
                gettext("“%(start)s” now %(phrase)s “%(end)s”.", start=record.title, phrase=way.phrase, end=other.title)
            )
            return redirect(web.url_of(record), code=303)
    refused = bool(form.errors)
    status = 422 if refused else 200
    most = link_choices.MOST
    return web.page("links/new.html", form=form, record=record, find=FIND, most=most, status=status)


@bp.route("/<int:link_id>/confirm", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def confirm(link_id: int) -> ResponseReturnValue:
    """Ask whether a link still holds, and take the answer that it does."""
    if request.method == "POST":
        return _decide(link_id, LinkState.CURRENT)
    return _ask(_editable(link_id), ReasonForm())


@bp.post("/<int:link_id>/retire")
@auth.requires(Capability.EDIT_SHARED)
def retire(link_id: int) -> ResponseReturnValue:
    """Let a link count no longer."""
    return _decide(link_id, LinkState.RETIRED)


def _decide(link_id: int, state: LinkState) -> ResponseReturnValue:
    session, person = web.session(), web.person()
    link, form = _editable(link_id), ReasonForm()
    if not form.validate():
        return _ask(link, form)
    decide = links.retire if state == LinkState.RETIRED else links.confirm
    try:
        decide(session, link.id, reason=form.reason.data or "", by=person)
    except Invalid as error:
        form.form_errors.append(str(error))
        return _ask(link, form)
    web.commit()
    web.say(
        gettext("The link is retired. It counts no longer.")
        if state == LinkState.RETIRED
        else gettext("The link is confirmed.")
    )
    return redirect(web.url_of(link.start), code=303)


def _editable(link_id: int) -> Link:
    """The link, if the person may read both its records and change the links of the first."""
    link = links.get(web.session(), link_id, person=web.person())
    links.require_editing(link.start, web.person())
    return link


def _ask(link: Link, form: ReasonForm) -> ResponseReturnValue:
    changes = history.list_for(web.session(), link.start, person=web.person(), limit=3)
    return web.page(
        "links/confirm.html",
        link=link,
        form=form,
        phrase=links.PHRASES[LinkType(link.type)],
        changes=changes,
        status=422 if form.errors or form.form_errors else 200,
    )


def _other(form: LinkForm, record: Record, way: Way | None) -> Record | None:
    """Offer the records that fit the words, and give the one that was chosen or is named in full."""
    if way is None:
        return None
    words = form.words.data or ""
    found = link_choices.find(web.session(), record, way, words, person=web.person())
    if not words and len(found) == link_choices.MOST:
        found = []  # too many to choose from without words
    named = link_choices.exactly(found, words)
    if named is not None:
        found = [named]
    picked = form.chosen.data if named is None else f"{named.kind}:{named.ref}"
    form.offer(found)
    if words and not found:
        if link_choices.exactly([record], words) is None:
            form.refuse("words", gettext("No record that fits has these words. Try fewer words, or another link"))
        elif way.type == LinkType.DEPENDS_ON:
            form.refuse("words", gettext("It cannot wait for itself"))
        else:
            form.refuse("words", gettext("A record cannot be linked to itself"))
    return next((one for one in found if f"{one.kind}:{one.ref}" == picked), None)


def _is_whole(form: LinkForm, way: Way | None, other: Record | None) -> bool:
    """Whether everything is there to make the link; what is not is said beside its field."""
    if way is None:
        form.refuse("way", gettext("Choose how they are joined"))
    elif other is None and not form.words.errors:
        if form.chosen.choices:
            form.refuse("chosen", gettext("Choose one of these"))
        else:
            form.refuse("words", gettext("Give words of the other record’s title"))
    if not form.reason.data:
        form.refuse("reason", gettext("Say why, in one sentence"))
    return not form.errors
