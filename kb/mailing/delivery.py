"""Ways for a mail to leave: an SMTP server, or a folder where each mail becomes a file."""

from __future__ import annotations

import re
import smtplib
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from kb.config import LOOPBACK
from kb.mailing import unsubscribing

if TYPE_CHECKING:
    from email.policy import Policy

    from kb.config import Settings

SMTP_SECONDS = 30
SENDER_NAME = "Golden Thread"


class _Whole(UnstructuredHeader, BaseHeader):
    """A header of one long word: folded, it would become encoded words, which no mail program takes for an address."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Whole)
POLICY = SMTP.clone(header_factory=_HEADERS)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_CONTROL_IN_BODY = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class NotNow(Exception):
    """The server took neither the mail nor offence: it may be tried again."""


class Never(Exception):
    """The server will not take this mail, whoever tries."""


class NoServer(Exception):
    """There is nobody to give mails to; it is not this mail's fault."""


class BrokenOff(Exception):
    """The line broke while the text was leaving: it may or may not have arrived."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What leaves, under the same message id at every try; its reader may decline the subject `unsubscribe`."""

    message_id: str
    to_address: str
    to_name: str
    subject: str
    text: str
    html: str
    made_at: datetime
    recipient_id: int = 0
    unsubscribe: str = ""


class Deliverer(Protocol):
    """Takes letters away. `about_to_send` is called after the address was taken and before the text leaves.

    `leaves_one_copy` says that delivering the same letter twice does no harm.
    """

    leaves_one_copy: bool

    def deliver(self, letter: Letter, about_to_send: Callable[[], None]) -> None: ...

    def close(self) -> None: ...


def clean(text: str) -> str:
    """Text fit for one header line, so that a name cannot add headers.

    Control characters go, and so does the mark that opens an encoded word: the email package would decode it, and
    what it decodes to may hold a line break of its own.
    """
    return " ".join(_CONTROL.sub(" ", text).replace("=?", "= ?").split())


def compose(letter: Letter, sender: str, settings: Settings | None = None) -> EmailMessage:
    """The letter as a mail with a text part and an HTML part; raises ValueError when its address is none.

    There is no `Precedence`: it was never a standard, and some servers take what is marked `bulk` for advertising.
    """
    mail = EmailMessage(policy=POLICY)
    mail["Subject"] = clean(letter.subject)
    mail["From"] = Address(SENDER_NAME, addr_spec=sender)
    mail["To"] = Address(clean(letter.to_name), addr_spec=clean(letter.to_address))
    mail["Date"] = format_datetime(letter.made_at)
    mail["Message-ID"] = clean(letter.message_id)
    mail["Auto-Submitted"] = "auto-generated"
    # Exchange does not look at the line above: without this one every absence is answered.
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if letter.unsubscribe and settings is not None:
        _let_decline(mail, letter, sender, settings)
    mail.set_content(_CONTROL_IN_BODY.sub("", letter.text))
    mail.add_alternative(_CONTROL_IN_BODY.sub("", letter.html), subtype="html")
    return mail


def _let_decline(mail: EmailMessage, letter: Letter, sender: str, settings: Settings) -> None:
    """One click declines what is no duty, in the mail program itself (RFC 2369, RFC 2919, RFC 8058)."""
    host = sender.rpartition("@")[2] or "localhost"
    mail["List-Id"] = f"Golden Thread {letter.unsubscribe} <{letter.unsubscribe}.golden-thread.{host}>"
    mail["List-Unsubscribe"] = f"<{unsubscribing.url_for(settings, letter.recipient_id, letter.unsubscribe)}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


