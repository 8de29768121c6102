"""The lists of people, mails, changes and deletions as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import downloads, labels, web
from kb.accounts import people
from kb.catalogue import organisations
from kb.columns.words import joined, local, yes
from kb.mailing import outbox
from kb.permissions import Capability
from kb.removal import deleting
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kb.accounts.people import Filters, Listed
    from kb.models.history import Change
    from kb.models.outbox import MailState, OutboxMessage
    from kb.models.user import Role
    from kb.removal.deleting import Listed as ListedDeletion


def of_people(wanted: Filters, states: Mapping[people.State, str], roles: Mapping[Role, str]) -> Sheet[Listed]:
    """The people who fit, for administrators, in the words of the page for states and roles."""
    session, person, today = web.session(), web.person(), web.today()

    def fetch(offset: int, limit: int) -> Sequence[Listed]:
        return people.list_people(session, wanted, person=person, today=today, offset=offset, limit=limit)[1]

    def posts(one: Listed) -> str:
        deputy = gettext("deputy")
        return joined(held.post.title + (f" ({deputy})" if held.is_deputy else "") for held in one.posts)

    columns: list[Column[Listed]] = [
        Column(gettext("Mail address"), lambda one: one.user.email, width=36),
        Column(gettext("Name"), lambda one: one.user.name),
        Column(gettext("Account"), lambda one: states[one.state], width=20),
        Column(gettext("Administrator"), lambda one: yes(one.user.is_administrator), width=14),
        Column(gettext("Roles"), lambda one: joined(f"{roles[r.role]}: {r.plan.title}" for r in one.roles), width=50),
        Column(gettext("Posts"), posts, width=50),
        Column(gettext("Invited"), lambda one: local(one.invited_at), Kind.TIME),
        Column(gettext("Last here"), lambda one: local(one.user.last_seen_at), Kind.TIME),
        Column(gettext("Demonstration account"), lambda one: yes(one.user.is_demonstration), width=14),
    ]
    return Sheet(gettext("People"), columns, downloads.everything(fetch))


def of_mails(state: MailState | None, words: Mapping[MailState, str]) -> Sheet[OutboxMessage]:
    """The mails in a state, or all, for administrators; their texts hold links that work, so they are left out."""
    session, person = web.session(), web.person()

    def fetch(offset: int, limit: int) -> Sequence[OutboxMessage]:
        return outbox.list_messages(session, person=person, state=state, offset=offset, limit=limit)

    columns: list[Column[OutboxMessage]] = [
        Column(gettext("Number"), lambda one: one.id, Kind.NUMBER),
        Column(gettext("State"), lambda one: words[one.state], width=14),  # type: ignore[index]
        Column(gettext("To"), lambda one: one.to_address, width=36),
        Column(gettext("Subject"), lambda one: one.subject, width=60),
        Column(gettext("Written"), lambda one: local(one.made_at), Kind.TIME),
        Column(gettext("Sent"), lambda one: local(one.sent_at), Kind.TIME),
        Column(gettext("Tries"), lambda one: one.attempts, Kind.NUMBER),
        Column(gettext("What went wrong"), lambda one: one.error, width=50),
    ]
    return Sheet(gettext("Outbox"), columns, downloads.everything(fetch))


def of_changes(fetch: Callable[[int, int], Sequence[Change]]) -> Sheet[tuple[Change, str]]:
    """The changes that `fetch` gives by offset and limit, with who made them for those who may know."""
    session, today = web.session(), web.today()
    may_know = web.person().may(Capability.READ_UPDATES)

    def with_who(offset: int, limit: int) -> Sequence[tuple[Change, str]]:
        found = fetch(offset, limit)
        made_by = {change.person_id for change in found if change.person_id is not None}
        posts = organisations.posts_held(session, made_by, today=today) if may_know and made_by else {}
        return [(change, _who(change, posts)) for change in found]

    who: list[Column[tuple[Change, str]]] = [Column(gettext("Who"), lambda row: row[1])]
    columns: list[Column[tuple[Change, str]]] = [
        Column(gettext("Ref"), lambda row: row[0].record.ref, width=24),
        Column(gettext("Kind"), lambda row: labels.readable(row[0].record.kind), width=14),
        Column(gettext("Record"), lambda row: row[0].record.title, width=50),
        Column(gettext("When"), lambda row: local(row[0].at), Kind.TIME),
        Column(gettext("What"), lambda row: labels.readable(row[0].field.removesuffix("_id")), width=20),
        Column(gettext("From"), lambda row: row[0].old or "", width=40),
        Column(gettext("To"), lambda row: row[0].new or "", width=40),
        Column(gettext("Why"), lambda row: row[0].reason, width=40),
        *(who if may_know else ()),
        Column(gettext("Through"), lambda row: labels.readable(row[0].channel), width=12),
        downloads.page_of(lambda row: row[0].record),
    ]
    return Sheet(gettext("Changes"), columns, downloads.everything(with_who))


def _who(change: Change, posts: Mapping[int, str]) -> str:
    if change.person_id is None or change.person is None:
        return "Golden Thread"
    return posts.get(change.person_id) or change.person.name


def of_deletions() -> Sheet[ListedDeletion]:
    """What was deleted, for those who may undo it."""
    session, person = web.session(), web.person()

    def fetch(offset: int, limit: int) -> Sequence[ListedDeletion]:
        return deleting.list_deletions(session, person=person, offset=offset, limit=limit)

    columns: list[Column[ListedDeletion]] = [
        Column(gettext("Ref"), lambda one: one.deletion.record.ref, width=24),
        Column(gettext("Kind"), lambda one: labels.readable(one.deletion.record.kind), width=14),
        Column(gettext("Record"), lambda one: one.deletion.record.title, width=50),
        Column(gettext("Deleted"), lambda one: local(one.deletion.at), Kind.TIME),
        Column(gettext("Who"), lambda one: one.deletion.person.name if one.deletion.person else "Golden Thread"),
        Column(gettext("Why"), lambda one: one.deletion.reason, width=40),
        Column(gettext("With it"), lambda one: one.number, Kind.NUMBER),
        Column(gettext("Undone"), lambda one: local(one.deletion.undone_at), Kind.TIME),
    ]
    return Sheet(gettext("Deletions"), columns, downloads.everything(fetch))
