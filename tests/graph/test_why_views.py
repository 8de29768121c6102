from __future__ import annotations

import csv
import re
from html import unescape
from io import StringIO

import pytest

from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility


@pytest.fixture
def reader(browse, make):
    return browse.sign_in(make.viewer())


@pytest.fixture
def line(make):
    """A source whose implication calls for a priority, and an action that delivers it."""
    source = make.source(title="The strategy")
    implication = make.implication(source, title="More nurses.")
    priority, action = make.priority(title="Nursing"), make.action(title="Train nurses")
    make.link(implication, LinkType.CALLS_FOR, priority, reason="The strategy asks for nurses")
    make.link(priority, LinkType.DELIVERED_BY, action, reason="Training makes nurses.")
    return source, implication, priority, action


def answered(make, action, **source):
    """A source that the plan has an answer to, which the action carries out."""
    response = make.response(make.source(**source))
    make.link(response, LinkType.ANSWERED_BY, action, reason="The row says so.")


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def page(reader, record) -> str:
    kinds = {"action": "actions", "priority": "priorities"}[record.kind]
    return reader.get(f"/{kinds}/{record.ref}/why").text


def main(html: str) -> str:
    return words(html.split("<main", 1)[1].split("</main>", 1)[0])


def test_an_answer_that_names_the_action_is_told_before_a_law_behind_a_priority(reader, make, line):
    *_, priority, action = line
    make.link(make.source(title="The Act", is_statutory=True), LinkType.CALLS_FOR, priority)
    answered(make, action, title="The research", category="research")
    told = main(page(reader, action))
    assert "Three sources lead here: one because a plan’s answer names this action, two only through" in told
    order = ["An answer names this action", "The research", "Through the priority “Nursing”: 2 sources", "The Act"]
    places = [told.index(each) for each in [*order, "The strategy"]]
    assert places == sorted(places)
    assert "Research. The plan has an answer to it. That answer is carried out by this action." in told
    assert "Law. It calls for this priority." in told


def test_among_answers_that_name_the_action_law_comes_before_policy_before_research(reader, make):
    action = make.action()
    answered(make, action, title="Study", category="research")
    answered(make, action, title="Plan")
    answered(make, action, title="Act", is_statutory=True)
    told = main(page(reader, action))
    assert re.findall(r"(Law|Policy|Research)\. The plan has an answer", told) == ["Law", "Policy", "Research"]
    assert "Three sources lead here: a plan’s answers to them name this action." in told


def test_a_sentence_ends_once_and_does_not_name_the_record_of_the_page_again(reader, line):
    *_, priority, action = line
    told = main(page(reader, action))
    assert (
        "For the workforce it means: “More nurses.” That calls for this priority. "
        "The reason given: The strategy asks for nurses." in told
    )
    assert "This action delivers it. The reason given: Training makes nurses." in told
    assert "One source leads here, through a priority that this action delivers; no answer names the action." in told
    for html, title in ((page(reader, action), "Train nurses"), (page(reader, priority), "Nursing")):
        assert main(html).count(title) == 2, "in the crumbs and below the heading"
        assert not re.search(r"[.!?]”?\.", main(html))


def test_a_priority_has_its_sources_by_law_policy_and_research(reader, make, line):
    priority = line[2]
    make.link(make.source(title="The Act", is_statutory=True), LinkType.CALLS_FOR, priority, reason="")
    told = main(page(reader, priority))
    assert "Two sources lead here." in told
    assert told.index("What the law asks") < told.index("The Act") < told.index("What policy asks")
    assert "It calls for this priority. Nobody has written down why." in told


def test_more_than_five_sources_of_a_priority_are_folded_and_five_are_not(reader, make, line):
    *_, priority, action = line
    for _ in range(4):
        make.link(make.source(), LinkType.CALLS_FOR, priority)
    assert "Its sources" not in page(reader, action)
    make.link(make.source(), LinkType.CALLS_FOR, priority)
    html = page(reader, action)
    assert "Its sources: 6" in html
    assert (
        html.index('<h2 id="through-1"') < html.index('<details class="nhsuk-details"') < html.index("The strategy</a>")
    )


def test_a_priority_that_a_source_sets_has_that_source(reader, make):
    source = make.source(title="A Healthier Wales")
    own = make.priority(title="Prevention", plan_id=None, set_id=make.priority_set(source_id=source.id).id)
    told = main(page(reader, own))
    assert "One source leads here." in told
    assert "A Healthier Wales It sets this priority itself." in told
    assert "No source" not in told
    assert "Nobody has written down why" not in told
    record = main(reader.get(f"/priorities/{own.ref}").text)
    assert "A Healthier Wales sets this priority itself; it is not a plan’s." in record


def test_a_draft_source_is_not_told_of_on_the_priority_that_it_sets(reader, make):
    source = make.source(title="Secret strategy", visibility=Visibility.DRAFT)
    own = make.priority(plan_id=None, set_id=make.priority_set(source_id=source.id).id)
    for path in (f"/priorities/{own.ref}", f"/priorities/{own.ref}/why", f"/priorities/{own.ref}/thread"):
        assert "Secret strategy" not in reader.get(path).text


def test_a_link_that_nobody_made_is_told_in_words_on_the_thread_and_in_its_files(reader, make, line):
    source = line[0]
    make.response(source)
    make.priority(title="Prevention", plan_id=None, set_id=make.priority_set(source_id=source.id).id)
    told = main(reader.get(f"/sources/{source.ref}/thread").text)
    rows = csv.DictReader(StringIO(reader.get(f"/sources/{source.ref}/thread?format=csv").text.lstrip("\ufeff")))
    said = {
        "Implication": "What the source means for the workforce",
        "Response": "The plan’s answer to the source",
        "Priority": "A priority that the source sets itself",
    }
    assert {row["To kind"]: row["Link"] for row in rows if row["From ref"] == source.ref} == said
    assert all(each in told for each in said.values())


def test_a_source_that_is_over_is_counted_apart_and_a_suspect_link_is_named(reader, make):
    priority = make.priority()
    make.link(make.source(status="superseded"), LinkType.CALLS_FOR, priority, state=LinkState.SUSPECT)
    told = main(page(reader, priority))
    assert "No source that is still in force leads here. One other is over and supports nothing any more." in told
    assert "From sources that are over, which support nothing any more" in told
    assert "What this rests on has changed, and nobody has confirmed it since." in told


def test_without_a_source_the_page_says_so(reader, make):
    assert "No link leads to this from a policy or research held here" in page(reader, make.action())


def test_the_file_has_a_row_for_each_way(reader, make, line):
    *_, action = line
    answered(make, action, title="The review")
    table = csv.DictReader(StringIO(reader.get(f"/actions/{action.ref}/why?format=csv").text.lstrip("\ufeff")))
    rows = list(table)
    assert [(row["Source"], row["Through the priority"], row["Links"]) for row in rows] == [
        ("The review", "", "2"),
        ("The strategy", "Nursing", "3"),
    ]
    assert rows[1]["In words"].endswith("This action delivers it. The reason given: Training makes nurses.")


def test_an_answer_has_its_own_name_on_the_page_of_its_action(reader, make, line):
    *_, action = line
    answered(make, action, title="The review")
    side = words(reader.get(f"/actions/{action.ref}").text.split("Why is this here?</h2>", 1)[1].split("</section>")[0])
    assert "The review" in side.split("Answer:")[0]
    assert "Two sources lead here: one because a plan’s answer names this action, one only through" in side
