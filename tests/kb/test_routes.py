"""Every route, for every kind of person: who may open it, who is sent to sign in, who is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kb import auth
from kb.accounts import sessions
from kb.db import now
from kb.models.link import LinkState, LinkType
from kb.models.outbox import OutboxMessage
from kb.models.shortlist import Shortlist
from kb.models.user import Role
from kb.permissions import SYSTEM
from kb.removal import deleting
from tests.actions.reviews.frozen import frozen, of
from tests.browsing import TOKEN

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from kb.models.user import User
    from tests.factories import Make

pytestmark = pytest.mark.every_database

PEOPLE = ("stranger", "public", "viewer", "owner", "lead", "other lead", "steering", "administrator")
# These open every view; the policy for the others is the same on each database.
ON_EVERY_DATABASE = ("lead", "administrator")
SIGNED_IN = frozenset(PEOPLE) - {"stranger", "public"}
ALL = frozenset(PEOPLE)
READ = SIGNED_IN | {"public"}
ANY_LEAD = frozenset({"lead", "other lead"})
LEAD = frozenset({"lead"})
OWNER = frozenset({"owner", "lead"})
VERIFIER = frozenset({"lead", "steering"})
ADMINISTRATOR = frozenset({"administrator"})
MEMBERS = frozenset({"lead", "administrator"})

# For each endpoint and method who may use it; what is not here fails the first test below.
POLICY: dict[tuple[str, str], frozenset[str]] = {
    ("static", "GET"): ALL,
    ("health.show", "GET"): ALL,
    ("health.status", "GET"): ADMINISTRATOR,
    ("accounts.show_sign_in", "GET"): ALL,
    ("accounts.sign_in", "POST"): ALL,
    ("accounts.sign_in_demonstration", "POST"): ALL,
    ("accounts.sign_out", "POST"): ALL,
    ("accounts.account", "GET"): SIGNED_IN,
    ("accounts.set_password", "POST"): SIGNED_IN,
    ("accounts.rename", "POST"): SIGNED_IN,
    ("accounts.sign_out_everywhere", "POST"): SIGNED_IN,
    ("accounts.forgotten_password", "GET"): ALL,
    ("accounts.forgotten_password", "POST"): ALL,
    ("accounts.invitation", "GET"): ALL,
    ("accounts.invitation", "POST"): ALL,
    ("accounts.new_password", "GET"): ALL,
    ("accounts.new_password", "POST"): ALL,
    ("answers.answer", "GET"): ALL,
    ("answers.answer", "POST"): ALL,
    ("answers.ask", "GET"): ALL,
    ("answers.ask", "POST"): ALL,
    ("answers.new_link", "POST"): ALL,
    ("unsubscribing.show", "GET"): ALL,
    ("unsubscribing.decline", "POST"): ALL,
    ("unsubscribing.choose", "POST"): SIGNED_IN,
    ("saved_searches.index", "GET"): SIGNED_IN,
    ("saved_searches.new", "GET"): SIGNED_IN,
    ("saved_searches.new", "POST"): SIGNED_IN,
    ("saved_searches.detail", "GET"): SIGNED_IN,
    ("saved_searches.change", "POST"): SIGNED_IN,
    ("saved_searches.remove", "POST"): SIGNED_IN,
    ("calendars.show", "GET"): ALL,
    ("calendars.make", "POST"): SIGNED_IN,
    ("calendars.revoke", "POST"): SIGNED_IN,
    ("people.index", "GET"): ADMINISTRATOR,
    ("people.invite", "GET"): ADMINISTRATOR,
    ("people.invite", "POST"): ADMINISTRATOR,
    ("people.detail", "GET"): ADMINISTRATOR,
    ("people.invite_again", "POST"): ADMINISTRATOR,
    ("people.send_reset", "POST"): ADMINISTRATOR,
    ("people.add_role", "POST"): ADMINISTRATOR,
    ("people.set_role", "POST"): ADMINISTRATOR,
    ("people.set_administrator", "POST"): ADMINISTRATOR,
    ("people.deactivate", "GET"): ADMINISTRATOR,
    ("people.deactivate", "POST"): ADMINISTRATOR,
    ("people.activate", "POST"): ADMINISTRATOR,
    ("members.index", "GET"): MEMBERS,
    ("members.index", "POST"): MEMBERS,
    ("members.set_role", "POST"): MEMBERS,
    ("pages.help", "GET"): ALL,
    ("pages.accessibility", "GET"): ALL,
    ("pages.privacy", "GET"): ALL,
    ("kb.home", "GET"): READ,
    ("kb.changes", "GET"): READ,
    ("kb.record_history", "GET"): READ,
    ("sources.index", "GET"): READ,
    ("sources.detail", "GET"): READ,
    ("sources.new", "GET"): ANY_LEAD,
    ("sources.new", "POST"): ANY_LEAD,
    ("sources.edit", "GET"): ANY_LEAD,
    ("sources.edit", "POST"): ANY_LEAD,
    ("sources.state", "GET"): ANY_LEAD,
    ("sources.state", "POST"): ANY_LEAD,
    ("sources.supersede", "GET"): ANY_LEAD,
    ("sources.supersede", "POST"): ANY_LEAD,
    ("mapping.edit", "GET"): ANY_LEAD,
    ("mapping.edit", "POST"): ANY_LEAD,
    ("parts.key_point", "GET"): READ,
    ("parts.implication", "GET"): READ,
    ("parts.response", "GET"): READ,
    ("priorities.index", "GET"): READ,
    ("priorities.detail", "GET"): READ,
    ("priorities.edit", "GET"): LEAD,
    ("priorities.edit", "POST"): LEAD,
    ("plans.index", "GET"): READ,
    ("plans.detail", "GET"): READ,
    ("plan_mapping.index", "GET"): READ,
    ("plans.new", "GET"): ADMINISTRATOR,
    ("plans.new", "POST"): ADMINISTRATOR,
    ("plans.edit", "GET"): LEAD,
    ("plans.edit", "POST"): LEAD,
    ("reminders.index", "GET"): LEAD,
    ("reminders.index", "POST"): LEAD,
    ("reminders.pause", "POST"): LEAD,
    ("priority_sets.detail", "GET"): READ,
    ("priority_sets.new", "GET"): LEAD,
    ("priority_sets.new", "POST"): LEAD,
    ("priority_sets.new_of_source", "GET"): ANY_LEAD,
    ("priority_sets.new_of_source", "POST"): ANY_LEAD,
    ("priority_sets.edit", "GET"): LEAD,
    ("priority_sets.edit", "POST"): LEAD,
    ("priority_sets.new_priority", "GET"): LEAD,
    ("priority_sets.new_priority", "POST"): LEAD,
    ("responses.new", "GET"): LEAD,
    ("responses.new", "POST"): LEAD,
    ("responses.edit", "GET"): LEAD,
    ("responses.edit", "POST"): LEAD,
    ("organisations.index", "GET"): READ,
    ("organisations.detail", "GET"): READ,
    ("organisations.new", "GET"): ANY_LEAD,
    ("organisations.new", "POST"): ANY_LEAD,
    ("organisations.edit", "GET"): ANY_LEAD,
    ("organisations.edit", "POST"): ANY_LEAD,
    ("posts.index", "GET"): READ,
    ("posts.detail", "GET"): READ,
    ("posts.new", "GET"): ANY_LEAD,
    ("posts.new", "POST"): ANY_LEAD,
    ("posts.edit", "GET"): ANY_LEAD,
    ("posts.edit", "POST"): ANY_LEAD,
    ("posts.hold", "GET"): ANY_LEAD,
    ("posts.hold", "POST"): ANY_LEAD,
    ("terms.index", "GET"): READ,
    ("terms.detail", "GET"): READ,
    ("terms.new", "GET"): ANY_LEAD,
    ("terms.new", "POST"): ANY_LEAD,
    ("terms.edit", "GET"): ANY_LEAD,
    ("terms.edit", "POST"): ANY_LEAD,
    ("vocabulary.index", "GET"): READ,
    ("vocabulary.detail", "GET"): READ,
    ("vocabulary.new", "GET"): ANY_LEAD,
    ("vocabulary.new", "POST"): ANY_LEAD,
    ("vocabulary.edit", "GET"): ANY_LEAD,
    ("vocabulary.edit", "POST"): ANY_LEAD,
    ("links.new", "GET"): ANY_LEAD,
    ("links.new", "POST"): ANY_LEAD,
    ("links.find", "GET"): ANY_LEAD,
    ("links.likely", "GET"): ANY_LEAD,
    ("links.accept_likely", "POST"): ANY_LEAD,
    ("links.dismiss_likely", "POST"): ANY_LEAD,
    ("links.offer_likely_again", "POST"): ANY_LEAD,
    ("links.confirm", "GET"): ANY_LEAD | {"owner"},
    ("links.confirm", "POST"): ANY_LEAD | {"owner"},
    ("links.retire", "POST"): ANY_LEAD | {"owner"},
    ("merging.merge", "GET"): ANY_LEAD,
    ("merging.merge", "POST"): ANY_LEAD,
    ("merging.likely", "GET"): ANY_LEAD,
    ("deletions.confirm", "GET"): ANY_LEAD,
    ("deletions.confirm", "POST"): ANY_LEAD,
    ("deletions.index", "GET"): ANY_LEAD | ADMINISTRATOR,
    ("deletions.undo", "POST"): ANY_LEAD,
    ("imports.index", "GET"): ANY_LEAD,
    ("imports.new", "GET"): ANY_LEAD,
    ("imports.new", "POST"): ANY_LEAD,
    ("imports.template", "GET"): ANY_LEAD,
    ("imports.detail", "GET"): ANY_LEAD,
    ("imports.leave_out", "POST"): ANY_LEAD,
    ("imports.accept", "POST"): ANY_LEAD,
    ("imports.discard", "POST"): ANY_LEAD,
    ("imports.undo", "GET"): ANY_LEAD,
    ("imports.undo", "POST"): ANY_LEAD,
    ("imports.columns_of", "GET"): ANY_LEAD,
    ("imports.columns_of", "POST"): ANY_LEAD,
    ("imports.row", "GET"): ANY_LEAD,
    ("imports.row", "POST"): ANY_LEAD,
    ("outbox.index", "GET"): ADMINISTRATOR,
    ("outbox.detail", "GET"): ADMINISTRATOR,
    ("outbox.send_again", "POST"): ADMINISTRATOR,
    ("outbox.mark_arrived", "POST"): ADMINISTRATOR,
    ("actions.index", "GET"): READ,
    ("actions.detail", "GET"): READ,
    ("actions.mine", "GET"): SIGNED_IN,
    ("actions.several_asked", "GET"): SIGNED_IN,
    ("actions.several_sent", "POST"): SIGNED_IN,
    ("actions.take_back", "POST"): OWNER,
    ("actions.steering", "GET"): READ,
    ("actions.list_since", "GET"): SIGNED_IN,
    ("actions.timeline", "GET"): READ,
    ("actions.new", "GET"): LEAD,
    ("actions.new", "POST"): LEAD,
    ("actions.edit", "GET"): LEAD,
    ("actions.edit", "POST"): LEAD,
    ("actions.remind", "POST"): LEAD,
    ("actions.update", "GET"): OWNER,
    ("actions.update", "POST"): OWNER,
    ("actions.new_milestone", "GET"): LEAD,
    ("actions.new_milestone", "POST"): LEAD,
    ("actions.edit_milestone", "GET"): LEAD,
    ("actions.edit_milestone", "POST"): LEAD,
    ("actions.remove_milestone", "GET"): LEAD,
    ("actions.remove_milestone", "POST"): LEAD,
    ("actions.finish_milestone", "POST"): OWNER,
    ("actions.open_milestone", "POST"): OWNER,
    ("actions.add_evidence", "GET"): OWNER,
    ("actions.add_evidence", "POST"): OWNER,
    ("actions.remove_evidence", "POST"): OWNER,
    ("actions.done", "GET"): OWNER,
    ("actions.done", "POST"): OWNER,
    ("actions.verify", "GET"): VERIFIER,
    ("actions.verify", "POST"): VERIFIER,
    ("actions.reopen", "GET"): OWNER | VERIFIER,
    ("actions.reopen", "POST"): OWNER | VERIFIER,
    ("actions.support", "GET"): VERIFIER,
    ("actions.support", "POST"): VERIFIER,
    ("requests.index", "GET"): SIGNED_IN,
    ("requests.new", "GET"): OWNER,
    ("requests.new", "POST"): OWNER,
    ("requests.detail", "GET"): SIGNED_IN,
    ("requests.decide", "POST"): VERIFIER,
    ("requests.withdraw", "POST"): frozenset({"owner"}),
    ("meetings.index", "GET"): SIGNED_IN,
    ("meetings.index", "POST"): VERIFIER,
    ("meetings.detail", "GET"): SIGNED_IN,
    ("meetings.change", "GET"): VERIFIER,
    ("meetings.change", "POST"): VERIFIER,
    ("meetings.cover", "GET"): VERIFIER,
    ("meetings.cover", "POST"): VERIFIER,
    ("meetings.cancel", "GET"): VERIFIER,
    ("meetings.cancel", "POST"): VERIFIER,
    ("packs.detail", "GET"): SIGNED_IN,
    ("packs.freeze", "GET"): VERIFIER,
    ("packs.freeze", "POST"): VERIFIER,
    ("packs.compare", "GET"): SIGNED_IN,
    ("pack_files.index", "GET"): SIGNED_IN,
    ("pack_files.make", "POST"): SIGNED_IN,
    ("pack_files.download", "GET"): SIGNED_IN,
    ("decisions.show", "GET"): SIGNED_IN,
    ("decisions.show", "POST"): VERIFIER,
    ("decisions.decide", "GET"): VERIFIER,
    ("decisions.decide", "POST"): VERIFIER,
    ("decisions.take_back", "POST"): VERIFIER,
    ("decisions.follow_up", "GET"): LEAD,
    ("decisions.follow_up", "POST"): LEAD,
    ("decisions.close", "GET"): VERIFIER,
    ("decisions.close", "POST"): VERIFIER,
    ("decisions.minutes_page", "GET"): SIGNED_IN,
    ("decisions.log", "GET"): SIGNED_IN,
    ("search.results", "GET"): READ,
    ("search.suggest", "GET"): READ,
    ("search.like", "GET"): READ,
    ("shortlists.own", "GET"): SIGNED_IN,
    ("shortlists.shared", "GET"): READ,
    ("shortlists.add", "POST"): SIGNED_IN,
    ("shortlists.remove", "POST"): SIGNED_IN,
    ("shortlists.write_notes", "POST"): SIGNED_IN,
    ("shortlists.clear", "GET"): SIGNED_IN,
    ("shortlists.clear", "POST"): SIGNED_IN,
    ("shortlists.share", "POST"): SIGNED_IN,
    ("shortlists.stop_sharing", "POST"): SIGNED_IN,
    ("graph.thread", "GET"): READ,
    ("graph.explore", "GET"): READ,
    ("graph.explore_data", "GET"): READ,
    ("graph.explore_near", "GET"): READ,
    ("graph.why", "GET"): READ,
    ("graph.gaps", "GET"): READ,
    ("graph.same_pairs", "GET"): READ,
    ("graph.decide_same", "GET"): LEAD,
    ("graph.decide_same", "POST"): LEAD,
    ("graph.dismissed_same", "GET"): SIGNED_IN,
    ("graph.offer_same_again", "POST"): LEAD,
    ("graph.impact", "GET"): READ,
    ("graph.save_impact", "POST"): ANY_LEAD,
    ("graph.impact_note", "GET"): READ,
    ("graph.put_away_impact_note", "POST"): LEAD,
    ("graph.suspects", "GET"): READ,
    ("graph.settle_suspects", "POST"): ANY_LEAD | {"owner"},
    ("graph.coverage", "GET"): READ,
    ("graph.coverage_cell", "GET"): READ,
    ("figures.index", "GET"): READ,
    ("figures.detail", "GET"): READ,
    ("figures.new", "GET"): ANY_LEAD,
    ("figures.new", "POST"): ANY_LEAD,
    ("figures.edit", "GET"): ANY_LEAD,
    ("figures.edit", "POST"): ANY_LEAD,
    ("comparisons.index", "GET"): READ,
    ("comparisons.detail", "GET"): READ,
    ("comparisons.new", "GET"): ANY_LEAD,
    ("comparisons.new", "POST"): ANY_LEAD,
    ("comparisons.edit", "GET"): ANY_LEAD,
    ("comparisons.edit", "POST"): ANY_LEAD,
    ("comparisons.settle", "GET"): ANY_LEAD,
    ("comparisons.settle", "POST"): ANY_LEAD,
    ("key_points.index", "GET"): READ,
    ("indicators.index", "GET"): READ,
    ("indicators.detail", "GET"): READ,
    ("indicators.new", "GET"): LEAD,
    ("indicators.new", "POST"): LEAD,
    ("indicators.edit", "GET"): LEAD,
    ("indicators.edit", "POST"): LEAD,
    ("indicators.trajectory", "GET"): LEAD,
    ("indicators.trajectory", "POST"): LEAD,
    ("indicators.comes_from", "GET"): LEAD,
    ("indicators.comes_from", "POST"): LEAD,
    ("indicators.scorecard", "GET"): READ,
    ("indicators.perspectives", "GET"): LEAD,
    ("indicators.perspectives", "POST"): LEAD,
    ("pasting.paste", "GET"): OWNER,
    ("pasting.paste", "POST"): OWNER,
    ("indicators.rebase", "GET"): LEAD,
    ("indicators.rebase", "POST"): LEAD,
    ("indicators.withdraw_rebase", "GET"): LEAD,
    ("indicators.withdraw_rebase", "POST"): LEAD,
    ("indicators.add_reading", "GET"): OWNER,
    ("indicators.add_reading", "POST"): OWNER,
    ("indicators.correct_reading", "GET"): OWNER,
    ("indicators.correct_reading", "POST"): OWNER,
    ("figures_api.index", "GET"): READ,
    ("figures_api.detail", "GET"): READ,
    ("indicators_api.index", "GET"): READ,
    ("indicators_api.detail", "GET"): READ,
    ("sources_api.index", "GET"): READ,
    ("sources_api.detail", "GET"): READ,
    ("actions_api.index", "GET"): READ,
    ("actions_api.detail", "GET"): READ,
    ("search_api.find", "GET"): READ,
    ("openapi.show", "GET"): ALL,
}
ROUTES = sorted(POLICY)
# These end the session, so they come last.
SIGN_OUT = ("accounts.sign_out", "POST")
LAST = (("accounts.sign_out_everywhere", "POST"), SIGN_OUT)


@dataclass
class World:
    """One of everything, and somebody of each kind."""

    values: dict[str, dict[str, Any]]
    users: dict[str, User | None]


@pytest.fixture
def world(session: Session, make: Make, tmp_path: object) -> World:
    plan = make.plan(ref="the-plan")
    post = make.post(ref="the-post")
    source, priority = make.source(ref="the-source"), make.priority(ref="the-priority")
    point = make.key_point(source, ref="the-point")
    implication = make.implication(source, ref="the-implication", key_points=(point,))
    make.response(source, ref="the-response", response_type="aligned", text="We follow it.")
    link = make.link(implication, LinkType.CALLS_FOR, priority, state=LinkState.SUSPECT)
    action = make.action(ref="the-action", owner_id=post.id, due_on=make.today + timedelta(days=9))
    make.link(priority, LinkType.DELIVERED_BY, action)
    ask = make.update(action, support_needed="Two trainers.")
    milestone, shown = make.milestone(action), make.evidence(action)
    figure, indicator = make.figure(source), make.indicator(owner_id=post.id)
    comparison, reading = make.comparison(figure, make.figure()), make.reading(indicator, ends_on=make.today, value=1.0)
    rebase = make.rebase(indicator, starts_on=make.today, reason="The new form")
    organisation, theme = make.organisation(ref="the-organisation"), make.theme(ref="the-theme")
    make.term("CAMHS", "Child and adolescent mental health services")
    deletion = deleting.delete(session, make.source(), reason="Entered twice", by=SYSTEM)
    administrator = make.administrator()
    mail = OutboxMessage(
        dedupe="one", recipient_id=administrator.id, to_address="a@example.org", subject="S", text="T", html="H",
        message_id="<one@example.org>", next_try_at=now(),
    )  # fmt: skip
    session.add(mail)
    incoming = make.incoming()
    member, owner = make.viewer(), make.owner(post)
    asked = make.request(action, owner, proposed_on=make.today + timedelta(days=30))
    other = make.user(role=Role.LEAD, plan=make.plan(ref="another-plan"))
    session.add(Shortlist(user_id=other.id, share_key="the-key"))
    note = make.impact_note()
    twin = make.action(ref="the-twin")
    recorded = frozen(make, make.today, of("Something else", action))
    planned = make.review(make.today + timedelta(days=14))
    pair = make.dismissed(action, twin)
    session.commit()
    return World(
        values={
            "sources": {"ref": source.ref},
            "sources_api": {"ref": source.ref},
            "mapping": {"ref": source.ref},
            "parts.key_point": {"ref": point.ref},
            "parts.implication": {"ref": implication.ref},
            "parts.response": {"ref": "the-response"},
            "priorities": {"ref": priority.ref},
            "plans": {"ref": plan.ref},
            "plan_mapping": {"ref": plan.ref},
            "reminders": {"ref": plan.ref},
            "members": {"ref": plan.ref, "user_id": member.id},
            "people": {"ref": plan.ref, "user_id": member.id},
            "accounts": {"token": "made-up"},
            "answers": {"token": "made-up"},
            "unsubscribing": {"token": "made-up", "subject": "sources"},
            "calendars": {"key": "made-up"},
            "organisations": {"ref": organisation.ref},
            "posts": {"ref": post.ref, "part": "holder"},
            "terms": {"ref": "camhs"},
            "vocabulary": {"ref": theme.ref, "kinds": "themes"},
            "priority_sets": {"ref": make.priority_set().ref},
            "priority_sets.new": {"ref": plan.ref},
            "priority_sets.new_of_source": {"ref": source.ref},
            "responses": {"ref": "the-response"},
            "responses.new": {"ref": plan.ref},
            "kb": {"kinds": "sources", "ref": source.ref},
            "deletions": {"kinds": "sources", "ref": source.ref, "deletion_id": deletion.id},
            "merging": {"kinds": "sources", "ref": source.ref},
            "links": {"link_id": link.id, "from": f"implication:{implication.ref}"},
            "imports": {"import_id": incoming.id, "row_id": make.incoming_row(incoming).id, "kind": "sources"},
            "outbox": {"message_id": mail.id},
            "actions": {
                "ref": action.ref,
                "update_id": ask.id,
                "milestone_id": milestone.id,
                "evidence_id": shown.id,
                "plan": plan.ref,
            },
            "actions_api": {"ref": action.ref},
            "requests": {"ref": action.ref, "request_id": asked.id},
            "decisions": {"ref": plan.ref, "review_id": recorded.id, "place": 1},
            "meetings": {"ref": plan.ref, "review_id": planned.id},
            "packs": {"review_id": planned.id},
            "pack_files": {"review_id": recorded.id, "form": "pdf"},
            "figures": {"ref": figure.ref, "source": source.ref},
            "figures_api": {"ref": figure.ref},
            "comparisons": {"ref": comparison.ref},
            "indicators": {
                "ref": indicator.ref,
                "reading_id": reading.id,
                "rebase_id": rebase.id,
                "plan": plan.ref,
            },
            "indicators.perspectives": {"ref": plan.ref},
            "pasting": {"ref": indicator.ref},
            "indicators_api": {"ref": indicator.ref},
            "graph": {"kinds": "actions", "ref": action.ref, "note_id": note.id, "other": twin.ref, "pair_id": pair.id},
            "shortlists": {"key": "the-key"},
            "saved_searches": {"search_id": 1},
            "search": {"kinds": "sources", "ref": source.ref},
            "static": {"filename": "icons/favicon.svg"},
        },
        users={
            "stranger": None,
            "public": None,
            "viewer": make.viewer(),
            "owner": owner,
            "lead": make.lead(),
            "other lead": other,
            "steering": make.steering(),
            "administrator": administrator,
        },
    )


def address_of(app: Flask, endpoint: str, world: World) -> str:
    values = {**world.values.get(endpoint.split(".")[0], {}), **world.values.get(endpoint, {})}
    wanted = {name for rule in app.url_map.iter_rules(endpoint) for name in rule.arguments}
    extra = {"from", "plan", "source"} & set(values)
    with app.test_request_context():
        return app.url_for(endpoint, **{name: values[name] for name in wanted | extra})


def test_every_route_stands_in_the_policy_and_every_line_of_it_is_a_route(app: Flask) -> None:
    routes = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == set(POLICY)


def test_every_view_says_who_may_open_it(app: Flask) -> None:
    silent = [name for name, view in app.view_functions.items() if name != "static" and auth.access_of(view) is None]
    assert silent == []


@pytest.mark.parametrize(
    "who", [who if who in ON_EVERY_DATABASE else pytest.param(who, marks=pytest.mark.page) for who in PEOPLE]
)
def test_each_route_opens_for_those_that_the_policy_names_and_for_nobody_else(
    app: Flask, session: Session, world: World, who: str
) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], public_read=who == "public")
    client, wrong = app.test_client(), []
    user = world.users[who]
    if user is not None:
        client.set_cookie("session", sessions.open_session(session, user, now=now()))
        session.commit()
    token = TOKEN.search(client.get("/forgotten-password" if user is None else "/account").text)
    assert token, "the page shows a form with its token"
    for endpoint, method in routes_for(who, session):
        address = address_of(app, endpoint, world)
        point = session.begin_nested()
        answer = client.open(address, method=method, data={"csrf_token": token.group(1)} if method == "POST" else None)
        answer.close()
        point.rollback()
        session.expire_all()
        opened = is_opened(answer.status_code, answer.headers.get("Location", "")) or (endpoint, method) == SIGN_OUT
        if opened != (who in POLICY[endpoint, method]) or answer.status_code >= 500:
            wrong.append(f"{method} {address}: {answer.status_code} {answer.headers.get('Location', '')}")
    assert wrong == []


def routes_for(who: str, session: Session) -> list[tuple[str, str]]:
    """All routes, and last what ends others; beside SQLite an administrator asks for what is closed to a lead."""
    routes = sorted(POLICY, key=lambda route: LAST.index(route) + 1 if route in LAST else 0)
    if who == "administrator" and session.get_bind().dialect.name != "sqlite":
        return [route for route in routes if "lead" not in POLICY[route]]
    return routes


def is_opened(status: int, location: str) -> bool:
    """Whether the answer is the view's own: neither a refusal nor the way to the sign-in page."""
    return status not in (401, 403) and not (status == 303 and location.startswith("/sign-in"))


@pytest.mark.page
def test_reading_changes_nothing(app: Flask, session: Session, world: World) -> None:
    """Every GET, by every kind of person, leaves every table as it was."""
    from sqlalchemy import func, select  # counted here only

    from kb.db import Base

    def told() -> dict[str, int]:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }

    client = app.test_client()
    client.set_cookie("session", sessions.open_session(session, world.users["lead"], now=now()))  # type: ignore[arg-type]
    session.commit()
    before = told()
    for endpoint, method in ROUTES:
        if method == "GET":
            client.get(address_of(app, endpoint, world)).close()
    session.expire_all()
    assert told() == before
