"""Planning reminders: who is written to about which things today, once each.

Everything is worked out from the state of the records, never from clock events: after any time without a worker the
next planning finds what is due now, and its newest stage alone. Unique keys decide, so that any number of workers may
plan at the same time. Whoever has things in plans that write at different hours gets their mail at the latest of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal_column, null, or_, select

from actions import answering
from actions.reminder_models import Reminder, ReminderKind
from actions.reminding import digest, doubts, late, news, owned, survey, withdrawing
from actions.reminding.single import compose_single
from actions.reminding.told import ESCALATIONS, SINGLE, answerable, declinable
from actions.schedule import add_working_days
from kb.inserting import insert_into
from kb.mailing import declining, mail, unsubscribing
from kb.mailing.unsubscribing import Subject
from kb.models.outbox import MailState, OutboxMessage
from kb.models.user import User
from kb.planning import reminder_policy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from actions.reminding.news import News
    from actions.reminding.survey import Telling
    from actions.reminding.told import Due
    from kb.config import Settings
    from kb.models.link import Link

ANSWER_WITHIN_WORKING_DAYS = 5
DIGEST = "digest"


class PlannedElsewhere(Exception):
    """Another worker planned some of the same reminders under another day; the whole planning must be undone."""


@dataclass
class Planned:
    """What a planning did."""

    mails: int = 0
    reminders: int = 0
    withdrawn: int = 0


@dataclass
class _ToTell:
    """What one mail tells a person, and in which nation's working days they count."""

    nation: str
    due: list[Due]
    news: list[News] = field(default_factory=list)
    to_confirm: Sequence[Link] = ()


def plan(session: Session, today: date, now: datetime, settings: Settings, *, at_once: bool = False) -> Planned:
    """Queue today's reminders, one mail to a person; what is queued and no longer holds is taken back.

    Mails are written on working days from the hour that a plan names. In demonstration mode, where people come at any
    time, and where somebody asks for it, they are written at once.
    """
    planned = Planned()
    planned.withdrawn = withdrawing.withdraw(session, today, now, settings, is_at_once=at_once)
    _write(session, today, now, settings, planned, at_once=at_once)
    return planned


def plan_now(session: Session, user_id: int, today: date, now: datetime, settings: Settings) -> Planned:
    """Queue one person's mails on any day and at any hour, because somebody asks for it; still one digest a day."""
    planned = Planned()
    _write(session, today, now, settings, planned, at_once=True, only=user_id)
    return planned


def preview(session: Session, on: date, settings: Settings) -> list[dict[str, Any]]:
    """What would be written on a day, as everything stands now: one entry for each thing in a mail."""
    found = survey.make(session, settings, on).tellings(on, any_day=False)
    mails = _mails(wanted(found, declining.by_subject(session)))
    users = {user.id: user for user in _users(session, {user_id for some in mails.values() for user_id in some})}
    entries = []
    for kind, told in mails.items():
        for user_id, person in sorted(told.items()):
            subject = _subject(kind, person, on, settings)
            for one in sorted(person.due, key=lambda due: due.order):
                entries.append(
                    {
                        "recipient": users[user_id].email,
                        "post": one.post,
                        "mail": kind,
                        "subject": subject,
                        "kind": one.stage.kind.value,
                        "occurrence": one.stage.occurrence,
                        "record": one.record_kind,
                        # Kept for scripts from the time when there were actions alone.
                        "action": one.ref,
                        "ref": one.ref,
                        "title": one.title,
                        "plan": one.plan,
                        "due_on": one.due_on,
                        "meets_on": one.meets_on,
                        "answer_by": one.answer_by,
                    }
                )
    return sorted(entries, key=lambda entry: (entry["recipient"], entry["mail"] != DIGEST))


def wanted(tellings: Iterable[Telling], declined: Mapping[str, Collection[int]]) -> list[Telling]:
    """What is told without what its readers have declined; what is a duty cannot be declined."""
    return [one for one in tellings if one.user_id not in declined.get(declinable([one.due]), ())]


