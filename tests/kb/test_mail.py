"""Facts about the outbox: nothing is sent twice, nothing is lost in silence, and no name adds a header."""

from __future__ import annotations

import smtplib
import socket
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from kb.mailing import mail, unsubscribing
from kb.mailing.delivery import FolderDelivery, Letter, SmtpDelivery, compose, deliverer_for
from kb.mailing.mail_states import TRANSITIONS, MailEvent, NotPossible, after, wait_after
from kb.models.outbox import MailState, OutboxMessage
from tests.smtp_server import ScriptedSmtp

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at

    def move(self, **span):
        self.at += timedelta(**span)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server():
    server = ScriptedSmtp()
    yield server
    server.stop()


@pytest.fixture
def write(session, make, settings, clock):
    """Queues a mail to somebody new and returns it."""

    def write(dedupe="a", *, text="Hello", **values):
        user = values.pop("user", None) or make.user(**values)
        message_id = mail.queue(
            session,
            mail.Draft(dedupe, user, "An answer is needed", text, f"<p>{text}</p>"),
            settings=settings,
            at=clock(),
        )
        session.commit()
        return session.get(OutboxMessage, message_id)

    return write


@pytest.fixture
def send(database, session, server, clock):
    """Sends what waits to the server, and reads the mails afresh."""

    def send(url=None, seconds=5):
        with closing(SmtpDelivery(url or server.url, "thread@example.org", seconds=seconds)) as deliver:
            outcome = mail.send_waiting(database, deliver, clock=clock, worker="test")
        session.expire_all()
        return outcome

    return send


def test_a_mail_is_sent_once_with_the_message_id_it_was_queued_with(write, send, server):
    message = write()
    assert send().sent == 1
    assert send().sent == 0
    assert message.state == MailState.SENT
    assert message.sent_at == NOON
    assert [message_from_bytes(one)["Message-ID"] for one in server.accepted] == [message.message_id]


OPENS = "Open https://thread.example.org/invitations/a-token_of-2 now, or /new-password/another"


def test_a_mail_that_a_server_took_is_kept_without_what_opens_an_account(
    write, send, server, session, database, clock, tmp_path
):
    kept = write(text=OPENS)
    send()
    assert "a-token_of-2" in str(
        message_from_bytes(server.accepted[0], policy=default).get_body(("plain",)).get_content()
    )
    assert kept.text == "Open https://thread.example.org/invitations/… now, or /new-password/…"
    assert "a-token" not in kept.html
    in_folder = write("b", text=OPENS)
    with closing(FolderDelivery(tmp_path, "thread@example.org")) as deliver:
        mail.send_waiting(database, deliver, clock=clock, worker="test")
    session.refresh(in_folder)
    assert (in_folder.state, "a-token_of-2" in in_folder.text) == (MailState.SENT, True)


def test_the_same_thing_is_queued_once(write, session, make, settings):
    user = make.user()
    first = write("digest:1", user=user)
    again = mail.queue(session, mail.Draft("digest:1", user, "Other", "Other", ""), settings=settings, at=NOON)
    assert again is None
    assert session.get(OutboxMessage, first.id).subject == "An answer is needed"


def test_a_server_that_cannot_be_reached_leaves_mails_waiting_for_ever(write, send, server, clock):
    message = write()
    for _ in range(30):
        outcome = send("smtp://127.0.0.1:9")
        clock.move(hours=1)
    assert "Connection" in outcome.trouble[0]
    assert message.state == MailState.QUEUED
    assert send().sent == 1


@pytest.mark.parametrize("answer", ["421 busy", "554 go away"])
def test_a_server_that_turns_everyone_away_leaves_mails_waiting(write, send, server, answer):
    message = write()
    server.script.connect = answer
    send()
    assert message.state == MailState.QUEUED


def test_a_refused_sender_is_the_fault_of_no_mail(write, send, server):
    message = write()
    server.script.mail = "550 who are you"
    assert "refuses the sender" in send().trouble[0]
    assert message.state == MailState.QUEUED


