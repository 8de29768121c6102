"""The people, plans and actions of the five years, in the database and in plain Python beside it, and their fates."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions.models import Action, Closure, Update
from kb.models.history import Change, Channel
from kb.models.organisation import Organisation, PostHolding
from kb.models.organisation import Post as PostRow
from kb.models.plan import Plan as PlanRow
from kb.models.user import Membership, Role, User
from tests.trials.expected import Plan, Post, Thing

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from kb.db import Database

ACTIONS = 36
OWNERS, SPONSORS, SPARE = 12, 4, 6
POLICIES = (
    Plan(0, "wales"),
    Plan(0, "scotland", first=14, second=3, overdue_every=10, stale_after=40, hour=7),
    Plan(0, "england", first=0, second=5, sponsor_after=3, steering_after=8, hour=10, timezone="Europe/London"),
    Plan(
        0, "northern-ireland", first=60, second=30, overdue_every=14, stale_after=90, hour=9, timezone="Europe/Dublin"
    ),
)


class World:
    """Everything that may be told about; each change is made in both places."""

    def __init__(self, database: Database, chance: random.Random, today: date, fault: str) -> None:
        self.database, self.chance = database, chance
        self.does_not_hear_closures = fault == "forgets what closed"
        self.things: dict[int, Thing] = {}
        self._numbers = 0
        with database.writing(Channel.WEB) as session:
            self._settle(session, today)

    def _settle(self, session: Session, today: date) -> None:
        body = Organisation(ref="body", title="Body")
        session.add(body)
        number = OWNERS + SPONSORS + SPARE
        users = [User(email=f"p{place}@example.org", name=f"Person {place}") for place in range(number)]
        session.add_all(users)
        session.flush()
        self.users = [user.id for user in users]
        self.plans = [self._plan(session, place, users) for place in range(len(POLICIES))]
        posts = [self._post(session, body.id, users[place].id, today) for place in range(OWNERS + SPONSORS)]
        self.posts, self.sponsors = posts[:OWNERS], posts[OWNERS:]
        for _ in range(ACTIONS):
            self._begin(session, today)

    def _plan(self, session: Session, place: int, users: list[User]) -> Plan:
        policy = POLICIES[place]
        row = PlanRow(
            ref=f"plan-{place}",
            title=f"Plan {place}",
            nation=policy.nation,
            first_days_before=policy.first,
            second_days_before=policy.second,
            overdue_every_days=policy.overdue_every,
            stale_after_days=policy.stale_after,
            sponsor_after_days=policy.sponsor_after,
            steering_after_days=policy.steering_after,
            write_at_hour=policy.hour,
            timezone=policy.timezone,
        )
        session.add(row)
        session.flush()
        session.add(Membership(user_id=users[-1 - place].id, plan_id=row.id, role=Role.STEERING))
        return Plan(**{**vars(policy), "id": row.id})

    def _post(self, session: Session, body: int, user: int, today: date) -> Post:
        self._numbers += 1
        row = PostRow(ref=f"post-{self._numbers}", title=f"Post {self._numbers}", organisation_id=body)
        session.add(row)
        session.flush()
        session.add(PostHolding(post_id=row.id, user_id=user, from_on=today - timedelta(days=365)))
        return Post(row.id, user, date.min)

    def _begin(self, session: Session, day: date) -> None:
        chance = self.chance
        self._numbers += 1
        due = day + timedelta(days=chance.randrange(5, 150)) if chance.random() < 0.9 else None
        starts = day + timedelta(days=chance.randrange(0, 5)) if chance.random() < 0.4 else None
        plan, post = chance.choice(self.plans), chance.choice(self.posts)
        sponsor = chance.choice(self.sponsors) if chance.random() < 0.7 else None
        row = Action(
            ref=f"action-{self._numbers}",
            title=f"Do {self._numbers}",
            plan_id=plan.id,
            owner_id=post.id,
            sponsor_id=sponsor.id if sponsor else None,
            starts_on=starts,
            due_on=due,
            created_at=_noon(day),
        )
        session.add(row)
        session.flush()
        self.things[row.id] = Thing(row.id, plan, post, sponsor, day, starts, due)

    # What may befall them

    def stir(self, day: date) -> None:
        """On some days nothing happens, on some a good deal."""
        deeds = (
            *(self._answer,) * 10,
            *(self._move,) * 6,
            *(self._close,) * 3,
            *(self._reopen,) * 1,
            *(self._give,) * 2,
            *(self._hold,) * 1,
            *(self._pause,) * 1,
        )
        if self.chance.random() < 0.7:
            return
        with self.database.writing(Channel.WEB) as session:
            for _ in range(self.chance.randrange(1, 4)):
                self.chance.choice(deeds)(session, day)
            while sum(thing.is_open for thing in self.things.values()) < ACTIONS:
                self._begin(session, day)
            for plan in self.plans:
                if plan.is_paused and self.chance.random() < 0.03:
                    self._set_paused(session, plan, False)

    @contextmanager
    def _one(self, session: Session, *, is_open: bool = True) -> Iterator[tuple[Thing, Action] | None]:
        things = [thing for thing in self.things.values() if thing.is_open is is_open]
        thing = self.chance.choice(things) if things else None
        row = session.get(Action, thing.id) if thing else None
        yield (thing, row) if thing and row else None

    def _answer(self, session: Session, day: date) -> None:
        with self._one(session) as found:
            if found:
                thing, row = found
                thing.said_on = row.last_said_on = day
                row.confidence = "on-track"
                session.add(
                    Update(action_id=row.id, said_on=day, channel=Channel.WEB, confidence="on-track", narrative="So.")
                )

    def _move(self, session: Session, day: date) -> None:
        """To another day, near or far, or to none; sometimes back to where it was."""
        with self._one(session) as found:
            if found:
                thing, row = found
                earliest = max(day - timedelta(days=20), thing.starts_on or date.min)
                due = earliest + timedelta(days=self.chance.randrange(0, 120)) if self.chance.random() < 0.95 else None
                thing.due_on = row.due_on = due

    def _close(self, session: Session, day: date) -> None:
        with self._one(session) as found:
            if found:
                thing, row = found
                thing.is_open = False
                if not self.does_not_hear_closures:
                    row.closure, row.done_on = Closure.DONE, day

    def _reopen(self, session: Session, day: date) -> None:
        with self._one(session, is_open=False) as found:
            if found:
                thing, row = found
                thing.is_open = True
                row.closure, row.done_on = Closure.OPEN, None

    def _give(self, session: Session, day: date) -> None:
        """To another post; whoever did it left a note, as pages do, or none, as imports do."""
        with self._one(session) as found:
            if found:
                thing, row = found
                thing.post = self.chance.choice(self.posts)
                row.owner_id, thing.given_on = thing.post.id, day
                if self.chance.random() < 0.7:
                    session.add(
                        Change(record_id=row.id, field="owner", new="another", at=_noon(day), channel=Channel.WEB)
                    )

    def _hold(self, session: Session, day: date) -> None:
        """Somebody else takes over a post."""
        post = self.chance.choice([*self.posts, *self.sponsors])
        held = session.scalars(
            select(PostHolding).where(PostHolding.post_id == post.id, PostHolding.until_on.is_(None))
        ).one()
        user = self.chance.choice(self.users)
        if user == post.holder or held.from_on >= day:
            return
        if session.scalars(
            select(PostHolding).where(
                PostHolding.post_id == post.id, PostHolding.user_id == user, PostHolding.from_on == day
            )
        ).first():
            return
        held.until_on = day
        session.flush()
        session.add(PostHolding(post_id=post.id, user_id=user, from_on=day))
        session.add(Change(record_id=post.id, field="holder", new="another", at=_noon(day), channel=Channel.WEB))
        post.holder, post.since = user, day

    def _pause(self, session: Session, day: date) -> None:
        plan = self.chance.choice(self.plans)
        self._set_paused(session, plan, not plan.is_paused)

    def _set_paused(self, session: Session, plan: Plan, is_paused: bool) -> None:
        row = session.get(PlanRow, plan.id)
        assert row is not None
        plan.is_paused = row.is_paused = is_paused


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
