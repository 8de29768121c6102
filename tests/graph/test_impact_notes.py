from __future__ import annotations

import pytest

from graph.impact import notes as impact_notes
from graph.impact.answers import ask
from graph.impact.questions import put
from kb import records
from kb.errors import Invalid, NotAllowed, NotFound
from kb.models.link import LinkType
from kb.models.record import Visibility
from kb.permissions import NOBODY, SYSTEM, Person

PUBLIC = Person(reads_publicly=True)


@pytest.fixture
def answer(session, make):
    source, priority = make.source(title="The strategy"), make.priority(title="Nursing")
    make.link(source, LinkType.CALLS_FOR, priority)

    def asked(person=SYSTEM):
        return ask(session, put([source], "withdrawn"), person)

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
    note = impact_notes.save(session, ask(session, put([source]), lead), plan, note="", by=lead)
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
