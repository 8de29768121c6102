"""The command that shows or sends reminders: remind."""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby
from typing import Any

import click

from actions.reminding import foresight, reminders
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

    Reminders are written on working days from the hour that a plan names; --now does not wait for that.
    """
    given = settings()
    database = ready_database(given)
    day = on.date() if on else today(given)
    if dry_run:
        with database.reading() as session:
            planned = reminders.preview(session, day, given)
        if is_json:
            print_json(planned)
        else:
            _show(planned, day)
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
        say("Reminders are written on working days from the hour that a plan names; kb remind --now does not wait.")


def _show(planned: list[dict[str, Any]], day: date) -> None:
    """Each mail with what it tells, for people."""
    mails = [(key, list(some)) for key, some in groupby(planned, key=lambda one: (one["recipient"], one["subject"]))]
    for (recipient, subject), some in mails:
        click.echo(f"{recipient}: {subject}")
        for one in some:
            due = f", {one['due_on']:%-d %B %Y}" if one["due_on"] else ""
            click.echo(f"  {foresight.WHY[one['kind']]}: {one['title']} ({one['record']} {one['ref']}{due})")
    click.echo(f"{len(planned)} reminders in {len(mails)} mails on {day}")


COMMANDS = (remind,)
