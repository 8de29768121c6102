"""Making one document of one record: what all kinds have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from kb.models.record import Record, Visibility
from kb.models.source import SourceStatus
from kb.models.term import Language
from search.documents.document import Document, Part, readers_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.models.figure import Figure
    from kb.models.organisation import Post
    from kb.models.record import Theme
    from kb.models.source import Implication, KeyPoint, Source

R = TypeVar("R", bound=Record)


def document(
    record: Record, plan: str, *, parts: Iterable[Part] = (), themes: Iterable[Theme] = (), **facts: Any
) -> Document:
    """The document of a record that belongs to the plan with this ref, if to any."""
    own = published(record.themes)
    called = [Part("theme", joined(theme.title, theme.also_called), is_aside=True) for theme in own]
    return Document(
        id=record.id,
        kind=record.kind,
        ref=record.ref,
        title=record.title,
        readers=readers_of(record),
        plan=plan,
        theme=tuple(dict.fromkeys(theme.ref for theme in (*own, *published(themes)))),
        parts=tuple(part for part in (*parts, *called) if part.text.strip()),
        **facts,
    )


def inside(
    record: KeyPoint | Implication | Figure,
    plan: str,
    source: Source,
    parts: list[Part],
    themes: Iterable[Theme],
    **facts: Any,
) -> Document:
    """A record that is read inside its source, and filtered as its source is."""
    return document(
        record,
        plan,
        parts=[*parts, *named(source)],
        parent_readers=readers_of(source),
        parent=source.ref,
        themes=themes,
        **filed(source),
        **facts,
    )


def filed(source: Source) -> dict[str, Any]:
    """How a source is filed, and with it whatever is read inside it."""
    shown = source.published.day or source.starts.day
    return {
        "nation": tuple(each.nation for each in source.nations),
        "category": source.category,
        "source_kind": source.source_kind,
        "status": source.status,
        "publisher": tuple(each.ref for each in published(source.publishers)),
        "year": shown.year if shown else None,
        "day": shown.isoformat() if shown else "",
        "ends": str(source.ends.day.year) if source.ends.day else "",
    }


def named(source: Source) -> list[Part]:
    """The source that a record is read in, by all its names, each language on its own."""
    names = [(source.title, source.language), *((name.name, name.language) for name in source.names)]
    return [
        Part("source", joined(*(name for name, of in names if of == each)), is_aside=True, language=each)
        for each in sorted(Language, key=lambda each: each != source.language)
    ]


def owner(post: Post | None) -> list[Part]:
    """The post that owns a record, for those who search for it by its owner."""
    return [Part("owner", each.title, is_aside=True) for each in published([post] if post else [])]


def spelt(*values: str) -> str:
    """Values of lists as words, so that "draft legislation" finds what is filed as such."""
    return joined(*(value.replace("-", " ") for value in values if value != SourceStatus.NOT_STATED))


def joined(*texts: str) -> str:
    """Those of the texts that say anything, in a row."""
    return ", ".join(text for text in texts if text)


def published(records: Iterable[R]) -> list[R]:
    """A draft's words may not be found through a record that more people may read."""
    return [record for record in records if record.visibility == Visibility.PUBLISHED]
