from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from actions import editing, record, service
from actions.editing import ActionDetails
from kb import history, records
from kb.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.models.link import Link, LinkType
from kb.models.organisation import Organisation
from kb.models.record import Visibility
from kb.permissions import SYSTEM
from tests.conftest import TODAY


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def lead(make):
    return make.person(make.lead())


def told(session, action, field=None):
    """The history of an action, oldest first: field, from, to and reason."""
    changes = reversed(history.list_for(session, action, person=SYSTEM))
    return [(each.field, each.old, each.new, each.reason) for each in changes if field in (None, each.field)]


def edit(session, action, by, reason="", **changes):
    details = replace(editing.details_of(service.get(session, action.ref, by)), **changes)
    return editing.edit(session, action.ref, details, version=action.version, reason=reason, by=by, today=TODAY)


def test_a_new_action_gets_a_ref_from_its_title_and_keeps_its_first_due_date(session, make, lead):
    post, sponsor, body = make.post(), make.post(), make.organisation()
    details = ActionDetails(
        title=" Train all staff ",
        owner=post.ref,
        sponsor=sponsor.ref,
        contributors=(body.ref,),
        term="short",
        starts_on=TODAY,
        due_on=days(60),
        measure="All staff trained",
    )
    action = editing.create(session, make.the_plan, details, by=lead)
    session.flush()
    session.expunge_all()
    kept = service.get(session, "train-all-staff", lead)
    assert editing.details_of(kept) == replace(details, title="Train all staff")
    assert (kept.baseline_due_on, kept.author_id, kept.plan_id) == (days(60), lead.user_id, make.the_plan.id)
    assert told(session, kept) == [("record", None, "Train all staff", "")]
    assert action.is_open


def test_only_leads_of_the_plan_make_and_change_its_actions(session, make):
    action, other_plan = make.action(), make.plan()
    for user in (make.viewer(), make.steering(), make.lead(other_plan), make.administrator()):
        by = make.person(user)
        with pytest.raises(NotAllowed):
            editing.create(session, make.the_plan, ActionDetails(title="Train staff"), by=by)
        with pytest.raises(NotAllowed):
            edit(session, action, by, title="Another")
        with pytest.raises(NotAllowed):
            editing.move_due_date(
                session, action.ref, to=TODAY, reason="asked", version=action.version, by=by, today=TODAY
            )