class FolderDelivery:
    """Writes each mail to a file named by its message id: for demonstration, and where no mail may leave."""

    leaves_one_copy = True

    def __init__(self, folder: Path, sender: str, settings: Settings | None = None) -> None:
        self.folder = folder
        self.sender = sender
        self.settings = settings

    def close(self) -> None:
        """Nothing is kept open between two mails."""

    def deliver(self, letter: Letter, about_to_send: Callable[[], None]) -> None:
        try:
            content = compose(letter, self.sender, self.settings).as_bytes()
        except (ValueError, IndexError, MessageError) as error:
            raise Never(str(error)) from error
        about_to_send()
        name = re.sub(r"[^A-Za-z0-9@._-]", "-", letter.message_id.strip("<>")) + ".eml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", suffix=".part", delete=False) as part:
                part.write(content)
            Path(part.name).replace(self.folder / name)
        except OSError as error:
            raise NoServer(f"The folder for mails cannot be written: {error}") from error


class SmtpDelivery:
    """Gives mails to an SMTP server, over one connection for as long as it holds."""

    leaves_one_copy = False

    def __init__(self, url: str, sender: str, seconds: float = SMTP_SECONDS, settings: Settings | None = None) -> None:
        self.url = urlsplit(url)
        self.sender = sender
        self.seconds = seconds
        self.settings = settings
        self._server: smtplib.SMTP | None = None

    def close(self) -> None:
        """Say goodbye; what was accepted stays accepted, whether or not the server hears it."""
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()

    def deliver(self, letter: Letter, about_to_send: Callable[[], None]) -> None:
        try:
            content = compose(letter, self.sender, self.settings).as_bytes()
            letter.to_address.encode("ascii")
        except (ValueError, IndexError, MessageError) as error:
            raise Never(f"“{letter.to_address}” cannot be written to: {error}") from error
        try:
            server = self._address(letter)
            about_to_send()
            self._send(server, content)
        except BaseException:
            self._drop()
            raise

    def _address(self, letter: Letter) -> smtplib.SMTP:
        """Name sender and recipient to the server; over a fresh connection if the old one has died meanwhile."""
        was_open = self._server is not None
        try:
            server = self._connected()
            sender_answer = server.mail(self.sender)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            if was_open:
                return self._address(letter)
            raise NoServer(_said(error)) from error
        if sender_answer[0] != 250:
            raise NoServer(f"The mail server refuses the sender {self.sender}: {_answer(*sender_answer)}")
        try:
            code, text = server.rcpt(letter.to_address)
        except (OSError, smtplib.SMTPException) as error:
            # The server spoke to us until it heard this address; a dead one shows itself at the next mail.
            raise NotNow(_said(error)) from error
        if code not in (250, 251):
            raise _refusal(code, text)
        return server

    def _send(self, server: smtplib.SMTP, content: bytes) -> None:
        try:
            code, text = server.data(content)
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise BrokenOff(_said(error)) from error
        if code != 250:
            raise _refusal(code, text)

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            self._server = self._connect()
        return self._server

    def _connect(self) -> smtplib.SMTP:
        host = self.url.hostname or "localhost"
        if self.url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self.url.port or 465, timeout=self.seconds, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, self.url.port or 25, timeout=self.seconds)
        try:
            server.ehlo_or_helo_if_needed()
            if self.url.scheme != "smtps" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if self.url.username:
                self._sign_in(server, host)
        except BaseException:
            server.close()
            raise
        return server

    def _sign_in(self, server: smtplib.SMTP, host: str) -> None:
        if not isinstance(server.sock, ssl.SSLSocket) and host not in LOOPBACK:
            raise smtplib.SMTPException(f"{host} offers no encryption, so the password was not sent")
        server.login(unquote(self.url.username or ""), unquote(self.url.password or ""))

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def deliverer_for(settings: Settings) -> Deliverer:
    """SMTP where a server is named and this is no demonstration, else the folder."""
    if settings.smtp_url and not settings.demo:
        return SmtpDelivery(settings.smtp_url, settings.mail_from, settings=settings)
    return FolderDelivery(settings.outbox_dir, settings.mail_from, settings)


def _refusal(code: int, text: bytes | str) -> NotNow | Never:
    return (Never if 500 <= code < 600 else NotNow)(_answer(code, text))


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {clean(words)}"[:500]


def _said(error: Exception) -> str:
    return clean(f"{type(error).__name__}: {error}")[:500]
