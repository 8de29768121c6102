"""Signing in with a password: tries are counted in the database before a password is hashed.

Within fifteen minutes: ten wrong tries for one account from one address, thirty from one address, and a hundred for
one account from everywhere. The first stops a guesser without locking the owner out, who comes from elsewhere; the last
is high, since it does lock the owner out, and stops a guesser who has many addresses. A refused try is not counted, so
waiting always helps. An unknown account is counted and answered like a known one, and takes as long.

Asking for a new password is counted in the same way and apart from it, so that neither stands in the way of the other.

Hashing takes time, so the view does it between two short transactions: `begin`, `prove`, then `succeed`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from kb.accounts import passwords
from kb.errors import TooMany
from kb.models.user import SignInAttempt, User
from kb.words import ngettext

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

WINDOW = timedelta(minutes=15)
MOST_FOR_ACCOUNT_FROM_ADDRESS = 10
MOST_FROM_ADDRESS = 30
MOST_FOR_ACCOUNT = 100
KEPT_FOR = timedelta(days=1)
LONGEST_EMAIL = 254
# No email address begins so.
FORGOTTEN = "forgotten: "


def begin(session: Session, email: str, address: str, *, now: datetime) -> None:
    """Count a try, to be committed before the password is looked at; raise TooMany when there were enough."""
    email, address = tidy_email(email), tidy_address(address)
    # Tries for one account wait for each other here, so that parallel ones cannot slip under the limit.
    session.execute(select(User.id).where(User.email == email).with_for_update())
    for most, concerned in (
        (MOST_FOR_ACCOUNT_FROM_ADDRESS, (SignInAttempt.email == email, SignInAttempt.address == address)),
        (MOST_FROM_ADDRESS, (SignInAttempt.address == address,)),
        (MOST_FOR_ACCOUNT, (SignInAttempt.email == email,)),
    ):
        _refuse_over(session, most, concerned, now=now)
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - KEPT_FOR))
    session.add(SignInAttempt(email=email, address=address, at=now))


def begin_asking(session: Session, email: str, address: str, *, now: datetime) -> None:
    """Count somebody asking for a new password, as `begin` counts a try; the address counts for both."""
    begin(session, f"{FORGOTTEN}{email.strip()}", address, now=now)


def prove(session: Session, email: str, password: str) -> User | None:
    """The active user with this email and password; takes as long when there is none."""
    user = session.scalars(select(User).where(User.email == tidy_email(email))).one_or_none()
    kept = user.password_hash if user and user.is_active else ""
    is_right = passwords.matches(password[: passwords.LONGEST], kept)
    return user if is_right else None


def succeed(session: Session, user: User, address: str) -> None:
    """Forget the tries that led to a right password."""
    session.execute(
        delete(SignInAttempt).where(SignInAttempt.email == user.email, SignInAttempt.address == tidy_address(address))
    )


def tidy_email(email: str) -> str:
    return email.strip().lower()[:LONGEST_EMAIL]


def tidy_address(address: str | None) -> str:
    """The address to count by; one subscriber has a whole /64 of IPv6, so that is counted as one."""
    try:
        parsed = ip_address((address or "").strip())
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)


def _refuse_over(session: Session, most: int, concerned: tuple[ColumnElement[bool], ...], *, now: datetime) -> None:
    query = select(func.count(), func.min(SignInAttempt.at)).where(SignInAttempt.at > now - WINDOW, *concerned)
    row: Any = session.execute(query).one()
    number, oldest = row
    if number < most:
        return
    seconds = max(1, ceil((oldest + WINDOW - now).total_seconds()))
    minutes = ceil(seconds / 60)
    raise TooMany(
        ngettext(
            "There were too many tries. Wait %(num)s minute, then try again.",
            "There were too many tries. Wait %(num)s minutes, then try again.",
            minutes,
        ),
        seconds=seconds,
    )
