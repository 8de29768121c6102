"""Facts about mail servers that misbehave: what becomes of each mail, and that no mail suffers for another.

Each server is a real one on this machine with a script. Five mails wait, the second of them to the address that the
script is about; after twenty minutes the server is well. The clock is an argument, and servers that dawdle do so for
tenths of a second.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from kb.mailing import mail
from kb.mailing.delivery import SmtpDelivery
from kb.models.outbox import MailState, OutboxMessage
from tests.smtp_server import DROP, Script, ScriptedSmtp

pytestmark = pytest.mark.page  # what a server says is the same on each database; what a mail goes through is not
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PATIENCE = 0.3
BAD = "bad@example.org"
ADDRESSES = ("one@example.org", BAD, "three@example.org", "four@example.org", "five@example.org")
WAITS, SENT, FAILED, UNKNOWN = MailState.QUEUED, MailState.SENT, MailState.FAILED, MailState.UNKNOWN


@dataclass
class Server:
    """A server, the state of the mail that it is about and of the others at once, and of that mail in the end."""

    script: Script | None
    bad: MailState
    others: MailState
    bad_in_the_end: MailState = SENT
    copies_of_bad: int = 1
    patience: float = PATIENCE
    tried: int = field(default=0)


def whole(script: Script | None, then: MailState, **values: float) -> Server:
    """A server that treats everybody alike."""
    return Server(script, bad=then, others=then, **values)  # type: ignore[arg-type]


def later(**script: object) -> Server:
    """One that says to one mail: not now."""
    return Server(Script(**script), bad=WAITS, others=SENT, tried=1)  # type: ignore[arg-type]


def never(**script: object) -> Server:
    """One that says to one mail: never."""
    return Server(Script(**script), FAILED, SENT, FAILED, copies_of_bad=0)  # type: ignore[arg-type]


def breaks(copies: int, **script: object) -> Server:
    """One that cuts the line while the text of one mail leaves."""
    return Server(Script(bad_address=BAD, **script), UNKNOWN, SENT, UNKNOWN, copies_of_bad=copies)  # type: ignore[arg-type]


SERVERS = {
    "refuses connections": whole(None, WAITS),
    "is slow to begin": whole(Script(silent_for=0.1), SENT, patience=5),
    "never begins": whole(Script(silent_for=5), WAITS),
    "421 at once": whole(Script(connect="421 too busy"), WAITS),
    "554 at once": whole(Script(connect="554 not you"), WAITS),
    "garbage instead of TLS": whole(Script(tls_garbage=True), WAITS),
    "421 at MAIL": whole(Script(mail="421 closing"), WAITS),
    "451 at MAIL": whole(Script(mail="451 later"), WAITS),
    "550 at MAIL": whole(Script(mail="550 who are you"), WAITS),
    "hangs at QUIT": whole(Script(hang_at_quit=True), SENT),
    "450 at RCPT": later(rcpt={BAD: "450 busy"}),
    "452 at RCPT": later(rcpt={BAD: "452 full"}),
    "421 at RCPT": later(rcpt={BAD: "421 closing"}),
    "drops the line at RCPT": later(rcpt={BAD: DROP}),
    "550 at RCPT": never(rcpt={BAD: "550 no such person"}),
    "451 after the text": later(bad_address=BAD, data="451 later"),
    "452 after the text": later(bad_address=BAD, data="452 full"),
    "552 after the text": never(bad_address=BAD, data="552 too large"),
    "554 after the text": never(bad_address=BAD, data="554 no"),
    "drops the line in the text": breaks(0, drop_in_data=True),
    "drops the line after the final dot": breaks(1, drop_after_dot=True),
    "takes the mail and answers too late": breaks(1, slow_after_dot=1),
}


class Post:
    """The outbox, the server and the clock of one test."""

    def __init__(self, database, session, make, settings):
        self.database, self.session, self.make, self.settings = database, session, make, settings
        self.server = ScriptedSmtp()
        self.at = NOON

    def write(self, *addresses):
        for address in addresses:
            draft = mail.Draft(f"about {address}", self.make.user(email=address), "Subject", "Text", "<p>Text</p>")
            mail.queue(self.session, draft, settings=self.settings, at=self.at)
        self.session.commit()

    def send(self, *, url=None, patience=PATIENCE):
        with closing(SmtpDelivery(url or self.server.url, "thread@example.org", seconds=patience)) as deliver:
            outcome = mail.send_waiting(self.database, deliver, clock=lambda: self.at, worker="test")
        self.session.expire_all()
        return outcome

    def of(self, address):
        return self.session.query(OutboxMessage).filter_by(dedupe=f"about {address}").one()

    @property
    def copies(self):
        arrived = [message_from_bytes(one, policy=default) for one in self.server.accepted]
        return Counter(one["To"].addresses[0].addr_spec for one in arrived)


@pytest.fixture
def post(database, session, make, settings):
    post = Post(database, session, make, settings)
    yield post
    post.server.stop()


@pytest.mark.parametrize("name", SERVERS)
def test_whatever_a_server_does_each_mail_ends_where_it_should_and_none_suffers_for_another(name, post):
    given = SERVERS[name]
    post.write(*ADDRESSES)
    others = [address for address in ADDRESSES if address != BAD]
    if given.script:
        post.server.script = given.script
    url = "" if given.script else "smtp://127.0.0.1:9"
    outcome = post.send(url=url, patience=given.patience)
    assert post.of(BAD).state == given.bad
    assert {post.of(address).state for address in others} == {given.others}
    assert (post.of(BAD).attempts, bool(outcome.trouble)) == (given.tried, given.others == WAITS)
    assert given.bad == SENT or given.others == WAITS or post.of(BAD).error, "people see why"
    assert post.send(url=url, patience=given.patience).sent == 0, "nothing is tried again at once"
    post.server.script = Script()
    post.at += timedelta(minutes=20)
    post.send()
    assert post.of(BAD).state == given.bad_in_the_end
    assert {post.of(address).state for address in others} == {SENT}
    assert post.copies == +Counter({**dict.fromkeys(others, 1), BAD: given.copies_of_bad})


def test_twenty_addresses_that_make_the_server_hang_up_delay_no_other_mail_by_a_minute(post):
    bad = [f"bad{number}@example.org" for number in range(20)]
    post.server.script = Script(rcpt=dict.fromkeys(bad, DROP))
    post.write(*bad)
    for minute in range(10):
        good = f"good{minute}@example.org"
        post.write(good)
        post.send()
        assert post.of(good).state == SENT
        post.at += timedelta(minutes=1)


def test_a_server_that_hangs_up_at_every_address_is_given_up_after_four_hours_and_shown(post):
    post.server.script = Script(rcpt=dict.fromkeys(ADDRESSES, DROP))
    post.write(*ADDRESSES)
    while post.of(BAD).state == WAITS:
        post.at = max(post.at, *(post.of(address).next_try_at for address in ADDRESSES))
        post.send()
    assert timedelta(hours=3, minutes=45) <= post.at - NOON <= timedelta(hours=4)
    assert {post.of(address).state for address in ADDRESSES} == {FAILED}
    assert "Disconnected" in post.of(BAD).error
