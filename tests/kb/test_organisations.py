from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kb.catalogue import organisations
from kb.catalogue.organisations import OrganisationFilter
from kb.models.organisation import PostHolding
from kb.models.record import Visibility
from kb.models.source import source_publisher
from kb.permissions import SYSTEM
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy.orm import Session

    from tests.browsing import Browser
    from tests.factories import Make


def _publish(session: Session, organisation: Any, source: Any) -> None:
    session.execute(source_publisher.insert().values(source_id=source.id, organisation_id=organisation.id))


def test_organisations_are_found_by_name_or_abbreviation(session: Session, make: Make) -> None:
    make.organisation(title="Health Education and Improvement Wales", abbreviation="HEIW")
    make.organisation(title="Social Care Wales")

    def titles(words: str) -> list[str]:
        _, found = organisations.list_organisations(session, OrganisationFilter(words), person=SYSTEM)
        return [one.organisation.title for one in found]

    assert titles("wales") == ["Health Education and Improvement Wales", "Social Care Wales"]
    assert titles("heiw") == ["Health Education and Improvement Wales"]
    assert titles("care heiw") == []


def test_what_an_organisation_published_is_listed_as_far_as_the_reader_may_see(session: Session, make: Make) -> None:
    body = make.organisation()
    _publish(session, body, make.source(title="Shown"))
    _publish(session, body, make.source(title="Draft", visibility=Visibility.DRAFT))
    viewer = make.person(make.viewer())
    assert [source.title for source in organisations.published_by(session, body, person=viewer)] == ["Shown"]
    for person, number in ((viewer, 1), (make.person(make.lead()), 2)):
        _, (listed,) = organisations.list_organisations(session, OrganisationFilter(), person=person)
        assert listed.sources == number


def test_a_post_is_held_from_its_first_day_until_the_day_it_ends(session: Session, make: Make) -> None:
    post = make.post()
    spans = {"past": (-9, 0), "now": (-1, 1), "coming": (1, None)}
    users = {name: make.user(name=name) for name in spans}
    for name, (start, end) in spans.items():
        until = None if end is None else TODAY + timedelta(days=end)
        session.add(
            PostHolding(post_id=post.id, user_id=users[name].id, from_on=TODAY + timedelta(days=start), until_on=until)
        )
    session.flush()
    assert [one.user.name for one in organisations.holders_of(session, post, today=TODAY)] == ["now"]
    ids = [user.id for user in users.values()]
    assert organisations.posts_held(session, ids, today=TODAY) == {users["now"].id: post.title}


def test_a_post_of_ones_own_is_named_before_one_that_is_deputised_for(session: Session, make: Make) -> None:
    own, other = make.post(title="Own"), make.post(title="Other")
    user = make.owner(other, is_deputy=True)
    session.add(PostHolding(post_id=own.id, user_id=user.id, from_on=TODAY))
    session.flush()
    assert organisations.posts_held(session, [user.id], today=TODAY) == {user.id: "Own"}


def test_the_page_of_a_post_shows_what_it_owns_and_who_holds_it(browse: Browser, make: Make) -> None:
    held, empty = make.post(title="Lead for nurses"), make.post()
    holder = make.owner(held)
    make.action(owner_id=held.id, title="Train nurses")
    make.action(owner_id=empty.id)
    browse.sign_in(holder)
    page = browse.get(f"/posts/{held.ref}").text
    assert "1 action owned" in page
    assert "Train nurses" in page
    assert f"Held by {holder.name}" in page
    assert "Empty post" in browse.get(f"/posts/{empty.ref}").text
    assert "Empty post" not in browse.get(f"/posts/{make.post().ref}").text, "it owns nothing that anybody misses"


def test_the_page_of_an_organisation_lists_its_sources_and_posts(browse: Browser, session: Session, make: Make) -> None:
    post = make.post(title="Lead for nurses")
    body = post.organisation_id
    organisation = session.get_one(organisations.Organisation, body)
    _publish(session, organisation, make.source(title="The strategy"))
    page = browse.sign_in(make.viewer()).get(f"/organisations/{organisation.ref}").text
    assert "1 source published" in page
    assert "The strategy" in page
    assert "Lead for nurses" in page


def test_the_lists_take_as_many_statements_for_many_as_for_few(
    browse: Browser, session: Session, make: Make, count_statements: Callable[[], Any]
) -> None:
    post = make.post()
    organisation = session.get_one(organisations.Organisation, post.organisation_id)
    paths = (
        "/organisations",
        f"/organisations/{organisation.ref}",
        "/posts",
        f"/posts/{post.ref}",
        "/glossary",
        "/themes",
        "/staff-groups",
        "/plans",
    )

    def statements(path: str) -> int:
        browse.get(path)
        with count_statements() as count:
            browse.get(path)
        return int(count.number)

    def more(number: int) -> None:
        _publish(session, organisation, make.source())
        make.post(organisation_id=organisation.id)
        make.action(owner_id=post.id)
        make.organisation()
        make.term(f"T{number}", "one", "two")
        make.theme()
        make.staff_group()
        make.plan()

    browse.sign_in(make.viewer())
    more(0)
    few = [statements(path) for path in paths]
    for number in range(1, 10):
        more(number)
    assert [statements(path) for path in paths] == few
    assert max(few) <= 12
