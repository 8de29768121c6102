"""kill -9 of the sender while an SMTP server accepts: no mail arrives twice, none is lost without being shown.

Control: a sender that marks a mail only after it was sent. Killed between the two, it sends the mail again.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.assembly import open_database
from kb.mailing import mail
from kb.mailing.delivery import SmtpDelivery
from kb.mailing.mail_states import TRANSITIONS, MailEvent
from kb.models.outbox import MailState, OutboxMessage
from kb.models.user import User
from tests.smtp_server import ScriptedSmtp
from tests.trials.ground import MONDAY_NINE, Outcome, Trial, kill, knowledge_base, start

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from kb.config import Settings

MAILS = 12
LONGEST_LIFE = 0.5


def run(trials: int) -> Outcome:
    """Kill at a random moment, or at the moment at which the server has just taken a mail."""
    outcome = Outcome(wrong=Counter(lost=0, twice=0), told=Counter(unknown=0))
    for number in range(trials):
        chance = random.Random(number)
        one(outcome, chance, at_taking=chance.randrange(MAILS) if number % 2 else None, is_broken=False)
    return outcome


def control() -> Outcome:
    outcome = Outcome(wrong=Counter(lost=0, twice=0), told=Counter(unknown=0))
    one(outcome, random.Random(0), at_taking=3, is_broken=True)
    return outcome


def one(outcome: Outcome, chance: random.Random, *, at_taking: int | None, is_broken: bool) -> None:
    """One sender, one kill, and then a sender that lives, after the leases have run out."""
    server = ScriptedSmtp()
    try:
        with knowledge_base() as settings:
            _queue(settings)
            sender = start(send, settings, server.url, is_broken, chance.random() < 0.5)
            if at_taking is None:
                time.sleep(chance.uniform(0, LONGEST_LIFE))
            else:
                server.on_taken = lambda _: _strike(sender, server, at_taking)
                sender.join(60)
            kill(sender)
            server.on_taken = lambda _: None
            _send(settings, server.url, timedelta(minutes=11))
            _judge(outcome, settings, server)
    finally:
        server.stop()


def _strike(sender: BaseProcess, server: ScriptedSmtp, at_taking: int) -> None:
    """Kill at this mail, from within the server, before the sender hears that the mail was taken."""
    if len(server.accepted) == at_taking + 1 and sender.pid is not None:
        os.kill(sender.pid, signal.SIGKILL)


def send(settings: Settings, url: str, is_broken: bool, is_slow: bool) -> None:
    """The child that is killed."""
    if is_broken:
        break_marking()
    if is_slow:
        dawdle()
    _send(settings, url, timedelta())


def break_marking() -> None:
    """From here on this process marks a mail only after it was sent."""
    mail._start = lambda *_: None
    TRANSITIONS[MailState.CLAIMED, MailEvent.ACCEPT] = MailState.SENT  # type: ignore[index]


def dawdle() -> None:
    """Linger on both sides of each step, so that kills fall between them."""
    for name in ("_start", "_finish"):
        step = getattr(mail, name)

        def slow(*arguments: object, _step: object = step, **named: object) -> object:
            time.sleep(0.004)
            answer = _step(*arguments, **named)  # type: ignore[operator]
            time.sleep(0.004)
            return answer

        setattr(mail, name, slow)


def _send(settings: Settings, url: str, later: timedelta) -> None:
    database = open_database(settings)
    with closing(SmtpDelivery(url, "thread@example.org", seconds=20)) as deliver:
        mail.send_waiting(database, deliver, clock=lambda: MONDAY_NINE + later, worker="trial")
    database.engine.dispose()


def _queue(settings: Settings) -> None:
    database = open_database(settings)
    with database.writing("worker") as session:
        users = [User(email=f"p{number}@example.org", name=f"Person {number}") for number in range(MAILS)]
        session.add_all(users)
        session.flush()
        drafts = [mail.Draft(f"trial:{user.id}", user, "Subject", "Text", "<p>Text</p>") for user in users]
        mail.queue_many(session, drafts, settings=settings, at=MONDAY_NINE)
    database.engine.dispose()


def _judge(outcome: Outcome, settings: Settings, server: ScriptedSmtp) -> None:
    arrived = Counter(message_from_bytes(content)["Message-ID"] for content in server.accepted)
    database = open_database(settings)
    with database.reading() as session:
        states = dict(session.execute(select(OutboxMessage.message_id, OutboxMessage.state)).tuples().all())
    database.engine.dispose()
    outcome.trials += 1
    outcome.wrong["twice"] += sum(number - 1 for number in arrived.values())
    # Shown as unknown is not lost: a person sees it and decides.
    outcome.wrong["lost"] += sum(not arrived[one] and state != MailState.UNKNOWN for one, state in states.items())
    outcome.wrong["lost"] += sum(state not in (MailState.SENT, MailState.UNKNOWN) for state in states.values())
    outcome.told["unknown"] += sum(state == MailState.UNKNOWN for state in states.values())


TRIAL = Trial("mail", 60, run, control, "twice")
