"""Every page, for every role, over the whole seed: no template uses a name that nobody gave it."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import ChainableUndefined
from sqlalchemy import select

from actions.indicator_models import Indicator, Reading
from actions.models import Action, Evidence, Milestone, Update
from actions.request_models import ChangeRequest
from actions.review_models import Decision, ReviewFile
from kb.db import now
from kb.models.importing import ImportedRecord
from kb.models.link import Link, LinkState, LinkType
from kb.models.outbox import OutboxMessage
from kb.models.plan import Plan
from kb.models.record import Record
from kb.models.source import Source
from kb.models.user import User
from kb.paths import TEMPLATES
from search.models import SavedSearch
from tests.actions.reviews.frozen import frozen, of, of_ask, of_request
from tests.conftest import TODAY
from tests.factories import Make
from tests.kb.test_routes import POLICY
from tests.project.seeded import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.project.seeded import Seeded

pytestmark = [pytest.mark.every_database, pytest.mark.differs]
# Between them these two open every page; what the other roles see of it is the same on each database.
ON_EVERY_DATABASE = ("lead", "administrator")

PLAN = "mental-health-workforce-wales"
SET = "wales-phase1"
INDICATOR, READING, REBASE = "psychologist-vacancy-rate", "{reading}", "{rebase}"
REQUEST, OVERTAKEN = "{request}", "{overtaken}"
RECORDED, RECORD_CLOSED = "{recorded}", "{record_closed}"
ASKING = "{asking}"
MILESTONE = "{milestone}"
UPDATE, LINK, MAIL, USER = "{update}", "{link}", "{mail}", "{user}"
ADDRESSES = (
    "/",
    "/search",
    "/search?q=perinatal+nursing",
    "/search?q=workforce&nation=wales&theme=education-and-training&schedule=overdue&due=2026&from_year=2015&order=due",
    "/search?q=zzzzqqq&kind=source",
    "/search?q=nursng",
    "/search/suggest?q=men",
    "/like/sources/t4mh-strategy",
    "/like/key-points/t4mh-strategy-k01?kind=source",
    "/sources",
    "/sources?status=draft",
    "/sources?q=nothing-is-called-this",
    "/sources/new",
    "/sources/t4mh-strategy",
    "/sources/t4mh-delivery-plan-2019-22",
    "/sources/nhs-mh-implementation-plan",
    "/sources/t4mh-strategy/edit",
    "/sources/t4mh-strategy/state",
    "/sources/t4mh-strategy/supersede?words=strategy",
    "/sources/t4mh-strategy/supersede?words=nothing-is-called-this",
    "/sources/t4mh-strategy/supersede?by=ni-mental-health-strategy",
    "/suspect-links",
    "/suspect-links?mine=1",
    f"/sources/t4mh-strategy/map?plan={PLAN}",
    "/sources/t4mh-strategy/thread",
    "/actions/t4mh-15/thread?nation=wales&by=theme&open=implication.children-young-people",
    "/actions/t4mh-15/thread?nation=scotland&theme=careers",
    "/sources/t4mh-strategy/thread/explore?state=open&theme=nothing-is-called-this",
    "/sources/t4mh-strategy/thread/explore/data?state=open&by=theme",
    "/sources/t4mh-strategy/thread/explore/near",
    "/sources/there-is-no-such-source",
    "/implications/t4mh-delivery-plan-2019-22-i01",
    "/implications/t4mh-delivery-plan-2019-22-i01/thread",
    "/key-points/t4mh-strategy-k01",
    "/responses/wales-row-01",
    "/priorities",
    "/priorities/wales-phase1-02",
    "/priorities/wales-phase1-03/thread",
    "/priorities/wales-phase1-03/why",
    "/priorities/wales-phase1-02/edit",
    "/plans",
    "/plans/new",
    f"/plans/{PLAN}",
    f"/plans/{PLAN}/edit",
    f"/plans/{PLAN}/mapping?section=policy",
    f"/plans/{PLAN}/reminders",
    f"/plans/{PLAN}/priority-sets/new",
    f"/plans/{PLAN}/responses/new?source=t4mh-strategy",
    "/responses/wales-row-01/edit",
    "/sources/t4mh-strategy/priority-sets/new",
    f"/priority-sets/{SET}",
    f"/priority-sets/{SET}/edit",
    f"/priority-sets/{SET}/priorities/new",
    "/actions",
    "/actions?schedule=overdue",
    "/actions?q=nothing-is-called-this",
    f"/actions/new?plan={PLAN}",
    "/actions/t4mh-18",
    "/actions/t4mh-15",
    "/actions/t4mh-16",
    "/actions/planning-fw-02",
    "/actions/t4mh-16/verify",
    "/actions/planning-fw-02/reopen",
    "/actions/t4mh-18/thread",
    "/actions/t4mh-18/why",
    "/actions/t4mh-18/edit",
    "/actions/t4mh-18/update",
    "/actions/t4mh-18/milestones/new",
    f"/actions/t4mh-18/milestones/{MILESTONE}",
    f"/actions/t4mh-18/milestones/{MILESTONE}/remove",
    "/actions/t4mh-18/evidence",
    "/actions?only=incomplete",
    "/actions/t4mh-18/done",
    "/actions/t4mh-18/verify",
    "/actions/t4mh-18/reopen",
    f"/support/{UPDATE}",
    "/my-actions",
    "/requests",
    "/requests?state=refused&whose=mine",
    f"/requests/{REQUEST}",
    f"/requests/{OVERTAKEN}",
    "/actions/t4mh-18/requests/new?what=owner",
    f"/plans/{PLAN}/meetings",
    f"/meetings/{ASKING}",
    f"/meetings/{ASKING}/change",
    f"/meetings/{ASKING}/cover",
    f"/meetings/{ASKING}/cancel",
    f"/meetings/{RECORDED}",
    f"/meetings/{ASKING}/pack",
    f"/meetings/{ASKING}/freeze",
    f"/meetings/{ASKING}/compare",
    f"/meetings/{RECORDED}/pack",
    f"/meetings/{RECORDED}/compare",
    f"/meetings/{RECORDED}/pack/files",
    f"/meetings/{RECORDED}/pack.pdf",
    f"/meetings/{RECORDED}/record",
    f"/meetings/{RECORDED}/decide",
    f"/meetings/{RECORDED}/decide?matter=1",
    f"/meetings/{RECORDED}/decide?matter=2",
    f"/meetings/{RECORDED}/decide?matter=3",
    f"/meetings/{RECORDED}/decide/3/action",
    f"/meetings/{RECORDED}/close",
    f"/meetings/{RECORDED}/minutes",
    f"/meetings/{RECORD_CLOSED}/record",
    f"/meetings/{RECORD_CLOSED}/minutes",
    f"/plans/{PLAN}/action-log",
    "/my-actions/update",
    "/steering",
    "/steering?print=1",
    "/steering?plan=all",
    f"/steering/since?plan={PLAN}&key=gaps",
    "/timeline",
    "/timeline?plan=all&by=organisation&span=all&done=1",
    "/timeline?priority=wales-phase1-02&print=1",
    "/timeline?plan=there-is-no-such-plan",
    "/sources/t4mh-strategy?print=1",
    "/shortlist",
    "/saved-searches",
    "/saved-searches/new?q=nursing&theme=nothing-is-called-this",
    # Whose search it is not is told that there is no such thing.
    "/saved-searches/{saved}?is=no-such-thing-to-others",
    "/shortlist/clear",
    "/shortlists/there-is-no-such-key",
    "/figures",
    "/figures?q=nothing-is-called-this",
    "/figures?kind=target&unit=staff",
    "/figures/iapt-therapists-4500",
    "/figures/iapt-therapists-4500/edit",
    "/figures/new?source=t4mh-strategy",
    "/comparisons",
    "/comparisons?outcome=misprint",
    "/comparisons/new?figure=iapt-therapists-4500",
    "/comparisons/compare-iapt-therapists",
    "/comparisons/compare-iapt-therapists/edit",
    "/comparisons/compare-iapt-therapists/settle",
    "/deletions",
    "/duplicates?kind=organisation",
    "/history/sources/t4mh-strategy",
    "/delete/sources/t4mh-strategy",
    "/merge/sources/t4mh-strategy?q=plan",
    "/merge/sources/t4mh-strategy?with=t4mh-delivery-plan-2019-22",
    "/key-points",
    "/key-points?kind=lesson&sort=site",
    "/key-points?site=nowhere",
    "/indicators",
    f"/indicators?plan={PLAN}&only=no-link",
    "/indicators?q=nothing-is-called-this",
    f"/indicators/new?plan={PLAN}",
    "/indicators/additional-pwp",
    f"/indicators/{INDICATOR}",
    "/indicators/scorecard",
    f"/indicators/scorecard/{PLAN}/perspectives",
    f"/indicators/scorecard?plan={PLAN}&by=quarter",
    f"/indicators/{INDICATOR}/limits",
    f"/indicators/{INDICATOR}/limits/{REBASE}/withdraw",
    f"/indicators/{INDICATOR}/readings/paste",
    f"/indicators/{INDICATOR}/thread",
    f"/indicators/{INDICATOR}/edit",
    f"/indicators/{INDICATOR}/trajectory",
    f"/indicators/{INDICATOR}/figures",
    f"/indicators/{INDICATOR}/readings/new",
    f"/indicators/{INDICATOR}/readings/{READING}/correct",
    "/gaps",
    f"/gaps?plan={PLAN}",
    "/same-actions",
    f"/same-actions?plan={PLAN}",
    "/same-actions/research-22/careers-02",
    "/same-actions/dismissed",
    f"/coverage?plan={PLAN}",
    "/coverage?plan=all&by=sources&nation=wales&columns=2",
    f"/coverage?plan={PLAN}&by=actions&theme=perinatal",
    f"/coverage/cell?by=themes&plan={PLAN}&row=perinatal",
    f"/coverage/cell?by=actions&plan={PLAN}&column=wales-phase1-02",
    "/impact",
    "/impact?q=strategy",
    "/impact?q=nothing-is-called-this",
    "/impact?ref=source:t4mh-delivery-plan-2019-22",
    "/impact?ref=source:t4mh-delivery-plan-2019-22&by=source:t4mh-strategy&find=successor&successor=plan",
    "/impact?ref=source:t4mh-strategy&ref=source:t4mh-delivery-plan-2019-22&what=delayed",
    "/impact?ref=action:t4mh-18",
    "/impact?ref=action:t4mh-18&what=delayed",
    "/impact?ref=post:lead-heiw",
    f"/impact?ref=organisation:welsh-government&plan={PLAN}",
    "/impact?ref=source:there-is-no-such-source&ref=action:t4mh-18&ref=post:lead-heiw",
    "/impact/notes/{note}",
    "/links/new?from=source:t4mh-strategy",
    "/links/new?from=action:t4mh-18",
    "/links/find?from=action:t4mh-18&way=depends-on&q=nurs",
    "/links/likely?from=source:t4mh-strategy",
    "/links/new?from=implication:stepping-forward-i01&way=calls-for",
    "/links/new?from=source:t4mh-strategy&q=nursing",
    f"/links/{LINK}/confirm",
    "/glossary",
    "/glossary?q=CAMHS",
    "/glossary/camhs",
    "/glossary/new",
    "/glossary/camhs/edit",
    "/organisations",
    "/organisations?kind=charity",
    "/organisations?q=nothing-is-called-this",
    "/organisations/new",
    "/organisations/welsh-government",
    "/organisations/welsh-government/edit",
    "/posts",
    "/posts?empty=yes",
    "/posts/new",
    "/posts/plan-lead",
    "/posts/plan-lead/edit",
    "/posts/plan-lead/holder",
    "/posts/lead-heiw",
    "/themes",
    "/themes/new",
    "/themes/perinatal",
    "/themes/perinatal/edit",
    "/staff-groups",
    "/staff-groups?q=nothing-is-called-this",
    "/staff-groups/new",
    "/staff-groups/all-staff",
    "/staff-groups/all-staff/edit",
    "/changes",
    "/status",
    "/imports",
    "/imports/new",
    "/imports/templates/sources.xlsx",
    "/imports/{incoming}",
    "/imports/{incoming}?show=refuse",
    "/imports/{incoming}/columns",
    "/imports/{incoming}/rows/{incoming_row}",
    "/imports/{accepted}",
    "/imports/{accepted}/undo",
    "/imports/{accepted}/rows/{accepted_row}",
    "/outbox",
    f"/outbox/{MAIL}",
    "/account",
    "/sign-in",
    "/forgotten-password",
    "/invitations/no-such-link",
    "/new-password/no-such-link",
    "/answer/no-such-link",
    "/answer/new-link",
    "/unsubscribe/no-such-link",
    "/people",
    "/people?state=invited&role=none",
    "/people?q=nobody-is-called-this",
    "/people/new",
    f"/people/{USER}",
    f"/people/{USER}/deactivate",
    f"/plans/{PLAN}/members",
    "/help",
    "/accessibility",
    "/privacy",
)
NO_PAGES = ("/calendar/", "/static/", "/health", "/api/")
OWN = str(TEMPLATES)


class Watched(ChainableUndefined):
    """An undefined value that remembers which of our templates made it, and tells when it is used."""

    __slots__ = ("_made_at",)
    heard: set[str] = set()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._made_at = _our_template()

    def _hear(self) -> None:
        # Components of the design system ask whether they were called with a body; that is no name of ours.
        if self._made_at and self._undefined_message != "No caller defined":
            self.heard.add(f"{self._made_at}: {self._undefined_message}")

    def __str__(self) -> str:
        self._hear()
        return ""

    def __bool__(self) -> bool:
        self._hear()
        return False

    def __iter__(self) -> Iterator[Any]:
        self._hear()
        return iter(())

    def __len__(self) -> int:
        self._hear()
        return 0

    def __eq__(self, other: object) -> bool:
        self._hear()
        return isinstance(other, ChainableUndefined)

    __hash__ = ChainableUndefined.__hash__


def _our_template() -> str:
    """The template that is being rendered, if it is one of ours and not one of the design system."""
    frame = sys._getframe(2)
    while frame is not None:
        if "blocks" in frame.f_globals and "debug_info" in frame.f_globals:  # a compiled template
            file = frame.f_code.co_filename
            return file.removeprefix(OWN + "/") if file.startswith(OWN) else ""
        frame = frame.f_back  # type: ignore[assignment]
    return ""


@pytest.fixture(scope="module")
def waiting(seed: Seeded) -> dict[str, int]:
    """What the seed has none of: a link to look at again, and a mail; and an update that asks for support."""
    with seed.database.writing("web") as session:
        link = session.scalars(select(Link).where(Link.type == LinkType.CALLS_FOR).order_by(Link.id)).first()
        asks = session.scalars(select(Update.id).where(Update.support_needed != "").order_by(Update.id)).first()
        assert link is not None
        assert asks is not None
        link.state = LinkState.SUSPECT
        user = session.scalars(select(User.id).order_by(User.id)).first()
        assert user is not None
        mail = OutboxMessage(
            dedupe="one", recipient_id=user, to_address="a@example.org",
            subject="S", text="T", html="<p>H</p>", message_id="<one@example.org>", next_try_at=now(),
        )  # fmt: skip
        session.add(mail)
        session.flush()
        read = select(Reading.id).join(Record, Record.id == Reading.indicator_id).where(Record.ref == INDICATOR)
        reading = session.scalars(read.order_by(Reading.ends_on)).first()
        assert reading is not None
        make = Make(session, today=TODAY)
        indicator = session.scalars(select(Indicator).where(Indicator.ref == INDICATOR)).one()
        rebase = make.rebase(indicator, starts_on=TODAY.replace(year=TODAY.year - 1), reason="A new form")
        requests = _requests(session, user)
        saved = session.scalars(select(SavedSearch.id).order_by(SavedSearch.id)).first()
        assert saved is not None
        plan = session.scalars(select(Plan.id).where(Plan.ref == PLAN)).one()
        note = make.impact_note(plan_id=plan)
        named = {"saved": saved, "update": asks, "link": link.id, "mail": mail.id, "user": user, "reading": reading}
        named |= {"note": note.id, "rebase": rebase.id}
        records = _meetings(session, requests["request"], asks)
        return {**named, "milestone": _milestone(session), **requests, **records, **_imports(session)}


def _imports(session: Session) -> dict[str, int]:
    """A file that waits for review, with a row of each sort, and one that was brought in."""
    make = Make(session, today=TODAY)
    plan = session.scalars(select(Plan.id).where(Plan.ref == PLAN)).one()
    source = session.scalars(select(Source).where(Source.ref == "t4mh-strategy")).one()
    waiting, accepted = make.incoming(plan_id=plan), make.incoming(plan_id=plan, state="accepted", accepted_at=now())
    told = {
        "create": {"guessed": ["title"], "matches": [[source.ref, source.title, 90]], "notes": ["Two rows in one"]},
        "change": {"differences": [["Title", "Old", "New"], ["Summary", "", "So " * 99]], "record_id": source.id},
        "refuse": {"problems": [["title", "Give a title"], ["", "Nothing fits"]]},
        "same": {"record_id": source.id},
    }
    rows = [make.incoming_row(waiting, outcome=outcome, **values) for outcome, values in told.items()]
    made = make.incoming_row(accepted, is_applied=True, record_id=source.id)
    session.add(ImportedRecord(row_id=made.id, record_id=source.id, is_new=True, before={}, last_change_id=0))
    session.flush()
    given = {"incoming": waiting.id, "accepted": accepted.id}
    return {**given, "incoming_row": rows[2].id, "accepted_row": made.id}


def _milestone(session: Session) -> int:
    """A milestone of an action, which has evidence too."""
    action = session.scalars(select(Action).where(Action.ref == "t4mh-18")).one()
    milestone = Milestone(action_id=action.id, title="Half way")
    shown = Evidence(action_id=action.id, title="Minutes", address="https://example.org/minutes", added_on=TODAY)
    session.add_all([milestone, shown])
    session.flush()
    return milestone.id


def _requests(session: Session, user: int) -> dict[str, int]:
    """A change that can be decided, and one whose day has passed; and one of each other kind."""
    action = session.scalars(select(Action).where(Action.ref == "t4mh-18")).one()
    other = session.scalars(select(Action).where(Action.ref == "t4mh-15")).one()
    values = {"reason": "The trainers come later.", "proposer_id": user, "made_on": TODAY}
    made = [
        ChangeRequest(action_id=action.id, what="scope", proposed_words="Train all\nAll of them", **values),
        ChangeRequest(action_id=action.id, what="due-date", proposed_on=TODAY - timedelta(days=9), **values),
        ChangeRequest(action_id=other.id, what="owner", proposed_post_id=action.owner_id, **values),
        ChangeRequest(action_id=other.id, what="closure", proposed_words="no-longer-needed", **values),
    ]
    session.add_all(made)
    session.flush()
    return {"request": made[0].id, "overtaken": made[1].id}


def _meetings(session: Session, request_id: int, ask_id: int) -> dict[str, int]:
    """A meeting with a matter of each sort, one deferred, and an earlier one that is closed, with what it became."""
    make = Make(session, today=TODAY)
    plan = session.scalars(select(Plan).where(Plan.ref == PLAN)).one()
    asked, ask = session.get_one(ChangeRequest, request_id), session.get_one(Update, ask_id)
    action, asking = session.get_one(Action, asked.action_id), session.get_one(Action, ask.action_id)
    wanted = (of_request(asked, action), of_ask(ask, asking), of("The budget", plan))
    recorded = frozen(make, TODAY, *wanted, plan=plan)
    closed = frozen(make, TODAY - timedelta(days=28), of("A dashboard"), plan=plan, closed_at=now(), notes="Thanks.")
    values = {"position": 1, "verdict": "approve", "matter": "Decide: A dashboard", "follow_up_id": action.id}
    later = {"position": 3, "verdict": "defer", "matter": "Decide: The budget", "reason": "Too early."}
    session.add(Decision(review_id=closed.id, **values))
    session.add(Decision(review_id=recorded.id, record_id=plan.id, **later))
    session.add(ReviewFile(review_id=recorded.id, form="pdf", content=b"%PDF", digest="0" * 64, size=4))
    session.flush()
    asking = make.review(TODAY + timedelta(days=14), plan=plan)
    return {"recorded": recorded.id, "record_closed": closed.id, "asking": asking.id}


def endpoint_of(app: Flask, address: str) -> str:
    return str(app.url_map.bind("localhost").match(address.split("?")[0])[0])


def test_the_list_of_addresses_has_every_page(seed: Seeded) -> None:
    pages = {
        rule.endpoint
        for rule in seed.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(NO_PAGES)
    }
    visited = {endpoint_of(seed.app, re.sub("{.*?}", "1", address)) for address in ADDRESSES}
    assert pages - visited == set()


def addresses_for(role: str, seed: Seeded) -> list[str]:
    """All of them; beside SQLite an administrator looks at what is closed to a lead."""
    if role != "administrator" or seed.database.is_sqlite:
        return list(ADDRESSES)
    endpoints = {address: endpoint_of(seed.app, re.sub("{.*?}", "1", address)) for address in ADDRESSES}
    return [address for address, endpoint in endpoints.items() if "lead" not in POLICY[endpoint, "GET"]]


@pytest.mark.parametrize(
    "role", [role if role in ON_EVERY_DATABASE else pytest.param(role, marks=pytest.mark.page) for role in ROLES]
)
def test_no_page_uses_a_name_that_nobody_gave_it(seed: Seeded, waiting: dict[str, int], role: str) -> None:
    seed.app.jinja_env.undefined = Watched
    browser = seed.browse(role)
    used, failed = {}, {}
    for address in addresses_for(role, seed):
        Watched.heard.clear()
        answer = browser.get(address.format(**waiting))
        if Watched.heard:
            used[address] = sorted(Watched.heard)
        if answer.status_code >= 500 or (answer.status_code == 404 and "no-such" not in address):
            failed[address] = answer.status_code
    assert used == {}
    assert failed == {}