@pytest.mark.parametrize("place", ["rcpt", "data"])
def test_not_now_is_tried_again_later_and_given_up_after_four_hours(write, send, server, clock, place):
    message = write(email="a@example.org")
    server.script = _answering(server, place, "450 later" if place == "rcpt" else "451 later")
    assert send().deferred == 1
    assert message.next_try_at == NOON + timedelta(minutes=1)
    assert send().deferred == 0, "not before its time"
    while message.state == MailState.QUEUED:
        clock.at = message.next_try_at
        send()
    assert message.state == MailState.FAILED
    assert timedelta(hours=3, minutes=45) <= clock.at - NOON <= timedelta(hours=4)
    assert server.accepted == []


@pytest.mark.parametrize("place", ["rcpt", "data"])
def test_never_is_never_tried_again(write, send, server, clock, place):
    message = write(email="a@example.org")
    server.script = _answering(server, place, "550 no such person" if place == "rcpt" else "554 no")
    assert send().failed == 1
    clock.move(days=2)
    server.script = type(server.script)()
    send()
    assert message.state == MailState.FAILED
    assert "no" in message.error
    assert server.accepted == []


def test_one_bad_address_does_not_keep_the_others(write, send, server):
    bad, odd, good = (write(email, email=email) for email in ("bad@example.org", "odd @@ address", "good@example.org"))
    server.script.rcpt["bad@example.org"] = "550 no such person"
    send()
    assert [one.state for one in (bad, odd, good)] == [MailState.FAILED, MailState.FAILED, MailState.SENT]


@pytest.mark.parametrize("fault", ["drop_in_data", "drop_after_dot"])
def test_a_line_that_breaks_while_the_text_leaves_makes_it_unknown_and_not_sent_again(
    write, send, server, clock, fault
):
    message = write()
    setattr(server.script, fault, True)
    assert send().unknown == 1
    setattr(server.script, fault, False)
    arrived = len(server.accepted)
    clock.move(days=2)
    send()
    assert message.state == MailState.UNKNOWN
    assert len(server.accepted) == arrived


def test_a_second_mail_goes_out_after_the_line_broke(write, send, server):
    first, second = write("a"), write("b")
    server.script.rcpt[first.to_address] = "421 closing"
    send()
    assert (first.state, second.state) == (MailState.QUEUED, MailState.SENT)


def test_sending_is_committed_after_the_address_was_taken_and_before_the_text_leaves(write, database, server, clock):
    message, seen = write(), []

    class Watching(SmtpDelivery):
        def _send(self, smtp, content):
            with database.reading() as other:
                seen.append(other.get(OutboxMessage, message.id).state)
            super()._send(smtp, content)

    with closing(Watching(server.url, "thread@example.org")) as deliver:
        mail.send_waiting(database, deliver, clock=clock, worker="test")
    assert seen == [MailState.SENDING]


@pytest.mark.parametrize(
    ("state", "leaves_one_copy", "then"),
    [
        (MailState.CLAIMED, False, MailState.QUEUED),
        (MailState.SENDING, False, MailState.UNKNOWN),
        (MailState.SENDING, True, MailState.QUEUED),
    ],
)
def test_what_a_dead_worker_held_is_freed_when_its_lease_runs_out(write, session, clock, state, leaves_one_copy, then):
    message = write()
    message.state, message.claimed_until = state, clock() + mail.LEASE
    session.flush()
    mail.recover(session, clock(), mail.Outcome(), leaves_one_copy=leaves_one_copy)
    assert message.state == state, "the lease still runs"
    clock.move(minutes=11)
    mail.recover(session, clock(), mail.Outcome(), leaves_one_copy=leaves_one_copy)
    assert message.state == then


