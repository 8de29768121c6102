"""The command that shows or sends reminders: remind."""

from __future__ import annotations

from datetime import datetime

import click

from actions.reminding import reminders
from kb import jobs
from kb.cli.base import as_json, print_json, ready_database, say, settings, today
from kb.db import now
from kb.models.history import Channel


@click.command()
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="The day to plan for; without it, today.")
@click.option("--dry-run", is_flag=True, help="Only show who would be written to, and why.")
@click.option("--now", "at_once", is_flag=True, help="Write today, whatever the day and the hour.")
@as_json
def remind(on: datetime | None, dry_run: bool, at_once: bool, is_json: bool) -> None:
    """Plan the reminders that are due and send what waits, once.

    Reminders are written on working days from eight in the morning; --now does not wait for that.
    """
    given = settings()
    database = ready_database(given)
    day = on.date() if on else today(given)
    if dry_run:
        with database.reading() as session:
            planned = reminders.preview(session, on=day)
        if is_json:
            print_json(planned)
            return
        for item in planned:
            click.echo(f"{item['recipient']}: {item['kind']} {item['action']}")
        click.echo(f"{len(planned)} reminders on {day}")
        return
    if on:
        raise click.UsageError("--on goes with --dry-run; reminders are only sent for today.")
    planned_now = 0
    if at_once:
        with database.writing(Channel.COMMAND) as session:
            planned_now = reminders.plan(session, day, now(), given, at_once=True).reminders
    report = jobs.tick(database, given)
    report.planned += planned_now
    if is_json:
        print_json(vars(report))
        return
    say(f"Planned {report.planned} reminders, sent {report.sent} mails.")
    if not report.planned and not at_once:
        say("Reminders are written on working days from eight in the morning; kb remind --now does not wait for that.")


COMMANDS = (remind,)
