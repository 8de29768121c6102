"""What every form of a record does in the database: one way to make it, one to change it, each noted in its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from kb import gathering, history, records
from kb.errors import Invalid
from kb.models.record import Record
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from sqlalchemy.orm import Session

    from kb.permissions import Person

LONGEST_TITLE = 300
LONGEST_WORD = 40
R = TypeVar("R", bound=Record)


def checked_title(title: str, wrong: str = "") -> str:
    """The title in one line; Invalid where it is none, or too long for an index, in words of one's own if `wrong`."""
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        usual = gettext("Give a title of up to %(number)s characters", number=LONGEST_TITLE)
        raise Invalid("title", wrong or usual)
    return title


def faults(*checks: Callable[[], object]) -> list[Invalid]:
    """What each of these checks finds wrong, for whoever mends all of it at once."""
    found = []
    for check in checks:
        try:
            check()
        except Invalid as fault:
            found.append(fault)
    return found


def check_choice(field: str, given: Iterable[str], allowed: Collection[str]) -> None:
    """Raise Invalid for the first of these values that is no choice of the field."""
    for value in given:
        if value not in allowed:
            raise Invalid(field, gettext("“%(value)s” is not one of the choices", value=value))


def checked_word(field: str, words: str) -> str:
    """A kind as records keep it, NHS trust as nhs-trust; Invalid where it is too long."""
    word = "-".join(words.lower().split())
    if len(word) > LONGEST_WORD:
        raise Invalid(field, gettext("Use up to %(number)s characters", number=LONGEST_WORD))
    return word


def make(session: Session, record: R, *, by: Person) -> R:
    """Save a new record and say that it was made."""
    record.author_id = by.user_id
    session.add(record)
    history.note_created(session, record, by=by)
    gathering.save(session)
    return record


def change(session: Session, record: Record, values: Mapping[str, object], *, reason: str, by: Person) -> None:
    """Set columns of a record and note each that differs from what it was."""
    for name, value in values.items():
        if getattr(record, name) != value:
            setattr(record, name, value)
    history.note_changes(session, record, by=by, reason=reason.strip())


def note_words(
    session: Session,
    record: Record,
    field: str,
    before: Iterable[str],
    after: Iterable[str],
    *,
    reason: str,
    by: Person,
) -> bool:
    """Note what is kept beside a record, in words; False where it stays the same."""
    were, are = list(before), list(after)
    if were == are:
        return False
    history.note(session, record, field, "; ".join(were) or None, "; ".join(are) or None, reason=reason.strip(), by=by)
    return True


def check_version(record: Record, version: int, standing: Mapping[str, Any], *, chosen: Iterable[str] = ()) -> None:
    """Raise Conflict with what stands now, by field of the form; `chosen` names those that are chosen from lists."""
    theirs = {name: _as_typed(value) for name, value in standing.items() if not isinstance(value, bool)}
    picked = {name: [theirs[name]] if theirs[name] else [] for name in chosen}
    records.check_version(record, version, theirs=theirs, chosen=picked)


def _as_typed(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "\n".join(str(one) for one in value)
    return "" if value is None else str(value)
