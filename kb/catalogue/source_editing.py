"""Adding sources and changing what is written down about them; a lead does both, and says why it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload, selectinload

from kb import editing, history, labels, records
from kb.catalogue import lifecycle, mentions, naming, resting, source_names
from kb.dates import NO_DATE, Precision, StatedDate
from kb.db import now
from kb.errors import Invalid
from kb.models.figure import Figure
from kb.models.organisation import Organisation, Post
from kb.models.plan import Priority, PrioritySet, Response, ResponseSource
from kb.models.record import Kind, Record, Theme, Visibility
from kb.models.source import (
    Category,
    Implication,
    KeyPoint,
    Mention,
    Nation,
    Source,
    SourceNation,
    SourceStatus,
)
from kb.models.term import Language
from kb.permissions import Capability, Person
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

LONGEST_LINK, LARGEST_COLUMN_OF_KIND = 2_000, 40
# Columns that the form fills with the words as they were written.
_TEXTS = ("title", "summary", "publisher_as_stated", "status_as_stated", "link")
_WORDS = ("category", "source_kind", "status", "language", "visibility")
_DATES = ("published", "starts", "ends")


@dataclass(frozen=True, slots=True)
class SourceDetails:
    """What a lead says about a source; publishers and themes are refs, and so is the post that looks after it."""

    title: str
    category: str = Category.DRIVER
    source_kind: str = ""
    summary: str = ""
    publishers: tuple[str, ...] = ()
    publisher_as_stated: str = ""
    nations: tuple[str, ...] = ()
    status: str = SourceStatus.NOT_STATED
    status_as_stated: str = ""
    is_statutory: bool = False
    published: StatedDate = NO_DATE
    starts: StatedDate = NO_DATE
    ends: StatedDate = NO_DATE
    link: str = ""
    language: str = Language.ENGLISH
    also_called: tuple[str, ...] = ()
    also_called_in_welsh: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    curator: str = ""
    review_by: date | None = None
    visibility: str = Visibility.PUBLISHED


@dataclass(frozen=True, slots=True)
class _Lists:
    """What the refs of the details name, and the plain values beside them."""

    publishers: list[Organisation]
    themes: list[Theme]
    nations: list[str]
    names: dict[str, Language]
    mentions: list[Mention]
    curator: Post | None


def get(session: Session, ref: str, *, person: Person) -> Source:
    """One source with what its form shows, or NotFound."""
    lists = (Source.publishers, Source.nations, Source.names, Source.themes, Source.mentions)
    options = [joinedload(Source.curator), *(selectinload(one) for one in lists)]
    return records.get(session, Source, ref, person=person, options=options)


def details_of(source: Source) -> SourceDetails:
    """What stands now, as the form shows it; of a source that `get` gave."""
    return SourceDetails(
        publishers=tuple(body.ref for body in source.publishers),
        nations=tuple(row.nation for row in source.nations),
        is_statutory=source.is_statutory,
        themes=tuple(theme.ref for theme in source.themes),
        mentions=tuple(mentions.written(one) for one in source.mentions),
        curator=source.curator.ref if source.curator else "",
        review_by=source.review_by,
        **{name: getattr(source, name) for name in (*_TEXTS, *_WORDS, *_DATES)} | source_names.by_field(source.names),
    )


def create(session: Session, details: SourceDetails, *, by: Person) -> Source:
    """Add a source that all plans share."""
    by.require(Capability.EDIT_SHARED)
    details = _checked(details)
    # None of what is looked up here waits to be saved.
    with session.no_autoflush:
        lists, ref = _find(session, details, by), records.new_ref(session, Kind.SOURCE, details.title)
    source = Source(
        ref=ref,
        publishers=lists.publishers,
        themes=lists.themes,
        nations=[SourceNation(nation=nation) for nation in lists.nations],
        names=source_names.merged([], lists.names),
        mentions=lists.mentions,
        curator=lists.curator,
        key_points=[],
        implications=[],
    )
    _fill(source, details)
    for name in _DATES:
        setattr(source, name, getattr(details, name))
    return editing.make(session, source, by=by)


def edit(session: Session, ref: str, details: SourceDetails, *, version: int, reason: str, by: Person) -> Source:
    """Change a source; each thing that changes is noted with what it was and why."""
    source = get(session, ref, person=by)
    by.require(Capability.EDIT_SHARED)
    records.check_version(source, version, theirs=_in_words(source))
    details = _checked(details)
    if not reason.strip():
        raise Invalid("reason", gettext("Say why it changes"))
    lists, was, stood = _find(session, details, by), source.visibility, source.status
    with session.no_autoflush:
        _fill(source, details)
        if source.status != stood:
            lifecycle.write_step(session, source, since=now().date(), reason=reason.strip(), by=by)
        history.note_changes(session, source, by=by, reason=reason.strip())
        _change_dates(session, source, details, reason.strip(), by)
        _change_lists(session, source, lists, reason.strip(), by)
    session.flush()
    if source.status != stood:
        resting.doubt(session, source, by=by)
        session.flush()
    if source.visibility != was:
        _hide_or_show_parts(session, source, reason.strip(), by)
    return source


def list_kinds(session: Session) -> list[str]:
    """The kinds of document that are known, with any other that a source has."""
    return sorted({*labels.SOURCE_KINDS, *session.scalars(select(Source.source_kind).distinct())} - {""})


def faults(details: SourceDetails) -> list[Invalid]:
    """Everything that is wrong with the details by themselves."""
    known: dict[str, tuple[frozenset[str], Iterable[str]]] = {
        "category": (frozenset(Category), [details.category]),
        "status": (frozenset(SourceStatus), [details.status]),
        "language": (frozenset(Language), [details.language]),
        "visibility": (frozenset(Visibility), [details.visibility]),
        "nations": (frozenset(Nation), details.nations),
    }
    return editing.faults(
        lambda: editing.checked_title(details.title),
        lambda: _check_kind(details.source_kind),
        *(partial(editing.check_choice, field, given, allowed) for field, (allowed, given) in known.items()),
        lambda: check_link(details.link.strip()),
        lambda: check_order(details.starts, details.ends),
    )


def _checked(details: SourceDetails) -> SourceDetails:
    """The details with their title in one line; Invalid where something is wrong with them."""
    for fault in faults(details):
        raise fault
    return replace(details, title=editing.checked_title(details.title))


def _check_kind(kind: str) -> None:
    if not kind or len(kind) > LARGEST_COLUMN_OF_KIND:
        raise Invalid("source_kind", gettext("Say what kind of document it is"))


def check_link(address: str, field: str = "link") -> None:
    """Raise Invalid unless the text is empty or a whole web address; nothing else may become a link on a page."""
    if not address:
        return
    try:
        parts = urlsplit(address)
        # What stands before an @ is a password, or makes one place look like another.
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_web = False
    if not is_web or len(address) > LONGEST_LINK or any(letter.isspace() for letter in address):
        raise Invalid(field, gettext("Give the whole web address, starting with https:// or http://"))


def check_order(starts: StatedDate, ends: StatedDate) -> None:
    """Raise Invalid, naming both, where the end is before the start."""
    if not (starts.day and ends.day) or starts.day <= ends.day:
        return
    values = {"ends": ends.spoken, "starts": starts.spoken}
    if starts.precision == Precision.DAY:
        raise Invalid("ends", gettext("It ends on %(ends)s, before it starts on %(starts)s", **values))
    # A year or a month counts as its last day, so 2021 starts after June 2021 ends.
    raise Invalid(
        "ends",
        gettext("The end, %(ends)s, is before the last day of the start, %(starts)s; give both more exactly", **values),
    )


def _find(session: Session, details: SourceDetails, by: Person) -> _Lists:
    """The organisations and themes that the details name; Invalid where one is not there."""
    return _Lists(
        publishers=naming.chosen_all(session, Organisation, details.publishers, "publishers", by=by),
        themes=naming.chosen_all(session, Theme, details.themes, "themes", by=by),
        nations=[nation.value for nation in Nation if nation in details.nations],
        names=source_names.wanted(details.title, details.also_called, details.also_called_in_welsh),
        mentions=mentions.parse(details.mentions),
        curator=naming.chosen(session, Post, details.curator, "curator", by=by) if details.curator else None,
    )


def _fill(source: Source, details: SourceDetails) -> None:
    for name in _TEXTS:
        setattr(source, name, getattr(details, name).strip())
    for name in _WORDS:
        setattr(source, name, str(getattr(details, name)))
    source.is_statutory = details.is_statutory
    source.review_by = details.review_by


def _hide_or_show_parts(session: Session, source: Source, reason: str, by: Person) -> None:
    """Let whoever may read the source, and nobody else, read what is read in it, and how plans stand to it alone."""
    other = aliased(Record)
    shared = (
        select(ResponseSource.response_id)
        .join(other, other.id == ResponseSource.source_id)
        .where(other.visibility == Visibility.PUBLISHED, ResponseSource.source_id != source.id)
    )
    rows = select(ResponseSource.response_id).where(ResponseSource.source_id == source.id)
    sets = select(PrioritySet.id).where(PrioritySet.source_id == source.id)
    queries: tuple[Select[Any], ...] = (
        select(KeyPoint).where(KeyPoint.source_id == source.id),
        select(Implication).where(Implication.source_id == source.id),
        select(Figure).where(Figure.source_id == source.id),
        select(PrioritySet).where(PrioritySet.source_id == source.id),
        select(Priority).where(Priority.set_id.in_(sets)),
        select(Response).where(Response.id.in_(rows), Response.id.not_in(shared)),
    )
    for query in queries:
        for part in session.scalars(query.where(Record.visibility != source.visibility)):
            history.note(session, part, "visibility", part.visibility, source.visibility, reason=reason, by=by)
            part.visibility = source.visibility


def _change_dates(session: Session, source: Source, details: SourceDetails, reason: str, by: Person) -> None:
    """Note a date as it is spoken, in one line, rather than by the three columns that keep it."""
    for name in _DATES:
        before, after = getattr(source, name), getattr(details, name)
        if before != after:
            history.note(session, source, name, before.spoken or None, after.spoken or None, reason=reason, by=by)
            setattr(source, name, after)


def _change_lists(session: Session, source: Source, lists: _Lists, reason: str, by: Person) -> None:
    nations = labels.nations()

    def differ(field: str, before: Iterable[str], after: Iterable[str]) -> bool:
        were, are = list(before), list(after)
        if set(were) == set(are):
            return False
        history.note(session, source, field, "; ".join(were) or None, "; ".join(are) or None, reason=reason, by=by)
        return True

    if source.curator is not lists.curator:
        titles = (one.title if one else None for one in (source.curator, lists.curator))
        history.note(session, source, "curator", *titles, reason=reason, by=by)
        source.curator = lists.curator
    if differ("publishers", (one.title for one in source.publishers), (one.title for one in lists.publishers)):
        source.publishers = lists.publishers
    if differ("themes", (one.title for one in source.themes), (one.title for one in lists.themes)):
        source.themes = lists.themes
    if differ("nations", (nations[row.nation] for row in source.nations), (nations[one] for one in lists.nations)):
        kept = {row.nation: row for row in source.nations}
        source.nations = [kept.get(nation) or SourceNation(nation=nation) for nation in lists.nations]
    called = source_names.by_field(source.names)
    rows = source_names.merged(source.names, lists.names)
    noted = [differ(field, called[field], names) for field, names in source_names.by_field(rows).items()]
    if any(noted):
        source.names = rows
    if differ("mentions", map(mentions.written, source.mentions), map(mentions.written, lists.mentions)):
        source.mentions = mentions.merged(source.mentions, lists.mentions)


def _in_words(source: Source) -> dict[str, str]:
    """What stands now, by field of the form and as the form writes it, for a person to compare with their own."""
    return {
        **{name: getattr(source, name) for name in (*_TEXTS, *_WORDS)},
        **{name: str(getattr(source, name)) for name in _DATES},
        "curator": source.curator.ref if source.curator else "",
        "review_by": spoken(source.review_by),
        "is_statutory": "yes" if source.is_statutory else "no",
        "publishers": "\n".join(body.ref for body in source.publishers),
        "nations": "\n".join(nation for nation in Nation if nation in {row.nation for row in source.nations}),
        "themes": "\n".join(theme.ref for theme in source.themes),
        **{field: "\n".join(names) for field, names in source_names.by_field(source.names).items()},
        "mentions": "\n".join(mentions.written(one) for one in source.mentions),
    }
