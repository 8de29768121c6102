"""Rows of spreadsheets that are sources: which record they mean, what they change, and taking it back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from babel.support import NullTranslations
from sqlalchemy import select

from kb import words
from kb.catalogue import source_editing
from kb.errors import Invalid, NotAllowed
from kb.importing.kinds import KINDS
from kb.importing.proposals import NEW
from kb.models.importing import Outcome
from kb.models.source import Source, SourceName
from tests.kb.importing.sheets import Incoming, book, told, wrong

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make


@pytest.fixture
def incoming(session: Session, make: Make) -> Incoming:
    return Incoming(session, KINDS["sources"], make.person(make.lead()))


def test_a_new_source_is_made_with_all_that_its_row_says(incoming: Incoming, make: Make):
    body, other = make.organisation(title="The Board", abbreviation="TB"), make.organisation(title="College; of nurses")
    theme = make.theme(title="Nursing")
    post = make.post(title="Librarian", organisation_id=body.id)
    heading = [
        *("Title", "Type", "Category", "Publishers", "Nations", "Published", "Starts", "Law", "Looked after by"),
        *("Review by", "Topics", "Link", "Also called", "Welsh title"),
    ]
    row = [
        *("A strategy", "Strategy", "research", "tb; College; of nurses", "uk", "2019 (only the year is known)"),
        *("2021/22", "yes", "librarian", "30/9/2027", "nursing", "www.example.org/a", "AS; A plan", "Strategaeth"),
    ]
    [applied] = incoming.bring(heading, row)
    assert applied.is_new
    made = source_editing.details_of(source_editing.get(incoming.session, applied.record.ref, person=incoming.by))
    assert (made.title, made.source_kind, made.category, made.is_statutory) == (
        "A strategy",
        "strategy",
        "research",
        True,
    )
    assert set(made.publishers) == {body.ref, other.ref}
    assert len(made.nations) == 4
    assert (str(made.published), made.starts.day) == ("2019", date(2022, 3, 31))
    assert (made.curator, made.themes, made.review_by) == (post.ref, (theme.ref,), date(2027, 9, 30))
    assert (made.link, set(made.also_called)) == ("https://www.example.org/a", {"AS", "A plan"})
    assert made.also_called_in_welsh == ("Strategaeth",)


def test_nothing_is_written_by_looking(incoming: Incoming, make: Make, session: Session):
    standing = make.source(title="A strategy")
    session.commit()
    proposals = incoming.proposals(
        book(["Ref", "Source", "Type"], ["", "New", "Strategy"], [standing.ref, "Other", "Plan"])
    )
    assert [one.outcome for one in proposals] == [Outcome.CREATE, Outcome.CHANGE]
    assert not session.new
    assert not session.dirty


def test_a_row_that_says_what_stands_changes_nothing(incoming: Incoming, make: Make):
    make.source(title="A strategy", source_kind="strategy", summary="As it is")
    proposal = incoming.propose(["Source", "Type", "Summary"], ["a  STRATEGY", "Strategy", " As it is "])
    assert (proposal.outcome, proposal.differences) == (Outcome.SAME, ())
    assert incoming.bring(["Source", "Type", "Summary"], ["a  STRATEGY", "Strategy", " As it is "]) == []


def test_a_change_is_told_in_words_and_can_be_taken_back(incoming: Incoming, make: Make):
    board = make.organisation(title="Board")
    source = make.source(title="A strategy", status="in-force", summary="Long", publishers=[board])
    make.organisation(title="College")
    rows = ["Ref", "Source", "Status", "Publisher", "Summary"], [source.ref, "The strategy", "Withdrawn", "College", ""]
    assert told(incoming.propose(*rows)) == {
        "Source": ("A strategy", "The strategy"),
        "Status": ("In force", "Withdrawn"),
        "Publisher": ("Board", "College"),
        "Summary": ("Long", ""),
    }
    applied = incoming.bring(*rows)
    assert (source.title, source.status, [one.title for one in source.publishers]) == (
        "The strategy",
        "withdrawn",
        ["College"],
    )
    assert source.summary == ""
    incoming.undo(applied)
    assert (source.title, source.status, [one.title for one in source.publishers]) == (
        "A strategy",
        "in-force",
        ["Board"],
    )
    assert source.summary == "Long"
    assert incoming.propose(*rows).outcome == Outcome.CHANGE


def test_an_empty_cell_takes_away_only_in_a_row_with_a_ref(incoming: Incoming, make: Make):
    source = make.source(title="A strategy", summary="Long")
    assert incoming.propose(["Source", "Summary"], ["A strategy", ""]).outcome == Outcome.SAME
    assert told(incoming.propose(["Ref", "Source", "Summary"], [source.ref, "A strategy", ""])) == {
        "Summary": ("Long", "")
    }
    assert wrong(incoming.propose(["Ref", "Source", "Type"], [source.ref, "", ""])).keys() == {"title", "source_kind"}


def test_a_row_of_a_ref_is_mended_in_the_columns_of_its_file_and_a_new_one_in_all(incoming: Incoming):
    """An empty field of a form would take away what the file never spoke of."""
    keys = [one.key for one in incoming.kind.fields_of({"ref": "a", "title": "A", "summary": ""})]
    assert keys == ["ref", "title", "summary"]
    assert {"source_kind", "publishers"} <= {one.key for one in incoming.kind.fields_of({"title": "A", "ref": ""})}


def test_a_source_is_found_by_any_of_its_names_and_keeps_its_title(incoming: Incoming, make: Make, session: Session):
    source = make.source(title="Together for Mental Health")
    session.add(SourceName(source_id=source.id, name="T4MH"))
    session.flush()
    proposal = incoming.propose(["Source", "Summary"], ["t4mh", "Ten years"])
    assert (proposal.record, told(proposal)) == (source, {"Summary": ("", "Ten years")})


def test_a_row_may_mean_a_record_that_is_called_nearly_so(incoming: Incoming, make: Make):
    source = make.source(title="The mental health strategy for Wales 2012")
    make.source(title="The mental health strategy for Wales 2025")
    rows = ["Source", "Type", "Summary"], ["Mental health strategy for Wales 2012", "Strategy", "Long"]
    proposal = incoming.propose(*rows)
    assert (proposal.outcome, proposal.record) == (Outcome.CREATE, None)
    assert [(one.ref, one.likeness > 87) for one in proposal.matches] == [(source.ref, True)]
    chosen = incoming.propose(*rows, match=source.ref)
    assert (chosen.outcome, chosen.record, told(chosen).keys()) == (
        Outcome.CHANGE,
        source,
        {"Type", "Summary"} & told(chosen).keys(),
    )
    assert "Source" not in told(chosen)
    assert wrong(incoming.propose(*rows, match="gone")).keys() == {"ref"}


def test_a_record_of_the_same_title_can_be_made_when_a_person_says_so(incoming: Incoming, make: Make):
    make.source(title="A plan")
    rows = ["Source", "Type"], ["A plan", "Plan"]
    assert incoming.propose(*rows, match=NEW).outcome == Outcome.CREATE
    incoming.bring(*rows, match=NEW)
    assert "Choose" in wrong(incoming.propose(*rows))["title"]
    assert len(incoming.propose(*rows).matches) == 2


def test_the_later_of_two_rows_about_the_same_is_refused_and_names_the_first(incoming: Incoming, make: Make):
    source = make.source(title="Known")
    heading = ["Ref", "Source", "Type"]
    rows = [[source.ref, "Known", "Plan"], ["", "known", "Plan"], ["", "New", "Plan"], ["", " new ", "Plan"]]
    outcomes = incoming.proposals(book(heading, *rows))
    assert [one.outcome for one in outcomes] == [Outcome.CHANGE, Outcome.REFUSE, Outcome.CREATE, Outcome.REFUSE]
    assert "Sheet, row 2" in wrong(outcomes[1])["title"]
    assert "Sheet, row 4" in wrong(outcomes[3])["title"]


def test_all_that_is_wrong_with_a_row_is_said_at_once(incoming: Incoming, make: Make):
    make.organisation(title="The Board of Health")
    for title in ("Board", "College"):
        make.post(title="Lead", organisation_id=make.organisation(title=title).id)
    heading = [
        "Title",
        "Type",
        "Status",
        "Publisher",
        "Runs from",
        "Runs until",
        "Link",
        "Looked after by",
        "Themes",
        "Law",
    ]
    row = [
        "x" * 301,
        "Novel",
        "Gone",
        "Board of Helth",
        "2021",
        "2019",
        "javascript:alert(1)",
        "lead",
        "None; such",
        "maybe",
    ]
    found = wrong(incoming.propose(heading, row))
    assert found.keys() == {
        *("title", "source_kind", "status", "publishers", "ends", "link", "curator", "themes", "is_statutory"),
    }
    assert "The Board of Health" in found["publishers"]
    assert "Lead, Board; Lead, College" in found["curator"]
    assert all(f"“{name}”" in found["themes"] for name in ("None", "such"))
    assert wrong(incoming.propose(["Ref", "Source", "Type"], ["no-such", "A", "Plan"])).keys() == {"ref"}


def test_what_does_not_change_is_not_held_against_a_record(incoming: Incoming, make: Make):
    """What stands may be older than a rule; nobody mends it by bringing in something else."""
    source = make.source(title="A strategy", summary="x" * 5_000)
    assert (
        incoming.propose(["Ref", "Source", "Summary"], [source.ref, "A strategy", "x" * 5_000]).outcome == Outcome.SAME
    )
    changed = incoming.propose(["Ref", "Source", "Summary"], [source.ref, "A strategy", "y" * 5_000])
    assert "4,000" in wrong(changed)["summary"]


def test_whoever_leads_no_plan_brings_nothing_in(session: Session, make: Make):
    rows = ["Source", "Type"], ["A strategy", "Strategy"]
    for user in (make.viewer(), make.steering(), make.administrator()):
        incoming = Incoming(session, KINDS["sources"], make.person(user))
        with pytest.raises(NotAllowed):
            incoming.propose(*rows)
        with pytest.raises(NotAllowed):
            incoming.bring(*rows)


def test_what_was_made_can_be_taken_back(incoming: Incoming, session: Session):
    applied = incoming.bring(["Source", "Type"], ["A strategy", "Strategy"], ["B strategy", "Strategy"])
    incoming.undo(applied)
    assert session.scalars(select(Source)).all() == []


def test_a_row_that_is_refused_writes_nothing(incoming: Incoming, session: Session):
    with pytest.raises(Invalid, match="whole web address"):
        incoming.bring(["Source", "Link"], ["A strategy", "on the shared drive"])
    assert session.scalars(select(Source)).all() == []


def test_control_characters_do_not_reach_the_database(incoming: Incoming):
    [applied] = incoming.bring(["Source", "Type", "Summary"], ["A\x00 strategy", "Strategy", "one\r\ntwo\x0b\x00"])
    assert applied.record.title == "A strategy"
    assert applied.record.summary == "one\ntwo"


def test_ten_thousand_rows_ask_no_more_than_ten(incoming: Incoming, make: Make, count_statements):
    """What a file costs grows with how many records it names, some hundred at a time, and not with its rows."""
    sources = [make.source(title=f"Source number {number}", summary="Long") for number in range(120)]
    numbers = []
    for size in (10, 120):
        rows = [[source.ref, source.title, "Short"] for source in sources[:size]]
        with count_statements() as count:
            incoming.proposals(book(["Ref", "Source", "Summary"], *rows))
        numbers.append(count.number)
    assert numbers[1] < numbers[0] + 50


def test_the_type_of_a_new_source_is_guessed_where_the_file_has_none(incoming: Incoming):
    listed = book(
        ["Name of document", "Year", "Category"],
        *(["Teeth (Access) Act", "2019", ""], ["Stress in chairs", "2020", "Research"], ["Onwards", "2021", ""]),
    )
    rows = incoming.rows(listed)
    assert [row.values["source_kind"] for row in rows] == ["Legislation", "Research report", "Document"]
    assert all("source_kind" in row.guessed for row in rows)
    made = [one.record for one in incoming.apply(listed)]
    assert [one.source_kind for one in made if isinstance(one, Source)] == [
        "legislation",
        "research-report",
        "document",
    ]


def test_a_title_is_known_with_the_year_that_stands_in_a_column_of_its_own(incoming: Incoming, make: Make):
    dated = make.source(title="A strategy (2019)")
    assert incoming.propose(["Title", "Year"], ["A strategy", "2019"]).record is dated
    assert incoming.propose(["Title", "Year"], ["A strategy", "2021"]).outcome == Outcome.CREATE


def test_a_guess_changes_no_source_that_stands(incoming: Incoming, make: Make):
    make.source(title="A strategy for teeth", source_kind="plan")
    assert incoming.propose(["Title", "Year"], ["A strategy for teeth", ""]).outcome == Outcome.SAME


def test_a_type_that_somebody_chose_instead_of_the_guess_counts(incoming: Incoming, make: Make):
    make.source(title="A strategy for teeth", source_kind="plan")
    (row,) = incoming.rows(book(["Title", "Year"], ["A strategy for teeth", ""]))
    mended = incoming.kind.propose(incoming.context(), {**row.values, "source_kind": "Review"}, "")
    assert told(mended) == {"Type": ("Plan", "Review")}


def test_a_span_of_years_is_when_a_source_runs_and_not_when_it_was_published(incoming: Incoming):
    (row,) = incoming.rows(book(["Title", "Year"], ["A strategy", "2012-2022"]))
    assert {"starts", "ends"} <= set(row.guessed)
    assert "2012-2022" in row.notes[0]
    [applied] = incoming.bring(["Title", "Year"], ["A strategy", "2012-2022"])
    assert isinstance(applied.record, Source)
    assert (applied.record.published.day, str(applied.record.starts), str(applied.record.ends)) == (
        None,
        "2012",
        "2022",
    )


def test_a_span_beside_the_years_that_a_source_runs_is_refused_and_not_lost(incoming: Incoming):
    proposal = incoming.propose(["Title", "Year", "Starts"], ["A strategy", "2012-2022", "2013"])
    assert "2012-2022" in wrong(proposal)["published"]


def test_an_address_without_its_beginning_is_made_whole_and_marked(incoming: Incoming):
    (row,) = incoming.rows(book(["Title", "Website"], ["A strategy", "example.org/a"]))
    assert (row.values["link"], "link" in row.guessed) == ("https://example.org/a", True)


@pytest.mark.parametrize(
    ("words", "nations"),
    [("England and Wales", {"england", "wales"}), ("England/Wales", {"england", "wales"}), ("UK-wide", 4)],
)
def test_several_nations_are_read_however_they_are_joined(incoming: Incoming, words: str, nations: set[str] | int):
    proposal = incoming.propose(["Title", "Country"], ["A strategy", words])
    assert proposal.outcome == Outcome.CREATE
    read = set(told(proposal)["Nations"][1].lower().split("; "))
    assert (len(read) if isinstance(nations, int) else read) == nations


def test_columns_are_labelled_in_the_language_of_whoever_asks(monkeypatch: pytest.MonkeyPatch):
    class Loud(NullTranslations):
        def gettext(self, message: str) -> str:
            return message.upper()

    def labels() -> list[str]:
        return [one.label for kind in KINDS.values() for one in kind.fields()]

    usual = labels()
    monkeypatch.setattr(words, "_translations", Loud())
    assert labels() == [one.upper() for one in usual]
    monkeypatch.undo()
    assert labels() == usual
