"""Examining the whole: what is wrong that nobody would notice, and what to do about it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from graph import service as graph
from kb import migrate
from kb.db import now
from kb.link_order import MOST_NAMED
from kb.link_words import PHRASES
from kb.models.link import Link, LinkType
from kb.models.outbox import MailState, OutboxMessage, Pulse
from kb.models.user import User
from kb.words import ngettext
from search import service as search

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from graph.network import Circle
    from kb.config import Settings
    from kb.db import Database

QUIET_FOR = timedelta(minutes=3)
LEAST_SPACE = 500 * 2**20
MOST_CIRCLES = 5


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what was seen."""

    subject: str
    is_bad: bool
    told: str


def examine(database: Database, settings: Settings) -> list[Finding]:
    """Look at everything that can be wrong without anybody noticing."""
    if not migrate.is_current(database):
        return [Finding("Database", True, "not set up for this version; run kb init")]
    with database.reading() as session:
        return [
            _soundness(session, database),
            _index(session, settings),
            of_map(session),
            _worker(session),
            _mails(session),
            _people(session),
            _sending(settings),
            _space(settings),
        ]


def _soundness(session: Session, database: Database) -> Finding:
    if not database.is_sqlite:
        return Finding("Database", False, "PostgreSQL answers")
    integrity = session.scalar(text("PRAGMA integrity_check"))
    orphans = session.execute(text("PRAGMA foreign_key_check")).all()
    if integrity != "ok" or orphans:
        told = f"integrity: {integrity}; rows that point nowhere: {len(orphans)}; restore the newest backup"
        return Finding("Database", True, told)
    return Finding("Database", False, "sound, every reference leads somewhere")


def _index(session: Session, settings: Settings) -> Finding:
    differing = search.differences(session, settings)
    if differing:
        return Finding("Search index", True, f"{len(differing)} records differ; run kb search-rebuild")
    return Finding("Search index", False, "agrees with the database")


def of_map(session: Session) -> Finding:
    """The number of links, and each circle among those that say what comes first, as a sentence with its path."""
    circles = graph.circles(session)
    if not circles:
        return Finding("Map", False, f"{graph.size(session):,} links, no circles")
    paths = "; ".join(f"{_path(circle)} ({_page(session, circle)})" for circle in circles[:MOST_CIRCLES])
    more = f"; and {len(circles) - MOST_CIRCLES} more" if len(circles) > MOST_CIRCLES else ""
    counted = ngettext("%(num)s circle of links", "%(num)s circles of links", len(circles))
    return Finding(
        "Map",
        True,
        f"{counted}: {paths}{more}; on the page in brackets its first link can be retired",
    )


def _path(circle: Circle) -> str:
    """A circle as one reads it, from a record back to it."""
    first, *others = (f"{node.title} ({node.kind}:{node.ref})" for node in circle.nodes)
    phrase = f" {PHRASES[LinkType(circle.type)]} "
    if len(others) > MOST_NAMED:
        others = [*others[: MOST_NAMED - 1], f"… {len(others) - MOST_NAMED} more …", others[-1]]
    return phrase.join((first, *others, circle.nodes[0].title))


def _page(session: Session, circle: Circle) -> str:
    """The address of the page where the circle's first link can be retired."""
    first, second, *_ = circle.nodes
    link_id = select(Link.id).where(Link.type == circle.type, Link.from_id == first.id, Link.to_id == second.id)
    return f"/links/{session.scalar(link_id)}/confirm"


def _worker(session: Session) -> Finding:
    pulse = session.get(Pulse, "worker")
    if pulse is None:
        return Finding("Worker", True, "has never run; start kb work")
    if now() - pulse.at > QUIET_FOR:
        return Finding("Worker", True, f"silent since {pulse.at:%Y-%m-%d %H:%M} UTC; start kb work")
    return Finding("Worker", False, "runs")


def _mails(session: Session) -> Finding:
    rows = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    counts = dict(rows.all())
    stuck = counts.get(MailState.UNKNOWN, 0) + counts.get(MailState.FAILED, 0)
    if stuck:
        return Finding("Mails", True, f"{stuck} failed or unknown; look at the outbox page")
    return Finding("Mails", False, f"{counts.get(MailState.SENT, 0)} sent, {counts.get(MailState.QUEUED, 0)} waiting")


def _people(session: Session) -> Finding:
    administrators = select(func.count()).select_from(User).where(User.is_administrator, User.is_active)
    number = session.scalar(administrators) or 0
    if not number:
        return Finding("People", True, "nobody can manage people; run kb init --email ADDRESS --name NAME")
    return Finding("People", False, ngettext("%(num)s administrator", "%(num)s administrators", number))


def _sending(settings: Settings) -> Finding:
    if settings.demo or settings.smtp_url:
        return Finding("Sending", False, "mail goes to the outbox page" if settings.demo else "a mail server is set")
    return Finding("Sending", True, "no mail leaves: set KB_SMTP_URL")


def _space(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data_dir).free
    told = f"{free / 2**30:,.1f} GB free where the data is"
    return Finding("Space", free < LEAST_SPACE, f"{told}; make room" if free < LEAST_SPACE else told)
