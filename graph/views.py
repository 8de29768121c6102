"""The thread of a record as picture, list and table; the gaps of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request, url_for

from graph import columns, gap_words, layout, picturing, service
from graph.outline import outline
from kb import auth, downloads, records, web
from kb.models.record import Kind, Record
from kb.paging import Paging, paged
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from graph.layout import Box, GapBox
    from graph.missing import Gap
    from kb.models.plan import Plan

bp = Blueprint("graph", __name__)
KINDS = {
    records.KIND_IN_ADDRESS[kind]: kind
    for kind in (Kind.SOURCE, Kind.IMPLICATION, Kind.RESPONSE, Kind.PRIORITY, Kind.ACTION, Kind.INDICATOR)
}
SHOWN_OF_EACH = 12


@dataclass(frozen=True)
class Section:
    """One kind of gap on the page: all there are, and those that are shown."""

    kind: str
    words: gap_words.Words
    total: int
    who: str
    shown: Sequence[Gap]


@bp.get(f"/<any({','.join(KINDS)}):kinds>/<ref>/thread")
@auth.requires(Capability.READ)
def thread(kinds: str, ref: str) -> ResponseReturnValue:
    """All that a record rests on and all that rests on it."""
    session, person = web.session(), web.person()
    record = records.get_any(session, f"{KINDS[kinds]}:{ref}", person=person)
    whole = service.thread(session, record, person)
    through = {node.plan_id for node in whole.nodes}
    offered = [plan for plan in plans.list_plans(session, person=person) if plan.id in through]
    plan = next((plan for plan in offered if plan.ref == request.args.get("plan")), None)
    found = service.thread(session, record, person, plan) if plan else whole
    if downloads.are_wanted():
        return downloads.send(f"thread-{record.ref}", columns.thread(record.title, found))
    nodes = {node.id: node for node in found.nodes}
    shown = picturing.look(session, found, person, web.today())
    return web.page(
        "graph/thread.html",
        record=record,
        thread=found,
        outline=outline(found),
        nodes=nodes,
        links=[(nodes[start], list(edges)) for start, edges in groupby(found.edges, key=lambda edge: edge.source)],
        shown=shown,
        pic=layout.draw(found, marks=shown.marks, who_acts=shown.who_acts),
        box_url=_box_url,
        gap_url=_gap_url,
        plans=offered if len(offered) > 1 else [],
        plan=plan,
        begins=begins(record),
    )


def _box_url(box: Box) -> str:
    return "#list" if box.is_folded else web.url_of(box.node)


def _gap_url(gap: GapBox) -> str:
    return "#list" if len(gap.nodes) > 1 else web.url_of(gap.nodes[0])


def begins(record: Record) -> tuple[str, str]:
    """Where the way to this record begins: the list that it is found through."""
    if record.kind == Kind.PRIORITY:
        return gettext("Priorities"), url_for("priorities.index")
    if record.kind == Kind.ACTION:
        return gettext("Actions"), url_for("actions.index")
    if record.kind == Kind.INDICATOR:
        return gettext("Indicators"), url_for("indicators.index")
    return gettext("Sources"), url_for("sources.index")


@bp.get("/gaps")
@auth.requires(Capability.READ)
def gaps() -> ResponseReturnValue:
    """Where the thread of one plan is broken, by kind of gap."""
    session, person, today = web.session(), web.person(), web.today()
    offered = plans.list_plans(session, person=person)
    plan = plans.choose(offered, request.args.get("plan"), person=person)
    found = service.gaps(session, person, plan, today) if plan else {}
    kind = request.args.get("kind")
    only = kind if kind in found else None
    if plan and downloads.are_wanted():
        wanted = {only: found[only]} if only else found
        return downloads.send(f"gaps-{plan.ref}", columns.gaps(wanted), filters=_told(plan, only))
    paging = paged(len(found[only])) if only else None
    return web.page(
        "graph/gaps.html",
        plan=plan,
        plans=offered if len(offered) > 1 else [],
        only=only,
        paging=paging,
        sections=[_section(kind, listed, paging) for kind, listed in found.items() if only in (None, kind)],
        total=sum(map(len, found.values())),
        mend=_mender(plan),
    )


def _told(plan: Plan, only: str | None) -> list[str]:
    """What the list is narrowed to, in words."""
    return [plan.title, *([gap_words.of(only, 0).heading] if only else [])]


def _section(kind: str, listed: Sequence[Gap], paging: Paging | None) -> Section:
    first, most = (paging.offset, paging.limit) if paging else (0, SHOWN_OF_EACH)
    shown = listed[first : first + most]
    return Section(kind, gap_words.of(kind, len(listed)), len(listed), gap_words.who(listed), shown)


def _mender(plan: Plan | None) -> Any:
    """What gives for a gap the words and the address that mend it, or nothing to those who may not."""
    person, plan_id = web.person(), plan.id if plan else None

    def mend(kind: str, gap: Gap) -> tuple[str, str] | None:
        return gap_words.mend(kind, gap, person, plan_id)

    return mend
