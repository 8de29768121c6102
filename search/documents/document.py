"""What the index knows about one record: its words, its filters, and who may find it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from kb.models.record import Visibility
from kb.models.term import Language

if TYPE_CHECKING:
    from kb.models.record import Record

# Raise this when the words of a kind change in `search.documents.kinds`, so that every index is built anew.
DOCUMENTS_VERSION = 5
EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a record's text; `field` says what it is, `number` which one where there are several.

    A part that belongs to other records (a source's key points, an action's owner) is aside: it counts for less.
    `ref` names the key point or implication that it is, so that a result can open there; `language` is what its words
    are read by.
    """

    field: str
    text: str
    number: int | None = None
    is_aside: bool = False
    ref: str = ""
    language: str = Language.ENGLISH


@dataclass(frozen=True, slots=True)
class Document:
    """What the index knows about one record.

    `readers` holds marks of who may find it, `parent_readers` those of the record that it stands in: both must allow.
    `language` is that of the title.
    """

    id: int
    kind: str
    ref: str
    title: str
    language: str = Language.ENGLISH
    names: tuple[str, ...] = ()
    welsh_names: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    readers: tuple[str, ...] = (EVERYONE,)
    parent_readers: tuple[str, ...] = (EVERYONE,)
    theme: tuple[str, ...] = ()
    nation: tuple[str, ...] = ()
    category: str = ""
    source_kind: str = ""
    status: str = ""
    plan: str = ""
    publisher: tuple[str, ...] = ()
    owner: str = ""
    staff_group: tuple[str, ...] = ()
    year: int | None = None
    day: str = ""
    due: str = ""
    ends: str = ""
    parent: str = ""

    @property
    def fingerprint(self) -> str:
        """The same for the same document; the index keeps it, so that both can be compared."""
        told = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.blake2b(told.encode(), digest_size=12).hexdigest()


def readers_of(record: Record) -> tuple[str, ...]:
    """The marks of those who may find a record; `kb.permissions.visible_to` is the rule that they repeat."""
    if record.visibility == Visibility.PUBLISHED:
        return (EVERYONE,)
    marks = [f"plan-{record.plan_id}" if record.plan_id else "shared"]
    if record.author_id is not None:
        marks.append(f"author-{record.author_id}")
    return tuple(marks)
