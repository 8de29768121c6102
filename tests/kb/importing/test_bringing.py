"""What is said of a file as a whole when it is brought, and again when its columns are chosen anew."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook

from kb.errors import Invalid
from kb.importing import bringing, dry, service, templates, work
from kb.importing.kinds import KINDS
from kb.importing.proposals import Context
from kb.models.importing import ImportState
from kb.models.user import Membership, Role
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.db import Database
    from kb.models.importing import Import
    from kb.models.user import User
    from tests.factories import Make


@pytest.fixture
def lead(make: Make) -> User:
    return make.lead()


@pytest.fixture
def bring(session: Session, make: Make, lead: User, tmp_path: Path) -> Callable[..., Import]:
    """Bring a file in for the plan as its lead."""

    def brought(name: str, data: bytes, kind: str = "") -> Import:
        path = tmp_path / name
        path.write_bytes(data)
        return bringing.bring(session, path, name, kind=kind, plan=make.the_plan, by=make.person(lead))

    return brought


def filled(data: bytes, title: str, *rows: list[str]) -> bytes:
    """A workbook with these rows below the headings of one of its sheets."""
    book, file = load_workbook(BytesIO(data)), BytesIO()
    for row in rows:
        book[title].append(row)
    book.save(file)
    return file.getvalue()


def template(session: Session, make: Make, lead: User, kind: str) -> bytes:
    return templates.workbook(KINDS[kind], Context(session, make.the_plan, make.person(lead), TODAY))


@pytest.mark.parametrize("chosen", ["", "actions"])
@pytest.mark.parametrize("kind", ["actions", "sources"])
def test_an_empty_template_is_answered_at_once(
    session: Session, make: Make, lead: User, bring: Callable[..., Import], kind: str, chosen: str
):
    """Also where somebody says that it holds something else."""
    make.theme(title="Nursing")
    with pytest.raises(Invalid, match=r"no row to bring in.*Fill in a row"):
        bring("template.xlsx", template(session, make, lead, kind), chosen)
    assert service.count(session, by=make.person(lead)) == 0


def test_headings_that_nobody_knows_with_rows_below_wait_for_their_columns_to_be_chosen(
    bring: Callable[..., Import],
):
    with pytest.raises(Invalid, match="no row to bring in"):
        bring("actions.csv", b"Action,Due\n")
    with pytest.raises(Invalid, match="no row to bring in"):
        bring("foreign.csv", b"Cam,Erbyn\n", "actions")
    assert bring("foreign.csv", b"Cam,Erbyn\nTrain ten,Soon\n", "actions").total == 0


def test_nothing_is_said_of_the_sheets_that_our_own_template_carries(
    session: Session, make: Make, lead: User, bring: Callable[..., Import]
):
    make.theme(title="Nursing")
    empty = template(session, make, lead, "actions")
    data = filled(empty, "Actions", ["Train ten"])
    assert load_workbook(BytesIO(data))["Lists"].sheet_state == "hidden"
    assert bring("actions.xlsx", data).notes == []


def test_sheets_of_a_persons_own_are_told_of_whatever_they_are_called(bring: Callable[..., Import]):
    book, file = Workbook(), BytesIO()
    book.active.append(["Action", "Due"])
    book.active.append(["Train ten", "31 March 2027"])
    book.create_sheet("Lists").append(["Something", "else"])
    book["Lists"].sheet_state = "hidden"
    book.save(file)
    notes = bring("actions.xlsx", file.getvalue()).notes
    assert len(notes) == 2
    assert all("“Lists”" in note for note in notes)


PLANS = "Action,Plan,Due\nOurs,,2027-03-31\nTheirs,Their plan,\nTheirs too,their PLAN,\nOther,Other plan,\n"


@pytest.fixture
def plans(session: Session, make: Make, lead: User) -> None:
    make.plan(title="Their plan")
    other = make.plan(title="Other plan")
    session.add(Membership(user_id=lead.id, plan_id=other.id, role=Role.LEAD))
    session.flush()


@pytest.mark.usefixtures("plans")
def test_rows_of_other_plans_are_told_of_in_a_sentence_for_each_sort(bring: Callable[..., Import]):
    assert bring("actions.csv", PLANS.encode()).notes == [
        "1 row belongs to another plan and goes there: “Other plan” (1).",
        "2 rows are left alone, since they belong to plans that you may not change: “Their plan” (2).",
    ]


@pytest.mark.usefixtures("plans")
def test_all_rows_of_a_file_of_several_plans_are_accounted_for(
    session: Session, make: Make, lead: User, tmp_path: Path
):
    path = tmp_path / "actions.csv"
    path.write_text(PLANS, encoding="utf-8")
    told = dry.propose(session, path, kind="", plan=make.the_plan, by=make.person(lead), today=TODAY)
    counts = [told[name] for name in ("rows_in_file", "created", "changed", "refused", "left_alone")]
    assert counts == [4, 2, 0, 0, 2]
    assert len(told["notes"]) == 2
    assert [row["problems"][0]["message"] for row in told["rows"] if row["outcome"] == "same"] == [
        "It belongs to another plan, “Their plan”",
        "It belongs to another plan, “their PLAN”",
    ]


@pytest.mark.usefixtures("plans")
def test_what_is_said_of_a_file_is_renewed_when_its_columns_are_chosen_anew(
    session: Session, database: Database, settings: Settings, make: Make, lead: User, bring: Callable[..., Import]
):
    incoming, by = bring("actions.csv", PLANS.encode()), make.person(lead)
    session.commit()
    work.run(database, settings, incoming.id)
    session.expire_all()
    incoming = service.get(session, incoming.id, by=by)
    assert incoming.state == ImportState.READY
    bringing.reassign(session, incoming, {"0": {"0": "title", "2": "due_on"}}, by=by)
    assert (["belong" in note for note in incoming.notes], incoming.total) == ([False], 4)
    incoming.state = ImportState.READY
    bringing.reassign(session, incoming, {}, by=by)
    assert incoming.total == 0
    assert any("“actions” is not read" in note for note in incoming.notes)