def _write(
    session: Session,
    today: date,
    now: datetime,
    settings: Settings,
    planned: Planned,
    *,
    at_once: bool,
    only: int | None = None,
) -> None:
    ruled = reminder_policy.list_ruled(session)
    if not at_once and not any(survey.may_write(one, today, now, settings) for one in ruled.values()):
        return
    tellings = survey.make(session, settings, today, ruled=ruled).tellings(today, any_day=at_once or settings.demo)
    if only is not None:
        tellings = [one for one in tellings if one.user_id == only]
    declined = declining.by_subject(session)
    tellings = wanted(tellings, declined)
    waiting = set() if at_once else _who_waits(tellings, today, now, settings)
    mails = _mails(one for one in tellings if one.user_id not in waiting)
    # News comes with what there is to tell at any hour, and by itself by the rules of what belongs to no plan.
    shared, digests = ruled[0], mails[DIGEST]
    may_come_alone = at_once or now >= survey.may_write_from(shared, today, settings)
    for user_id, found in news.list_waiting(session, today, ruled, only=only).items():
        is_welcome = user_id not in declined.get(Subject.SEARCHES, ())
        if is_welcome and (user_id in digests or (may_come_alone and user_id not in waiting)):
            digests.setdefault(user_id, _ToTell(shared.nation, [])).news = found
    for user_id, links in doubts.of_owners(session, today, ruled, digests=f"{DIGEST}:", only=only).items():
        if user_id in digests or (links.is_new and may_come_alone and user_id not in waiting):
            digests.setdefault(user_id, _ToTell(shared.nation, [])).to_confirm = links.links
    for kind, told in mails.items():
        keys = _keys(session, told, today, settings, kind)
        drafts = _drafts(session, kind, {user_id: told[user_id] for user_id in keys}, keys, today, now, settings)
        queued = mail.queue_many(session, drafts, settings=settings, at=now)
        messages = {draft.recipient.id: queued[draft.dedupe] for draft in drafts if draft.dedupe in queued}
        planned.mails += len(messages)
        planned.reminders += _keep(session, told, messages, now)
        if not news.mark_told(session, {user_id: one.news for user_id, one in told.items()}, messages, now):
            raise PlannedElsewhere


def _who_waits(tellings: Iterable[Telling], today: date, now: datetime, settings: Settings) -> set[int]:
    """The people to whom something is to be told whose hour has not come: all of it waits for that hour."""
    has_come: dict[int, bool] = {}
    waiting = set()
    for one in tellings:
        plan_id = one.ruled.id
        if plan_id not in has_come:
            has_come[plan_id] = survey.may_write(one.ruled, today, now, settings)
        if not has_come[plan_id]:
            waiting.add(one.user_id)
    return waiting


def _mails(tellings: Iterable[Telling]) -> dict[str, dict[int, _ToTell]]:
    """What each mail tells, by the kind of mail and its reader."""
    mails: dict[str, dict[int, _ToTell]] = {DIGEST: {}}
    for one in tellings:
        kind = one.kind.value if one.kind in SINGLE else DIGEST
        person = mails.setdefault(kind, {}).setdefault(one.user_id, _ToTell(one.ruled.nation, []))
        person.due.append(one.due)
    return mails


def _drafts(
    session: Session,
    kind: str,
    told: Mapping[int, _ToTell],
    keys: Mapping[int, str],
    today: date,
    now: datetime,
    settings: Settings,
) -> list[mail.Draft]:
    coming = owned.list_coming(session, list(told), today=today) if kind == DIGEST else {}
    told = _with_last_words(session, kind, told)
    drafts = []
    for user in _users(session, told):
        person = told[user.id]
        person.due.sort(key=lambda one: one.order)
        # What one owns has to be looked at, so a mail that asks for it cannot be declined.
        subject = "" if person.to_confirm else declinable(person.due, has_news=bool(person.news))
        # Only what a mail shows has a link in it.
        shown = digest.shown(person.due) if kind == DIGEST else person.due
        addresses = answering.links_for(session, user.id, answerable(shown), at=now)
        common: dict[str, Any] = {
            "today": today,
            "base_url": settings.base_url,
            "addresses": addresses,
            "unsubscribe_url": unsubscribing.url_for(settings, user.id, subject) if subject else "",
        }
        if kind == DIGEST:
            answer_by = add_working_days(today, ANSWER_WITHIN_WORKING_DAYS, person.nation)
            rest = owned.without(coming.get(user.id, ()), person.due) if person.due else []
            common |= {"to_confirm": len(person.to_confirm), "changed": doubts.told(person.to_confirm)}
            words = digest.compose(person.due, rest, person.news, answer_by=answer_by, **common)
        else:
            words = compose_single(ReminderKind(kind), person.due, **common)
        drafts.append(mail.Draft(keys[user.id], user, words.subject, words.text, words.html, unsubscribe=subject))
    return drafts


