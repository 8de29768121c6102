"""The outbox: mails that wait, went or failed, and the two decisions that only a person can make about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from kb import auth, downloads, pulse, web
from kb.columns import people as columns
from kb.db import now
from kb.errors import Invalid
from kb.mailing import outbox
from kb.mailing.mail_states import MailEvent
from kb.mailing.mail_text import without_links
from kb.mailing.unsubscribing import SUBJECT_WORDS
from kb.models.outbox import MailState
from kb.paging import paged
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

bp = Blueprint("outbox", __name__, url_prefix="/outbox")
STATE_WORDS = {
    MailState.QUEUED: gettext("Waiting"),
    MailState.CLAIMED: gettext("In hand"),
    MailState.SENDING: gettext("Leaving now"),
    MailState.SENT: gettext("Sent"),
    MailState.FAILED: gettext("Failed"),
    MailState.UNKNOWN: gettext("Unknown"),
    MailState.CANCELLED: gettext("Taken back"),
}


@bp.get("")
@auth.requires(Capability.SEE_OUTBOX)
def index() -> ResponseReturnValue:
    """All mails, or those in one state, newest first."""
    session, person = web.session(), web.person()
    counts = outbox.count_by_state(session, person=person)
    chosen = request.args.get("state", "")
    state = MailState(chosen) if chosen in set(MailState) else None
    if downloads.are_wanted():
        return downloads.send("outbox", columns.of_mails(state, STATE_WORDS))
    paging = paged(sum(counts.values()) if state is None else counts.get(state, 0))
    messages = outbox.list_messages(session, person=person, state=state, offset=paging.offset, limit=paging.limit)
    return web.page(
        "outbox/index.html",
        tabs=_tabs(counts, state),
        messages=messages,
        paging=paging,
        state=state,
        unknown=counts.get(MailState.UNKNOWN, 0),
        words=STATE_WORDS,
        warning=pulse.warning(session, now(), web.settings().timezone),
    )


@bp.get("/<int(max=2147483647):message_id>")
@auth.requires(Capability.SEE_OUTBOX)
def detail(message_id: int) -> ResponseReturnValue:
    """One mail as text, and what may be decided about it."""
    return _page_of(message_id)


@bp.post("/<int(max=2147483647):message_id>/send-again")
@auth.requires(Capability.SEE_OUTBOX)
def send_again(message_id: int) -> ResponseReturnValue:
    """Let the mail wait once more."""
    return _decide(message_id, MailEvent.SEND_AGAIN, gettext("The mail waits to be sent again."))


@bp.post("/<int(max=2147483647):message_id>/arrived")
@auth.requires(Capability.SEE_OUTBOX)
def mark_arrived(message_id: int) -> ResponseReturnValue:
    """Note that somebody knows the mail to have arrived."""
    return _decide(message_id, MailEvent.ARRIVED, gettext("Noted: the mail arrived."))


def _decide(message_id: int, event: MailEvent, said: str) -> ResponseReturnValue:
    decide = outbox.send_again if event is MailEvent.SEND_AGAIN else outbox.mark_arrived
    try:
        decide(web.session(), message_id, by=web.person(), at=now())
    except Invalid as error:
        return _page_of(message_id, refused=str(error), status=422)
    web.commit()
    web.say(said)
    return redirect(url_for(".detail", message_id=message_id), code=303)


def _page_of(message_id: int, *, refused: str = "", status: int = 200) -> ResponseReturnValue:
    message = outbox.get(web.session(), message_id, person=web.person())
    decisions = outbox.decisions_for(message)
    return web.page(
        "outbox/detail.html",
        mail=message,
        # In demonstration mode this page is everybody's mailbox; elsewhere a mail's link is for its reader alone.
        text=message.text if web.settings().demo else without_links(message.text),
        words=STATE_WORDS,
        subject_words=SUBJECT_WORDS,
        may_send_again=MailEvent.SEND_AGAIN in decisions,
        may_have_arrived=MailEvent.ARRIVED in decisions,
        refused=refused,
        status=status,
    )


def _tabs(counts: Mapping[MailState, int], chosen: MailState | None) -> list[dict[str, object]]:
    everything = {
        "text": gettext("All"),
        "count": sum(counts.values()),
        "url": url_for(".index"),
        "is_on": chosen is None,
    }
    shown = [state for state in MailState if state in counts or state is chosen]
    return [everything] + [
        {
            "text": STATE_WORDS[state],
            "count": counts.get(state, 0),
            "url": url_for(".index", state=state),
            "is_on": state is chosen,
        }
        for state in shown
    ]
