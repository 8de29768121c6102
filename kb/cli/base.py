"""What the commands share: opening the knowledge base, JSON on stdout, progress on stderr."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from kb import migrate
from kb.assembly import open_database
from kb.config import Settings
from kb.errors import Misconfigured

if TYPE_CHECKING:
    from kb.db import Database

as_json = click.option("--json", "is_json", is_flag=True, help="Print one JSON document on stdout, nothing else.")


def settings() -> Settings:
    return Settings.from_env()


def ready_database(given: Settings) -> Database:
    """The database, or Misconfigured when it has not been set up by this version."""
    database = open_database(given)
    if not migrate.is_current(database):
        raise Misconfigured("The database is not set up for this version. Run: kb init")
    return database


def today(given: Settings) -> date:
    """The day it is in the service's zone."""
    return datetime.now(ZoneInfo(given.timezone)).date()


def print_json(document: Any) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def say(text: str) -> None:
    """Tell the person what goes on, on stderr, so that stdout stays the answer."""
    click.echo(text, err=True)


def show_progress(what: str, done: int, total: int) -> None:
    """A counter that stays on one line of a terminal; silent elsewhere."""
    if sys.stderr.isatty():
        click.echo(f"\r{what}: {done} of {total}", err=True, nl=done == total)
