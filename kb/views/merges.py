"""Merging two records: finding the other, seeing both side by side, and the deed; the list of likely duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request

from kb import auth, labels, records, web
from kb.errors import Invalid, NotFound
from kb.forms.base import add_error
from kb.forms.merging import MergeForm
from kb.models.record import Kind
from kb.permissions import Capability
from kb.records import KIND_IN_ADDRESS
from kb.removal import duplicates, hanging, merging
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.record import Record

bp = Blueprint("merging", __name__)
KINDS = {KIND_IN_ADDRESS[Kind(kind)]: Kind(kind) for kind in merging.FIELDS}
ANY = ",".join(f'"{word}"' for word in KINDS)


@bp.route(f"/merge/<any({ANY}):kinds>/<ref>", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def merge(kinds: str, ref: str) -> ResponseReturnValue:
    """Find the record that is the same as this one; then the two side by side, which stays, and why."""
    session, person = web.session(), web.person()
    record = _mergeable(kinds, ref)
    chosen = request.args.get("with", "")
    if not chosen:
        words = request.args.get("q", "")
        found = duplicates.find(session, record, words, person=person)
        like = duplicates.like(session, record, person=person)
        return web.page("merging/choose.html", record=record, words=words, found=found, like=like)
    other = _mergeable(kinds, chosen)
    form = MergeForm.between(record, other)
    hindrance = merging.hindrance(session, record, other)
    if request.method == "POST" and form.validate():
        survivor, loser = (record, other) if form.survivor.data == record.ref else (other, record)
        title = loser.title
        try:
            merging.merge(session, loser, survivor, reason=form.reason.data or "", by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("“%(title)s” is merged into this one, and its address leads here.", title=title))
            return redirect(web.url_of(survivor), code=303)
    return web.page(
        "merging/compare.html",
        one=record,
        other=other,
        form=form,
        hindrance=hindrance,
        rows=merging.compare(record, other),
        hanging=[hanging.what_hangs_on(session, each, person=person) for each in (record, other)],
        labels=labels,
        status=422 if form.errors or form.form_errors else 200,
    )


@bp.get("/duplicates")
@auth.requires(Capability.EDIT_SHARED)
def likely() -> ResponseReturnValue:
    """The pairs of records of one kind that are likely to be one thing."""
    kind = next((kind for kind in duplicates.KINDS if kind == request.args.get("kind")), duplicates.KINDS[0])
    pairs = duplicates.list_likely(web.session(), kind, person=web.person())
    return web.page("merging/duplicates.html", pairs=pairs, kind=kind, kinds=duplicates.KINDS, most=duplicates.MOST)


def _mergeable(kinds: str, ref: str) -> Record:
    """The record whole, if the person may merge it."""
    model = merging.model_of(KINDS[kinds])
    record = records.get(web.session(), model, ref, person=web.person())
    if not merging.may_merge(record, web.person()):
        raise NotFound(KINDS[kinds], ref)
    return record
