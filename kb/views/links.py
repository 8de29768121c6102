"""Confirming or retiring a link whose ground has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request

from kb import auth, history, labels, links, web
from kb.catalogue import resting
from kb.errors import Invalid
from kb.forms.links import ReasonForm
from kb.models.link import LinkState, LinkType
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.link import Link

bp = Blueprint("links", __name__, url_prefix="/links")


@bp.route("/<int:link_id>/confirm", methods=["GET", "POST"])
@auth.requires(Capability.SETTLE_LINK)
def confirm(link_id: int) -> ResponseReturnValue:
    """Ask whether a link still holds, and take the answer that it does."""
    if request.method == "POST":
        return _decide(link_id, LinkState.CURRENT)
    return _ask(_settleable(link_id), ReasonForm())


@bp.post("/<int:link_id>/retire")
@auth.requires(Capability.SETTLE_LINK)
def retire(link_id: int) -> ResponseReturnValue:
    """Let a link count no longer."""
    return _decide(link_id, LinkState.RETIRED)


def _decide(link_id: int, state: LinkState) -> ResponseReturnValue:
    session, person = web.session(), web.person()
    link, form = _settleable(link_id), ReasonForm()
    if not form.validate():
        return _ask(link, form)
    decide = links.retire if state == LinkState.RETIRED else links.confirm
    try:
        decide(session, link.id, reason=form.reason.data or "", by=person)
    except Invalid as error:
        form.form_errors.append(str(error))
        return _ask(link, form)
    web.commit()
    web.say(_said(link))
    return redirect(web.url_of(link.start), code=303)


def _said(link: Link) -> str:
    if link.state == LinkState.RETIRED:
        return gettext("The link is retired. It counts no longer.")
    gone = resting.gone_behind(web.session(), [link], person=web.person()).get(link.id)
    if gone is None:
        return gettext("The link is confirmed.")
    return gettext(
        "The link is confirmed. It supports nothing all the same, since “%(title)s” %(over)s.",
        title=gone.title,
        over=labels.over_words(gone.status),
    )


def _settleable(link_id: int) -> Link:
    """The link, if the person may read both its records, and change it or own what hangs on it."""
    link = links.get(web.session(), link_id, person=web.person())
    links.require_settling(web.session(), link, web.person())
    return link


def _ask(link: Link, form: ReasonForm) -> ResponseReturnValue:
    changes = history.list_for(web.session(), link.start, person=web.person(), limit=3)
    return web.page(
        "links/confirm.html",
        link=link,
        form=form,
        phrase=links.PHRASES[LinkType(link.type)],
        changes=changes,
        gone=resting.gone_behind(web.session(), [link], person=web.person()).get(link.id),
        over_words=labels.over_words,
        may_carry=web.person().may(Capability.EDIT_SHARED),
        status=422 if form.errors or form.form_errors else 200,
    )
