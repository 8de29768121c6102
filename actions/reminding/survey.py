"""What everybody has to be told on a day: looked up once, and worked out for that day or for the days after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from actions.reminder_models import Reminder, ReminderKind
from actions.reminding import dated, late, newly, owned
from actions.reminding.owned import ToldKey as Key
from actions.reminding.stages import Stage
from actions.reminding.told import ESCALATIONS, SINGLE
from actions.schedule import add_working_days, is_working_day
from kb.models.outbox import MailState, OutboxMessage
from kb.planning import reminder_policy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy.orm import Session

    from actions.reminding.dated import Dated
    from actions.reminding.late import Late
    from actions.reminding.newly import NewOwner
    from actions.reminding.owned import Candidate
    from actions.reminding.told import Due
    from kb.config import Settings
    from kb.planning.reminder_policy import Ruled


@dataclass(frozen=True, slots=True)
class Telling:
    """One reason to write to one person, by the rules of one plan."""

    user_id: int
    due: Due
    ruled: Ruled

    @property
    def kind(self) -> ReminderKind:
        """Why."""
        return self.due.stage.kind

    @property
    def key(self) -> Key:
        """What is told once."""
        return self.due.record_id, self.kind, self.due.stage.occurrence, self.user_id


@dataclass
class Told:
    """What has been told already.

    `assigned` has the day on which a person heard that an action is theirs, and `overdue` the last occurrence and day
    on which they were asked about it as overdue.
    """

    keys: set[Key] = field(default_factory=set)
    owners: set[tuple[int, int]] = field(default_factory=set)
    assigned: dict[tuple[int, int], date] = field(default_factory=dict)
    overdue: dict[tuple[int, int], tuple[date, date]] = field(default_factory=dict)
    taken_back: set[Key] = field(default_factory=set)
    escalated: set[tuple[int, str, date]] = field(default_factory=set)

    def add(self, key: Key, day: date) -> None:
        """Remember one more."""
        record_id, kind, occurrence, user_id = key
        self.keys.add(key)
        if kind in ESCALATIONS:
            self.escalated.add((record_id, kind, occurrence))
        else:
            self.owners.add((record_id, user_id))
        if kind == ReminderKind.ASSIGNED:
            self.assigned[record_id, user_id] = day
        if kind == ReminderKind.OVERDUE:
            last = self.overdue.get((record_id, user_id), (date.min, date.min))
            self.overdue[record_id, user_id] = max(last, (occurrence, day))

    def asked_lately(self, one: Candidate, day: date) -> bool:
        """Whether the person was asked about the late action too short a time ago, if later than on its day."""
        occurrence, asked_on = self.overdue.get((one.id, one.user_id), (date.min, date.min))
        due_on = one.facts.due_on
        is_same = due_on is not None and occurrence >= due_on
        return is_same and (day - asked_on).days < one.facts.policy.overdue_every_days


@dataclass(frozen=True)
class Survey:
    """Everything that may have to be told, and what was."""

    candidates: list[Candidate]
    new: list[NewOwner]
    late: list[Late]
    dated: list[Dated]
    told: Told

    def tellings(self, day: date, *, any_day: bool) -> list[Telling]:
        """What is to be told on a day; on days off in the plan’s nation nothing, unless any day will do."""
        found = [*self._assigned(), *self._asked(day), *self._escalated(day), *self._dated(day)]
        return [one for one in found if any_day or is_working_day(day, one.ruled.nation)]

    def called_for(self, day: date) -> set[Key]:
        """The keys of all that may be told on a day, whether it was or not."""
        found: set[Key] = {(one.id, kind, one.due_on, user_id) for one in self.late for user_id, kind in one.hears(day)}
        for some in (self.candidates, self.dated):
            for one in some:
                reached = one.reached(day)
                if reached is not None:
                    found.add((one.id, reached.stage.kind, reached.stage.occurrence, one.user_id))
        return found

    def _assigned(self) -> Iterator[Telling]:
        for one in self.new:
            owner = one.candidate
            if (owner.id, owner.user_id) not in self.told.owners:
                stage = Stage(ReminderKind.ASSIGNED, one.since)
                yield Telling(owner.user_id, owner.due(stage), owner.ruled)

    def _asked(self, day: date) -> Iterator[Telling]:
        told = self.told
        # Who is told today that an action is theirs is asked nothing about it on the same day.
        new = {(one.candidate.id, one.candidate.user_id) for one in self.new} - told.owners
        for one in self.candidates:
            reached = one.reached(day)
            if reached is None or (one.id, one.user_id) in new:
                continue
            assigned_on = told.assigned.get((one.id, one.user_id))
            # Who heard that it is theirs heard of its dates as well, if of no meeting; what began before is not told.
            is_known = assigned_on is not None and reached.begun_on <= assigned_on
            if is_known and reached.stage.kind is not ReminderKind.MEETING:
                continue
            if reached.stage.kind is ReminderKind.OVERDUE and told.asked_lately(one, day):
                continue
            telling = Telling(one.user_id, one.due(reached.stage), one.ruled)
            if telling.key not in told.keys:
                yield telling

    def _escalated(self, day: date) -> Iterator[Telling]:
        told = self.told
        for one in self.late:
            for user_id, kind in one.hears(day):
                key = (one.id, kind.value, one.due_on, user_id)
                # Once for a due date, whoever is the sponsor or a member by now; what was taken back was not told.
                if key in told.keys or ((one.id, kind, one.due_on) in told.escalated and key not in told.taken_back):
                    continue
                yield Telling(user_id, one.due(kind, day), one.ruled)

    def _dated(self, day: date) -> Iterator[Telling]:
        for one in self.dated:
            reached = one.reached(day)
            if reached is not None:
                telling = Telling(one.user_id, one.due(reached.stage), one.ruled)
                if telling.key not in self.told.keys:
                    yield telling


def make(
    session: Session,
    settings: Settings,
    today: date,
    *,
    until: date | None = None,
    only: Collection[int] | None = None,
    ruled: Mapping[int, Ruled] | None = None,
) -> Survey:
    """Look up what may have to be told from today until a day, or what concerns a few records alone."""
    ruled = ruled if ruled is not None else reminder_policy.list_ruled(session)
    until = until or today
    candidates = owned.list_candidates(session, today=today, until=until, only=only, ruled=ruled)
    new = newly.list_new(session, today=today, ruled=ruled) if only is None else []
    found = Survey(
        candidates,
        new,
        late.list_late(session, today=today, until=until, ruled=ruled, only=only),
        dated.list_dated(session, today=today, until=until, ruled=ruled, only=only),
        Told(),
    )
    if only is None:
        _remember(session, found, settings, today, until)
    return found


def _remember(session: Session, survey: Survey, settings: Settings, today: date, until: date) -> None:
    """Look up what was told about what is in the survey."""
    told, since = survey.told, midnight(today, settings)
    ids = _told_about(survey, today, until)
    zone = ZoneInfo(settings.timezone)
    standing = owned.list_told(session, ids, since)
    for key in standing:
        told.add(key, standing[key].astimezone(zone).date())
    for some in owned.batches(ids):
        query = (
            select(Reminder, OutboxMessage.state)
            .outerjoin(OutboxMessage, OutboxMessage.id == Reminder.message_id)
            .where(Reminder.record_id.in_(some), Reminder.kind.in_(SINGLE))
        )
        for one, state in session.execute(query):
            key = (one.record_id, one.kind, one.occurrence, one.recipient_id)
            if one.cancelled_at is not None or (state == MailState.UNKNOWN and one.planned_at < since):
                told.taken_back.add(key)
            elif one.kind == ReminderKind.ASSIGNED:
                told.assigned[one.record_id, one.recipient_id] = one.planned_at.astimezone(zone).date()


def _told_about(survey: Survey, today: date, until: date) -> set[int]:
    """The records of which anything may be told; of a single day those that call for something on it."""
    is_later = until > today
    return {
        *(one.candidate.id for one in survey.new),
        *(one.id for one in survey.candidates if is_later or one.reached(today)),
        *(one.id for one in survey.late if is_later or any(one.hears(today))),
        *(one.id for one in survey.dated if is_later or one.reached(today)),
    }


def midnight(day: date, settings: Settings) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), ZoneInfo(settings.timezone)).astimezone(UTC)


def may_write(ruled: Ruled, day: date, now: datetime, settings: Settings) -> bool:
    """Whether it is late enough on a day to write by a plan’s rules."""
    return settings.demo or now >= _hour_of(ruled, day, settings)


def may_write_from(ruled: Ruled, day: date, settings: Settings) -> datetime:
    """From when one may write by a plan’s rules, on the day itself if it is a working day or else on the next one."""
    if settings.demo:
        return midnight(day, settings)
    is_working = is_working_day(day, ruled.nation)
    return _hour_of(ruled, day if is_working else add_working_days(day, 1, ruled.nation), settings)


def _hour_of(ruled: Ruled, day: date, settings: Settings) -> datetime:
    zone = ZoneInfo(ruled.policy.timezone or settings.timezone)
    return datetime.combine(day, time(ruled.policy.write_at_hour), zone).astimezone(UTC)
