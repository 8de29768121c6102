"""Why an action or a priority is there: every source behind it, in sentences."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from graph import service, why_words
from graph.views import KINDS, begins, bp
from kb import auth, downloads, records, web
from kb.permissions import Capability
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from graph.service import Why
    from kb.models.record import Record


@bp.get("/<any(priorities,actions):kinds>/<ref>/why")
@auth.requires(Capability.READ)
def why(kinds: str, ref: str) -> ResponseReturnValue:
    """Each shortest way down from a source, law before other drivers before research."""
    session, person = web.session(), web.person()
    record = records.get_any(session, f"{KINDS[kinds]}:{ref}", person=person)
    found = service.why(session, record.id, person)
    if downloads.are_wanted():
        return downloads.send(f"why-{record.ref}", _sheet(record, found))
    return web.page(
        "graph/why.html",
        record=record,
        begins=begins(record),
        total=len(found),
        groups=[(heading, list(ways)) for heading, ways in groupby(found, key=why_words.heading)],
        told=why_words.told,
        may_link=person.may(Capability.EDIT_PLAN, plan_id=record.plan_id) if record.plan_id else False,
    )


def _sheet(record: Record, found: list[Why]) -> Sheet[Why]:
    columns: list[Column[Why]] = [
        Column(gettext("Source ref"), lambda one: one.steps[0].ref, width=24),
        Column(gettext("Source"), lambda one: one.steps[0].title, width=50),
        Column(gettext("Kind of reason"), why_words.heading, width=24),
        Column(gettext("Links"), lambda one: len(one.steps) - 1, Kind.NUMBER),
        Column(gettext("In words"), why_words.told, width=100),
    ]
    return Sheet(gettext("Why %(title)s is here", title=record.title), columns, found)
