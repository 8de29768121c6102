"""The controlled lists, themes and staff groups: how often each is used, and entering them; leads of any plan do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kb import editing, records
from kb.models.organisation import StaffGroup
from kb.models.record import Kind, Record, Theme, record_theme
from kb.models.source import Implication, implication_staff_group
from kb.narrowing import bears
from kb.permissions import Capability, Person, visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

SEPARATOR = ";"
Word = Theme | StaffGroup


@dataclass(frozen=True, slots=True)
class WordDetails:
    """What a theme or a staff group is called, and what else."""

    title: str
    also_called: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listed:
    """A theme or a staff group with how many records of each kind are filed under it."""

    word: Word
    counts: dict[str, int]


def list_words(session: Session, model: type[Theme] | type[StaffGroup], words: str, *, person: Person) -> list[Listed]:
    """The whole of a list, or what of it holds the words, by title; two statements."""
    found_by = bears(words, model.title, model.also_called)
    query = select(model).where(visible_to(person), *found_by).order_by(model.title, model.id)
    found: Sequence[Word] = session.scalars(query).all()  # type: ignore[assignment]
    counts = count_filed(session, model, [one.id for one in found], person=person)
    return [Listed(one, counts.get(one.id, {})) for one in found]


def count_filed(
    session: Session, model: type[Theme] | type[StaffGroup], ids: Sequence[int], *, person: Person
) -> dict[int, dict[str, int]]:
    """For each of these how many records of each kind, that the person may see, are filed under it."""
    pair = record_theme.c if model is Theme else implication_staff_group.c
    word, filed = (pair.theme_id, pair.record_id) if model is Theme else (pair.staff_group_id, pair.implication_id)
    query = (
        select(word, Record.kind, func.count())
        .join(Record, Record.id == filed)
        .where(word.in_(ids), visible_to(person))
        .group_by(word, Record.kind)
    )
    counts: dict[int, dict[str, int]] = {}
    for word_id, kind, number in session.execute(query):
        counts.setdefault(word_id, {})[kind] = number
    return counts


def filed_under(session: Session, theme: Theme, kind: Kind, *, person: Person, limit: int) -> Sequence[Record]:
    """The first records of a kind that are filed under a theme, by title."""
    query = (
        select(Record)
        .join(record_theme, record_theme.c.record_id == Record.id)
        .where(record_theme.c.theme_id == theme.id, Record.kind == kind, visible_to(person))
        .order_by(Record.title, Record.id)
    )
    return session.scalars(query.limit(limit)).all()


def implications_about(
    session: Session, group: StaffGroup, *, person: Person, offset: int = 0, limit: int = 25
) -> Sequence[Implication]:
    """One page of the implications that name a staff group, with their sources, by source."""
    query = (
        select(Implication)
        .join(implication_staff_group, implication_staff_group.c.implication_id == Implication.id)
        .where(implication_staff_group.c.staff_group_id == group.id, visible_to(person))
        .options(joinedload(Implication.source))
        .order_by(Implication.source_id, Implication.position)
    )
    return session.scalars(query.offset(offset).limit(limit)).all()


def details_of(word: Word) -> WordDetails:
    """What stands now, as the form shows it."""
    return WordDetails(word.title, names_of(word))


def names_of(word: Word) -> tuple[str, ...]:
    """What else it is called, one by one."""
    return tuple(name.strip() for name in word.also_called.split(SEPARATOR) if name.strip())


def create(session: Session, model: type[Theme] | type[StaffGroup], details: WordDetails, *, by: Person) -> Word:
    """Add a theme or a staff group."""
    by.require(Capability.EDIT_SHARED)
    kind = Kind.THEME if model is Theme else Kind.STAFF_GROUP
    word = model(ref=records.new_ref(session, kind, details.title), **_checked(details))
    return editing.make(session, word, by=by)


def edit(
    session: Session,
    model: type[Theme] | type[StaffGroup],
    ref: str,
    details: WordDetails,
    *,
    version: int,
    reason: str,
    by: Person,
) -> Word:
    """Rename a theme or a staff group; what is filed under it stays."""
    word: Word = records.get(session, model, ref, person=by)
    by.require(Capability.EDIT_SHARED)
    editing.check_version(word, version, asdict(details_of(word)))
    with session.no_autoflush:
        editing.change(session, word, _checked(details), reason=reason, by=by)
    session.flush()
    return word


def _checked(details: WordDetails) -> dict[str, str]:
    title = editing.checked_title(details.title)
    names = {" ".join(name.split()): None for line in details.also_called for name in line.split(SEPARATOR)}
    return {"title": title, "also_called": f"{SEPARATOR} ".join(name for name in names if name and name != title)}
