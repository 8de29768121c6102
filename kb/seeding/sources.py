"""Loading sources and what hangs on them: key points, figures, comparisons, and their own priorities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.catalogue import source_names
from kb.models.figure import Comparison, Figure
from kb.models.plan import Priority, PrioritySet
from kb.models.record import Kind
from kb.models.source import KeyPoint, Mention, Source, SourceNation
from kb.seeding import entries as e

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.models.plan import Plan
    from kb.seeding.loader import Loader


def load_sources(loader: Loader, sources: Iterable[e.SourceEntry]) -> None:
    """Sources with the places that name them; a source that was there without any such place is given them."""
    listed = list(sources)
    for entry in listed:
        if loader.missing(Kind.SOURCE, entry.ref):
            loader.add(_source(loader, entry), entry)
    loader.flush()
    for entry in listed:
        source = loader.record(Kind.SOURCE, entry.ref)
        if source.id not in loader.mentioned | loader.edited:
            loader.session.add_all(
                Mention(source_id=source.id, document=place.document, line=place.line, named_as=place.as_)
                for place in entry.mentions
            )
    loader.flush()


def load_relations(loader: Loader, relations: Iterable[e.RelationEntry]) -> None:
    """How sources stand to each other, after all sources are there."""
    for relation in relations:
        start, end = loader.record(Kind.SOURCE, relation.from_), loader.record(Kind.SOURCE, relation.to)
        loader.link(relation.type, start, end, relation.reason)


def load_key_points(loader: Loader, points: Iterable[tuple[e.KeyPointEntry, int | None]]) -> None:
    """Key points at their place within their source; one without a place comes after those that are there."""
    for entry, place in points:
        if loader.missing(Kind.KEY_POINT, entry.ref):
            source_id = loader.record(Kind.SOURCE, entry.source).id
            position = loader.place(KeyPoint, source_id, place)
            loader.add(_key_point(loader, entry, source_id, position), entry)
    loader.flush()


def load_figures(loader: Loader, catalogue: e.Catalogue) -> None:
    """Figures, then those that stand side by side."""
    for figure in catalogue.figures:
        if loader.missing(Kind.FIGURE, figure.ref):
            loader.add(_figure(loader, figure), figure)
    loader.flush()
    for entry in catalogue.comparisons:
        if loader.missing(Kind.COMPARISON, entry.ref):
            figures = loader.found(Figure, Kind.FIGURE, entry.figures)
            made = Comparison(ref=entry.ref, title=entry.title, outcome=entry.outcome, note=entry.note, figures=figures)
            made.whole_id = next((figure.id for figure in figures if figure.ref == entry.whole), None)
            loader.add(made, entry)
    loader.flush()


def load_sets(
    loader: Loader,
    sets: Iterable[e.PrioritySetEntry],
    priorities: Iterable[e.PriorityEntry],
    *,
    plan: Plan | None = None,
) -> None:
    """Sets of priorities of a plan, or of the sources that they name, with their priorities in order."""
    for position, entry in enumerate(sets, 1):
        if loader.missing(Kind.PRIORITY_SET, entry.ref):
            made = PrioritySet(ref=entry.ref, title=entry.title, position=position, plan_id=plan.id if plan else None)
            made.source_id = loader.id_of(Kind.SOURCE, entry.source) if isinstance(entry, e.SourceSetEntry) else None
            loader.add(made, entry)
    loader.flush()
    for priority in priorities:
        if loader.missing(Kind.PRIORITY, priority.ref):
            loader.add(_priority(loader, priority, plan), priority)
    loader.flush()


def _source(loader: Loader, entry: e.SourceEntry) -> Source:
    return Source(
        ref=entry.ref,
        title=entry.title,
        category=entry.category,
        source_kind=entry.kind,
        language=entry.language,
        summary=entry.summary,
        publisher_as_stated=entry.publisher_as_stated,
        is_statutory=entry.statutory,
        status=entry.status,
        status_as_stated=entry.status_as_stated,
        link=entry.link,
        published=entry.published,
        starts=entry.starts,
        ends=entry.ends,
        publishers=loader.organisations(entry.publishers),
        nations=[SourceNation(nation=nation) for nation in entry.nations],
        names=source_names.merged([], source_names.wanted(entry.title, entry.also_called, entry.also_called_in_welsh)),
        themes=loader.themes(entry.themes),
    )


def _key_point(loader: Loader, entry: e.KeyPointEntry, source_id: int, position: int) -> KeyPoint:
    return KeyPoint(
        ref=entry.ref,
        title=entry.text,
        source_id=source_id,
        position=position,
        point_kind=entry.kind,
        place=entry.where,
        promised_by=entry.who,
        promised_for=entry.by,
        measured_by=entry.measured_by,
        site=entry.site,
        aspect=entry.aspect,
        themes=loader.themes(entry.themes),
    )


def _figure(loader: Loader, entry: e.FigureEntry) -> Figure:
    source_id = loader.record(Kind.SOURCE, entry.source).id
    return Figure(
        ref=entry.ref,
        title=entry.title,
        source_id=source_id,
        position=loader.place(Figure, source_id),
        figure_kind=entry.kind,
        value=entry.value,
        low=entry.low,
        high=entry.high,
        unit=entry.unit,
        population=entry.population,
        period=entry.period,
        qualifier=entry.qualifier,
        note=entry.note,
    )


def _priority(loader: Loader, entry: e.PriorityEntry, plan: Plan | None) -> Priority:
    set_id = loader.record(Kind.PRIORITY_SET, entry.set).id
    return Priority(
        ref=entry.ref,
        title=entry.title,
        priority_kind=entry.kind,
        summary=entry.summary,
        plan_id=plan.id if plan else None,
        set_id=set_id,
        position=loader.place(Priority, set_id, entry.order),
        themes=loader.themes(entry.themes),
    )
