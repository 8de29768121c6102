from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kb import history
from kb.catalogue import holding, organisations
from kb.catalogue.holding import Part, Wanted
from kb.errors import Conflict, Invalid, NotAllowed
from kb.permissions import NOBODY
from tests.conftest import TODAY

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.models.organisation import Post
    from kb.models.user import User
    from kb.permissions import Person
    from tests.browsing import Browser
    from tests.factories import Make


class Desk:
    """Gives a post to people, as a lead does."""

    def __init__(self, session: Session, post: Post, lead: Person) -> None:
        self.session, self.post, self.lead = session, post, lead

    def give(self, user: User | None, *, days: int = 0, part: Part = Part.HOLDER) -> None:
        wanted = Wanted(user.email if user else "", TODAY + timedelta(days=days), self.post.version)
        holding.give(self.session, self.post.ref, part, wanted, by=self.lead, today=TODAY)

    def on(self, days: int = 0) -> list[tuple[str, bool]]:
        day: date = TODAY + timedelta(days=days)
        held = organisations.holders_of(self.session, self.post, today=day)
        return [(one.user.name, one.is_deputy) for one in held]


@pytest.fixture
def desk(session: Session, make: Make) -> Desk:
    return Desk(session, make.post(), make.person(make.lead()))


def test_a_new_holder_ends_the_earlier_one_on_that_day(desk: Desk, make: Make) -> None:
    first, second = make.user(name="First"), make.user(name="Second")
    desk.give(first, days=-5)
    desk.give(second, days=2)
    assert (desk.on(-5), desk.on(1), desk.on(2)) == ([("First", False)], [("First", False)], [("Second", False)])
    assert "First" not in [name for name, _ in desk.on(50)]


def test_a_post_has_one_deputy_beside_its_holder_and_becomes_empty(desk: Desk, make: Make) -> None:
    desk.give(make.user(name="Holder"))
    desk.give(make.user(name="Deputy"), part=Part.DEPUTY)
    assert desk.on() == [("Holder", False), ("Deputy", True)]
    desk.give(None, days=1)
    assert desk.on(1) == [("Deputy", True)]
    desk.give(None, days=1, part=Part.DEPUTY)
    assert desk.on(1) == []
    with pytest.raises(Invalid, match="nothing to end"):
        desk.give(None, days=1)


def test_the_deputy_who_becomes_the_holder_is_the_deputy_no_more(desk: Desk, make: Make) -> None:
    user = make.user(name="Person")
    desk.give(user, part=Part.DEPUTY)
    desk.give(user)
    assert desk.on() == [("Person", False)]


def test_who_replaces_somebody_that_has_not_begun_takes_their_place(desk: Desk, make: Make) -> None:
    now, coming, other = (make.user(name=name) for name in ("Now", "Coming", "Other"))
    desk.give(now, days=-5)
    desk.give(coming, days=9)
    desk.give(other, days=3)
    assert (desk.on(0), desk.on(3), desk.on(9)) == ([("Now", False)], [("Other", False)], [("Other", False)])


def test_what_was_so_is_not_written_over(desk: Desk, make: Make) -> None:
    first, second = make.user(name="First"), make.user(name="Second")
    desk.give(first, days=-5)
    with pytest.raises(Invalid, match="has it already"):
        desk.give(first)
    with pytest.raises(Invalid, match="has had it since"):
        desk.give(second, days=-6)
    desk.give(None, days=-2)
    with pytest.raises(Invalid, match="had it until"):
        desk.give(second, days=-3)
    desk.give(second, days=-2)
    assert desk.on(-3) == [("First", False)]


def test_two_leads_at_once_do_not_make_two_holders(session: Session, desk: Desk, make: Make) -> None:
    first, second = make.user(name="First"), make.user(name="Second")
    version = desk.post.version
    desk.give(first)
    with pytest.raises(Conflict) as stale:
        holding.give(
            session, desk.post.ref, Part.HOLDER, Wanted(second.email, TODAY, version), by=desk.lead, today=TODAY
        )
    assert stale.value.theirs == {"who": "First"}
    assert desk.on() == [("First", False)]


def test_only_leads_give_posts_and_only_to_those_who_have_an_account(desk: Desk, make: Make) -> None:
    with pytest.raises(Invalid, match="The account of Left has ended"):
        desk.give(make.user(is_active=False, name="Left"))
    nobody = make.user(email="nobody@example.org")
    make.session.delete(nobody)
    make.session.flush()
    for part in Part:
        with pytest.raises(Invalid, match=r"“nobody@example\.org” has no account") as refused:
            desk.give(nobody, part=part)
        assert refused.value.field == "who"
    desk.lead = make.person(make.administrator())
    with pytest.raises(NotAllowed):
        desk.give(make.user())


def test_the_public_does_not_read_who_held_a_post(session: Session, desk: Desk, make: Make) -> None:
    desk.give(make.user(name="First"))
    (line,) = history.list_for(session, desk.post, person=desk.lead)
    assert (line.field, line.new) == ("holder", "First from 23 November 2026")
    assert history.list_for(session, desk.post, person=NOBODY) == []


# Pages


def test_a_lead_sets_a_holder_by_form_and_a_second_one_takes_over(browse: Browser, make: Make) -> None:
    post, user = make.post(), make.user(name="Somebody")
    browse.sign_in(make.lead())
    path = f"/posts/{post.ref}/holder"
    values = {"from_on-day": "23", "from_on-month": "11", "from_on-year": "2026", "version": post.version}
    assert browse.post(path, values | {"who": user.email}).status_code == 303
    assert "Held by Somebody since 23 November 2026" in browse.get(f"/posts/{post.ref}").text
    stale = browse.post(path, values | {"who": make.user(name="Other").email})
    assert stale.status_code == 409
    assert "Somebody" in stale.text


def test_empty_posts_are_listed_for_those_who_may_know(browse: Browser, make: Make) -> None:
    held, empty = make.post(title="Held post"), make.post(title="Vacant post")
    make.owner(held)
    make.action(owner_id=empty.id)
    browse.sign_in(make.viewer())
    page = browse.get("/posts?empty=yes").text
    assert "1 empty post" in page
    assert "Vacant post" in page
    assert "Held post" not in page
    assert "2 posts" in browse.get("/posts").text