@pytest.mark.parametrize(
    ("field", "details"),
    [
        ("title", ActionDetails(title="  ")),
        ("title", ActionDetails(title="x" * 301)),
        ("term", ActionDetails(title="Train", term="endless")),
        ("visibility", ActionDetails(title="Train", visibility="secret")),
        ("due_on", ActionDetails(title="Train", starts_on=TODAY, due_on=days(-1))),
        ("owner", ActionDetails(title="Train", owner="nobody")),
        ("sponsor", ActionDetails(title="Train", sponsor="nobody")),
        ("contributors", ActionDetails(title="Train", contributors=("no-body",))),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field_when_made_and_when_changed(session, make, lead, field, details):
    action = make.action()
    with pytest.raises(Invalid) as made:
        editing.create(session, make.the_plan, details, by=lead)
    with pytest.raises(Invalid) as changed:
        editing.edit(session, action.ref, details, version=action.version, reason="asked for", by=lead, today=TODAY)
    assert made.value.field == changed.value.field == field
    assert not session.dirty


def test_an_edit_notes_each_change_with_what_stood_there_before(session, make, lead):
    action = make.action(title="Train", measure="Many", starts_on=TODAY)
    edit(session, action, lead, title="Train all", measure="All staff")
    assert told(session, action) == [("title", "Train", "Train all", ""), ("measure", "Many", "All staff", "")]


def test_an_edit_that_changes_nothing_notes_nothing(session, make, lead):
    action = make.action(owner_id=make.post().id, due_on=days(3))
    edit(session, action, lead)
    assert told(session, action) == []


def test_another_due_date_needs_a_reason_and_leaves_the_first_one_standing(session, make, lead):
    action = make.action(due_on=days(10))
    with pytest.raises(Invalid, match="why the due date") as refused:
        edit(session, action, lead, due_on=days(20))
    assert (refused.value.field, action.due_on) == ("reason", days(10))
    edit(session, action, lead, reason="Boards asked for it", due_on=days(20))
    assert (action.due_on, action.baseline_due_on) == (days(20), days(10))
    assert told(session, action) == [("due_on", "3 December 2026", "13 December 2026", "Boards asked for it")]


def test_the_first_due_date_that_is_ever_set_is_the_one_to_measure_against(session, make, lead):
    action = make.action()
    edit(session, action, lead, reason="Agreed at last", due_on=days(20))
    assert action.baseline_due_on == days(20)


def test_another_owner_needs_a_reason_and_is_noted_by_title(session, make, lead):
    before, after = make.post(title="Lead, A"), make.post(title="Lead, B")
    action = make.action(owner_id=before.id)
    with pytest.raises(Invalid, match="another post") as refused:
        edit(session, action, lead, owner=after.ref)
    assert refused.value.field == "reason"
    edit(session, action, lead, reason="Moved", owner=after.ref)
    edit(session, action, lead, reason="Post ended", owner="")
    assert action.owner_id is None
    assert told(session, action) == [("owner", "Lead, A", "Lead, B", "Moved"), ("owner", "Lead, B", None, "Post ended")]


def test_sponsor_and_contributors_change_without_a_reason_and_are_noted_by_title(session, make, lead):
    post, first, second = make.post(title="Director"), make.organisation(title="A"), make.organisation(title="B")
    action = make.action()
    edit(session, action, lead, sponsor=post.ref, contributors=(second.ref, first.ref))
    edit(session, action, lead, contributors=())
    assert told(session, action) == [
        ("sponsor", None, "Director", ""),
        ("contributors", None, "A, B", ""),
        ("contributors", "A, B", None, ""),
    ]


def test_an_action_is_filed_under_themes_that_are_noted_by_title(session, make, lead):
    first, second, action = make.theme(title="Care"), make.theme(title="Data"), make.action()
    edit(session, action, lead, themes=(second.ref, first.ref))
    edit(session, action, lead, themes=(first.ref,))
    assert told(session, action) == [("themes", None, "Care, Data", ""), ("themes", "Care, Data", "Care", "")]
    with pytest.raises(Invalid, match="no theme called “nothing”"):
        edit(session, action, lead, themes=("nothing",))


def test_a_stale_edit_is_refused_and_shows_what_stands_now(session, make, lead):
    owner, body = make.post(title="Lead, A"), make.organisation(title="Board")
    action = make.action(owner_id=owner.id, due_on=days(10), contributors=[body])
    opened = action.version
    edit(session, action, lead, measure="All staff")
    assert action.version > opened
    with pytest.raises(Conflict) as refused:
        editing.edit(session, action.ref, ActionDetails(title="Mine"), version=opened, reason="", by=lead, today=TODAY)
    theirs = refused.value.theirs
    assert (theirs["measure"], theirs["owner"], theirs["contributors"]) == ("All staff", "Lead, A", "Board")
    assert theirs["due_on"] == "3 December 2026"
    assert refused.value.version == action.version


def test_a_due_date_before_the_start_is_refused(session, make, lead):
    action = make.action(starts_on=days(1), due_on=days(30))
    with pytest.raises(Invalid, match="before the start, 24 November 2026"):
        editing.move_due_date(
            session, action.ref, to=TODAY, reason="asked for", version=action.version, by=lead, today=TODAY
        )
    assert action.due_on == days(30)


def test_moving_the_due_date_keeps_the_old_one_and_the_reason(session, make, lead):
    action = make.action(due_on=days(10))
    with pytest.raises(Invalid, match="why"):
        editing.move_due_date(
            session, action.ref, to=days(20), reason=" ", version=action.version, by=lead, today=TODAY
        )
    with pytest.raises(Invalid, match="already"):
        editing.move_due_date(
            session, action.ref, to=days(10), reason="asked", version=action.version, by=lead, today=TODAY
        )
    with pytest.raises(Conflict):
        editing.move_due_date(
            session, action.ref, to=days(20), reason="asked", version=action.version - 1, by=lead, today=TODAY
        )
    editing.move_due_date(
        session, action.ref, to=days(20), reason="asked", version=action.version, by=lead, today=TODAY
    )
    assert (action.due_on, action.baseline_due_on) == (days(20), days(10))
    assert told(session, action) == [("due_on", "3 December 2026", "13 December 2026", "asked")]


def test_the_page_shows_every_due_date_that_an_action_had(session, make, lead):
    action = make.action(due_on=days(10))
    for day in (days(20), days(10), days(40)):
        editing.move_due_date(
            session, action.ref, to=day, reason="asked", version=action.version, by=SYSTEM, today=TODAY
        )
    history.note(session, action, "due_on", None, "soon", by=lead)
    session.flush()
    detail = record.detail(session, action.ref, lead, TODAY)
    assert detail.slips == [days(10), days(20), days(10), days(40)]


def test_the_form_offers_the_posts_and_organisations_that_the_person_may_see(session, make, lead):
    post = make.post(title="Lead", organisation_id=make.organisation(title="Board").id)
    make.post(visibility=Visibility.DRAFT, organisation_id=post.organisation_id)
    viewer = make.person(make.viewer())
    assert [(one.title, one.organisation.title) for one in editing.list_owners(session, viewer)] == [("Lead", "Board")]
    assert len(editing.list_owners(session, lead)) == 2
    assert [one.title for one in records.list_all(session, Organisation, person=viewer)] == ["Board"]


def test_a_new_action_is_joined_to_the_priorities_that_it_delivers(session, make, lead):
    priority, foreign = make.priority(), make.priority(plan_id=make.plan().id)
    action = editing.create(
        session, make.the_plan, ActionDetails(title="Train staff", priorities=(priority.ref,)), by=lead
    )
    assert [(link.from_id, link.type) for link in session.scalars(select(Link).where(Link.to_id == action.id))] == [
        (priority.id, LinkType.DELIVERED_BY)
    ]
    with pytest.raises(Invalid, match="no priority"):
        editing.create(session, make.the_plan, ActionDetails(title="Train", priorities=(foreign.ref,)), by=lead)


def test_an_action_that_was_started_from_a_row_of_the_mapping_answers_it(session, make, lead):
    response = make.response(response_type="aligned", text="It is taken up.")
    action = editing.create(session, make.the_plan, ActionDetails(title="Train"), response=response, by=lead)
    (link,) = session.scalars(select(Link).where(Link.to_id == action.id))
    assert (link.from_id, link.type) == (response.id, LinkType.ANSWERED_BY)
    assert link.reason


def test_an_action_may_be_a_draft_and_its_publication_is_noted(session, make, lead):
    action = editing.create(session, make.the_plan, ActionDetails(title="Train", visibility=Visibility.DRAFT), by=lead)
    with pytest.raises(NotFound):
        service.get(session, action.ref, make.person(make.viewer()))
    edit(session, action, lead, visibility=Visibility.PUBLISHED)
    assert service.get(session, action.ref, make.person(make.viewer())) is action
    assert told(session, action, "visibility") == [("visibility", "draft", "published", "")]


def test_a_date_that_somebody_sets_is_made_up_no_more(session, make, lead):
    edited, moved = (make.action(due_on=days(9), is_demonstration_dated=True) for _ in range(2))
    edit(session, edited, lead, measure="All staff")
    assert edited.is_demonstration_dated
    edit(session, edited, lead, reason="Agreed", due_on=days(10))
    editing.move_due_date(session, moved.ref, to=days(10), reason="Agreed", version=moved.version, by=lead, today=TODAY)
    assert not edited.is_demonstration_dated
    assert not moved.is_demonstration_dated


# Whoever may not decide a change of the date asks for it


def move(session, action, to, by):
    """Move the due date by the form, and by the service; both refuse alike."""
    with pytest.raises(Invalid) as by_service:
        editing.move_due_date(session, action.ref, to=to, reason="asked", version=action.version, by=by, today=TODAY)
    with pytest.raises(Invalid) as by_form:
        edit(session, action, by, reason="asked", due_on=to)
    assert str(by_service.value) == str(by_form.value)
    assert by_service.value.field == by_form.value.field == "due_on"
    assert not session.dirty
    return str(by_form.value)


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({"due_on": days(-1)}, "This action is overdue: only the steering group moves its date. Ask for"),
        ({"due_on": days(9), "baseline_due_on": days(5)}, "Its date has been moved before: only the steering group"),
        ({"due_on": None, "baseline_due_on": days(5)}, "Its date has been moved before: only the steering group"),
    ],
)
def test_a_lead_does_not_move_by_the_form_what_the_steering_group_decides(session, make, lead, dates, words):
    action = make.action(**dates)
    assert move(session, action, days(20), lead).startswith(words)
    assert action.due_on == dates["due_on"]
    # All else may be changed.
    edit(session, action, lead, measure="All staff")
    # Whoever has the right to decide such a change needs no request.
    edit(session, action, SYSTEM, reason="Agreed", due_on=days(20))
    assert action.due_on == days(20)


