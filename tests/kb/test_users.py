"""Accounts, passwords, and tries at signing in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from argon2 import Type
from sqlalchemy import func, select

from kb.accounts import passwords, sessions, sign_in, users
from kb.errors import Invalid, NotAllowed, NotFound, TooMany
from kb.models.history import Change
from kb.models.organisation import PostHolding
from kb.models.user import Membership, Role, SignInAttempt, WebSession
from kb.permissions import SYSTEM

GOOD = "three quiet otters"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
IDLE = timedelta(hours=12)


@pytest.fixture
def owner(session, make):
    user = make.user(email="owner@example.org", name="Owen Marsh")
    users.set_password(session, user, GOOD, by=SYSTEM)
    session.flush()
    return user


def test_an_account_is_made_with_its_email_in_small_letters_and_no_password_kept(session):
    user = users.create(session, email=" Lead@Example.org ", name="Lead", password=GOOD, by=SYSTEM)
    assert (user.email, user.is_active) == ("lead@example.org", True)
    assert GOOD not in user.password_hash
    assert users.get_by_email(session, "LEAD@example.org") is user


@pytest.mark.parametrize(
    "email", ["", "lead", "lead@", "@example.org", "a b@example.org", "lead@example..org", "x" * 300]
)
def test_what_is_no_email_is_refused(session, email):
    with pytest.raises(Invalid, match="email address in full") as refused:
        users.create(session, email=email, name="Lead", by=SYSTEM)
    assert refused.value.field == "email"


def test_an_email_has_one_account(session, owner):
    with pytest.raises(Invalid, match="already an account"):
        users.create(session, email="OWNER@example.org", name="Another", by=SYSTEM)


@pytest.mark.parametrize("name", ["", "   ", "n" * 201])
def test_an_account_needs_a_name_that_fits(session, name):
    with pytest.raises(Invalid) as refused:
        users.create(session, email="lead@example.org", name=name, by=SYSTEM)
    assert refused.value.field == "name"


def test_only_an_administrator_makes_ends_and_lists_accounts(session, make, owner):
    lead = make.person(make.lead())
    for deed in (
        lambda: users.create(session, email="a@example.org", name="A", by=lead),
        lambda: users.deactivate(session, owner, today=TODAY, by=lead),
        lambda: users.activate(session, owner, by=lead),
        lambda: users.set_password(session, owner, GOOD, by=lead),
        lambda: users.set_administrator(session, owner, True, by=lead),
        lambda: users.rename(session, owner, "Another", by=lead),
        lambda: users.list_all(session, person=lead),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert owner.is_active
    assert owner in users.list_all(session, person=make.person(make.administrator()))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "at least 12"),
        ("x" * 201, "at most 200"),
        ("aaaaaaaaaaaaaaa", "first passwords"),
        ("ababababababab", "first passwords"),
        ("Password-1234", "first passwords"),
        ("password2026!", "first passwords"),
        ("1234567890123", "first passwords"),
        ("owner@example.org", "your name"),
        ("OwenMarsh2026", "your name"),
        ("owen-marsh-42", "your name"),
    ],
)
def test_a_password_that_would_soon_be_guessed_is_refused(session, owner, password, why):
    kept = owner.password_hash
    with pytest.raises(Invalid, match=why) as refused:
        users.set_password(session, owner, password, by=SYSTEM)
    assert (refused.value.field, owner.password_hash) == ("password", kept)


@pytest.mark.parametrize("password", ["otters in owen’s quiet marsh", "ÅÄÖ 12345 ąę żółć", "kT7#qLm2!vXz"])
def test_long_and_unusual_passwords_will_do(session, owner, password):
    users.set_password(session, owner, password, by=SYSTEM)
    assert passwords.matches(password, owner.password_hash)
    assert not passwords.matches(password + " ", owner.password_hash)


def test_a_new_password_ends_every_session_of_that_user_only(session, make, owner):
    other = make.user()
    for user in (owner, owner, other):
        sessions.open_session(session, user, now=NOW)
    session.flush()
    users.set_password(session, owner, "another three otters", by=make.person(owner))
    assert session.scalars(select(WebSession.user_id)).all() == [other.id]


def test_a_demonstration_account_takes_no_password(session, make):
    user = make.user(is_demonstration=True)
    with pytest.raises(Invalid):
        users.set_password(session, user, GOOD, by=SYSTEM)
    assert user.password_hash == ""


def test_the_right_password_proves_who_it_is(session, owner):
    assert sign_in.prove(session, " OWNER@example.org ", GOOD) is owner


@pytest.mark.parametrize("password", ["", "wrong", GOOD.upper(), GOOD + "x", "\ud800", "x" * 100_000])
def test_any_other_password_does_not(session, owner, password):
    assert sign_in.prove(session, owner.email, password) is None


def test_no_password_opens_an_ended_an_unset_or_an_unknown_account(session, make, owner):
    make.user(email="unset@example.org")
    owner.is_active = False
    session.flush()
    for email in (owner.email, "unset@example.org", "unknown@example.org"):
        assert sign_in.prove(session, email, GOOD) is None
        assert sign_in.prove(session, email, "") is None


def test_an_unknown_account_is_hashed_for_as_well(session, monkeypatch):
    kept = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda password, hash: kept.append(hash) or real(password, hash))
    sign_in.prove(session, "unknown@example.org", GOOD)
    assert kept == [""]
    assert passwords._nobodys().startswith("$argon2id$")


def test_a_stolen_hash_costs_the_thief_what_is_advised(shipped_hasher):
    """The least that OWASP advises for argon2id: two rounds over 19 MiB."""
    cost = shipped_hasher.type, shipped_hasher.time_cost, shipped_hasher.memory_cost
    assert (cost[0], cost[1] >= 2, cost[2] >= 19 * 1024) == (Type.ID, True, True)


def tries(session, number, *, email="owner@example.org", address="192.0.2.1", now=NOW):
    for _ in range(number):
        sign_in.begin(session, email, address, now=now)
        session.flush()


def test_the_eleventh_try_from_one_address_is_refused_and_says_how_long_to_wait(session, owner):
    tries(session, 1, now=NOW - timedelta(minutes=5))
    tries(session, 9)
    with pytest.raises(TooMany, match="Wait 10 minutes") as refused:
        tries(session, 1)
    assert refused.value.seconds == 600
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 10, "a refused try is not counted"


def test_an_unknown_account_is_limited_like_a_known_one(session, owner):
    refusals = []
    for email in (owner.email, "unknown@example.org"):
        tries(session, 10, email=email, address=f"192.0.2.{len(refusals) + 1}")
        with pytest.raises(TooMany) as refused:
            tries(session, 1, email=email, address=f"192.0.2.{len(refusals) + 1}")
        refusals.append((str(refused.value), refused.value.seconds))
    assert refusals[0] == refusals[1]


def test_a_guesser_does_not_lock_the_owner_out_who_comes_from_elsewhere(session, owner):
    tries(session, 10)
    tries(session, 1, address="198.51.100.7")


def test_thirty_tries_from_one_address_are_enough_whatever_the_account(session):
    for number in range(30):
        tries(session, 1, email=f"person{number}@example.org")
    with pytest.raises(TooMany):
        tries(session, 1, email="one-more@example.org")


def test_a_hundred_tries_for_one_account_are_enough_whatever_the_address(session, owner):
    for number in range(100):
        tries(session, 1, address=f"198.51.100.{number}")
    with pytest.raises(TooMany):
        tries(session, 1, address="203.0.113.1")


def test_waiting_helps(session, owner):
    tries(session, 10)
    tries(session, 1, now=NOW + timedelta(minutes=15, seconds=1))


def test_a_right_password_forgets_the_tries_before_it(session, owner):
    tries(session, 9)
    sign_in.succeed(session, owner, "192.0.2.1")
    tries(session, 10)


def test_tries_are_kept_for_a_day(session, owner):
    tries(session, 3, now=NOW - timedelta(days=2))
    tries(session, 1)
    assert session.scalars(select(SignInAttempt.at)).all() == [NOW]


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        (None, "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_addresses_are_counted_by_subscriber(given, counted):
    assert sign_in.tidy_address(given) == counted


def test_ending_an_account_ends_its_sessions_and_frees_its_posts_with_history(session, make):
    post, coming = make.post(), make.post()
    user = make.owner(post)
    session.add(PostHolding(post_id=coming.id, user_id=user.id, from_on=TODAY + timedelta(days=30)))
    token = sessions.open_session(session, user, now=NOW)
    session.flush()
    users.deactivate(session, user, today=TODAY, by=make.person(make.administrator()))
    session.flush()
    assert sessions.find(session, token, now=NOW, today=TODAY, idle=IDLE) is None
    assert session.scalars(select(WebSession).where(WebSession.user_id == user.id)).all() == []
    holdings = session.scalars(select(PostHolding).where(PostHolding.user_id == user.id)).all()
    assert [(holding.post_id, holding.until_on) for holding in holdings] == [(post.id, TODAY)]
    noted = session.execute(select(Change.record_id, Change.field, Change.old, Change.new, Change.reason)).all()
    assert (post.id, "holder", user.name, None, "The account was ended") in noted
    users.activate(session, user, by=SYSTEM)
    assert make.person(user).posts == {}


def test_nobody_ends_their_own_account(session, make):
    user = make.administrator()
    with pytest.raises(Invalid):
        users.deactivate(session, user, today=TODAY, by=make.person(user))
    assert user.is_active


def test_one_names_oneself_and_an_administrator_names_others(session, make, owner):
    users.rename(session, owner, "  Owen Marsh-Reed ", by=make.person(owner))
    assert owner.name == "Owen Marsh-Reed"
    users.rename(session, owner, "Owen", by=make.person(make.administrator()))
    assert owner.name == "Owen"
    for name in ("", "n" * 201):
        with pytest.raises(Invalid):
            users.rename(session, owner, name, by=SYSTEM)
    with pytest.raises(Invalid, match="keeps its name"):
        users.rename(session, make.user(is_demonstration=True), "Another", by=SYSTEM)


@pytest.fixture
def able(make):
    """An administrator who can sign in."""

    def made():
        return make.user(is_administrator=True, password_hash="kept")

    return made


def test_the_last_administrator_can_be_neither_ended_nor_unmade(session, make, able):
    last, invited = able(), make.administrator()
    make.user(is_administrator=True, is_active=False, password_hash="kept")
    for deed in (
        lambda: users.deactivate(session, last, today=TODAY, by=make.person(invited)),
        lambda: users.set_administrator(session, last, False, by=SYSTEM),
    ):
        with pytest.raises(Invalid, match="only administrator who can sign in"):
            deed()
    assert (last.is_active, last.is_administrator) == (True, True)


def test_one_of_two_administrators_may_go_and_so_may_one_who_never_came(session, make, able):
    last, other, invited = able(), able(), make.administrator()
    by = make.person(last)
    users.deactivate(session, invited, today=TODAY, by=by)
    users.set_administrator(session, other, False, by=by)
    assert (invited.is_active, other.is_administrator) == (False, False)
    users.set_administrator(session, other, True, by=by)
    users.set_administrator(session, last, False, by=make.person(other))
    assert not last.is_administrator


def test_ending_an_ordinary_account_asks_nothing_of_administrators(session, make, owner):
    users.deactivate(session, owner, today=TODAY, by=SYSTEM)
    assert not owner.is_active


def test_a_deleted_post_is_freed_too(session, make):
    post = make.post(deleted_at=NOW)
    user = make.owner(post)
    assert users.list_holdings(session, user, today=TODAY) == []
    users.deactivate(session, user, today=TODAY, by=SYSTEM)
    session.flush()
    query = select(PostHolding.until_on).where(PostHolding.user_id == user.id).execution_options(with_deleted=True)
    assert session.scalars(query).all() == [TODAY]


def test_the_same_role_again_is_no_change(session, make):
    user = make.lead()
    users.set_role(session, user, make.the_plan, Role.LEAD, by=SYSTEM)
    users.set_role(session, make.user(), make.the_plan, None, by=SYSTEM)
    assert session.scalars(select(Change).where(Change.field == "role")).all() == []


@pytest.mark.parametrize(
    ("hours", "is_new_visit"), [(1, False), (4, False), (5, True), (40, True)], ids=["1", "4", "5", "40"]
)
def test_a_visit_begins_after_four_hours_without_a_page(session, make, hours, is_new_visit):
    long_ago, before = NOW - timedelta(days=9), NOW - timedelta(hours=hours)
    for is_signing_in in (True, False):
        user = make.user(last_seen_at=before, previous_visit_at=long_ago)
        expected = before if is_new_visit else long_ago
        assert sessions.visit_before(user, now=NOW) == expected
        token = sessions.open_session(session, make.user() if is_signing_in else user, now=before)
        if is_signing_in:
            sessions.open_session(session, user, now=NOW)
        else:
            user.previous_visit_at = long_ago
            session.flush()
            sessions.stamp(session, sessions.hash_of(token), now=NOW)
            session.refresh(user)
        assert (user.last_seen_at, user.previous_visit_at) == (NOW, expected)
        assert sessions.visit_before(user, now=NOW + timedelta(hours=1)) == expected


def test_a_first_visit_has_none_before_it(session, make):
    user = make.user()
    sessions.open_session(session, user, now=NOW)
    assert (user.last_seen_at, user.previous_visit_at) == (NOW, None)


def test_a_role_is_given_changed_and_taken_with_history(session, make, owner):
    plan = make.plan()
    for role in (Role.LEAD, Role.STEERING, None):
        users.set_role(session, owner, plan, role, by=SYSTEM)
        found = session.scalars(select(Membership.role).where(Membership.user_id == owner.id)).all()
        assert found == ([role] if role else [])
    lines = session.execute(select(Change.old, Change.new).where(Change.field == "role").order_by(Change.id)).all()
    assert [tuple(line) for line in lines] == [
        (None, "Owen Marsh: lead"),
        ("Owen Marsh: lead", "Owen Marsh: steering"),
        ("Owen Marsh: steering", None),
    ]


def test_demonstration_accounts_say_what_they_are_for(session, make):
    make.user()
    make.user(name="Lead", role=Role.LEAD, is_demonstration=True)
    make.user(name="Gone", is_demonstration=True, is_active=False)
    holder = make.owner()
    holder.is_demonstration, holder.name = True, "Owner"
    session.flush()
    assert [(a.name, a.can.split()[0]) for a in users.list_demonstration(session)] == [
        ("Lead", "Finds,"),
        ("Owner", "Says"),
    ]


@pytest.mark.parametrize("values", [{}, {"is_demonstration": True, "is_active": False}])
def test_another_account_is_no_demonstration_account(session, make, values):
    user = make.user(**values)
    with pytest.raises(NotFound):
        users.get_demonstration(session, user.id)


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**40])
def test_a_number_that_is_no_users_is_not_found(session, number):
    with pytest.raises(NotFound):
        users.get(session, number)
