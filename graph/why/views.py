"""Why an action or a priority is there: every source behind it, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from graph.views import KINDS, begins, bp
from graph.why import reasons
from graph.why import words as why_words
from kb import auth, downloads, records, web
from kb.permissions import Capability
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

    from graph.service import Why
    from graph.why.reasons import Reasons, Through
    from kb.models.record import Record

#: So many sources of a priority stand open; more are folded, so that what names the action is read first.
MOST_OPEN = 5


@bp.get("/<any(priorities,actions):kinds>/<ref>/why")
@auth.requires(Capability.READ)
def why(kinds: str, ref: str) -> ResponseReturnValue:
    """Each shortest way down from a source: what names the record first, then what its priorities bring."""
    session, person = web.session(), web.person()
    record = records.get_any(session, f"{KINDS[kinds]}:{ref}", person=person)
    found = reasons.find(session, record.id, person)
    if downloads.are_wanted():
        return downloads.send(f"why-{record.ref}", _sheet(record, found))
    return web.page(
        "graph/why.html",
        record=record,
        begins=begins(record),
        found=found,
        groups=[(heading, list(ways)) for heading, ways in groupby(found.straight, key=why_words.heading)],
        most=MOST_OPEN,
        words=why_words,
        may_link=person.may(Capability.EDIT_PLAN, plan_id=record.plan_id) if record.plan_id else False,
    )


@dataclass(frozen=True)
class _Line:
    """One way to the record: the source, and the priority that it leads through."""

    way: Why
    through: Through | None = None

    @property
    def links(self) -> int:
        return len(self.way.steps) - (0 if self.through else 1)

    @property
    def told(self) -> str:
        told = why_words.told(self.way)
        return f"{told} {why_words.delivered(self.through.priority)}" if self.through else told


def _lines(found: Reasons) -> Iterator[_Line]:
    for way in found.straight:
        yield _Line(way)
    for one in found.through:
        for way in one.ways:
            yield _Line(way, one)


def _sheet(record: Record, found: Reasons) -> Sheet[_Line]:
    columns: list[Column[_Line]] = [
        Column(gettext("Source ref"), lambda one: one.way.steps[0].ref, width=24),
        Column(gettext("Source"), lambda one: one.way.steps[0].title, width=50),
        Column(gettext("Kind of reason"), lambda one: why_words.heading(one.way), width=24),
        Column(
            gettext("Through the priority"), lambda one: one.through.priority.title if one.through else "", width=36
        ),
        Column(gettext("Links"), lambda one: one.links, Kind.NUMBER),
        Column(gettext("In words"), lambda one: one.told, width=100),
    ]
    return Sheet(gettext("Why %(title)s is here", title=record.title), columns, _lines(found))