def test_a_lead_who_owns_the_action_asks_for_another_date_and_sets_the_first_one(session, make):
    post = make.post()
    owning_lead = replace(make.person(make.lead()), posts={post.id: post.title})
    action = make.action(owner_id=post.id)
    edit(session, action, owning_lead, reason="Agreed", due_on=days(9))
    assert "nobody approves their own proposal" in move(session, action, days(20), owning_lead)
    assert action.due_on == days(9)


def test_a_made_up_date_is_replaced_freely_and_never_counts_as_agreed(session, make, lead):
    post = make.post()
    owning_lead = replace(make.person(make.lead()), posts={post.id: post.title})
    action = make.action(owner_id=post.id, due_on=days(-3), baseline_due_on=days(-9), is_demonstration_dated=True)
    edit(session, action, owning_lead, reason="Agreed", due_on=days(20))
    assert (action.due_on, action.baseline_due_on, action.is_demonstration_dated) == (days(20), days(20), False)
    edit(session, action, lead, reason="Agreed", due_on=days(30))
    assert (action.due_on, action.baseline_due_on) == (days(30), days(20))


def test_nobody_moves_a_date_into_the_past_and_the_machine_does(session, make, lead):
    action = make.action(due_on=days(9))
    assert move(session, action, days(-1), lead) == "22 November 2026 has passed; give a date from today on"
    edit(session, action, lead, reason="Agreed", due_on=TODAY)
    edit(session, action, SYSTEM, reason="Loaded", due_on=days(-1))
    edit(session, action, lead, measure="All staff")
    assert action.due_on == days(-1)


@pytest.mark.parametrize(
    ("due_on", "forecast_on"), [(days(19), days(20)), (days(20), None), (days(21), None), (None, days(20))]
)
def test_a_forecast_that_the_new_due_date_reaches_is_no_longer_expected(session, make, lead, due_on, forecast_on):
    action = make.action(due_on=days(9), forecast_on=days(20))
    edit(session, action, lead, measure="All staff")
    assert action.forecast_on == days(20)
    edit(session, action, lead, reason="Agreed", due_on=due_on)
    assert action.forecast_on == forecast_on
