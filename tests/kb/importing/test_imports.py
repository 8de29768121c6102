"""The review of an import: what is kept, what a person decides, what is written, and taking all of it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from kb import history, records
from kb.catalogue import source_editing
from kb.db import now
from kb.errors import Invalid, NotAllowed, NotFound
from kb.importing import bringing, service, undoing, work
from kb.importing.undoing import Overtaken
from kb.models.history import Channel
from kb.models.importing import Import, ImportState, Outcome
from kb.models.source import Source
from kb.permissions import SYSTEM
from kb.removal import deleting
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kb.config import Settings
    from kb.db import Database
    from kb.permissions import Person
    from tests.factories import Make

pytestmark = pytest.mark.differs

HEADINGS = "Source,Type,Category,Summary\n"
TWO = HEADINGS + "Crisis Concordat,strategy,Policy driver,What to do\nNursing Survey,survey,Research,What they said\n"


@pytest.fixture
def lead(make: Make) -> Person:
    return make.person(make.lead())


@pytest.fixture
def brought(
    session: Session, database: Database, settings: Settings, lead: Person, tmp_path: Path
) -> Callable[[str], Import]:
    """Bring a CSV of sources in as the lead, and have it proposed."""

    def bring(text: str, *, by: Person = lead) -> Import:
        path = tmp_path / "sources.csv"
        path.write_text(text, encoding="utf-8")
        incoming = bringing.bring(session, path, "sources.csv", kind="sources", plan=None, by=by)
        session.commit()
        work.run(database, settings, incoming.id)
        session.expire_all()
        return service.get(session, incoming.id, by=by)

    return bring


@pytest.fixture
def accepted(
    session: Session, database: Database, settings: Settings, lead: Person, brought: Callable[[str], Import]
) -> Callable[[str], Import]:
    """Bring a CSV of sources in, and accept all of it."""

    def accept(text: str) -> Import:
        incoming = brought(text)
        service.accept(session, incoming, by=lead)
        session.commit()
        work.run(database, settings, incoming.id)
        session.expire_all()
        return service.get(session, incoming.id, by=lead)

    return accept


def outcomes(session: Session, incoming: Import) -> list[str]:
    return [row.outcome for row in service.list_rows(session, incoming)]


def titles(session: Session) -> set[str]:
    return {source.title for source in session.query(Source)}


def test_a_file_that_was_brought_writes_nothing_before_it_is_accepted(
    session: Session, brought: Callable[[str], Import]
) -> None:
    incoming = brought(TWO)
    assert incoming.state == ImportState.READY
    assert outcomes(session, incoming) == [Outcome.CREATE, Outcome.CREATE]
    assert titles(session) == set()


def test_every_row_of_the_file_is_counted_once(session: Session, brought: Callable[[str], Import], make: Make) -> None:
    make.source(title="Nursing Survey", source_kind="survey", category="research", summary="What they said")
    incoming = brought(TWO + "Bad Day,strategy,No such category,x\n,strategy,Research,no title\n")
    counts = service.counts(session, [incoming.id])[incoming.id]
    assert (counts.rows, counts.created, counts.changed, counts.refused, counts.left_alone) == (4, 1, 0, 2, 1)
    assert counts.rows == incoming.total


def test_accepted_rows_are_written_with_their_place_in_the_history(
    session: Session, accepted: Callable[[str], Import], lead: Person
) -> None:
    incoming = accepted(TWO)
    assert incoming.state == ImportState.ACCEPTED
    assert titles(session) == {"Crisis Concordat", "Nursing Survey"}
    source = session.query(Source).filter(Source.title == "Nursing Survey").one()
    (origin,) = service.origins_of(session, source, by=lead)
    assert (origin.incoming.id, origin.is_new) == (incoming.id, True)
    assert origin.row.place.endswith("row 3")
    (change,) = history.list_for(session, source, person=SYSTEM)
    assert (change.channel, change.person_id) == (Channel.IMPORT, lead.user_id)


def test_a_row_that_is_left_out_is_not_written(
    session: Session, brought: Callable[[str], Import], database: Database, settings: Settings, lead: Person
) -> None:
    incoming = brought(TWO)
    first, _ = service.list_rows(session, incoming)
    assert service.leave_out(session, incoming, [first.id], is_skipped=True, by=lead, today=TODAY) == 1
    assert service.counts(session, [incoming.id])[incoming.id].left_alone == 1
    service.accept(session, incoming, by=lead)
    session.commit()
    work.run(database, settings, incoming.id)
    assert titles(session) == {"Nursing Survey"}


def test_a_refused_row_can_be_mended_in_place(session: Session, brought: Callable[[str], Import], lead: Person) -> None:
    incoming = brought(HEADINGS + "Crisis Concordat,strategy,Nonsense,x\n")
    (row,) = service.list_rows(session, incoming)
    assert row.outcome == Outcome.REFUSE
    assert [field for field, _ in row.problems] == ["category"]
    service.edit_row(session, incoming, row.id, {"category": "Research"}, "", by=lead, today=TODAY)
    assert (row.outcome, row.problems, row.values["category"]) == (Outcome.CREATE, [], "Research")


def test_the_same_file_twice_has_nothing_to_bring_in(
    session: Session, accepted: Callable[[str], Import], brought: Callable[[str], Import], lead: Person
) -> None:
    accepted(TWO)
    again = brought(TWO)
    assert outcomes(session, again) == [Outcome.SAME, Outcome.SAME]
    with pytest.raises(Invalid, match="nothing to bring in"):
        service.accept(session, again, by=lead)


def test_an_edited_file_shows_only_the_difference(
    session: Session, accepted: Callable[[str], Import], brought: Callable[[str], Import]
) -> None:
    accepted(TWO)
    again = brought(TWO.replace("What to do", "What to do next"))
    first, second = service.list_rows(session, again)
    assert (first.outcome, second.outcome) == (Outcome.CHANGE, Outcome.SAME)
    assert [(old, new) for _, old, new in first.differences] == [("What to do", "What to do next")]


def test_an_import_is_undone_as_a_whole(session: Session, accepted: Callable[[str], Import], lead: Person) -> None:
    accepted(TWO)
    incoming = accepted(TWO.replace("What to do", "What to do next") + "Third,strategy,Research,New\n")
    assert undoing.undo(session, incoming, by=lead, today=TODAY) == 2
    session.expire_all()
    assert titles(session) == {"Crisis Concordat", "Nursing Survey"}
    assert session.query(Source).filter(Source.title == "Crisis Concordat").one().summary == "What to do"
    assert incoming.state == ImportState.UNDONE
    with pytest.raises(Invalid):
        undoing.undo(session, incoming, by=lead, today=TODAY)


def test_an_import_that_somebody_has_built_on_is_not_undone(
    session: Session, accepted: Callable[[str], Import], make: Make, lead: Person
) -> None:
    incoming = accepted(TWO)
    source = session.query(Source).filter(Source.title == "Crisis Concordat").one()
    response = make.response(source)
    with pytest.raises(Overtaken, match="1 record was changed or built on since") as refused:
        undoing.undo(session, incoming, by=lead, today=TODAY)
    assert [(one.record.id, one.on) for one in refused.value.touched] == [(response.id, "Crisis Concordat")]
    assert titles(session) == {"Crisis Concordat", "Nursing Survey"}


def test_an_import_whose_record_was_edited_since_names_it_with_who_edited_it(
    session: Session, accepted: Callable[[str], Import], lead: Person, make: Make
) -> None:
    incoming = accepted(TWO)
    source = session.query(Source).filter(Source.title == "Nursing Survey").one()
    standing = source_editing.get(session, source.ref, person=lead)
    user = make.lead()
    history.note(session, standing, "summary", "a", "b", reason="Better words", by=make.person(user))
    session.flush()
    with pytest.raises(Overtaken) as refused:
        undoing.undo(session, incoming, by=lead, today=TODAY)
    (touched,) = refused.value.touched
    assert (touched.record.title, touched.on) == ("Nursing Survey", "")
    assert touched.change is not None
    assert (touched.change.field, touched.change.person) == ("summary", user)


def test_an_import_of_which_a_record_was_deleted_since_names_it(
    session: Session, accepted: Callable[[str], Import], lead: Person
) -> None:
    incoming = accepted(TWO)
    source = session.query(Source).filter(Source.title == "Nursing Survey").one()
    deleting.delete(session, source, reason="It is none", by=lead)
    session.flush()
    session.expire_all()
    with pytest.raises(Overtaken) as refused:
        undoing.undo(session, incoming, by=lead, today=TODAY)
    assert [one.record.title for one in refused.value.touched] == ["Nursing Survey"]


def test_what_stands_in_the_way_of_undoing_is_named_only_to_those_who_may_see_it(
    session: Session, accepted: Callable[[str], Import], make: Make, lead: Person
) -> None:
    incoming = accepted(TWO)
    source = session.query(Source).filter(Source.title == "Crisis Concordat").one()
    make.response(source, plan_id=make.plan().id, visibility="draft")
    with pytest.raises(Overtaken) as refused:
        undoing.undo(session, incoming, by=lead, today=TODAY)
    assert (list(refused.value.touched), refused.value.others) == ([], 1)


def test_what_changed_between_review_and_acceptance_is_proposed_again(
    session: Session,
    brought: Callable[[str], Import],
    make: Make,
    database: Database,
    settings: Settings,
    lead: Person,
) -> None:
    incoming = brought(TWO)
    make.source(title="Nursing Survey", source_kind="survey", category="research", summary="What they said")
    service.accept(session, incoming, by=lead)
    session.commit()
    work.run(database, settings, incoming.id)
    session.expire_all()
    assert outcomes(session, incoming) == [Outcome.CREATE, Outcome.SAME]
    assert session.query(Source).filter(Source.title == "Nursing Survey").count() == 1


def test_two_who_work_at_one_import_do_not_both_do_it(
    session: Session, brought: Callable[[str], Import], database: Database, settings: Settings, lead: Person
) -> None:
    incoming = brought(TWO)
    service.accept(session, incoming, by=lead)
    incoming.claimed_until = now() + timedelta(minutes=1)
    session.commit()
    assert not work.run(database, settings, incoming.id)
    assert titles(session) == set()
    # Whoever had it was killed: the worker takes over when the claim has run out.
    later = now() + timedelta(hours=1)
    assert work.run_waiting(database, settings, clock=lambda: later, should_stop=lambda: False) == 1
    assert titles(session) == {"Crisis Concordat", "Nursing Survey"}


def test_another_lead_does_not_see_the_import(session: Session, brought: Callable[[str], Import], make: Make) -> None:
    incoming = brought(TWO)
    other = make.person(make.lead(make.plan()))
    with pytest.raises(NotFound):
        service.get(session, incoming.id, by=other)
    assert service.count(session, by=other) == 0


def test_nobody_but_leads_brings_files(session: Session, make: Make, tmp_path: Path) -> None:
    path = tmp_path / "sources.csv"
    path.write_text(TWO)
    viewer = make.person(make.viewer())
    with pytest.raises(NotAllowed):
        bringing.bring(session, path, "sources.csv", kind="sources", plan=None, by=viewer)


def test_rights_that_were_lost_since_the_review_write_nothing(
    session: Session, brought: Callable[[str], Import], make: Make, database: Database, settings: Settings
) -> None:
    user = make.lead()
    by = make.person(user)
    incoming = brought(TWO, by=by)
    service.accept(session, incoming, by=by)
    user.is_active = False
    session.commit()
    work.run(database, settings, incoming.id)
    session.expire_all()
    assert titles(session) == set()


def test_a_file_without_known_headings_says_so(session: Session, lead: Person, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("apples,pears\n1,2\n")
    with pytest.raises(Invalid, match="headings") as refused:
        bringing.bring(session, path, "x.csv", kind="", plan=None, by=lead)
    assert refused.value.field == "kind"


def test_what_somebody_else_edited_since_the_review_is_not_taken_back(
    session: Session,
    accepted: Callable[[str], Import],
    brought: Callable[[str], Import],
    database: Database,
    settings: Settings,
    lead: Person,
) -> None:
    accepted(TWO)
    incoming = brought(TWO.replace("What to do", "What to do next"))
    standing = session.query(Source).filter(Source.title == "Crisis Concordat").one()
    source = source_editing.get(session, standing.ref, person=lead)
    details = replace(source_editing.details_of(source), source_kind="framework")
    source_editing.edit(session, source.ref, details, version=source.version, reason="It is none", by=lead)
    service.accept(session, incoming, by=lead)
    session.commit()
    work.run(database, settings, incoming.id)
    session.expire_all()
    source = session.query(Source).filter(Source.title == "Crisis Concordat").one()
    assert (source.source_kind, source.summary) == ("framework", "What to do")
    row = service.list_rows(session, incoming)[0]
    assert row.outcome == Outcome.REFUSE
    assert "Type" in row.problems[0][1]


def test_rows_are_written_by_one_flush_for_all_of_a_batch(accepted: Callable[[str], Import], session: Session) -> None:
    saved: list[int] = []

    def note(session: Session, *_: object) -> None:
        saved.append(sum(isinstance(one, Source) for one in session.new))

    event.listen(Session, "before_flush", note)
    try:
        accepted(TWO)
    finally:
        event.remove(Session, "before_flush", note)
    assert [number for number in saved if number] == [2]
    assert {source.version for source in session.scalars(select(Source))} == {1}


def test_a_ref_that_somebody_takes_while_rows_are_written_refuses_none_of_them(
    session: Session, database: Database, settings: Settings, brought: Callable[[str], Import], lead: Person, make: Make
) -> None:
    incoming = brought(TWO)
    make.source(ref="taken")
    service.accept(session, incoming, by=lead)
    session.commit()
    new_ref, given = records.new_ref, iter(["taken"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "new_ref", lambda *args: next(given, "") or new_ref(*args))
        work.run(database, settings, incoming.id)
    session.expire_all()
    assert service.counts(session, [incoming.id])[incoming.id].created == 2
    assert {"Crisis Concordat", "Nursing Survey"} <= titles(session)
