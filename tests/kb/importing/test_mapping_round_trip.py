"""A mapping goes out as a Word document and comes in again: as the same records, or with just what was edited."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from docx import Document
from sqlalchemy import func, select

from kb.exporting import mapped, mapping, paper
from kb.exporting.paper import Front
from kb.importing import bringing, service, undoing, work
from kb.importing.kinds.mappings import MappingKind
from kb.importing.proposals import Context
from kb.importing.reading import read
from kb.models.importing import ImportState, Outcome
from kb.models.plan import Response
from kb.models.source import KeyPoint, Source
from kb.permissions import SYSTEM
from tests.conftest import TODAY
from tests.kb.founding import documents
from tests.kb.importing import mapping_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docx.document import Document as DocumentType
    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.db import Database
    from kb.importing.proposals import Applied, Proposal
    from kb.models.plan import Plan
    from tests.factories import Make

KIND = MappingKind()
NASTY = "=1+1 <b>bold</b> & “quotes” [Commitment] \u202etrap 🏴 ; one • two – it ends here:"


@pytest.fixture
def plan(make: Make) -> Plan:
    """A plan that answers one source, leaves one open, and has one row of two sources."""
    plan = make.plan(title="The plan")
    crisis = make.source(title="Crisis Concordat 2019")
    make.key_point(crisis, title="Every call is answered within four hours")
    make.key_point(crisis, title="Teams are trained", point_kind="commitment", promised_by="A board; and another")
    make.implication(crisis, title="More trained staff at night", implication_kind="numbers", horizon="short")
    make.key_point(make.source(title="Open Question"), title=NASTY)
    two = make.source(title="First of two"), make.source(title="Second of two")
    for source in two:
        make.key_point(source, title="Both of them say this")
    sources = {source.title: source for source in make.session.scalars(select(Source))}
    make.response(crisis, response_type="aligned", text="We do that.\n\nAnd more of it.", section="policy")
    make.response(sources["Open Question"], response_type=None, text="", section="")
    make.response(*two, response_type=None, text=NASTY, section="policy")
    return plan


@pytest.fixture
def written(session: Session, plan: Plan, tmp_path: Path) -> Path:
    """The plan's mapping as a Word document."""
    path = tmp_path / "mapping.docx"
    write(session, plan, path)
    return path


def write(session: Session, plan: Plan, path: Path) -> None:
    session.flush()
    session.expire_all()
    rows = mapped.of_plan(session, plan, person=SYSTEM)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    front = Front("Mapping", f"plan:{plan.ref}", plan.title, "", "https://example.org", at, 1, is_demonstration=False)
    with path.open("wb") as file:
        paper.write(file, front, mapping.parts(rows))


def propose(session: Session, plan: Plan, path: Path) -> list[Proposal]:
    book = read(path, path.name)
    rows = KIND.rows(book, bringing.recognise(KIND, book))
    context = Context(session, plan, SYSTEM, TODAY)
    return [KIND.propose(context, row.values, "") for row in rows]


def apply(session: Session, plan: Plan, path: Path) -> list[Applied]:
    book = read(path, path.name)
    context = Context(session, plan, SYSTEM, TODAY)
    rows = KIND.rows(book, bringing.recognise(KIND, book))
    return [one for row in rows for one in KIND.apply(context, row.values, "", reason="A test")]


def edited(path: Path, edit: Callable[[DocumentType], None]) -> Path:
    """The document after somebody has worked on it."""
    document = Document(str(path))
    edit(document)
    document.save(str(path))
    return path


def replace_run(document: DocumentType, old: str, new: str) -> None:
    runs = [
        run
        for table in document.tables
        for row in table.rows
        for cell in row.cells
        for paragraph in cell.paragraphs
        for run in paragraph.runs
        if old in run.text
    ]
    (run,) = runs
    run.text = run.text.replace(old, new)


def told(proposals: list[Proposal]) -> list[tuple[str, str]]:
    return [(one.old, one.new) for proposal in proposals for one in proposal.differences]


def test_what_went_out_comes_in_as_the_same(session: Session, plan: Plan, written: Path) -> None:
    proposals = propose(session, plan, written)
    assert [one.outcome for one in proposals] == [Outcome.SAME] * 3
    assert told(proposals) == []


def test_an_edited_point_is_the_same_point_however_much_of_it_was_changed(
    session: Session, plan: Plan, written: Path
) -> None:
    path = edited(written, lambda one: replace_run(one, "Every call is answered within four hours", "Calls wait"))
    assert told(propose(session, plan, path)) == [("Every call is answered within four hours", "Calls wait")]
    apply(session, plan, path)
    source_id = session.scalars(select(Source.id).where(Source.title == "Crisis Concordat 2019")).one()
    points = session.scalars(select(KeyPoint).where(KeyPoint.source_id == source_id))
    assert sorted(point.title for point in points) == ["Calls wait", "Teams are trained"]


