"""Passwords: which ones will do, and their argon2 hashes."""

from __future__ import annotations

import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kb.errors import Invalid
from kb.words import gettext

SHORTEST, LONGEST = 12, 200
FEWEST_LETTERS = 5
# Of what is left when the owner's own name or address is taken out.
SHORTEST_REST = 8
# Long enough to pass, and still among the first that anybody would try.
COMMON = frozenset(
    {
        "123412341234",
        "1234567890123",
        "123456789012",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "adminadminadmin",
        "administrator",
        "changemechangeme",
        "correcthorsebatterystaple",
        "goldenthread",
        "letmeinletmein",
        "nationalhealthservice",
        "passwordpassword",
        "qwertyuiopas",
        "trustno1trustno1",
        "welcomewelcome",
    }
)
# The same with figures after them: password1234, welcome2026.
COMMON_BEGINNINGS = (
    "admin",
    "changeme",
    "goldenthread",
    "iloveyou",
    "letmein",
    "nhs",
    "passw0rd",
    "password",
    "qwerty",
    "qwertyuiop",
    "welcome",
)
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def check(password: str, *, name: str, email: str) -> None:
    """Raise Invalid, saying what to do, when the password is one that would soon be guessed."""
    if len(password) < SHORTEST:
        raise Invalid("password", gettext("Use at least %(number)s characters; three words do", number=SHORTEST))
    if len(password) > LONGEST:
        raise Invalid("password", gettext("Use at most %(number)s characters", number=LONGEST))
    plain = _letters(password)
    if len(set(password)) < FEWEST_LETTERS or _is_common(plain):
        raise Invalid("password", gettext("This is one of the first passwords that anyone would try. Use another"))
    for own in (email, email.partition("@")[0], name, *name.split()):
        own = _letters(own)
        if len(own) > 2 and own in plain and len(plain.replace(own, "")) < SHORTEST_REST:
            raise Invalid("password", gettext("Leave your name and your email address out of the password"))


def hash_of(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(_bytes(password))


def matches(password: str, kept: str) -> bool:
    """Whether this is the password; without a kept hash it takes as long and is never right."""
    try:
        return _hasher.verify(kept or _nobodys(), _bytes(password)) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def _is_common(plain: str) -> bool:
    return plain in COMMON or plain.rstrip("0123456789") in COMMON_BEGINNINGS


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
