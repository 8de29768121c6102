"""Commands that keep what was written safe: backup and restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.assembly import open_database
from kb.backups.file import Manifest
from kb.backups.making import back_up
from kb.backups.restoring import restore as restore_into
from kb.checkup import Finding
from kb.cli.base import as_json, print_json, ready_database, say, settings, show_progress
from kb.drill import drill as try_out
from kb.errors import KnowledgeBaseError
from search import service as search

if TYPE_CHECKING:
    from kb.config import Settings

file_argument = click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@file_argument
@as_json
def backup(path: Path, is_json: bool) -> None:
    """Write everything into FILE, while people work; the search index is left out, since it is built anew."""
    manifest = back_up(ready_database(settings()), path, progress=show_progress)
    if is_json:
        print_json(_told(manifest))
    say(f"Backed up {manifest.rows:,} rows of {len(manifest.tables)} tables into {path}.")


@click.command()
@file_argument
@click.option("--drill", is_flag=True, help="Only try it, in a temporary place: compare, sign in, send one mail.")
@as_json
def restore(path: Path, drill: bool, is_json: bool) -> None:
    """Fill an empty place from a backup, or try a backup out with --drill."""
    given = settings()
    if drill:
        _tell(try_out(path, given, progress=show_progress), is_json)
        return
    database = open_database(given)
    restored = restore_into(path, database, progress=show_progress)
    indexed = search.rebuild(database, given, progress=show_progress)
    if is_json:
        safe = {"mails_in_question": restored.mails_in_question, "sessions_ended": restored.sessions_ended}
        print_json({**_told(restored.manifest), **safe, "indexed": indexed})
    say(f"Restored {restored.manifest.rows:,} rows, equal to the backup, and indexed {indexed:,} records.")
    if restored.mails_in_question:
        say(f"{restored.mails_in_question} mails waited then and may have left since: decide on the outbox page.")
    _tell_what_is_missing(given)


def _told(manifest: Manifest) -> dict[str, object]:
    counts = {name: content.rows for name, content in manifest.tables.items()}
    return {"made_at": manifest.made_at, "database": manifest.database, "rows": manifest.rows, "tables": counts}


def _tell(findings: list[Finding], is_json: bool) -> None:
    if is_json:
        print_json({"ok": not any(found.is_bad for found in findings), "findings": [vars(f) for f in findings]})
    else:
        for found in findings:
            click.echo(f"{'✗' if found.is_bad else '✓'} {found.subject}: {found.told}")
    if any(found.is_bad for found in findings):
        raise KnowledgeBaseError("The backup was found wanting; see above.")


def _tell_what_is_missing(given: Settings) -> None:
    if not given.secret_key:
        say("KB_SECRET_KEY is not set: a backup does not hold it. Set it before you serve.")


COMMANDS = (backup, restore)
