"""What is searchable of each kind of record: making documents from what the database holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from actions.models import Action
from kb.models.organisation import Organisation, Post
from kb.models.plan import Plan, Priority, Response
from kb.models.record import Kind, Record, Theme, Visibility
from kb.models.source import Implication, KeyPoint, Source, SourceStatus
from kb.models.term import Term
from search.document import Document, Part, readers_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

BATCH = 500
R = TypeVar("R", bound=Record)


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


def _document(
    record: Record, plan: str, *, parts: Iterable[Part] = (), themes: Iterable[Theme] = (), **facts: Any
) -> Document:
    own = _published(record.themes)
    called = [Part("theme", _joined(theme.title, theme.also_called), is_aside=True) for theme in own]
    return Document(
        id=record.id,
        kind=record.kind,
        ref=record.ref,
        title=record.title,
        readers=readers_of(record),
        plan=plan,
        theme=tuple(dict.fromkeys(theme.ref for theme in (*own, *_published(themes)))),
        parts=tuple(part for part in (*parts, *called) if part.text.strip()),
        **facts,
    )


def _source(source: Source, plan: str) -> Document:
    publishers = _published(source.publishers)
    points, implications = _published(source.key_points), _published(source.implications)
    shown = source.published.day or source.starts.day
    return _document(
        source,
        plan,
        names=tuple(name.name for name in source.names),
        parts=[
            Part("summary", source.summary),
            *(Part("publisher", _joined(each.title, each.abbreviation), is_aside=True) for each in publishers),
            Part("publisher", source.publisher_as_stated, is_aside=True),
            Part("status", source.status_as_stated, is_aside=True),
            Part(
                "facts",
                _spelt(source.source_kind, source.status, *(each.nation for each in source.nations)),
                is_aside=True,
            ),
            *(Part("key_point", each.title, each.position, is_aside=True) for each in points),
            *(Part("implication", each.title, each.position, is_aside=True) for each in implications),
        ],
        nation=tuple(each.nation for each in source.nations),
        category=source.category,
        source_kind=source.source_kind,
        status=source.status,
        publisher=tuple(each.ref for each in publishers),
        year=shown.year if shown else None,
        day=shown.isoformat() if shown else "",
    )


def _key_point(point: KeyPoint, plan: str) -> Document:
    return _inside(
        point,
        plan,
        point.source,
        [
            Part("place", point.place, is_aside=True),
            Part("promised_by", point.promised_by),
            Part("promised_for", point.promised_for),
            Part("measured_by", point.measured_by),
        ],
    )


def _implication(implication: Implication, plan: str) -> Document:
    groups = [Part("staff_group", group.title, is_aside=True) for group in implication.staff_groups]
    return _inside(implication, plan, implication.source, groups)


def _inside(record: KeyPoint | Implication, plan: str, source: Source, parts: list[Part]) -> Document:
    """A record that is read inside its source, and filtered as its source is."""
    shown = source.published.day or source.starts.day
    return _document(
        record,
        plan,
        parts=[*parts, Part("source", _joined(source.title, *(name.name for name in source.names)), is_aside=True)],
        parent_readers=readers_of(source),
        parent=source.ref,
        themes=source.themes,
        nation=tuple(each.nation for each in source.nations),
        category=source.category,
        source_kind=source.source_kind,
        status=source.status,
        publisher=tuple(each.ref for each in _published(source.publishers)),
        year=shown.year if shown else None,
        day=shown.isoformat() if shown else "",
    )


def _response(response: Response, plan: str) -> Document:
    sources = _published(response.sources)
    return _document(
        response,
        plan,
        parts=[
            Part("response", response.text),
            *(Part("source", each.title, is_aside=True) for each in sources),
            *_owner(response.owner),
        ],
        status=response.response_type or "",
        owner=response.owner.ref if response.owner else "",
        parent=sources[0].ref if sources else "",
        themes=[theme for source in sources for theme in source.themes],
        nation=tuple(sorted({each.nation for source in sources for each in source.nations})),
    )


def _priority(priority: Priority, plan: str) -> Document:
    return _document(
        priority,
        plan,
        parts=[Part("summary", priority.summary), Part("set", priority.set.title, is_aside=True)],
    )


def _action(action: Action, plan: str) -> Document:
    return _document(
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
            *_owner(action.owner),
            *(Part("contributor", each.title, is_aside=True) for each in _published(action.contributors)),
        ],
        status=action.closure,
        owner=action.owner.ref if action.owner else "",
        year=action.due_on.year if action.due_on else None,
        day=action.due_on.isoformat() if action.due_on else "",
    )


def _organisation(organisation: Organisation, plan: str) -> Document:
    return _document(
        organisation,
        plan,
        names=(organisation.abbreviation,) if organisation.abbreviation else (),
        nation=tuple(each.nation for each in organisation.nations),
    )


def _post(post: Post, plan: str) -> Document:
    organisation = post.organisation
    told = _joined(organisation.title, organisation.abbreviation)
    return _document(post, plan, parts=[Part("organisation", told, is_aside=True)])


def _theme(theme: Theme, plan: str) -> Document:
    return _document(theme, plan, names=(theme.also_called,) if theme.also_called else ())


def _term(term: Term, plan: str) -> Document:
    return _document(
        term,
        plan,
        names=tuple(meaning.expansion for meaning in term.meanings),
        parts=[Part("note", meaning.note) for meaning in term.meanings],
    )


def _plan(plan: Plan, _ref: str) -> Document:
    return _document(
        plan, plan.ref, parts=[Part("summary", plan.summary)], nation=(plan.nation,) if plan.nation else ()
    )


def _owner(post: Post | None) -> list[Part]:
    return [Part("owner", each.title, is_aside=True) for each in _published([post] if post else [])]


def _spelt(*values: str) -> str:
    """Values of lists as words, so that "draft legislation" finds what is filed as such."""
    return _joined(*(value.replace("-", " ") for value in values if value != SourceStatus.NOT_STATED))


def _joined(*texts: str) -> str:
    return ", ".join(text for text in texts if text)


def _published(records: Iterable[R]) -> list[R]:
    """A draft's words may not be found through a record that more people may read."""
    return [record for record in records if record.visibility == Visibility.PUBLISHED]


_SOURCE_FACTS = (Source.themes, Source.nations, Source.names, Source.publishers)
# For each kind: its model, what has to be loaded with it, and how it becomes a document.
_BUILDERS: dict[Kind, tuple[Any, Sequence[ORMOption], Callable[[Any, str], Document]]] = {
    Kind.SOURCE: (
        Source,
        [
            *(selectinload(each) for each in _SOURCE_FACTS[1:]),
            selectinload(Source.key_points),
            selectinload(Source.implications),
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
}
