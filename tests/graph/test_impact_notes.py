from __future__ import annotations

from datetime import timedelta

import pytest

from graph.impact import notes as impact_notes
from graph.impact.answers import ask
from graph.impact.findings import finding
from graph.impact.questions import put
from graph.impact.told import Helped, Named, Told, What
from kb import records
from kb.errors import Invalid, NotAllowed, NotFound
from kb.models.link import LinkType
from kb.models.record import Visibility
from kb.permissions import NOBODY, SYSTEM, Person
from tests.conftest import TODAY

PUBLIC = Person(reads_publicly=True)


@pytest.fixture
def answer(session, make):
    source, priority = make.source(title="The strategy"), make.priority(title="Nursing")
    make.link(source, LinkType.CALLS_FOR, priority)

    def asked(person=SYSTEM):
        return ask(session, put([source], "withdrawn"), person, TODAY)

    return asked


def test_a_note_stays_as_it_was_when_the_map_moves_on(session, make, answer):
    lead = make.person(make.lead())
    note = impact_notes.save(session, answer(lead), make.the_plan, note=" Think of nursing. ", by=lead)
    row = answer().told.rows[0].record
    make.link(make.source(), LinkType.CALLS_FOR, records.get_any(session, f"priority:{row.ref}", person=SYSTEM))
    read = impact_notes.read(impact_notes.get(session, note.id, person=PUBLIC))
    assert read.figures == (1, 0, 1)
    assert answer().told.figures == (1, 1, 0)
    assert (note.title, note.note) == ("If “The strategy” is repealed or withdrawn", "Think of nursing.")


def test_a_note_that_names_a_draft_is_for_leads_and_steering_group_of_its_plan_alone(session, make, answer):
    plan, lead = make.the_plan, make.person(make.lead())
    source = make.source(title="Draft", visibility=Visibility.DRAFT)
    note = impact_notes.save(session, ask(session, put([source]), lead, TODAY), plan, note="", by=lead)
    assert note.visibility == Visibility.DRAFT
    open_note = impact_notes.save(session, answer(lead), plan, note="", by=lead)
    assert open_note.visibility == Visibility.PUBLISHED
    other = make.person(make.lead(make.plan()))
    for person in (lead, make.person(make.steering(plan))):
        assert [each.id for each in impact_notes.list_notes(session, person)] == [open_note.id, note.id]
    for person in (PUBLIC, other, make.person(make.viewer(plan))):
        assert [each.id for each in impact_notes.list_notes(session, person)] == [open_note.id]
        with pytest.raises(NotFound):
            impact_notes.get(session, note.id, person=person)
    assert impact_notes.list_notes(session, NOBODY) == []


def test_a_draft_that_only_keeps_something_makes_the_note_a_draft_too(session, make, answer):
    lead = make.person(make.lead())
    draft = make.source(visibility=Visibility.DRAFT)
    row = answer(lead).told.rows[0].record
    make.link(draft, LinkType.CALLS_FOR, records.get_any(session, f"priority:{row.ref}", person=SYSTEM))
    assert answer(lead).told.rows[0].kept[0].title == draft.title
    assert impact_notes.save(session, answer(lead), make.the_plan, note="", by=lead).visibility == Visibility.DRAFT


def test_an_answer_that_goes_by_a_forecast_is_kept_for_the_plans_members_alone(session, make):
    lead = make.person(make.lead())
    late = make.action(due_on=TODAY, forecast_on=TODAY + timedelta(days=9))
    asked = ask(session, put([late], "delayed"), lead, TODAY)
    assert impact_notes.save(session, asked, make.the_plan, note="", by=lead).visibility == Visibility.DRAFT


def test_a_note_is_found_again_by_its_words_until_it_is_put_away(session, make, answer):
    lead = make.person(make.lead())

    def same(note, plan=make.the_plan):
        return impact_notes.find_same(session, answer(lead), plan, note=note, person=lead)

    note = impact_notes.save(session, answer(lead), make.the_plan, note="Decide.", by=lead)
    assert same(" Decide. ") is note
    assert (same("Decide"), same("Decide.", make.plan())) == (None, None)
    impact_notes.put_away(session, note.id, by=lead)
    assert same("Decide.") is None


def test_only_a_lead_of_the_plan_saves_a_note_or_puts_it_away(session, make, answer):
    plan, lead = make.the_plan, make.person(make.lead())
    note = impact_notes.save(session, answer(lead), plan, note="", by=lead)
    for user in (make.steering(plan), make.viewer(plan), make.lead(make.plan())):
        person = make.person(user)
        with pytest.raises(NotAllowed):
            impact_notes.save(session, answer(person), plan, note="", by=person)
        with pytest.raises(NotAllowed):
            impact_notes.put_away(session, note.id, by=person)
    with pytest.raises(Invalid, match="at most"):
        impact_notes.save(session, answer(lead), plan, note="x" * 2_001, by=lead)


