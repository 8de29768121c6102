"""The list of suspect links, and settling several at once."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from kb.db import now
from kb.models.link import Link, LinkState, LinkType


@pytest.fixture
def suspect(make):
    """Makes a suspect link, to a priority whose action a post owns."""

    def suspect(post=None, *, days=3, **values):
        priority = make.priority(**values)
        action = make.action(owner_id=post.id if post else None)
        make.link(priority, LinkType.DELIVERED_BY, action)
        return make.link(
            make.source(),
            LinkType.CALLS_FOR,
            priority,
            state=LinkState.SUSPECT,
            suspect_since=now() - timedelta(days=days),
            suspect_because="“Old” was superseded by “New”",
        )

    return suspect


def states(make):
    query = select(Link.state).where(Link.type == LinkType.CALLS_FOR).order_by(Link.id)
    return make.session.scalars(query).all()


def test_a_reader_sees_what_changed_since_when_and_who_should_look_but_no_button(browse, make, suspect):
    suspect(make.post(title="Head of Planning"), title="Crisis care")
    suspect(title="Perinatal care")
    browse.sign_in(make.viewer())
    page = browse.get("/suspect-links").text
    for words in ("Two links wait", "Crisis care", "was superseded by", "Head of Planning", "Strategy lead"):
        assert words in page
    assert "Retire them" not in page
    assert 'type="checkbox"' not in page


def test_an_owner_ticks_their_own_and_no_other(browse, make, suspect):
    post = make.post()
    mine, other = suspect(post), suspect(make.post())
    browse.sign_in(make.owner(post))
    page = browse.get("/suspect-links").text
    assert f'id="link-{mine.id}"' in page
    assert f'id="link-{other.id}"' not in page
    assert "not yours" in page
    values = {"reason": "It still holds.", "deed": "confirm"}
    assert browse.post("/suspect-links", {**values, "link": str(mine.id)}).status_code == 303
    assert browse.post("/suspect-links", {**values, "link": str(other.id)}).status_code == 403
    assert states(make) == ["current", "suspect"]


def test_an_owner_confirms_their_own_on_its_page_and_is_refused_another(browse, make, suspect):
    post = make.post()
    mine, other = suspect(post), suspect(make.post())
    browse.sign_in(make.owner(post))
    page = browse.get(f"/links/{mine.id}/confirm")
    assert "was superseded by “New”." in page.text
    assert browse.get(f"/links/{other.id}/confirm").status_code == 403
    assert browse.post(f"/links/{mine.id}/confirm", {"reason": "It still holds."}).status_code == 303
    assert browse.post(f"/links/{other.id}/retire", {"reason": "No."}, page="/suspect-links").status_code == 403
    assert states(make) == ["current", "suspect"]


def test_several_are_retired_with_one_reason(browse, make, suspect):
    first, _, third = suspect(), suspect(), suspect()
    browse.sign_in(make.lead())
    values = {"link": [str(first.id), str(third.id), "x", "9" * 40], "reason": "Not any more.", "deed": "retire"}
    assert browse.post("/suspect-links", values).status_code == 303
    assert states(make) == ["retired", "suspect", "retired"]
    assert "2 links are retired. They count no longer." in browse.get("/suspect-links").text


@pytest.mark.parametrize(
    ("values", "says"),
    [({"reason": "Why"}, "Tick the links"), ({"link": "1"}, "Say why, in a few words")],
)
def test_what_is_missing_is_said_and_nothing_is_settled(browse, make, suspect, values, says):
    suspect()
    browse.sign_in(make.lead())
    answer = browse.post("/suspect-links", {"deed": "retire", **values})
    assert answer.status_code == 422
    assert says in answer.text
    assert states(make) == ["suspect"]


@pytest.mark.parametrize("deed", ["", "forget"])
def test_a_deed_that_there_is_not_settles_nothing(browse, make, suspect, deed):
    link = suspect()
    browse.sign_in(make.lead())
    answer = browse.post("/suspect-links", {"deed": deed, "link": str(link.id), "reason": "I looked."})
    assert answer.status_code == 422
    assert "Choose whether the links still hold or are to be retired" in answer.text
    assert states(make) == ["suspect"]


def test_plan_and_mine_narrow_and_an_empty_list_says_what_there_would_be(browse, make, suspect):
    post = make.post()
    suspect(post, title="Crisis care")
    suspect(title="Perinatal care")
    browse.sign_in(make.owner(post))
    mine = browse.get("/suspect-links?mine=1").text
    assert "Crisis care" in mine
    assert "Perinatal care" not in mine
    empty = browse.get(f"/suspect-links?mine=1&plan={make.plan(ref='third').ref}").text
    assert "Without the filters there are 2" in empty


def test_links_stand_under_what_changed_which_is_said_once(browse, make, suspect):
    suspect(title="Crisis care")
    suspect(title="Perinatal care")
    suspect(title="Other care").suspect_because = "“A” was withdrawn"
    page = browse.sign_in(make.lead()).get("/suspect-links").text
    assert page.count(">“Old” was superseded by “New”</h2>") == page.count(">“A” was withdrawn</h2>") == 1
    assert page.count("2 links, suspect since") == 1
    assert page.index("Perinatal care") < page.index("“A” was withdrawn") < page.index("Other care")
    assert ">This link<" in page


def test_a_post_that_nobody_holds_is_named_so_for_those_who_may_know(browse, make, suspect):
    empty, held = make.post(title="Lead for nurses"), make.post(title="Head of Planning")
    make.owner(held)
    suspect(empty)
    suspect(held)
    told = "Lead for nurses (nobody holds it: strategy lead)"
    signed_out = browse.get("/suspect-links?format=csv").text
    assert "nobody holds it" not in signed_out
    page = browse.sign_in(make.steering()).get("/suspect-links").text
    assert told in page
    assert "Head of Planning (nobody" not in page


def test_links_of_a_source_that_counts_no_longer_are_to_be_carried_and_confirming_says_so(browse, make, suspect):
    gone = make.source(ref="gone", title="Old strategy", status="superseded")
    link = make.link(gone, LinkType.CALLS_FOR, make.priority(), state=LinkState.SUSPECT)
    live = suspect()
    page = browse.sign_in(make.lead()).get("/suspect-links").text
    assert page.count("Even when confirmed, a link supports nothing") == 1
    assert 'href="/sources/gone/supersede"' in page
    values = {"link": [str(link.id), str(live.id)], "reason": "They hold.", "deed": "confirm"}
    browse.post("/suspect-links", values)
    assert "2 links are confirmed. 1 supports nothing all the same" in browse.get("/suspect-links").text


def test_a_deed_that_is_unknown_settles_nothing(browse, make, suspect):
    link = suspect()
    browse.sign_in(make.lead())
    for deed in ({}, {"deed": "approve"}):
        answer = browse.post("/suspect-links", {"link": str(link.id), "reason": "Why", **deed})
        assert answer.status_code == 422
    assert states(make) == ["suspect"]


def test_home_and_my_actions_lead_an_owner_to_the_links_to_confirm(browse, make, suspect):
    post = make.post()
    suspect(post)
    suspect(post)
    suspect(make.post())
    browse.sign_in(make.owner(post))
    for address in ("/", "/my-actions"):
        page = browse.get(address).text
        assert "2 links to confirm" in page
        assert 'href="/suspect-links?mine=1"' in page
    browse.sign_in(make.owner(make.post()))
    for address in ("/", "/my-actions"):
        assert "/suspect-links?mine=1" not in browse.get(address).text


def test_without_any_the_page_says_when_and_why(browse, make):
    browse.sign_in(make.viewer())
    page = browse.get("/suspect-links?plan=nowhere&mine=1").text
    assert "None on 23 November 2026" in page


def test_the_list_comes_as_a_file_with_its_filters(browse, make, suspect):
    post = make.post(title="Head of Planning")
    suspect(post, title="Crisis care")
    suspect(title="Perinatal care")
    browse.sign_in(make.owner(post))
    answer = browse.get("/suspect-links?mine=1&format=csv")
    (row,) = csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig")))
    assert (row["To"], row["Link"], row["Who should look"]) == ("Crisis care", "calls for", "Head of Planning")
    assert (row["Why it was made"], row["What changed"]) == ("It says so.", "“Old” was superseded by “New”")
    assert browse.get("/suspect-links?format=xlsx").status_code == 200


def test_the_list_takes_at_most_twelve_statements_however_long_it_is(browse, make, suspect, count_statements):
    def statements():
        make.session.commit()  # what was made is not the page's
        with count_statements() as count:
            browse.get("/suspect-links?mine=1")
        return count.number

    post = make.post()
    suspect(post)
    browse.sign_in(make.owner(post))
    few = statements()
    for _ in range(6):
        suspect(post)
    assert statements() == few <= 12
