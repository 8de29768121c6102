"""Rows of a mapping table: what they propose beside what stands, what they write, and taking that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb.importing.grid import Book, Cell, Row, Table
from kb.importing.kinds.mappings import MappingKind
from kb.importing.proposals import NEW, Context
from kb.mapping import service as mappings
from kb.models.importing import Outcome
from kb.models.plan import Response
from kb.models.source import KeyPoint, Source
from kb.permissions import SYSTEM
from tests.conftest import TODAY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.importing.proposals import Applied, FileRow, Proposal
    from tests.factories import Make

KIND = MappingKind()
HEADINGS = ("Reference", "Key reference points", "Relevance")


def book(*rows: tuple[str, str, str]) -> Book:
    """A document with one table; lines of the middle cell that begin with a bullet are bullets."""
    cells = [tuple(map(Cell, HEADINGS))]
    for reference, points, relevance in rows:
        lines = points.split("\n") if points else []
        bullets = tuple(place for place, line in enumerate(lines) if line.startswith("• "))
        text = "\n".join(line.removeprefix("• ") for line in lines)
        cells.append((Cell(reference), Cell(text, bullets=bullets), Cell(relevance)))
    return Book((Table("Table 1", tuple(Row(number, row) for number, row in enumerate(cells, 1))),))


def rows_of(document: Book) -> list[FileRow]:
    return list(KIND.rows(document, {"0": KIND.recognise(document.tables[0])}))


@pytest.fixture
def context(session: Session, make: Make) -> Context:
    """A file that comes in for the plan, by the machine."""
    return Context(session, make.the_plan, SYSTEM, TODAY)


def again(context: Context) -> Context:
    """The same file once more: nothing is remembered of the first time."""
    return Context(context.session, context.plan, context.by, context.today)


def propose(context: Context, document: Book) -> list[Proposal]:
    return [KIND.propose(context, row.values, "") for row in rows_of(document)]


def apply(context: Context, document: Book) -> list[Applied]:
    """Bring every row in, as acceptance does."""
    applied = [one for row in rows_of(document) for one in KIND.apply(context, row.values, "", reason="A test")]
    context.session.flush()
    return applied


CRISIS = book(("Crisis Concordat 2019", "• Respond within four hours\n• Train every team", "We are aligned with it"))


def test_a_new_row_proposes_its_source_its_points_and_the_answer(context: Context) -> None:
    (proposal,) = propose(context, CRISIS)
    assert proposal.outcome == Outcome.CREATE
    assert proposal.title == "Crisis Concordat 2019"
    told = [(one.field, one.new) for one in proposal.differences]
    assert ("Source", "Crisis Concordat 2019") in told
    assert ("Key point", "Respond within four hours") in told
    assert ("Key point", "Train every team") in told
    assert ("Answer", "We are aligned with it") in told


def test_proposing_writes_nothing(context: Context) -> None:
    before = context.session.query(Source).count()
    propose(context, CRISIS)
    assert not context.session.new
    assert not context.session.dirty
    assert context.session.query(Source).count() == before


def test_an_accepted_row_stands_as_it_was_written(context: Context) -> None:
    apply(context, CRISIS)
    source = context.session.query(Source).filter(Source.title == "Crisis Concordat 2019").one()
    stand = mappings.get(context.session, source.ref, context.plan, person=SYSTEM)
    assert [point.title for point in stand.source.key_points] == ["Respond within four hours", "Train every team"]
    assert stand.response is not None
    assert stand.response.text == "We are aligned with it"
    assert stand.response.response_type == "aligned"


def test_the_same_document_twice_changes_nothing(context: Context) -> None:
    apply(context, CRISIS)
    (proposal,) = propose(again(context), CRISIS)
    assert (proposal.outcome, proposal.differences) == (Outcome.SAME, ())
    assert apply(again(context), CRISIS) == []


def test_a_point_that_was_reworded_is_the_same_point_in_other_words(context: Context) -> None:
    apply(context, CRISIS)
    edited = book(("Crisis Concordat 2019", "• Respond within two hours\n• Train every team", "We are aligned with it"))
    (proposal,) = propose(again(context), edited)
    assert proposal.outcome == Outcome.CHANGE
    assert [(one.old, one.new) for one in proposal.differences] == [
        ("Respond within four hours", "Respond within two hours")
    ]
    (applied,) = apply(again(context), edited)
    assert isinstance(applied.record, KeyPoint)
    assert (applied.is_new, applied.record.title) == (False, "Respond within two hours")


def test_a_point_that_the_document_leaves_out_stays(context: Context) -> None:
    apply(context, CRISIS)
    shorter = book(("Crisis Concordat 2019", "• Train every team", "We are aligned with it"))
    (proposal,) = propose(again(context), shorter)
    assert proposal.outcome == Outcome.SAME


def test_an_empty_answer_makes_a_gap(context: Context) -> None:
    applied = apply(context, book(("Crisis Concordat 2019", "• Train every team", "")))
    (response,) = [one.record for one in applied if isinstance(one.record, Response)]
    assert (response.text, response.response_type) == ("", None)


def test_a_source_of_which_nothing_is_said_is_a_gap_and_no_heading(context: Context) -> None:
    headings = Row(1, tuple(map(Cell, HEADINGS)))
    # A program that makes such files leaves cells at the end of a row away when they are empty.
    rows = (
        Row(2, (Cell("Digital Skills for Everyone"),)),
        Row(3, tuple(map(Cell, ("Another Plan", "It says so", "Noted")))),
    )
    found = rows_of(Book((Table("Table 1", (headings, *rows)),)))
    assert [row.values["source-1"] for row in found] == ["Digital Skills for Everyone", "Another Plan"]
    assert [row.values["relevance"] for row in found] == ["", "Noted"]


@pytest.mark.parametrize(
    "answer", ["Not covered", "We do not cover this", "It isn’t reflected in the plan", "No actions in it"]
)
def test_an_answer_that_denies_is_not_guessed_to_be_one_that_affirms(answer: str) -> None:
    (row,) = rows_of(book(("Crisis Concordat 2019", "• Train every team", answer)))
    assert row.values["response_type"] == ""


def test_an_empty_answer_takes_none_away(context: Context) -> None:
    apply(context, CRISIS)
    document = book(("Crisis Concordat 2019", "• Respond within four hours\n• Train every team", ""))
    (proposal,) = propose(again(context), document)
    assert proposal.outcome == Outcome.SAME


def test_a_source_is_known_by_any_of_its_names(context: Context, make: Make) -> None:
    source = make.source(title="Crisis Concordat 2019")
    (proposal,) = propose(context, book(("crisis  concordat 2019", "• Train every team", "Noted")))
    assert proposal.record is source
    assert proposal.outcome == Outcome.CHANGE


def test_a_title_is_looked_for_with_its_year_before_without(context: Context, make: Make) -> None:
    make.source(title="Crisis Concordat")
    dated = make.source(title="Crisis Concordat (2019)")
    (proposal,) = propose(context, book(("Crisis Concordat (2019)", "• Train every team", "Noted")))
    assert (proposal.outcome, proposal.record) == (Outcome.CHANGE, dated)
    (other,) = propose(again(context), book(("Crisis Concordat (2021)", "• Train every team", "Noted")))
    assert other.title == "Crisis Concordat"
    assert other.record is not dated


def test_a_title_that_somebody_mended_counts_and_not_what_the_file_says(context: Context, make: Make) -> None:
    make.source(title="Crisis Concordat (2019)")
    (row,) = rows_of(book(("Crisis Concordat (2019)", "• Train every team", "Noted")))
    assert KIND.propose(context, {**row.values, "source-1": "Another Concordat"}, "").outcome == Outcome.CREATE


def test_a_title_is_known_with_the_year_that_stands_in_a_column_of_its_own(context: Context, make: Make) -> None:
    dated = make.source(title="Crisis Concordat (2019)")
    headings, row = ("Title", "Year", "What it says"), ("Crisis Concordat", "May 2019", "Train every team")
    document = Book((Table("Table 1", (Row(1, tuple(map(Cell, headings))), Row(2, tuple(map(Cell, row))))),))
    (proposal,) = propose(context, document)
    assert proposal.record is dated


def test_two_editions_that_their_years_alone_tell_apart_are_two_sources(context: Context, make: Make) -> None:
    make.source(title="Crisis Concordat")
    document = book(
        ("Crisis Concordat (2019)", "• Train every team", "Noted"),
        ("Crisis Concordat (2021, Welsh Government)", "• Train more", "Noted too"),
    )
    assert [one.title for one in propose(context, document)] == ["Crisis Concordat (2019)", "Crisis Concordat (2021)"]
    assert [one.outcome for one in propose(again(context), document)] == [Outcome.CREATE, Outcome.CREATE]


def test_what_was_cut_off_a_title_is_marked_as_guessed(context: Context) -> None:
    (row,) = rows_of(book(("Crisis Concordat (Welsh Government, 2019)", "", "")))
    assert row.values["source-1"] == "Crisis Concordat"
    assert {"source-1", "publisher-1", "published-1"} <= set(row.guessed)


def test_a_title_that_is_nearly_one_that_stands_is_offered_as_that(context: Context, make: Make) -> None:
    source = make.source(title="The Crisis Care Concordat of 2019")
    document = book(("The Crisis Care Concordat 2019", "• Train every team", "Noted"))
    (proposal,) = propose(context, document)
    assert proposal.outcome == Outcome.CREATE
    assert [one.ref for one in proposal.matches] == [source.ref]
    values = rows_of(document)[0].values
    chosen = KIND.propose(again(context), values, source.ref)
    assert chosen.record is source
    assert KIND.propose(again(context), values, NEW).outcome == Outcome.CREATE


def test_a_second_row_of_one_source_with_another_answer_is_refused(context: Context) -> None:
    document = book(
        ("Crisis Concordat 2019", "• Train every team", "We are aligned with it"),
        ("Crisis Concordat 2019", "• Respond within four hours", "It says more"),
    )
    first, second = propose(context, document)
    assert first.outcome == Outcome.CREATE
    assert second.outcome == Outcome.REFUSE
    assert "earlier row" in second.problems[0].message


def test_two_rows_of_one_new_title_make_one_source(context: Context) -> None:
    document = book(
        ("Crisis Concordat 2019", "• Train every team", "We are aligned with it"),
        ("Crisis Concordat 2019", "• Train every team\n• Respond within four hours", ""),
    )
    second = propose(context, document)[1]
    assert [one.field for one in second.differences] == ["Key point"]
    assert (second.outcome, second.record) == (Outcome.CREATE, None)
    apply(again(context), document)
    (source,) = context.session.query(Source).filter(Source.title == "Crisis Concordat 2019").all()
    assert context.session.query(KeyPoint).filter(KeyPoint.source_id == source.id).count() == 2


def test_two_new_editions_of_one_title_are_two_sources(context: Context) -> None:
    headings = ("Title", "Year", "What it says")
    rows = (headings, ("Tooth Report", "2021", "Drill"), ("Tooth Report", "2022", "Fill"))
    table = Table("Table 1", tuple(Row(number, tuple(map(Cell, row))) for number, row in enumerate(rows, 1)))
    assert [one.differences[0].field for one in propose(context, Book((table,)))] == ["Source", "Source"]


def test_a_date_that_cannot_be_read_is_told_on_its_field(context: Context) -> None:
    values = {**rows_of(CRISIS)[0].values, "published-1": "some day soon"}
    proposal = KIND.propose(context, values, "")
    assert proposal.outcome == Outcome.REFUSE
    assert [one.field for one in proposal.problems] == ["published-1"]


def test_a_new_row_can_be_taken_back(context: Context) -> None:
    for one in reversed(apply(context, CRISIS)):
        if not isinstance(one.record, KeyPoint):  # they go with their source
            KIND.remove(context, one, reason="A mistake")
    assert context.session.query(Source).filter(Source.title == "Crisis Concordat 2019").count() == 0
    assert propose(again(context), CRISIS)[0].outcome == Outcome.CREATE


def test_a_changed_row_can_be_given_its_words_again(context: Context) -> None:
    apply(context, CRISIS)
    edited = book(("Crisis Concordat 2019", "• Respond within two hours\n• Train every team", "We are monitoring it"))
    for one in apply(again(context), edited):
        KIND.restore(again(context), one, reason="A mistake")
    context.session.flush()
    assert propose(again(context), CRISIS)[0].outcome == Outcome.SAME


@pytest.mark.parametrize(("extra", "told"), [((), 0), (("Priorities",), 1), (("Priorities", "Actions"), 1)])
def test_a_document_of_ours_says_once_that_its_priorities_and_actions_are_not_read(
    extra: tuple[str, ...], told: int
) -> None:
    ours = (Cell("Crisis Concordat", marks=((0, "source:crisis"),)), Cell("Train"), Cell("Noted"), *map(Cell, extra))
    rows = Row(1, tuple(map(Cell, (*HEADINGS, *extra)))), Row(2, ours), Row(3, ours)
    document = Book((Table("Table 1", rows),))
    assert len(KIND.left_out(document, {"0": KIND.recognise(document.tables[0])})) == told