def test_a_high_row_goes_out_in_parts_and_comes_in_as_one(session: Session, make: Make, tmp_path: Path) -> None:
    """Also where a part begins within what a source means, or with the second source, and where one was edited."""
    plan = make.plan(title="The plan")
    two = make.source(title="A long Act"), make.source(title="A long code")
    for source in two:
        for number in range(12):
            make.key_point(source, title=f"Duty {number} of {source.title} is told in some more words than that")
            make.implication(source, title=f"Work {number} of {source.title} is told in some more words than that")
    make.response(*two, response_type="aligned", text="We follow it.\nAll of it.", section="policy")
    make.response(make.source(title="A study"), response_type=None, text="", section="policy")
    path = tmp_path / "mapping.docx"
    write(session, plan, path)
    table = Document(str(path)).tables[0]
    first = [row.cells[0].paragraphs[0].text for row in table.rows[1:]]
    assert {"A long Act (continued)", "A long code (continued)"} < set(first)
    proposals = propose(session, plan, path)
    assert [(one.outcome, told([one])) for one in proposals] == [(Outcome.SAME, [])] * 2
    wanted = "Work 11 of A long Act is told in some more words than that"
    path = edited(path, lambda one: replace_run(one, wanted, "Work ends"))
    assert told(propose(session, plan, path)) == [
        (f"{wanted} [Skills and training]", "Work ends [Skills and training]")
    ]


def test_what_is_typed_into_a_further_part_of_a_row_is_its_answer_too(
    session: Session, make: Make, tmp_path: Path
) -> None:
    plan, source = make.plan(title="The plan"), make.source(title="A long Act")
    for number in range(30):
        make.key_point(source, title=f"Duty {number} is told in some more words than that")
    make.response(source, response_type="aligned", text="We follow it.", section="policy")
    path = tmp_path / "mapping.docx"
    write(session, plan, path)

    def answer(document: DocumentType) -> None:
        document.tables[0].rows[2].cells[2].text = "And more."

    assert told(propose(session, plan, edited(path, answer))) == [("We follow it.", "We follow it.\nAnd more.")]


def test_an_edited_answer_is_the_only_difference(session: Session, plan: Plan, written: Path) -> None:
    path = edited(written, lambda one: replace_run(one, "And more of it.", "And no more."))
    ((old, new),) = told(propose(session, plan, path))
    assert old.split() == ["We", "do", "that.", "And", "more", "of", "it."]
    assert new.split() == ["We", "do", "that.", "And", "no", "more."]


def test_an_edited_title_renames_the_source(session: Session, plan: Plan, written: Path) -> None:
    path = edited(written, lambda one: replace_run(one, "Crisis Concordat 2019", "Crisis Care Concordat"))
    assert told(propose(session, plan, path)) == [("Crisis Concordat 2019", "Crisis Care Concordat")]
    apply(session, plan, path)
    assert session.scalar(select(func.count()).where(Source.title == "Crisis Care Concordat")) == 1


def test_a_line_that_was_added_is_a_new_point(session: Session, plan: Plan, written: Path) -> None:
    def add(document: DocumentType) -> None:
        cell = document.tables[0].rows[1].cells[1]
        cell.add_paragraph("A point that nobody knew")

    proposals = propose(session, plan, edited(written, add))
    assert ("", "A point that nobody knew") in told(proposals)


def test_it_comes_into_an_empty_plan_with_kinds_and_gaps(
    session: Session, plan: Plan, written: Path, make: Make
) -> None:
    other = make.plan(title="Another plan")
    answers = [one.record for one in apply(session, other, written) if isinstance(one.record, Response)]
    assert len(answers) == 3
    assert sum(1 for one in answers if not one.text) == 1
    write(session, other, written)
    assert [one.outcome for one in propose(session, other, written)] == [Outcome.SAME] * 3


@documents
def test_the_founding_mapping_comes_in_whole_goes_out_and_comes_in_with_no_difference(
    session: Session, database: Database, settings: Settings, make: Make, tmp_path: Path
) -> None:
    plan, path = make.plan(title="A plan"), tmp_path / "mapping.docx"
    title, tables = mapping_document.layout(mapping_document.original(), banner=True)
    mapping_document.write(title, tables, path)
    incoming = bringing.bring(session, path, path.name, kind="", plan=plan, by=SYSTEM)
    session.commit()
    work.run(database, settings, incoming.id)
    session.expire_all()
    service.accept(session, incoming, by=SYSTEM)
    session.commit()
    work.run(database, settings, incoming.id)
    session.expire_all()
    assert incoming.state == ImportState.ACCEPTED
    counts = service.counts(session, [incoming.id])[incoming.id]
    assert (counts.rows, counts.created, counts.refused) == (55, 55, 0)
    number = {model: session.scalar(select(func.count()).select_from(model)) for model in (Source, KeyPoint, Response)}
    assert number == {Source: 62, KeyPoint: 274, Response: 55}
    gaps = select(func.count()).select_from(Response).where(Response.text == "", Response.response_type.is_(None))
    assert session.scalar(gaps) == 3
    write(session, plan, path)
    proposals = propose(session, plan, path)
    assert [one.outcome for one in proposals] == [Outcome.SAME] * 55
    assert undoing.undo(session, incoming, by=SYSTEM, today=TODAY) == 62 + 274 + 55
    assert session.scalar(select(func.count()).select_from(Source)) == 0
