"""Templates: what stands in them, what they offer, and that an empty one brings nothing in."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from kb.importing import templates
from kb.importing.kinds import KINDS, guess
from kb.models.importing import Outcome
from tests.kb.importing.sheets import Incoming, read

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make

SHEETS = ["sources", "actions", "posts", "indicators", "readings"]


@pytest.fixture
def everything(make: Make) -> None:
    board = make.organisation(title="The Board")
    make.post(title="Lead", organisation_id=board.id)
    make.theme(title="=Nursing")
    make.priority(title="Train; retain")
    make.indicator(title="Vacancies")


def incoming_of(name: str, session: Session, make: Make) -> Incoming:
    return Incoming(session, KINDS[name], make.person(make.lead()), make.the_plan)


def offered(book: Any, sheet: Any, heading: str) -> list[str]:
    """What a column offers to choose from."""
    letter = next(cell.column_letter for cell in sheet[1] if cell.value == heading)
    rule = next(one for one in sheet.data_validations.dataValidation if str(one.sqref).startswith(f"{letter}2:"))
    name, cells = rule.formula1.split("!")
    assert book[name.strip("='")].sheet_state == "hidden"
    area = book[name.strip("='")][cells.replace("$", "")]
    return [row[0].value for row in area] if isinstance(area, tuple) else [area.value]


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("name", SHEETS)
def test_an_empty_template_is_known_and_brings_nothing_in(session: Session, make: Make, name: str):
    incoming = incoming_of(name, session, make)
    found = read(templates.workbook(incoming.kind, incoming.context()), ".xlsx")
    assert guess(found) == name
    assert incoming.rows(found) == []


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("name", SHEETS)
def test_every_column_of_a_template_is_known_and_says_what_is_needed(session: Session, make: Make, name: str):
    incoming = incoming_of(name, session, make)
    book = load_workbook(BytesIO(templates.workbook(incoming.kind, incoming.context())))
    sheet = book[incoming.kind.title()]
    assert sheet.freeze_panes == "B2"
    assert book.active.title == sheet.title
    needed = {one.label for one in incoming.kind.fields() if one.is_required}
    assert {cell.value for cell in sheet[1] if cell.comment and cell.comment.text.startswith("Needed.")} == needed
    assert [cell.value for cell in sheet[1]] == [one.label for one in templates.columns(incoming.kind)]
    assert {row[0].value for row in book["About"]} >= {cell.value for cell in sheet[1]}


@pytest.mark.usefixtures("everything")
def test_what_may_stand_in_a_cell_is_offered(session: Session, make: Make):
    incoming = incoming_of("actions", session, make)
    book = load_workbook(BytesIO(templates.workbook(incoming.kind, incoming.context())))
    sheet = book["Actions"]
    assert offered(book, sheet, "Owner") == ["Lead"]
    assert "The Board" in offered(book, sheet, "Contributing organisations")
    assert offered(book, sheet, "Themes") == ["=Nursing"]
    assert offered(book, sheet, "Term") == ["Short term", "Medium term", "Long term"]


def test_a_list_too_long_to_choose_from_is_not_offered(session: Session, make: Make):
    for _ in range(templates.MOST_LISTED + 1):
        make.theme()
    incoming = incoming_of("sources", session, make)
    sheet = load_workbook(BytesIO(templates.workbook(incoming.kind, incoming.context())))["Sources"]
    letter = next(cell.column_letter for cell in sheet[1] if cell.value == "Themes")
    rules = [one for one in sheet.data_validations.dataValidation if str(one.sqref).startswith(f"{letter}2:")]
    assert [one.type for one in rules] in (["none"], [None])


@pytest.mark.usefixtures("everything")
def test_a_template_that_was_filled_in_comes_in(session: Session, make: Make):
    incoming = incoming_of("actions", session, make)
    book = load_workbook(BytesIO(templates.workbook(incoming.kind, incoming.context())))
    sheet = book["Actions"]
    values = {
        "Action": "Train ten",
        "Owner": "Lead",
        "Term": "Short term",
        "Priority": "Train; retain",
        "Themes": "=Nursing",
    }
    for cell in sheet[1]:
        below = sheet.cell(2, cell.column, values.get(cell.value))
        if below.data_type == "f":
            below.data_type = "s"
    file = BytesIO()
    book.save(file)
    [proposal] = incoming.proposals(read(file.getvalue(), ".xlsx"))
    assert (proposal.outcome, proposal.problems) == (Outcome.CREATE, ())


def test_the_help_says_what_files_do_not_carry():
    assert all(templates.cannot_carry(name) for name in KINDS)
    assert not any("Excel" in words for words in templates.cannot_carry("mapping"))
