"""Commands for accounts: user add, password, link, role, deactivate, activate, list."""

from __future__ import annotations

import click

from kb import records
from kb.accounts import invitations, people, users
from kb.cli.base import as_json, print_json, ready_database, say, settings, today
from kb.db import now
from kb.models.history import Channel
from kb.models.plan import Plan
from kb.models.user import Role
from kb.permissions import SYSTEM
from kb.words import spoken_time

password_option = click.password_option(help="Asked for when it is not given.", envvar="KB_PASSWORD")


@click.group()
def user() -> None:
    """Add people, set passwords and roles, print links, deactivate."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="How the person is named on pages.")
@click.option("--administrator", is_flag=True, help="May manage people and see the outbox.")
@password_option
def add(email: str, name: str, administrator: bool, password: str) -> None:
    """Add a person who may sign in."""
    with ready_database(settings()).writing(Channel.COMMAND) as session:
        users.create(session, email=email, name=name, password=password, is_administrator=administrator, by=SYSTEM)
    say(f"{email} may sign in.")


@user.command()
@click.argument("email")
@password_option
def password(email: str, password: str) -> None:
    """Give a person a new password; all their sessions end."""
    with ready_database(settings()).writing(Channel.COMMAND) as session:
        users.set_password(session, users.get_by_email(session, email), password, by=SYSTEM)
    say(f"The password of {email} is changed.")


@user.command()
@click.argument("email")
@click.argument("plan_ref", metavar="PLAN")
@click.argument("role", type=click.Choice([role.value for role in Role]))
def role(email: str, plan_ref: str, role: str) -> None:
    """Give a person a role in a plan."""
    with ready_database(settings()).writing(Channel.COMMAND) as session:
        plan = records.get(session, Plan, plan_ref, person=SYSTEM)
        users.set_role(session, users.get_by_email(session, email), plan, Role(role), by=SYSTEM)
    say(f"{email} is {role} in {plan_ref}.")


@user.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """End a person's account and sessions; their posts become empty."""
    given = settings()
    with ready_database(given).writing(Channel.COMMAND) as session:
        users.deactivate(session, users.get_by_email(session, email), today=today(given), by=SYSTEM)
    say(f"{email} can no longer sign in.")


@user.command()
@click.argument("email")
def activate(email: str) -> None:
    """Open an account again; its posts do not come back by themselves."""
    with ready_database(settings()).writing(Channel.COMMAND) as session:
        users.activate(session, users.get_by_email(session, email), by=SYSTEM)
    say(f"{email} can sign in again.")


@user.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a link that works once, with which a person sets a password: where no mail leaves."""
    given = settings()
    with ready_database(given).writing(Channel.COMMAND) as session:
        issued = invitations.link_for(session, users.get_by_email(session, email), at=now(), by=SYSTEM)
    say(f"It works once, until {spoken_time(issued.ends_at, given.timezone)}:")
    click.echo(issued.address(given.base_url))


@user.command("list")
@as_json
def list_users(is_json: bool) -> None:
    """List the people who have an account."""
    with ready_database(settings()).reading() as session:
        found = [
            {
                "email": one.email,
                "name": one.name,
                "is_active": one.is_active,
                "is_administrator": one.is_administrator,
                "state": people.state_of(one),
            }
            for one in users.list_all(session, person=SYSTEM)
        ]
    if is_json:
        print_json(found)
        return
    for one in found:
        click.echo(f"{one['email']:<40}{one['name']:<30}{one['state'] if one['state'] != 'active' else ''}")


COMMANDS = (user,)
