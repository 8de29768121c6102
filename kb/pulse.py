"""The pulse of what must never stop silently: it is noted at each beat, and everyone may ask how old it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kb.inserting import insert_into
from kb.models.outbox import Pulse
from kb.words import gettext, spoken_time

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

WORKER = "worker"
# The last tick that found something to do; its note has the counts.
WORK_DONE = "work-done"
SILENT_AFTER = timedelta(minutes=3)


def beat(session: Session, name: str, at: datetime, note: str = "") -> None:
    """Note that it ran."""
    insert = insert_into(session, Pulse).values(name=name, at=at, note=note)
    session.execute(insert.on_conflict_do_update(index_elements=[Pulse.name], set_={"at": at, "note": note}))


def last(session: Session, name: str = WORKER) -> Pulse | None:
    """The newest beat, None when there never was one."""
    return session.get(Pulse, name, populate_existing=True)


def is_silent(session: Session, at: datetime, name: str = WORKER) -> bool:
    """Whether it has missed three beats, or never began."""
    pulse = last(session, name)
    return pulse is None or at - pulse.at > SILENT_AFTER


def warning(session: Session, at: datetime, zone: str) -> str | None:
    """What administrators must know when reminders have stopped; None while all is well."""
    if not is_silent(session, at):
        return None
    pulse = last(session)
    since = (
        gettext("The worker has never run here.")
        if pulse is None
        else gettext("The worker last ran on %(when)s.", when=spoken_time(pulse.at, zone))
    )
    return gettext(
        "%(since)s Reminders and mails wait until it is started with kb work. Reading, searching and editing go on.",
        since=since,
    )
