"""Facts about the picture: nothing overlaps, nothing is lost, words fit, and the SVG is safe and whole."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise, permutations

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.arranging import arrange, crossings
from graph.layout import MOST_BOXES, Marks, Note, draw
from graph.network import Edge, Node, build
from graph.threads.thread import thread
from kb.paths import TEMPLATES
from kb.wrapping import width_of, wrap

SVG = "{http://www.w3.org/2000/svg}"


def small_map(title="Together for Mental Health Delivery Plan 2019-22"):
    nodes = [
        Node(1, "source", "t4mh-dp3", title),
        Node(2, "implication", "data", "Joint planning needs shared workforce data"),
        Node(3, "implication", "nurses", "Enough nurses on every ward"),
        Node(4, "response", "row-1", "Row 1", 1, response_type="aligned"),
        Node(5, "priority", "staffing", "Nurse staffing levels", 1),
        Node(6, "action", "support", "Support LPS and Nurse Staffing Levels Act", 1),
    ]
    edges = [Edge(1, 2, "owns"), Edge(1, 3, "owns"), Edge(1, 4, "owns"), Edge(3, 5, "calls-for", state="suspect")]
    return thread(build(nodes, [*edges, Edge(5, 6, "delivered-by"), Edge(4, 6, "answered-by")]), 1)


def large_map(implications=400):
    nodes, edges = [Node(1, "source", "big", "A long strategy")], []
    nodes += [Node(10 + n, "priority", f"p{n}", f"Priority {n}", 1) for n in range(4)]
    for n in range(implications):
        nodes.append(Node(1000 + n, "implication", f"i{n}", f"Implication {n}"))
        edges.append(Edge(1, 1000 + n, "owns"))
        if n % 5 < 4:
            edges.append(Edge(1000 + n, 10 + n % 5, "calls-for"))
    return thread(build(nodes, edges), 1)


def rendered(picture, url_of=lambda box: f"/{box.kind}/{box.node.ref}", gap_url_of=None):
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.globals["_"] = lambda message, **values: message % values if values else message
    environment.globals["ngettext"] = lambda one, many, number: (one if number == 1 else many) % {"num": number}
    module = environment.get_template("graph/_picture.html").module
    return ET.fromstring(module.picture(picture, url_of, gap_url_of)), module.picture_key(picture)


def assert_boxes_stand_apart(picture):
    for one, other in pairwise(sorted([*picture.boxes, *picture.gaps], key=lambda box: (box.x, box.y))):
        assert one.x < other.x or one.y + one.h <= other.y


def test_kinds_stand_in_columns_from_source_to_measure():
    picture = draw(small_map())
    assert [heading.counts for heading in picture.headings] == [
        (("source", 1),),
        (("implication", 2), ("response", 1)),
        (("priority", 1),),
        (("action", 1),),
        (("indicator", 0),),
    ]
    assert {(box.kind, box.x) for box in picture.boxes} == {
        ("source", 1.0), ("implication", 238.0), ("response", 238.0), ("priority", 475.0), ("action", 712.0),
    }  # fmt: skip
    assert [heading.is_focus for heading in picture.headings] == [True, False, False, False, False]


def test_an_indicator_stands_in_the_last_column_and_a_priority_is_joined_to_it_past_the_actions():
    nodes = [
        Node(1, "priority", "staffing", "Nurse staffing levels", 1),
        Node(2, "action", "support", "Support the Act", 1),
        Node(3, "indicator", "vacancies", "Nursing vacancies", 1),
    ]
    edges = [Edge(1, 2, "delivered-by"), Edge(2, 3, "measured-by"), Edge(1, 3, "measured-by")]
    picture = draw(thread(build(nodes, edges), 3))
    assert {(box.kind, box.x, box.is_focus) for box in picture.boxes} == {
        ("priority", 475.0, False), ("action", 712.0, False), ("indicator", 949.0, True),
    }  # fmt: skip
    assert [heading.counts for heading in picture.headings][3:] == [(("action", 1),), (("indicator", 1),)]
    past = max(picture.joins, key=lambda join: len(join.path))
    assert "H" in past.path  # straight where it passes the column of actions
    assert not picture.gaps or {gap.missing for gap in picture.gaps} == {"source"}


def test_a_gap_stands_in_the_column_where_the_thread_stops():
    picture = draw(small_map(), who_acts={2: "Strategy Lead to act"})
    gaps = {gap.nodes[0].ref: gap for gap in picture.gaps}
    assert (gaps["data"].missing, gaps["data"].x, gaps["data"].lines) == ("priority", 475.0, ("Strategy Lead to act",))
    assert (gaps["support"].missing, gaps["support"].x) == ("indicator", 949.0)
    assert (picture.gap_count, picture.suspect_count) == (2, 1)


def test_one_record_may_lack_both_what_is_before_and_what_is_after():
    alone = thread(build([Node(1, "priority", "p", "P", 1)], []), 1)
    assert {(gap.missing, gap.x) for gap in draw(alone).gaps} == {("source", 1.0), ("action", 712.0)}


def test_boxes_do_not_overlap_and_stay_inside():
    picture = draw(small_map(), marks={6: Marks((Note("Overdue 24 days", "alarm"), Note("At risk")))})
    assert_boxes_stand_apart(picture)
    assert all(
        box.y >= 42 and box.y + box.h < picture.height and box.x + box.w < picture.width for box in picture.boxes
    )


def test_every_link_and_every_gap_is_joined():
    picture = draw(small_map())
    assert Counter(join.state for join in picture.joins) == {"current": 5, "suspect": 1, "gap": 2}


def test_a_join_past_a_column_has_a_way_of_its_own():
    picture = draw(small_map())
    (past,) = [join for join in picture.joins if "H" in join.path and join.state == "current"]
    level = float(past.path.partition("H")[0].rsplit(" ", 1)[1])
    assert not any(box.kind == "priority" and box.y <= level <= box.y + box.h for box in picture.boxes)


def test_a_map_of_300_records_is_drawn_in_full_and_a_larger_one_is_folded():
    full = draw(large_map(MOST_BOXES - 5))
    assert len(full.boxes) == MOST_BOXES
    assert not full.is_summary
    summary = draw(large_map(400))
    assert summary.is_summary
    assert sorted(len(box.nodes) for box in summary.boxes if box.is_folded) == [80, 80, 80, 80, 80]
    assert [box.node.ref for box in summary.boxes if box.kind == "priority"] == ["p0", "p1", "p2", "p3"]
    assert summary.gap_count == 80 + 4
    assert_boxes_stand_apart(summary)


@pytest.mark.parametrize("most", [1, 6, 9, 12, 40, 500])
def test_folding_loses_no_record(most):
    whole = large_map(60)
    picture = draw(whole, most=most)
    assert sorted(node.id for box in picture.boxes for node in box.nodes) == sorted(node.id for node in whole.nodes)
    assert len(picture.boxes) <= max(most, 4)


def test_the_record_asked_about_is_never_folded():
    assert [box.node.id for box in draw(large_map(60), most=1).boxes if box.is_focus and not box.is_folded] == [1]


# --- order and heights ----------------------------------------------------------------------------


def test_crossings_are_counted():
    assert crossings([["a", "b"], ["x", "y"]], {"a": ["y"], "b": ["x"]}) == 1
    assert crossings([["a", "b"], ["x", "y"]], {"a": ["x", "y"], "b": ["y"]}) == 0


def test_a_knot_is_undone_and_single_joins_are_level():
    links = [("a", "z"), ("b", "y"), ("c", "x")]
    middles = arrange([["a", "b", "c"], ["x", "y", "z"]], links, dict.fromkeys("abcxyz", 40.0), 10)
    assert all(middles[left] == pytest.approx(middles[right]) for left, right in links)
    assert sorted(middles.values())[::2] == pytest.approx([20, 70, 120])


@given(
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    pairs=st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3))),
    heights=st.lists(st.sampled_from([4.0, 31.0, 48.0, 82.0]), min_size=8, max_size=8),
)
@settings(max_examples=150, deadline=None)
def test_boxes_keep_their_space_and_no_order_is_worse_than_the_given_one(sizes, pairs, heights):
    columns = [[("l", n) for n in range(sizes[0])], [("r", n) for n in range(sizes[1])]]
    links = [(("l", a), ("r", b)) for a, b in sorted(pairs) if a < sizes[0] and b < sizes[1]]
    height = dict(zip([*columns[0], *columns[1]], heights, strict=False))
    middles = arrange(columns, links, height, 10)
    ordered = [sorted(column, key=middles.__getitem__) for column in columns]
    for column in ordered:
        for upper, lower in pairwise(column):
            assert middles[lower] - middles[upper] >= (height[upper] + height[lower]) / 2 + 10 - 1e-6
    assert min(middles[key] - height[key] / 2 for key in height) == pytest.approx(0)
    after = {left: [b for a, b in links if a == left] for left in columns[0]}
    counted = crossings(ordered, after)
    assert counted <= crossings(columns, after)
    assert counted >= min(
        crossings([list(one), list(two)], after) for one in permutations(columns[0]) for two in permutations(columns[1])
    )


# --- words ----------------------------------------------------------------------------------------


def test_widths_are_those_that_a_browser_measures():
    assert width_of("Nurse staffing levels", 13.5) == pytest.approx(121.3, abs=0.5)
    assert width_of("Read-across to CAMHS", 13.5) == pytest.approx(144.0, abs=0.5)
    assert width_of("Gap", 10, bold=True) == pytest.approx(19.45)
    assert width_of("Môn", 10) == width_of("Mon", 10)


def test_titles_wrap_at_words():
    assert wrap("Read-across to CAMHS peer review and NEST", 149, 13.5) == (
        "Read-across to CAMHS",
        "peer review and NEST",
    )


def test_a_title_too_long_for_its_box_ends_in_dots():
    lines = wrap(
        "A Healthier Wales: our Plan for Health and Social Care, with everything that follows from it", 149, 13.5
    )
    assert lines == ("A Healthier Wales: our", "Plan for Health and", "Social Care, with…")


@given(st.text(max_size=120), st.sampled_from([60.0, 149.0]), st.booleans())
def test_lines_always_fit_and_short_texts_are_whole(text, width, bold):
    lines = wrap(text, width, 13.5, bold=bold)
    assert len(lines) <= 3
    assert all(width_of(line, 13.5, bold=bold) <= width for line in lines)
    if not lines or not lines[-1].endswith("…"):
        assert "".join(lines).replace(" ", "") == "".join(text.split())


# --- the SVG --------------------------------------------------------------------------------------


def test_every_box_is_a_link_with_its_full_title():
    title = "A Healthier Wales: our Plan for Health and Social Care, with everything that follows from it"
    svg, _ = rendered(draw(small_map(title)))
    links = {link.get("href"): link.findtext(f"{SVG}title") for link in svg.iter(f"{SVG}a")}
    assert len(links) == 6
    assert links["/source/t4mh-dp3"] == f"Source: {title}"


def test_the_picture_says_in_words_what_it_shows():
    svg, key = rendered(draw(small_map()))
    assert svg.get("aria-labelledby") == "map-t map-d"
    assert " ".join(svg.findtext(f"{SVG}desc").split()) == (
        "From source to measure, in columns: 1 source, 2 implications, 1 response, 1 priority, 1 action. "
        "The thread stops in 2 places. 1 suspect link. The same is in the list on this page."
    )
    assert "Suspect link" in key
    assert "Loses all support" not in key


def test_marks_are_written_out():
    marks = {4: Marks(tag="Aligned"), 6: Marks((Note("✕ Loses all support", "strong"),), is_lost=True)}
    svg, key = rendered(draw(small_map(), marks=marks), gap_url_of=lambda gap: f"/mend/{gap.nodes[0].ref}")
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert {"Aligned", "✕ Loses all support", "Gap: no priority", "2 implications", "No indicator"} <= set(words)
    assert any(rect.get("fill") == "url(#map-hatch)" for rect in svg.iter(f"{SVG}rect"))
    assert "/mend/data" in {link.get("href") for link in svg.iter(f"{SVG}a")}
    assert "Loses all support" in key


def test_titles_are_text_and_styles_stay_out():
    svg, _ = rendered(draw(small_map('<script>alert("x")</script> & more')))
    assert not list(svg.iter(f"{SVG}script"))
    assert not any({"style", "onclick"} & element.attrib.keys() for element in svg.iter())


def test_text_is_never_smaller_than_12_5_pixels():
    svg, _ = rendered(draw(small_map(), marks={4: Marks(tag="Aligned")}))
    assert min(float(text.get("font-size")) for text in svg.iter(f"{SVG}text")) == 12.5


def test_folded_boxes_say_how_many_they_hold():
    svg, key = rendered(draw(large_map(400)), url_of=lambda box: None)
    assert [text.text for text in svg.iter(f"{SVG}text")].count("80 implications") == 5
    assert not list(svg.iter(f"{SVG}a"))
    assert "Several records" in key
