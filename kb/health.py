"""Whether the service is well: for machines that watch /health, and in plain words for the status page."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kb import pulse
from kb.mailing import outbox
from kb.models.outbox import MailState, OutboxMessage
from kb.permissions import Capability, Person
from kb.words import gettext, ngettext, spoken_time
from search.models import IndexChange

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.config import Settings

LEAST_SPACE = 500 * 2**20
# The worker takes changes into the index each minute; what is older than that many has stayed behind.
LONGEST_WAIT = timedelta(minutes=3)
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the service: what is so about it, and whether somebody must do something.

    `mails` names the state of the mails that it is about, where the outbox shows them.
    """

    subject: str
    told: str
    is_bad: bool = False
    mails: str = ""


def look(session: Session, at: datetime) -> dict[str, object]:
    """The state of the parts; `degraded` when reminders have stopped, which restarting the web process cannot mend."""
    beat = pulse.last(session)
    is_silent = pulse.is_silent(session, at)
    return {
        "status": "degraded" if is_silent else "ok",
        "database": "ok",
        "index_changes_waiting": _waiting_for_index(session),
        "worker": "silent" if is_silent else "ok",
        "worker_last_tick": None if beat is None else beat.at.isoformat(),
        "worker_seconds_ago": None if beat is None else round((at - beat.at).total_seconds()),
    }


def examine(session: Session, settings: Settings, *, person: Person, at: datetime) -> list[Line]:
    """The parts of the service for administrators, those that need somebody first."""
    person.require(Capability.SEE_STATUS)
    lines = [
        *_worker(session, settings, at),
        *_mails(session, person, at),
        _way_out(settings),
        _index(session, at),
        _database(session),
        _space(settings),
    ]
    return sorted(lines, key=lambda line: not line.is_bad)


def _worker(session: Session, settings: Settings, at: datetime) -> list[Line]:
    beat, name = pulse.last(session), gettext("Worker")
    if beat is None:
        return [Line(name, gettext("It has never run here. Start it with kb work."), is_bad=True)]
    if pulse.is_silent(session, at):
        when = spoken_time(beat.at, settings.timezone)
        told = gettext("It is silent. It last ran on %(when)s. Start it with kb work.", when=when)
        lines = [Line(name, told, is_bad=True)]
    else:
        ago = max(0, round((at - beat.at).total_seconds()))
        lines = [Line(name, gettext("It runs. It last looked for work %(ago)s ago.", ago=_span(ago)))]
    if beat.note:
        lines.append(Line(gettext("Last tick"), gettext("A part of it failed: %(what)s", what=beat.note), is_bad=True))
    done = pulse.last(session, pulse.WORK_DONE)
    if done is not None:
        when = spoken_time(done.at, settings.timezone)
        told = gettext("%(when)s: %(what)s.", when=when, what=_done_words(done.note))
        lines.append(Line(gettext("What it last did"), told))
    return lines


def _done_words(note: str) -> str:
    """The counts of a tick in words, in the order of the work."""
    counts = json.loads(note)
    words = {
        "frozen": ("%(num)s pack frozen", "%(num)s packs frozen"),
        "packed": ("the files of %(num)s pack made", "the files of %(num)s packs made"),
        "found": ("%(num)s new match for saved searches", "%(num)s new matches for saved searches"),
        "planned": ("%(num)s reminder planned", "%(num)s reminders planned"),
        "withdrawn": ("%(num)s mail taken back", "%(num)s mails taken back"),
        "sent": ("%(num)s mail sent", "%(num)s mails sent"),
        "deferred": ("%(num)s mail put off", "%(num)s mails put off"),
        "failed": ("%(num)s mail failed", "%(num)s mails failed"),
        "unknown": ("%(num)s mail unknown", "%(num)s mails unknown"),
        "indexed": ("%(num)s record indexed", "%(num)s records indexed"),
    }
    return ", ".join(ngettext(one, many, counts[name]) for name, (one, many) in words.items() if counts.get(name))


def _mails(session: Session, person: Person, at: datetime) -> list[Line]:
    counts = outbox.count_by_state(session, person=person)
    queued = MailState.QUEUED
    lines = [_waiting(session, counts.get(queued, 0), at)]
    unknown, failed = counts.get(MailState.UNKNOWN, 0), counts.get(MailState.FAILED, 0)
    if unknown:
        told = ngettext(
            "%(num)s mail may or may not have arrived. Ask its reader.",
            "%(num)s mails may or may not have arrived. Ask their readers.",
            unknown,
        )
        lines.append(Line(gettext("Mails, unknown"), told, is_bad=True, mails=MailState.UNKNOWN))
    if failed:
        told = ngettext(
            "%(num)s mail was refused. Mend its address, then send it again.",
            "%(num)s mails were refused. Mend their addresses, then send them again.",
            failed,
        )
        lines.append(Line(gettext("Mails, failed"), told, is_bad=True, mails=MailState.FAILED))
    return lines


def _waiting(session: Session, number: int, at: datetime) -> Line:
    name = gettext("Mails, waiting")
    if not number:
        return Line(name, gettext("None"))
    oldest = session.scalar(select(func.min(OutboxMessage.made_at)).where(OutboxMessage.state == MailState.QUEUED))
    ago = round((at - (oldest or at)).total_seconds())
    told = ngettext(
        "%(num)s mail, written %(ago)s ago", "%(num)s mails, the first written %(ago)s ago", number, ago=_span(ago)
    )
    return Line(name, told, mails=MailState.QUEUED)


def _way_out(settings: Settings) -> Line:
    name = gettext("Mail server")
    if settings.demo:
        return Line(name, gettext("None is used: in demonstration mode mails stay on this machine."))
    if settings.smtp_url:
        return Line(name, gettext("One is set."))
    return Line(name, gettext("None is set, so no mail leaves. Set KB_SMTP_URL."), is_bad=True)


def _index(session: Session, at: datetime) -> Line:
    waiting, name = _waiting_for_index(session), gettext("Search")
    if not waiting:
        return Line(name, gettext("Every change can be found."))
    told = ngettext("%(num)s change cannot be found yet.", "%(num)s changes cannot be found yet.", waiting)
    oldest = session.scalar(select(func.min(IndexChange.noted_at)))
    return Line(name, told, is_bad=oldest is not None and at - oldest > LONGEST_WAIT)


def _waiting_for_index(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(IndexChange)) or 0


def _database(session: Session) -> Line:
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[session.get_bind().dialect.name]
    return Line(gettext("Database"), gettext("%(kind)s, and it answers.", kind=kind))


def _space(settings: Settings) -> Line:
    free = shutil.disk_usage(settings.data_dir).free
    told = gettext("%(number)s GB free where the data is.", number=f"{free / 2**30:,.1f}")
    return Line(gettext("Space"), told, is_bad=free < LEAST_SPACE)


def _span(seconds: int) -> str:
    """A length of time in the largest unit that it fills."""
    if seconds < _MINUTE:
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    if seconds < _MINUTE * 60:
        return ngettext("%(num)s minute", "%(num)s minutes", seconds // _MINUTE)
    if seconds < _MINUTE * 60 * 24:
        return ngettext("%(num)s hour", "%(num)s hours", seconds // _MINUTE // 60)
    return ngettext("%(num)s day", "%(num)s days", seconds // _MINUTE // 60 // 24)
