"""The command that brings files in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.base import as_json, print_json, ready_database, say, settings, show_progress, today
from kb.errors import KnowledgeBaseError
from kb.importing import bringing, dry, service, work
from kb.importing.kinds import KINDS
from kb.models.history import Channel
from kb.models.importing import Outcome
from kb.permissions import SYSTEM
from kb.planning import plans
from kb.words import ngettext
from search import service as search

if TYPE_CHECKING:
    from kb.config import Settings
    from kb.db import Database


@click.command("import")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(sorted(KINDS)), help="What it holds; without it, what its headings say.")
@click.option("--plan", "plan_ref", help="The plan that its rows belong to.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Only say what would become of each row.")
@as_json
def bring_in(path: Path, kind: str | None, plan_ref: str | None, is_dry: bool, is_json: bool) -> None:
    """Bring in the rows of a Word or Excel file; exit code 1 when a row is refused.

    Rows that are refused hold up no other row. The import can be undone on its page.
    """
    given = settings()
    database = ready_database(given)
    try:
        told = _dry(database, given, path, kind, plan_ref) if is_dry else _bring(database, given, path, kind, plan_ref)
    except KnowledgeBaseError as error:
        if is_json:
            print_json({"file": path.name, "error": str(error)})
        raise
    if is_json:
        print_json(told)
    else:
        _tell(told)
    if told["refused"]:
        number = told["refused"]
        raise KnowledgeBaseError(ngettext("%(num)s row is refused.", "%(num)s rows are refused.", number))


def _dry(database: Database, given: Settings, path: Path, kind: str | None, plan_ref: str | None) -> dict[str, Any]:
    with database.reading() as session:
        plan = plans.get(session, plan_ref, person=SYSTEM) if plan_ref else None
        return dry.propose(session, path, kind=kind or "", plan=plan, by=SYSTEM, today=today(given))


def _bring(database: Database, given: Settings, path: Path, kind: str | None, plan_ref: str | None) -> dict[str, Any]:
    with database.writing(Channel.IMPORT) as session:
        plan = plans.get(session, plan_ref, person=SYSTEM) if plan_ref else None
        import_id = bringing.bring(session, path, path.name, kind=kind or "", plan=plan, by=SYSTEM).id
    work.run(database, given, import_id, progress=show_progress)
    with database.writing(Channel.IMPORT) as session:
        incoming = service.get(session, import_id, by=SYSTEM)
        is_wanted = any(service.count_rows(session, incoming, outcome) for outcome in service.WRITING)
        if is_wanted:
            service.accept(session, incoming, by=SYSTEM)
    if is_wanted:
        work.run(database, given, import_id, progress=show_progress)
        search.catch_up(database, given)
    with database.reading() as session:
        incoming = service.get(session, import_id, by=SYSTEM)
        return dry.told(incoming.kind, path.name, incoming.notes, service.list_rows(session, incoming))


def _tell(told: dict[str, Any]) -> None:
    """The rows that are refused on stdout, the counts on stderr."""
    for row in told["rows"]:
        if row["outcome"] == Outcome.REFUSE:
            click.echo(f"{row['place']}: {row['title']}")
            for problem in row["problems"]:
                click.echo(f"  {problem['field']}: {problem['message']}")
    for note in told["notes"]:
        say(note)
    say(
        f"{told['rows_in_file']} rows: {told['created']} new, {told['changed']} changed, "
        f"{told['refused']} refused, {told['left_alone']} left alone."
    )


COMMANDS = (bring_in,)
