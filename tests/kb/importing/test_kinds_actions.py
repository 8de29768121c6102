"""Rows of spreadsheets that are actions of a plan."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from actions import editing, service
from kb.errors import Invalid
from kb.exporting import action_plan
from kb.exporting.action_plan import Deed
from kb.importing.kinds import KINDS, guess
from kb.models.importing import Outcome
from kb.models.link import Link, LinkState, LinkType
from kb.spreadsheets import write_workbook
from kb.words import spoken
from tests.kb.importing.sheets import Incoming, book, read, told, wrong

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make


@pytest.fixture
def incoming(session: Session, make: Make) -> Incoming:
    return Incoming(session, KINDS["actions"], make.person(make.lead()), make.the_plan)


def delivered(incoming: Incoming, action_id: int) -> set[str]:
    query = select(Link).where(Link.to_id == action_id, Link.type == LinkType.DELIVERED_BY)
    return {link.state for link in incoming.session.scalars(query)}


def test_a_new_action_is_made_with_all_that_its_row_says(incoming: Incoming, make: Make):
    board, college = make.organisation(title="Board"), make.organisation(title="College")
    lead = make.post(title="Lead", organisation_id=board.id)
    make.post(title="Lead", organisation_id=college.id)
    theme, priority = make.theme(title="Nursing"), make.priority(title="Train; nurses")
    heading = [
        *("Action", "Plan", "Priorities", "Action owner", "Owner’s organisation", "Sponsor", "Contributors"),
        *("Timescales", "Term", "Start", "Due date", "Measures of success", "Themes", "Resources required"),
    ]
    row = [
        *("Train ten", make.the_plan.title, "train; NURSES", "Lead", "board", "Lead, College", "College; Board"),
        *("By next spring", "Short", "1/2/2027", "30 April 2027", "Ten trained", "nursing", "=3 posts"),
    ]
    [applied] = incoming.bring(heading, row)
    action = service.get(incoming.session, applied.record.ref, incoming.by)
    details = editing.details_of(action)
    assert (details.title, details.owner, details.term) == ("Train ten", lead.ref, "short")
    assert action.sponsor.organisation_id == college.id
    assert (details.starts_on, details.due_on) == (date(2027, 2, 1), date(2027, 4, 30))
    assert action.baseline_due_on == date(2027, 4, 30)
    assert set(details.contributors) == {board.ref, college.ref}
    assert (details.themes, details.measure, details.resources) == ((theme.ref,), "Ten trained", "=3 posts")
    assert delivered(incoming, action.id) == {LinkState.CURRENT}
    assert priority.ref == "priority-" + priority.ref.split("-")[1]


def test_another_due_date_is_taken_back_to_what_was_agreed(incoming: Incoming, make: Make):
    """A lead may move a date once; taking an import back is not moving it again."""
    due, later = make.today + timedelta(days=10), make.today + timedelta(days=90)
    action = make.action(title="Train ten", due_on=due, forecast_on=later)
    rows = ["Ref", "Action", "Due"], [action.ref, "Train ten", later.isoformat()]
    assert told(incoming.propose(*rows)) == {"Due": (spoken(due), spoken(later))}
    applied = incoming.bring(*rows)
    assert (action.due_on, action.baseline_due_on, action.forecast_on) == (later, due, None)
    incoming.undo(applied)
    assert (action.due_on, action.baseline_due_on, action.forecast_on) == (due, due, later)


def test_a_date_that_others_have_to_agree_to_is_refused(incoming: Incoming, make: Make):
    action = make.action(due_on=make.today - timedelta(days=1))
    proposal = incoming.propose(["Ref", "Action", "Due"], [action.ref, action.title, "30 April 2027"])
    assert proposal.outcome == Outcome.REFUSE
    assert "only the steering group" in wrong(proposal)["due_on"]
    with pytest.raises(Invalid, match="only the steering group"):
        incoming.bring(["Ref", "Action", "Due"], [action.ref, action.title, "30 April 2027"])


def test_priorities_are_added_and_none_is_taken_off(incoming: Incoming, make: Make):
    action, first = make.action(title="Train ten"), make.priority(title="First")
    make.link(first, LinkType.DELIVERED_BY, action)
    make.priority(title="Second")
    rows = ["Ref", "Action", "Priority"], [action.ref, "Train ten", "Second"]
    assert told(incoming.propose(*rows)) == {"Priority": ("First", "First; Second")}
    applied = incoming.bring(*rows)
    assert incoming.propose(*rows).outcome == Outcome.SAME
    assert incoming.propose(rows[0], [action.ref, "Train ten", ""]).outcome == Outcome.SAME
    incoming.undo(applied)
    assert told(incoming.propose(*rows)) == {"Priority": ("First", "First; Second")}
    incoming.bring(*rows)
    assert incoming.propose(*rows).outcome == Outcome.SAME


def test_the_matrix_that_went_out_comes_back_as_the_same_actions(incoming: Incoming, make: Make):
    board = make.organisation(title="Board")
    post = make.post(title="Lead", organisation_id=board.id)
    make.indicator(title="Vacancies")
    action = make.action(
        title="Train ten",
        description="In two\nyears",
        measure="Ten trained",
        timescale="Soon",
        due_on=date(2027, 4, 30),
        owner_id=post.id,
        contributors=[board],
    )
    make.link(make.priority(title="Train"), LinkType.DELIVERED_BY, action)
    deed = Deed(
        *(action.ref, action.title, action.description, "", make.the_plan.title, ["Train"], "Soon", action.due_on),
        *("Lead", ["Board"], "", "", ["Ten trained", "Vacancies"], "", ""),
    )
    file = BytesIO()
    write_workbook(file, [action_plan.sheet([deed])], [("List", "Action plan")])
    found = read(file.getvalue(), ".xlsx")
    assert guess(found) == "actions"
    [proposal] = incoming.proposals(found)
    assert (told(proposal), proposal.problems, proposal.record) == ({}, (), action)


def test_a_row_that_bears_a_mark_is_mended_in_the_columns_of_its_file_alone(incoming: Incoming):
    """Else fields that the file does not have would be emptied by whoever mends one that it has."""
    values = {"title": "Train ten", "timescale": "Soon"}
    marked = [one.key for one in incoming.kind.fields_of({**values, "marks": "gt_0"})]
    assert marked == ["title", "timescale"]
    assert "resources" in [one.key for one in incoming.kind.fields_of(values)]


def test_how_an_action_stands_is_not_read_as_its_timescale_where_it_stands_below_it(incoming: Incoming, make: Make):
    action = make.action(title="Train ten", timescale="Soon", due_on=date(2027, 4, 30))
    said = "Soon\nDue 30 April 2027\nState: on time; owner says on track"
    assert told(incoming.propose(["Ref", "Action", "Timescale"], [action.ref, "Train ten", said])) == {}
    new = incoming.propose(["Action", "Timescale", "Resources"], ["Train more", "Later\nState: no date", ""])
    assert told(new)["Timescale as stated"] == ("", "Later")
    listed = incoming.propose(["Action", "Timescale", "Due"], ["Train many", "Later\nState: no date", ""])
    assert told(listed)["Timescale as stated"] == ("", "Later\nState: no date")


def test_an_edited_due_date_in_the_matrix_is_a_change_and_nothing_else_is(incoming: Incoming, make: Make):
    action = make.action(title="Train ten", timescale="Soon", due_on=date(2027, 4, 30))
    rows = ["Ref", "Action", "Timescale", "Measures of success"], [action.ref, "Train ten", "Soon\nDue 31 May 2027", ""]
    assert told(incoming.propose(*rows)) == {"Due": ("30 April 2027", "31 May 2027")}
    new = incoming.propose(["Action", "Who is responsible"], ["Train more\nIn two years", "With Nobody"])
    assert told(new) == {"Action": ("", "Train more"), "What it is": ("", "In two years")}
    assert wrong(new).keys() == {"contributors"}


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("03/04/27", date(2027, 4, 3)),
        ("Mar 2027", date(2027, 3, 31)),
        ("March 2027", date(2027, 3, 31)),
        ("Mar-27", date(2027, 3, 31)),
        ("03/2027", date(2027, 3, 31)),
        ("2027-03", date(2027, 3, 31)),
        ("by the end of March 2027", date(2027, 3, 31)),
        ("31-Mar-27", date(2027, 3, 31)),
    ],
)
def test_a_due_date_that_is_not_stated_whole_is_read_and_marked_as_guessed(incoming: Incoming, typed: str, day: date):
    of = book(["Action", "Due"], ["Train ten", typed])
    [row] = incoming.rows(of)
    assert row.guessed == ("due_on",)
    assert row.notes == (f"Due: “{typed}” is read as {spoken(day)}.",)
    [proposal] = incoming.proposals(of)
    assert (proposal.problems, told(proposal)["Due"]) == ((), ("", spoken(day)))


@pytest.mark.parametrize("typed", ["2027-03-31", "31st March 2027", "March 31, 2027", "31/3/2027", "2027/03/31"])
def test_a_whole_due_date_is_no_guess_however_it_is_written(incoming: Incoming, typed: str):
    of = book(["Action", "Due"], ["Train ten", typed])
    assert [(row.guessed, row.notes) for row in incoming.rows(of)] == [((), ())]
    assert told(incoming.proposals(of)[0])["Due"] == ("", "31 March 2027")


@pytest.mark.parametrize(
    "typed", ["Q4 2026/27", "2026/27", "2027", "spring 2027", "Mar 27", "03/04/87", "31/2/2027", "early March", "soon"]
)
def test_a_due_date_that_may_mean_several_is_refused_and_what_is_suggested_is_taken(incoming: Incoming, typed: str):
    message = wrong(incoming.propose(["Action", "Due"], ["Train ten", typed]))["due_on"]
    assert f"“{typed}” is neither" in message
    for suggested in ("31 March 2027", "March 2027"):
        assert suggested in message
        assert wrong(incoming.propose(["Action", "Due"], ["Train ten", suggested])) == {}


def test_a_month_alone_is_its_first_day_where_an_action_starts(incoming: Incoming):
    proposal = incoming.propose(["Action", "Starts", "Due"], ["Train ten", "March 2027", "March 2027"])
    assert (told(proposal)["Starts"][1], told(proposal)["Due"][1]) == ("1 March 2027", "31 March 2027")
