"""Facts about deciding whether two actions that look alike are one."""

from __future__ import annotations

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from io import StringIO
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select

from actions.models import Action
from graph import snapshot
from graph.same import alike
from graph.same import pairs as same
from kb import history, same_actions
from kb.errors import Invalid, NotAllowed, NotFound
from kb.models.history import Change, Channel
from kb.models.link import DismissedPair, Link, LinkState, LinkType
from kb.models.plan import Plan
from kb.models.record import Record, Visibility
from kb.permissions import SYSTEM, Person
from search.models import IndexChange
from tests.conftest import TODAY
from tests.factories import Make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.db import Database

WHY = "One board pays for both."


@pytest.fixture
def twins(make):
    """Two actions of two plans that look alike."""
    make.plan(title="Ours")
    theirs = make.plan(title="Theirs")
    one = make.action(title="Recruit perinatal nurses", owner_id=make.post(title="Director of nursing").id)
    return one, make.action(title="Recruit perinatal nurses too", plan_id=theirs.id)


def _offered(session, person=SYSTEM, plan_id=None):
    return [(each.one.action.id, each.other.action.id) for each in same.list_offered(session, person, plan_id)]


def test_a_pair_is_offered_with_plans_and_owners_until_somebody_decides(session, make, twins):
    one, other = twins
    (pair,) = same.list_offered(session, SYSTEM)
    assert (pair.one.plan, pair.one.owner) == ("Ours", "Director of nursing")
    assert (pair.other.plan, pair.other.owner) == ("Theirs", "")
    assert pair.words == ("recruit", "perinatal", "nurses")
    same_actions.dismiss(session, one, other, reason=WHY, by=SYSTEM)
    assert _offered(session) == []


def test_a_confirmed_pair_is_joined_by_a_link_with_its_reason_and_not_offered_again(session, make, twins):
    one, other = twins
    link = same_actions.confirm(session, one, other, reason=f" {WHY} ", by=make.person(make.lead()))
    assert (link.type, link.from_id, link.to_id, link.reason) == (LinkType.SAME_AS, one.id, other.id, WHY)
    assert _offered(session) == []
    link.state = LinkState.RETIRED
    session.flush()
    assert _offered(session) == [], "whoever retired the link knows them for two"


def test_the_link_starts_at_the_action_that_the_person_may_change(session, make, twins):
    one, other = twins
    link = same_actions.confirm(
        session, one, other, reason=WHY, by=make.person(make.lead(other and session.get(Plan, other.plan_id)))
    )
    assert (link.from_id, link.to_id) == (other.id, one.id)


def test_only_who_may_change_one_of_the_plans_decides(session, make, twins):
    one, other = twins
    stranger = make.person(make.lead(make.plan(title="A third")))
    pair = same_actions.dismiss(session, one, other, reason=WHY, by=SYSTEM)
    for person in (stranger, make.person(make.viewer()), make.person(make.steering())):
        for decide in (same_actions.confirm, same_actions.dismiss):
            with pytest.raises(NotAllowed):
                decide(session, one, other, reason=WHY, by=person)
        with pytest.raises(NotAllowed):
            same_actions.offer_again(session, pair.id, by=person)


@pytest.mark.parametrize("decided", [same_actions.confirm, same_actions.dismiss])
@pytest.mark.parametrize("again", [same_actions.confirm, same_actions.dismiss])
def test_what_is_decided_is_not_decided_again_from_either_side(session, twins, decided, again):
    one, other = twins
    decided(session, one, other, reason=WHY, by=SYSTEM)
    with pytest.raises(Invalid, match="Somebody has said already"):
        again(session, other, one, reason=WHY, by=SYSTEM)


def test_one_action_is_no_pair(session, twins):
    with pytest.raises(Invalid, match="one action"):
        same_actions.dismiss(session, twins[0], twins[0], reason=WHY, by=SYSTEM)


def test_a_dismissed_pair_is_remembered_with_reason_and_person_and_can_be_offered_again(session, make, twins):
    one, other = twins
    lead = make.person(make.lead())
    pair = same_actions.dismiss(session, other, one, reason=WHY, by=lead)
    (found,) = same_actions.list_dismissed(session, person=lead)
    assert (found.one.id, found.other.id, found.pair.reason, found.by) == (one.id, other.id, WHY, lead.name)
    (line,) = [each for each in history.list_for(session, one, person=lead) if each.field == "not_the_same"]
    assert (line.old, line.new, line.reason) == (None, other.title, WHY)
    assert same_actions.offer_again(session, pair.id, by=lead) == (one, other)
    assert _offered(session) == [(one.id, other.id)]
    with pytest.raises(NotFound):
        same_actions.offer_again(session, pair.id, by=lead)


