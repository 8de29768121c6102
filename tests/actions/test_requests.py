"""Change requests: asked by owners, decided by others, applied once; and the lists of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from actions import closing, editing, service
from actions.models import Action, Update
from actions.request_models import ChangeRequest, RequestedChange
from actions.requests import proposing, settling
from actions.requests import service as requests
from actions.requests import words as request_words
from actions.requests.filters import MINE, TO_DECIDE, RequestFilter
from actions.requests.proposing import Proposal
from actions.requests.service import Wording
from kb import history
from kb.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.permissions import SYSTEM, Person
from kb.removal import deleting, merging
from tests.conftest import TODAY


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def post(make):
    return make.post(title="Lead, Training")


@pytest.fixture
def owner(make, post):
    return make.person(make.owner(post))


@pytest.fixture
def lead(make):
    return make.person(make.lead())


@pytest.fixture
def steering(make):
    return make.person(make.steering())


@pytest.fixture
def action(make, post):
    return make.action(title="Train all wards", owner_id=post.id, starts_on=days(-20), due_on=days(40))


def ask(session, action, by, what="due-date", **values):
    usual = {
        "due-date": {"due_on": days(90)},
        "owner": {},
        "scope": {"title": "Train half the wards", "description": "The others follow."},
        "closure": {"ends": "no-longer-needed"},
    }
    values = {"reason": "The trainers come later.", **usual[what], **values}
    return proposing.propose(session, action.ref, Proposal(what, **values), by=by, today=TODAY)


def accept(session, request, by, words="Agreed on the telephone.", *, today=TODAY):
    return settling.accept(session, request.id, words=words, version=request.version, by=by, today=today)


def refuse(session, request, by, words="It cannot wait."):
    return settling.refuse(session, request.id, words=words, version=request.version, by=by, today=TODAY)


def told(session, action, *fields):
    changes = reversed(history.list_for(session, action, person=SYSTEM))
    return [(one.field, one.old, one.new, one.reason) for one in changes if one.field in fields]


def refs(found):
    return [one.request.id for one in found]


# Asking


def test_owner_deputy_and_lead_ask_and_nobody_else_does(session, make, action, post, owner, lead, steering):
    deputy = make.person(make.owner(post, is_deputy=True))
    for by, what in ((owner, "due-date"), (deputy, "scope"), (lead, "closure")):
        request = ask(session, action, by, what)
        assert (request.state, request.proposer_id, request.made_on) == ("open", by.user_id, TODAY)
    strangers = (make.person(make.owner()), make.person(make.lead(make.plan())), steering, Person(reads_publicly=True))
    for by in strangers:
        with pytest.raises(NotAllowed):
            ask(session, action, by, "owner", owner=make.post().ref)


def test_asking_changes_nothing_but_the_history_which_does_not_say_what_for(session, action, owner):
    request = ask(session, action, owner)
    session.expire_all()
    found = service.get(session, action.ref, owner)
    assert (found.due_on, found.forecast_on) == (days(40), None)
    assert told(session, found, "due_on", "request") == [("request", None, "due-date", "")]
    assert history.list_for(session, found, person=Person(reads_publicly=True)) == []
    assert request.proposed_on == days(90)


@pytest.mark.parametrize(
    ("what", "values", "field", "words"),
    [
        ("due-date", {"due_on": None}, "due_on", "Give the date"),
        ("due-date", {"due_on": days(40)}, "due_on", "due on 2 January 2027 already"),
        ("due-date", {"due_on": days(-1)}, "due_on", "22 November 2026 has passed"),
        ("due-date", {"reason": " "}, "reason", "Say why"),
        ("owner", {"owner": ""}, "owner", "Choose who"),
        ("owner", {"owner": "no-such-post"}, "owner", "no post called “no-such-post”"),
        ("owner", {"owner": "the-owner"}, "owner", "Lead, Training owns it already"),
        ("scope", {"title": " "}, "title", "Give a title"),
        ("scope", {"title": "x" * 301}, "title", "Give a title"),
        ("scope", {"title": " Train all\nwards", "description": " "}, "title", "says this already"),
        ("closure", {"ends": "done"}, "ends", "no longer needed, or done as far"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(session, action, post, owner, what, values, field, words):
    post.ref = "the-owner"
    session.flush()
    with pytest.raises(Invalid, match=words) as refused:
        ask(session, action, owner, what, **values)
    assert refused.value.field == field
    assert session.scalars(select(ChangeRequest)).all() == []


def test_a_due_date_before_the_start_and_an_unknown_kind_of_change_are_refused(session, make, post, owner):
    action = make.action(owner_id=post.id, starts_on=days(30), due_on=days(40))
    with pytest.raises(Invalid, match="before the start, 23 December 2026"):
        ask(session, action, owner, due_on=days(29))
    with pytest.raises(Invalid, match="Choose what should change"):
        proposing.propose(session, action.ref, Proposal("sponsor", "Because"), by=owner, today=TODAY)


def test_one_request_of_a_kind_is_open_at_a_time(session, make, action, owner, lead):
    first = ask(session, action, owner)
    ask(session, action, owner, "scope")
    with pytest.raises(Invalid, match="asked for already"):
        ask(session, action, lead)
    settling.withdraw(session, first.id, version=first.version, by=owner, today=TODAY)
    ask(session, action, lead)
    assert requests.open_of(session, action) == {"due-date", "scope"}
    with pytest.raises(IntegrityError), session.begin_nested():
        make.request(action, make.user(), proposed_on=days(70))


def test_nothing_is_asked_of_a_closed_action(session, make, post, owner):
    action = make.action(owner_id=post.id, closure="done", done_on=TODAY)
    with pytest.raises(Invalid, match="closed"):
        ask(session, action, owner)


def test_an_owner_moves_a_due_date_in_no_other_way(session, action, owner):
    details = editing.details_of(service.get(session, action.ref, owner))
    with pytest.raises(NotAllowed):
        editing.edit(session, action.ref, details, version=action.version, reason="Later", by=owner, today=TODAY)
    with pytest.raises(NotAllowed):
        editing.move_due_date(
            session, action.ref, to=days(90), reason="Later", version=action.version, by=owner, today=TODAY
        )


# Accepting


def test_an_accepted_date_is_the_due_date_and_its_history_names_reason_and_decision(session, action, owner, lead):
    request = ask(session, action, owner)
    accept(session, request, lead)
    session.expire_all()
    assert (action.due_on, action.baseline_due_on) == (days(90), days(40))
    reason = "Asked for: “The trainers come later.” Decided: “Agreed on the telephone.”"
    assert told(session, action, "due_on") == [("due_on", "2 January 2027", "21 February 2027", reason)]
    assert (request.state, request.decided_by_id, request.decided_on) == ("accepted", lead.user_id, TODAY)
    assert requests.get(session, request.id, owner, TODAY).stood == "2 January 2027"


def test_an_accepted_owner_owns_it(session, make, action, post, owner, steering):
    other = make.post(title="Lead, Wards")
    accept(session, ask(session, action, owner, "owner", owner=other.ref), steering, "")
    assert action.owner_id == other.id
    assert told(session, action, "owner") == [
        ("owner", "Lead, Training", "Lead, Wards", "Asked for: “The trainers come later.”")
    ]


def test_an_action_without_owner_or_date_is_given_them(session, make, lead, steering):
    action, other = make.action(), make.post(title="Lead, Wards")
    accept(session, ask(session, action, lead, "owner", owner=other.ref), steering)
    accept(session, ask(session, action, lead, due_on=days(5)), steering)
    assert (action.owner_id, action.due_on, action.baseline_due_on) == (other.id, days(5), days(5))


def test_accepted_words_stand_in_the_action(session, action, owner, lead):
    accept(session, ask(session, action, owner, "scope"), lead)
    session.expire_all()
    assert (action.title, action.description) == ("Train half the wards", "The others follow.")
    assert [line[:3] for line in told(session, action, "title", "description")] == [
        ("title", "Train all wards", "Train half the wards"),
        ("description", "", "The others follow."),
    ]


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ("no-longer-needed", "Closed unfinished: it is no longer needed."),
        ("as-far-as-it-goes", "Closed unfinished: it is done as far as it goes."),
    ],
)
def test_an_accepted_end_stops_the_action_which_is_neither_done_nor_verified(session, action, owner, lead, ends, words):
    accept(session, ask(session, action, owner, "closure", ends=ends), lead)
    session.expire_all()
    assert (action.closure, action.done_on, action.done_by_id) == ("stopped", TODAY, owner.user_id)
    assert (action.verified_on, action.verified_by_id) == (None, None)
    assert requests.end_of(session, action) == ends
    said = session.scalars(select(Update)).one()
    assert (said.narrative, said.evidence) == (words, "The trainers come later.")
    assert [line[:3] for line in told(session, action, "closure")] == [("closure", "open", "stopped")]


# Who decides


def test_nobody_decides_what_they_asked_for(session, action, lead, make):
    request = ask(session, action, lead)
    for deed in (accept, refuse):
        with pytest.raises(NotAllowed, match="someone else has to decide"):
            deed(session, request, lead)
    assert accept(session, request, make.person(make.lead())).request.state == "accepted"


def test_those_without_a_leading_role_in_the_plan_decide_nothing(session, make, action, post, owner):
    request = ask(session, action, owner)
    others = (make.owner(post, is_deputy=True), make.viewer(), make.administrator(), make.lead(make.plan()))
    for by in map(make.person, others):
        assert settling.why_not_decide(requests.get(session, request.id, by, TODAY), by).startswith("Only a strategy")
        with pytest.raises(NotAllowed):
            accept(session, request, by)


@pytest.mark.parametrize(
    ("due_on", "first_due_on", "words"),
    [(days(-1), days(-1), "The action is overdue"), (days(9), days(5), "The due date was moved before")],
)
def test_what_is_late_or_was_moved_before_only_the_group_decides(
    session, make, post, owner, lead, steering, due_on, first_due_on, words
):
    action = make.action(owner_id=post.id, due_on=due_on, baseline_due_on=first_due_on)
    request = ask(session, action, owner)
    assert not requests.get(session, request.id, lead, TODAY).may_be_decided_by(lead)
    for deed in (accept, refuse):
        with pytest.raises(NotAllowed, match=words):
            deed(session, request, lead)
    assert accept(session, request, steering).request.state == "accepted"
    assert action.due_on == days(90)


def test_an_ordinary_request_becomes_the_groups_once_the_action_is_overdue(session, action, owner, lead):
    request = ask(session, action, owner, due_on=days(99))
    with pytest.raises(NotAllowed, match="overdue"):
        accept(session, request, lead, today=days(41))


def test_those_who_may_decide_are_named_without_whoever_asked(session, make, action, owner):
    lead, steering, ended = make.lead(), make.steering(), make.steering()
    make.steering(make.plan())
    ended.is_active = False
    request = ask(session, action, make.person(lead))
    assert requests.deciders(session, requests.get(session, request.id, owner, TODAY)) == [steering]
    late = ask(session, make.action(due_on=days(-1)), make.person(lead))
    assert requests.deciders(session, requests.get(session, late.id, owner, TODAY)) == [steering]
    plain = ask(session, action, owner, "scope")
    assert requests.deciders(session, requests.get(session, plain.id, owner, TODAY)) == [lead, steering]


# Refusing and withdrawing


def test_refusing_needs_a_reason_and_leaves_the_action_alone(session, action, owner, lead):
    request = ask(session, action, owner)
    with pytest.raises(Invalid, match="Say why not") as refused:
        refuse(session, request, lead, " ")
    assert refused.value.field == "decision"
    refuse(session, request, lead)
    session.expire_all()
    assert (request.state, request.decision, action.due_on) == ("refused", "It cannot wait.", days(40))
    assert told(session, action, "request")[-1] == ("request", "due-date", "refused", "")


def test_only_whoever_asked_withdraws_it(session, make, action, post, owner, lead):
    request = ask(session, action, owner)
    for by in (lead, make.person(make.owner(post, is_deputy=True))):
        with pytest.raises(NotAllowed, match="Only the person who asked"):
            settling.withdraw(session, request.id, version=request.version, by=by, today=TODAY)
    settling.withdraw(session, request.id, version=request.version, by=owner, today=TODAY)
    assert (request.state, action.due_on) == ("withdrawn", days(40))
    assert told(session, action, "request")[-1] == ("request", "due-date", "withdrawn", "")
    assert settling.why_not_decide(requests.get(session, request.id, lead, TODAY), lead) == ""


def test_the_second_of_two_deciders_is_told_what_the_first_decided(session, make, action, owner, lead, steering):
    request = ask(session, action, owner)
    seen = request.version
    refuse(session, request, lead)
    for deed in (settling.accept, settling.refuse):
        with pytest.raises(Conflict, match="This was refused") as conflict:
            deed(session, request.id, words="Yes", version=seen, by=steering, today=TODAY)
        assert conflict.value.theirs == {"decision": "It cannot wait."}
        assert (conflict.value.saved_by, conflict.value.version) == (lead.name, None)
    with pytest.raises(Conflict, match="This was refused"):
        settling.withdraw(session, request.id, version=seen, by=owner, today=TODAY)
    assert action.due_on == days(40)
    other = ask(session, action, owner, "scope")
    with pytest.raises(Conflict, match="Load the page again"):
        settling.accept(session, other.id, words="", version=other.version + 1, by=lead, today=TODAY)
    settling.withdraw(session, other.id, version=other.version, by=owner, today=TODAY)
    with pytest.raises(Conflict, match="withdrawn"):
        accept(session, other, lead)
    third = ask(session, action, owner, "closure")
    accept(session, third, lead)
    with pytest.raises(Conflict, match="accepted"):
        accept(session, third, steering)


# What has changed meanwhile


def obstacle(session, request, person, today=TODAY):
    return settling.why_not_apply(requests.get(session, request.id, person, today), today)


def test_a_request_that_was_overtaken_is_not_accepted_but_refused(session, make, action, owner, lead, steering):
    request = ask(session, action, owner)
    editing.move_due_date(
        session, action.ref, to=days(60), reason="Agreed", version=action.version, by=lead, today=TODAY
    )
    words = "The due date has changed since this was asked for: it is 22 January 2027 now."
    assert obstacle(session, request, steering) == words
    asked = requests.get(session, request.id, steering, TODAY)
    assert (asked.stood, asked.has_moved) == ("2 January 2027", True)
    with pytest.raises(Invalid, match="The due date has changed"):
        accept(session, request, steering)
    assert action.due_on == days(60)
    refuse(session, request, steering)
    assert obstacle(session, request, steering) == ""


def test_what_happened_to_the_action_before_or_to_another_part_of_it_is_no_obstacle(session, make, action, post, lead):
    editing.move_due_date(
        session, action.ref, to=days(60), reason="Agreed", version=action.version, by=lead, today=TODAY
    )
    by = make.person(make.lead())
    scope, date_ = ask(session, action, by, "scope"), ask(session, action, by)
    accept(session, scope, lead)
    asked = requests.get(session, date_.id, lead, TODAY)
    assert (asked.has_moved, settling.why_not_apply(asked, TODAY)) == (False, "")


def test_each_way_of_being_overtaken_is_said(session, make, action, owner, lead, steering):
    other, third = make.post(title="Lead, Wards"), make.post(title="Lead, Wales")
    to_other, words = ask(session, action, owner, "owner", owner=other.ref), ask(session, action, owner, "scope")
    end, date_ = ask(session, action, owner, "closure"), ask(session, action, owner)
    found = editing.details_of(service.get(session, action.ref, lead))
    assert [obstacle(session, one, lead) for one in (to_other, words, end, date_)] == [""] * 4
    assert obstacle(session, date_, lead, days(91)) == "21 February 2027 has passed, so it cannot become the due date."
    values = {name: getattr(found, name) for name in found.__dataclass_fields__}
    changed = editing.ActionDetails(**{**values, "title": "Train two wards", "owner": third.ref})
    editing.edit(session, action.ref, changed, version=action.version, reason="Agreed", by=lead, today=TODAY)
    assert "The owner has changed" in obstacle(session, to_other, lead)
    assert "it is Lead, Wales now" in obstacle(session, to_other, lead)
    assert obstacle(session, words, lead) == "The action was reworded since this was asked for."
    action.starts_on, action.due_on = days(95), days(96)
    session.flush()
    assert obstacle(session, date_, lead) == "The action starts on 26 February 2027 by now, after this date."
    # A request that was made before closing an action withdrew what waits.
    action.closure, action.done_on = "done", TODAY
    session.flush()
    assert "has been closed" in obstacle(session, date_, lead)
    with pytest.raises(Invalid, match="has been closed"):
        accept(session, words, lead)


def test_an_action_that_was_opened_again_is_not_ended_by_an_old_request(session, make, action, owner, lead):
    end = ask(session, action, owner, "closure")
    # It was made before closing an action withdrew what waits.
    for old, new in (("open", "done"), ("done", "open")):
        history.note(session, action, "closure", old, new, by=owner)
    session.flush()
    assert obstacle(session, end, lead) == "The action was closed and opened again since this was asked for."


def end_by(session, action, how, by, verifier):
    """End the action in one of the ways, with nothing decided about what else was asked for."""
    if how == "deleted":
        deleting.delete(session, action, reason="Twice", by=verifier)
        return
    if how == "verified":
        action.closure, action.done_on = "done", TODAY
        session.flush()
        closing.verify(session, action.ref, version=action.version, by=verifier, today=TODAY)
        return
    closing.mark_done(session, action.ref, evidence="A list", version=action.version, by=by, today=TODAY)


@pytest.mark.parametrize("how", ["marked done", "verified", "deleted"])
def test_what_waits_ends_with_the_action_and_says_so_to_whoever_asked(session, make, action, owner, lead, how):
    asked = [ask(session, action, owner), ask(session, action, owner, "scope")]
    end_by(session, action, how, lead, lead)
    assert [(one.state, one.decision, one.decided_by_id) for one in asked] == [
        ("withdrawn", f"The action was {how}", lead.user_id)
    ] * 2
    assert requests.open_of(session, action) == set()
    if how != "deleted":
        reason = f"The action was {how}"
        assert told(session, action, "request")[-2:] == [
            ("request", what, "withdrawn", reason) for what in ("due-date", "scope")
        ]
        assert len(requests.decided_for(session, owner, TODAY)) == 2
        assert len(requests.decided_for(session, lead, TODAY)) == 0


def test_what_an_owner_asked_for_before_they_marked_it_done_themselves_is_no_news_to_them(session, action, owner):
    ask(session, action, owner)
    closing.mark_done(session, action.ref, evidence="A list", version=action.version, by=owner, today=TODAY)
    assert requests.decided_for(session, owner, TODAY) == []


def test_an_action_that_is_stopped_ends_all_other_requests_and_not_the_one_that_stopped_it(
    session, action, owner, lead
):
    end, date_ = ask(session, action, owner, "closure"), ask(session, action, owner)
    accept(session, end, lead)
    assert (end.state, date_.state, date_.decision) == ("accepted", "withdrawn", "The action was stopped")


def test_an_accepted_date_overtakes_a_forecast_that_is_not_later(session, action, owner, lead):
    action.forecast_on = days(90)
    accept(session, ask(session, action, owner), lead)
    assert (action.due_on, action.forecast_on) == (days(90), None)


def test_a_post_that_was_deleted_meanwhile_does_not_become_the_owner(session, make, action, owner, lead):
    other = make.post()
    request = ask(session, action, owner, "owner", owner=other.ref)
    deleting.delete(session, other, reason="Twice", by=SYSTEM)
    session.expire_all()
    assert "not there any more" in obstacle(session, request, lead)
    with pytest.raises(Invalid, match="not there any more"):
        accept(session, request, lead)


def test_a_post_that_became_one_with_the_owner_owns_it_already(session, make, action, post, owner, lead):
    other = make.post()
    request = ask(session, action, owner, "owner", owner=other.ref)
    merging.merge(session, other, post, reason="The same post", by=SYSTEM)
    session.expire_all()
    assert obstacle(session, request, lead) == "Lead, Training owns it already."


def test_of_two_who_decide_at_the_same_moment_the_database_lets_one_through(session, action, owner, lead):
    request = ask(session, action, owner)
    session.flush()
    point = session.begin_nested()
    asked = requests.get(session, request.id, lead, TODAY)
    values = {"state": "refused", "version": asked.request.version + 1}
    session.connection().execute(update(ChangeRequest.__table__).values(values))
    with pytest.raises(StaleDataError):
        accept(session, request, lead)
    point.rollback()
    session.expire_all()
    assert session.get_one(Action, action.id).due_on == days(40)


# Finding them


def test_requests_are_found_by_where_they_stand_plan_kind_and_person(
    session, make, action, post, owner, lead, steering
):
    other = make.plan(title="Another plan")
    theirs = ask(session, make.action(plan_id=other.id), make.person(make.lead(other)))
    late = make.action(owner_id=post.id, due_on=days(-1))
    first, second = ask(session, action, owner), ask(session, late, owner)
    done = ask(session, action, owner, "scope")
    refuse(session, done, lead)

    def found(person=lead, **wanted):
        filter_ = RequestFilter(**wanted)
        listed = requests.list_requests(session, person, filter_, TODAY)
        assert requests.count(session, person, filter_, TODAY) == len(listed)
        return refs(listed)

    assert found() == [theirs.id, first.id, second.id, done.id]
    assert not RequestFilter().is_narrowing
    assert found(state="open", plan=make.the_plan.ref) == [first.id, second.id]
    assert found(state="refused") == found(what="scope") == [done.id]
    assert found(whose=TO_DECIDE) == [first.id]
    assert found(steering, whose=TO_DECIDE) == [first.id, second.id]
    assert found(owner, whose=TO_DECIDE) == []
    assert found(owner, whose=MINE) == [first.id, second.id, done.id]
    assert found(plan="no-such-plan") == found(whose="somebody") == []
    assert refs(requests.list_requests(session, lead, RequestFilter(), TODAY, offset=1, limit=2)) == [
        first.id,
        second.id,
    ]


def test_what_may_be_decided_in_sql_is_what_the_rule_says(session, make, post, owner):
    for due, first in ((-1, -1), (9, 9), (9, 5), (None, None), (None, 9), (0, 0), (-1, 9)):
        for what in RequestedChange:
            values = {
                "owner_id": post.id,
                "due_on": None if due is None else days(due),
                "baseline_due_on": None if first is None else days(first),
            }
            fitting = {"proposed_on": days(99)} if what == "due-date" else {}
            make.request(make.action(**values), make.user(), what=what, **fitting)
    for person in (make.person(make.lead()), make.person(make.steering()), owner, make.person(make.lead(make.plan()))):
        everything = requests.list_requests(session, person, RequestFilter(), TODAY, limit=None)
        ours = {one.request.id for one in everything if one.may_be_decided_by(person)}
        wanted = RequestFilter(whose=TO_DECIDE)
        assert ours == set(refs(requests.list_requests(session, person, wanted, TODAY, limit=None)))


def test_the_steering_page_is_given_what_the_group_decides_and_a_lead_what_leads_decide_too(
    session, make, action, post, owner, lead, steering
):
    ordinary = ask(session, action, owner)
    late = ask(session, make.action(owner_id=post.id, due_on=days(-1)), owner)
    elsewhere = ask(session, make.action(plan_id=make.plan().id, due_on=days(-1)), SYSTEM)
    assert refs(requests.wanted_of(session, steering, TODAY)) == [late.id, elsewhere.id]
    assert refs(requests.wanted_of(session, lead, TODAY)) == [ordinary.id, late.id, elsewhere.id]
    assert refs(requests.wanted_of(session, lead, TODAY, plan_id=action.plan_id, limit=1)) == [ordinary.id]
    assert requests.wanted_of(session, Person(reads_publicly=True), TODAY) == []


def test_whoever_asked_finds_what_is_open_and_for_two_weeks_what_was_decided(session, action, owner, lead):
    first, second, third = (ask(session, action, owner, what) for what in ("due-date", "scope", "closure"))
    accept(session, first, lead)
    settling.withdraw(session, second.id, version=second.version, by=owner, today=TODAY)
    assert refs(requests.open_by(session, owner, TODAY)) == [third.id]
    assert refs(requests.decided_for(session, owner, TODAY)) == [first.id]
    assert refs(requests.decided_for(session, owner, days(14))) == [first.id]
    assert requests.decided_for(session, owner, days(15)) == []
    assert requests.open_by(session, lead, TODAY) == requests.decided_for(session, lead, TODAY) == []
    nobody = Person(reads_publicly=True)
    assert requests.open_by(session, nobody, TODAY) == requests.decided_for(session, nobody, TODAY) == []


def test_the_page_of_an_action_has_its_requests_for_those_who_may_read_updates(session, make, action, owner, lead):
    first = ask(session, action, owner)
    refuse(session, first, lead)
    second = ask(session, action, owner)
    ask(session, make.action(), lead)
    assert refs(requests.for_action(session, action, make.person(make.viewer()), TODAY)) == [second.id, first.id]
    assert requests.for_action(session, action, Person(reads_publicly=True), TODAY) == []


def test_requests_about_a_deleted_action_are_out_of_sight(session, make, action, owner, lead):
    request = ask(session, action, owner)
    deleting.delete(session, action, reason="Entered twice", by=SYSTEM)
    session.expire_all()
    assert requests.list_requests(session, lead, RequestFilter(), TODAY) == []
    assert requests.count(session, lead, RequestFilter(), TODAY) == 0
    assert requests.open_by(session, owner, TODAY) == []
    with pytest.raises(NotFound):
        requests.get(session, request.id, lead, TODAY)


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**30])
def test_a_number_that_no_request_bears_is_not_found(session, lead, number):
    with pytest.raises(NotFound):
        requests.get(session, number, lead, TODAY)


def test_the_public_reads_no_request(session, action, owner):
    request = ask(session, action, owner)
    public = Person(reads_publicly=True)
    for read in (
        lambda: requests.get(session, request.id, public, TODAY),
        lambda: requests.count(session, public, RequestFilter(), TODAY),
        lambda: requests.list_requests(session, public, RequestFilter(), TODAY),
    ):
        with pytest.raises(NotAllowed):
            read()


def test_a_list_takes_as_many_statements_for_many_requests_as_for_few(session, make, action, owner, count_statements):
    def cost() -> int:
        session.expunge_all()
        with count_statements() as count:
            found = requests.list_requests(session, SYSTEM, RequestFilter(), TODAY)
            assert [one.action.owner.title for one in found if one.action.owner]
        return count.number

    ask(session, action, owner)
    few = cost()
    for _ in range(9):
        make.request(make.action(owner_id=make.post().id), make.user(), what="owner", proposed_post_id=make.post().id)
    assert cost() == few <= 2


def test_words_are_kept_as_one_text_and_read_again():
    for wording in (Wording("Train"), Wording("Train", "All.\n\nOf them.")):
        assert Wording.read(str(wording)) == wording


def test_each_request_is_told_in_one_line_and_so_is_what_became_of_it(session, make, action, owner, lead):
    other = make.post(title="Lead, Wards")
    made = [
        ask(session, action, owner),
        ask(session, action, owner, "owner", owner=other.ref),
        ask(session, action, owner, "scope"),
        ask(session, action, owner, "closure"),
        ask(session, make.action(title="Open a ward"), lead, "scope", title="Open a ward", description="A large one."),
    ]
    found = [requests.get(session, one.id, lead, TODAY) for one in made]
    assert [request_words.told(one) for one in found] == [
        "21 February 2027 instead of 2 January 2027",
        "Lead, Wards instead of Lead, Training",
        "“Train half the wards”",
        "it is no longer needed",
        "the same title, with another text below it",
    ]
    assert [request_words.stood(one) for one in found[:4]] == ["2 January 2027", "Lead, Training", action.title, "Open"]
    assert [request_words.accepted(one) for one in found[:4]] == [
        "Accepted: the action is now due on 21 February 2027.",
        "Accepted: Lead, Wards owns the action now.",
        "Accepted: the action says so now.",
        "Accepted: the action is stopped, closed unfinished.",
    ]


def test_who_asked_may_have_left_and_the_request_still_stands(session, make, action, owner, lead):
    request = ask(session, action, owner)
    request.proposer_id = None
    session.flush()
    asked = requests.get(session, request.id, lead, TODAY)
    assert asked.may_be_decided_by(lead)
    assert not asked.is_of(Person(reads_publicly=True))
    accept(session, request, lead)
    assert session.get_one(Action, action.id).due_on == days(90)


def test_whoever_was_overtaken_while_reading_is_told_by_whom(session, make, monkeypatch):
    """On PostgreSQL a neighbour's decision may come between two statements: the date has changed then, and why."""
    action, proposer, neighbour = make.action(due_on=TODAY), make.owner(), make.steering()
    request = make.request(action, proposer, proposed_on=TODAY + timedelta(days=60))
    lead = make.person(make.lead())

    def overtake(*_: object) -> str:
        values = {"state": "accepted", "version": request.version + 1, "decided_by_id": neighbour.id}
        deciding = update(ChangeRequest).where(ChangeRequest.id == request.id).values(**values)
        session.execute(deciding, execution_options={"synchronize_session": False})
        return "The due date has changed"

    monkeypatch.setattr(settling, "why_not_apply", overtake)
    with pytest.raises(Conflict, match="accepted before") as told:
        settling.accept(session, request.id, words="Yes", version=request.version, by=lead, today=TODAY)
    assert told.value.saved_by == neighbour.name
