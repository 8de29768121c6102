"""The thread of a record as picture, list and table; the gaps of a plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, request, url_for

from graph import columns, layout, link_words, service
from graph.folding import MOST_BOXES, PART
from graph.gaps import headings, missing
from graph.gaps import words as gap_words
from graph.threads import asked, asked_words, picturing
from graph.threads.outline import outline
from kb import auth, downloads, records, web
from kb.models.record import Kind, Record
from kb.paging import Paging, paged
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from flask.typing import ResponseReturnValue

    from graph.folding import Folded, Opened
    from graph.gaps.missing import Gap
    from graph.layout import Box, GapBox
    from graph.threads.asked import Asked
    from kb.models.plan import Plan

bp = Blueprint("graph", __name__)
KINDS = {
    records.KIND_IN_ADDRESS[kind]: kind
    for kind in (Kind.SOURCE, Kind.IMPLICATION, Kind.RESPONSE, Kind.PRIORITY, Kind.ACTION, Kind.INDICATOR)
}
SHOWN_OF_EACH = 12
# A thread of more records is worth summing up, though it is only done unasked where they do not fit.
MANY = 24
# A higher picture needs more than one sheet of paper, where it comes last.
TALL = 1_400


@dataclass(frozen=True)
class Section:
    """One kind of gap on the page: all there are, and those that are shown."""

    kind: str
    words: headings.Words
    total: int
    who: str
    shown: Sequence[Gap]


@bp.get(f"/<any({','.join(KINDS)}):kinds>/<ref>/thread")
@auth.requires(Capability.READ)
def thread(kinds: str, ref: str) -> ResponseReturnValue:
    """All that a record rests on and all that rests on it."""
    session, person = web.session(), web.person()
    record = records.get_any(session, f"{KINDS[kinds]}:{ref}", person=person)
    wanted = asked.read(session, record, person, request.args.to_dict(flat=False), web.today())
    found = wanted.thread
    if downloads.are_wanted():
        told = [record.title, *asked_words.told(wanted)]
        return downloads.send(f"thread-{record.ref}", columns.thread(record.title, found), filters=told)
    nodes = {node.id: node for node in found.nodes}
    shown = picturing.look(session, found, person, web.today())
    pic = layout.draw(found, marks=shown.marks, who_acts=shown.who_acts, folding=wanted.folding)
    address = _Addresses(url_for(".thread", kinds=kinds, ref=ref), wanted, pic.folded)
    return web.page(
        "graph/thread.html",
        record=record,
        asked=wanted,
        said=asked_words.said(wanted),
        thread=found,
        outline=outline(found),
        nodes=nodes,
        own_link=link_words.own,
        links=[(nodes[start], list(edges)) for start, edges in groupby(found.edges, key=lambda edge: edge.source)],
        shown=shown,
        pic=pic,
        address=address,
        filters=[each for each in wanted.filters if each.name != "plan" or len(each.offered) > 1],
        whole=Counter(node.kind for node in wanted.whole.nodes),
        is_empty=len(found.nodes) == 1 < len(wanted.whole.nodes),
        is_long=len(found.nodes) > MANY,
        may_sum_up=len(found.nodes) > MANY or pic.folded.by,
        most=MOST_BOXES,
        part=PART,
        tall=TALL,
        begins=begins(record),
    )


@dataclass(frozen=True)
class _Addresses:
    """Where the picture of one thread leads to; everything keeps its filters."""

    path: str
    asked: Asked
    folded: Folded

    def box(self, box: Box) -> str:
        """A record's page, or the same picture with a group opened."""
        return self._opening(box.group.key) if box.is_folded else web.url_of(box.node)

    def gap(self, gap: GapBox) -> str:
        """The record at which the thread stops, or the same picture with its group opened."""
        return self._opening(gap.group.key) if gap.group.is_folded else web.url_of(gap.nodes[0])

    def closing(self, opened: Opened) -> str:
        """The same picture with a group closed again."""
        return self._with([key for key in self._keys() if key not in opened.keys])

    @property
    def closed(self) -> str:
        """The same picture with every group closed."""
        return self._with([])

    @property
    def clear(self) -> str:
        """The same page without filters."""
        return self.path

    def _opening(self, key: str) -> str:
        return self._with([*self._keys(), key])

    def _keys(self) -> list[str]:
        return [key for one in self.folded.opened for key in one.keys]

    def _with(self, opened: list[str]) -> str:
        asked_for = urlencode({**self.asked.values, "open": opened}, doseq=True)
        return f"{self.path}?{asked_for}#picture" if asked_for else f"{self.path}#picture"


def begins(record: Record) -> tuple[str, str]:
    """Where the way to this record begins: the list that it is found through."""
    if record.kind == Kind.PRIORITY and record.plan_id is not None:  # else a source sets it
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
        total=sum(len(listed) for kind, listed in found.items() if kind != missing.SAME),
        pairs=len(found.get(missing.SAME, ())),
        mend=_mender(plan),
        problems=_not_known(offered, found),
    )


def _not_known(offered: Sequence[Plan], found: Collection[str]) -> list[str]:
    """What the address names and there is not; the page shows what there would be without it."""
    ref, kind = request.args.get("plan"), request.args.get("kind")
    problems = []
    if ref and ref not in {plan.ref for plan in offered}:
        problems.append(gettext("There is no plan “%(ref)s” that you may see.", ref=ref[:100]))
    if kind and kind not in found:
        problems.append(gettext("There is no kind of gap called “%(kind)s”.", kind=kind[:100]))
    return problems


def _told(plan: Plan, only: str | None) -> list[str]:
    """What the list is narrowed to, in words."""
    return [plan.title, *([headings.of(only, 0).heading] if only else [])]


def _section(kind: str, listed: Sequence[Gap], paging: Paging | None) -> Section:
    first, most = (paging.offset, paging.limit) if paging else (0, SHOWN_OF_EACH)
    shown = listed[first : first + most]
    return Section(kind, headings.of(kind, len(listed)), len(listed), gap_words.who(listed), shown)


def _mender(plan: Plan | None) -> Any:
    """What gives for a gap the words and the address that mend it, or nothing to those who may not."""
    person, plan_id = web.person(), plan.id if plan else None

    def mend(kind: str, gap: Gap) -> tuple[str, str] | None:
        return gap_words.mend(kind, gap, person, plan_id)

    return mend
