"""The list of sources as a file."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from graph import service as graph
from kb import downloads, labels, web
from kb.catalogue import mentions, source_names, sources
from kb.columns.words import draft, in_words, joined, listed, titles, yes
from kb.planning import plans
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.catalogue.sources import SourceFilter
    from kb.models.plan import Response
    from kb.models.source import Source


@dataclass(frozen=True)
class Row:
    """A source with what other records make of it."""

    source: Source
    key_points: int
    reach: dict[str, int]
    responses: Sequence[tuple[str, Response]]  # each with the title of its plan


def sheet(wanted: SourceFilter) -> Sheet[Row]:
    """The sources that fit."""
    session, person = web.session(), web.person()
    titles_of_plans = {plan.id: plan.title for plan in plans.list_plans(session, person=person)}
    batches = sources.stream_sources(session, wanted, person=person, today=web.today())
    found = (rows(batch, titles_of_plans) for batch in batches)
    return Sheet(gettext("Sources"), columns(), chain.from_iterable(found))


def rows(found: Sequence[Source], titles_of_plans: dict[int, str]) -> list[Row]:
    """These sources with what the file says of each; three statements."""
    session, person = web.session(), web.person()
    ids = [source.id for source in found]
    counts = sources.count_key_points(session, ids, person=person)
    strips = graph.strips(session, ids, person)
    responses = sources.responses_by_source(session, ids, person=person)
    return [
        Row(
            source,
            counts.get(source.id, 0),
            dict(strips.get(source.id, [])),
            [
                (titles_of_plans[response.plan_id], response)
                for response in responses.get(source.id, [])
                if response.plan_id in titles_of_plans
            ],
        )
        for source in found
    ]


def columns() -> list[Column[Row]]:
    """What the file says of a source."""
    categories, statuses, answers = labels.categories(), labels.source_statuses(), labels.response_types()
    languages = labels.languages()

    def called(row: Row, field: str) -> str:
        return listed(source_names.by_field(row.source.names)[field])

    today = web.today()

    def answered(row: Row) -> str:
        none_yet = gettext("None yet")
        return joined(f"{title}: {answers.get(one.response_type or '', none_yet)}" for title, one in row.responses)

    return [
        Column(gettext("Ref"), lambda row: row.source.ref, width=24),
        Column(gettext("Source"), lambda row: row.source.title, width=50),
        Column(gettext("Also called"), lambda row: called(row, "also_called"), width=20),
        Column(gettext("Also called, in Welsh"), lambda row: called(row, "also_called_in_welsh"), width=20),
        Column(gettext("Category"), lambda row: in_words(categories, row.source.category), width=14),
        Column(gettext("Type"), lambda row: labels.readable(row.source.source_kind), width=18),
        Column(gettext("Publisher"), lambda row: titles(row.source.publishers)),
        Column(gettext("Publisher as stated"), lambda row: row.source.publisher_as_stated),
        Column(gettext("Nations"), lambda row: listed(_nations(row.source)), width=18),
        Column(gettext("Status"), lambda row: in_words(statuses, row.source.status_on(today)), width=16),
        Column(gettext("Status as stated"), lambda row: row.source.status_as_stated, width=20),
        Column(gettext("Published"), lambda row: row.source.published.spoken, width=20),
        Column(gettext("Published by (last day)"), lambda row: row.source.published.day, Kind.DATE),
        Column(gettext("Runs from"), lambda row: row.source.starts.spoken, width=20),
        Column(gettext("Runs from (last day)"), lambda row: row.source.starts.day, Kind.DATE),
        Column(gettext("Runs until"), lambda row: row.source.ends.spoken, width=20),
        Column(gettext("Runs until (last day)"), lambda row: row.source.ends.day, Kind.DATE),
        Column(gettext("Law"), lambda row: yes(row.source.is_statutory), width=8),
        Column(gettext("Looked after by"), lambda row: row.source.curator.title if row.source.curator else ""),
        Column(
            gettext("Looked after in"), lambda row: row.source.curator.organisation.title if row.source.curator else ""
        ),
        Column(gettext("Look at it again by"), lambda row: row.source.review_by, Kind.DATE),
        Column(gettext("Themes"), lambda row: titles(row.source.themes)),
        Column(gettext("Language"), lambda row: in_words(languages, row.source.language), width=10),
        Column(gettext("Key points"), lambda row: row.key_points, Kind.NUMBER),
        Column(gettext("Implications"), lambda row: row.reach.get("implication", 0), Kind.NUMBER),
        Column(gettext("Priorities"), lambda row: row.reach.get("priority", 0), Kind.NUMBER),
        Column(gettext("Actions"), lambda row: row.reach.get("action", 0), Kind.NUMBER),
        Column(gettext("How plans answer"), answered, width=40),
        Column(gettext("What the answers say"), lambda row: joined(one.text for _, one in row.responses), width=50),
        Column(gettext("Summary"), lambda row: row.source.summary, width=50),
        Column(gettext("Read it"), lambda row: row.source.link, Kind.LINK),
        Column(
            gettext("Where documents name it"), lambda row: listed(map(mentions.written, row.source.mentions)), width=40
        ),
        Column(gettext("Draft"), lambda row: draft(row.source), width=8),
        downloads.page_of(lambda row: row.source),
    ]


def _nations(source: Source) -> list[str]:
    words = labels.nations()
    return [words[nation] for nation in words if nation in {each.nation for each in source.nations}]
