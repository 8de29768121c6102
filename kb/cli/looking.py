"""Commands that answer questions: search, thread, gaps, impact."""

from __future__ import annotations

from collections.abc import Callable

import click

from graph import service as graph
from graph.impact import answers as impact_answers
from graph.impact import labels as impact_labels
from graph.impact import questions as impact_questions
from graph.impact.told import What
from kb import records
from kb.cli.base import as_json, print_json, ready_database, say, settings, today
from kb.errors import Invalid, NotFound
from kb.models.record import Kind
from kb.permissions import SYSTEM
from kb.planning import plans
from search import service as search_service
from search.language.asked import Asked

WHAT = click.Choice([each.value for each in What])
KINDS = sorted({name for kind in Kind for name in (kind.value, kind.value.replace("_", "-"))})


# The filters of a search beside the kind, which has a list of its own.
NARROWING = {
    "theme": "Only records filed under this theme.",
    "nation": "Only sources that cover this nation.",
    "type": "Only sources of this type.",
    "category": "Only drivers, or only research.",
    "publisher": "Only sources of this organisation.",
    "year": "Only what was published or is due in this year, or in years such as 2017..2021.",
    "ends": "Only sources that end in this year.",
    "status": "Only sources, responses and actions with this status.",
    "staff-group": "Only what is about this group of staff.",
    "plan": "Only what belongs to this plan.",
    "owner": "Only what this post owns.",
    "schedule": "Only actions that stand so: overdue, due-soon, stale, on-time, not-started, no-date.",
    "due": "Only actions that are due so: overdue, none, <30d, 2026-12, 2026-10..2026-12.",
}


def _narrowing(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each filter, which may be given several times."""
    for name, told in reversed(NARROWING.items()):
        command = click.option(f"--{name}", multiple=True, help=told)(command)
    return command


@click.command()
@click.argument("words")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100), help="Most hits to print.")
@click.option("--kind", multiple=True, type=click.Choice(KINDS), help="Only this kind; may be given several times.")
@_narrowing
@as_json
def search(words: str, limit: int, is_json: bool, **filters: tuple[str, ...]) -> None:
    """Find records by words."""
    given = settings()
    database = ready_database(given)
    with database.reading() as session:
        asked = Asked.by_name(words, filters)
        results = search_service.find(session, given, SYSTEM, asked, today=today(given), limit=limit)
        document = search_service.as_json(results)
    for note in results.notes:
        say(note)
    if is_json:
        print_json(document)
        return
    click.echo(f"{document['total']} found for “{words}”")
    for hit in document["hits"]:
        why = f"{hit['found_in']}: {hit['excerpt']}" if hit["found_in"] else hit["excerpt"]
        click.echo(f"\n{hit['kind']}:{hit['ref']}  {hit['title']}\n    {why}")


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


@click.command()
@click.argument("names", metavar="REF...", nargs=-1, required=True)
@click.option("--what", type=WHAT, help="What happens; without it, what is usual for the kind.")
@click.option("--by", "by_name", help="The source that takes the place of those superseded.")
@click.option("--plan", "plan_ref", help="Only what belongs to this plan; without it, all plans.")
@as_json
def impact(names: tuple[str, ...], what: str | None, by_name: str | None, plan_ref: str | None, is_json: bool) -> None:
    """Show what a change would touch; REF names sources, or actions, or posts, or organisations."""
    given = settings()
    with ready_database(given).reading() as session:
        chosen, unknown = impact_questions.named(session, names, SYSTEM)
        successors, unknown_by = impact_questions.named(session, [by_name or ""], SYSTEM)
        for name in (*unknown, *unknown_by):
            raise NotFound("source, action, post or organisation", name)
        plan = plans.get(session, plan_ref, person=SYSTEM) if plan_ref else None
        asked = impact_questions.put(chosen, what or "", next(iter(successors), None), plan)
        if what and asked.what != what:
            raise Invalid("what", f"“{what}” cannot happen to a record of the kind {chosen[0].kind}")
        told = impact_answers.ask(session, asked, SYSTEM, today(given)).told
    if is_json:
        print_json(told.as_json())
        return
    click.echo(impact_labels.title(told))
    for number, words in zip(told.figures, impact_labels.labels(told)[:3], strict=True):
        click.echo(f"{number:>6}  {words}")
    click.echo(told.sentence)
    for remark in told.remarks:
        click.echo(remark)
    for row in told.rows:
        click.echo(f"{row.record.kind:<12}{row.record.ref:<36}{row.now:>4} {row.then:>4}  {row.record.title}")
    dated = [(one.record, one.due) for listed in (told.owned, told.waits, told.helped) for one in listed]
    for record, due in dated:
        click.echo(f"{record.kind:<12}{record.ref:<36}{due or ''!s:>10}  {record.title}")


COMMANDS = (search, thread, gaps, impact)
