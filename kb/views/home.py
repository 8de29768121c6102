"""Home: find, and know what waits; and the list of recent changes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from actions import mine, steering, undelivered
from kb import auth, downloads, history, records, suspects, web
from kb.accounts import first_day
from kb.catalogue import organisations
from kb.columns import people as columns
from kb.db import now
from kb.models.user import Role
from kb.paging import paged
from kb.permissions import Capability
from kb.planning import plans
from kb.records import KIND_IN_ADDRESS
from kb.removal import hanging
from kb.suspects import Wanted
from kb.views import attention

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kb.models.history import Change

bp = Blueprint("kb", __name__)
KINDS = {word: kind for kind, word in KIND_IN_ADDRESS.items()}
ANY = ",".join(f'"{word}"' for word in KINDS)
GROUPS_SHOWN = 5
# Of very many changes the newest are told; the list of all changes has every one.
CHANGES_READ = 200
WEEK = timedelta(days=7)


@bp.get("/")
@auth.requires(Capability.READ)
def home() -> Response:
    """The search box, what waits for the reader, and the plan from end to end."""
    session, person, today = web.session(), web.person(), web.today()
    plan = plans.chosen(session, None, person=person)
    last_here = web.last_here()
    since = last_here or _start_of(today - WEEK)
    newest = history.list_recent(session, person=person, limit=CHANGES_READ)
    changed = history.by_record(change for change in newest if change.at >= since)
    groups = (changed or history.by_record(newest))[:GROUPS_SHOWN]
    steers = plan is not None and person.roles.get(plan.id) == Role.STEERING
    may_edit = plan is not None and person.may(Capability.EDIT_PLAN, plan_id=plan.id)
    # Whoever may edit the plan finds all its links to confirm among what needs attention.
    is_asked = bool(person.posts) and not may_edit
    return web.page(
        "home/index.html",
        plan=plan,
        first_day=first_day.of(session, plan, person=person, today=today),
        attention=attention.of(session, person, plan, today) if plan else None,
        mine=mine.my_actions(session, person, today, with_dependencies=False) if person.posts else None,
        to_confirm=suspects.waiting(session, Wanted(is_mine=True), person=person).number if is_asked else 0,
        numbers=steering.numbers(session, person, today, plan) if steers else None,
        groups=groups,
        changed=len(changed),
        since=since,
        was_here=last_here is not None,
        posts=_posts_of([change for group in groups for change in group.changes], today),
        may_edit=may_edit,
        notices=undelivered.notices(session, plan, person=person, now=now(), zone=web.settings().timezone),
    )


@bp.get("/changes")
@auth.requires(Capability.READ)
def changes() -> Response:
    """What people changed, newest first."""
    session, person = web.session(), web.person()
    since = _instant(request.args.get("since", ""))

    def fetch(offset: int, limit: int) -> Sequence[Change]:
        return history.list_recent(session, person=person, limit=limit, offset=offset, since=since)

    if downloads.are_wanted():
        return downloads.send("changes", columns.of_changes(fetch))
    paging = paged(history.count_recent(session, person=person, since=since))
    found = fetch(paging.offset, paging.limit)
    posts = _posts_of(found, web.today())
    return web.page("home/changes.html", changes=found, paging=paging, posts=posts, since=since)


@bp.get(f"/history/<any({ANY}):kinds>/<ref>")
@auth.requires(Capability.READ)
def record_history(kinds: str, ref: str) -> Response:
    """All that changed on one record and on its parts, newest first."""
    session, person = web.session(), web.person()
    record = records.get_any(session, f"{KINDS[kinds]}:{ref}", person=person)
    ids = [record.id, *(part.id for part in hanging.parts_of(session, record))]

    def fetch(offset: int, limit: int) -> Sequence[Change]:
        return history.list_of(session, ids, person=person, offset=offset, limit=limit)

    if downloads.are_wanted():
        return downloads.send(f"history-{record.ref}", columns.of_changes(fetch))
    paging = paged(history.count_of(session, ids, person=person))
    found = fetch(paging.offset, paging.limit)
    return web.page(
        "home/record_history.html",
        record=record,
        changes=found,
        paging=paging,
        has_parts=len(ids) > 1,
        posts=_posts_of(found, web.today()),
    )


def _posts_of(changes: Sequence[Change], today: date) -> dict[int, str] | None:
    """The posts of those who made the changes, by their ids; None for readers who may not know."""
    if not web.person().may(Capability.READ_UPDATES):
        return None
    made_by = {change.person_id for change in changes if change.person_id is not None}
    return organisations.posts_held(web.session(), made_by, today=today) if made_by else {}


def _instant(text: str) -> datetime | None:
    """The instant that an address names, None where it names none."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
