"""What is searchable of each kind of record: making documents from what the database holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from actions.indicator_models import Indicator
from actions.models import Action
from kb.models.figure import Comparison, Figure
from kb.models.organisation import Organisation, Post, StaffGroup
from kb.models.plan import Plan, Priority, PrioritySet, Response
from kb.models.record import Kind, Record, Theme
from kb.models.source import Implication, KeyPoint, KeyPointKind, Source
from kb.models.term import Language, Term
from search.documents.document import Document, Part
from search.documents.figures import of_comparison, of_figure, of_indicator
from search.documents.making import document, filed, inside, joined, owner, published, spelt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

BATCH = 500


def documents_for(session: Session, ids: Iterable[int]) -> list[Document]:
    """The documents of the records with these ids, as the database holds them now; what is gone is left out."""
    wanted = sorted(set(ids))
    documents: list[Document] = []
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        kinds: dict[str, list[int]] = {}
        for kind, record_id in session.execute(select(Record.kind, Record.id).where(Record.id.in_(batch))):
            kinds.setdefault(kind, []).append(record_id)
        plans = dict(session.execute(select(Plan.id, Plan.ref)).all())
        for kind, members in kinds.items():
            model, options, build = _BUILDERS[Kind(kind)]
            query = select(model).where(model.id.in_(members)).options(selectinload(model.themes), *options)
            documents += [build(record, plans.get(record.plan_id or 0, "")) for record in session.scalars(query)]
    return documents


def _source(source: Source, plan: str) -> Document:
    publishers = published(source.publishers)
    points, implications = published(source.key_points), published(source.implications)
    return document(
        source,
        plan,
        language=source.language,
        names=tuple(name.name for name in source.names if name.language != Language.WELSH),
        welsh_names=tuple(name.name for name in source.names if name.language == Language.WELSH),
        parts=[
            Part("summary", source.summary, language=source.language),
            *(Part("publisher", joined(each.title, each.abbreviation), is_aside=True) for each in publishers),
            Part("publisher", source.publisher_as_stated, is_aside=True),
            Part("status", source.status_as_stated, is_aside=True),
            Part(
                "facts",
                spelt(source.source_kind, source.status, *(each.nation for each in source.nations)),
                is_aside=True,
            ),
            *(Part("key_point", each.title, each.position, True, each.ref, source.language) for each in points),
            *(Part("implication", each.title, each.position, True, each.ref, source.language) for each in implications),
        ],
        staff_group=_staff_groups(implications),
        **filed(source),
    )


def _staff_groups(implications: Iterable[Implication]) -> tuple[str, ...]:
    """The groups of staff that these are about, each once."""
    return tuple(sorted({group.ref for each in implications for group in published(each.staff_groups)}))


def _key_point(point: KeyPoint, plan: str) -> Document:
    language = point.source.language
    parts = [
        Part("place", point.place, is_aside=True, language=language),
        Part("site", joined(point.site, spelt(point.aspect)), language=language),
        Part("promised_by", point.promised_by, language=language),
        Part("promised_for", point.promised_for, language=language),
        Part("measured_by", point.measured_by, language=language),
        Part("facts", spelt(point.point_kind) if point.point_kind != KeyPointKind.POINT else "", is_aside=True),
    ]
    # Filed under themes of its own, as lessons are, it is not filed as its whole source is.
    themes = () if published(point.themes) else point.source.themes
    return inside(point, plan, point.source, parts, themes, language=language)


def _implication(implication: Implication, plan: str) -> Document:
    groups = [Part("staff_group", group.title, is_aside=True) for group in published(implication.staff_groups)]
    about = _staff_groups([implication])
    source = implication.source
    return inside(implication, plan, source, groups, source.themes, staff_group=about, language=source.language)


def _response(response: Response, plan: str) -> Document:
    sources = published(response.sources)
    return document(
        response,
        plan,
        parts=[
            Part("response", response.text),
            *(Part("source", each.title, is_aside=True, language=each.language) for each in sources),
            *owner(response.owner),
        ],
        status=response.response_type or "",
        owner=response.owner.ref if response.owner else "",
        parent=sources[0].ref if sources else "",
        themes=[theme for source in sources for theme in source.themes],
        nation=tuple(sorted({each.nation for source in sources for each in source.nations})),
    )


def _priority(priority: Priority, plan: str) -> Document:
    sets = [Part("set", each.title, is_aside=True) for each in published([priority.set])]
    return document(priority, plan, parts=[Part("summary", priority.summary), *sets])


def _action(action: Action, plan: str) -> Document:
    return document(
        action,
        plan,
        parts=[
            Part("description", action.description),
            Part("timescale", action.timescale),
            Part("support_needed", action.support_needed),
            Part("resources", action.resources),
            Part("measure", action.measure),
            Part("recommendation", action.recommendation),
            Part("plan_fit", action.plan_fit),
            *(Part("milestone", each.title) for each in action.milestones),
            *owner(action.owner),
            *(Part("contributor", each.title, is_aside=True) for each in published(action.contributors)),
        ],
        status=action.closure,
        owner=action.owner.ref if action.owner else "",
        year=action.due_on.year if action.due_on else None,
        day=action.due_on.isoformat() if action.due_on else "",
        due=action.due_on.isoformat() if action.due_on else "",
    )


def _organisation(organisation: Organisation, plan: str) -> Document:
    return document(
        organisation,
        plan,
        names=(organisation.abbreviation,) if organisation.abbreviation else (),
        nation=tuple(each.nation for each in organisation.nations),
    )


def _post(post: Post, plan: str) -> Document:
    told = [joined(each.title, each.abbreviation) for each in published([post.organisation])]
    return document(post, plan, parts=[Part("organisation", words, is_aside=True) for words in told])


def _theme(theme: Theme, plan: str) -> Document:
    return document(theme, plan, names=(theme.also_called,) if theme.also_called else ())


def _term(term: Term, plan: str) -> Document:
    return document(
        term,
        plan,
        names=tuple(each.expansion for each in term.meanings if each.language != Language.WELSH),
        welsh_names=tuple(each.expansion for each in term.meanings if each.language == Language.WELSH),
        parts=[Part("note", meaning.note) for meaning in term.meanings],
    )


def _plan(plan: Plan, _ref: str) -> Document:
    return document(plan, plan.ref, parts=[Part("summary", plan.summary)], nation=(plan.nation,) if plan.nation else ())


def _priority_set(chosen: PrioritySet, plan: str) -> Document:
    sources = published([chosen.source] if chosen.source else [])
    told = [Part("source", each.title, is_aside=True, language=each.language) for each in sources]
    return document(chosen, plan, parts=told)


def _staff_group(group: StaffGroup, plan: str) -> Document:
    return document(group, plan, names=(group.also_called,) if group.also_called else ())


_SOURCE_FACTS = (Source.themes, Source.nations, Source.names, Source.publishers)
# For each kind: its model, what has to be loaded with it, and how it becomes a document.
_BUILDERS: dict[Kind, tuple[Any, Sequence[ORMOption], Callable[[Any, str], Document]]] = {
    Kind.SOURCE: (
        Source,
        [
            *(selectinload(each) for each in _SOURCE_FACTS[1:]),
            selectinload(Source.key_points),
            selectinload(Source.implications).selectinload(Implication.staff_groups),
        ],
        _source,
    ),
    Kind.KEY_POINT: (KeyPoint, [joinedload(KeyPoint.source).selectinload(each) for each in _SOURCE_FACTS], _key_point),
    Kind.IMPLICATION: (
        Implication,
        [
            selectinload(Implication.staff_groups),
            *(joinedload(Implication.source).selectinload(each) for each in _SOURCE_FACTS),
        ],
        _implication,
    ),
    Kind.RESPONSE: (
        Response,
        [
            joinedload(Response.owner),
            selectinload(Response.sources).selectinload(Source.themes),
            selectinload(Response.sources).selectinload(Source.nations),
        ],
        _response,
    ),
    Kind.PRIORITY: (Priority, [joinedload(Priority.set)], _priority),
    Kind.ACTION: (
        Action,
        [joinedload(Action.owner), selectinload(Action.milestones), selectinload(Action.contributors)],
        _action,
    ),
    Kind.ORGANISATION: (Organisation, [selectinload(Organisation.nations)], _organisation),
    Kind.POST: (Post, [joinedload(Post.organisation)], _post),
    Kind.THEME: (Theme, [], _theme),
    Kind.TERM: (Term, [selectinload(Term.meanings)], _term),
    Kind.PLAN: (Plan, [], _plan),
    Kind.PRIORITY_SET: (PrioritySet, [joinedload(PrioritySet.source)], _priority_set),
    Kind.STAFF_GROUP: (StaffGroup, [], _staff_group),
    Kind.FIGURE: (Figure, [joinedload(Figure.source).selectinload(each) for each in _SOURCE_FACTS], of_figure),
    Kind.COMPARISON: (Comparison, [selectinload(Comparison.figures).joinedload(Figure.source)], of_comparison),
    Kind.INDICATOR: (Indicator, [joinedload(Indicator.owner)], of_indicator),
}
