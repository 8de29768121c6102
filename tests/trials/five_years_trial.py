"""Every day of five years: plans in four nations, dates and owners that change, workers that are away for weeks.

The clock is an argument of the planner and nothing sleeps. After each planning the mails leave, or wait for a server,
or become unknown. What should have been told stands in `tests/trials/expected.py`, worked out from dates alone and
without a line of the planner's own: what is told twice, not at all, without a reason, to the wrong person, about what
is closed or paused, on a day off or too early in the day, is counted by name.

Control: a planner that forgets each night whom it told, and one that does not hear what was closed.
"""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from actions.reminder_models import Reminder
from actions.reminding import reminders
from kb.assembly import open_database
from kb.models.outbox import MailState, OutboxMessage
from tests.trials import expected
from tests.trials.ground import Outcome, Trial, knowledge_base
from tests.trials.lives import World

if TYPE_CHECKING:
    from kb.config import Settings
    from kb.db import Database

FIRST_DAY = date(2023, 12, 1)
DAYS = (date(2028, 12, 1) - FIRST_DAY).days
# A few months: with Christmas, a leap day and the clocks put forward.
FEWEST_DAYS = 120
DAYS_OF_CONTROL = 45
LONDON = ZoneInfo("Europe/London")
HOURS_AWAY = (1, 3, 10, 24, 48, 7 * 24, 14 * 24, 40 * 24)
# A server that comes back at night finds the mails of the day before.
HOURS_WITHOUT_SERVER = (4, 13, 18, 24, 4 * 24)
ASKING = ("due-soon", "due-now", "overdue", "stale")
SINGLE = ("assigned", "to-sponsor", "to-steering")
WRONG = (
    *("told twice", "not told", "without a reason", "wrong person", "closed or paused", "day off", "too early"),
    *("two digests in a day", "two stages in a morning", "escalated twice", "escalated early", "not escalated"),
    "overdue again too soon",
)


@dataclass
class Ledger:
    """What left, to whom and when."""

    told: set[tuple[int, int, expected.Key]] = field(default_factory=set)
    higher: Counter[tuple[int, str, date, int]] = field(default_factory=Counter)
    assigned: dict[tuple[int, int], date] = field(default_factory=dict)
    digests: Counter[tuple[int, date]] = field(default_factory=Counter)
    asked: Counter[tuple[int, int, date]] = field(default_factory=Counter)
    # The occurrence and the day of the last time that somebody was told that an action is overdue.
    overdue: dict[tuple[int, int], tuple[date, date]] = field(default_factory=dict)
    # Whoever had or has a mail of the day that may hold the next one back.
    busy: set[int] = field(default_factory=set)


def run(days: int) -> Outcome:
    outcome = Outcome(wrong=Counter(dict.fromkeys(WRONG, 0)), told=Counter())
    live(outcome, max(days, FEWEST_DAYS), seed=1, fault="")
    return outcome


def control() -> Outcome:
    """Both broken planners must be caught, each by what it does wrong."""
    caught = Counter({"both caught": 1})
    for fault, shows in (("forgets whom it told", "told twice"), ("forgets what closed", "closed or paused")):
        outcome = Outcome(wrong=Counter(dict.fromkeys(WRONG, 0)))
        live(outcome, DAYS_OF_CONTROL, seed=2, fault=fault)
        caught["both caught"] &= outcome.wrong[shows] > 0
    return Outcome(wrong=caught)


def live(outcome: Outcome, days: int, *, seed: int, fault: str) -> None:
    """So many days, one after the other."""
    with knowledge_base() as settings:
        database = open_database(settings)
        years = _Years(outcome, settings, database, World(database, random.Random(seed), FIRST_DAY, fault), fault)
        for number in range(days):
            years.live(FIRST_DAY + timedelta(days=number))
        database.engine.dispose()
    outcome.trials += days