def _with_last_words(session: Session, kind: str, told: Mapping[int, _ToTell]) -> Mapping[int, _ToTell]:
    """What is told higher up comes with what its owner said last."""
    if kind not in ESCALATIONS:
        return told
    said = late.last_words(session, {one.record_id for person in told.values() for one in person.due})
    return {
        user_id: _ToTell(
            person.nation, [replace(one, last_said=said.get(one.record_id, "")) for one in person.due]
        )
        for user_id, person in told.items()
    }  # fmt: skip


def _subject(kind: str, person: _ToTell, on: date, settings: Settings) -> str:
    if kind == DIGEST:
        return digest.subject_for(person.due, add_working_days(on, ANSWER_WITHIN_WORKING_DAYS, person.nation))
    words = compose_single(ReminderKind(kind), person.due, today=on, base_url=settings.base_url)
    return words.subject


def _keys(
    session: Session, told: Mapping[int, _ToTell], today: date, settings: Settings, kind: str = DIGEST
) -> dict[int, str]:
    """What each person's mail is about; who had a digest today already is left for another day.

    What comes by itself may come again on a day, when there is something new to tell.
    """
    if not told:
        return {}
    keys = {user_id: f"{kind}:{today}:{user_id}" for user_id in told}
    todays = select(OutboxMessage.recipient_id, OutboxMessage.state).where(
        OutboxMessage.recipient_id.in_(list(told)),
        OutboxMessage.made_at >= survey.midnight(today, settings),
        OutboxMessage.dedupe.startswith(f"{kind}:{today}:"),
    )
    earlier: Counter[int] = Counter()
    for user_id, state in session.execute(todays):
        if kind == DIGEST and state != MailState.CANCELLED:
            keys.pop(user_id, None)
        earlier[user_id] += 1
    return {user_id: key + (f":{earlier[user_id]}" if earlier[user_id] else "") for user_id, key in keys.items()}


def _keep(session: Session, told: Mapping[int, _ToTell], messages: Mapping[int, int], now: datetime) -> int:
    """Write down who is told what; raises PlannedElsewhere when somebody else did so a moment ago."""
    rows = [
        {
            "record_id": one.record_id,
            "kind": one.stage.kind,
            "occurrence": one.stage.occurrence,
            "recipient_id": user_id,
            "planned_at": now,
            "message_id": message_id,
        }
        for user_id, message_id in messages.items()
        for one in told[user_id].due
    ]
    if not rows:
        return 0
    insert = insert_into(session, Reminder)
    # Written out, since a statement with values of its own would be run once for each row.
    unknown = select(OutboxMessage.id).where(OutboxMessage.state == literal_column(f"'{MailState.UNKNOWN}'"))
    # A reminder that was taken back unsent may be planned again, and so may one whose mail may never have arrived; one
    # that stands is left alone.
    insert = insert.on_conflict_do_update(
        index_elements=[Reminder.record_id, Reminder.kind, Reminder.occurrence, Reminder.recipient_id],
        set_={
            "cancelled_at": null(),
            "planned_at": insert.excluded.planned_at,
            "message_id": insert.excluded.message_id,
        },
        where=or_(Reminder.cancelled_at.is_not(None), Reminder.message_id.in_(unknown)),
    )
    kept = len(session.execute(insert.returning(Reminder.id), rows).all())
    if kept != len(rows):
        raise PlannedElsewhere
    return kept


def _users(session: Session, ids: Collection[int]) -> Sequence[User]:
    if not ids:
        return ()
    return session.scalars(select(User).where(User.id.in_(list(ids))).order_by(User.id)).all()
