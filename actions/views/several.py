"""Answering for several actions on one page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from actions import mine, several
from actions.forms.several import RowForm
from actions.held import Held
from actions.models import Action, Update
from actions.schedule import Schedule
from actions.views.blueprint import bp
from kb import auth, web
from kb.forms.base import add_error
from kb.paging import Paging, paged
from kb.words import counted, gettext, ngettext


@dataclass
class Row:
    """One action of the page with its three questions; `newer` is an answer that came while this one was written."""

    action: Action | Held
    schedule: Schedule
    form: RowForm
    last: Update | None = None
    why: str = ""
    newer: Update | None = None

    @property
    def is_refused(self) -> bool:
        return self.newer is not None or bool(self.form.errors or self.form.form_errors)


@bp.get("/my-actions/update")
@auth.requires_sign_in
def several_asked() -> Response:
    """The actions that need an answer now, up to 25 on a page."""
    session, today = web.session(), web.today()
    asked = mine.my_actions(session, web.person(), today).answer_now
    paging = paged(len(asked), several.AT_ONCE)
    items = asked[paging.offset : paging.last]
    last = several.last_words(session, [item.last_update_id for item in items if item.last_update_id])
    rows = [
        Row(
            item.action,
            item.schedule,
            RowForm(item.action, today, data={"version": item.last_update_id}),
            last.get(item.action.id),
            item.why,
        )
        for item in items
    ]
    return web.page("actions/several.html", rows=rows, paging=paging, form={"errors": {}})


@bp.post("/my-actions/update")
@auth.requires_sign_in
def several_sent() -> ResponseReturnValue:
    """Keep the rows that are filled in; what is refused stays on the page with its text."""
    session, person, today = web.session(), web.person(), web.today()
    refs = list(dict.fromkeys(request.form.getlist("ref")))[: several.AT_ONCE]
    owned = several.owned(session, refs, person, today)
    rows = [Row(one.action, one.schedule, RowForm(one.action, today)) for ref in refs if (one := owned.get(ref))]
    filled = [row for row in rows if row.form.is_filled]
    ready = {row.action.ref: row for row in filled if row.form.validate()}
    outcome = several.send(session, [row.form.answer() for row in ready.values()], by=person, today=today)
    web.commit()
    for ref, error in outcome.refused.items():
        add_error(ready[ref].form, error)
    for ref, newer in outcome.overtaken.items():
        ready[ref].newer = newer
        ready[ref].form.overtaken_by(newer.id)
    refused = [row for row in filled if row.is_refused]
    left = [row for row in rows if not row.form.is_filled]
    # Of what is somebody else's by now only the words are kept, for whoever wrote them.
    lost = [words for ref in refs if ref not in owned and (words := request.form.get(f"{ref}-narrative", "").strip())]
    if refused or lost or not outcome.sent:
        return _again(refused, left, lost, len(outcome.sent))
    return _thank(len(outcome.sent), has_left=bool(left))


def _again(refused: list[Row], left: list[Row], lost: list[str], sent: int) -> Response:
    """The rows that need another look, then those that were left alone."""
    rows = [*refused, *left]
    last = several.last_words(web.session(), [row.form.version.data for row in rows if row.form.version.data])
    for row in rows:
        row.last = last.get(row.action.id)
    return web.page(
        "actions/several.html",
        rows=rows,
        paging=Paging(1, 1, len(rows), several.AT_ONCE),
        form={"errors": {"rows": True}},
        lost=lost,
        is_empty=not refused and not lost,
        message=_sent(sent) if sent else "",
        status=422,
    )


def _thank(sent: int, *, has_left: bool) -> ResponseReturnValue:
    waiting = len(mine.my_actions(web.session(), web.person(), web.today()).answer_now)
    if not waiting:
        web.say(gettext("%(told)s Nothing else needs you.", told=_sent(sent)))
    else:
        told = ngettext("One more needs an answer.", "%(count)s more need an answer.", waiting, count=counted(waiting))
        web.say(f"{_sent(sent)} {told.capitalize()}")
    return redirect(url_for(".several_asked" if waiting and not has_left else ".mine"), code=303)


def _sent(number: int) -> str:
    return ngettext("One answer is sent.", "%(count)s answers are sent.", number, count=counted(number).capitalize())
