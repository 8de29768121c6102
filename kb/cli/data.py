"""Commands that set the data up and tell its state: init, seed, stats, search-rebuild, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb import migrate, paths, stats
from kb.accounts import invitations, people
from kb.assembly import open_database
from kb.checkup import examine
from kb.cli.base import as_json, print_json, ready_database, say, settings, show_progress, today
from kb.db import now
from kb.errors import KnowledgeBaseError
from kb.models.history import Channel
from kb.seeding import service as seeding
from kb.words import spoken_time
from search import service as search

if TYPE_CHECKING:
    from kb.config import Settings
    from kb.db import Database
    from kb.seeding.loader import Report


@click.command()
@click.option("--email", help="Email address of the first administrator.")
@click.option("--name", help="How the first administrator is named on pages.")
def init(email: str | None, name: str | None) -> None:
    """Create the database, or bring it to this version; safe to repeat.

    With --email and --name it also prints a link with which the first administrator comes in.
    """
    if (email is None) != (name is None):
        raise click.UsageError("--email and --name go together.")
    given = settings()
    database = open_database(given)
    was_current = migrate.is_current(database)
    migrate.upgrade(database)
    say("The database is up to date." if was_current else "The database is set up.")
    if email and name:
        invite_first(database, given, email, name)
    elif not given.demo:
        tell_way_in(database)


def invite_first(database: Database, given: Settings, email: str, name: str) -> None:
    """Print the link of the first administrator: the link on stdout, what to do with it on stderr."""
    with database.writing(Channel.COMMAND) as session:
        issued = invitations.first_administrator(session, email=email, name=name, at=now())
    until = spoken_time(issued.ends_at, given.timezone)
    say(f"{issued.user.name} comes in by this link. It works once, until {until}:")
    click.echo(issued.address(given.base_url))
    say("Open it while the service runs: kb serve, or kb run to try it out on this machine.")
    say(f"It begins with KB_BASE_URL, which is {given.base_url}: set that to the address of your service.")


def tell_way_in(database: Database) -> None:
    """Say on stderr how the first administrator comes in, as long as nobody can sign in."""
    with database.reading() as session:
        if people.is_anybody_able(session):
            return
        was_invited = people.is_anybody_invited(session)
    say(
        "Nobody has come in yet. A new link:"
        if was_invited
        else "Nobody can sign in yet. Invite the first administrator:"
    )
    say('  kb init --email you@example.org --name "Your name"')


@click.command()
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=paths.SEED_DATA,
    help="Folder of the seed data; without it, the five founding documents.",
)
@as_json
def seed(folder: Path, is_json: bool) -> None:
    """Load the seed data; what is there already stays as it is."""
    given = settings()
    report = load_seed(given, ready_database(given), folder)
    made = {kind: number for kind, number in sorted(report.made.items()) if number}
    if is_json:
        print_json({"made": made, "kept": dict(sorted(report.kept.items())), "left_alone": report.left_alone})
        return
    tell_loaded(report)


def load_seed(given: Settings, database: Database, folder: Path = paths.SEED_DATA) -> Report:
    """Load a seed folder and bring the search index in step."""
    with database.writing(Channel.SEED) as session:
        report = seeding.load(session, folder, today=today(given), is_demonstration=given.demo, progress=show_progress)
    search.ensure(database, given)
    search.catch_up(database, given)
    return report


def tell_loaded(report: Report) -> None:
    """Say on stderr what a loading made and left alone."""
    made = [f"{number} {kind}" for kind, number in sorted(report.made.items()) if number]
    say(f"Loaded: {', '.join(made) or 'nothing new'}.")
    for name in report.left_alone:
        say(f"Left alone, since a person has edited it: {name}")


@click.command("stats")
@as_json
def show_stats(is_json: bool) -> None:
    """Count the records by kind."""
    database = ready_database(settings())
    with database.reading() as session:
        counts = stats.count(session)
    if is_json:
        print_json(counts)
        return
    for name, number in counts.items():
        click.echo(f"{name:<24}{number:>8,}")


@click.command("search-rebuild")
def search_rebuild() -> None:
    """Build the search index anew beside the one in use, then change over."""
    given = settings()
    number = search.rebuild(ready_database(given), given, progress=show_progress)
    say(f"Indexed {number:,} records.")


@click.command()
@as_json
def doctor(is_json: bool) -> None:
    """Examine the database, the index, the map and the mails; exit code 1 when something is wanting."""
    given = settings()
    findings = examine(open_database(given), given)
    if is_json:
        print_json({"ok": not any(finding.is_bad for finding in findings), "findings": [vars(f) for f in findings]})
    else:
        for finding in findings:
            click.echo(f"{'✗' if finding.is_bad else '✓'} {finding.subject}: {finding.told}")
    if any(finding.is_bad for finding in findings):
        raise KnowledgeBaseError("Something is wanting; see above.")


COMMANDS = (init, seed, show_stats, search_rebuild, doctor)
