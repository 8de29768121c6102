"""What a record may be linked to: the ways from it, in both directions, and the records at their other end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from kb import link_order, links, records
from kb.errors import Invalid
from kb.models.link import ALLOWED, SUPPORT_TYPES, Link, LinkState, LinkType
from kb.models.record import Kind, Record
from kb.narrowing import LONGEST_WORDS, is_called
from kb.permissions import Capability, Person, parent_is_visible, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

MOST = 12
# So many are joined at once.
MOST_AT_ONCE, MOST_NAMED = 25, 100
BACK = "-back"
# A link read from its second record to its first; one that says the same both ways needs no words back.
PHRASES_BACK: dict[LinkType, str] = {
    LinkType.CALLS_FOR: "is called for by",
    LinkType.ANSWERED_BY: "answers",
    LinkType.DELIVERED_BY: "delivers",
    LinkType.MEASURED_BY: "measures",
    LinkType.SUPERSEDES: "is superseded by",
    LinkType.AMENDS: "is amended by",
    LinkType.IMPLEMENTS: "is implemented by",
    LinkType.REVIEWS: "is reviewed by",
    LinkType.DRAWS_ON: "is drawn on by",
    LinkType.DEPENDS_ON: "is waited for by",
}


class Refused(Invalid):
    """Of several records these cannot be joined: the title of each, with the reason."""

    def __init__(self, each: Sequence[tuple[str, str]], *, of: int) -> None:
        if of == 1:
            words = each[0][1]
        else:
            titles: dict[str, list[str]] = {}
            for title, why in each:  # what is wrong with several for one reason is said once
                titles.setdefault(why, []).append(f"“{title}”")
            told = "; ".join(
                gettext("%(titles)s (%(why)s)", titles=gettext(" and ").join(named), why=why)
                for why, named in titles.items()
            )
            words = gettext("Nothing is linked yet. Untick %(these)s", these=told)
        super().__init__("chosen", words)


@dataclass(frozen=True, slots=True)
class Way:
    """One link type from a record, or to it (`is_back`), with the kinds that may stand at the other end."""

    type: LinkType
    is_back: bool
    kinds: tuple[Kind, ...]

    @property
    def value(self) -> str:
        """The way as a form and an address write it: supersedes, or supersedes-back."""
        return f"{self.type}{BACK if self.is_back else ''}"

    @property
    def phrase(self) -> str:
        return PHRASES_BACK[self.type] if self.is_back else links.PHRASES[self.type]


def ways_from(kind: str, *, may_edit: bool = True) -> list[Way]:
    """Every way in which a record of this kind may be linked; without the right to edit it, only towards it."""
    onward = [Way(type, False, _kinds(b for a, b in pairs if a == kind)) for type, pairs in ALLOWED.items() if may_edit]
    back = [
        Way(type, True, _kinds(a for a, b in pairs if b == kind))
        for type, pairs in ALLOWED.items()
        if type in PHRASES_BACK
    ]
    return [way for way in (*onward, *back) if way.kinds]


def find(session: Session, record: Record, way: Way, words: str, *, person: Person, limit: int = MOST) -> list[Record]:
    """Records that may stand at the other end: all words in the title or another name, or the ref as it is.

    Left out are those that are joined already, and those whose links, or whose duties, the person may not change.
    """
    query = (
        select(Record)
        .where(Record.kind.in_(way.kinds), Record.id != record.id, visible_to(person), parent_is_visible(person))
        .where(*(Record.id.not_in(joined) for joined in _joined(record, way)))
        .order_by(Record.title, Record.id)
        .limit(limit)
    )
    binds_the_other = way.type in SUPPORT_TYPES and record.plan_id is not None
    if way.is_back or binds_the_other:
        own = [plan_id for plan_id in person.roles if person.may(Capability.EDIT_PLAN, plan_id=plan_id)]
        query = query.where(or_(Record.plan_id.is_(None), Record.plan_id.in_(own)))
    given = words.strip()[:LONGEST_WORDS]
    if given:
        query = query.where(or_(Record.ref == given.rpartition(":")[2], and_(*is_called(given))))
    return list(session.scalars(query))


def named(session: Session, names: Iterable[str], *, person: Person) -> list[Record]:
    """The records that were chosen by kind:ref, in that order; who may see which is asked again."""
    wanted = [tuple(name[:LONGEST_WORDS].partition(":")[::2]) for name in dict.fromkeys(names)][:MOST_NAMED]
    if not wanted:
        return []
    query = select(Record).where(
        or_(*(and_(Record.kind == kind, Record.ref == ref) for kind, ref in wanted)),
        visible_to(person),
        parent_is_visible(person),
    )
    found = {(record.kind, record.ref): record for record in session.scalars(query)}
    return [found[each] for each in wanted if each in found]


def to_itself(way: Way) -> str:
    """Why a record is not found for a link that would lead to itself."""
    if way.type == LinkType.DEPENDS_ON:
        return gettext("It cannot wait for itself")
    return gettext("A record cannot be linked to itself")


def exactly(found: list[Record], words: str) -> Record | None:
    """The one record that the words name in full, by ref, kind:ref or title."""
    given = words.strip().casefold()
    named = [
        record for record in found if given in {record.ref, f"{record.kind}:{record.ref}", record.title.casefold()}
    ]
    return named[0] if len(named) == 1 else None


def join_all(
    session: Session, record: Record, way: Way, others: Sequence[Record], *, reason: str, by: Person
) -> list[Link]:
    """Link a record with each of several, for one reason; Refused, with nothing written, where any of them is not."""
    links.checked_reason(reason)
    refused = []
    for other in others:
        try:
            _check(session, record, way, other, by)
        except Invalid as error:
            refused.append((other.title, str(error)))
    if refused:
        raise Refused(refused, of=len(others))
    return [join(session, record, way, other, reason=reason, by=by) for other in others]


def _check(session: Session, record: Record, way: Way, other: Record, by: Person) -> None:
    start, end = (other, record) if way.is_back else (record, other)
    if not links.may_edit(start, by) or not links.may_take_on(start, way.type, end, by):
        raise Invalid("to", gettext("only the strategy leads of its plan may link it"))
    if _retired(session, start, way, end) is None:
        links.check(session, start, way.type, end, by)
    else:
        link_order.refuse(session, start, way.type, end, by)


def _retired(session: Session, start: Record, way: Way, end: Record) -> int | None:
    return session.scalar(
        select(Link.id).where(
            Link.type == way.type,
            Link.from_id == start.id,
            Link.to_id == end.id,
            Link.state == LinkState.RETIRED,
        )
    )


def join(session: Session, record: Record, way: Way, other: Record, *, reason: str, by: Person) -> Link:
    """Link two records in the direction of the way; one that was retired counts again, with the new reason."""
    start, end = (other, record) if way.is_back else (record, other)
    retired = _retired(session, start, way, end)
    if retired is None:
        return links.make(session, start, way.type, end, reason=reason, by=by)
    link = links.confirm(session, retired, reason=reason, by=by)
    link.reason = reason.strip()
    return link


def record_named(session: Session, name: str, *, person: Person) -> Record:
    """The record that an address names as kind:ref."""
    return records.get_any(session, name[:LONGEST_WORDS], person=person)


def _kinds(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    return tuple(sorted(set(kinds)))


def _joined(record: Record, way: Way) -> list[Select[int]]:
    """The ids at the other end of the links of this way that are not retired."""
    counts = (Link.type == way.type, Link.state != LinkState.RETIRED)
    onward = select(Link.to_id).where(*counts, Link.from_id == record.id)
    back = select(Link.from_id).where(*counts, Link.to_id == record.id)
    if way.type == LinkType.SAME_AS:
        return [onward, back]
    return [back] if way.is_back else [onward]