def test_a_pair_that_was_dismissed_for_another_link_is_not_of_this_list(session, make, twins):
    other = make.dismissed(*twins, LinkType.DEPENDS_ON)
    assert same_actions.list_dismissed(session, person=SYSTEM) == []
    with pytest.raises(NotFound):
        same_actions.offer_again(session, other.id, by=SYSTEM)


def test_pairs_are_those_of_the_plan_and_of_what_the_reader_may_see(session, make, twins):
    one, other = twins
    make.dismissed(one, make.action(title="Hidden", visibility=Visibility.DRAFT))
    assert _offered(session, plan_id=one.plan_id) == _offered(session, plan_id=other.plan_id) == [(one.id, other.id)]
    assert _offered(session, plan_id=make.plan(title="A third").id) == []
    viewer = make.person(make.viewer())
    assert same_actions.list_dismissed(session, person=viewer) == []
    other.visibility = Visibility.DRAFT
    session.flush()
    assert _offered(session, viewer) == []
    assert _offered(session) == [(one.id, other.id)]


def test_a_pair_keeps_up_with_titles_and_closing(session, twins):
    one, _ = twins
    one.title = "Close the old ward"
    session.flush()
    assert _offered(session) == []
    one.title = "Recruit perinatal nurses"
    session.flush()
    assert len(_offered(session)) == 1
    one.closure = "done"
    session.flush()
    assert _offered(session) == []


def test_the_list_of_pairs_takes_as_many_statements_for_many_as_for_few(session, make, twins, count_statements):
    def statements() -> int:
        session.commit()
        snapshot.current(session)
        with count_statements() as count:
            same.list_offered(session, SYSTEM)
        return int(count.number)

    few = statements()
    for word in ("harpists", "jugglers", "lutenists", "pipers"):
        make.action(title=f"Appoint travelling {word}")
        make.action(title=f"Appoint travelling {word} soon")
    assert statements() == few
    assert len(_offered(session)) >= 5


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_page_lists_pairs_for_all_and_the_deed_for_leads(browse, make, twins):
    one, other = twins
    reader = browse.sign_in(make.viewer())
    html = reader.get("/same-actions").text
    assert "1 pair, the nearest first" in _words(html)
    assert "Ours · Director of nursing" in html
    assert "Theirs · No owner" in html
    assert "Both say: recruit, perinatal, nurses" in html
    assert f"/same-actions/{one.ref}/{other.ref}" not in html
    assert reader.get(f"/same-actions/{one.ref}/{other.ref}").status_code == 403
    assert f"/same-actions/{one.ref}/{other.ref}" in browse.sign_in(make.lead()).get("/same-actions").text
    rows = list(csv.reader(StringIO(browse.get("/same-actions?format=csv").text.removeprefix("\ufeff"))))
    assert rows[1][:8] == [one.ref, one.title, "Ours", "Director of nursing", other.ref, other.title, "Theirs", ""]


def test_each_side_says_what_the_titles_do_not_its_text_its_dates_and_what_it_rests_on(browse, make, twins):
    one, other = twins
    one.description, one.starts_on, one.due_on = "Ten nurses for two units.", TODAY, TODAY + timedelta(days=30)
    other.timescale = "By spring"
    source, secret = make.source(title="The nursing strategy"), make.source(visibility=Visibility.DRAFT)
    priority = make.priority(title="More nurses")
    make.link(priority, LinkType.DELIVERED_BY, one)
    for start in (source, secret):
        make.link(start, LinkType.CALLS_FOR, priority)
    make.session.flush()
    page = browse.sign_in(make.lead()).get(f"/same-actions/{one.ref}/{other.ref}").text
    first, second = (_words(page.split(f'id="side-{side}"')[1].split("</section>")[0]) for side in (1, 2))
    for said in ("Ten nurses for two units.", "Starts 23 November 2026; due 23 December 2026", "More nurses"):
        assert said in first
        assert said not in second
    assert "The nursing strategy" in first
    known = same.details(make.session, Person(reads_publicly=True), twins)[one.id]
    assert [node.title for node in known.sources] == ["The nursing strategy"]
    assert "Nothing more is written about it." in second
    assert "By spring" in second


