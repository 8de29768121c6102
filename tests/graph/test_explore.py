"""Exploring a thread: the data tells the same as the picture, filters only hide, and nothing unseen is told."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape

import pytest

from graph.exploring.canvas import MOST_ON_CANVAS, Words, drawn
from graph.folding import By, Folding
from graph.layout import Marks, Note, draw
from graph.network import Edge, Node, build
from graph.threads.thread import thread
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from tests.conftest import TODAY

GAPS = {"priority": "Gap: no priority", "action": "Gap: no action", "indicator": "Gap: no measure"}


def small():
    nodes = [
        Node(1, "source", "law", "The law"),
        Node(2, "implication", "nurses", "More nurses"),
        Node(3, "implication", "beds", "More beds"),
        Node(4, "priority", "nursing", "Nursing", 1),
        Node(5, "response", "row-1", "Row 1", 1, response_type="aligned"),
    ]
    edges = [Edge(1, 2, "owns"), Edge(1, 3, "owns"), Edge(1, 5, "owns"), Edge(2, 4, "calls-for", state="suspect")]
    return thread(build(nodes, edges), 1)


def wide(implications=60):
    nodes = [Node(1, "source", "law", "The law"), Node(2, "priority", "nursing", "Nursing", 1)]
    nodes += [Node(10 + n, "implication", f"i{n}", f"Implication {n}") for n in range(implications)]
    edges = [Edge(1, 10 + n, "owns") for n in range(implications)]
    return thread(build(nodes, [*edges, *(Edge(10 + n, 2, "calls-for") for n in range(implications))]), 1)


def named(found, kind):
    return {each["id"]: each for each in found[kind]}


def test_every_box_and_join_of_the_picture_stands_in_the_data_where_the_picture_has_it():
    found = small()
    picture = draw(found, marks={4: Marks(notes=(Note("Overdue", "alarm"),)), 5: Marks(tag="Aligned")})
    data = drawn(picture, found, Words({}, GAPS))
    assert json.loads(json.dumps(data))
    boxes = named(data, "boxes")
    assert set(boxes) == {"source:law", "implication:nurses", "implication:beds", "priority:nursing", "response:row-1"}
    for box in picture.boxes:
        told = boxes[f"{box.kind}:{box.node.ref}"]
        assert (told["x"], told["y"], told["w"], told["h"]) == (box.x, box.y, box.w, box.h)
        assert told["text"] == "\n".join(box.lines)
    assert boxes["priority:nursing"]["notes"][0]["tone"] == "alarm"
    assert boxes["response:row-1"]["notes"][0]["text"] == "Aligned"
    assert boxes["source:law"]["is_focus"]
    joins = {(each["from"], each["to"]): each["state"] for each in data["joins"]}
    assert joins["implication:nurses", "priority:nursing"] == "suspect"
    assert joins["implication:beds", "gap:priority:implication:beds"] == "gap"
    assert len(joins) == len(picture.joins)
    assert named(data, "gaps")["gap:priority:implication:beds"]["title"] == "Gap: no priority"


def test_text_stays_within_its_box():
    found = small()
    picture = draw(found, marks={4: Marks(notes=(Note("One"), Note("Two"))), 5: Marks(tag="Aligned")})
    for box in drawn(picture, found, Words({}, GAPS))["boxes"]:
        last = max([box["middle"], *(note["y"] for note in box["notes"])])
        assert 0 < box["middle"] < box["h"]
        assert last + 6 <= box["h"]


def test_what_a_filter_leaves_out_is_told_to_be_hidden_and_keeps_its_place():
    whole = small()
    part = thread(build([node for node in whole.nodes if node.id != 3], whole.edges), 1)
    picture = draw(whole)
    found, all_of_it = (drawn(picture, shown, Words({}, GAPS)) for shown in (part, whole))
    hidden = {id for id, box in named(found, "boxes").items() if not box["is_shown"]}
    assert hidden == {"implication:beds"}
    assert all(box["is_shown"] for box in all_of_it["boxes"])
    assert not named(found, "gaps")["gap:priority:implication:beds"]["is_shown"]
    where = [[(box["id"], box["x"], box["y"]) for box in each["boxes"]] for each in (found, all_of_it)]
    assert where[0] == where[1]


def test_a_gap_that_only_the_filtered_thread_has_is_told_without_a_place():
    whole = small()
    part = thread(build([node for node in whole.nodes if node.id != 4], whole.edges), 1)
    found = drawn(draw(whole), part, Words({}, GAPS))
    assert [stop["of"] for stop in found["stops"]] == ["implication:nurses"]
    assert drawn(draw(whole), whole, Words({}, GAPS))["stops"] == []


def test_a_box_of_several_says_so_and_how_it_opens():
    found = wide()
    picture = draw(found, folding=Folding(By.PRIORITY), most=MOST_ON_CANVAS)
    folded = next(box for box in picture.boxes if box.is_folded)
    data = drawn(picture, found, Words({folded.key: "60 implications"}, GAPS))
    box = named(data, "boxes")[f"box:{folded.key}"]
    assert (box["text"], box["opens"], len(box["records"])) == ("60 implications", folded.key, 60)


# ---- the pages


@pytest.fixture
def line(make):
    """A source with two implications, one of which reaches an overdue action and one that is on time."""
    source = make.source(title="The strategy")
    nurses = make.implication(source, title="More nurses")
    make.implication(source, title="More beds")
    priority = make.priority(title="Nursing")
    late = make.action(title="Train nurses", measure="Ten", due_on=TODAY - timedelta(days=9))
    early = make.action(title="Hire nurses", measure="Ten", due_on=TODAY + timedelta(days=300))
    make.link(nurses, LinkType.CALLS_FOR, priority, reason="It asks for nurses.", state=LinkState.SUSPECT)
    for action in (late, early):
        make.link(priority, LinkType.DELIVERED_BY, action, reason="So there are nurses.")
    return source, priority, late, early


@pytest.fixture
def reader(browse, make):
    return browse.sign_in(make.viewer())


def told(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.json if status == 200 else None


def test_the_data_stands_in_the_order_of_the_picture_on_the_thread_page(reader, line):
    page = reader.get(f"/sources/{line[0].ref}/thread").text
    rows = re.findall(r'<title>(?:\w+): ([^<]+)</title><rect x="([\d.]+)" y="([\d.]+)"', page)
    data = told(reader, f"/sources/{line[0].ref}/thread/explore/data")
    mine = {(data["records"][box["id"]]["title"], box["x"], box["y"]) for box in data["boxes"]}
    assert mine == {(unescape(title), float(x), float(y)) for title, x, y in rows}
    assert len(mine) == 6


def test_links_have_their_reasons_and_records_their_addresses(reader, line):
    source, priority, late, _ = line
    data = told(reader, f"/sources/{source.ref}/thread/explore/data")
    links = {(link["to"], link["is_suspect"]): link["why"] for link in data["links"]}
    assert links[f"priority:{priority.ref}", True] == "It asks for nurses."
    record = data["records"][f"action:{late.ref}"]
    assert (record["url"], record["word"]) == (f"/actions/{late.ref}", "Action")
    assert record["says"].startswith("Overdue 9 days")
    assert reader.get(record["explore"]).status_code == 200
    assert reader.get(record["near"]).status_code == 200


def test_a_very_long_reason_is_cut_at_a_word(reader, make):
    action = make.action()
    make.link(make.priority(), LinkType.DELIVERED_BY, action, reason="Because of nurses. " * 40)
    (link,) = told(reader, f"/actions/{action.ref}/thread/explore/data")["links"]
    assert link["why"].endswith(("Because…", "of…", "nurses.…"))
    assert 280 < len(link["why"]) <= 301


def test_a_filter_hides_and_says_in_a_title_what_is_left(reader, line):
    source, _, late, early = line
    data = told(reader, f"/sources/{source.ref}/thread/explore/data?state=overdue")
    shown = {box["id"] for box in data["boxes"] if box["is_shown"]}
    assert f"action:{late.ref}" in shown
    assert f"action:{early.ref}" not in shown
    assert len(data["boxes"]) == 6
    page = reader.get(f"/sources/{source.ref}/thread/explore?state=overdue").text
    assert '<option value="overdue" selected>' in page


def test_neighbours_from_other_threads_come_with_all_their_links(reader, line, make):
    _, priority, late, _ = line
    other = make.priority(title="Another")
    make.link(other, LinkType.DELIVERED_BY, late, reason="Also this.")
    data = told(reader, f"/actions/{late.ref}/thread/explore/near")
    assert {box["id"] for box in data["boxes"]} == {f"{each.kind}:{each.ref}" for each in (priority, late, other)}
    assert len([link for link in data["links"] if link["from"] == f"priority:{priority.ref}"]) == 2
    whole = told(reader, f"/sources/{line[0].ref}/thread/explore/data")
    assert whole["records"][f"action:{late.ref}"]["links"] == 2


def test_what_the_reader_may_not_see_is_not_there_and_counts_in_nothing(reader, browse, line, make):
    source, _, late, _ = line
    hidden = make.priority(title="Nobody knows this", visibility=Visibility.DRAFT)
    make.link(hidden, LinkType.DELIVERED_BY, late, reason="A secret.")
    for page in ("", "/data", "/near"):
        told_of = reader.get(f"/priorities/{hidden.ref}/thread/explore{page}")
        assert told_of.status_code == 404
    near = reader.get(f"/actions/{late.ref}/thread/explore/near")
    assert hidden.ref not in near.text
    assert "secret" not in near.text
    data = told(reader, f"/sources/{source.ref}/thread/explore/data")
    assert data["records"][f"action:{late.ref}"]["links"] == 1
    lead = browse.sign_in(make.lead())
    assert hidden.ref in lead.get(f"/actions/{late.ref}/thread/explore/near").text


def test_a_box_that_would_fill_the_canvas_beyond_its_limit_stays_closed_and_it_is_told(reader, make, monkeypatch):
    source, priority = make.source(), make.priority()
    for _ in range(9):
        make.link(make.implication(source), LinkType.CALLS_FOR, priority, reason="It asks for it.")
    path = f"/sources/{source.ref}/thread/explore/data?by=priority"
    key = next(box["opens"] for box in told(reader, path)["boxes"] if box["opens"])
    opened = told(reader, f"{path}&open={key}")
    assert (len(opened["boxes"]), opened["is_full"]) == (11, False)
    monkeypatch.setattr("graph.exploring.canvas.MOST_ON_CANVAS", 8)
    full = told(reader, f"{path}&open={key}")
    assert (len(full["boxes"]), full["is_full"]) == (3, True)


def test_an_address_with_nonsense_shows_the_whole(reader, line):
    path = f"/sources/{line[0].ref}/thread/explore"
    for query in ("?plan=no-such&theme=none&nation=mars&state=_&by=_&open=~&open=", "?open=" + "x" * 3000):
        assert reader.get(path + query).status_code == 200
        data = told(reader, f"{path}/data{query}")
        assert all(box["is_shown"] for box in data["boxes"])


def test_only_the_page_for_exploring_loads_the_map_script(reader, line):
    source = line[0]
    explored = reader.get(f"/sources/{source.ref}/thread/explore").text
    assert explored.count("vendor/cytoscape.min.js") == 1
    for path in ("/", f"/sources/{source.ref}", f"/sources/{source.ref}/thread", "/actions", "/coverage", "/gaps"):
        assert "cytoscape" not in reader.get(path).text


def test_without_scripts_the_page_leads_to_the_thread(reader, line):
    page = reader.get(f"/sources/{line[0].ref}/thread/explore").text
    said = page.split("scripts are off", 1)[1].split("</div>", 1)[0]
    assert f'href="/sources/{line[0].ref}/thread"' in said
