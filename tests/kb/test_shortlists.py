"""Shortlists: marking, notes, and what somebody else sees of a shared one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kb import shortlists
from kb.errors import Invalid, NotAllowed, NotFound
from kb.permissions import NOBODY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.permissions import Person
    from tests.browsing import Browser
    from tests.factories import Make


@pytest.fixture
def reader(make: Make) -> Person:
    return make.person(make.viewer())


def add(session: Session, reader: Person, *records: object) -> list[str]:
    new = shortlists.add(session, [shortlists.name_of(record) for record in records], by=reader)  # type: ignore[arg-type]
    return [record.ref for record in new]


def test_sources_and_actions_are_marked_once_and_kept_in_the_order_of_marking(session, make, reader):
    action, source = make.action(), make.source()
    assert add(session, reader, action) == [action.ref]
    assert add(session, reader, source, action) == [source.ref]
    assert list(shortlists.own(session, person=reader).notes) == [action.id, source.id]
    assert shortlists.has(session, source, person=reader)
    assert not shortlists.has(session, source, person=make.person(make.viewer()))


def test_only_sources_and_actions_that_the_person_may_see_are_taken(session, make, reader):
    draft, post = make.source(visibility="draft"), make.post()
    for name in (f"source:{draft.ref}", f"post:{post.ref}", "source:no-such", "nonsense", ""):
        with pytest.raises(Invalid, match="Tick at least one"):
            shortlists.add(session, [name], by=reader)
    with pytest.raises(NotAllowed):
        shortlists.add(session, [f"source:{make.source().ref}"], by=NOBODY)


def test_a_note_is_kept_and_one_that_is_too_long_is_refused(session, make, reader):
    source, action = make.source(), make.action()
    add(session, reader, source, action)
    assert shortlists.write_notes(session, {f"source:{source.ref}": " For section 2 "}, by=reader) == 1
    assert shortlists.own(session, person=reader).notes == {source.id: "For section 2", action.id: ""}
    with pytest.raises(Invalid, match=f"{action.title}.*longer than 1,000"):
        shortlists.write_notes(session, {f"action:{action.ref}": "x" * 1_001}, by=reader)


def test_a_shared_list_shows_each_reader_what_they_may_see(session, make):
    lead = make.person(make.lead())
    plain, draft = make.source(), make.action(visibility="draft")
    add(session, lead, plain, draft)
    key = shortlists.share(session, by=lead)
    assert shortlists.share(session, by=lead) == key
    seen = shortlists.shared(session, key, person=make.person(make.viewer()))
    assert (list(seen.notes), seen.hidden) == ([plain.id], 1)
    assert list(shortlists.shared(session, key, person=replace(NOBODY, reads_publicly=True)).notes) == [plain.id]
    assert list(shortlists.shared(session, key, person=NOBODY).notes) == []


@pytest.mark.parametrize(
    "change", [lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"), str.swapcase, lambda _: ""]
)
def test_an_altered_key_opens_nothing(session, make, reader, change):
    add(session, reader, make.source())
    key = shortlists.share(session, by=reader)
    with pytest.raises(NotFound):
        shortlists.shared(session, change(key), person=reader)


def test_a_list_that_is_shared_no_more_opens_for_nobody_and_gets_another_key_later(session, make, reader):
    add(session, reader, make.source())
    key = shortlists.share(session, by=reader)
    shortlists.stop_sharing(session, by=reader)
    with pytest.raises(NotFound):
        shortlists.shared(session, key, person=reader)
    assert shortlists.share(session, by=reader) != key


# Pages


def test_a_source_is_marked_on_its_page_and_the_mark_can_be_undone(browse: Browser, make: Make):
    source = make.source(title="A strategy")
    browse.sign_in(make.viewer())
    page = f"/sources/{source.ref}"
    added = browse.post("/shortlist/add", {"item": f"source:{source.ref}", "next": page}, page=page)
    assert (added.status_code, added.location) == (303, page)
    html = browse.get(page).text
    assert "“A strategy” is on your shortlist now." in html
    assert 'action="/shortlist/remove"' in html.split("Undo")[0]
    assert "Take off my shortlist" in html
    assert "My shortlist 1" in html


def test_ticked_rows_are_added_together_and_the_way_back_stays_on_this_site(browse: Browser, make: Make):
    refs = [f"source:{make.source().ref}", f"source:{make.source().ref}"]
    browse.sign_in(make.viewer())
    assert (
        browse.post("/shortlist/add", {"item": refs, "next": "https://evil.example"}, page="/sources").location
        == "/shortlist"
    )
    assert "2 entries are on your shortlist now." in browse.get("/shortlist").text
    assert browse.post("/shortlist/add", {"next": "/sources?q=x"}, page="/sources").location == "/sources?q=x"
    assert "Tick at least one source or action." in browse.get("/sources").text


def test_what_is_taken_off_comes_back_with_its_note(browse: Browser, make: Make, session: Session):
    user, source = make.viewer(), make.source()
    name = f"source:{source.ref}"
    browse.sign_in(user)
    browse.post("/shortlist/add", {"item": name}, page="/sources")
    browse.post("/shortlist/notes", {f"note-{name}": "For section 2"}, page="/shortlist")
    browse.post("/shortlist/remove", {"item": name}, page="/shortlist")
    undo = browse.get("/shortlist").text
    assert "For section 2" in undo.split("Undo")[0]
    browse.post("/shortlist/add", {"item": name, f"note-{name}": "For section 2"}, page="/shortlist")
    assert list(shortlists.own(session, person=make.person(user)).notes.values()) == ["For section 2"]


def test_a_note_that_is_too_long_stays_on_the_page(browse: Browser, make: Make):
    source = make.source()
    browse.sign_in(make.viewer())
    browse.post("/shortlist/add", {"item": f"source:{source.ref}"}, page="/sources")
    answer = browse.post("/shortlist/notes", {f"note-source:{source.ref}": "word " * 300}, page="/shortlist")
    assert answer.status_code == 422
    assert "word word word" in answer.text


def test_clearing_says_first_what_goes(browse: Browser, make: Make):
    source = make.source()
    browse.sign_in(make.viewer())
    browse.post("/shortlist/add", {"item": f"source:{source.ref}"}, page="/sources")
    assert "1 entry goes." in browse.get("/shortlist/clear").text
    browse.post("/shortlist/clear")
    assert "Nothing is on your shortlist yet." in browse.get("/shortlist").text


def test_a_shared_shortlist_is_read_only_and_an_altered_address_is_not_found(
    browse: Browser, make: Make, session: Session
):
    owner, source = make.viewer(), make.source()
    add(session, make.person(owner), source)
    key = shortlists.share(session, by=make.person(owner))
    browse.sign_in(make.viewer())
    html = browse.get(f"/shortlists/{key}").text
    assert source.title in html
    assert owner.name in html
    assert "Save notes" not in html
    assert browse.get(f"/shortlists/{key[:-1]}").status_code == 404


def test_a_shortlist_keeps_to_its_statements_however_long_it_is(
    browse: Browser, make: Make, session: Session, count_statements
):
    user = make.viewer()
    browse.sign_in(user)
    numbers = []
    for _ in range(2):
        for _ in range(5):
            add(session, make.person(user), make.source(), make.action(owner_id=make.post().id))
        browse.get("/shortlist")
        with count_statements() as count:
            browse.get("/shortlist")
        numbers.append(count.number)
    assert numbers[0] == numbers[1] <= 12
