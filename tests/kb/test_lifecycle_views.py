"""The pages on which a source moves on in its life and on which another takes its place."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kb.models.link import Link, LinkType
from kb.models.source import SourceState
from tests.conftest import TODAY

SINCE = {"since-day": str(TODAY.day), "since-month": str(TODAY.month), "since-year": str(TODAY.year)}
WHY = {"reason": "It says so on page 2."}
HOSTILE = ["<script>alert(1)</script>", "%", "'; DROP TABLE record; --", "x" * 5_000, "‮מ"]


@pytest.fixture
def world(make, browse):
    """A source with two links, and a lead who is signed in."""
    old = make.source(title="Old strategy", ref="old")
    make.source(title="New strategy", ref="new")
    implication = make.implication(old, title="More nurses")
    first, second = make.priority(title="Perinatal care"), make.priority(title="Crisis care")
    action = make.action(title="Train nurses")
    make.link(first, LinkType.DELIVERED_BY, action)
    links = [make.link(implication, LinkType.CALLS_FOR, first), make.link(old, LinkType.CALLS_FOR, second)]
    browse.sign_in(make.lead())
    return old, links


def given(source, **values):
    return {"version": str(source.version), **SINCE, **WHY, **values}


def states(make):
    return make.session.scalars(select(SourceState.status).order_by(SourceState.id)).all()


def test_a_step_is_saved_and_stands_on_the_sources_page(browse, make, world):
    old, _ = world
    saved = browse.post("/sources/old/state", given(old, status="under-review"))
    assert saved.status_code == 303
    page = browse.get("/sources/old").text
    assert "Under review since 23 November 2026" in page
    assert "It says so on page 2." in page


@pytest.mark.parametrize("status", ["withdrawn", "superseded", "ended"])
def test_an_end_is_saved_only_once_its_effect_was_shown(browse, make, world, status):
    old, _ = world
    shown = browse.post("/sources/old/state", given(old, status=status))
    assert shown.status_code == 200
    assert states(make) == []
    assert "Three open priorities and actions rest on this source alone." in shown.text
    assert f'name="shown" value="{status}"' in shown.text
    assert "It says so on page 2." in shown.text
    saved = browse.post("/sources/old/state", given(old, status=status, shown=status))
    assert saved.status_code == 303
    assert states(make) == [status]


def test_the_button_of_a_withdrawal_says_what_loses_its_support(browse, world):
    shown = browse.post("/sources/old/state", given(world[0], status="withdrawn")).text
    assert "Say it is withdrawn: 3 records lose all support" in shown
    assert "supports nothing any more" in shown


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"reason": ""}, "Say why, in one sentence"),
        ({"since-day": "", "since-month": "", "since-year": ""}, "Give the day"),
        ({"since-year": str(TODAY.year + 1)}, "a day that has come"),
        ({"status": "repealed"}, "Choose where it stands"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(browse, make, world, values, says):
    answer = browse.post("/sources/old/state", given(world[0], **{"status": "draft", **values}))
    assert answer.status_code == 422
    assert says in answer.text
    assert states(make) == []


def test_whoever_opened_an_older_version_sees_what_stands(browse, make, world):
    old, _ = world
    values = given(old, status="under-review")
    browse.post("/sources/old/state", values)
    assert browse.post("/sources/old/state", {**values, "status": "draft"}).status_code == 409
    assert states(make) == ["under-review"]


def test_the_successor_is_found_by_words_and_the_source_itself_is_not_among_them(browse, world):
    page = browse.get("/sources/old/supersede?words=strategy").text
    assert "by=new" in page
    assert "by=old" not in page


@pytest.mark.parametrize("words", HOSTILE)
def test_words_that_find_nothing_say_so(browse, world, words):
    page = browse.get("/sources/old/supersede", query_string={"words": words})
    assert page.status_code == 422
    assert "<script>alert" not in page.text


def test_a_successor_that_cannot_be_is_refused_with_the_way_that_would_close(browse, make, world):
    old, _ = world
    make.link(old, LinkType.SUPERSEDES, make.source(title="Oldest", ref="oldest"))
    circle = browse.get("/sources/old/supersede?by=oldest")
    assert circle.status_code == 422
    assert "“Old strategy” supersedes “Oldest”" in circle.text
    assert "cannot take its own place" in browse.get("/sources/old/supersede?by=old").text
    assert browse.get("/sources/old/supersede?by=nowhere").status_code == 404


def test_the_page_shows_what_rests_on_the_source_and_a_button_that_says_the_deed(browse, world):
    page = browse.get("/sources/old/supersede?by=new").text
    for words in ("More nurses", "Perinatal care", "Crisis care", "Supersede: carry what is ticked"):
        assert words in page
    assert "Supersede and carry all 2 links" in page
    assert "Three open priorities and actions rest on this source alone." in page


def test_a_source_that_is_superseded_already_takes_nothing_with_it_and_the_page_says_so(browse, make, world):
    old, _ = world
    browse.post("/sources/old/supersede?by=new", given(old, of="2"))
    page = browse.get("/sources/old/supersede?by=new").text
    assert "It supports nothing today, so nothing is lost with it" in page
    assert "rest on this source alone" not in page
    assert "More nurses" in page  # its links may still be carried
    again = browse.post("/sources/old/state", given(old, status="withdrawn")).text
    assert "supports nothing today" in again


def test_the_button_says_what_becomes_of_ticked_and_unticked_and_does_it_at_once(browse, make, world):
    old, (carried, left) = world
    address = "/sources/old/supersede?by=new"
    assert "Supersede: carry what is ticked, mark the rest suspect" in browse.get(address).text
    values = given(old, carry=str(carried.id), of="2", deed="ticked")
    assert browse.post(address, values).status_code == 303
    found = {link.id: link.state for link in make.session.scalars(select(Link))}
    assert (found[carried.id], found[left.id]) == ("retired", "suspect")
    told = browse.get("/sources/old").text
    assert "1 link was carried. 1 link is suspect now." in told
    assert "Superseded since 23 November 2026" in told


def test_links_that_were_made_meanwhile_are_shown_before_anything_is_saved(browse, make, world):
    old, (carried, _) = world
    late = make.link(old, LinkType.CALLS_FOR, make.priority(title="Late care"))
    values = given(old, carry=str(carried.id), of="2", deed="ticked")
    shown = browse.post("/sources/old/supersede?by=new", values)
    assert "have changed since you opened this page" in shown.text
    assert "Late care" in shown.text
    assert 'value="3"' in shown.text
    assert (states(make), late.state) == ([], "current")


def test_whoever_comes_back_to_carry_more_leaves_what_was_confirmed_since(browse, make, world):
    old, (first, second) = world
    address = "/sources/old/supersede?by=new"
    browse.post(address, given(old, of="2", deed="ticked"))
    browse.post(f"/links/{second.id}/confirm", {"reason": "It holds."})
    page = browse.get(address).text
    assert "Carry the links that are ticked" in page
    make.session.expire_all()
    done = browse.post(address, given(old, of="2", deed="ticked", carry=str(first.id)))
    assert done.status_code == 303
    found = {link.id: link.state for link in make.session.scalars(select(Link))}
    assert (found[first.id], found[second.id]) == ("retired", "current")
    assert "1 link was carried." in browse.get("/sources/old").text
    assert states(make) == ["superseded"]


@pytest.mark.parametrize("address", ["/sources/old/supersede?by=new", "/sources/old/state"])
def test_a_wrong_day_is_said_at_once_with_the_other_errors(browse, make, world, address):
    wrong = {"status": "withdrawn", "since-year": str(TODAY.year + 1), "reason": "", "of": "1", "deed": "ticked"}
    answer = browse.post(address, {**given(world[0]), **wrong})
    assert answer.status_code == 422
    for words in ("a day that has come", "Say why, in one sentence"):
        assert words in answer.text
    again = browse.post(address, {**given(world[0]), **wrong, **WHY})
    assert again.status_code == 422
    assert "loses all support" not in again.text
    assert states(make) == []


def test_whoever_confirms_a_link_of_a_superseded_source_is_told_that_it_supports_nothing(browse, make, world):
    old, (link, _) = world
    browse.post("/sources/old/supersede?by=new", given(old, of="2", deed="ticked"))
    page = browse.get(f"/links/{link.id}/confirm").text
    assert "“Old strategy” was superseded, so this link supports nothing" in page
    assert 'href="/sources/old/supersede"' in page
    browse.post(f"/links/{link.id}/confirm", {"reason": "It holds."})
    said = browse.get("/sources/old").text
    assert "It supports nothing all the same, since “Old strategy” was superseded." in said


def test_an_owner_is_sent_to_the_lead_and_a_link_with_another_live_source_needs_nothing(browse, make):
    post, gone = make.post(), make.source(title="Gone", status="withdrawn")
    suspect = {"state": "suspect"}
    lost = make.link(make.response(gone), LinkType.ANSWERED_BY, make.action(owner_id=post.id), **suspect)
    both = make.response(gone, make.source())
    kept = make.link(both, LinkType.ANSWERED_BY, make.action(owner_id=post.id), **suspect)
    browse.sign_in(make.owner(post))
    page = browse.get(f"/links/{lost.id}/confirm").text
    assert "“Gone” was withdrawn, so this link supports nothing" in page
    assert "ask the strategy lead to carry it" in page
    assert "/supersede" not in page
    assert "supports nothing" not in browse.get(f"/links/{kept.id}/confirm").text


def test_all_are_carried_by_one_press(browse, make, world):
    old, links = world
    done = browse.post("/sources/old/supersede?by=new", given(old, of="2", deed="all"))
    assert done.status_code == 303
    states_ = {link.id: link.state for link in make.session.scalars(select(Link))}
    assert [states_[link.id] for link in links] == ["retired", "retired"]
    assert "suspect" not in states_.values()


def test_ticks_that_are_no_links_are_ignored_and_a_missing_reason_is_said(browse, make, world):
    old, _ = world
    address = "/sources/old/supersede?by=new"
    wrong = browse.post(address, {**given(old, carry="9" * 30, of="2"), "reason": ""})
    assert wrong.status_code == 422
    assert "Say why, in one sentence" in wrong.text
    assert browse.post(address, given(old, carry="²", of="2")).status_code == 303


def test_a_source_on_which_nothing_rests_is_superseded_with_one_button(browse, make, world):
    bare = make.source(ref="bare")
    page = browse.get("/sources/bare/supersede?by=new").text
    assert "No link rests on it" in page
    assert browse.post("/sources/bare/supersede?by=new", given(bare, of="0")).status_code == 303
    since = make.session.scalars(select(SourceState.since)).one()
    assert since == TODAY


def test_the_pages_take_as_many_statements_for_many_links_as_for_few(browse, make, world, count_statements):
    def statements():
        make.session.commit()  # what was made is not the page's
        with count_statements() as count:
            assert browse.get("/sources/old/supersede?by=new").status_code == 200
        return count.number

    old, _ = world
    few = statements()
    for _ in range(6):
        make.link(make.implication(old), LinkType.CALLS_FOR, make.priority())
    assert statements() == few <= 20
