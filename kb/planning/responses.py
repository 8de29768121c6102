"""Rows of a plan’s mapping table as records of their own: the sources of a row, and how the plan stands to them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from kb import editing, history, labels, records
from kb.catalogue import naming
from kb.errors import Invalid
from kb.mapping.response import title_of
from kb.models.organisation import Post
from kb.models.plan import Response, ResponseSource, ResponseType
from kb.models.record import Kind, Visibility
from kb.models.source import Source
from kb.permissions import Capability, Person, may_see, visible_to
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kb.models.plan import Plan


@dataclass(frozen=True, slots=True)
class ResponseDetails:
    """A row: its sources by title or short name, in order; the owner is the ref of a post."""

    sources: tuple[str, ...] = ()
    section: str = ""
    response_type: str = ""
    text: str = ""
    owner: str = ""
    review_by: date | None = None


def get(session: Session, ref: str, *, person: Person) -> Response:
    """One response with its sources and owner, or NotFound."""
    options = [selectinload(Response.sources.and_(visible_to(person))), joinedload(Response.owner)]
    return records.get(session, Response, ref, person=person, options=options)


def details_of(response: Response) -> ResponseDetails:
    """What stands now, as the form shows it; of a response that `get` gave."""
    return ResponseDetails(
        sources=tuple(source.title for source in response.sources),
        section=labels.readable(response.section),
        response_type=response.response_type or "",
        text=response.text,
        owner=response.owner.ref if response.owner else "",
        review_by=response.review_by,
    )


def count_sections(session: Session, plan: Plan, *, person: Person) -> dict[str, int]:
    """How many rows each section of a plan’s mapping has for the person, in the order of their first rows."""
    query = select(Response.section, func.count()).where(*_seen(plan, person)).group_by(Response.section)
    return dict(session.execute(query.order_by(func.min(Response.position))).all())


def list_rows(
    session: Session, plan: Plan, *, person: Person, section: str = "", offset: int = 0, limit: int = 25
) -> Sequence[Response]:
    """One page of a plan’s mapping, in its order, each row with its sources and owner."""
    query = select(Response).where(*_seen(plan, person)).order_by(Response.position, Response.id)
    if section:
        query = query.where(Response.section == section)
    sources = selectinload(Response.sources.and_(visible_to(person)))
    options = [sources.selectinload(Source.publishers), joinedload(Response.owner)]
    return session.scalars(query.options(*options).offset(offset).limit(limit)).all()


def _seen(plan: Plan, person: Person) -> tuple[ColumnElement[bool], ...]:
    """The rows of a plan that the person may see with one of their sources at least."""
    named = select(ResponseSource.response_id).where(may_see(person, ResponseSource.source_id))
    return Response.plan_id == plan.id, visible_to(person), Response.id.in_(named)


def list_sections(session: Session) -> list[str]:
    """The sections that mapping tables have so far."""
    return sorted(set(session.scalars(select(Response.section).distinct())) - {""})


def create(session: Session, plan: Plan, details: ResponseDetails, *, by: Person) -> Response:
    """Add a row at the end of a plan's mapping table."""
    by.require(Capability.EDIT_PLAN, plan_id=plan.id)
    values, sources = _checked(details), _sources(session, details, (), plan.id, by)
    last = session.scalar(select(func.max(Response.position)).where(Response.plan_id == plan.id)) or 0
    response = Response(
        ref=records.new_ref(session, Kind.RESPONSE, f"{plan.ref} {sources[0].ref}"),
        title=title_of(plan, sources[0]),
        plan_id=plan.id,
        position=last + 1,
        visibility=_visibility(sources),
        owner=_owner(session, details, by),
        **values,
    )
    editing.make(session, response, by=by)
    _name(session, response, sources)
    return response


def edit(session: Session, ref: str, details: ResponseDetails, *, version: int, reason: str, by: Person) -> Response:
    """Change a row: its sources, how the plan stands to them, who is responsible."""
    response = get(session, ref, person=by)
    by.require(Capability.EDIT_PLAN, plan_id=response.plan_id)
    standing = asdict(details_of(response)) | {"review_by": spoken(response.review_by)}
    editing.check_version(response, version, standing, chosen=["response_type", "owner"])
    values, owner = _checked(details), _owner(session, details, by)
    sources = _sources(session, details, response.sources, response.plan_id, by)
    with session.no_autoflush:
        editing.change(session, response, values, reason=reason, by=by)
        before, after = ([one.title] if one else [] for one in (response.owner, owner))
        if editing.note_words(session, response, "owner", before, after, reason=reason, by=by):
            response.owner = owner
        titles = [[source.title for source in some] for some in (response.sources, sources)]
        is_renamed = editing.note_words(session, response, "sources", *titles, reason=reason, by=by)
        if response.visibility != (now := _visibility(sources)):
            history.note(session, response, "visibility", response.visibility, now, by=by)
            response.visibility = now
    session.flush()
    if is_renamed:
        _name(session, response, sources)
    return response


def _checked(details: ResponseDetails) -> dict[str, Any]:
    """The columns as they will stand; Invalid for what cannot."""
    editing.check_choice("response_type", [details.response_type], {"", *ResponseType})
    text = details.text.strip()
    if details.response_type and not text:
        raise Invalid("text", gettext("Say how the plan answers, or choose “No answer yet”"))
    return {
        "section": editing.checked_word("section", details.section),
        "response_type": details.response_type or None,
        "text": text,
        "review_by": details.review_by,
    }


def _owner(session: Session, details: ResponseDetails, by: Person) -> Post | None:
    return naming.chosen(session, Post, details.owner, "owner", by=by) if details.owner else None


def _sources(
    session: Session, details: ResponseDetails, standing: Sequence[Source], plan_id: int | None, by: Person
) -> list[Source]:
    """The sources that are named, each once; Invalid for none, for one that is not known, or that has a row already."""
    known = {source.title: source for source in standing}
    named = [line.strip() for line in details.sources if line.strip()]
    found = {
        source.id: source
        for source in (known.get(line) or naming.find(session, Source, line, "sources", by=by) for line in named)
    }
    if not found:
        raise Invalid("sources", gettext("Name at least one source"))
    new = set(found) - {source.id for source in standing}
    query = (
        select(ResponseSource.source_id)
        .join(Response, Response.id == ResponseSource.response_id)
        .where(Response.plan_id == plan_id, ResponseSource.source_id.in_(new))
        .limit(1)
    )
    if (taken := session.scalar(query)) is not None:
        message = gettext(
            "“%(title)s” has a row in this plan’s mapping already; change that one", title=found[taken].title
        )
        raise Invalid("sources", message)
    return list(found.values())


def _name(session: Session, response: Response, sources: Sequence[Source]) -> None:
    """Let a row name these sources in this order, and no others that the person saw."""
    rows = session.scalars(select(ResponseSource).where(ResponseSource.response_id == response.id)).all()
    standing = {row.source_id: row for row in rows}
    for position, source in enumerate(sources, 1):
        row = standing.pop(source.id, None)
        if row is None:
            session.add(ResponseSource(response_id=response.id, source_id=source.id, position=position))
        else:
            row.position = position
    for row in standing.values():
        session.delete(row)
    session.flush()
    session.refresh(response, ["sources"])


def _visibility(sources: Sequence[Source]) -> str:
    """A row is a draft as long as all its sources are."""
    is_shown = any(source.visibility == Visibility.PUBLISHED for source in sources)
    return Visibility.PUBLISHED if is_shown else Visibility.DRAFT
