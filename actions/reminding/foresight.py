"""What will be sent in the coming days if everything stays as it is, and a policy that would send too much."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions.reminder_models import ReminderKind
from actions.reminding import reminders, survey
from actions.reminding.told import SINGLE
from kb.errors import Invalid
from kb.mailing import declining
from kb.models.outbox import MailState, OutboxMessage
from kb.models.user import User
from kb.planning import plans, reminder_policy
from kb.planning.reminder_policy import Policy
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy.orm import Session

    from actions.reminding.survey import Telling
    from actions.reminding.told import Due
    from kb.config import Settings
    from kb.models.plan import Plan
    from kb.permissions import Person
    from kb.planning.reminder_policy import Ruled

DAYS_SHOWN = 7
DAYS_WEIGHED = 28
# A mail on each working day, or fifty questions a week: whoever gets more reads none of them.
MOST_MAILS = 20
MOST_THINGS = 200
# What can be done about most of what somebody gets, with the field in which it is done.
CHANGES = {
    "overdue_every_days": gettext("Remind less often while actions are overdue"),
    "stale_after_days": gettext("Wait longer before asking for an update"),
    "first_days_before": gettext("Change when the first reminder comes"),
    "second_days_before": gettext("Change when the second reminder comes"),
    "sponsor_after_days": gettext("Tell the sponsor later"),
    "steering_after_days": gettext("Tell the steering group later"),
}
FIELD_OF = {
    ReminderKind.OVERDUE: "overdue_every_days",
    ReminderKind.STALE: "stale_after_days",
    ReminderKind.TO_SPONSOR: "sponsor_after_days",
    ReminderKind.TO_STEERING: "steering_after_days",
}
WHY = {
    ReminderKind.OVERDUE: gettext("Overdue"),
    ReminderKind.DUE_NOW: gettext("Due now"),
    ReminderKind.DUE_SOON: gettext("Due soon"),
    ReminderKind.STALE: gettext("Nothing said for long"),
    ReminderKind.MEETING: gettext("Before a meeting"),
    ReminderKind.READING: gettext("Reading due"),
    ReminderKind.REVIEW: gettext("Review of a response"),
    ReminderKind.SOURCE_REVIEW: gettext("Review of a source"),
    ReminderKind.SOURCE_END: gettext("A source ends"),
    ReminderKind.ASSIGNED: gettext("New to its owner"),
    ReminderKind.TO_SPONSOR: gettext("Late, to its sponsor"),
    ReminderKind.TO_STEERING: gettext("Late, to the steering group"),
}


@dataclass(frozen=True, slots=True)
class Sending:
    """One thing of which one person will be told on a day, in the mail of that day or in one of its own."""

    day: date
    user_id: int
    name: str
    due: Due
    is_single: bool


@dataclass(frozen=True, slots=True)
class Load:
    """What one person gets in a time: mails, things asked about, and what most of them are."""

    user_id: int
    mails: int
    things: int
    mostly: ReminderKind

    @property
    def is_much(self) -> bool:
        """Whether nobody can be expected to answer all of it."""
        return self.mails > MOST_MAILS or self.things > MOST_THINGS

    def is_more_than(self, other: Load | None) -> bool:
        """Whether it is too much in a way in which another load is less."""
        return (self.mails > MOST_MAILS and (other is None or self.mails > other.mails)) or (
            self.things > MOST_THINGS and (other is None or self.things > other.things)
        )


def list_sendings(session: Session, plan: Plan, *, today: date, settings: Settings) -> list[Sending]:
    """What will be sent about a plan in the next days if nobody says anything and nothing is changed meanwhile."""
    ruled = reminder_policy.list_ruled(session)
    found = [
        (day, one)
        for day, some in _days(session, ruled, today, settings, DAYS_SHOWN)
        for one in some
        if one.ruled.id == plan.id
    ]
    users = {one.user_id for _, one in found}
    named = {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(users)))}
    sendings = [Sending(day, one.user_id, named[one.user_id], one.due, one.kind in SINGLE) for day, one in found]
    return sorted(sendings, key=lambda one: (one.day, one.name, one.user_id, one.is_single, one.due.order))


def change_policy(
    session: Session,
    ref: str,
    policy: Policy,
    *,
    version: int,
    reason: str,
    by: Person,
    today: date,
    settings: Settings,
) -> Plan:
    """Give a plan another policy, unless it would send somebody more than they can answer, and more than now."""
    plan = plans.get(session, ref, person=by)
    reminder_policy.check(policy)
    before = reminder_policy.policy_of(plan)
    if policy != before:
        _weigh(session, plan, before, policy, today, settings)
    return reminder_policy.change(session, ref, policy, version=version, reason=reason, by=by)


def _weigh(session: Session, plan: Plan, before: Policy, after: Policy, today: date, settings: Settings) -> None:
    """Raise Invalid where the policy would send one person too much in the next four weeks.

    What the shipped policy would send, and what the standing one sends, is never too much.
    """
    ruled = reminder_policy.list_ruled(session)

    def loads(policy: Policy) -> dict[int, Load]:
        only = {0: ruled[0], plan.id: replace(ruled[plan.id], policy=policy, is_paused=False)}
        return _loads(session, only, today, settings)

    planned = loads(after)
    if not any(load.is_much for load in planned.values()):
        return
    allowed = [loads(before), loads(Policy())]
    worst = _too_much(planned, allowed)
    if worst is not None:
        _refuse(session, worst, _enough(after, worst, lambda policy: _too_much(loads(policy), allowed) is None))


def _too_much(planned: Mapping[int, Load], allowed: Iterable[Mapping[int, Load]]) -> Load | None:
    """Who would get the most of those who get too much, and more than by any policy that is allowed anyway."""
    over = [
        load
        for load in planned.values()
        if load.is_much and all(load.is_more_than(some.get(load.user_id)) for some in allowed)
    ]
    return max(over, key=lambda one: (one.things, one.mails), default=None)


def _enough(after: Policy, worst: Load, passes: Callable[[Policy], bool]) -> tuple[str, int] | None:
    """The field in which one other number is enough, and that number: the nearest on the way to the shipped one."""
    first = FIELD_OF.get(worst.mostly, "first_days_before")
    for name in sorted(CHANGES, key=lambda name: name != first):
        wrong, right = getattr(after, name), getattr(Policy(), name)
        if wrong == right or not _passes(after, name, right, passes):
            continue
        while abs(right - wrong) > 1:
            middle = (wrong + right) // 2
            if _passes(after, name, middle, passes):
                right = middle
            else:
                wrong = middle
        return name, right
    return None


def _passes(after: Policy, name: str, value: int, passes: Callable[[Policy], bool]) -> bool:
    changed = replace(after, **{name: value})  # type: ignore[arg-type]
    try:
        reminder_policy.check(changed)
    except Invalid:
        return False
    return passes(changed)


def _refuse(session: Session, load: Load, enough: tuple[str, int] | None) -> None:
    if enough is not None:
        field, value = enough
        change = gettext("%(change)s: %(value)s days would do.", change=CHANGES[field], value=value)
    else:
        field, usual = FIELD_OF.get(load.mostly, "first_days_before"), Policy()
        change = gettext(
            "What plans begin with would do, in the order of this form: %(values)s.",
            values=", ".join(str(getattr(usual, name)) for name in reminder_policy.DAYS),
        )
    name = session.scalar(select(User.name).where(User.id == load.user_id))
    mails = ngettext("%(num)s mail", "%(num)s mails", load.mails)
    things = ngettext("%(num)s question", "%(num)s questions", load.things)
    words = gettext(
        "In the next four weeks %(name)s would get %(mails)s with %(things)s. At most %(most_mails)s mails and "
        "%(most)s questions are sensible. %(change)s",
        name=name,
        mails=mails,
        things=things,
        most_mails=MOST_MAILS,
        most=MOST_THINGS,
        change=change,
    )
    raise Invalid(field, words)


def _loads(session: Session, ruled: Mapping[int, Ruled], today: date, settings: Settings) -> dict[int, Load]:
    """What each person gets about these plans in four weeks, if they answer nothing."""
    kinds: dict[int, Counter[ReminderKind]] = defaultdict(Counter)
    mails: Counter[int] = Counter()
    for _, some in _days(session, ruled, today, settings, DAYS_WEIGHED):
        mails.update(user_id for user_id, _ in {(one.user_id, _mail_of(one)) for one in some})
        for one in some:
            kinds[one.user_id][one.kind] += 1
    return {
        user_id: Load(user_id, mails[user_id], counts.total(), counts.most_common(1)[0][0])
        for user_id, counts in kinds.items()
    }


def _mail_of(telling: Telling) -> str:
    return telling.kind if telling.kind in SINGLE else reminders.DIGEST


def _days(
    session: Session, ruled: Mapping[int, Ruled], today: date, settings: Settings, number: int
) -> Iterator[tuple[date, list[Telling]]]:
    """Each of the next days with what will be told on it; what was told on one day is not told on the next."""
    last = today + timedelta(days=number - 1)
    found = survey.make(session, settings, today, until=last, ruled=ruled)
    had, declined = _had_their_digest(session, today, settings), declining.by_subject(session)
    for count in range(number):
        day = today + timedelta(days=count)
        tellings = reminders.wanted(found.tellings(day, any_day=settings.demo), declined)
        if day == today:
            tellings = [one for one in tellings if one.user_id not in had or one.kind in SINGLE]
        for one in tellings:
            found.told.add(one.key, day)
        yield day, tellings


def _had_their_digest(session: Session, today: date, settings: Settings) -> set[int]:
    query = select(OutboxMessage.recipient_id).where(
        OutboxMessage.made_at >= survey.midnight(today, settings),
        OutboxMessage.dedupe.startswith(f"{reminders.DIGEST}:{today}:"),
        OutboxMessage.state != MailState.CANCELLED,
    )
    return set(session.scalars(query))
