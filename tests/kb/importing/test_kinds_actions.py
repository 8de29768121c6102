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
from tests.kb.importing.sheets import Incoming, read, told, wrong

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
    assert told(incoming.propose(*rows)) == {"Due": (due.isoformat(), later.isoformat())}
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


def test_an_edited_due_date_in_the_matrix_is_a_change_and_nothing_else_is(incoming: Incoming, make: Make):
    action = make.action(title="Train ten", timescale="Soon", due_on=date(2027, 4, 30))
    rows = ["Ref", "Action", "Timescale", "Measures of success"], [action.ref, "Train ten", "Soon\nDue 31 May 2027", ""]
    assert told(incoming.propose(*rows)) == {"Due": ("2027-04-30", "2027-05-31")}
    new = incoming.propose(["Action", "Who is responsible"], ["Train more\nIn two years", "With Nobody"])
    assert told(new) == {"Action": ("", "Train more"), "What it is": ("", "In two years")}
    assert wrong(new).keys() == {"contributors"}