def test_a_lead_says_that_two_are_the_same_or_not_and_takes_it_back(session, browse, make, twins):
    one, other = twins
    address = f"/same-actions/{one.ref}/{other.ref}"
    lead = browse.sign_in(make.lead())
    refused = lead.post(address, {"reason": ""})
    assert refused.status_code == 422
    assert "Say why, in a few words" in refused.text
    assert lead.post(address, {"reason": WHY, "two": "1"}).status_code == 303
    assert "No two open actions look the same." in lead.get("/same-actions").text
    again = lead.post(address, {"reason": WHY})
    assert again.status_code == 422
    assert "Somebody has said already that these are two different actions" in again.text
    listed = lead.get("/same-actions/dismissed").text
    assert WHY in listed
    (url,) = re.findall(r'action="(/same-actions/dismissed/\d+)"', listed)
    assert lead.post(url, {}).status_code == 303
    assert lead.post(address, {"reason": WHY}).status_code == 303
    assert session.scalar(select(Link.reason).where(Link.type == LinkType.SAME_AS)) == WHY
    assert "Nobody has said so of any pair." in lead.get("/same-actions/dismissed").text


def test_home_and_the_page_of_a_plan_never_look_for_pairs_and_the_gaps_tell_them_apart(
    browse, make, twins, monkeypatch
):
    lead = browse.sign_in(make.lead())
    pages = [f"/gaps?plan={make.the_plan.ref}", "/gaps?format=csv"]
    told = _words(lead.get(pages[0]).text)
    assert re.search(r"has (one|two|three|four|five|six|seven|eight|nine) gaps?\. Besides, one pair", told)
    assert twins[1].title in lead.get(pages[1]).text

    def refuse(*_):
        raise AssertionError("looks for pairs")

    monkeypatch.setattr(alike, "likely", refuse)
    twins[0].title = "Another title, so that nothing is known already"
    for page in ("/", f"/plans/{make.the_plan.ref}"):
        assert lead.get(page).status_code == 200
    with pytest.raises(AssertionError, match="looks for pairs"):
        lead.get(pages[0])


def test_an_unknown_action_or_pair_is_not_found(browse, make, twins):
    lead = browse.sign_in(make.lead())
    assert lead.get(f"/same-actions/{twins[0].ref}/none").status_code == 404
    assert lead.post("/same-actions/dismissed/99", {}).status_code == 404
    assert lead.get("/same-actions?plan=nonsense").status_code == 200


class TestAtOnce:
    """People who decide at the same moment. These commit, and clean up."""

    pytestmark = pytest.mark.differs

    @pytest.fixture
    def database(self, empty_database: Database) -> Iterator[Database]:
        """The database itself, so that transactions can meet; what the test left is deleted."""
        yield empty_database
        with empty_database.writing(Channel.COMMAND) as session:
            for table in (Link, DismissedPair, Change):
                session.execute(delete(table))
            for table in (Action, Plan, Record):
                session.execute(delete(table.__table__))
            session.execute(delete(IndexChange))

    def test_of_several_decisions_at_once_one_stands_and_the_others_get_a_plain_answer(
        self, database: Database
    ) -> None:
        with database.writing(Channel.COMMAND) as session:
            make = Make(session, TODAY)
            make.plan(ref="plan")
            ids = [make.action(ref=f"action-{number}").id for number in range(2)]
        gate = Barrier(4)

        def decide(place: int) -> bool:
            gate.wait()
            try:
                with database.writing(Channel.WEB) as session:
                    one, other = (session.get_one(Action, ids[(place + shift) % 2]) for shift in (0, 1))
                    (same_actions.confirm if place < 2 else same_actions.dismiss)(
                        session, one, other, reason=WHY, by=SYSTEM
                    )
            except Invalid:
                return False
            return True

        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(decide, range(4))) == [False, False, False, True]
        with database.reader() as session:
            made = [session.scalar(select(func.count()).select_from(table)) for table in (Link, DismissedPair)]
            assert sorted(made) == [0, 1]