def test_a_note_that_was_put_away_is_on_no_list_but_has_its_page(session, make, answer):
    lead = make.person(make.lead())
    note = impact_notes.save(session, answer(lead), make.the_plan, note="", by=lead)
    impact_notes.put_away(session, note.id, by=lead)
    assert impact_notes.list_notes(session, lead) == []
    put_away_at = impact_notes.get(session, note.id, person=lead).put_away_at
    assert put_away_at is not None
    assert impact_notes.put_away(session, note.id, by=lead).put_away_at == put_away_at


def test_the_list_is_of_the_plans_asked_for_with_the_newest_first(session, make, answer):
    lead, other = make.person(make.lead()), make.plan()
    notes = [make.impact_note() for _ in range(3)]
    make.impact_note(plan_id=other.id)
    listed = impact_notes.list_notes(session, lead, [make.the_plan.id], limit=2)
    assert [note.id for note in listed] == [notes[2].id, notes[1].id]


def test_what_was_deleted_since_can_no_longer_be_opened_from_a_note(session, make, answer):
    lead = make.person(make.lead())
    note = impact_notes.save(session, answer(lead), make.the_plan, note="", by=lead)
    told = impact_notes.read(note)
    there = impact_notes.still_there(session, told, PUBLIC)
    assert {one.title for one in there} == {"The strategy", "Nursing"}
    assert impact_notes.still_there(session, told, NOBODY) == frozenset()


def test_a_note_tells_its_finding_in_one_sentence(session, make):
    gone, other = make.source(), make.source()
    priorities = [make.priority() for _ in range(3)]
    actions = [make.action() for _ in range(2)]
    for priority in priorities:
        make.link(gone, LinkType.CALLS_FOR, priority)
    make.link(other, LinkType.CALLS_FOR, priorities[0])
    make.link(priorities[1], LinkType.DELIVERED_BY, actions[0])
    make.link(priorities[0], LinkType.DELIVERED_BY, actions[1])

    def found(records, what):
        lead = make.person(make.lead())
        answer = ask(session, put(records, what), lead, TODAY)
        return impact_notes.finding(impact_notes.save(session, answer, make.the_plan, note="", by=lead))

    assert found([gone], "withdrawn") == "2 priorities and 1 action lose all support; 2 keep other support."
    assert found([gone], "delayed") == "2 priorities and 1 action rest on nothing else; 2 rest on other sources too."
    assert found([other], "withdrawn") == "Nothing loses all support; 2 keep other support."
    assert found([actions[0]], "stopped") == "1 priority loses its only action."
    assert found([actions[0]], "delayed") == "No open action waits for it."


def test_the_finding_about_a_post_says_what_would_have_no_owner(session, make):
    lost, other = make.post(), make.post()
    priorities = [make.priority(), make.priority()]
    for priority, post in ((priorities[0], lost), (priorities[1], lost), (priorities[1], other)):
        make.link(priority, LinkType.DELIVERED_BY, make.action(owner_id=post.id))
    lead = make.person(make.lead())
    note = impact_notes.save(session, ask(session, put([lost]), lead, TODAY), make.the_plan, note="", by=lead)
    assert impact_notes.finding(note) == "2 records lose their owner; 1 priority keeps no owner; 1 keeps another owner."


def test_the_finding_about_an_organisation_says_what_loses_a_contributor(session, make):
    lead, body, other = make.person(make.lead()), make.organisation(), make.organisation()
    make.action(contributors=[body])
    make.action(contributors=[body, other])
    note = impact_notes.save(session, ask(session, put([body]), lead, TODAY), make.the_plan, note="", by=lead)
    said = "It owns nothing that is open. 2 actions lose a contributor, 1 of them the only one."
    assert impact_notes.finding(note) == said


def test_the_finding_about_an_organisation_counts_what_it_only_contributes_to():
    body, action = Named("organisation", "body", "A body"), Named("action", "act", "Act")
    helped = (Helped(action, None, (), None),) * 2
    told = Told(What.LOST, (body,), None, None, (0, 0, 0), "It owns nothing that is open.", helped=helped)
    assert finding(told) == "It owns nothing that is open. 2 actions lose a contributor, 2 of them the only one."


def test_the_steering_page_says_what_a_note_found_beside_its_question(session, browse, make, answer):
    lead = make.lead()
    impact_notes.save(session, answer(make.person(lead)), make.the_plan, note="", by=make.person(lead))
    for page in ("/steering", "/impact"):
        html = browse.sign_in(lead).get(page).text
        assert "If “The strategy” is repealed or withdrawn" in html
        assert "1 priority loses all support." in html
