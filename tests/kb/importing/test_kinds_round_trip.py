"""What goes out in a list comes back as the same records, and what was edited there as just that change."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import docx
import pytest
from sqlalchemy import select

from actions.models import Action
from kb.dates import parse
from kb.importing import bringing
from kb.importing.kinds import KINDS, guess
from kb.importing.reading import read as read_file
from kb.models.importing import Outcome
from kb.models.link import LinkType
from kb.models.source import Mention, SourceName
from kb.models.user import Membership, Role
from tests.kb.importing.sheets import Incoming, read, told

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kb.models.plan import Plan
    from kb.models.user import User
    from tests.browsing import Browser
    from tests.factories import Make

HOSTILE = (
    *(
        "=1+2",
        "+44 1",
        "-3 posts",
        "@all",
        "'quoted",
        "'=1",
        "''",
        "a; b",
        '"; "',
        '"Together" now',
        "x\n- y\n\n= z",
        "_x000D_",
    ),
    *(
        "<r>bold</r>",
        "<b>&amp;</b>",
        "2019",
        "1/2/2026",
        "TRUE",
        "1e5",
        "0012",
        "‘’ “” – ＝x",
        "🧵 edau",
        "a\tb",
        "\u202eabc",
        "#REF!",
        "None",
    ),
)
LISTS = {
    "sources": "/sources?",
    "actions": "/actions?",
    "posts": "/posts?",
    "indicators": "/indicators?",
    "readings": "/indicators?as=readings&",
}


@pytest.fixture
def everything(session: Session, make: Make) -> None:
    """Records whose every field says something, as hostile as it can be, and names that several bear."""
    boards = [
        make.organisation(title="The Board"),
        make.organisation(title="The Board"),
        make.organisation(title="A; B"),
    ]
    posts = [make.post(title="Lead", organisation_id=board.id, note="=1", is_assumed=True) for board in boards]
    themes = [make.theme(title="Nursing; all"), make.theme(title='"Young" people')]
    first, twin = (make.priority(title="Train; retain") for _ in range(2))
    for number, text in enumerate(HOSTILE):
        title = f"{text} {number}" if number % 2 else text
        make.source(
            title=title,
            summary=text,
            publisher_as_stated=text,
            status_as_stated=text,
            publishers=boards[: number % 4],
            themes=themes[: number % 3],
            curator_id=posts[number % 3].id,
            link="https://example.org/a?b=c;d&e=%20f" if number % 2 else "",
            is_statutory=bool(number % 2),
            review_by=date(2027, 1, 1 + number),
            nations=("wales", "england")[: number % 3],
            names=[SourceName(name=text + " also", language=("en", "cy")[number % 2]), SourceName(name="x; y")],
            mentions=[Mention(document="000", line=number, named_as=f"a; {number}")],
            published=parse(
                ("2019", "2021-Q3", "spring 2023", "2019/20", "2021-12", "5 December 2021", "")[number % 7]
            ),
            visibility=("draft", "published")[number % 2],
            language=("en", "cy")[number % 2],
            status="in-force",
            ends=parse("2020" if number % 3 else ""),  # those that ended are told as ended
        )
        action = make.action(
            title=title,
            description=text,
            timescale=text,
            resources=text,
            measure=text,
            owner_id=posts[number % 3].id,
            sponsor_id=posts[(number + 1) % 3].id,
            contributors=boards[: number % 4],
            themes=themes[: number % 3],
            term=(None, "short", "long")[number % 3],
            due_on=date(2026, 1, 1 + number) if number % 2 else None,
            closure=("open", "done")[number % 2],
            visibility=("draft", "published")[number % 2],
        )
        for one in (first, twin)[: number % 3]:
            make.link(one, LinkType.DELIVERED_BY, action)
        post = make.post(title=title, organisation_id=boards[number % 3].id, note=text)
        if number % 2:
            make.owner(post)
        indicator = make.indicator(
            title=title,
            definition=text,
            unit=text,
            note=text,
            baseline=number / 3,
            target=-number / 7,
            target_on=date(1899 + number, 3, 1),
            tolerance=number / 2,
            owner_id=posts[number % 3].id,
        )
        for month in (1, 2):
            make.reading(
                indicator,
                ends_on=date(1999 + number, month, 28),
                value=-number / (6 + month),
                data_source=text,
                quality_note=text,
                is_demonstration=bool(number % 2),
            )
    session.commit()


def exported(browse: Browser, address: str, ending: str) -> bytes:
    answer = browse.get(f"{address}format={ending}")
    assert answer.status_code == 200
    return answer.data


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("name", LISTS)
def test_what_went_out_changes_nothing_when_it_comes_back(
    browse: Browser, session: Session, make: Make, name: str, ending: str
):
    lead = make.lead()
    found = read(exported(browse.sign_in(lead), LISTS[name], ending), f".{ending}")
    assert guess(found) == name
    incoming = Incoming(session, KINDS[name], make.person(lead), make.the_plan)
    proposals = incoming.proposals(found)
    assert len(proposals) >= len(HOSTILE)
    assert [(one.title, told(one), one.problems) for one in proposals if one.outcome != Outcome.SAME] == []


@pytest.mark.parametrize("asked", ["format=docx", "format=xlsx&as=matrix"])
def test_a_plans_matrix_changes_nothing_when_it_comes_back(
    browse: Browser, session: Session, make: Make, tmp_path: Path, asked: str
):
    """Also where it names indicators beside the words of a measure, or instead of them."""
    lead, measured = make.lead(), make.indicator(title="Staff who stay")
    for measure in ("", "Fewer leave"):
        action = make.action(title=f"Keep staff {measure}", measure=measure, due_on=date(2027, 3, 31))
        make.link(action, LinkType.MEASURED_BY, measured)
    session.commit()
    answer = browse.sign_in(lead).get(f"/actions?{asked}")
    path = tmp_path / f"matrix.{'docx' if 'docx' in asked else 'xlsx'}"
    path.write_bytes(answer.data)
    proposals = Incoming(session, KINDS["actions"], make.person(lead), make.the_plan).proposals(
        read_file(path, path.name)
    )
    assert [(one.outcome, told(one)) for one in proposals] == [(Outcome.SAME, {})] * 2


@pytest.fixture
def several_plans(session: Session, make: Make) -> Plan:
    """Another plan with actions called as those of the first are; the lead leads both."""
    first, other = make.the_plan, make.plan(title="Another plan")
    for plan in (first, other):
        priority = make.priority(title=f"Priority of {plan.title}", plan_id=plan.id)
        for title in ("Train ten", "Keep ten"):
            action = make.action(title=title, plan_id=plan.id, timescale="Soon", due_on=make.today)
            make.link(priority, LinkType.DELIVERED_BY, action)
    session.commit()
    return other


def all_plans(browse: Browser, lead: User, path: Path, asked: str) -> Path:
    path.write_bytes(browse.sign_in(lead).get(f"/actions?{asked}").data)
    return path


@pytest.mark.parametrize(("name", "asked"), [("all.docx", "format=docx"), ("all.xlsx", "format=xlsx&as=matrix")])
def test_the_actions_of_several_plans_come_back_each_to_its_own_record(
    *, browse: Browser, session: Session, make: Make, several_plans: Plan, tmp_path: Path, name: str, asked: str
):
    lead = make.lead()
    session.add(Membership(user_id=lead.id, plan_id=several_plans.id, role=Role.LEAD))
    session.commit()
    path = all_plans(browse, lead, tmp_path / name, asked)
    incoming = Incoming(session, KINDS["actions"], make.person(lead), make.the_plan)
    found = incoming.proposals(read_file(path, path.name))
    assert [(one.outcome, told(one), one.problems) for one in found] == [(Outcome.SAME, {}, ())] * 4
    assert {one.record.id for one in found if one.record} == set(session.scalars(select(Action.id)))
    notes = bringing.read(session, path, path.name, kind="", plan=make.the_plan, by=incoming.by).notes
    assert "2 rows belong to other plans and go there: “Another plan” (2)." in notes


def test_an_edited_action_of_another_plan_in_word_is_a_change_of_that_one(
    browse: Browser, session: Session, make: Make, several_plans: Plan, tmp_path: Path
):
    lead = make.lead()
    session.add(Membership(user_id=lead.id, plan_id=several_plans.id, role=Role.LEAD))
    session.commit()
    path = all_plans(browse, lead, tmp_path / "all.docx", "format=docx")
    document = docx.Document(str(path))
    table = next(one for one in document.tables if "Another plan" in one.rows[1].cells[1].text)
    table.rows[1].cells[4].text = "Two rooms"
    document.save(str(path))
    incoming = Incoming(session, KINDS["actions"], make.person(lead), make.the_plan)
    [changed] = [one for one in incoming.proposals(read_file(path, path.name)) if one.outcome != Outcome.SAME]
    assert told(changed) == {"Support needed": ("", "Two rooms")}
    assert changed.record is not None
    assert changed.record.plan_id == several_plans.id
    incoming.apply(read_file(path, path.name))
    assert {one.outcome for one in incoming.proposals(read_file(path, path.name))} == {Outcome.SAME}


def test_whoever_may_not_change_the_other_plan_leaves_its_actions_alone(
    browse: Browser, session: Session, make: Make, several_plans: Plan, tmp_path: Path
):
    lead = make.lead()
    path = all_plans(browse, lead, tmp_path / "all.docx", "format=docx")
    incoming = Incoming(session, KINDS["actions"], make.person(lead), make.the_plan)
    found = incoming.proposals(read_file(path, path.name))
    assert [one.outcome for one in found] == [Outcome.SAME] * 4
    left = [problem.message for one in found for problem in one.problems]
    assert left == [f"It belongs to another plan, “{several_plans.title}”"] * 2


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("name", LISTS)
def test_every_column_of_our_own_lists_is_known(browse: Browser, make: Make, name: str, ending: str):
    found = read(exported(browse.sign_in(make.lead()), LISTS[name], ending), f".{ending}")
    table = found.tables[-1]
    assert len(KINDS[name].recognise(table)) == len(table.rows[0].cells)
    assert all(KINDS[name].recognise(one) == {} for one in found.tables[:-1])
