"""Facts about circles of links that came in past every check: they are told, and every picture is still drawn."""

from __future__ import annotations

import pytest

from graph import service
from graph.network import Edge, Node, build, circles
from kb import checkup
from kb.models.link import LinkState, LinkType
from tests.conftest import TODAY

TYPES = ("supersedes", "depends-on")


def _sources(*ids):
    return [Node(id, "source", f"s{id}", f"Source {id}") for id in ids]


def _found(edges, *ids):
    return [(one.type, [node.id for node in one.nodes]) for one in circles(build(_sources(*ids), edges), TYPES)]


def test_each_knot_is_told_by_a_shortest_circle():
    long_way = [Edge(1, 2, "supersedes"), Edge(2, 3, "supersedes"), Edge(3, 1, "supersedes"), Edge(2, 1, "supersedes")]
    other = [Edge(5, 4, "supersedes"), Edge(4, 5, "supersedes"), Edge(5, 6, "supersedes")]
    assert _found(long_way + other, 1, 2, 3, 4, 5, 6) == [("supersedes", [1, 2]), ("supersedes", [4, 5])]


def test_links_of_different_types_or_that_were_retired_close_no_circle():
    assert _found([Edge(1, 2, "supersedes"), Edge(2, 1, "depends-on")], 1, 2) == []
    assert _found([Edge(1, 2, "supersedes"), Edge(2, 1, "supersedes", state="retired")], 1, 2) == []
    assert _found([Edge(1, 2, "same-as"), Edge(2, 1, "same-as")], 1, 2) == []


@pytest.fixture
def tangled(make):
    """Two sources that supersede each other, three actions each of which waits for the next, and a thread through."""
    old, new = make.source(title="Old law"), make.source(title="New law")
    link = make.link(old, LinkType.SUPERSEDES, new)
    make.link(new, LinkType.SUPERSEDES, old)
    actions = [make.action(title=f"Action {number}", due_on=TODAY) for number in (1, 2, 3)]
    for one, needed in zip(actions, [*actions[1:], actions[0]], strict=True):
        make.link(one, LinkType.DEPENDS_ON, needed)
    priority = make.priority(title="Nurses")
    make.link(old, LinkType.CALLS_FOR, priority)
    make.link(priority, LinkType.DELIVERED_BY, actions[0])
    return old, new, actions, link


def test_doctor_tells_each_circle_as_a_sentence_with_the_page_that_opens_it(session, tangled):
    finding = checkup.of_map(session)
    assert finding.is_bad
    old, new, actions, link = tangled
    names = [f"{one.title} ({one.kind}:{one.ref})" for one in (old, new, *actions)]
    assert finding.told.startswith("2 circles of links: ")
    assert f"{names[0]} supersedes {names[1]} supersedes Old law (/links/{link.id}/confirm)" in finding.told
    assert " depends on ".join((*names[2:], "Action 1")) in finding.told


def test_once_a_link_of_each_is_retired_there_is_no_circle(session, tangled, make):
    assert len(service.circles(session)) == 2
    tangled[3].state = LinkState.RETIRED
    session.flush()
    assert [circle.type for circle in service.circles(session)] == ["depends-on"]


def test_a_map_without_circles_says_so(session, make):
    make.link(make.source(), LinkType.SUPERSEDES, make.source())
    finding = checkup.of_map(session)
    assert (finding.is_bad, finding.told) == (False, "1 links, no circles")


def test_pages_with_a_circle_are_drawn(browse, make, tangled):
    old, new, actions, _ = tangled
    lead = browse.sign_in(make.lead())
    for address in (
        f"/sources/{old.ref}/thread",
        f"/sources/{new.ref}/thread",
        f"/actions/{actions[0].ref}/thread",
    ):
        page = lead.get(address)
        assert page.status_code == 200
        assert '<svg class="gt-pic' in page.text
    for address in (
        f"/sources/{old.ref}",
        f"/actions/{actions[1].ref}",
        "/timeline",
        "/coverage",
        "/gaps",
        "/",
    ):
        assert lead.get(address).status_code == 200
