"""Rows of spreadsheets that are sources."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from kb import labels
from kb.catalogue import mentions, source_editing, source_names
from kb.catalogue.source_editing import SourceDetails
from kb.editing import checked_word
from kb.errors import Invalid
from kb.importing import fields as of
from kb.importing.fields import Field, Shape
from kb.importing.kinds import cells, listed, lookups, owning
from kb.importing.kinds.headed import REF, TITLE
from kb.importing.kinds.roster import Roster
from kb.importing.kinds.sheets import Sheet
from kb.importing.mapping.words import Role
from kb.models.source import Source, SourceName
from kb.permissions import Capability, visible_to
from kb.words import gettext, in_each_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kb.importing.fields import Values
    from kb.importing.grid import Book
    from kb.importing.kinds.named import Names
    from kb.importing.kinds.understood import Work
    from kb.importing.proposals import Columns, Context, FileRow

UNITED_KINGDOM = frozenset(
    {"uk", "united kingdom", "uk wide", "all uk", "whole uk", "all four nations", "four nations"}
)
_BETWEEN_NATIONS = re.compile(r"\s+(?:and|&)\s+|\s*[/+]\s*", re.IGNORECASE)
_LISTS = (Source.publishers, Source.nations, Source.names, Source.themes, Source.mentions)


class Sources(Sheet[Source, SourceDetails]):
    """Each row is a source, which all plans share."""

    name = "sources"

    def title(self) -> str:
        return gettext("Sources")

    def fields(self) -> Sequence[Field]:
        return _fields()

    def require(self, context: Context) -> None:
        context.by.require(Capability.EDIT_SHARED)

    def roster(self, context: Context) -> Roster[Source]:
        if self.name not in context.cache:
            context.cache[self.name] = _roster(context)
        found: Roster[Source] = context.cache[self.name]
        return found

    def names(self, context: Context) -> Mapping[str, Names]:
        if "names" not in context.cache:
            context.cache["names"] = {
                "publishers": lookups.organisations(context),
                "themes": lookups.themes(context),
                "curator": lookups.posts(context),
            }
        found: Mapping[str, Names] = context.cache["names"]
        return found

    def rows(self, book: Book, columns: Columns) -> Iterator[FileRow]:
        return map(listed.filled_in, super().rows(book, columns))

    def called(self, context: Context, values: Values) -> list[str]:
        """Those of the title, else of the title with the year in which the row says that it was published."""
        title, year = cells.clean(values.get(TITLE, "")), cells.clean(values.get("published", ""))[-4:]
        return super().called(context, values) or self.roster(context).called(f"{title} ({year})")

    def blank(self, context: Context) -> SourceDetails:
        return SourceDetails(title="")

    def details_of(self, context: Context, record: Source) -> SourceDetails:
        return source_editing.details_of(record)

    def faults(self, context: Context, work: Work[Source, SourceDetails]) -> list[Invalid]:
        return source_editing.faults(work.new)

    def create(self, context: Context, details: SourceDetails, *, reason: str) -> Source:
        return source_editing.create(context.session, details, by=context.by)

    def edit(self, context: Context, record: Source, details: SourceDetails, *, reason: str) -> None:
        source_editing.edit(context.session, record.ref, details, version=record.version, reason=reason, by=context.by)

    def read(self, context: Context, one: Field, values: Values, standing: Any) -> Any:
        text = cells.clean(values[one.key])
        match one.key:
            case "curator":
                return owning.read(context, one.key, values, standing)
            case "nations" if of.plain(text) in UNITED_KINGDOM:
                return tuple(one.choices)
            case "nations":
                return of.choices(one, of.SEPARATOR.join(_BETWEEN_NATIONS.split(text)))
            case "source_kind" if guess := listed.guessed_kind(values, text):
                return standing or guess
            case "source_kind":
                return _kind(context, one, text)
            case "mentions":
                return tuple(map(mentions.written, mentions.parse(of.split(text))))
        return super().read(context, one, values, standing)

    def told(self, context: Context, one: Field, value: Any) -> str:
        return labels.readable(value) if one.key == "source_kind" else super().told(context, one, value)

    def settle(self, context: Context, work: Work[Source, SourceDetails]) -> None:
        """The title is no other name, and no name is in two languages; what has run its time is told as ended."""
        new = work.new
        is_over = work.record is not None and new.status == work.record.status_on(context.today)
        status = work.old.status if is_over else new.status
        wanted = source_names.wanted(new.title, new.also_called, new.also_called_in_welsh)
        english, welsh = (
            tuple(name for name in wanted if wanted[name] == language) for language in source_names.FIELDS.values()
        )
        work.new = replace(new, also_called=english, also_called_in_welsh=welsh, status=status)


def _kind(context: Context, one: Field, text: str) -> str:
    """A kind of document that is known; any other is more likely a slip than a new kind."""
    if "source_kinds" not in context.cache:
        context.cache["source_kinds"] = set(source_editing.list_kinds(context.session))
    word = checked_word(one.key, text)
    return word if word in context.cache["source_kinds"] else of.choice(one, text)


def _roster(context: Context) -> Roster[Source]:
    session, seen = context.session, visible_to(context.by)

    def fetch(ids: Sequence[int]) -> Sequence[Source]:
        options = [joinedload(Source.curator), *map(selectinload, _LISTS)]
        return session.scalars(select(Source).where(Source.id.in_(ids), seen).options(*options)).all()

    roster = Roster(fetch)
    for row in session.execute(select(Source.id, Source.ref, Source.title).where(seen).order_by(Source.id)):
        roster.add(*row)
    named = select(Source.ref, SourceName.name).join(SourceName, SourceName.source_id == Source.id)
    for ref, name in session.execute(named.where(seen).order_by(Source.id)):
        roster.call(ref, name)
    return roster


@in_each_language
def _fields() -> tuple[Field, ...]:
    curator, employer = owning.fields(
        "curator",
        gettext("Looked after by"),
        gettext("Looked after in"),
        gettext("The title of the post that keeps the entry true."),
    )
    kinds = {kind: labels.readable(kind) for kind in labels.SOURCE_KINDS}
    return (
        Field(REF, gettext("Ref"), help=gettext("Stands in our own files. Leave it empty for a new source.")),
        Field(
            TITLE,
            gettext("Source"),
            holds=Role.REFERENCE,
            is_required=True,
            help=gettext("The title of the document. It changes a title only in a row with a Ref."),
        ),
        Field(
            "also_called",
            gettext("Also called"),
            Shape.LIST,
            also=("Other names", "Short title", "Acronym", "Abbreviation"),
            help=gettext("Other titles and acronyms, with semicolons between them."),
        ),
        Field(
            "also_called_in_welsh",
            gettext("Also called, in Welsh"),
            Shape.LIST,
            also=("Welsh title", "Title in Welsh"),
            help=gettext("Its Welsh titles, with semicolons between them."),
        ),
        Field(
            "category",
            gettext("Category"),
            Shape.CHOICE,
            choices=labels.categories(),
            is_required=True,
            help=gettext("A policy driver, unless the row says research."),
        ),
        Field(
            "source_kind",
            gettext("Type"),
            Shape.CHOICE,
            holds=Role.KIND,
            choices=kinds,
            is_required=True,
            help=gettext("What kind of document it is. It is guessed from the title where it is left empty."),
        ),
        Field(
            "publishers",
            gettext("Publisher"),
            Shape.LIST,
            holds=Role.PUBLISHER,
            help=gettext("Organisations that stand here already, with semicolons between them."),
        ),
        Field("publisher_as_stated", gettext("Publisher as stated"), help=gettext("In the words of the document.")),
        Field(
            "nations",
            gettext("Nations"),
            Shape.CHOICES,
            holds=Role.NATIONS,
            choices=labels.nations(),
            help=gettext("The nations that it covers, with semicolons between them; UK means all four."),
        ),
        Field("status", gettext("Status"), Shape.CHOICE, choices=labels.source_statuses()),
        Field("status_as_stated", gettext("Status as stated"), Shape.TEXT, help=gettext("In the words of a document.")),
        *_dates(),
        Field(
            "is_statutory",
            gettext("Law"),
            Shape.YES,
            also=("Statutory", "Is law", "Force of law"),
            help=gettext("Yes where it has the force of law."),
        ),
        curator,
        employer,
        Field("review_by", gettext("Look at it again by"), Shape.DAY, also=("Review by", "Review date")),
        Field(
            "themes",
            gettext("Themes"),
            Shape.LIST,
            also=("Theme", "Topics", "Topic", "Subject"),
            help=gettext("Themes of the list, with semicolons between them."),
        ),
        Field("language", gettext("Language"), Shape.CHOICE, choices=labels.languages()),
        Field("summary", gettext("Summary"), Shape.TEXT, also=("Abstract",), holds=Role.KEY_POINTS),
        Field(
            "link",
            gettext("Read it"),
            Shape.LINK,
            holds=Role.LINK,
            help=gettext("Its whole web address."),
        ),
        Field(
            "mentions",
            gettext("Where documents name it"),
            Shape.LIST,
            also=("Mentions",),
            help=gettext("Such as: Document 000, line 281: how it is named there."),
        ),
        visibility(),
        *told(
            *("Published by (last day)", "Runs from (last day)", "Runs until (last day)", "Key points", "Implications"),
            *("Priorities", "Actions", "How plans answer", "What the answers say", "Page"),
        ),
    )


def _dates() -> tuple[Field, ...]:
    help = gettext("As exact as it is known: 2021, 2019/20, spring 2023, December 2021 or 5 December 2021.")
    return (
        Field(
            "published",
            gettext("Published"),
            Shape.STATED,
            holds=Role.PUBLISHED,
            help=help,
        ),
        Field("starts", gettext("Runs from"), Shape.STATED, also=("Starts", "Start", "From", "Start date"), help=help),
        Field("ends", gettext("Runs until"), Shape.STATED, also=("Ends", "End", "Until", "End date"), help=help),
    )


def visibility() -> Field:
    """Whether a record is a draft, as our own files say it."""
    return Field(
        "visibility",
        gettext("Draft"),
        Shape.CHOICE,
        also=("Visibility",),
        choices={"draft": gettext("Draft"), "published": gettext("Published")},
        help=gettext("Draft where leads and steering groups alone may read it."),
    )


def told(*headings: str) -> tuple[Field, ...]:
    """Columns of our own files that follow from others, which say in the reader's language what these are called."""
    return tuple(Field(f"told_{of.plain(one).replace(' ', '_')}", gettext(one), is_told=True) for one in headings)