def test_a_slow_worker_that_lost_its_mail_before_the_text_left_sends_nothing(write, database, session, server, clock):
    message = write()

    class Slow(SmtpDelivery):
        def _address(self, letter):
            smtp = super()._address(letter)
            clock.move(minutes=11)
            with database.writing("worker") as other:
                mail.recover(other, clock(), mail.Outcome())
            return smtp

    with closing(Slow(server.url, "thread@example.org")) as deliver:
        mail.send_waiting(database, deliver, clock=clock, worker="slow", should_stop=iter([False, True]).__next__)
    session.expire_all()
    assert server.accepted == []
    assert message.state == MailState.QUEUED


def test_a_slow_server_that_answers_after_the_lease_still_counts(write, database, session, server, clock):
    message = write()

    class Slow(SmtpDelivery):
        def _send(self, smtp, content):
            clock.move(minutes=11)
            with database.writing("worker") as other:
                mail.recover(other, clock(), mail.Outcome())
            super()._send(smtp, content)

    with closing(Slow(server.url, "thread@example.org")) as deliver:
        outcome = mail.send_waiting(database, deliver, clock=clock, worker="slow")
    session.expire_all()
    assert (message.state, outcome.sent) == (MailState.SENT, 1)


def test_a_closed_account_is_not_written_to(write, send, session, server, make):
    user = make.user()
    message = write(user=user)
    user.is_active = False
    session.commit()
    assert send().cancelled == 1
    assert message.state == MailState.CANCELLED
    assert server.accepted == []


def test_a_new_address_is_used_for_mails_that_wait(write, send, session, server, make):
    user = make.user(email="old@example.org")
    write(user=user)
    user.email = "new@example.org"
    session.commit()
    send()
    assert message_from_bytes(server.accepted[0], policy=default)["To"].addresses[0].addr_spec == "new@example.org"


NASTY = [
    "Ann\r\nBcc: all@example.org",
    "Ann\nX-Added: 1",
    "Ann\x00\x0b\x85\u2028Bcc: all@example.org",
    "=?utf-8?q?=0ABcc:_all?=",
    "شركة 👩🏽‍⚕️ " * 12,
    "a" * 190,
    "Ann \ud800",
    '"; <x@example.org>,',
]


