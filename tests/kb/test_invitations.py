"""Links that set a password: invitations and forgotten passwords, by their services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kb.accounts import account_tokens, invitations, passwords, sessions, users
from kb.accounts.account_tokens import LinkRefused, Why
from kb.errors import Invalid, NotAllowed
from kb.mailing.mail_text import without_links
from kb.models.outbox import OutboxMessage
from kb.models.user import AccountToken, Membership, Role, TokenPurpose, WebSession
from kb.permissions import SYSTEM

GOOD, OTHER = "three quiet otters", "four louder herons"
NOW = datetime.now(UTC)
INVITATION, RESET = TokenPurpose.INVITATION, TokenPurpose.RESET
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def administrator(make):
    return make.person(make.user(is_administrator=True, password_hash="kept"))


@pytest.fixture
def invite(session, settings, administrator):
    def made(email="new@example.org", name="Somebody New", plan=None, role=None, at=NOW):
        return invitations.invite(
            session, name=name, email=email, plan=plan, role=role, settings=settings, at=at, by=administrator
        )

    return made


@pytest.fixture
def member(session, make):
    """Somebody who has come, with a password."""
    user = make.user(email="member@example.org", name="Mem Ber")
    users.set_password(session, user, GOOD, by=SYSTEM)
    return user


def mails(session):
    return session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()


def why(session, issued, purpose=INVITATION, at=NOW):
    with pytest.raises(LinkRefused) as refused:
        account_tokens.find(session, issued.token, purpose, at=at)
    return refused.value.why


def test_an_invitation_makes_an_account_with_a_role_and_a_mail_with_its_link(session, settings, make, invite):
    plan = make.plan()
    issued = invite(plan=plan, role=Role.STEERING)
    assert (issued.user.password_hash, issued.ends_at) == ("", NOW + 7 * DAY)
    assert session.scalars(select(Membership.role)).all() == ["steering"]
    (mail,) = mails(session)
    assert mail.recipient_id == issued.user.id
    address = f"{settings.base_url}/invitations/{issued.token}"
    assert issued.address(settings.base_url) == address
    assert address in mail.text
    assert address in mail.html
    assert "invites you" in mail.text


def test_only_a_hash_of_the_link_is_kept(session, invite):
    issued = invite()
    row = session.scalars(select(AccountToken)).one()
    assert row.token_hash == sessions.hash_of(issued.token) != issued.token
    assert len(issued.token) >= 43, "256 bits"
    assert issued.token not in without_links(mails(session)[0].html + mails(session)[0].text)


def test_whoever_may_not_manage_people_invites_nobody(session, settings, make):
    lead, user = make.person(make.lead()), make.user()
    for deed in (
        lambda: invitations.invite(
            session, name="A", email="a@example.org", plan=None, role=None, settings=settings, at=NOW, by=lead
        ),
        lambda: invitations.invite_again(session, user, settings=settings, at=NOW, by=lead),
        lambda: invitations.link_for(session, user, at=NOW, by=lead),
        lambda: invitations.send_reset(session, make.user(password_hash="x"), settings=settings, at=NOW, by=lead),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert mails(session) == []


def test_an_invitation_sets_the_password_once(session, invite):
    issued = invite()
    user = invitations.accept(session, issued.token, INVITATION, GOOD, at=NOW + DAY)
    assert passwords.matches(GOOD, user.password_hash)
    session.flush()
    assert why(session, issued) is Why.USED
    with pytest.raises(LinkRefused) as refused:
        invitations.accept(session, issued.token, INVITATION, OTHER, at=NOW + DAY)
    assert (refused.value.why, refused.value.at) == (Why.USED, NOW + DAY)
    assert passwords.matches(GOOD, user.password_hash)


def test_a_password_that_will_not_do_leaves_the_link_as_it_was(session, invite):
    issued = invite()
    with pytest.raises(Invalid):
        invitations.accept(session, issued.token, INVITATION, "short", at=NOW)
    assert invitations.accept(session, issued.token, INVITATION, GOOD, at=NOW).password_hash


@pytest.mark.parametrize(
    "spoil", [lambda t: t + "x", lambda t: t[:-1], lambda t: t.swapcase(), lambda t: "", lambda t: "\ud800"]
)
def test_an_altered_link_is_not_known(session, invite, spoil):
    with pytest.raises(LinkRefused) as refused:
        account_tokens.find(session, spoil(invite().token), INVITATION, at=NOW)
    assert refused.value.why is Why.UNKNOWN


def test_a_link_opens_nothing_of_another_purpose(session, settings, invite, member):
    assert why(session, invite(), RESET) is Why.UNKNOWN
    assert why(session, invitations.forgot(session, member.email, settings=settings, at=NOW), INVITATION) is Why.UNKNOWN


@pytest.mark.parametrize(("purpose", "holds"), [(INVITATION, 7 * DAY), (RESET, 2 * HOUR)])
def test_a_link_ends_in_time(session, member, purpose, holds):
    issued = account_tokens.issue(session, member, purpose, at=NOW, by=SYSTEM)
    assert account_tokens.find(session, issued.token, purpose, at=NOW + holds - MINUTE).user is member
    assert why(session, issued, purpose, NOW + holds) is Why.ENDED


def test_inviting_again_ends_the_link_before_it_and_says_so(session, settings, administrator, invite):
    first = invite()
    second = invitations.invite_again(session, first.user, settings=settings, at=NOW + DAY, by=administrator)
    assert why(session, first, at=NOW + DAY) is Why.REPLACED
    assert account_tokens.find(session, second.token, INVITATION, at=NOW + DAY).user is first.user
    assert len(mails(session)) == 2


def test_whoever_has_come_or_is_deactivated_is_not_invited_again(session, settings, administrator, invite, member):
    with pytest.raises(Invalid, match="has come already"):
        invitations.invite_again(session, member, settings=settings, at=NOW, by=administrator)
    gone = invite().user
    users.deactivate(session, gone, today=NOW.date(), by=administrator)
    for deed in (
        lambda: invitations.invite_again(session, gone, settings=settings, at=NOW, by=administrator),
        lambda: invitations.link_for(session, gone, at=NOW, by=administrator),
    ):
        with pytest.raises(Invalid, match="deactivated"):
            deed()


def test_the_link_of_a_closed_account_opens_nothing_and_stays_ended_when_it_is_opened_again(session, invite):
    issued = invite()
    users.deactivate(session, issued.user, today=NOW.date(), by=SYSTEM)
    session.flush()
    assert why(session, issued) is Why.CLOSED
    users.activate(session, issued.user, by=SYSTEM)
    session.flush()
    assert why(session, issued, at=datetime.now(UTC) + MINUTE) is Why.ENDED


def test_setting_a_password_ends_every_session_and_every_other_link(session, settings, make, member):
    other = make.user()
    for user in (member, member, other):
        sessions.open_session(session, user, now=NOW)
    issued = invitations.forgot(session, member.email, settings=settings, at=NOW)
    invitation = account_tokens.issue(session, member, INVITATION, at=NOW, by=SYSTEM)
    invitations.accept(session, issued.token, RESET, OTHER, at=NOW)
    session.flush()
    assert session.scalars(select(WebSession.user_id)).all() == [other.id]
    assert why(session, invitation, at=datetime.now(UTC) + MINUTE) is Why.ENDED


@pytest.mark.parametrize("email", ["member@example.org", " MEMBER@example.org "])
def test_a_forgotten_password_is_mended_by_mail_and_the_old_one_works_until_then(session, settings, member, email):
    issued = invitations.forgot(session, email, settings=settings, at=NOW)
    assert passwords.matches(GOOD, member.password_hash)
    assert f"/new-password/{issued.token}" in mails(session)[0].text
    invitations.accept(session, issued.token, RESET, OTHER, at=NOW + HOUR)
    assert passwords.matches(OTHER, member.password_hash)


def test_no_mail_goes_to_an_unknown_a_closed_or_a_demonstration_account(session, settings, make):
    make.user(email="closed@example.org", is_active=False, password_hash="x")
    make.user(email="demo@example.org", is_demonstration=True)
    for email in ("unknown@example.org", "closed@example.org", "demo@example.org", "", "x" * 500):
        assert invitations.forgot(session, email, settings=settings, at=NOW) is None
    assert mails(session) == []


def test_whoever_was_invited_and_lost_the_mail_comes_in_by_the_forgotten_password(session, settings, invite):
    invited = invite()
    issued = invitations.forgot(session, invited.user.email, settings=settings, at=NOW)
    assert invitations.accept(session, issued.token, RESET, GOOD, at=NOW) is invited.user


def test_three_such_mails_in_an_hour_are_enough(session, settings, member):
    sent = [invitations.forgot(session, member.email, settings=settings, at=NOW) for _ in range(5)]
    assert [bool(one) for one in sent] == [True, True, True, False, False]
    assert invitations.forgot(session, member.email, settings=settings, at=NOW + HOUR + MINUTE)


def test_an_administrator_has_a_link_sent_to_somebody_with_a_password(session, settings, administrator, member, invite):
    issued = invitations.send_reset(session, member, settings=settings, at=NOW, by=administrator)
    assert issued.purpose is RESET
    assert [mail.recipient_id for mail in mails(session)] == [member.id]
    with pytest.raises(Invalid, match="send the invitation again"):
        invitations.send_reset(session, invite().user, settings=settings, at=NOW, by=administrator)


def test_a_demonstration_account_is_given_no_link(session, administrator, make):
    with pytest.raises(Invalid, match="no password"):
        invitations.link_for(session, make.user(is_demonstration=True), at=NOW, by=administrator)


def test_the_first_administrator_is_invited_again_until_one_has_come(session):
    first = invitations.first_administrator(session, email="a@example.org", name="A", at=NOW)
    again = invitations.first_administrator(session, email="A@example.org", name="Another", at=NOW + MINUTE)
    assert again.user is first.user
    assert (again.user.is_administrator, again.user.name, again.purpose) == (True, "A", INVITATION)
    invitations.accept(session, again.token, INVITATION, GOOD, at=NOW + HOUR)
    session.flush()
    with pytest.raises(Invalid, match="an administrator already"):
        invitations.first_administrator(session, email="b@example.org", name="B", at=NOW + HOUR)


def test_where_every_administrator_is_gone_the_machine_makes_one_of_a_member(session, member):
    member.is_active = False
    issued = invitations.first_administrator(session, email=member.email, name="x", at=NOW)
    assert (issued.user, issued.purpose) == (member, RESET)
    assert (member.is_active, member.is_administrator) == (True, True)
