from __future__ import annotations

import pytest

from actions import evidence
from kb import history
from kb.errors import Invalid, NotAllowed, NotFound
from kb.permissions import SYSTEM, Person
from tests.conftest import TODAY

ADDRESS = "https://example.org/minutes.pdf"


@pytest.fixture
def post(make):
    return make.post()


@pytest.fixture
def owner(make, post):
    return make.person(make.owner(post))


@pytest.fixture
def action(make, post):
    return make.action(owner_id=post.id)


def add(session, action, by, title="Minutes", address=ADDRESS):
    return evidence.add(session, action.ref, title=title, address=address, by=by, today=TODAY)


def test_an_owner_adds_and_removes_evidence_and_the_history_keeps_both(session, make, action, owner):
    added = add(session, action, owner, " Minutes ", f" {ADDRESS} ")
    assert (added.title, added.address, added.added_on, added.person_id) == ("Minutes", ADDRESS, TODAY, owner.user_id)
    assert [one.id for one in evidence.list_for(session, action, make.person(make.viewer()))] == [added.id]
    evidence.remove(session, action.ref, added.id, by=owner)
    assert list(evidence.list_for(session, action, owner)) == []
    told = [(each.field, each.old, each.new) for each in history.list_for(session, action, person=SYSTEM)]
    words = f"Minutes ({ADDRESS})"
    assert told == [("evidence", words, None), ("evidence", None, words)]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.org/a",
        "//example.org/a",
        "example.org/a",
        "https://",
        "https:///a",
        "http://[::1",
        "https://example.org/a b",
        "https://user:secret@example.org/",
        "https://gov.uk@example.org/",
        "java\nscript:alert(1)",
        "https://example.org/" + "a" * 2_000,
    ],
)
def test_only_whole_web_addresses_become_links(session, action, owner, address):
    with pytest.raises(Invalid, match="web address") as refused:
        add(session, action, owner, address=address)
    assert refused.value.field == "address"


@pytest.mark.parametrize("title", [" ", "x" * 301])
def test_evidence_has_a_title(session, action, owner, title):
    with pytest.raises(Invalid) as refused:
        add(session, action, owner, title=title)
    assert refused.value.field == "title"


def test_an_address_stands_once(session, action, owner):
    add(session, action, owner)
    with pytest.raises(Invalid, match="already"):
        add(session, action, owner, title="Again")


def test_there_is_an_end_to_evidence(session, action, owner):
    for number in range(evidence.MOST):
        add(session, action, owner, address=f"{ADDRESS}?{number}")
    with pytest.raises(Invalid, match="remove one"):
        add(session, action, owner)


def test_the_public_reads_no_evidence_and_not_in_the_history_either(session, make, action, owner):
    add(session, action, owner)
    public = Person(reads_publicly=True)
    assert list(evidence.list_for(session, action, public)) == []
    assert list(history.list_for(session, action, person=public)) == []


def test_evidence_is_changed_by_owners_and_leads_alone_and_on_its_own_action(session, make, action, owner):
    added, other = add(session, action, owner), make.action(owner_id=action.owner_id)
    for user in (make.viewer(), make.steering(), make.lead(make.plan())):
        by = make.person(user)
        with pytest.raises(NotAllowed):
            add(session, action, by)
        with pytest.raises(NotAllowed):
            evidence.remove(session, action.ref, added.id, by=by)
    with pytest.raises(NotFound):
        evidence.remove(session, other.ref, added.id, by=owner)