@pytest.mark.parametrize("nasty", NASTY)
def test_names_and_subjects_add_no_headers(nasty, send, server, session, make, settings):
    storable = "".join(letter for letter in nasty if letter not in "\x00\ud800")
    user = make.user(name=storable, email="ann@example.org")
    mail.queue(session, mail.Draft("a", user, f"About {nasty}", "Text", "<p>Text</p>"), settings=settings, at=NOON)
    session.commit()
    assert send().sent == 1
    arrived = message_from_bytes(server.accepted[0], policy=default)
    ours = {"Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
    ours |= {"X-Auto-Response-Suppress"}
    assert set(arrived.keys()) - {"X-Peer", "X-MailFrom", "X-RcptTo"} == ours
    assert [one.addr_spec for one in arrived["To"].addresses] == ["ann@example.org"]
    assert not arrived.defects


def test_a_mail_has_the_text_and_the_html(write, send, server):
    write(text="Grüße & more")
    send()
    arrived = message_from_bytes(server.accepted[0], policy=default)
    assert arrived.get_body(("plain",)).get_content().strip() == "Grüße & more"
    assert arrived.get_body(("html",)).get_content().strip() == "<p>Grüße & more</p>"


def test_without_a_server_each_mail_is_one_file_however_often_it_is_delivered(
    write, database, session, tmp_path, clock
):
    message = write()
    deliver = FolderDelivery(tmp_path / "outbox", "thread@example.org")
    mail.send_waiting(database, deliver, clock=clock, worker="test")
    session.expire_all()
    assert message.state == MailState.SENT
    message.state = MailState.QUEUED
    session.commit()
    mail.send_waiting(database, deliver, clock=clock, worker="test")
    files = list((tmp_path / "outbox").iterdir())
    assert [one.name for one in files] == [message.message_id.strip("<>") + ".eml"]
    assert message_from_bytes(files[0].read_bytes())["Message-ID"] == message.message_id


def test_a_folder_that_cannot_be_written_leaves_mails_waiting(write, database, session, tmp_path, clock):
    message = write()
    (tmp_path / "outbox").write_text("in the way")
    outcome = mail.send_waiting(
        database, FolderDelivery(tmp_path / "outbox", "thread@example.org"), clock=clock, worker="test"
    )
    session.expire_all()
    assert message.state == MailState.QUEUED
    assert "cannot be written" in outcome.trouble[0]


@pytest.mark.parametrize("state", MailState)
@pytest.mark.parametrize("event", MailEvent)
def test_a_mail_moves_by_the_table_and_in_no_other_way(state, event):
    if (state, event) in TRANSITIONS:
        assert after(state, event) == TRANSITIONS[state, event]
    else:
        with pytest.raises(NotPossible):
            after(state, event)


def test_only_a_persons_decision_leads_from_unknown_back_to_waiting():
    leading = [
        event for (state, event), then in TRANSITIONS.items() if state == MailState.UNKNOWN and then == MailState.QUEUED
    ]
    assert set(leading) == {MailEvent.SEND_AGAIN, MailEvent.DEFER}, "a server that says “not now” has not taken it"


def test_nothing_leads_out_of_sent_or_cancelled():
    assert not {state for state, _ in TRANSITIONS} & {MailState.SENT, MailState.CANCELLED}


def test_waits_grow_to_a_quarter_of_an_hour_and_end_after_four_hours():
    assert [wait_after(n) for n in (1, 2, 3, 4, 5)] == [timedelta(minutes=n) for n in (1, 2, 4, 8, 15)]
    assert wait_after(19) == timedelta(minutes=15)
    assert wait_after(20) is None


def _answering(server, place, answer):
    script = type(server.script)()
    if place == "rcpt":
        script.rcpt["a@example.org"] = answer
    else:
        script.data = answer
    return script


def test_a_connection_that_died_between_two_mails_is_opened_anew(write, database, server, session, clock):
    first = write("a")
    with closing(SmtpDelivery(server.url, "thread@example.org")) as deliver:
        mail.send_waiting(database, deliver, clock=clock, worker="test")
        deliver._server.sock.shutdown(socket.SHUT_RDWR)
        second = write("b")
        assert mail.send_waiting(database, deliver, clock=clock, worker="test").sent == 1
    session.expire_all()
    assert first.state == second.state == MailState.SENT


def test_an_address_that_the_server_cannot_be_told_fails_alone(write, send, server):
    odd, good = write("a", email="gr\u00fc\u00dfe@example.org"), write("b")
    send()
    assert (odd.state, good.state) == (MailState.FAILED, MailState.SENT)


def test_a_password_is_not_sent_where_anyone_could_read_it(monkeypatch):
    class Plain:
        sock = None
        said = []

        def ehlo_or_helo_if_needed(self):
            pass

        def has_extn(self, name):
            return False

        def login(self, *words):
            self.said.append(words)

        def close(self):
            pass

    monkeypatch.setattr(smtplib, "SMTP", lambda *_, **__: Plain())
    far = SmtpDelivery("smtp://name:p%40ss@mail.example.org:25", "thread@example.org")
    with pytest.raises(smtplib.SMTPException, match="no encryption"):
        far._connect()
    assert Plain.said == []
    SmtpDelivery("smtp://name:p%40ss@127.0.0.1:25", "thread@example.org")._connect()
    assert Plain.said == [("name", "p@ss")]


@pytest.mark.parametrize(
    ("demo", "url", "kind"),
    [
        (False, "smtp://127.0.0.1", SmtpDelivery),
        (False, "", FolderDelivery),
        (True, "smtp://127.0.0.1", FolderDelivery),
    ],
)
def test_no_mail_leaves_in_demonstration_mode_or_without_a_server(settings, demo, url, kind):
    assert type(deliverer_for(replace(settings, demo=demo, smtp_url=url))) is kind


# What a mail looks like on its way


DUTY = Letter(
    message_id="<digest-2026-11-23-1.abcdefabcdef@thread.example.org>",
    to_address="a@example.org",
    to_name="Ann Évans",
    subject="3 of your actions need an answer by Monday 30 November",
    text="Ünïcode – and a long line: " + "x" * 3_000,
    html="<p>Ünïcode – " + "y" * 3_000 + "</p>",
    made_at=NOON,
)
NO_DUTY = replace(DUTY, recipient_id=123_456, unsubscribe="steering")


@pytest.fixture
def on_its_way(settings):
    """The mail as its reader's program reads it, after a round trip through bytes."""
    far = replace(settings, base_url="https://golden-thread.workforce.example.org")

    def on_its_way(letter):
        written = compose(letter, "golden-thread@workforce.example.org", far).as_bytes()
        return written, message_from_bytes(written, policy=default)

    return on_its_way


def test_a_mail_has_the_headers_that_mail_programs_want(on_its_way):
    written, read = on_its_way(DUTY)
    assert read["From"] == "Golden Thread <golden-thread@workforce.example.org>"
    assert read["To"].addresses[0].display_name == "Ann Évans"
    assert read["To"].addresses[0].addr_spec == "a@example.org"
    assert read["Date"].datetime == NOON
    assert read["Message-ID"] == DUTY.message_id
    assert read["Subject"] == DUTY.subject
    assert "example.org" not in read["Subject"]
    assert "Ann" not in read["Subject"]
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert read["Precedence"] is None
    assert read.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert {part.get_content_charset() for part in read.iter_parts()} == {"utf-8"}
    assert read.get_body(("plain",)).get_content().rstrip() == DUTY.text
    assert read.get_body(("html",)).get_content().rstrip() == DUTY.html
    assert max(len(line) for line in written.split(b"\r\n")) <= 998


def test_a_duty_cannot_be_declined_from_a_mail_program(on_its_way):
    read = on_its_way(DUTY)[1]
    assert [name for name in read if name.startswith("List-")] == []


def test_a_mail_that_is_no_duty_can_be_declined_with_one_click(on_its_way, settings):
    written, read = on_its_way(NO_DUTY)
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = read["List-Unsubscribe"]
    assert address.startswith("<https://golden-thread.workforce.example.org/unsubscribe/123456-steering-")
    # In one piece and as it stands: encoded words are no address.
    assert b"List-Unsubscribe: " + address.encode() + b"\r\n" in written
    wish = unsubscribing.read(settings, address.strip("<>").rpartition("/")[2])
    assert wish == unsubscribing.Wish(123_456, "steering")
    assert read["List-Id"] == "Golden Thread steering <steering.golden-thread.workforce.example.org>"


def test_what_may_be_declined_is_kept_with_the_mail_and_goes_along(session, make, settings, send, server, clock):
    draft = mail.Draft("a", make.user(), "Late", "T", "<p>T</p>", unsubscribe="steering")
    message = session.get(OutboxMessage, mail.queue(session, draft, settings=settings, at=clock()))
    session.commit()
    assert message.unsubscribe == "steering"
    assert send().sent == 1


def test_every_kind_of_delivery_lets_its_mails_be_declined(settings, tmp_path):
    for deliver in (
        deliverer_for(replace(settings, smtp_url="smtp://localhost:2525")),
        deliverer_for(replace(settings, data_dir=tmp_path)),
    ):
        assert deliver.settings is not None


@pytest.mark.parametrize("secret", ["/answer/k3J9_x-y", "/unsubscribe/1-steering-abc_D", "/calendar/k3J9_x-y"])
def test_no_secret_of_a_mail_is_kept_after_it_left(write, send, secret):
    kept = write(text=f"See https://thread.example.org{secret} now")
    send()
    folder = secret.split("/")[1]
    assert kept.text == f"See https://thread.example.org/{folder}/… now"
    assert secret not in kept.html
