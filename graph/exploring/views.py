"""Exploring a thread: the page that a person moves about in, and the data that it draws."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import get_template_attribute, jsonify, request, url_for

from graph import layout, link_words
from graph.exploring import canvas as exploring
from graph.exploring import nearby
from graph.folding import MOST_BOXES, By, Folding
from graph.threads import asked as asking
from graph.threads import picturing
from graph.views import KINDS, begins, bp
from kb import auth, records, web
from kb.models.record import Kind
from kb.permissions import Capability
from kb.records import KIND_IN_ADDRESS
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response
    from flask.typing import ResponseReturnValue

    from graph.layout import Picture
    from graph.network import Edge, Node
    from graph.threads.asked import Asked
    from graph.threads.thread import Thread
    from kb.models.record import Record

LONG = 300  # so much of a reason is read beside the canvas; all of it stands on the thread page
ANY = f"<any({','.join(KINDS)}):kinds>"


@bp.get(f"/{ANY}/<ref>/thread/explore")
@auth.requires(Capability.READ)
def explore(kinds: str, ref: str) -> ResponseReturnValue:
    """The thread to move about in; what it shows is asked for by the page itself."""
    record, asked = _asked(kinds, ref)
    return web.page(
        "graph/explore.html",
        record=record,
        asked=asked,
        begins=begins(record),
        filters=[each for each in asked.filters if each.chosen or len(each.offered) > 1],
        most=exploring.MOST_ON_CANVAS,
        words=_words(),
        data_url=url_for("graph.explore_data", kinds=kinds, ref=ref),
        thread_url=url_for("graph.thread", kinds=kinds, ref=ref),
        is_summary=len(asked.whole.nodes) > MOST_BOXES or asked.folding.by is not None,
    )


@bp.get(f"/{ANY}/<ref>/thread/explore/data")
@auth.requires(Capability.READ)
def explore_data(kinds: str, ref: str) -> Response:
    """The whole picture, in which the filters of the address only hide, so that nothing moves when they change."""
    _, asked = _asked(kinds, ref)
    look = picturing.look(web.session(), asked.whole, web.person(), web.today())
    picture = layout.draw(
        asked.whole,
        marks=look.marks,
        who_acts=look.who_acts,
        folding=_folding(asked),
        most=exploring.MOST_ON_CANVAS,
    )
    return jsonify(
        **exploring.drawn(picture, asked.thread, _picture_words(picture, asked.thread)),
        records=_records(asked.whole.nodes, look.marks),
        links=_links(asked.whole.edges, {node.id: node for node in asked.whole.nodes}),
        is_full=picture.folded.is_full,
    )


@bp.get(f"/{ANY}/<ref>/thread/explore/near")
@auth.requires(Capability.READ)
def explore_near(kinds: str, ref: str) -> Response:
    """The neighbours of a record, for a picture that does not hold them all."""
    session, person = web.session(), web.person()
    record = records.get_any(session, f"{KINDS[kinds]}:{ref}", person=person)
    found = nearby.nearby(session, record, person)
    look = picturing.look(session, found.near, person, web.today())
    picture = layout.draw(found.near, marks=look.marks, most=len(found.near.nodes))
    return jsonify(
        **exploring.drawn(picture, found.near, _picture_words(picture, found.near)),
        records=_records(found.near.nodes, look.marks),
        links=_links(found.edges, found.nodes),
    )


def _asked(kinds: str, ref: str) -> tuple[Record, Asked]:
    session, person = web.session(), web.person()
    record = records.get_any(session, f"{KINDS[kinds]}:{ref}", person=person)
    return record, asking.read(session, record, person, request.args.to_dict(flat=False), web.today())


def _folding(asked: Asked) -> Folding:
    """A canvas holds more boxes than the page, but begins with the same."""
    if asked.folding.by is None and len(asked.whole.nodes) > MOST_BOXES:
        return replace(asked.folding, by=By.PRIORITY)
    return asked.folding


def _picture_words(picture: Picture, shown: Thread) -> exploring.Words:
    gap_name = get_template_attribute("graph/_picture.html", "gap_name")
    ids = {node.id for node in shown.nodes}
    missing = {gap.missing for gap in picture.gaps} | {stop.missing for stop in shown.stops}
    return exploring.Words(
        counts={
            box.key: _counted(box.kind, sum(node.id in ids for node in box.nodes), len(box.nodes))
            for box in picture.boxes
            if box.is_folded
        },
        gaps={each: str(gap_name(each)).strip() for each in missing},
    )


def _counted(kind: str, shown: int, held: int) -> str:
    if 0 < shown < held:
        return gettext("%(shown)s of %(counted)s", shown=shown, counted=str(_macro("count_of", kind, held)))
    return _macro("count_of", kind, held)


def _macro(name: str, *values: Any) -> str:
    return str(get_template_attribute("graph/_picture.html", name)(*values)).strip()


def _records(nodes: Iterable[Node], marks: Mapping[int, layout.Marks]) -> dict[str, dict[str, Any]]:
    nodes = list(nodes)
    links = nearby.count(web.session(), web.person(), [node.id for node in nodes])
    names = {kind: _macro("name_of", kind) for kind in {node.kind for node in nodes}}
    told: dict[str, dict[str, Any]] = {}
    for node in nodes:
        mark = marks.get(node.id, layout.Marks())
        kinds = KIND_IN_ADDRESS[Kind(node.kind)]
        told[exploring.name(node)] = {
            "kind": node.kind,
            "word": names[node.kind],
            "title": node.title,
            "ref": node.ref,
            "says": " · ".join([mark.tag] if mark.tag else [note.text for note in mark.notes]),
            "url": web.url_of(node),
            "explore": url_for("graph.explore", kinds=kinds, ref=node.ref),
            "near": url_for("graph.explore_near", kinds=kinds, ref=node.ref),
            "links": links[node.id],
        }
    return told


def _links(edges: Iterable[Edge], nodes: Mapping[int, Node]) -> list[dict[str, Any]]:
    edges = list(edges)
    return exploring.links(edges, nodes, {(edge.source, edge.target): _why(edge, nodes) for edge in edges})


def _why(edge: Edge, nodes: Mapping[int, Node]) -> str:
    if not edge.reason:
        return link_words.own(edge, nodes[edge.target].kind) or gettext("No reason given")
    if len(edge.reason) <= LONG:
        return edge.reason
    return f"{edge.reason[:LONG].rsplit(None, 1)[0]}…"


def _words() -> dict[str, str]:
    """What the script says; it puts in what stands in braces."""
    return {
        "source": gettext("Sources"),
        "implication": gettext("Implications"),
        "response": gettext("Responses"),
        "priority": gettext("Priorities"),
        "action": gettext("Actions"),
        "indicator": gettext("Indicators"),
        "head": gettext("%(kind)s: %(number)s", kind="{kind}", number="{number}"),
        "all": gettext("All %(all)s records are shown.", all="{all}"),
        "some": gettext("%(shown)s of %(all)s records are shown.", shown="{shown}", all="{all}"),
        "chosen": gettext("“%(title)s” is chosen.", title="{title}"),
        "touches": gettext(
            "Only what “%(title)s” rests on, and what rests on it: %(shown)s of %(all)s records.",
            title="{title}",
            shown="{shown}",
            all="{all}",
        ),
        "brought": gettext("Brought in from other threads: %(number)s.", number="{number}"),
        "full": gettext(
            "A picture holds at most %(most)s boxes, so this was not added. The thread page lists everything.",
            most=f"{exploring.MOST_ON_CANVAS:,}",
        ),
        "opened": gettext("“%(title)s” is open.", title="{title}"),
        "found": gettext("%(number)s found. Press Enter to go to the first.", number="{number}"),
        "not_found": gettext("No record here has these words in its title."),
        "failed": gettext("That could not be fetched. Try it again, or use the thread page."),
        "rests": gettext("Rests on"),
        "carries": gettext("Rests on it"),
        "here": gettext("In this box"),
        "suspect": gettext("Suspect link"),
        "open_record": gettext("Open the record"),
        "own_thread": gettext("Explore its own thread"),
        "only": gettext("Show only what it touches"),
        "bring": gettext("Bring in its other links (%(number)s)", number="{number}"),
        "unfold": gettext("Open this box: %(all)s records", all="{all}"),
        "unfold_part": gettext("Open this box: %(number)s of %(all)s records", number="{number}", all="{all}"),
        "more": gettext("and %(number)s more", number="{number}"),
        "stops": gettext("The thread stops at"),
    }
