"""Commands that answer questions: search, thread, gaps."""

from __future__ import annotations

import click

from graph import service as graph
from kb import records
from kb.cli.base import as_json, print_json, ready_database, settings, today
from kb.models.record import Kind
from kb.permissions import SYSTEM
from kb.planning import plans
from search import service as search_service

KINDS = sorted({name for kind in Kind for name in (kind.value, kind.value.replace("_", "-"))})


@click.command()
@click.argument("words")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100), help="Most hits to print.")
@click.option("--kind", multiple=True, type=click.Choice(KINDS), help="Only this kind; may be given several times.")
@click.option("--theme", multiple=True, help="Only records filed under this theme.")
@click.option("--nation", multiple=True, help="Only sources that cover this nation.")
@click.option("--status", multiple=True, help="Only sources with this status.")
@as_json
def search(
    words: str,
    limit: int,
    kind: tuple[str, ...],
    theme: tuple[str, ...],
    nation: tuple[str, ...],
    status: tuple[str, ...],
    is_json: bool,
) -> None:
    """Find records by words."""
    given = settings()
    database = ready_database(given)
    filters = {"kind": kind, "theme": theme, "nation": nation, "status": status}
    with database.reading() as session:
        chosen = {name: list(values) for name, values in filters.items() if values}
        results = search_service.find(session, given, SYSTEM, words, chosen, limit=limit)
        document = search_service.as_json(results)
    if is_json:
        print_json(document)
        return
    click.echo(f"{document['total']} found for “{words}”")
    for hit in document["hits"]:
        click.echo(f"\n{hit['kind']}:{hit['ref']}  {hit['title']}\n    {hit['excerpt']}")


@click.command()
@click.argument("name", metavar="REF")
@as_json
def thread(name: str, is_json: bool) -> None:
    """Show what a record rests on and what rests on it; REF is kind:ref or a ref."""
    database = ready_database(settings())
    with database.reading() as session:
        record = records.get_any(session, name, person=SYSTEM)
        document = graph.thread_as_json(session, record, SYSTEM)
    if is_json:
        print_json(document)
        return
    for node in document["nodes"]:
        click.echo(f"{node['kind']:<14}{node['ref']:<36}{node['title']}")


@click.command()
@click.option("--plan", "plan_ref", help="Ref of the plan; without it, all plans.")
@as_json
def gaps(plan_ref: str | None, is_json: bool) -> None:
    """List where the thread is broken, one list for each kind of gap."""
    given = settings()
    database = ready_database(given)
    with database.reading() as session:
        chosen = [plans.get(session, plan_ref, person=SYSTEM)] if plan_ref else plans.list_plans(session, person=SYSTEM)
        document = {plan.ref: graph.gaps_as_json(session, SYSTEM, plan, today(given)) for plan in chosen}
    if is_json:
        print_json(document)
        return
    for ref, lists in document.items():
        click.echo(ref)
        for kind, found in lists.items():
            click.echo(f"  {kind}: {len(found)}")
            for gap in found:
                click.echo(f"    {gap['kind']}:{gap['ref']}  {gap['title']}")


COMMANDS = (search, thread, gaps)