class _Years:
    """One life of a service."""

    def __init__(self, outcome: Outcome, settings: Settings, database: Database, world: World, fault: str) -> None:
        self.outcome, self.settings, self.database, self.world = outcome, settings, database, world
        self.fault = fault
        self.chance = world.chance
        self.ledger = Ledger()
        self.away_until = self.no_server_until = datetime(2000, 1, 1, tzinfo=UTC)

    def live(self, day: date) -> None:
        """Things happen, the worker plans several times, and mails leave; in the evening the accounts are made."""
        self.ledger.busy = set()
        if self.chance.random() < 1 / 45:
            self.away_until = _at(day, self.chance.choice((0, 6, 8, 9, 16))) + timedelta(
                hours=self.chance.choice(HOURS_AWAY)
            )
            self.outcome.told["downtimes"] += 1
        if self.chance.random() < 1 / 20:
            self.no_server_until = _at(day, self.chance.choice((0, 9, 12))) + timedelta(
                hours=self.chance.choice(HOURS_WITHOUT_SERVER)
            )
            self.outcome.told["without a mail server"] += 1
        hours = sorted([*self.chance.sample((0.5, 1.5, 2.5, 6.5, 7.2, 8.02, 9, 11, 13), 3), 10.5, 17])
        is_up = False
        for hour in hours:
            if hour < hours[-1]:
                self.world.stir(day)
            at = _at(day, hour)
            is_up = at >= self.away_until
            if is_up:
                self._plan(day, at)
                self._deliver(day, at, all_of_it=hour == hours[-1] and self.chance.random() < 0.9)
        if is_up:
            self._look_for_missing(day)
        if self.fault == "forgets whom it told":
            with self.database.writing("worker") as session:
                session.execute(delete(Reminder))

    def _plan(self, day: date, at: datetime) -> None:
        if self.chance.random() < 0.9:
            self._plan_once(day, at)
            return
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(self._plan_once, day, at) for _ in range(2)]:
                done.result()
        self.outcome.told["two at once"] += 1

    def _plan_once(self, day: date, at: datetime) -> None:
        # Whoever loses a race undoes its planning.
        with suppress(reminders.PlannedElsewhere), self.database.writing("worker") as session:
            reminders.plan(session, day, at, self.settings)
        self.outcome.told["plannings"] += 1

    def _deliver(self, day: date, at: datetime, *, all_of_it: bool) -> None:
        """The mails leave; some wait for a server, and some break off."""
        if at < self.no_server_until:
            return
        with self.database.writing("worker") as session:
            waiting = select(OutboxMessage).where(
                OutboxMessage.state == MailState.QUEUED, OutboxMessage.next_try_at <= at
            )
            for message in session.scalars(waiting.order_by(OutboxMessage.id)).all():
                about = session.execute(
                    select(Reminder.record_id, Reminder.kind, Reminder.occurrence, Reminder.planned_at).where(
                        Reminder.message_id == message.id, Reminder.cancelled_at.is_(None)
                    )
                ).all()
                self.ledger.busy.add(message.recipient_id)
                fate = self.chance.random()
                if fate < 0.08 and not all_of_it:
                    continue
                is_unknown = fate > 0.97
                message.state = MailState.UNKNOWN if is_unknown else MailState.SENT
                message.sent_at = None if is_unknown else at
                self._account(day, at, message.recipient_id, [row._tuple() for row in about], is_unknown)

    def _account(
        self, day: date, at: datetime, user: int, about: list[tuple[int, str, date, datetime]], is_unknown: bool
    ) -> None:
        wrong, ledger = self.outcome.wrong, self.ledger
        self.outcome.told["mails"] += 1
        self.outcome.told["unknown"] += is_unknown
        if any(kind not in SINGLE for _, kind, _, _ in about):
            ledger.digests[user, day] += 1
            wrong["two digests in a day"] += ledger.digests[user, day] > 1
        for record_id, kind, occurrence, planned_at in about:
            self.outcome.told[kind] += 1
            thing = self.world.things[record_id]
            plan = thing.plan
            wrong["closed or paused"] += not thing.is_open or plan.is_paused
            wrong["day off"] += not expected.is_working_day(day, plan.nation)
            wrong["too early"] += at.astimezone(ZoneInfo(plan.timezone or "Europe/London")).hour < plan.hour
            if kind in ASKING:
                self._account_asking(day, user, record_id, kind, is_unknown)
                if kind == "overdue":
                    asked_on = planned_at.astimezone(LONDON).date()
                    wrong["overdue again too soon"] += self._was_asked_lately(asked_on, thing, user)
                    if not is_unknown:
                        ledger.overdue[record_id, user] = occurrence, asked_on
            elif kind == "assigned":
                wrong["wrong person"] += user != thing.answerer
                ledger.assigned[record_id, user] = day
            else:
                self._account_escalation(day, user, record_id, kind, occurrence, is_unknown)

    def _account_asking(self, day: date, user: int, record_id: int, kind: str, is_unknown: bool) -> None:
        wrong, ledger, thing = self.outcome.wrong, self.ledger, self.world.things[record_id]
        stage = expected.stage_of(thing, day)
        wrong["wrong person"] += user != thing.answerer
        ledger.asked[user, record_id, day] += 1
        wrong["two stages in a morning"] += ledger.asked[user, record_id, day] > 1
        if stage is None or stage.key[0] != kind:
            wrong["without a reason"] += 1
            return
        key = (record_id, user, stage.key)
        wrong["told twice"] += key in ledger.told
        if not is_unknown:
            ledger.told.add(key)

    def _was_asked_lately(self, day: date, thing: expected.Thing, user: int) -> bool:
        occurrence, asked_on = self.ledger.overdue.get((thing.id, user), (date.min, date.min))
        is_same = thing.due_on is not None and occurrence >= thing.due_on
        return is_same and day - asked_on < timedelta(days=thing.plan.overdue_every)

    def _account_escalation(
        self, day: date, user: int, record_id: int, kind: str, due_on: date, is_unknown: bool
    ) -> None:
        wrong, thing = self.outcome.wrong, self.world.things[record_id]
        after = thing.plan.sponsor_after if kind == "to-sponsor" else thing.plan.steering_after
        wrong["without a reason"] += thing.due_on != due_on
        wrong["escalated early"] += expected.working_days_since(due_on, day, thing.plan.nation) < after
        if not is_unknown:
            self.ledger.higher[record_id, kind, due_on, user] += 1
            wrong["escalated twice"] += self.ledger.higher[record_id, kind, due_on, user] > 1

    def _look_for_missing(self, day: date) -> None:
        """In the evening of a day on which the worker ran, whatever had to be said has been said."""
        with self.database.reading() as session:
            waiting = set(
                session.scalars(select(OutboxMessage.recipient_id).where(OutboxMessage.state == MailState.QUEUED))
            )
        for thing in self.world.things.values():
            if not thing.is_open or thing.plan.is_paused or not expected.is_working_day(day, thing.plan.nation):
                continue
            self._miss_asking(day, thing, waiting)
            self._miss_escalation(day, thing, waiting)

    def _miss_asking(self, day: date, thing: expected.Thing, waiting: set[int]) -> None:
        user, stage, ledger = thing.answerer, expected.stage_of(thing, day), self.ledger
        if user is None or stage is None or (thing.id, user, stage.key) in ledger.told:
            return
        # One mail a day; and who is new to it is told so first, and not of what began before.
        if user in ledger.busy or user in waiting or thing.is_new_to_somebody(day):
            return
        if stage.key[0] == "overdue" and self._was_asked_lately(day, thing, user):
            return
        heard_on = ledger.assigned.get((thing.id, user))
        if heard_on is None or stage.begun_on > heard_on:
            self.outcome.wrong["not told"] += 1

    def _miss_escalation(self, day: date, thing: expected.Thing, waiting: set[int]) -> None:
        sponsor, due_on = thing.sponsor, thing.due_on
        if sponsor is None or due_on is None or due_on >= day or sponsor in waiting or sponsor in self.ledger.busy:
            return
        late = expected.working_days_since(due_on, day, thing.plan.nation)
        # Once the steering group hears of it, a sponsor who was not told in time is not told any more.
        if not thing.plan.sponsor_after <= late < thing.plan.steering_after or sponsor == thing.answerer:
            return
        told = [key for key in self.ledger.higher if key[:3] == (thing.id, "to-sponsor", due_on)]
        self.outcome.wrong["not escalated"] += not told


def _at(day: date, hour: float) -> datetime:
    """This hour of the day on a clock in London; in the night of a change it may come twice or never."""
    return datetime.combine(day, time(int(hour), round(hour % 1 * 60)), LONDON).astimezone(UTC)


TRIAL = Trial("five years", DAYS, run, control, "both caught")
