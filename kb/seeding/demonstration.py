"""Made-up dates, updates, readings and accounts for trying the service out, marked as such wherever they show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions.indicator_models import Reading
from actions.models import Action, Closure, Milestone, Update
from kb.models.history import Channel
from kb.models.organisation import Post, PostHolding
from kb.models.plan import Plan, Response
from kb.models.record import Kind
from kb.models.user import Membership, Role, User
from search.models import SavedSearch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.seeding import entries as e
    from kb.seeding.loader import Loader

ADDRESS = "{name}@demonstration.invalid"
# How long after the end of a month its made-up reading comes in.
READ_AFTER_DAYS = 10


@dataclass(frozen=True)
class Account:
    """One demonstration account: its role in the plan and the post that it holds."""

    name: str
    title: str
    role: Role
    post: str = ""
    is_administrator: bool = False


# One account for each role. The post of the commissioning unit stays empty: an empty post is a finding to look at.
ACCOUNTS = (
    Account("lead", "Strategy lead", Role.LEAD, post="lead-heiw"),
    Account("owner", "Action owner", Role.VIEWER, post="plan-lead"),
    Account("steering", "Steering group member", Role.STEERING),
    Account("viewer", "Viewer", Role.VIEWER),
    Account("administrator", "Administrator", Role.VIEWER, is_administrator=True),
)

# What the strategy lead has saved: its name, what it asks, and whether its owner is told of what is new.
SAVED_SEARCHES = (
    ("Perinatal services", "q=perinatal", True),
    ("Retention: what is overdue", "q=retention&kind=action&schedule=overdue", False),
)


def load(loader: Loader, seed: e.Seed, today: date) -> None:
    """Make what is new live: dates, updates and readings from the plans' folders, and the accounts that are missing."""
    posts = {account.post for account in ACCOUNTS if account.post}
    for folder in seed.plans:
        plan = loader.record(Kind.PLAN, folder.plan.ref)
        assert isinstance(plan, Plan)
        _load_plan(loader, folder, plan, today)
        if posts & {post.ref for post in folder.posts}:
            loader.report.made["account"] += _add_accounts(loader.session, plan, today)


def _load_plan(loader: Loader, folder: e.PlanFolder, plan: Plan, today: date) -> None:
    """A plan's made-up dates count from the day of its first loading; a later loading changes none of them."""
    if plan.first_loaded_on is None:
        plan.first_loaded_on = today
        plan.is_demonstration = bool(folder.demonstration or folder.reviews or folder.readings)
    start = plan.first_loaded_on
    for entry in folder.demonstration:
        action = loader.record(Kind.ACTION, entry.action)
        if loader.is_new(action):
            assert isinstance(action, Action)
            _date_action(loader, action, entry, start)
    for review in folder.reviews:
        response = loader.record(Kind.RESPONSE, review.response)
        if loader.is_new(response):
            assert isinstance(response, Response)
            response.review_by = start + timedelta(days=review.review_in_days)
    for readings in folder.readings:
        indicator = loader.record(Kind.INDICATOR, readings.indicator)
        if loader.is_new(indicator):
            loader.session.add_all(_readings(readings, indicator.id, start))
            loader.report.made["reading"] += readings.months


def _readings(entry: e.ReadingsEntry, indicator_id: int, start: date) -> Iterator[Reading]:
    """One reading for the end of each month, the last for the month before the first loading."""
    wave = entry.wave or (0.0,)
    ends_on = start.replace(day=1) - timedelta(days=1)
    for month in reversed(range(entry.months)):
        read_on = min(ends_on + timedelta(days=READ_AFTER_DAYS), start)
        yield Reading(
            indicator_id=indicator_id,
            ends_on=ends_on,
            value=round(entry.start + entry.step * month + wave[month % len(wave)], 2),
            data_source="Demonstration",
            quality_note="Made up by a fixed rule; nobody measured this.",
            at=datetime.combine(read_on, time(9), tzinfo=UTC),
            is_demonstration=True,
        )
        ends_on = ends_on.replace(day=1) - timedelta(days=1)


def _date_action(loader: Loader, action: Action, entry: e.DemonstrationEntry, start: date) -> None:
    action.is_demonstration_dated = True
    action.due_on = action.baseline_due_on = start + timedelta(days=entry.due_in_days)
    if entry.starts_in_days is not None:
        action.starts_on = start + timedelta(days=entry.starts_in_days)
    if entry.sponsor:
        action.sponsor_id = loader.record(Kind.POST, entry.sponsor).id
    for step in entry.milestones:
        due = start + timedelta(days=step.due_in_days)
        loader.session.add(
            Milestone(action_id=action.id, title=step.title, due_on=due, done_on=due if step.done else None)
        )
    for said in sorted(entry.updates, key=lambda update: -update.days_ago):
        _add_update(loader.session, action, said, start)
    if entry.closure != Closure.OPEN:
        action.closure = entry.closure
        closed = start - timedelta(days=entry.closed_days_ago or 0)
        action.done_on = closed
        action.verified_on = closed if entry.closure == Closure.VERIFIED else None


def _add_update(session: Session, action: Action, said: e.UpdateEntry, start: date) -> None:
    day = start - timedelta(days=said.days_ago)
    forecast = None if said.forecast_in_days is None else start + timedelta(days=said.forecast_in_days)
    session.add(
        Update(
            action_id=action.id,
            at=datetime.combine(day, time(9), tzinfo=UTC),
            said_on=day,
            post_id=action.owner_id,
            channel=Channel.SEED,
            confidence=said.confidence,
            narrative=said.narrative,
            support_needed=said.support_needed,
            forecast_on=forecast,
            is_demonstration=True,
        )
    )
    action.confidence, action.last_said_on = said.confidence, day
    action.forecast_on = forecast or action.forecast_on


def _add_accounts(session: Session, plan: Plan, today: date) -> int:
    """Make the demonstration accounts that are missing; returns how many."""
    made = 0
    for account in ACCOUNTS:
        email = ADDRESS.format(name=account.name)
        if session.scalar(select(User.id).where(User.email == email)) is not None:
            continue
        user = User(email=email, name=account.title, is_administrator=account.is_administrator, is_demonstration=True)
        session.add(user)
        session.flush()
        session.add(Membership(user_id=user.id, plan_id=plan.id, role=account.role))
        post = session.scalar(select(Post).where(Post.ref == account.post)) if account.post else None
        if post is not None:
            session.add(PostHolding(post_id=post.id, user_id=user.id, from_on=today))
        if account.role == Role.LEAD:
            for name, asks, is_told in SAVED_SEARCHES:
                session.add(SavedSearch(user_id=user.id, name=name, asks=asks, is_told=is_told))
        made += 1
    return made
