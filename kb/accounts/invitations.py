"""Letting people in: invitations, and links for those who forgot their password. Mails go through the outbox."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.accounts import account_tokens, users
from kb.accounts.account_tokens import HOLDS_FOR, Issued
from kb.accounts.sign_in import tidy_email
from kb.errors import Invalid, NotFound
from kb.mailing import mail
from kb.mailing.mail_text import render
from kb.models.user import Role, TokenPurpose, User
from kb.permissions import SYSTEM, Capability, Person
from kb.words import gettext, ngettext, spoken_time

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.models.plan import Plan

# Whoever asks for more links in an hour gets the same answer and no further mail.
MOST_RESETS = 3
RESETS_WITHIN = timedelta(hours=1)
log = logging.getLogger(__name__)


def invite(
    session: Session,
    *,
    name: str,
    email: str,
    plan: Plan | None,
    role: Role | None,
    settings: Settings,
    at: datetime,
    by: Person,
) -> Issued:
    """Make an account without a password, with a role if one is given, and mail its owner a link that sets one."""
    user = users.create(session, email=email, name=name, by=by)
    if plan is not None and role is not None:
        users.set_role(session, user, plan, role, by=by)
    return _send_invitation(session, user, settings=settings, at=at, by=by)


def invite_again(session: Session, user: User, *, settings: Settings, at: datetime, by: Person) -> Issued:
    """Mail another invitation to somebody who has not come yet; the links before it end."""
    by.require(Capability.MANAGE_PEOPLE)
    if not user.is_active:
        raise Invalid("user", gettext("This account is deactivated. Let the person in again first"))
    if user.password_hash or user.is_demonstration:
        raise Invalid("user", gettext("%(name)s has come already, and needs no invitation", name=user.name))
    return _send_invitation(session, user, settings=settings, at=at, by=by)


def first_administrator(session: Session, *, email: str, name: str, at: datetime) -> Issued:
    """Invite the first administrator, from the machine itself; again, as long as no administrator has come.

    Raises Invalid when somebody can invite people from the pages already.
    """
    if session.scalar(select(User.id).where(users.can_administer()).limit(1)) is not None:
        raise Invalid("email", "There is an administrator already, who invites people on the page People.")
    try:
        user = users.get_by_email(session, email)
    except NotFound:
        user = users.create(session, email=email, name=name, is_administrator=True, by=SYSTEM)
    users.activate(session, user, by=SYSTEM)
    users.set_administrator(session, user, True, by=SYSTEM)
    return link_for(session, user, at=at, by=SYSTEM)


def link_for(session: Session, user: User, *, at: datetime, by: Person) -> Issued:
    """A link to hand over without a mail: an invitation for whoever has not come yet, else one for a new password."""
    by.require(Capability.MANAGE_PEOPLE)
    if not user.is_active:
        raise Invalid("user", gettext("This account is deactivated. Let the person in again first"))
    if user.is_demonstration:
        raise Invalid("user", gettext("A demonstration account has no password"))
    purpose = TokenPurpose.RESET if user.password_hash else TokenPurpose.INVITATION
    log.info("%s made a link (%s) for the account %s", by.name, purpose, user.id)
    return account_tokens.issue(session, user, purpose, at=at, by=by)


def send_reset(session: Session, user: User, *, settings: Settings, at: datetime, by: Person) -> Issued:
    """Mail somebody a link for a new password on an administrator's word; the password they have goes on working."""
    if not user.password_hash:
        raise Invalid("user", gettext("%(name)s has set no password yet: send the invitation again", name=user.name))
    issued = link_for(session, user, at=at, by=by)
    _queue_reset(session, issued, settings=settings, at=at)
    return issued


def forgot(session: Session, email: str, *, settings: Settings, at: datetime) -> Issued | None:
    """Mail a link to whoever has an account with this email; the page says the same whether or not there is one."""
    user = session.scalars(select(User).where(User.email == tidy_email(email))).one_or_none()
    if user is None or not user.is_active or user.is_demonstration:
        return None
    since = at - RESETS_WITHIN
    if account_tokens.count_since(session, user, TokenPurpose.RESET, since=since) >= MOST_RESETS:
        return None
    issued = account_tokens.issue(session, user, TokenPurpose.RESET, at=at, by=SYSTEM)
    _queue_reset(session, issued, settings=settings, at=at)
    return issued


def accept(session: Session, token: str, purpose: TokenPurpose, password: str, *, at: datetime) -> User:
    """Set the password of the person to whom the link was sent, and use the link up; raises LinkRefused or Invalid."""
    row = account_tokens.find(session, token, purpose, at=at, lock=True)
    users.set_password(session, row.user, password, by=Person(user_id=row.user.id, name=row.user.name))
    row.used_at = at
    return row.user


def _send_invitation(session: Session, user: User, *, settings: Settings, at: datetime, by: Person) -> Issued:
    issued = account_tokens.issue(session, user, TokenPurpose.INVITATION, at=at, by=by)
    subject = gettext("You are invited to Golden Thread")
    text, html = render(
        "account",
        subject=subject,
        greeting=gettext("Dear %(name)s,", name=user.name),
        lines=[
            gettext("%(who)s invites you to work in Golden Thread.", who=_inviting(by, settings)),
            gettext(
                "Golden Thread keeps what policy and research say about the workforce, what a plan does about it, "
                "and who does what by when."
            ),
        ],
        button=gettext("Choose a password and come in"),
        url=issued.address(settings.base_url),
        foot=[
            _holds(issued, settings),
            gettext("If you did not expect this, do nothing: without the link nobody can use the account."),
        ],
    )
    _queue(session, issued, subject, text, html, settings=settings, at=at)
    return issued


def _inviting(by: Person, settings: Settings) -> str:
    return f"{by.name}, {settings.organisation_name}" if settings.organisation_name else by.name


def _queue_reset(session: Session, issued: Issued, *, settings: Settings, at: datetime) -> None:
    subject = gettext("Choose a new password for Golden Thread")
    text, html = render(
        "account",
        subject=subject,
        greeting=gettext("Dear %(name)s,", name=issued.user.name),
        lines=[gettext("Somebody asked for a new password for your account. If it was you, choose one now.")],
        button=gettext("Choose a new password"),
        url=issued.address(settings.base_url),
        foot=[
            _holds(issued, settings),
            gettext("If it was not you, do nothing: the password that you have goes on working."),
        ],
    )
    _queue(session, issued, subject, text, html, settings=settings, at=at)


def _holds(issued: Issued, settings: Settings) -> str:
    span = HOLDS_FOR[issued.purpose]
    how_long = (
        ngettext("%(num)s day", "%(num)s days", span.days)
        if span.days
        else ngettext("%(num)s hour", "%(num)s hours", span.seconds // 3600)
    )
    return gettext(
        "The link works once, for %(how_long)s: until %(until)s.",
        how_long=how_long,
        until=spoken_time(issued.ends_at, settings.timezone),
    )


def _queue(
    session: Session, issued: Issued, subject: str, text: str, html: str, *, settings: Settings, at: datetime
) -> None:
    draft = mail.Draft(f"account-{issued.purpose}:{issued.id}", issued.user, subject, text, html)
    mail.queue(session, draft, settings=settings, at=at)
