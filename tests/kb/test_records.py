"""Finding records by name, and who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kb import records
from kb.errors import Conflict, Invalid, NotFound
from kb.models.record import Kind, Record, Visibility
from kb.models.source import Source
from kb.permissions import NOBODY, SYSTEM, Person, visible_to

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make

pytestmark = pytest.mark.differs


def test_a_bare_ref_means_the_source_of_that_name(session: Session, make: Make) -> None:
    source, _action = make.source(ref="twice"), make.action(ref="twice")
    assert records.get_any(session, "twice", person=SYSTEM).id == source.id


def test_a_bare_ref_means_the_only_record_that_has_it(session: Session, make: Make) -> None:
    action = make.action(ref="only-once")
    assert records.get_any(session, "only-once", person=SYSTEM).id == action.id
    assert records.get_any(session, "action:only-once", person=SYSTEM).id == action.id


def test_a_bare_ref_of_several_records_is_refused_with_their_names(session: Session, make: Make) -> None:
    make.action(ref="both"), make.priority(ref="both")
    with pytest.raises(Invalid, match="action:both"):
        records.get_any(session, "both", person=SYSTEM)


def test_an_unknown_ref_is_not_found(session: Session, make: Make) -> None:
    make.source(ref="here")
    for name in ("elsewhere", "action:here", "key-point:here"):
        with pytest.raises(NotFound):
            records.get_any(session, name, person=SYSTEM)


def test_a_draft_is_found_by_its_author_and_the_plan_s_leads_only(session: Session, make: Make) -> None:
    author = make.viewer()
    draft = make.action(visibility=Visibility.DRAFT, author_id=author.id)
    other_plan_lead = make.lead(make.plan())
    seen = {
        "author": author,
        "lead": make.lead(),
        "steering": make.steering(),
    }
    unseen = {"viewer": make.viewer(), "lead of another plan": other_plan_lead, "administrator": make.administrator()}
    for who, user in seen.items():
        assert records.get(session, type(draft), draft.ref, person=make.person(user)).id == draft.id, who
    for who, user in unseen.items():
        with pytest.raises(NotFound):
            pytest.fail(f"{who} saw {records.get(session, type(draft), draft.ref, person=make.person(user)).ref}")


def test_a_shared_draft_is_for_the_leads_of_any_plan(session: Session, make: Make) -> None:
    draft = make.source(visibility=Visibility.DRAFT)
    assert records.get(session, Source, draft.ref, person=make.person(make.lead(make.plan()))).id == draft.id
    with pytest.raises(NotFound):
        records.get(session, Source, draft.ref, person=make.person(make.viewer()))


def test_without_public_reading_somebody_unknown_sees_nothing(session: Session, make: Make) -> None:
    make.source()
    assert session.scalars(select(Record).where(visible_to(NOBODY))).all() == []


def test_with_public_reading_somebody_unknown_sees_published_records_only(session: Session, make: Make) -> None:
    published, _draft = make.source(), make.source(visibility=Visibility.DRAFT)
    seen = session.scalars(select(Record.id).where(visible_to(Person(reads_publicly=True)))).all()
    assert seen == [published.id]


def test_two_records_of_a_kind_cannot_bear_one_ref(session: Session, make: Make) -> None:
    make.source(ref="one")
    make.priority(ref="one")
    with pytest.raises(IntegrityError):
        make.source(ref="one")


def test_a_new_ref_is_made_of_the_title_and_is_free(session: Session, make: Make) -> None:
    make.source(ref="a-plan-for-wales"), make.source(ref="a-plan-for-wales-2")
    assert records.new_ref(session, Kind.SOURCE, "A plan, for Wales!") == "a-plan-for-wales-3"
    assert records.new_ref(session, Kind.ACTION, "A plan, for Wales!") == "a-plan-for-wales"
    assert records.new_ref(session, Kind.SOURCE, "…") == "source"


def test_a_stale_version_is_a_conflict_that_carries_what_stands_now(session: Session, make: Make) -> None:
    source = make.source(title="Mine")
    version = source.version
    source.summary = "Somebody saved"
    session.flush()
    with pytest.raises(Conflict, match="was saved while you were writing") as refused:
        records.check_version(source, version, theirs={"summary": source.summary}, saved_by="Lead")
    assert refused.value.theirs == {"summary": "Somebody saved"}


def test_the_version_moves_also_when_only_the_kind_s_own_table_changed(session: Session, make: Make) -> None:
    action = make.action()
    before = action.version
    action.measure = "Ten more"
    session.flush()
    assert action.version == before + 1


def test_records_are_listed_by_id_without_those_that_may_not_be_seen(session: Session, make: Make) -> None:
    published, draft = make.source(), make.source(visibility=Visibility.DRAFT)
    found = records.list_by_ids(session, [published.id, draft.id], person=make.person(make.viewer()))
    assert list(found) == [published.id]
