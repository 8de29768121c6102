"""The addresses with which a reader declines a subject of mails in one click, signed so that nobody makes them up."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kb.words import gettext

if TYPE_CHECKING:
    from kb.config import Settings


class Subject(StrEnum):
    """What a person may decline to be written to about; everything else is a duty of their post."""

    SOURCES = "sources"
    STEERING = "steering"
    SEARCHES = "searches"


SUBJECT_WORDS = {
    Subject.SOURCES: gettext("sources that you look after: their reviews and their ends"),
    Subject.STEERING: gettext("actions that have been overdue for a long time, for the steering group"),
    Subject.SEARCHES: gettext("what is new for your saved searches"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Who declines what."""

    user_id: int
    subject: Subject


def token_for(settings: Settings, user_id: int, subject: str) -> str:
    """What stands at the end of the address: who, what, and a signature over both."""
    return f"{user_id}-{subject}-{_signature(settings, user_id, subject)}"


def url_for(settings: Settings, user_id: int, subject: str) -> str:
    """The address that a mail about this subject names."""
    return f"{settings.base_url}/unsubscribe/{token_for(settings, user_id, subject)}"


def read(settings: Settings, token: str) -> Wish | None:
    """What a token asks for; None where it was not made here, or was altered on the way."""
    user_id, _, rest = token.partition("-")
    subject, _, signature = rest.partition("-")
    if not (user_id.isascii() and user_id.isdigit()) or len(user_id) > 18 or subject not in set(Subject):
        return None
    wanted = _signature(settings, int(user_id), subject)
    if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "surrogatepass")):
        return None
    return Wish(int(user_id), Subject(subject))


def _signature(settings: Settings, user_id: int, subject: str) -> str:
    signed = hmac.new(settings.secret_key.encode(), f"unsubscribe|{user_id}|{subject}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(signed.digest()).decode().rstrip("=")
